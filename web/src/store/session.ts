/** The running session, for whoever must ask it something directly (positions, reconnect). */

import { signal } from '@preact/signals';
import type { Session } from '../live/session';

export const session = signal<Session | null>(null);
