import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differences, sameGeometry } from '../src/views/fences/compared';
import { crossings, shapeFaults } from '../src/views/fences/drawing/faults';
import { siteFrame, type Point } from '../src/views/fences/drawing/frame';
import { drawnOf, geometryOf, shapeFrom } from '../src/views/fences/drawing/geojson';
import { begin, redo, step, undo } from '../src/views/fences/drawing/history';
import {
  areaOf,
  corridorRing,
  inRing,
  moved,
  perimeterOf,
  turned,
  withCorner,
  withHole,
  withNewCorner,
  withoutCorner,
  type Shape,
} from '../src/views/fences/drawing/shape';
import { snapped, snapTarget } from '../src/views/fences/drawing/snap';
import { split } from '../src/views/fences/drawing/split';
import { openAt } from '../src/views/fences/hours';
import { covered } from '../src/views/fences/ScheduleTab';
import { outcome, rectangleOver } from '../src/views/fences/tools';
import { closeEditor, draft, newFence, opened, renameCode, setFields } from '../src/views/fences/editor';
import { w, WORDS } from '../src/views/fences/words';

const frame = siteFrame(118.95, 37.95);
const square: Shape = { kind: 'polygon', parts: [[[[0, 0], [20, 0], [20, 20], [0, 20]]]] }; // prettier-ignore
const codes = (shape: Shape) => shapeFaults(shape).map((fault) => fault.code);
const ring = (...points: Point[]): Shape => ({ kind: 'polygon', parts: [[points]] });

describe('the site frame', () => {
  it.each([
    [118.951, 37.9505, 87.8915, 55.4982],
    [118.97, 37.97, 1757.3646, 2220.1031],
    [118.93, 37.94, -1758.0795, -1109.7657],
  ])('agrees with the server to the millimetre', (lon, lat, x, y) => {
    const at = frame.toSite(lon, lat);
    expect(at[0]).toBeCloseTo(x, 3);
    expect(at[1]).toBeCloseTo(y, 3);
  });

  it('is undone exactly', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -3000, max: 3000, noNaN: true }),
        fc.double({ min: -3000, max: 3000, noNaN: true }),
        (x, y) => {
          const [lon, lat] = frame.toLonLat(x, y);
          const back = frame.toSite(lon, lat);
          expect(Math.hypot(back[0] - x, back[1] - y)).toBeLessThan(1e-5);
        },
      ),
    );
  });
});

describe('faults of an outline', () => {
  it('finds none in a square with a hole', () => {
    expect(codes(withHole(square, [[5, 5], [9, 5], [9, 9]])!)).toEqual([]); // prettier-ignore
  });

  it('marks where a bow tie crosses', () => {
    expect(shapeFaults(ring([0, 0], [20, 20], [20, 0], [0, 20]))).toEqual([
      { code: 'self_intersection', place: [10, 10] },
    ]);
  });

  it('names the others', () => {
    expect(codes({ kind: 'polygon', parts: [] })).toEqual(['empty']);
    expect(codes(ring([0, 0], [1, 1]))).toEqual(['too_few_points']);
    expect(codes(ring([0, 0], [10, 0], [10, 0.001], [5, 9]))).toEqual(['duplicate_points']);
    expect(codes(ring([0, 0], [0.5, 0], [0.5, 0.5], [0, 0.5]))).toEqual(['too_small']);
    expect(codes(ring([0, 0], [20, 0], [20, 10], [20, 3], [30, 20], [0, 20]))).toContain('self_intersection');
    const hole: Shape = { kind: 'polygon', parts: [[[[0, 0], [20, 0], [20, 20], [0, 20]], [[30, 30], [40, 30], [40, 40]]]] }; // prettier-ignore
    expect(codes(hole)).toEqual(['hole_outside']);
  });

  it('finds none in any star around a point, and a crossing lies on both sides', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 300, max: 3000 }), { minLength: 3, maxLength: 30 }), (reaches) => {
        const points = reaches.map((r, i): Point => {
          const a = (2 * Math.PI * i) / reaches.length;
          return [(r / 100) * Math.cos(a), (r / 100) * Math.sin(a)];
        });
        expect(codes(ring(...points))).toEqual([]);
      }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -99, max: 99 })), {
          minLength: 4,
          maxLength: 9,
        }),
        (points) => {
          const far = (p: Point) =>
            Math.min(
              ...points.map((a, i) => {
                const b = points[(i + 1) % points.length]!;
                const l2 = (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2;
                const t =
                  l2 === 0
                    ? 0
                    : Math.max(0, Math.min(1, ((p[0] - a[0]) * (b[0] - a[0]) + (p[1] - a[1]) * (b[1] - a[1])) / l2));
                return Math.hypot(a[0] + t * (b[0] - a[0]) - p[0], a[1] + t * (b[1] - a[1]) - p[1]);
              }),
            );
          for (const place of crossings([points])) expect(far(place)).toBeLessThan(1e-6);
        },
      ),
    );
  });
});

describe('shapes', () => {
  it('have the area and length they should', () => {
    expect(areaOf({ kind: 'circle', centre: [3, 4], radius_m: 10 })).toBeCloseTo(Math.PI * 100, -0.5);
    expect(areaOf({ kind: 'rectangle', centre: [0, 0], length_m: 30, width_m: 4, heading_deg: 33 })).toBeCloseTo(
      120,
      6,
    );
    expect(perimeterOf(square)).toBe(80);
    expect(areaOf({ kind: 'corridor', line: [[0, 0], [10, 0], [10, 10]], width_m: 2 })).toBeCloseTo(40, 6); // prettier-ignore
  });

  it('keep their area when moved and turned', () => {
    fc.assert(
      fc.property(fc.integer({ min: -500, max: 500 }), fc.integer({ min: 0, max: 359 }), (by, degrees) => {
        for (const shape of [
          square,
          { kind: 'rectangle', centre: [1, 2], length_m: 9, width_m: 4, heading_deg: 20 } as Shape,
        ]) {
          expect(areaOf(turned(moved(shape, [by, -by]), degrees))).toBeCloseTo(areaOf(shape), 5);
        }
      }),
    );
  });

  it('a corridor holds its line', () => {
    const line: Point[] = [[0, 0], [10, 0], [14, 8], [30, 8]]; // prettier-ignore
    const around = corridorRing(line, 3);
    for (const [x, y] of [[1, 0], [10, 0.5], [14, 7.5], [29, 8]] as const) expect(inRing([x, y], around)).toBe(true); // prettier-ignore
    expect(inRing([5, 2], around)).toBe(false);
    expect(codes({ kind: 'corridor', line, width_m: 3 })).toEqual([]);
  });

  it('corners come, move and go; the last three stay together', () => {
    const at = { part: 0, ring: 0, index: 1 };
    const five = withNewCorner(square, at, [10, -5]);
    expect(areaOf(five)).toBe(450);
    expect(areaOf(withCorner(five, at, [10, 0]))).toBe(400);
    expect(withoutCorner(five, at)).toEqual(square);
    const three = withoutCorner(square, at);
    expect(withoutCorner(three, at)).toEqual({ kind: 'polygon', parts: [] });
  });

  it('a hole must lie inside', () => {
    expect(withHole(square, [[1, 1], [30, 1], [1, 9]])).toBeNull(); // prettier-ignore
    expect(outcome('hole', [[1, 1], [30, 1], [1, 9]], square, 1)).toEqual({ refused: 'hole_outside' }); // prettier-ignore
  });

  it('a rectangle stands on the side that was drawn', () => {
    const made = rectangleOver([0, 0], [10, 0], [3, 6]);
    expect(areaOf(made)).toBeCloseTo(60, 6);
    for (const point of [[1, 1], [9, 5]] as const) expect(inRing(point, corridorRing([[0, 3], [10, 3]], 6))).toBe(true); // prettier-ignore
    expect(made).toMatchObject({ centre: [5, 3] });
    expect(rectangleOver([0, 0], [10, 0], [3, -6])).toMatchObject({ centre: [5, -3] });
  });

  it('survive the way to the server and back', () => {
    const shapes: Shape[] = [
      square,
      withHole(square, [[5, 5], [9, 5], [9, 9]])!, // prettier-ignore
      { kind: 'circle', centre: [50, -20], radius_m: 7.5 },
      { kind: 'rectangle', centre: [50, -20], length_m: 12, width_m: 3, heading_deg: 45 },
      { kind: 'corridor', line: [[0, 0], [30, 10]], width_m: 4 }, // prettier-ignore
    ];
    for (const shape of shapes) {
      const back = shapeFrom(frame, geometryOf(frame, shape), drawnOf(frame, shape));
      expect(back.kind).toBe(shape.kind);
      expect(areaOf(back)).toBeCloseTo(areaOf(shape), 2);
      expect(sameGeometry(geometryOf(frame, back), geometryOf(frame, shape))).toBe(true);
    }
  });
});

describe('splitting', () => {
  it('makes two areas that together are the one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 19 }), fc.integer({ min: 1, max: 19 }), (left, right) => {
        const done = split(square, [[-5, left], [25, right]]); // prettier-ignore
        if (!done.ok) throw new Error(done.reason);
        expect(areaOf(done.kept) + areaOf(done.cut)).toBeCloseTo(400, 6);
        expect(areaOf(done.kept)).toBeGreaterThanOrEqual(areaOf(done.cut) - 1e-9);
        expect([...codes(done.kept), ...codes(done.cut)]).toEqual([]);
      }),
    );
  });

  it('follows a bent line', () => {
    const done = split(square, [[10, -5], [10, 10], [25, 10]]); // prettier-ignore
    expect(done.ok && areaOf(done.cut)).toBe(100);
  });

  it('refuses what would not give two', () => {
    expect(split(square, [[-5, 30], [25, 30]])).toEqual({ ok: false, reason: 'misses' }); // prettier-ignore
    expect(split(square, [[-5, 5], [25, 5], [25, 10], [-5, 10]])).toEqual({ ok: false, reason: 'more_than_twice' }); // prettier-ignore
    const holed = withHole(square, [[5, 5], [15, 5], [15, 15], [5, 15]])!; // prettier-ignore
    expect(split(holed, [[-5, 10], [25, 10]])).toEqual({ ok: false, reason: 'through_a_hole' }); // prettier-ignore
    const beside = split(holed, [[-5, 2], [25, 2]]); // prettier-ignore
    expect(beside.ok && areaOf(beside.kept) + areaOf(beside.cut)).toBe(300);
  });
});

describe('snapping', () => {
  const targets = [snapTarget('wall', 'B-1', [[[0, 0], [10, 0], [10, 10], [0, 10]]])]; // prettier-ignore
  it('prefers a corner, then an edge, then nothing', () => {
    expect(snapped([9.7, 0.4], targets, 1)).toEqual({
      point: [10, 0],
      to: { kind: 'wall', code: 'B-1', at: 'corner' },
    });
    expect(snapped([5, 0.4], targets, 1)).toMatchObject({ point: [5, 0], to: { at: 'edge' } });
    expect(snapped([5, 5], targets, 1)).toEqual({ point: [5, 5], to: null });
  });

  it('never moves further than its reach', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -5, max: 15, noNaN: true }),
        fc.double({ min: -5, max: 15, noNaN: true }),
        (x, y) => {
          const { point } = snapped([x, y], targets, 0.7);
          expect(Math.hypot(point[0] - x, point[1] - y)).toBeLessThanOrEqual(0.7 + 1e-9);
        },
      ),
    );
  });
});

describe('undo and redo', () => {
  it('goes back and forth over any steps', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 30 }), (values) => {
        let now = begin(-1);
        const seen = [-1];
        for (const value of values) {
          if (value !== seen.at(-1)) seen.push(value);
          now = step(now, value);
        }
        for (const value of seen.toReversed().slice(1)) {
          now = undo(now);
          expect(now.now).toBe(value);
        }
        for (const value of seen.slice(1)) {
          now = redo(now);
          expect(now.now).toBe(value);
        }
      }),
    );
  });

  it('takes back what was typed into one field at once', () => {
    const typed = ['a', 'ab', 'abc'].reduce((history, text) => step(history, text, 'name'), begin(''));
    expect(undo(typed).now).toBe('');
    expect(undo(step(typed, 'x', 'other')).now).toBe('abc');
  });
});

describe('hours', () => {
  // Wednesday 25 November 2026, 23:30 in Shanghai.
  const at = Date.parse('2026-11-25T15:30:00Z');
  const zone = 'Asia/Shanghai';
  it('hold as the server says', () => {
    expect(openAt({ weekly: [], dated: [] }, at, zone)).toBe(true);
    expect(openAt({ weekly: [{ days: [3], start: '22:00', end: '06:00' }], dated: [] }, at, zone)).toBe(true);
    expect(openAt({ weekly: [{ days: [3], start: '22:00', end: '06:00' }], dated: [] }, at + 3_600_000, zone)).toBe(
      true,
    );
    expect(openAt({ weekly: [{ days: [4], start: '22:00', end: '06:00' }], dated: [] }, at + 3_600_000, zone)).toBe(
      false,
    );
    const closed = { starts: '2026-11-25T00:00', ends: '2026-11-26T00:00', open: false };
    expect(openAt({ weekly: [], dated: [closed] }, at, zone)).toBe(false);
    expect(openAt({ weekly: [], dated: [closed, { ...closed, open: true }] }, at, zone)).toBe(true);
  });

  it('are drawn past midnight on both days', () => {
    const night = [{ days: [7], start: '22:00', end: '06:00' }];
    expect(covered(night, 7)).toEqual([[1320, 1440]]);
    expect(covered(night, 1)).toEqual([[0, 360]]);
    expect(covered(night, 2)).toEqual([]);
  });
});

describe('differences', () => {
  it('names fields, not what every version has of its own', () => {
    const before = { version: 1, priority: 2, rules: { max_people: null, still_s: 300 } };
    const after = { version: 2, priority: 1, rules: { max_people: 5, still_s: 300 } };
    expect(differences(before, after)).toEqual([
      { field: 'priority', before: 2, after: 1 },
      { field: 'rules.max_people', before: null, after: 5 },
    ]);
  });

  it('knows a ring that begins elsewhere and runs the other way', () => {
    const corners = [[118.95, 37.95], [118.951, 37.95], [118.951, 37.951], [118.95, 37.95]]; // prettier-ignore
    const turnedRing = [[118.951, 37.951], [118.951, 37.95], [118.95, 37.95], [118.951, 37.951]]; // prettier-ignore
    const other = [[118.95, 37.95], [118.952, 37.95], [118.951, 37.951], [118.95, 37.95]]; // prettier-ignore
    const polygon = (ring: number[][]) => ({ type: 'Polygon', coordinates: [ring] });
    expect(sameGeometry(polygon(corners), polygon(turnedRing))).toBe(true);
    expect(sameGeometry(polygon(corners), polygon(other))).toBe(false);
    expect(sameGeometry(polygon(corners), null)).toBe(false);
  });
});

describe('words', () => {
  it('fill the same gaps in both languages', () => {
    const gaps = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted();
    for (const [key, text] of Object.entries(WORDS.zh)) {
      expect(text, key).not.toBe('');
      expect(gaps(WORDS.en[key as keyof typeof WORDS.en]), key).toEqual(gaps(text));
    }
  });
});

describe('fields of a draft', () => {
  it('keep what was typed into the part beside, though no view was drawn in between', () => {
    newFence();
    setFields({ names: { zh: '围挡' } });
    setFields({ names: { en: 'Hoarding' } });
    setFields({ rules: { max_people: 3 } });
    expect(draft.value!.fields.names).toEqual({ zh: '围挡', en: 'Hoarding' });
    expect(draft.value!.fields.rules.still_radius_m).toBe(2);
    closeEditor();
  });

  it('another code is still the same draft: its editor stays, with what has the focus', () => {
    newFence();
    const before = opened.value;
    renameCode('F-777');
    expect(draft.value!.code).toBe('F-777');
    expect(opened.value).toBe(before);
    closeEditor();
  });

  it('a fault says which name is empty', () => {
    expect(w.fault({ code: 'string_too_short', field: 'names.en', params: {} })).toContain('英文名称');
  });
});
