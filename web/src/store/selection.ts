/** What the operator looks at, and which panels are open. */

import { computed, signal } from '@preact/signals';
import type { MapSelection } from '../map/port';
import { findAlarm } from './alarms';
import { records } from './records';

export const SELECTION_KINDS = ['mover', 'asset', 'sensor', 'zone', 'fence', 'camera', 'alarm'] as const;
export type SelectionKind = (typeof SELECTION_KINDS)[number];

export interface Selection {
  kind: SelectionKind;
  id: string;
}

export const selection = signal<Selection | null>(null);
/** The mover the map keeps in its middle, or null. */
export const following = signal<string | null>(null);

export type Overlay = 'palette' | 'help' | 'connection' | null;
export const overlay = signal<Overlay>(null);
export const alarmListOpen = signal(false);

export const ALARM_TABS = ['standing', 'sensors', 'history'] as const;
export type AlarmTab = (typeof ALARM_TABS)[number];
export const alarmTab = signal<AlarmTab>('standing');

export function select(next: Selection | null): void {
  selection.value = next;
  if (following.value !== null && (next?.kind !== 'mover' || next.id !== following.value)) following.value = null;
}

/** What the map shall mark for a selection: a sensor is where its asset stands, an alarm where its subject is. */
export const mapSelection = computed<MapSelection | null>(() => {
  const chosen = selection.value;
  if (chosen === null) return null;
  if (chosen.kind === 'alarm') {
    const alarm = findAlarm(chosen.id);
    return alarm?.subject == null ? null : { kind: 'mover', id: alarm.subject.id };
  }
  if (chosen.kind === 'sensor') {
    const asset = records.value?.sensor.get(chosen.id)?.asset;
    return asset == null ? null : { kind: 'asset', id: asset };
  }
  return { kind: chosen.kind, id: chosen.id };
});

/** `mover:P-017` in the address; null when it is not a selection. */
export function readSelection(text: string | null): Selection | null {
  const at = text?.indexOf(':') ?? -1;
  if (text === null || at < 1 || at === text.length - 1) return null;
  const kind = SELECTION_KINDS.find((known) => known === text.slice(0, at));
  return kind === undefined ? null : { kind, id: text.slice(at + 1) };
}

export function writeSelection(chosen: Selection): string {
  return `${chosen.kind}:${chosen.id}`;
}
