/** The alarms. The server is the truth; this folds what it says and sorts it for reading. */

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

/** Whether somebody began to handle it and has not closed it. */
export function isInWork(alarm: AlarmRecord): boolean {
  const last = alarm.handling.at(-1);
  return last !== undefined && last.stage !== 'closed';
}

/** Whether anything about it is unfinished: its state, its handling, or what lies over it. */
export function isOpen(alarm: AlarmRecord): boolean {
  return alarm.state !== 'normal' || alarm.shelved !== null || alarm.out_of_service !== null || isInWork(alarm);
}

/** Whether it belongs in the list of what stands: not normal, and nothing lies over it. */
export function isStanding(alarm: AlarmRecord): boolean {
  return alarm.annunciated && alarm.state !== 'normal';
}

/**
 * Unacknowledged first, then the most urgent, then what called last: an alarm that came again stands where a new one
 * would. The id settles ties so rows never swap places by themselves. Times are all written alike, so they compare as
 * text.
 */
export function reading(a: AlarmRecord, b: AlarmRecord): number {
  return (
    Number(isUnacknowledged(b)) - Number(isUnacknowledged(a)) ||
    priorityOf(a) - priorityOf(b) ||
    (a.sounded === b.sounded ? (a.id < b.id ? 1 : a.id === b.id ? 0 : -1) : a.sounded < b.sounded ? 1 : -1)
  );
}

/** Where in a sorted list an alarm stands or would stand. */
function placeOf(list: readonly AlarmRecord[], alarm: AlarmRecord): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reading(list[middle]!, alarm) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One feed's open alarms, sorted, and by id; a change costs no more than moving one row. */
class Board {
  list: AlarmRecord[] = [];
  readonly byId = new Map<string, AlarmRecord>();

  constructor(alarms: Iterable<AlarmRecord> = []) {
    for (const alarm of alarms) this.byId.set(alarm.id, alarm);
    this.list = [...this.byId.values()].toSorted(reading);
  }

  /** An older word never wins over a newer one. */
  take(changed: AlarmRecord): void {
    const before = this.byId.get(changed.id);
    if (before !== undefined) {
      if (before.changed > changed.changed) return;
      this.list.splice(placeOf(this.list, before), 1);
      this.byId.delete(changed.id);
    }
    if (!isOpen(changed)) return;
    this.list.splice(placeOf(this.list, changed), 0, changed);
    this.byId.set(changed.id, changed);
  }
}

/** The list after one alarm changed. An alarm with nothing unfinished leaves the list; an older state never wins. */
export function fold(alarms: readonly AlarmRecord[], changed: AlarmRecord): AlarmRecord[] {
  const board = new Board(alarms);
  board.take(changed);
  return board.list;
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
  const since = new Date(now_ms - FLOOD_WINDOW_MS).toISOString();
  return alarms.reduce((n, alarm) => n + Number(alarm.raised > since), 0);
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
/** All that are open, those put aside included. */
export const alarms = signal<readonly AlarmRecord[]>([]);
/** What stands and calls for somebody, sorted for reading. */
export const standing = computed(() => alarms.value.filter(isStanding));
/** Alarms that are over, as far as somebody looked at them; the oldest make room. */
export const past = signal<ReadonlyMap<string, AlarmRecord>>(new Map());
const PAST_KEPT = 100;
/** They come first in the list, so this is its beginning. */
export const unacknowledged = computed(() => standing.value.filter(isUnacknowledged));
export const counts = computed(() => tally(standing.value));
/** Ids of alarms with a command on its way, and what became of those that failed. */
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

const byId = computed(() => new Map(alarms.value.map((alarm) => [alarm.id, alarm])));

/** An alarm that is open, or one that is over and was looked at. */
export function findAlarm(id: string): AlarmRecord | undefined {
  return byId.value.get(id) ?? past.value.get(id);
}

/** These acknowledgements are on their way no more. */
export function settled(ids: readonly string[]): void {
  if (!ids.some((id) => acknowledging.value.has(id))) return;
  const waiting = new Set(acknowledging.value);
  for (const id of ids) waiting.delete(id);
  acknowledging.value = waiting;
}

/** Within this time so many changes are shown one by one; what comes on top of that is shown together at its end. */
const BURST_MS = 100;
const MOST_AT_ONCE = 20;

interface Burst {
  board: Board;
  /** The list this feed last gave; another one there means that somebody else wrote it. */
  given: readonly AlarmRecord[];
  begun_ms: number;
  shown: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const bursts = new Map<Feed, Burst>();

function burstOf(feed: Feed): Burst {
  const known = bursts.get(feed);
  const now = feed.get(alarms);
  if (known !== undefined && known.given === now) return known;
  clearTimeout(known?.timer);
  const made = { board: new Board(now), given: now, begun_ms: 0, shown: 0, timer: undefined };
  bursts.set(feed, made);
  return made;
}

function give(feed: Feed, burst: Burst): void {
  clearTimeout(burst.timer);
  burst.timer = undefined;
  // Readers keep what they were given: the board goes on with a list of its own.
  burst.given = burst.board.list;
  burst.board.list = [...burst.board.list];
  feed.set(alarms, burst.given);
}

type Listener = (alarm: AlarmRecord, feed: Feed) => void;
const listeners = new Set<Listener>();

/** Hears of every alarm that begins to call for somebody, once for each time it does. */
export function onCall(heard: Listener): () => void {
  listeners.add(heard);
  return () => listeners.delete(heard);
}

export function replaceAlarms(all: readonly AlarmRecord[], feed: Feed = liveFeed): void {
  const before = bursts.get(feed)?.board.byId;
  clearTimeout(bursts.get(feed)?.timer);
  const board = new Board(all.filter(isOpen));
  // What began while nobody listened calls once, through its most urgent.
  const missed = board.list.find(
    (alarm) => isUnacknowledged(alarm) && before?.get(alarm.id)?.sounded !== alarm.sounded,
  );
  if (missed !== undefined) for (const heard of listeners) heard(missed, feed);
  const burst = { board, given: board.list, begun_ms: 0, shown: 0, timer: undefined };
  bursts.set(feed, burst);
  give(feed, burst);
  settled([...acknowledging.value]);
}

/**
 * Folds one change. In a storm hundreds come a second: then the list is shown ten times a second, and nothing of it is
 * left out.
 */
export function changeAlarm(changed: AlarmRecord, feed: Feed = liveFeed): void {
  const burst = burstOf(feed);
  const before = burst.board.byId.get(changed.id);
  burst.board.take(changed);
  const calls = isUnacknowledged(changed) && (before === undefined || before.sounded < changed.sounded);
  if (calls) for (const heard of listeners) heard(changed, feed);
  const now_ms = performance.now();
  if (now_ms - burst.begun_ms >= BURST_MS) {
    burst.begun_ms = now_ms;
    burst.shown = 0;
  }
  if (burst.shown < MOST_AT_ONCE && burst.timer === undefined) {
    burst.shown += 1;
    give(feed, burst);
  } else {
    burst.timer ??= setTimeout(() => {
      // Somebody else wrote the list meanwhile: a replay that was left or jumped.
      if (feed.get(alarms) === burst.given) give(feed, burst);
    }, BURST_MS);
  }
  if (!isOpen(changed)) remember(changed);
  settled([changed.id]);
}
