/** Which dialog about an alarm is open; its code comes with the first one. */

import { signal } from '@preact/signals';
import type { AlarmRecord } from '../api/types.gen';
import { remember, isOpen } from '../store/alarms';
import { alarmListOpen, select } from '../store/selection';
import { openView, openViewState } from '../store/views';
import { fly } from './actions';

export type AlarmDialogKind = 'shelve' | 'handle' | 'out' | 'back';

export const alarmDialog = signal<{ kind: AlarmDialogKind; id: string } | null>(null);

export function openAlarmDialog(kind: AlarmDialogKind, id: string): void {
  alarmDialog.value = { kind, id };
}

/** Shows why an alarm was raised: under the map, with what it came from drawn on it. */
export function openExplanation(alarm: AlarmRecord): void {
  if (!isOpen(alarm)) remember(alarm);
  alarmListOpen.value = false;
  select({ kind: 'alarm', id: alarm.id });
  openViewState.value = alarm.id;
  openView.value = 'explain';
  fly({ kind: 'alarm', id: alarm.id });
}
