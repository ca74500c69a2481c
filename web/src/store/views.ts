/** Which view is open over the live plant: one at a time, or none. Its code is loaded when it opens for the first time. */

import { effect, signal } from '@preact/signals';
import { alarmListOpen } from './selection';

export const VIEW_KEYS = ['alarms', 'dashboard', 'explain', 'fences', 'muster', 'questions', 'commissioning'] as const;
export type ViewKey = (typeof VIEW_KEYS)[number];

/** Null is the live plant alone. */
export const openView = signal<ViewKey | null>(null);

/** Whether the open view covers the foot of the map as well. */
export const viewFoot = signal(false);

/** What the open view keeps in the address (`&vs=`), in its own words; empty when it keeps nothing. */
export const openViewState = signal('');

/** A view and the alarm list share the foot of the page; alarms go first. */
effect(() => {
  if (alarmListOpen.value) openView.value = null;
});

/** Opens a view, or closes it when it is open. */
export function toggleView(key: ViewKey): void {
  const next = openView.value === key ? null : key;
  if (next !== null) alarmListOpen.value = false;
  openViewState.value = '';
  openView.value = next;
}

export function readOpenView(text: string | null): ViewKey | null {
  return VIEW_KEYS.find((key) => key === text) ?? null;
}
