/** Words for states, the same in every panel. */

import type { PlainKey } from '../../i18n';
import { t } from '../../i18n';
import type { Whereabouts } from '../../live/positions';

const STATUS: readonly PlainKey[] = ['state.fix', 'state.degraded', 'state.predicted', 'state.lost'];

/** "Located · still": how far a position may be believed, and whether it moves. */
export function statusWord(place: Whereabouts): string {
  const status = t(STATUS[place.status]!);
  if (place.sos) return `${t('state.sos')} · ${status}`;
  return place.status <= 1 ? `${status} · ${t(place.still ? 'state.still' : 'state.moving')}` : status;
}

export type Tone = 'good' | 'warn' | 'bad' | 'stale' | 'plain';

export function statusTone(place: Whereabouts): Tone {
  if (place.sos || place.alarmed) return 'bad';
  return place.status === 0 ? 'good' : place.status === 1 ? 'warn' : 'stale';
}
