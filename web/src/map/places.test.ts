import { describe, expect, it } from 'vitest';
import { placeOf, type Known } from './places';

const known: Known = {
  table: { table: 1, rows: [{ id: 'P1', kind: 'person', names: { zh: '', en: '' }, glyph: 'circle', role: null }] },
  positions: new Float32Array([3, 4, 1]),
  outlineOf: (target) =>
    target.id === 'T-1'
      ? {
          rings: [
            [
              [0, 0],
              [100, 0],
              [100, 100],
            ],
          ],
          x_m: 0,
          y_m: 0,
        }
      : null,
};

describe('where to fly', () => {
  it('a place, a mover, an outline with all of it in view', () => {
    expect(placeOf({ x_m: 1, y_m: 2 }, known)).toEqual({ x: 1, y: 2, span: 60 });
    expect(placeOf({ kind: 'mover', id: 'P1' }, known)).toEqual({ x: 3, y: 4, span: 45 });
    expect(placeOf({ kind: 'asset', id: 'T-1' }, known)!.span).toBeGreaterThan(141);
  });

  it('nowhere for what is not known', () => {
    expect(placeOf({ kind: 'mover', id: 'P2' }, known)).toBeNull();
    expect(placeOf({ kind: 'mover', id: 'P1' }, { ...known, positions: null })).toBeNull();
    expect(placeOf({ kind: 'fence', id: 'F' }, known)).toBeNull();
  });
});
