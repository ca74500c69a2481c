/** A replay in the address: whoever opens it sees exactly this. Pure. */

import { SPEEDS } from './clock';
import type { Quality } from './reading';

export const TRAILS_S = [0, 60, 300, 900, 3600] as const;

export interface ReplayView {
  at_ms: number;
  from_ms: number;
  to_ms: number;
  speed: number;
  playing: boolean;
  quality: Quality;
  trail_s: number;
  people: readonly string[];
  /** Draw nobody but the chosen people. */
  only: boolean;
  follow: string | null;
  /** Sensor whose trend is on the timeline. */
  sensor: string | null;
  /** The second map stands this much later (earlier: negative), milliseconds; null: one map. */
  offset_ms: number | null;
}

export const DEFAULT_TRAIL_S = 60;

/** `at:…,from:…,to:…,x:2,…`: numbers are epoch milliseconds; people are last, apart by `*`. */
export function writeReplay(view: ReplayView): string {
  const parts = [`at:${Math.round(view.at_ms)}`, `from:${Math.round(view.from_ms)}`, `to:${Math.round(view.to_ms)}`];
  if (view.speed !== 1) parts.push(`x:${view.speed}`);
  if (view.playing) parts.push('play:1');
  if (view.quality === 'smoothed') parts.push('q:smoothed');
  if (view.trail_s !== DEFAULT_TRAIL_S) parts.push(`trail:${view.trail_s}`);
  if (view.only) parts.push('only:1');
  if (view.offset_ms !== null) parts.push(`beside:${Math.round(view.offset_ms)}`);
  if (view.sensor !== null) parts.push(`sensor:${view.sensor}`);
  if (view.follow !== null) parts.push(`follow:${view.follow}`);
  if (view.people.length > 0) parts.push(`who:${view.people.join('*')}`);
  return parts.join(',');
}

/** Reads `writeReplay`; null when it names no instant. What it does not know is passed over. */
export function readReplay(text: string): ReplayView | null {
  const found = new Map<string, string>();
  for (const part of text.split(',')) {
    const at = part.indexOf(':');
    if (at > 0) found.set(part.slice(0, at), part.slice(at + 1));
  }
  const number = (key: string): number | null => {
    const given = found.get(key);
    const value = given === undefined || given === '' ? NaN : Number(given);
    return Number.isFinite(value) && Math.abs(value) < 8e15 ? value : null;
  };
  const at_ms = number('at');
  if (at_ms === null) return null;
  const from_ms = number('from') ?? at_ms - 1_800_000;
  const to_ms = number('to') ?? at_ms + 1_800_000;
  const speed = number('x') ?? 1;
  const trail_s = number('trail') ?? DEFAULT_TRAIL_S;
  return {
    at_ms,
    from_ms,
    to_ms,
    speed: SPEEDS.some((known) => known === Math.abs(speed)) ? speed : 1,
    playing: found.get('play') === '1',
    quality: found.get('q') === 'smoothed' ? 'smoothed' : 'measured',
    trail_s: TRAILS_S.some((known) => known === trail_s) ? trail_s : DEFAULT_TRAIL_S,
    people: (found.get('who') ?? '').split('*').filter((id) => id !== ''),
    only: found.get('only') === '1',
    follow: found.get('follow') ?? null,
    sensor: found.get('sensor') ?? null,
    offset_ms: number('beside'),
  };
}
