/** What is drawn: shapes in site metres, their rings, sizes and changes. Pure; every change gives a new value. */
import type { Point } from './frame';

/** Points of a closed ring; the first is not repeated at the end. */
export type Ring = readonly Point[];
/** Outer ring first, then holes. */
export type Part = readonly Ring[];

export type Shape =
  | { readonly kind: 'polygon'; readonly parts: readonly Part[] }
  | {
      readonly kind: 'rectangle';
      readonly centre: Point;
      readonly length_m: number;
      readonly width_m: number;
      readonly heading_deg: number;
    }
  | { readonly kind: 'circle'; readonly centre: Point; readonly radius_m: number }
  | { readonly kind: 'corridor'; readonly line: readonly Point[]; readonly width_m: number };

export const EMPTY: Shape = { kind: 'polygon', parts: [] };
/** A circle is kept as a polygon with this many corners; it strays from the circle by 0.12 % of the radius. */
const CIRCLE_CORNERS = 64;
/** A corridor's corner may reach this many half widths out before it is cut off. */
const MITRE_LIMIT = 2.5;
const RAD = Math.PI / 180;

export const distance = (a: Point, b: Point): number => Math.hypot(b[0] - a[0], b[1] - a[1]);
const plus = (a: Point, b: Point): Point => [a[0] + b[0], a[1] + b[1]];
export const between = (a: Point, b: Point, t: number): Point => [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];

export function circleRing(centre: Point, radius_m: number): Ring {
  return Array.from({ length: CIRCLE_CORNERS }, (_, i): Point => {
    const angle = (2 * Math.PI * i) / CIRCLE_CORNERS;
    return [centre[0] + radius_m * Math.cos(angle), centre[1] + radius_m * Math.sin(angle)];
  });
}

/** `length_m` runs along the heading (clockwise from north), `width_m` across it. */
export function rectangleRing(centre: Point, length_m: number, width_m: number, heading_deg: number): Ring {
  const [s, c] = [Math.sin(heading_deg * RAD), Math.cos(heading_deg * RAD)];
  const corner = (along: number, across: number): Point => [
    centre[0] + along * length_m * s + across * width_m * c,
    centre[1] + along * length_m * c - across * width_m * s,
  ];
  return [corner(-0.5, -0.5), corner(-0.5, 0.5), corner(0.5, 0.5), corner(0.5, -0.5)];
}

/** A line made wide: both sides shifted by half the width, corners mitred, ends square. */
export function corridorRing(given: readonly Point[], width_m: number): Ring {
  const line = given.filter((point, i) => i === 0 || distance(point, given[i - 1]!) > 1e-6);
  if (line.length < 2) return [];
  const half = width_m / 2;
  const normals = line.slice(1).map((to, i): Point => {
    const from = line[i]!;
    const length = distance(from, to);
    return [-(to[1] - from[1]) / length, (to[0] - from[0]) / length];
  });
  const side = (sign: number): Point[] =>
    line.flatMap((point, i): Point[] => {
      const before = normals[i - 1] ?? normals[i]!;
      const after = normals[i] ?? normals[i - 1]!;
      const cosine = 1 + before[0] * after[0] + before[1] * after[1];
      const shift = (n: Point, by: number): Point => [point[0] + sign * by * n[0], point[1] + sign * by * n[1]];
      // A sharp bend would throw its corner far out: two corners instead.
      if (Math.sqrt(2 / Math.max(cosine, 1e-9)) > MITRE_LIMIT) return [shift(before, half), shift(after, half)];
      return [shift([(before[0] + after[0]) / cosine, (before[1] + after[1]) / cosine], half)];
    });
  return [...side(1), ...side(-1).reverse()];
}

/** The area a shape covers, as polygons with holes. */
export function partsOf(shape: Shape): readonly Part[] {
  if (shape.kind === 'polygon') return shape.parts;
  if (shape.kind === 'circle') return [[circleRing(shape.centre, shape.radius_m)]];
  if (shape.kind === 'rectangle') {
    return [[rectangleRing(shape.centre, shape.length_m, shape.width_m, shape.heading_deg)]];
  }
  const ring = corridorRing(shape.line, shape.width_m);
  return ring.length === 0 ? [] : [[ring]];
}

export const ringsOf = (shape: Shape): readonly Ring[] => partsOf(shape).flat();
export const isEmpty = (shape: Shape): boolean => partsOf(shape).length === 0;

/** Twice the signed area is the sum of cross products; counter-clockwise is positive. */
export function signedArea(ring: Ring): number {
  let sum = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    sum += ring[j]![0] * ring[i]![1] - ring[i]![0] * ring[j]![1];
  }
  return sum / 2;
}

export function areaOf(shape: Shape): number {
  return partsOf(shape).reduce(
    (sum, [outer, ...holes]) =>
      sum + Math.abs(signedArea(outer ?? [])) - holes.reduce((inner, hole) => inner + Math.abs(signedArea(hole)), 0),
    0,
  );
}

export const lengthOf = (ring: Ring): number =>
  ring.reduce((sum, point, i) => sum + distance(point, ring[(i + 1) % ring.length]!), 0);

export const perimeterOf = (shape: Shape): number => ringsOf(shape).reduce((sum, ring) => sum + lengthOf(ring), 0);

/** Whether a point is inside a ring (even–odd rule). */
export function inRing([x, y]: Point, ring: Ring): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [[xi, yi], [xj, yj]] = [ring[i]!, ring[j]!];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

export const inPart = (point: Point, [outer, ...holes]: Part): boolean =>
  outer !== undefined && inRing(point, outer) && !holes.some((hole) => inRing(point, hole));

/** Middle of the bounding box of all corners; null for an empty shape. */
export function centreOf(shape: Shape): Point | null {
  if (shape.kind === 'circle' || shape.kind === 'rectangle') return shape.centre;
  const points = shape.kind === 'corridor' ? shape.line : ringsOf(shape).flat();
  if (points.length === 0) return null;
  const xs = points.map((point) => point[0]);
  const ys = points.map((point) => point[1]);
  return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
}

/** Every point moved by the same mapping; sizes stay, so the mapping may only shift and turn. */
function mapped(shape: Shape, point: (p: Point) => Point, turn_deg: number): Shape {
  if (shape.kind === 'circle') return { ...shape, centre: point(shape.centre) };
  if (shape.kind === 'rectangle') {
    return { ...shape, centre: point(shape.centre), heading_deg: (((shape.heading_deg + turn_deg) % 360) + 360) % 360 };
  }
  if (shape.kind === 'corridor') return { ...shape, line: shape.line.map(point) };
  return { ...shape, parts: shape.parts.map((part) => part.map((ring) => ring.map(point))) };
}

export const moved = (shape: Shape, by: Point): Shape => mapped(shape, (point) => plus(point, by), 0);

/** Turned clockwise about its centre. */
export function turned(shape: Shape, degrees: number): Shape {
  const centre = centreOf(shape);
  if (centre === null) return shape;
  const [s, c] = [Math.sin(-degrees * RAD), Math.cos(-degrees * RAD)];
  return mapped(
    shape,
    ([x, y]) => {
      const [dx, dy] = [x - centre[0], y - centre[1]];
      return [centre[0] + c * dx - s * dy, centre[1] + s * dx + c * dy];
    },
    degrees,
  );
}

/** Corner `index` of ring `ring` of part `part`; of a corridor's line both others are 0. */
export interface Corner {
  part: number;
  ring: number;
  index: number;
}

/** The corners that can be taken hold of: of a polygon its corners, of a corridor those of its line. */
export function cornersOf(shape: Shape): { at: Corner; point: Point }[] {
  if (shape.kind === 'corridor') return shape.line.map((point, index) => ({ at: { part: 0, ring: 0, index }, point }));
  if (shape.kind !== 'polygon') return [];
  return shape.parts.flatMap((rings, part) =>
    rings.flatMap((points, ring) => points.map((point, index) => ({ at: { part, ring, index }, point }))),
  );
}

/** The middles of the sides, where a corner can be put in; `at` is the corner it would become. */
export function middlesOf(shape: Shape): { at: Corner; point: Point }[] {
  if (shape.kind === 'corridor') {
    return shape.line.slice(1).map((point, i) => ({
      at: { part: 0, ring: 0, index: i + 1 },
      point: between(shape.line[i]!, point, 0.5),
    }));
  }
  if (shape.kind !== 'polygon') return [];
  return shape.parts.flatMap((rings, part) =>
    rings.flatMap((points, ring) =>
      points.map((point, i) => ({
        at: { part, ring, index: i + 1 },
        point: between(point, points[(i + 1) % points.length]!, 0.5),
      })),
    ),
  );
}

/** The same shape with one list of points changed. */
function withPoints(shape: Shape, at: Corner, change: (points: readonly Point[]) => readonly Point[]): Shape {
  if (shape.kind === 'corridor') return { ...shape, line: change(shape.line) };
  if (shape.kind !== 'polygon') return shape;
  const parts = shape.parts.map((part, p) =>
    p === at.part ? part.map((ring, r) => (r === at.ring ? change(ring) : ring)) : part,
  );
  return { ...shape, parts };
}

export const withCorner = (shape: Shape, at: Corner, point: Point): Shape =>
  withPoints(shape, at, (points) => points.map((old, i) => (i === at.index ? point : old)));

export const withNewCorner = (shape: Shape, at: Corner, point: Point): Shape =>
  withPoints(shape, at, (points) => points.toSpliced(at.index, 0, point));

/** Without a corner; a ring left with two goes whole, and with the outer ring its holes. */
export function withoutCorner(shape: Shape, at: Corner): Shape {
  if (shape.kind === 'corridor')
    return shape.line.length <= 2 ? shape : withPoints(shape, at, (p) => p.toSpliced(at.index, 1));
  if (shape.kind !== 'polygon') return shape;
  const ring = shape.parts[at.part]?.[at.ring];
  if (ring === undefined) return shape;
  if (ring.length > 3) return withPoints(shape, at, (points) => points.toSpliced(at.index, 1));
  if (at.ring > 0) return withoutRing(shape, at.part, at.ring);
  return { ...shape, parts: shape.parts.toSpliced(at.part, 1) };
}

export function withoutRing(shape: Shape, part: number, ring: number): Shape {
  if (shape.kind !== 'polygon') return shape;
  return { ...shape, parts: shape.parts.map((rings, p) => (p === part ? rings.toSpliced(ring, 1) : rings)) };
}

/** Any shape as free corners; a circle or corridor is no longer one. */
export const asPolygon = (shape: Shape): Shape =>
  shape.kind === 'polygon' ? shape : { kind: 'polygon', parts: partsOf(shape) };

/** With another area beside those it has. */
export const withPart = (shape: Shape, part: Part): Shape => ({ kind: 'polygon', parts: [...partsOf(shape), part] });

/** With a hole in the part the hole lies in; null when it lies in none. */
export function withHole(shape: Shape, hole: Ring): Shape | null {
  const parts = partsOf(shape);
  const first = hole[0];
  const inside = first === undefined ? -1 : parts.findIndex((part) => hole.every((point) => inPart(point, part)));
  if (inside < 0) return null;
  return { kind: 'polygon', parts: parts.map((part, i) => (i === inside ? [...part, hole] : part)) };
}
