/** Measuring points that are not as they should be, so that what is coloured on the map is also in a list. */

import { computed } from '@preact/signals';
import type { ReadingNow, SensorRecord } from '../api/types.gen';
import { isStale, now_ms, readings } from './live';
import { records } from './records';

/** Most urgent first: beyond LL or HH, beyond L or H, and those whose value may not be believed. */
export type Severity = 'extreme' | 'limit' | 'doubtful';
const ORDER: readonly Severity[] = ['extreme', 'limit', 'doubtful'];

export interface Abnormal {
  sensor: SensorRecord;
  reading: ReadingNow | undefined;
  severity: Severity;
}

/** How a reading departs from normal; null when it does not. A doubtful value beyond a limit is still beyond it. */
export function severityOf(sensor: SensorRecord, reading: ReadingNow | undefined, at_ms: number): Severity | null {
  if (reading === undefined) return 'doubtful';
  if (reading.limit === 'hh' || reading.limit === 'll') return 'extreme';
  if (reading.limit === 'h' || reading.limit === 'l') return 'limit';
  return isStale(reading, sensor.period_s, at_ms) ? 'doubtful' : null;
}

/** All that are abnormal, the most urgent first, then by code. */
export function abnormalAmong(
  sensors: readonly SensorRecord[],
  values: ReadonlyMap<string, ReadingNow>,
  at_ms: number,
): Abnormal[] {
  const found: Abnormal[] = [];
  for (const sensor of sensors) {
    const reading = values.get(sensor.code);
    const severity = severityOf(sensor, reading, at_ms);
    if (severity !== null) found.push({ sensor, reading, severity });
  }
  return found.sort(
    (a, b) =>
      ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) ||
      a.sensor.code.localeCompare(b.sensor.code, 'en', { numeric: true }),
  );
}

export const abnormal = computed(() => abnormalAmong(records.value?.sensors ?? [], readings.value, now_ms.value));
export const beyondLimits = computed(() => abnormal.value.filter((one) => one.severity !== 'doubtful').length);
