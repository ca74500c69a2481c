/** Cutting an area in two along a line. Pure. */
import { meeting } from './faults';
import type { Point } from './frame';
import { distance, inRing, partsOf, signedArea, type Part, type Ring, type Shape } from './shape';

export type Split =
  { ok: true; kept: Shape; cut: Shape } | { ok: false; reason: 'misses' | 'more_than_twice' | 'through_a_hole' };

interface Cut {
  point: Point;
  /** Index of the ring's side, and how far along it. */
  side: number;
  along: number;
  /** How far along the line. */
  at: number;
}

function cutsOf(ring: Ring, line: readonly Point[]): Cut[] {
  const found: Cut[] = [];
  let before = 0;
  for (let i = 1; i < line.length; i++) {
    const [from, to] = [line[i - 1]!, line[i]!];
    for (const [side, a] of ring.entries()) {
      const b = ring[(side + 1) % ring.length]!;
      const point = meeting(from, to, a, b);
      if (point === null) continue;
      // A corner belongs to two sides and counts once.
      if (found.some((cut) => distance(cut.point, point) < 1e-6)) continue;
      found.push({ point, side, along: distance(a, point), at: before + distance(from, point) });
    }
    before += distance(from, to);
  }
  return found.sort((one, other) => one.at - other.at);
}

/** Corners of a ring from one cut forward to another. */
function along(ring: Ring, from: Cut, to: Cut): Point[] {
  const points: Point[] = [from.point];
  const wraps = to.side < from.side || (to.side === from.side && to.along < from.along);
  const steps = to.side - from.side + (wraps ? ring.length : 0);
  for (let i = 1; i <= steps; i++) points.push(ring[(from.side + i) % ring.length]!);
  points.push(to.point);
  return points;
}

const apart = (points: readonly Point[]): Point[] =>
  points.filter((point, i) => distance(point, points[(i + points.length - 1) % points.length]!) > 1e-6);

/**
 * Cuts the one part a line crosses; the larger piece is kept together with the other parts.
 *
 * The line must cross the outline of one part exactly twice and no hole.
 */
export function split(shape: Shape, line: readonly Point[]): Split {
  const parts = partsOf(shape);
  const touched = parts.map((part) => cutsOf(part[0] ?? [], line));
  const which = touched.findIndex((cuts) => cuts.length >= 2);
  if (which < 0) return { ok: false, reason: 'misses' };
  if (touched.some((cuts, i) => (i === which ? cuts.length > 2 : cuts.length > 0)))
    return { ok: false, reason: 'more_than_twice' };
  const [outer, ...holes] = parts[which]!;
  if (holes.some((hole) => cutsOf(hole, line).length > 0)) return { ok: false, reason: 'through_a_hole' };
  const [first, last] = touched[which] as [Cut, Cut];
  const seam = seamOf(line, first, last);
  const one = apart([...along(outer!, first, last), ...seam.toReversed().slice(1, -1)]);
  const other = apart([...along(outer!, last, first), ...seam.slice(1, -1)]);
  if (one.length < 3 || other.length < 3) return { ok: false, reason: 'misses' };
  const piece = (ring: Ring): Part => [ring, ...holes.filter((hole) => inRing(hole[0]!, ring))];
  const [large, small] = Math.abs(signedArea(one)) >= Math.abs(signedArea(other)) ? [one, other] : [other, one];
  return {
    ok: true,
    kept: { kind: 'polygon', parts: parts.map((part, i) => (i === which ? piece(large) : part)) },
    cut: { kind: 'polygon', parts: [piece(small)] },
  };
}

/** The line from one cut to the other, both included. */
function seamOf(line: readonly Point[], first: Cut, last: Cut): Point[] {
  const seam: Point[] = [first.point];
  let before = 0;
  for (let i = 1; i < line.length; i++) {
    before += distance(line[i - 1]!, line[i]!);
    if (before > first.at && before < last.at) seam.push(line[i]!);
  }
  seam.push(last.point);
  return seam;
}
