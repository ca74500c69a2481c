/** Catching the corners and edges of what is near while drawing. Pure. */
import type { Point } from './frame';
import { distance, type Ring } from './shape';

export type SnapKind = 'fence' | 'wall' | 'tank' | 'bund' | 'boundary' | 'own';

export interface SnapTarget {
  kind: SnapKind;
  code: string;
  /** Closed rings, or open lines. */
  rings: readonly Ring[];
  closed: boolean;
  box: readonly [number, number, number, number];
}

export interface Snapped {
  point: Point;
  /** Null where nothing was near. */
  to: { kind: SnapKind; code: string; at: 'corner' | 'edge' } | null;
}

export function snapTarget(kind: SnapKind, code: string, rings: readonly Ring[], closed = true): SnapTarget {
  const all = rings.flat();
  const xs = all.map((point) => point[0]);
  const ys = all.map((point) => point[1]);
  return { kind, code, rings, closed, box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] };
}

/** The point of a segment nearest to another. */
export function nearest(p: Point, a: Point, b: Point): Point {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const squared = dx * dx + dy * dy;
  if (squared === 0) return a;
  const t = Math.max(0, Math.min(1, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / squared));
  return [a[0] + t * dx, a[1] + t * dy];
}

/** The nearest corner within reach, else the nearest edge, else the point itself. */
export function snapped(point: Point, targets: readonly SnapTarget[], reach_m: number): Snapped {
  let corner: { d: number; found: Snapped } | null = null;
  let edge: { d: number; found: Snapped } | null = null;
  for (const target of targets) {
    const [west, south, east, north] = target.box;
    if (point[0] < west - reach_m || point[0] > east + reach_m) continue;
    if (point[1] < south - reach_m || point[1] > north + reach_m) continue;
    const { kind, code } = target;
    for (const ring of target.rings) {
      for (const [i, a] of ring.entries()) {
        const far = distance(point, a);
        if (far <= reach_m && far < (corner?.d ?? Infinity)) {
          corner = { d: far, found: { point: a, to: { kind, code, at: 'corner' } } };
        }
        const b = ring[i + 1] ?? (target.closed ? ring[0] : undefined);
        if (b === undefined) continue;
        const on = nearest(point, a, b);
        const off = distance(point, on);
        if (off <= reach_m && off < (edge?.d ?? Infinity))
          edge = { d: off, found: { point: on, to: { kind, code, at: 'edge' } } };
      }
    }
  }
  return corner?.found ?? edge?.found ?? { point, to: null };
}
