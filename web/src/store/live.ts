/** Low-rate live state: one signal each, replaced whole, so a component redraws only for what it reads. */

import { computed, signal } from '@preact/signals';
import type {
  CameraNow,
  Connection,
  CrossingRecord,
  InsideNow,
  PeopleTable,
  PlantHeadRecord,
  ReadingNow,
  RoleRecord,
  LevelRecord,
  TagNow,
  WeatherNow,
} from '../api/types.gen';
import { looksFrozen, type Liveness } from '../live/liveness';
import { stage } from './stage';
import type { HeadCount } from '../live/positions';

export const head = signal<PlantHeadRecord | null>(null);
export const roles = signal<readonly RoleRecord[]>([]);
export const levels = signal<readonly LevelRecord[]>([]);
export const people = signal<PeopleTable>({ table: -1, rows: [] });
export const readings = signal<ReadonlyMap<string, ReadingNow>>(new Map());
export const cameras = signal<ReadonlyMap<string, CameraNow>>(new Map());
/** By tag. */
export const tags = signal<ReadonlyMap<string, TagNow>>(new Map());
export const weather = signal<WeatherNow | null>(null);
export const inside = signal<readonly InsideNow[]>([]);
export const connection = signal<Connection | null>(null);
/** Messages and frames that could not be read since the page was opened. */
export const unreadable = signal(0);

export const liveness = signal<Liveness>({ kind: 'connecting', age_s: null });
/** The instant on show, epoch ms: server time once a second, or the replayed one. What shows a clock or an age reads it. */
export const now_ms = signal(Date.now());
/** Whether the picture must look dead. A replay never passes for the present, so it need not. */
export const frozen = computed(() => stage.value === 'live' && looksFrozen(liveness.value.kind));
/** Server time, epoch ms, whatever is shown: `now_ms` is the replayed instant during a replay. */
export const wall_ms = signal(Date.now());
/** Null while nobody has been counted: an empty plant and an unknown one must not look the same. */
export const heads = signal<HeadCount | null>(null);
/** False when there is no plant to show. */
export const plantKnown = signal(true);

export const mover = computed(() => new Map(people.value.rows.map((row) => [row.id, row])));
export const moverOfTag = computed(
  () => new Map(people.value.rows.flatMap((row) => (row.tag === null ? [] : [[row.tag, row] as const]))),
);
export const zone = computed(() => head.value?.timezone ?? 'Asia/Shanghai');

/** A reading older than this many of its periods (and at least 10 s) is out of date. */
const STALE_PERIODS = 5;
const STALE_FLOOR_MS = 10_000;

/** Whether a reading may no longer be taken for the present. */
export function isStale(reading: ReadingNow, period_s: number, at_ms: number): boolean {
  const allowed = Math.max(STALE_FLOOR_MS, STALE_PERIODS * period_s * 1000);
  return reading.quality !== 'good' || at_ms - Date.parse(reading.t) > allowed;
}

/** Puts newer values into a table by key; an older value never replaces a newer one. */
export function merged<T extends { t: string }>(
  before: ReadonlyMap<string, T>,
  news: readonly T[],
  key: (item: T) => string,
): Map<string, T> {
  const after = new Map(before);
  for (const item of news) {
    const old = after.get(key(item));
    if (old === undefined || Date.parse(old.t) <= Date.parse(item.t)) after.set(key(item), item);
  }
  return after;
}

/** Who is inside which fence after a crossing. */
export function crossed(before: readonly InsideNow[], crossing: CrossingRecord): InsideNow[] {
  const others = before.filter((row) => row.subject !== crossing.subject || row.fence !== crossing.fence);
  if (crossing.direction === 'exit') return others;
  return [...others, { subject: crossing.subject, fence: crossing.fence, since: crossing.t }];
}
