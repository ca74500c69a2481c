import { useEffect, useState } from 'preact/hooks';
import type { ComponentType } from 'preact';
import type { AlarmRecord } from '../../api/types.gen';

type More = ComponentType<{ alarm: AlarmRecord }>;
let loaded: More | null = null;

/** What an alarm means and what can be done about it; its code comes with the first alarm that is opened. */
export function AlarmMore({ alarm }: { alarm: AlarmRecord }) {
  const [, arrived] = useState(0);
  useEffect(() => {
    if (loaded !== null) return;
    import('../../views/alarms/More').then(
      (module) => {
        loaded = module.More;
        arrived((n) => n + 1);
      },
      (error: unknown) => console.warn('alarm:', error),
    );
  }, []);
  const View = loaded;
  return View === null ? null : <View alarm={alarm} />;
}
