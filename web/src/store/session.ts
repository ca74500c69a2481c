/** The running sources of positions, for whoever must ask them directly, and who is signed in. */

import { signal } from '@preact/signals';
import type { Principal } from '../api/types.gen';
import { name, t } from '../i18n';
import type { Positions } from '../live/positions';
import type { MoverTable, PositionFrame } from '../map/port';

export type FrameListener = (table: MoverTable, frame: PositionFrame) => void;

/** Whatever knows where everybody is: the live session, or a replay. */
export interface Source {
  readonly positions: Positions;
  /** Calls back with every frame, and at once with the newest. */
  onFrame(listener: FrameListener): () => void;
  /** Tries the live connection now. */
  retryNow(): void;
}

/** The source on show. */
export const session = signal<Source | null>(null);
/** The live session, on show or not. */
export const liveSession = signal<Source | null>(null);
export const me = signal<Principal | null>(null);

/** Who is signed in, in words. */
export function accountName(): string {
  return me.value === null ? t('top.account') : name(me.value.names);
}

/** Whoever acknowledged something; others than oneself are known by their id. */
export function operatorName(id: string | null): string {
  if (id === null) return '—';
  return id === me.value?.id ? accountName() : id;
}
