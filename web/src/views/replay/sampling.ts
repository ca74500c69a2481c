/**
 * Where everybody was at an instant. As seen live: each one's newest fix of that instant, no better than the screen knew
 * it. Smoothed: between two fixes that belong together also the way between them. Across a gap nobody walks: they stay
 * where they were seen last, and age as they did live. Pure.
 */

import { TRACKS } from '../../api/types.gen';
import { FRAME } from '../../api/types.gen';
import { LOST, NEVER_SEEN, PREDICTED, type PositionFrame } from '../../map/port';
import { fixAt, type TrackBlock } from './tracks';

/** As the core judges age: milliseconds, or periods of the tag, whichever is longer. */
export const PREDICTED_MS = 3_000;
export const PREDICTED_PERIODS = 2.5;
export const LOST_MS = 10_000;
export const LOST_PERIODS = 5;

/** Status bits of a fix that is `age_ms` old. */
export function aged(status: number, age_ms: number, period_ms: number): number {
  const word = status & FRAME.STATUS_MASK;
  const flags = status & FRAME.BIT_STILL;
  if (age_ms > Math.max(LOST_MS, LOST_PERIODS * period_ms)) return LOST;
  if (age_ms > Math.max(PREDICTED_MS, PREDICTED_PERIODS * period_ms)) return Math.max(word, PREDICTED) | flags;
  return word | flags;
}

export interface Place {
  x_dm: number;
  y_dm: number;
  z_dm: number;
  r95_dm: number;
  status: number;
  age_ms: number;
}

/**
 * One subject at `at_ms`; null when it had not been seen yet.
 *
 * @param next the block after this one, for the way across its end; null when it is not here.
 */
export function placeAt(block: TrackBlock, next: TrackBlock | null, id: string, at_ms: number): Place | null {
  const subject = block.index.get(id);
  if (subject === undefined) return null;
  const t = at_ms - block.from_ms;
  const i = fixAt(block, subject, t);
  if (i < 0) return null;
  const age_ms = t - block.t[i]!;
  const place: Place = {
    x_dm: block.x_dm[i]!,
    y_dm: block.y_dm[i]!,
    z_dm: block.z_dm[i]!,
    r95_dm: block.r95_dm[i]!,
    status: aged(block.status[i]!, age_ms, block.period_ms[subject]!),
    age_ms,
  };
  if (!block.smoothed || age_ms === 0) return place;
  let [of, j] = [block, i + 1];
  if (j >= block.starts[subject + 1]!) {
    const there = next?.index.get(id);
    if (next === null || there === undefined) return place;
    // The first fix of the block after is this one again; the one behind it says whether they belong together.
    [of, j] = [next, next.starts[there]! + 1];
    if (j >= next.starts[there + 1]! || next.t[j - 1]! + next.from_ms !== block.t[i]! + block.from_ms) return place;
  }
  if ((of.status[j]! & TRACKS.BIT_APART) !== 0) return place;
  const span_ms = of.t[j]! + of.from_ms - block.t[i]! - block.from_ms;
  const share = age_ms / span_ms;
  place.x_dm += (of.x_dm[j]! - place.x_dm) * share;
  place.y_dm += (of.y_dm[j]! - place.y_dm) * share;
  place.z_dm += (of.z_dm[j]! - place.z_dm) * share;
  place.r95_dm = Math.max(place.r95_dm, of.r95_dm[j]!);
  // Known from both sides: it is not older than the nearer of the two.
  place.age_ms = 0;
  place.status = block.status[i]! & (FRAME.STATUS_MASK | FRAME.BIT_STILL);
  return place;
}

/** A frame as the live connection would have brought it. */
export function frameAt(
  ids: readonly string[],
  table: number,
  block: TrackBlock | null,
  next: TrackBlock | null,
  at_ms: number,
  shown: (id: string) => boolean = () => true,
): PositionFrame {
  const n = ids.length;
  const frame: PositionFrame = {
    table,
    n,
    t_ms: at_ms,
    seq: 0,
    x_dm: new Int16Array(n),
    y_dm: new Int16Array(n),
    z_dm: new Int16Array(n),
    age_ds: new Uint16Array(n).fill(FRAME.AGE_UNKNOWN),
    status: new Uint8Array(n).fill(NEVER_SEEN | LOST),
    r95_dm: new Uint8Array(n),
  };
  if (block === null) return frame;
  for (let row = 0; row < n; row++) {
    const place = shown(ids[row]!) ? placeAt(block, next, ids[row]!, at_ms) : null;
    if (place === null) continue;
    frame.x_dm[row] = Math.round(place.x_dm);
    frame.y_dm[row] = Math.round(place.y_dm);
    frame.z_dm[row] = Math.round(place.z_dm);
    frame.age_ds[row] = Math.min(FRAME.AGE_UNKNOWN, Math.round(place.age_ms / FRAME.AGE_TICK_MS));
    frame.status[row] = place.status;
    frame.r95_dm[row] = place.r95_dm;
  }
  return frame;
}
