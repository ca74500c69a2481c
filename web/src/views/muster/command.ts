/** Commands about musters: handed over by HTTP, done when the live connection says so. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../../api/client';
import { reason } from '../../api/fault';
import { t } from '../../i18n';
import type { MusterEnd, MusterStart, MusterWord } from '../../api/types.gen';
import { head } from '../../store/live';
import { muster, musterOver } from '../../store/muster';

/** The effect of a command must arrive on the live connection within this time. */
const EFFECT_MS = 10_000;

/** Sends one command at a time; `waiting` until its effect has arrived, `fault` when it came to nothing. */
export function useCommand() {
  const [waiting, setWaiting] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const timer = useRef(0);
  const now = muster.value;
  const over = musterOver.value;
  useEffect(() => {
    window.clearTimeout(timer.current);
    setWaiting(false);
  }, [now, over]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const send = async (rest: string, body: MusterStart | MusterWord | MusterEnd): Promise<void> => {
    const plant = head.value?.code;
    if (plant === undefined) return;
    setWaiting(true);
    setFault(null);
    timer.current = window.setTimeout(() => {
      setWaiting(false);
      setFault(t('error.timeout'));
    }, EFFECT_MS);
    try {
      await api.musterCommand(plant, rest, body);
    } catch (error) {
      window.clearTimeout(timer.current);
      setWaiting(false);
      setFault(reason(error));
    }
  };
  return { send, waiting, fault };
}
