/** Which unit or tank farm of the plant an alarm is in. */

import { computed } from '@preact/signals';
import type { AlarmRecord, AssetRecord } from '../api/types.gen';
import { contains } from './place';
import { records } from './records';

/** The plant's units, in the order of their codes. */
export const areas = computed<readonly AssetRecord[]>(() =>
  (records.value?.assets ?? [])
    .filter((asset) => asset.kind === 'unit')
    .toSorted((a, b) => a.code.localeCompare(b.code, 'en', { numeric: true })),
);

/** Found once per alarm: where it was raised does not change. */
const found = computed(() => {
  void areas.value;
  return new Map<string, AssetRecord | null>();
});

/** The unit an alarm was raised in: that of its equipment, or the one around its place; null outside all. */
export function areaOf(alarm: AlarmRecord): AssetRecord | null {
  const known = found.value.get(alarm.id);
  if (known !== undefined) return known;
  const parent = alarm.asset === null ? null : (records.value?.asset.get(alarm.asset.code)?.parent ?? null);
  const area =
    areas.value.find((one) => one.code === parent) ??
    areas.value.find((one) => contains(one.geometry, alarm.lon, alarm.lat)) ??
    null;
  if (areas.value.length > 0) found.value.set(alarm.id, area);
  return area;
}
