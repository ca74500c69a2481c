/** Two states of a fence side by side: what differs, and both outlines on the map. */
import { signal } from '@preact/signals';
import type { Shape } from './drawing/shape';

interface Heights {
  z_min_m: number;
  z_max_m: number;
}

export interface Compared {
  before: Shape;
  beforeHeights: Heights;
  after: Shape;
  afterHeights: Heights;
}

/** What the map shows in two colours; null when nothing is compared. */
export const compared = signal<Compared | null>(null);

/** Where a trial on the past would have raised alarms. */
export const trialPlaces = signal<readonly { lon: number; lat: number; text: string }[]>([]);

export interface Difference {
  /** Dotted name of the field. */
  field: string;
  before: unknown;
  after: unknown;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const SKIPPED = new Set(['version', 'valid_from', 'valid_to', 'author', 'reason', 'code', 'drawn', 'geometry']);

/** The fields in which two bodies differ, geometry apart. Pure. */
export function differences(before: object, after: object): Difference[] {
  const walk = (a: unknown, b: unknown, field: string): Difference[] => {
    if (isRecord(a) && isRecord(b)) {
      return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
        walk(a[key], b[key], field === '' ? key : `${field}.${key}`),
      );
    }
    return JSON.stringify(a ?? null) === JSON.stringify(b ?? null) ? [] : [{ field, before: a, after: b }];
  };
  return walk(before, after, '').filter(({ field }) => !SKIPPED.has(field.split('.')[0]!));
}

/** Two millimetres, in degrees: what rounding may do to a corner. */
const SAME_DEG = 2e-8;
type Place = readonly [number, number];

function sameRing(a: readonly Place[], b: readonly Place[]): boolean {
  const [one, other] = [a.slice(0, -1), b.slice(0, -1)];
  const n = one.length;
  if (n !== other.length) return false;
  const near = (p: Place, q: Place) => Math.abs(p[0] - q[0]) < SAME_DEG && Math.abs(p[1] - q[1]) < SAME_DEG;
  // A ring may begin anywhere and run either way.
  return other.some((_, from) =>
    [1, -1].some((way) => one.every((point, i) => near(point, other[(((from + way * i) % n) + n) % n]!))),
  );
}

interface Outline {
  type: string;
  coordinates?: unknown;
}

const ringsIn = ({ type, coordinates }: Outline): readonly (readonly Place[])[] => {
  if (type === 'Polygon') return coordinates as Place[][];
  return type === 'MultiPolygon' ? (coordinates as Place[][][]).flat() : [];
};

/** Whether two geometries are the same area, however their rings begin and run. Pure. */
export function sameGeometry(a: Outline | null | undefined, b: Outline | null | undefined): boolean {
  if (a == null || b == null) return a === b;
  const [one, other] = [ringsIn(a), ringsIn(b)];
  return one.length === other.length && one.every((ring) => other.some((candidate) => sameRing(ring, candidate)));
}
