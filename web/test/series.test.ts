import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appended, recorded, stepDecimals, TREND_S, valueRange, type Columns } from '../src/ui/inspector/series';
import { visibleRows, steadyScroll } from '../src/ui/window';

const rows = (ids: string): { id: string }[] => [...ids].map((id) => ({ id }));
import { scaleBar } from '../src/ui/MapControls';

const EMPTY: Columns = { t_s: [], mean: [], min: [], max: [] };

describe('a trend', () => {
  it('keeps rising times within its window, columns of one length', () => {
    const values = fc.array(fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.double({ min: -5, max: 5, noNaN: true })));
    fc.assert(
      fc.property(values, (given) => {
        let columns = EMPTY;
        for (const [t_s, value] of given) columns = appended(columns, t_s, value, 60);
        const { t_s, mean, min, max } = columns;
        expect([mean.length, min.length, max.length]).toEqual([t_s.length, t_s.length, t_s.length]);
        for (let i = 1; i < t_s.length; i++) expect(t_s[i]!).toBeGreaterThan(t_s[i - 1]!);
        if (t_s.length > 0) expect(t_s.at(-1)! - t_s[0]!).toBeLessThanOrEqual(TREND_S);
      }),
    );
  });

  it('breaks the line where nothing is known', () => {
    const columns = appended(appended(EMPTY, 0, 1, 60), 100, 2, 60);
    expect(columns.mean).toEqual([1, null, 2]);
    expect(appended(columns, 100, 3, 60)).toBe(columns);
  });

  it('starts from the record', () => {
    const series = {
      sensor: 'LT-101',
      unit: 'm',
      t_from: '',
      t_to: '',
      limits: { ll: null, l: null, h: null, hh: null },
      t_ms: [1000, 2000],
      min: [1, 2],
      mean: [1.5, 2.5],
      max: [2, 3],
    };
    expect(recorded(series)).toEqual({ t_s: [1, 2], min: [1, 2], mean: [1.5, 2.5], max: [2, 3] });
  });

  it('shows a limit that is near and not one that is far', () => {
    const columns = { t_s: [0, 1], mean: [16, 16.5], min: [16, 16.5], max: [16, 16.5] };
    const [low, high] = valueRange(columns, [1, 2, 17, 18], 0, 20);
    expect(low).toBeGreaterThan(10);
    expect(high).toBeGreaterThanOrEqual(18);
    expect(valueRange(EMPTY, [], 0, 20)).toEqual([0, 20]);
  });

  it('labels an axis so that neighbours differ', () => {
    for (const step of [0.001, 0.02, 0.5, 1, 20]) {
      expect((7 * step).toFixed(stepDecimals(step))).not.toBe((8 * step).toFixed(stepDecimals(step)));
    }
  });
});

describe('a long list', () => {
  it('draws all visible rows and adds up to the whole height', () => {
    const size = fc.integer({ min: 0, max: 3000 });
    fc.assert(
      fc.property(size, size, size, (count, scroll, height) => {
        const slice = visibleRows(count, 36, scroll, height);
        expect(slice.before_px + slice.after_px + (slice.end - slice.first) * 36).toBe(count * 36);
        const firstVisible = Math.floor(scroll / 36);
        if (firstVisible < count) {
          expect(slice.first).toBeLessThanOrEqual(firstVisible);
          expect(slice.end).toBeGreaterThanOrEqual(Math.min(count, Math.ceil((scroll + height) / 36)));
        }
      }),
    );
  });

  it('does not move the row one reads when others come above it', () => {
    expect(steadyScroll(rows('abc'), rows('xyabc'), 36, 40)).toBe(112);
    expect(steadyScroll(rows('abc'), rows('xabc'), 36, 0)).toBe(0);
    expect(steadyScroll(rows('abc'), rows('bc'), 36, 36)).toBe(0);
    expect(steadyScroll(rows('a'), rows(''), 36, 90)).toBe(90);
  });
});

describe('the scale bar', () => {
  it('is a round length that fits', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e5, noNaN: true }), (metresPerPx) => {
        const { metres, px } = scaleBar(metresPerPx);
        expect(px).toBeLessThanOrEqual(120.0001);
        expect(px).toBeGreaterThan(120 / 2.6);
        expect(metres).toBeCloseTo(px * metresPerPx, 6);
      }),
    );
  });
});
