/** What an operator can do from anywhere: keys, buttons and the palette all end here. */

import { api } from '../api/client';
import { reason } from '../api/fault';
import type { AlarmRecord } from '../api/types.gen';
import { language } from '../i18n';
import type { FlyTarget } from '../map/port';
import { acknowledgeFault, acknowledging, alarms, changeAlarm, unacknowledged } from '../store/alarms';
import { head } from '../store/live';
import { map } from '../store/map';
import { theme } from '../store/preferences';
import { records } from '../store/records';
import { mapSelection, select, type Selection } from '../store/selection';

export function switchLanguage(): void {
  language.value = language.value === 'zh' ? 'en' : 'zh';
}

export function switchTheme(): void {
  theme.value = theme.value === 'light' ? 'dark' : 'light';
}

/** Where to fly for a selection; null when its place is not known. */
export function targetOf(chosen: Selection): FlyTarget | null {
  if (chosen.kind === 'alarm') {
    const alarm = alarms.value.find((row) => row.id === chosen.id);
    return alarm === undefined ? null : { x_m: alarm.x_m, y_m: alarm.y_m, z_m: alarm.z_m, span_m: 80 };
  }
  if (chosen.kind === 'sensor') {
    const asset = records.value?.sensor.get(chosen.id)?.asset;
    return asset == null ? null : { kind: 'asset', id: asset };
  }
  return { kind: chosen.kind, id: chosen.id };
}

export function fly(chosen: Selection): void {
  const target = targetOf(chosen);
  if (target !== null) map.value?.flyTo(target);
}

/** Selects and flies there. */
export function goTo(chosen: Selection): void {
  select(chosen);
  fly(chosen);
}

/** Shows an alarm's place and opens it. */
export function locate(alarm: AlarmRecord): void {
  goTo({ kind: 'alarm', id: alarm.id });
}

/** Acknowledges one alarm. Its state changes only when the server says so. */
export async function acknowledge(alarm: AlarmRecord): Promise<void> {
  const plant = head.value?.code;
  if (plant === undefined || acknowledging.value.has(alarm.id)) return;
  acknowledging.value = new Set([...acknowledging.value, alarm.id]);
  acknowledgeFault.value = null;
  try {
    const accepted = await api.acknowledge(plant, alarm);
    if (accepted.alarm.id === alarm.id) changeAlarm(accepted.alarm);
  } catch (error) {
    acknowledgeFault.value = { id: alarm.id, reason: reason(error) };
  } finally {
    const waiting = new Set(acknowledging.value);
    waiting.delete(alarm.id);
    acknowledging.value = waiting;
  }
}

/** Acknowledges several, one after the other, stopping at the first that fails. */
export async function acknowledgeAll(which: readonly AlarmRecord[]): Promise<void> {
  for (const alarm of which) {
    await acknowledge(alarm);
    if (acknowledgeFault.value !== null) return;
  }
}

export function acknowledgeNewest(): void {
  const newest = unacknowledged.value[0];
  if (newest !== undefined) void acknowledge(newest);
}

export function locateNewest(): void {
  const newest = unacknowledged.value[0] ?? alarms.value[0];
  if (newest !== undefined) locate(newest);
}

/** Whether the map can show the selection now. */
export function canFly(): boolean {
  return map.value !== null && mapSelection.value !== null;
}
