/** What is wrong with a shape, and where, while it is being drawn. The server judges again. Pure. */
import type { Point } from './frame';
import { distance, inRing, partsOf, ringsOf, type Ring, type Shape } from './shape';

export type FaultCode =
  | 'empty'
  | 'too_few_points'
  | 'duplicate_points'
  | 'self_intersection'
  | 'hole_outside'
  | 'parts_overlap'
  | 'too_small'
  | 'too_many_points';

export interface ShapeFault {
  code: FaultCode;
  /** Where, site metres. */
  place: Point | null;
}

/** Two corners nearer than this are one. */
export const SAME_M = 0.01;
const MOST_POINTS = 2000;
const LEAST_AREA_M2 = 0.5;

const cross = (o: Point, a: Point, b: Point) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);

/** Where two segments cross or touch; null where they do not. Parallel ones that overlap meet at an end of one. */
export function meeting(a: Point, b: Point, c: Point, d: Point): Point | null {
  const [d1, d2, d3, d4] = [cross(c, d, a), cross(c, d, b), cross(a, b, c), cross(a, b, d)];
  if (d1 > 0 !== d2 > 0 && d1 !== 0 && d2 !== 0 && d3 > 0 !== d4 > 0 && d3 !== 0 && d4 !== 0) {
    const t = d1 / (d1 - d2);
    return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
  }
  const on = (p: Point, q: Point, r: Point) =>
    Math.min(p[0], q[0]) <= r[0] &&
    r[0] <= Math.max(p[0], q[0]) &&
    Math.min(p[1], q[1]) <= r[1] &&
    r[1] <= Math.max(p[1], q[1]);
  if (d1 === 0 && on(c, d, a)) return a;
  if (d2 === 0 && on(c, d, b)) return b;
  if (d3 === 0 && on(a, b, c)) return c;
  if (d4 === 0 && on(a, b, d)) return d;
  return null;
}

interface Side {
  a: Point;
  b: Point;
  ring: number;
  index: number;
  count: number;
}

const sidesOf = (rings: readonly Ring[]): Side[] =>
  rings.flatMap((ring, r) =>
    ring.map((a, index) => ({ a, b: ring[(index + 1) % ring.length]!, ring: r, index, count: ring.length })),
  );

/** Where rings cross themselves or each other; sides are swept in order of their west ends. */
export function crossings(rings: readonly Ring[], most = 8): Point[] {
  const sides = sidesOf(rings).toSorted((s, t) => Math.min(s.a[0], s.b[0]) - Math.min(t.a[0], t.b[0]));
  const found: Point[] = [];
  for (const [i, s] of sides.entries()) {
    const east = Math.max(s.a[0], s.b[0]);
    for (let j = i + 1; j < sides.length; j++) {
      const t = sides[j]!;
      if (Math.min(t.a[0], t.b[0]) > east) break;
      if (s.ring === t.ring) {
        const apart = Math.abs(s.index - t.index);
        if (apart === 1 || apart === s.count - 1) {
          // Neighbours share a corner; they are wrong only when one runs back over the other.
          if (s.count > 2 && runsBack(s, t)) found.push(s.a);
          continue;
        }
      }
      const place = meeting(s.a, s.b, t.a, t.b);
      if (place !== null) found.push(place);
      if (found.length >= most) return found;
    }
  }
  return found;
}

function runsBack(s: Side, t: Side): boolean {
  const [first, second] = (s.index + 1) % s.count === t.index ? [s, t] : [t, s];
  const turn = cross(first.a, first.b, second.b);
  const along =
    (first.b[0] - first.a[0]) * (second.b[0] - second.a[0]) + (first.b[1] - first.a[1]) * (second.b[1] - second.a[1]);
  return turn === 0 && along < 0;
}

/** Everything that is wrong with a shape; none means that it can be published as far as its outline goes. */
export function shapeFaults(shape: Shape): ShapeFault[] {
  const parts = partsOf(shape);
  if (parts.length === 0) return [{ code: 'empty', place: null }];
  const rings = ringsOf(shape);
  const faults: ShapeFault[] = [];
  const count = rings.reduce((sum, ring) => sum + ring.length, 0);
  if (count > MOST_POINTS) return [{ code: 'too_many_points', place: null }];
  for (const ring of rings) {
    if (ring.length < 3) faults.push({ code: 'too_few_points', place: ring[0] ?? null });
    for (const [i, point] of ring.entries()) {
      if (distance(point, ring[(i + 1) % ring.length]!) < SAME_M)
        faults.push({ code: 'duplicate_points', place: point });
    }
  }
  if (faults.length > 0) return faults;
  faults.push(...crossings(rings).map((place): ShapeFault => ({ code: 'self_intersection', place })));
  for (const [p, [outer, ...holes]] of parts.entries()) {
    for (const hole of holes) {
      const stray = hole.find((point) => !inRing(point, outer!));
      if (stray !== undefined) faults.push({ code: 'hole_outside', place: stray });
    }
    for (const other of parts.slice(p + 1)) {
      const shared =
        other[0]!.find((point) => inRing(point, outer!)) ?? outer!.find((point) => inRing(point, other[0]!));
      if (shared !== undefined && faults.length === 0) faults.push({ code: 'parts_overlap', place: shared });
    }
  }
  if (faults.length === 0 && parts.some(([outer]) => Math.abs(ringArea(outer!)) < LEAST_AREA_M2)) {
    faults.push({ code: 'too_small', place: rings[0]?.[0] ?? null });
  }
  return faults;
}

function ringArea(ring: Ring): number {
  const [ox, oy] = ring[0] ?? [0, 0];
  let sum = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    sum += (ring[j]![0] - ox) * (ring[i]![1] - oy) - (ring[i]![0] - ox) * (ring[j]![1] - oy);
  }
  return sum / 2;
}
