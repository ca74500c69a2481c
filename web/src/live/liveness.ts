/** How alive the picture is. One rule for banner, dot, grey-out and hatch, so they never disagree. Pure. */

/** Older than this, the picture is marked late. */
export const LATE_MS = 3_000;
/** Older than this, it is shown as frozen even though the connection stands. */
export const FROZEN_MS = 10_000;
/** The server speaks once a second; silent for this long, the connection counts as lost. */
export const SILENT_MS = 3_000;

export type LivenessKind =
  /** Not yet connected since the page was opened. */
  | 'connecting'
  /** Connected, but nothing was ever measured. */
  | 'empty'
  | 'live'
  /** Connected; the newest measurement is older than `LATE_MS`. */
  | 'late'
  /** Connected; so old that it must not look live. */
  | 'frozen'
  /** No word from the server. */
  | 'lost';

export interface LivenessFacts {
  now_ms: number;
  /** Whether the socket is open. */
  open: boolean;
  /** When the last message came, local ms; null before the first. */
  heard_ms: number | null;
  /** Age the server gave the newest position (or measurement) in that message, ms; null: there is none. */
  age_ms: number | null;
  /** When that age was given, local ms. */
  age_given_ms: number | null;
}

export interface Liveness {
  kind: LivenessKind;
  /** Age of what is on the screen, seconds; null when nothing is. */
  age_s: number | null;
}

/** Judges the facts. The age goes on counting while nothing arrives. */
export function judge(facts: LivenessFacts): Liveness {
  const { now_ms, open, heard_ms, age_ms, age_given_ms } = facts;
  if (heard_ms === null) return { kind: 'connecting', age_s: null };
  const age = age_ms === null || age_given_ms === null ? null : Math.max(0, age_ms + now_ms - age_given_ms);
  const age_s = age === null ? null : age / 1000;
  if (!open || now_ms - heard_ms > SILENT_MS) {
    return { kind: 'lost', age_s: age_s ?? (now_ms - heard_ms) / 1000 };
  }
  if (age === null) return { kind: 'empty', age_s: null };
  if (age > FROZEN_MS) return { kind: 'frozen', age_s };
  if (age > LATE_MS) return { kind: 'late', age_s };
  return { kind: 'live', age_s };
}

/** From so many positions that are not current on, they may be one engine's rather than some people's. */
const PARTLY_COUNT = 5;

/** Whether so many positions are not current that something stopped, although others still arrive. */
export function partlyBlind(movers: number, stale: number): boolean {
  return stale >= PARTLY_COUNT && stale * 2 > movers;
}

/** Whether the picture must look dead: grey, hatched, nothing that seems to move. */
export function looksFrozen(kind: LivenessKind): boolean {
  return kind === 'lost' || kind === 'frozen';
}
