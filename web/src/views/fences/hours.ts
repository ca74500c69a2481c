/** Whether a schedule holds at an instant, as the server judges it. Pure. */
import type { Fields } from './editor';

type Schedule = Fields['schedule'];

/** `2026-11-25T19:42` and the weekday (Monday 1) in a zone. */
export function localMinute(t_ms: number, zone: string): { text: string; day: number; minute: number } {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      weekday: 'short',
      hourCycle: 'h23',
    })
      .formatToParts(t_ms)
      .map((part) => [part.type, part.value]),
  );
  const text = `${parts['year']}-${parts['month']}-${parts['day']}T${parts['hour']}:${parts['minute']}`;
  const day = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(parts['weekday'] ?? '') + 1;
  return { text, day, minute: Number(parts['hour']) * 60 + Number(parts['minute']) };
}

const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
const dayBefore = (day: number): number => (day === 1 ? 7 : day - 1);

/** A date beats the week, a later date in the list an earlier one; an empty schedule always holds. */
export function openAt(schedule: Schedule, t_ms: number, zone: string): boolean {
  const dated = schedule.dated ?? [];
  const weekly = schedule.weekly ?? [];
  const { text, day, minute } = localMinute(t_ms, zone);
  const exception = dated.findLast(({ starts, ends }) => starts <= text && text < ends);
  if (exception !== undefined) return exception.open;
  if (weekly.length === 0) return dated.length === 0 || dated.some(({ open }) => !open);
  return weekly.some(({ days, start, end }) => {
    const on = days ?? [1, 2, 3, 4, 5, 6, 7];
    const [from, to] = [minutes(start), minutes(end)];
    if (to > from) return on.includes(day) && from <= minute && minute < to;
    return (on.includes(day) && minute >= from) || (on.includes(dayBefore(day)) && minute < to);
  });
}
