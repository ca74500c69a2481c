import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterByCell } from './clusters';
import { ageText } from './overlay';
import { Placement, type Box } from './placement';

const box = fc.record({
  x: fc.integer({ min: -20, max: 800 }),
  y: fc.integer({ min: -20, max: 600 }),
  w: fc.integer({ min: 1, max: 200 }),
  h: fc.integer({ min: 1, max: 30 }),
});

describe('label placement', () => {
  it('never lets two placed labels touch, and none leaves the screen', () => {
    fc.assert(
      fc.property(fc.array(box, { maxLength: 60 }), (boxes) => {
        const placement = new Placement(780, 580);
        const placed: Box[] = boxes.filter((b) => placement.place(b));
        for (const [i, a] of placed.entries()) {
          expect(a.x >= 0 && a.y >= 0 && a.x + a.w <= 780 && a.y + a.h <= 580).toBe(true);
          for (const b of placed.slice(i + 1)) {
            expect(a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y).toBe(true);
          }
        }
      }),
    );
  });

  it('places the first of two that collide', () => {
    const placement = new Placement(100, 100);
    expect(placement.place({ x: 10, y: 10, w: 30, h: 10 })).toBe(true);
    expect(placement.place({ x: 20, y: 12, w: 30, h: 10 })).toBe(false);
    expect(placement.place({ x: 60, y: 12, w: 30, h: 10 })).toBe(true);
  });
});

describe('crowds', () => {
  it('count every mover once and keep the uncertain apart', () => {
    const point = fc.record({
      x: fc.integer({ min: 0, max: 900 }),
      y: fc.integer({ min: 0, max: 900 }),
      uncertain: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(point), (points) => {
        const clusters = clusterByCell(
          points.map((p, row) => ({ ...p, row })),
          56,
        );
        expect(clusters.reduce((sum, c) => sum + c.count, 0)).toBe(points.length);
        expect(clusters.reduce((sum, c) => sum + c.uncertain, 0)).toBe(points.filter((p) => p.uncertain).length);
        expect(clusters.flatMap((c) => c.rows).sort((a, b) => a - b)).toEqual(points.map((_, i) => i));
      }),
    );
  });
});

describe('ages', () => {
  it('read in seconds below a minute, then minutes, and admit when older than can be said', () => {
    expect([ageText(0), ageText(123), ageText(596), ageText(600), ageText(65535)]).toEqual([
      '0 s',
      '12 s',
      '59 s',
      '1 min',
      '>1 h',
    ]);
  });
});
