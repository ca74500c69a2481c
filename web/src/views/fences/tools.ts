/** What the pointer and the keys draw with each tool. Pure: points in, a shape or a question out. */
import type { Point } from './drawing/frame';
import { distance, withHole, withPart, type Ring, type Shape } from './drawing/shape';
import { split } from './drawing/split';

export const TOOLS = ['select', 'polygon', 'rectangle', 'circle', 'corridor', 'part', 'hole', 'split'] as const;
export type Tool = (typeof TOOLS)[number];

/** The least points each tool needs; `exactly` ends the drawing by itself. */
const NEEDS: Readonly<Record<Tool, { least: number; exactly?: number }>> = {
  select: { least: 0 },
  polygon: { least: 3 },
  part: { least: 3 },
  hole: { least: 3 },
  rectangle: { least: 3, exactly: 3 },
  circle: { least: 2, exactly: 2 },
  corridor: { least: 2 },
  split: { least: 2 },
};

/** Tools whose points close to a ring: a click on the first ends them. */
export const closes = (tool: Tool): boolean => tool === 'polygon' || tool === 'part' || tool === 'hole';
export const enough = (tool: Tool, points: number): boolean => points >= NEEDS[tool].least;
export const full = (tool: Tool, points: number): boolean => points === NEEDS[tool].exactly;
/** Tools that change the shape instead of beginning a new one. */
export const needsShape = (tool: Tool): boolean => tool === 'part' || tool === 'hole' || tool === 'split';

/** A side from `a` to `b`, and how far `c` is from it: the rectangle over it. */
export function rectangleOver(a: Point, b: Point, c: Point): Shape {
  const width_m = distance(a, b);
  const [ux, uy] = width_m === 0 ? [1, 0] : [(b[0] - a[0]) / width_m, (b[1] - a[1]) / width_m];
  // To the left of a → b is positive.
  const depth = (c[0] - a[0]) * -uy + (c[1] - a[1]) * ux;
  const centre: Point = [(a[0] + b[0]) / 2 - (uy * depth) / 2, (a[1] + b[1]) / 2 + (ux * depth) / 2];
  const heading = (Math.atan2(-uy, ux) * 180) / Math.PI;
  return {
    kind: 'rectangle',
    centre,
    length_m: Math.abs(depth),
    width_m,
    heading_deg: ((heading % 360) + 360) % 360,
  };
}

export type Outcome =
  | { shape: Shape; cut?: Shape }
  | { refused: 'hole_outside' | 'split_misses' | 'split_more_than_twice' | 'split_through_a_hole' };

/** What the points make of the shape there is. */
export function outcome(tool: Tool, points: readonly Point[], before: Shape, width_m: number): Outcome {
  switch (tool) {
    case 'rectangle':
      return { shape: rectangleOver(points[0]!, points[1]!, points[2]!) };
    case 'circle':
      return { shape: { kind: 'circle', centre: points[0]!, radius_m: distance(points[0]!, points[1]!) } };
    case 'corridor':
      return { shape: { kind: 'corridor', line: points, width_m } };
    case 'part':
      return { shape: withPart(before, [points as Ring]) };
    case 'hole': {
      const shape = withHole(before, points as Ring);
      return shape === null ? { refused: 'hole_outside' } : { shape };
    }
    case 'split': {
      const done = split(before, points);
      return done.ok ? { shape: done.kept, cut: done.cut } : { refused: `split_${done.reason}` };
    }
    default:
      return { shape: { kind: 'polygon', parts: [[points as Ring]] } };
  }
}

/** How the shape would look if the pointer's place were the last point; null while that makes nothing. */
export function inTheMaking(
  tool: Tool,
  points: readonly Point[],
  pointer: Point | null,
  width_m: number,
): Shape | null {
  const all = pointer === null ? points : [...points, pointer];
  if (tool === 'select' || tool === 'split' || !enough(tool, all.length)) return null;
  if (tool === 'part' || tool === 'hole') return { kind: 'polygon', parts: [[all as Ring]] };
  const made = outcome(tool, all, { kind: 'polygon', parts: [] }, width_m);
  return 'shape' in made ? made.shape : null;
}
