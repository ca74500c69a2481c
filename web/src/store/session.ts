/** The running session, for whoever must ask it something directly (positions, reconnect), and who is signed in. */

import { signal } from '@preact/signals';
import type { Principal } from '../api/types.gen';
import { name, t } from '../i18n';
import type { Session } from '../live/session';

export const session = signal<Session | null>(null);
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
