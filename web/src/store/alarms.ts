/** The standing alarms. The server is the truth; this folds what it says and sorts it for reading. */

import { computed, signal } from '@preact/signals';
import type { AlarmRecord } from '../api/types.gen';
import type { MapAlarm } from '../map/port';
import { type Feed, liveFeed } from './stage';

export type Priority = 1 | 2 | 3 | 4;
export const PRIORITIES = [1, 2, 3, 4] as const;

/** An operator is flooded above this many new alarms in `FLOOD_WINDOW_MS` (EEMUA 191). */
export const FLOOD_COUNT = 10;
export const FLOOD_WINDOW_MS = 600_000;

export function priorityOf(alarm: AlarmRecord): Priority {
  return Math.min(4, Math.max(1, Math.round(alarm.priority))) as Priority;
}

/** Whether it calls for somebody: unseen, and neither shelved nor suppressed nor out of service. */
export function isUnacknowledged(alarm: AlarmRecord): boolean {
  return (
    alarm.annunciated &&
    (alarm.state === 'unacknowledged' ||
      alarm.state === 'returned_unacknowledged' ||
      alarm.state === 'latched_unacknowledged')
  );
}

/** Unacknowledged first, then the newest; the id settles ties so rows never swap places by themselves. */
export function reading(a: AlarmRecord, b: AlarmRecord): number {
  return (
    Number(isUnacknowledged(b)) - Number(isUnacknowledged(a)) ||
    Date.parse(b.raised) - Date.parse(a.raised) ||
    (a.id < b.id ? 1 : -1)
  );
}

/** The list after one alarm changed. An alarm that is normal again leaves the list; an older state never wins. */
export function fold(alarms: readonly AlarmRecord[], changed: AlarmRecord): AlarmRecord[] {
  const before = alarms.find((alarm) => alarm.id === changed.id);
  if (before !== undefined && Date.parse(before.changed) > Date.parse(changed.changed)) return [...alarms];
  const others = alarms.filter((alarm) => alarm.id !== changed.id);
  return changed.state === 'normal' ? others : [...others, changed].sort(reading);
}

/** Whether what was alarmed about is over, acknowledged or not. */
export function isOver(alarm: AlarmRecord): boolean {
  return !alarm.in_alarm;
}

/** How long the condition behind an alarm has lasted, or lasted until it was normal again, seconds. */
export function lasted(alarm: AlarmRecord, now_ms: number): number {
  const end = isOver(alarm) ? Date.parse(alarm.returned ?? alarm.changed) : now_ms;
  return Math.max(0, (end - Date.parse(alarm.raised)) / 1000);
}

export interface PriorityCount {
  unacknowledged: number;
  all: number;
}

/** Counts per priority. */
export function tally(alarms: readonly AlarmRecord[]): Record<Priority, PriorityCount> {
  const counts: Record<Priority, PriorityCount> = {
    1: { unacknowledged: 0, all: 0 },
    2: { unacknowledged: 0, all: 0 },
    3: { unacknowledged: 0, all: 0 },
    4: { unacknowledged: 0, all: 0 },
  };
  for (const alarm of alarms) {
    const count = counts[priorityOf(alarm)];
    count.all += 1;
    if (isUnacknowledged(alarm)) count.unacknowledged += 1;
  }
  return counts;
}

export interface AlarmFilter {
  priorities: ReadonlySet<Priority>;
  unacknowledgedOnly: boolean;
}

/** Filters the list. Priority 1 is never hidden while it is unacknowledged. */
export function filtered(alarms: readonly AlarmRecord[], filter: AlarmFilter): AlarmRecord[] {
  return alarms.filter((alarm) => {
    const unacknowledged = isUnacknowledged(alarm);
    if (priorityOf(alarm) === 1 && unacknowledged) return true;
    return filter.priorities.has(priorityOf(alarm)) && (unacknowledged || !filter.unacknowledgedOnly);
  });
}

/** How many of the alarms were raised within the flood window before `now_ms`. */
export function recent(alarms: readonly AlarmRecord[], now_ms: number): number {
  return alarms.filter((alarm) => now_ms - Date.parse(alarm.raised) < FLOOD_WINDOW_MS).length;
}

export function mapAlarm(alarm: AlarmRecord): MapAlarm {
  return {
    id: alarm.id,
    priority: priorityOf(alarm),
    acknowledged: !isUnacknowledged(alarm),
    over: isOver(alarm),
    subject: alarm.subject?.id ?? null,
    fence: alarm.place?.code ?? null,
    x_m: alarm.x_m,
    y_m: alarm.y_m,
    z_m: alarm.z_m,
  };
}

/** When the flood of alarms began that is on, as the server counts it. */
export const floodSince = signal<string | null>(null);
export const alarms = signal<readonly AlarmRecord[]>([]);
/** Alarms that are over, as far as somebody looked at them; the oldest make room. */
export const past = signal<ReadonlyMap<string, AlarmRecord>>(new Map());
const PAST_KEPT = 100;
export const unacknowledged = computed(() => alarms.value.filter(isUnacknowledged));
export const counts = computed(() => tally(alarms.value));
/** Ids of alarms whose acknowledgement is on its way, and what became of those that failed. */
export const acknowledging = signal<ReadonlySet<string>>(new Set());
export const acknowledgeFault = signal<{ id: string; reason: string } | null>(null);

/** Keeps an alarm that is over, so that it can still be looked at. */
export function remember(alarm: AlarmRecord): void {
  const kept = new Map(past.value);
  kept.delete(alarm.id);
  kept.set(alarm.id, alarm);
  const [oldest] = kept.keys();
  if (kept.size > PAST_KEPT && oldest !== undefined) kept.delete(oldest);
  past.value = kept;
}

/** An alarm that stands, or one that is over and was looked at. */
export function findAlarm(id: string): AlarmRecord | undefined {
  return alarms.value.find((alarm) => alarm.id === id) ?? past.value.get(id);
}

/** These acknowledgements are on their way no more. */
export function settled(ids: readonly string[]): void {
  if (!ids.some((id) => acknowledging.value.has(id))) return;
  const waiting = new Set(acknowledging.value);
  for (const id of ids) waiting.delete(id);
  acknowledging.value = waiting;
}

export function replaceAlarms(all: readonly AlarmRecord[], feed: Feed = liveFeed): void {
  feed.set(alarms, all.filter((alarm) => alarm.state !== 'normal').toSorted(reading));
  settled([...acknowledging.value]);
}

export function changeAlarm(changed: AlarmRecord, feed: Feed = liveFeed): void {
  feed.set(alarms, fold(feed.get(alarms), changed));
  if (changed.state === 'normal') remember(changed);
  if (!isUnacknowledged(changed)) settled([changed.id]);
}
