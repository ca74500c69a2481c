/**
 * Entering and leaving a replay. This is all the first page knows of it: the replay itself is loaded when it is asked
 * for, and until it has read anything the stage is empty, so that nothing live stands under the word REPLAY.
 */

import { batch, computed, signal } from '@preact/signals';
import { Positions } from '../live/positions';
import { NEVER_SEEN, type PositionFrame } from '../map/port';
import { alarms } from './alarms';
import * as live from './live';
import { alarmListOpen, following } from './selection';
import { liveSession, session, type Source } from './session';
import { replayFeed, show, stage } from './stage';

export interface ReplayRequest {
  /** The instant to stand at, epoch ms. */
  at_ms: number;
  /** What the timeline spans; by default the hour before. */
  from_ms?: number;
  to_ms?: number;
  /** Whose tracks to draw and whose bands to show. */
  people?: readonly string[];
  /** Keep this mover in the middle. */
  follow?: string;
}

/** What was asked for last; the replay takes it. A text is a shared address. */
export const replayAsked = signal<ReplayRequest | string | null>(null);
/** The replay in the address, in its own words; empty when there is none. */
export const replayState = signal('');
/** The plant on show, known from the address before anything was heard of it. */
export const plantCode = signal<string | null>(null);
export const replaying = computed(() => stage.value === 'replay');

const HOUR_MS = 3_600_000;

/** A source that knows of nobody: what stands on the stage until the first part of the past has been read. */
export function nobody(): Source {
  const positions = new Positions();
  positions.setTable({ table: 0, rows: [] });
  const none = new Int16Array(0);
  const empty: PositionFrame = {
    table: 0,
    n: 0,
    t_ms: 0,
    seq: 0,
    x_dm: none,
    y_dm: none,
    z_dm: none,
    age_ds: new Uint16Array(0),
    status: new Uint8Array(0).fill(NEVER_SEEN),
    r95_dm: new Uint8Array(0),
  };
  return {
    positions,
    onFrame: (listener) => {
      listener(positions.table, empty);
      return () => {};
    },
    retryNow: () => liveSession.value?.retryNow(),
  };
}

/** Takes the stage from the live picture. Asked again during a replay, it goes to the other instant. */
export function openReplay(asked: ReplayRequest | string): void {
  batch(() => {
    replayAsked.value = asked;
    if (stage.peek() === 'replay') return;
    replayFeed.set(live.people, { table: 0, rows: [] });
    replayFeed.set(live.inside, []);
    replayFeed.set(alarms, []);
    replayFeed.set(live.readings, new Map());
    replayFeed.set(live.cameras, new Map());
    replayFeed.set(live.tags, new Map());
    replayFeed.set(live.weather, null);
    replayFeed.set(live.heads, null);
    replayFeed.set(live.now_ms, typeof asked === 'string' ? 0 : asked.at_ms);
    alarmListOpen.value = false;
    following.value = null;
    session.value = nobody();
    show('replay');
  });
}

/** Back to the present: one step, from anywhere. */
export function closeReplay(): void {
  if (stage.peek() !== 'replay') return;
  batch(() => {
    replayAsked.value = null;
    replayState.value = '';
    following.value = null;
    session.value = liveSession.peek();
    show('live');
  });
}

/** The last hour, beginning five minutes ago: what a key opens. */
export function toggleReplay(): void {
  if (stage.peek() === 'replay') closeReplay();
  else {
    const now = live.wall_ms.peek();
    openReplay({ at_ms: now - HOUR_MS / 12, from_ms: now - HOUR_MS, to_ms: now });
  }
}
