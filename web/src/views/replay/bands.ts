/** What the timeline shows of one chosen person: speed, zones, stops and gaps over the span. Pure. */

import { TRACKS } from '../../api/types.gen';
import { stops, STOPS, type Stop } from './stops';
import type { TrackBlock } from './tracks';

export interface Stretch<T> {
  from_ms: number;
  to_ms: number;
  value: T;
}

export interface Bands {
  id: string;
  /** Mean speed of each step, m/s; null where nothing is known. */
  speed: readonly (number | null)[];
  from_ms: number;
  step_ms: number;
  zones: readonly Stretch<string>[];
  stops: readonly Stop[];
  gaps: readonly { from_ms: number; to_ms: number }[];
}

/** @param zoneAt code of the most dangerous zone at a place (site metres), or null. */
export function bandsOf(
  block: TrackBlock,
  id: string,
  from_ms: number,
  to_ms: number,
  zoneAt: (x_m: number, y_m: number) => string | null,
  steps = 240,
): Bands {
  const step_ms = (to_ms - from_ms) / steps;
  const bands = { id, from_ms, step_ms, speed: Array.from({ length: steps }, (): number | null => null) };
  const subject = block.index.get(id);
  if (subject === undefined) return { ...bands, zones: [], stops: [], gaps: [{ from_ms, to_ms }] };
  const [first, end] = [block.starts[subject]!, block.starts[subject + 1]!];
  const n = end - first;
  const t = new Float64Array(n);
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  const way = new Float64Array(steps);
  const known = new Float64Array(steps);
  const zones: Stretch<string>[] = [];
  const gaps: { from_ms: number; to_ms: number }[] = [];
  let zone: string | null = null;
  for (let i = 0; i < n; i++) {
    const at = first + i;
    t[i] = block.from_ms + block.t[at]!;
    x[i] = block.x_dm[at]! / 10;
    y[i] = block.y_dm[at]! / 10;
    const joined = i > 0 && (block.status[at]! & TRACKS.BIT_APART) === 0;
    if (joined) {
      const step = Math.floor((t[i]! - from_ms) / step_ms);
      if (step >= 0 && step < steps) {
        way[step] = way[step]! + Math.hypot(x[i]! - x[i - 1]!, y[i]! - y[i - 1]!);
        known[step] = known[step]! + t[i]! - t[i - 1]!;
      }
    } else if (t[i]! > from_ms) {
      gaps.push({ from_ms: Math.max(from_ms, i > 0 ? t[i - 1]! : from_ms), to_ms: t[i]! });
    }
    const now = zoneAt(x[i]!, y[i]!);
    const last = zones.at(-1);
    if (now !== null && joined && zone === now && last !== undefined) last.to_ms = t[i]!;
    else if (now !== null) zones.push({ from_ms: Math.max(from_ms, t[i]!), to_ms: t[i]!, value: now });
    zone = now;
  }
  if (n > 0 && to_ms - t[n - 1]! > Math.max(10_000, 5 * block.period_ms[subject]!)) {
    gaps.push({ from_ms: t[n - 1]!, to_ms });
  }
  for (let i = 0; i < steps; i++) if (known[i]! > 0) bands.speed[i] = (way[i]! / known[i]!) * 1000;
  return { ...bands, zones, stops: stops(t, x, y, STOPS), gaps };
}
