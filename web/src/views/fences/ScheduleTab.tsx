import { Plus, Trash2 } from 'lucide';
import { zoneName } from '../../i18n/format';
import { now_ms, zone } from '../../store/live';
import { Icon } from '../../ui/Icon';
import { setFields, type Draft, type Fields } from './editor';
import { localMinute, openAt } from './hours';
import { w, type Word } from './words';

const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;
type Schedule = Fields['schedule'];
const DAY_MIN = 1440;
const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

/** The parts of a weekday that weekly hours cover, in minutes. Pure. */
export function covered(weekly: Schedule['weekly'], day: number): [number, number][] {
  const before = day === 1 ? 7 : day - 1;
  return (weekly ?? []).flatMap(({ days, start, end }): [number, number][] => {
    const on = days ?? [...DAYS];
    const [from, to] = [minutes(start), minutes(end)];
    if (to > from) return on.includes(day) ? [[from, to]] : [];
    return [
      ...(on.includes(day) ? [[from, DAY_MIN] as [number, number]] : []),
      ...(on.includes(before) && to > 0 ? [[0, to] as [number, number]] : []),
    ];
  });
}

function Week({ schedule }: { schedule: Schedule }) {
  const weekly = schedule.weekly ?? [];
  return (
    <svg class="fence-week" viewBox="0 0 1540 250" role="img" aria-label={w('schedule.weekly')}>
      {DAYS.map((day, row) => (
        <g key={day} transform={`translate(0 ${row * 32})`}>
          <text x="0" y="20">
            {w(`day.${day}` as Word)}
          </text>
          <rect class="is-day" x="80" y="2" width={DAY_MIN} height="26" />
          {(weekly.length === 0 ? [[0, DAY_MIN]] : covered(weekly, day)).map(([from, to]) => (
            <rect key={from} class="is-on" x={80 + (from ?? 0)} y="2" width={(to ?? 0) - (from ?? 0)} height="26" />
          ))}
        </g>
      ))}
      {[0, 6, 12, 18, 24].map((hour) => (
        <text key={hour} class="is-hour" x={80 + hour * 60} y="246">
          {hour}
        </text>
      ))}
    </svg>
  );
}

/** When the fence is enforced: weekly hours, and dates that beat them. */
export function ScheduleTab({ of }: { of: Draft }) {
  const schedule = { weekly: of.fields.schedule.weekly ?? [], dated: of.fields.schedule.dated ?? [] };
  const set = (patch: Partial<Schedule>, topic: string | null = null) => setFields({ schedule: patch }, topic);
  const { weekly, dated } = schedule;
  const now = now_ms.value;
  const open = openAt(schedule, Math.floor(now / 60_000) * 60_000, zone.value);
  const tomorrow = localMinute(now + 86_400_000, zone.value).text.slice(0, 10);
  return (
    <div class="fence-form">
      <p class="fence-now">
        <span class={`fence-state is-${open ? 'enforced' : 'closed'}`}>
          {w(open ? 'state.enforced' : 'state.closed')}
        </span>
        {weekly.length + dated.length === 0 && w('schedule.always')}
        <small>{w('schedule.zone', { zone: zoneName(now, zone.value) })}</small>
      </p>
      <h3>{w('schedule.weekly')}</h3>
      <Week schedule={schedule} />
      {weekly.map((window, i) => {
        const change = (patch: Partial<typeof window>, topic: string | null = null) =>
          set({ weekly: weekly.map((one, j) => (i === j ? { ...one, ...patch } : one)) }, topic);
        const days = window.days ?? [...DAYS];
        return (
          <div key={i} class="fence-window" data-testid="fence-weekly">
            <span class="fence-days">
              {DAYS.map((day) => (
                <button
                  key={day}
                  type="button"
                  aria-pressed={days.includes(day)}
                  disabled={days.length === 1 && days.includes(day)}
                  onClick={() =>
                    change({
                      days: days.includes(day)
                        ? days.filter((one) => one !== day)
                        : [...days, day].toSorted((a, b) => a - b),
                    })
                  }
                >
                  {w(`day.${day}` as Word)}
                </button>
              ))}
            </span>
            <input
              type="time"
              aria-label={w('schedule.from')}
              value={window.start}
              onInput={(event) =>
                event.currentTarget.value !== '' && change({ start: event.currentTarget.value }, `start ${i}`)
              }
            />
            <input
              type="time"
              aria-label={w('schedule.to')}
              value={window.end}
              onInput={(event) =>
                event.currentTarget.value !== '' && change({ end: event.currentTarget.value }, `end ${i}`)
              }
            />
            {window.end <= window.start && <small>{w('schedule.night')}</small>}
            <button
              type="button"
              class="icon-button"
              aria-label={w('schedule.remove')}
              onClick={() => set({ weekly: weekly.toSpliced(i, 1) })}
            >
              <Icon node={Trash2} size={0.8} />
            </button>
          </div>
        );
      })}
      <button
        type="button"
        class="button"
        disabled={weekly.length >= 64}
        onClick={() => set({ weekly: [...weekly, { days: [1, 2, 3, 4, 5], start: '08:00', end: '18:00' }] })}
        data-testid="fence-add-weekly"
      >
        <Icon node={Plus} size={0.8} /> {w('schedule.add')}
      </button>
      <h3>{w('schedule.dated')}</h3>
      {dated.map((exception, i) => {
        const change = (patch: Partial<typeof exception>, topic: string | null = null) =>
          set({ dated: dated.map((one, j) => (i === j ? { ...one, ...patch } : one)) }, topic);
        return (
          <div key={i} class="fence-window is-dated">
            <input
              type="datetime-local"
              aria-label={w('schedule.from')}
              value={exception.starts}
              onInput={(event) =>
                event.currentTarget.value !== '' && change({ starts: event.currentTarget.value }, `starts ${i}`)
              }
            />
            <input
              type="datetime-local"
              aria-label={w('schedule.to')}
              value={exception.ends}
              onInput={(event) =>
                event.currentTarget.value !== '' && change({ ends: event.currentTarget.value }, `ends ${i}`)
              }
            />
            <select
              aria-label={w('state.enforced')}
              value={exception.open ? 'open' : 'closed'}
              onChange={(event) => change({ open: event.currentTarget.value === 'open' })}
            >
              <option value="open">{w('schedule.open')}</option>
              <option value="closed">{w('schedule.closed')}</option>
            </select>
            <button
              type="button"
              class="icon-button"
              aria-label={w('schedule.remove')}
              onClick={() => set({ dated: dated.toSpliced(i, 1) })}
            >
              <Icon node={Trash2} size={0.8} />
            </button>
          </div>
        );
      })}
      <button
        type="button"
        class="button"
        disabled={dated.length >= 400}
        onClick={() =>
          set({ dated: [...dated, { starts: `${tomorrow}T00:00`, ends: `${tomorrow}T23:59`, open: false }] })
        }
      >
        <Icon node={Plus} size={0.8} /> {w('schedule.addDated')}
      </button>
    </div>
  );
}
