/** Shapes ⇄ what the server keeps: a geometry in degrees, and how it was drawn. Pure. */
import type { Frame, Point } from './frame';
import { partsOf, type Part, type Ring, type Shape } from './shape';

/** A tenth of a millimetre. */
const DECIMALS = 9;
const round = (value: number): number => Number(value.toFixed(DECIMALS));

export interface DrawnGeometry {
  type: string;
  coordinates?: unknown;
}

/** Closed and counter-clockwise outside, clockwise inside, as GeoJSON asks. */
function closed(frame: Frame, ring: Ring, counterClockwise: boolean): [number, number][] {
  let sum = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    sum += ring[j]![0] * ring[i]![1] - ring[i]![0] * ring[j]![1];
  }
  const ordered = sum > 0 === counterClockwise ? ring : ring.toReversed();
  const points = ordered.map(([x, y]): [number, number] => {
    const [lon, lat] = frame.toLonLat(x, y);
    return [round(lon), round(lat)];
  });
  return points.length === 0 ? [] : [...points, points[0]!];
}

export function geometryOf(frame: Frame, shape: Shape): DrawnGeometry {
  const parts = partsOf(shape).map((part) => part.map((ring, i) => closed(frame, ring, i === 0)));
  if (parts.length === 1) return { type: 'Polygon', coordinates: parts[0] };
  return { type: 'MultiPolygon', coordinates: parts };
}

function ringOf(frame: Frame, ring: readonly (readonly number[])[]): Ring {
  const points = ring.map(([lon, lat]): Point => frame.toSite(lon ?? 0, lat ?? 0));
  const [first, last] = [ring[0], ring.at(-1)];
  return points.length > 1 && first?.[0] === last?.[0] && first?.[1] === last?.[1] ? points.slice(0, -1) : points;
}

/** A geometry of degrees as polygon parts; anything that is no area has none. */
export function partsFrom(frame: Frame, geometry: DrawnGeometry): Part[] {
  const coordinates = geometry.coordinates as number[][][] | number[][][][] | undefined;
  if (coordinates === undefined) return [];
  if (geometry.type === 'Polygon') return [(coordinates as number[][][]).map((ring) => ringOf(frame, ring))];
  if (geometry.type !== 'MultiPolygon') return [];
  return (coordinates as number[][][][]).map((part) => part.map((ring) => ringOf(frame, ring)));
}

type Place = [number, number];

/** How a shape was drawn, in degrees and metres; null for free corners. */
export type Drawn =
  | { shape: 'circle'; centre: Place; radius_m: number }
  | { shape: 'rectangle'; centre: Place; width_m: number; depth_m: number; bearing_deg: number }
  | { shape: 'corridor'; line: Place[]; width_m: number };

export function drawnOf(frame: Frame, shape: Shape): Drawn | null {
  if (shape.kind === 'polygon') return null;
  const place = ([x, y]: Point): Place => {
    const [lon, lat] = frame.toLonLat(x, y);
    return [round(lon), round(lat)];
  };
  if (shape.kind === 'corridor') return { shape: 'corridor', line: shape.line.map(place), width_m: shape.width_m };
  if (shape.kind === 'circle') return { shape: 'circle', centre: place(shape.centre), radius_m: shape.radius_m };
  return {
    shape: 'rectangle',
    centre: place(shape.centre),
    width_m: shape.width_m,
    depth_m: shape.length_m,
    bearing_deg: shape.heading_deg,
  };
}

/** The shape as it was drawn, else its corners. */
export function shapeFrom(frame: Frame, geometry: DrawnGeometry, drawn: Drawn | null | undefined): Shape {
  if (drawn == null) return { kind: 'polygon', parts: partsFrom(frame, geometry) };
  if (drawn.shape === 'corridor') {
    return { kind: 'corridor', line: drawn.line.map(([lon, lat]) => frame.toSite(lon, lat)), width_m: drawn.width_m };
  }
  const centre = frame.toSite(drawn.centre[0], drawn.centre[1]);
  if (drawn.shape === 'circle') return { kind: 'circle', centre, radius_m: drawn.radius_m };
  const { depth_m, width_m, bearing_deg } = drawn;
  return { kind: 'rectangle', centre, length_m: depth_m, width_m, heading_deg: bearing_deg };
}
