/** The replay that runs, for every part of its page. */

import { signal } from '@preact/signals';
import type { ReplaySession } from './session';

export const replay = signal<ReplaySession | null>(null);
