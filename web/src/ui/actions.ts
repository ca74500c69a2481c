/** What an operator can do from anywhere: keys, buttons and the palette all end here. */

import { api } from '../api/client';
import { reason } from '../api/fault';
import type { AlarmRecord } from '../api/types.gen';
import { language, t } from '../i18n';
import type { FlyTarget } from '../map/port';
import {
  acknowledgeFault,
  acknowledging,
  findAlarm,
  remember,
  settled,
  standing,
  unacknowledged,
} from '../store/alarms';
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
    const alarm = findAlarm(chosen.id);
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
  if (alarm.state === 'normal') remember(alarm);
  goTo({ kind: 'alarm', id: alarm.id });
}

/** The server took an acknowledgement; its effect must arrive on the live connection within this time. */
const EFFECT_MS = 10_000;

/** Says that an acknowledgement came to nothing, unless it has arrived meanwhile. */
function failed(id: string, why: string): void {
  if (!acknowledging.value.has(id)) return;
  settled([id]);
  acknowledgeFault.value = { id, reason: why };
}

/**
 * Acknowledges one alarm. Its state changes only when the live connection says so: the answer to the request may be
 * older than what has arrived there.
 */
export async function acknowledge(alarm: AlarmRecord): Promise<void> {
  const plant = head.value?.code;
  if (plant === undefined || acknowledging.value.has(alarm.id)) return;
  acknowledging.value = new Set([...acknowledging.value, alarm.id]);
  acknowledgeFault.value = null;
  try {
    await api.acknowledge(plant, alarm);
    setTimeout(() => failed(alarm.id, t('error.timeout')), EFFECT_MS);
  } catch (error) {
    failed(alarm.id, reason(error));
  }
}

/** At most so many can be named in one request. */
const MOST_NAMED = 200;

/** Acknowledges the alarms of the page that is on the screen, by name. There is no way to acknowledge what is not seen. */
export async function acknowledgePage(which: readonly AlarmRecord[]): Promise<void> {
  const plant = head.value?.code;
  const ids = which
    .map((alarm) => alarm.id)
    .filter((id) => !acknowledging.value.has(id))
    .slice(0, MOST_NAMED);
  if (plant === undefined || ids.length === 0) return;
  acknowledging.value = new Set([...acknowledging.value, ...ids]);
  acknowledgeFault.value = null;
  try {
    const { refused } = await api.acknowledgeMany(plant, ids);
    // One that somebody else acknowledged meanwhile is no failure: its state is on its way.
    for (const one of refused) settled([one.alarm]);
    setTimeout(() => ids.forEach((id) => failed(id, t('error.timeout'))), EFFECT_MS);
  } catch (error) {
    ids.forEach((id) => failed(id, reason(error)));
  }
}

export function acknowledgeNewest(): void {
  const newest = unacknowledged.value[0];
  if (newest !== undefined) void acknowledge(newest);
}

export function locateNewest(): void {
  const newest = unacknowledged.value[0] ?? standing.value[0];
  if (newest !== undefined) locate(newest);
}

/** Whether the map can show the selection now. */
export function canFly(): boolean {
  return map.value !== null && mapSelection.value !== null;
}
