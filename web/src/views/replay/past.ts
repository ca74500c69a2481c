/** What stood at an instant, folded from what happened up to it. Pure. */

import type {
  AlarmRecord,
  InsideNow,
  ReadingNow,
  ReplayEvents,
  ReplayReadings,
  SensorRecord,
  VersionedRecord,
  WeatherNow,
} from '../../api/types.gen';
import { reading as readingOrder } from '../../store/alarms';
import { crossed } from '../../store/live';

/** Events with their times as numbers, in order. */
export interface Chronicle {
  events: ReplayEvents;
  from_ms: number;
  to_ms: number;
  alarm_ms: readonly number[];
  crossing_ms: readonly number[];
  weather_ms: readonly number[];
  /** Instants at which another version of a record begins to hold. */
  version_ms: readonly number[];
  gaps: readonly { from_ms: number; to_ms: number; reason: string }[];
  /** Alarms that were raised in the stretch: when, and as they were then. */
  raised: readonly { t_ms: number; until_ms: number | null; alarm: AlarmRecord }[];
}

const ms = (text: string): number => Date.parse(text);

export function chronicle(events: ReplayEvents): Chronicle {
  const alarms = events.alarms.toSorted((a, b) => ms(a.t) - ms(b.t));
  const crossings = events.crossings.toSorted((a, b) => ms(a.t) - ms(b.t));
  const ordered = { ...events, alarms, crossings };
  const versions = [...events.zones, ...events.fences, ...events.sensors, ...events.cameras];
  const raised = new Map<string, { t_ms: number; until_ms: number | null; alarm: AlarmRecord }>();
  for (const { alarm } of alarms) {
    const until_ms = alarm.returned === null ? null : ms(alarm.returned);
    raised.set(alarm.id, { t_ms: ms(alarm.raised), until_ms, alarm });
  }
  return {
    events: ordered,
    from_ms: ms(events.t_from),
    to_ms: ms(events.t_to),
    alarm_ms: alarms.map((one) => ms(one.t)),
    crossing_ms: crossings.map((one) => ms(one.t)),
    weather_ms: events.weather.map((one) => ms(one.t)),
    version_ms: [
      ...new Set(
        versions
          .flatMap((one) => [one.valid_from, one.valid_to ?? ''])
          .filter(Boolean)
          .map(ms),
      ),
    ].toSorted((a, b) => a - b),
    gaps: events.gaps.map((gap) => ({ from_ms: ms(gap.t_from), to_ms: ms(gap.t_to), reason: gap.reason })),
    raised: [...raised.values()].toSorted((a, b) => a.t_ms - b.t_ms),
  };
}

/** How many of ascending times are not after an instant. */
export function upTo(times: readonly number[], at_ms: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! <= at_ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The alarms that were not normal at an instant, as they stood then. */
export function alarmsAt(past: Chronicle, at_ms: number): AlarmRecord[] {
  const standing = new Map<string, AlarmRecord>();
  const end = upTo(past.alarm_ms, at_ms);
  for (let i = 0; i < end; i++) {
    const { alarm } = past.events.alarms[i]!;
    if (alarm.state === 'normal') standing.delete(alarm.id);
    else standing.set(alarm.id, alarm);
  }
  return [...standing.values()].toSorted(readingOrder);
}

export function insideAt(past: Chronicle, at_ms: number): readonly InsideNow[] {
  let inside: readonly InsideNow[] = past.events.inside;
  const end = upTo(past.crossing_ms, at_ms);
  for (let i = 0; i < end; i++) inside = crossed(inside, past.events.crossings[i]!);
  return inside;
}

export function weatherAt(past: Chronicle, at_ms: number): WeatherNow | null {
  return past.events.weather[upTo(past.weather_ms, at_ms) - 1] ?? null;
}

/** The versions that held at an instant. */
export function heldAt<T extends VersionedRecord>(versions: readonly T[], at_ms: number): T[] {
  return versions.filter((one) => ms(one.valid_from) <= at_ms && (one.valid_to === null || ms(one.valid_to) > at_ms));
}

/** Which limit a value stands beyond; unknown when it may not be believed. */
export function limitOf(value: number, quality: string, sensor: SensorRecord | undefined): ReadingNow['limit'] {
  if (sensor === undefined || quality !== 'good') return 'unknown';
  const { ll, l, h, hh } = sensor.limits;
  if (hh !== null && value >= hh) return 'hh';
  if (ll !== null && value <= ll) return 'll';
  if (h !== null && value >= h) return 'h';
  if (l !== null && value <= l) return 'l';
  return 'normal';
}

/** Each sensor's newest value at an instant; a sensor that had said nothing yet is left out. */
export function readingsAt(
  columns: readonly ReplayReadings[],
  sensors: ReadonlyMap<string, SensorRecord>,
  at_ms: number,
): Map<string, ReadingNow> {
  const found = new Map<string, ReadingNow>();
  for (const { sensor, t_ms, value, quality } of columns) {
    const i = upTo(t_ms, at_ms) - 1;
    if (i < 0) continue;
    const limit = limitOf(value[i]!, quality[i]!, sensors.get(sensor));
    found.set(sensor, { sensor, t: new Date(t_ms[i]!).toISOString(), value: value[i]!, quality: quality[i]!, limit });
  }
  return found;
}
