/** The commissioning panel: open or not. Its parts are loaded when it opens for the first time. */

import { effect, signal } from '@preact/signals';
import { alarmListOpen } from './selection';

export const commissioningOpen = signal(false);

/** The panel and the alarm list share one place; alarms go first. */
effect(() => {
  if (alarmListOpen.value) commissioningOpen.value = false;
});

export function toggleCommissioning(): void {
  const open = !commissioningOpen.value;
  if (open) alarmListOpen.value = false;
  commissioningOpen.value = open;
}
