import { useEffect, useState } from 'preact/hooks';
import type { ComponentType } from 'preact';
import { alarmDialog } from './alarmDialog';

/** Where dialogs about alarms open; their code comes with the first. */
export function AlarmDialogHost() {
  const [Dialog, setDialog] = useState<ComponentType | null>(null);
  const wanted = alarmDialog.value !== null;
  useEffect(() => {
    if (!wanted || Dialog !== null) return;
    import('../views/alarms/Dialogs').then(
      (module) => setDialog(() => module.Dialogs),
      (error: unknown) => {
        console.warn('alarm dialogs:', error);
        alarmDialog.value = null;
      },
    );
  }, [wanted]);
  return wanted && Dialog !== null ? <Dialog /> : null;
}
