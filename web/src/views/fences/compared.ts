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

/** Whether two geometries are the same to a tenth of a millimetre. Pure. */
export function sameGeometry(a: unknown, b: unknown): boolean {
  const rounded = (value: unknown): string =>
    JSON.stringify(value, (_, part: unknown) => (typeof part === 'number' ? Number(part.toFixed(9)) : part));
  return rounded(a) === rounded(b);
}
