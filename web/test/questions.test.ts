import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeatAnswer } from '../src/api/types.gen';
import { siteFrame } from '../src/views/fences/drawing/frame';
import { readQuestion, writeQuestion } from '../src/views/questions/address';
import { fitted, stepPath } from '../src/views/questions/Areas';
import { pixels, STEPS, stepOf } from '../src/views/questions/heat';
import { runsOf } from '../src/views/questions/paths';
import {
  firstQuestion,
  KINDS,
  missing,
  ofKind,
  PRESETS,
  requestOf,
  spanOf,
  SPOTS,
  type Preset,
  type Question,
  type Spot,
} from '../src/views/questions/question';
import { sankey, type Flow } from '../src/views/questions/sankey';
import { WORDS } from '../src/views/questions/words';
import { TRACKS } from '../src/api/types.gen';
import type { TrackBlock } from '../src/views/replay/tracks';

const NOW = Date.parse('2026-11-26T06:00:00Z');
const frame = siteFrame(118.95, 37.95);
const square: Spot = {
  kind: 'drawn',
  shape: { kind: 'polygon', parts: [[[[0, 0], [20, 0], [20, 20], [0, 20]]]] }, // prettier-ignore
};
const first = firstQuestion(NOW);
const HOUR_MS = 3_600_000;

describe('what is missing', () => {
  it('names the first thing that keeps a question from being asked', () => {
    expect(missing(first, NOW)).toBe('place');
    expect(missing({ ...first, a: { kind: 'drawn', shape: { kind: 'polygon', parts: [] } } }, NOW)).toBe('place');
    expect(missing({ ...first, a: square }, NOW)).toBeNull();
    expect(missing(ofKind(first, 'near'), NOW)).toBe('somebody');
    expect(missing(ofKind(first, 'ways'), NOW)).toBe('start');
    expect(missing({ ...ofKind(first, 'ways'), a: square }, NOW)).toBe('end');
    expect(missing(ofKind(first, 'occupancy'), NOW)).toBeNull();
  });

  it('refuses a shape that crosses itself, and spans that cannot be', () => {
    const bow: Spot = { kind: 'drawn', shape: { kind: 'polygon', parts: [[[[0, 0], [20, 20], [20, 0], [0, 20]]]] } }; // prettier-ignore
    expect(missing({ ...first, a: bow }, NOW)).toBe('shape');
    const fixed = { ...first, a: square, preset: null };
    expect(missing({ ...fixed, from_ms: NOW, to_ms: NOW - 1 }, NOW)).toBe('span');
    expect(missing({ ...fixed, from_ms: NOW + 1, to_ms: NOW + 2 }, NOW)).toBe('future');
    const long = { ...fixed, from_ms: NOW - 25 * HOUR_MS, to_ms: NOW };
    expect(missing(long, NOW)).toBeNull();
    expect(missing(ofKind(long, 'heat'), NOW)).toBe('long');
  });
});

describe('the request', () => {
  it('asks about a drawn place in degrees, and about the moment it is asked', () => {
    const later = NOW + 5 * HOUR_MS;
    const made = requestOf({ ...first, a: square, role: 'operator', least_s: 5 }, frame, later, []);
    expect(made.path).toBe('visits');
    expect(made.body).toMatchObject({
      t_from: '2026-11-26T10:00:00.000Z',
      t_to: '2026-11-26T11:00:00.000Z',
      roles: ['operator'],
      least_s: 5,
    });
    const { coordinates } = (made.body['place'] as { shape: { coordinates: number[][][] } }).shape;
    expect(coordinates[0]).toHaveLength(5);
    const [x, y] = frame.toSite(coordinates[0]![2]![0]!, coordinates[0]![2]![1]!);
    expect([x, y].map((metre) => Math.round(metre * 1000))).toContain(20_000);
  });

  it('asks who was near somebody who moves otherwise than near a thing', () => {
    const near = ofKind(first, 'near');
    const person = requestOf({ ...near, a: { kind: 'mover', code: 'P001', radius_m: 8 } }, frame, NOW, []);
    expect(person).toMatchObject({ path: 'near', body: { subject: 'P001', radius_m: 8 } });
    const tank = requestOf({ ...near, a: { kind: 'asset', code: 'T-101', radius_m: 12 } }, frame, NOW, []);
    expect(tank).toMatchObject({ path: 'visits', body: { place: { asset: 'T-101', radius_m: 12 } } });
  });

  it('names every zone when it is about zones, and none when about fences', () => {
    const full = ofKind(first, 'occupancy');
    expect(requestOf(full, frame, NOW, ['Z1', 'Z2']).body['places']).toEqual([]);
    const zones = requestOf({ ...full, areas: 'zones' }, frame, NOW, ['Z1', 'Z2']);
    expect(zones.body['places']).toEqual([{ zone: 'Z1' }, { zone: 'Z2' }]);
  });

  it('goes along with the clock until its span is fixed', () => {
    expect(spanOf(first, NOW + 7)).toEqual({ from_ms: NOW + 7 - HOUR_MS, to_ms: NOW + 7 });
    expect(spanOf({ ...first, preset: null }, NOW + 7)).toEqual({ from_ms: NOW - HOUR_MS, to_ms: NOW });
  });

  it('lets go of a place that another kind of question can not have', () => {
    const inside = { ...first, a: square };
    expect(ofKind(inside, 'near').a).toBeNull();
    expect(ofKind(inside, 'ways').a).toBe(square);
  });
});

describe('the address', () => {
  const code = fc.stringMatching(/^[A-Z][A-Z0-9._-]{0,8}$/);
  const decimetre = fc.integer({ min: -20_000, max: 20_000 }).map((dm) => dm / 10);
  const point = fc.tuple(decimetre, decimetre);
  const radius = fc.integer({ min: 1, max: 500 });
  const spots: Readonly<Record<Spot['kind'], fc.Arbitrary<Spot>>> = {
    drawn: fc
      .array(fc.array(point, { minLength: 3, maxLength: 6 }), { minLength: 1, maxLength: 2 })
      .map((rings) => ({ kind: 'drawn', shape: { kind: 'polygon', parts: rings.map((ring) => [ring]) } })),
    fence: code.map((one) => ({ kind: 'fence', code: one })),
    zone: code.map((one) => ({ kind: 'zone', code: one })),
    asset: fc.record({ kind: fc.constant('asset' as const), code, radius_m: radius }),
    mover: fc.record({ kind: fc.constant('mover' as const), code, radius_m: radius }),
    point: fc.record({
      kind: fc.constant('point' as const),
      lon: fc.integer({ min: 1180, max: 1190 }).map((tenth) => tenth / 10),
      lat: fc.integer({ min: 370, max: 380 }).map((tenth) => tenth / 10),
      radius_m: radius,
    }),
  };
  const question = fc.constantFrom(...KINDS).chain((kind) => {
    const one = SPOTS[kind];
    const spot = one.length === 0 ? fc.constant(null) : fc.option(fc.oneof(...one.map((which) => spots[which])));
    return fc.record({
      kind: fc.constant(kind),
      a: spot,
      b: kind === 'ways' ? spot : fc.constant(null),
      span: fc.option(fc.tuple(fc.integer({ min: 0, max: NOW }), fc.integer({ min: 0, max: NOW }))),
      preset: fc.constantFrom(...(Object.keys(PRESETS) as Preset[])),
      role: fc.option(fc.constantFrom('operator', 'visitor')),
      least_s: fc.integer({ min: 0, max: 86_400 }),
      areas: fc.constantFrom('fences' as const, 'zones' as const),
    });
  });

  it('holds any question', () => {
    fc.assert(
      fc.property(question, ({ span, preset, areas, ...given }) => {
        const of: Question = {
          ...first,
          ...given,
          areas: given.kind === 'occupancy' ? areas : 'fences',
          preset: span === null ? preset : null,
          ...(span === null ? {} : { from_ms: span[0], to_ms: span[1] }),
        };
        expect(readQuestion(writeQuestion(of), NOW)).toEqual(of);
      }),
    );
  });

  it('passes over what it does not understand', () => {
    expect(readQuestion('ask:teleport,a:moon*1,last:ever,cell:-3', NOW)).toEqual(first);
    expect(readQuestion('ask:inside,a:drawn*1*2*3', NOW).a).toBeNull();
    expect(readQuestion('ask:inside,a:mover*P001*5', NOW).a).toBeNull();
  });
});

describe('the bands between areas', () => {
  const flow = fc.record({
    from: fc.constantFrom('a', 'b', 'c', 'd'),
    to: fc.constantFrom('a', 'b', 'c', 'd'),
    times: fc.integer({ min: 0, max: 50 }),
  });
  const flows = fc.uniqueArray(flow, { selector: (one: Flow) => `${one.from} ${one.to}` });

  it('fill their areas exactly and lose nothing', () => {
    fc.assert(
      fc.property(flows, fc.integer({ min: 1, max: 8 }), (given, most) => {
        const made = sankey(given, 300, 10, most);
        const total = given.reduce((sum, one) => sum + one.times, 0);
        expect(made.bands.reduce((sum, band) => sum + band.times, 0) + made.beyond).toBe(total);
        for (const [side, end, edge] of [
          ['left', 'from', 'left'],
          ['right', 'to', 'right'],
        ] as const) {
          for (const node of made[side]) {
            const ends = made.bands.filter((band) => band[end] === node.key).toSorted((a, b) => a[edge] - b[edge]);
            let y = node.y;
            for (const band of ends) {
              expect(band[edge]).toBeCloseTo(y, 6);
              y += band.height;
            }
            expect(y).toBeCloseTo(node.y + node.height, 6);
            expect(node.y + node.height).toBeLessThanOrEqual(300 + 1e-6);
          }
        }
      }),
    );
  });
});

describe('pictures', () => {
  const heat = (row: number[], column: number[], seconds: number[]): HeatAnswer =>
    ({ rows: 3, columns: 2, row, column, seconds }) as unknown as HeatAnswer;

  it('put the southern row at the foot, and leave empty squares clear', () => {
    const out = pixels(heat([0], [1], [400]));
    const alpha = (x: number, y: number) => out[4 * (y * 4 + x) + 3]!;
    expect(alpha(3, 5)).toBe(STEPS[stepOf(400)]!.colour[3]);
    expect(alpha(3, 0)).toBe(0);
    expect(alpha(0, 5)).toBe(0);
  });

  it('put longer stays into darker steps', () => {
    expect([0, 59, 60, 299, 300, 1800, 7200, 1e6].map(stepOf)).toEqual([0, 0, 1, 1, 2, 3, 4, 4]);
    const light = STEPS.map(({ colour: [r, g, b] }) => r + g + b);
    expect(light).toEqual(light.toSorted((a, b) => b - a));
  });

  it('hold each count until the next', () => {
    expect(stepPath([1, 2], 100, 10, 2)).toBe('M0 10V5.0H50.0V0.0H100.0V10Z');
    expect(stepPath([], 100, 10, 2)).toBe('');
  });

  it('cut names that do not fit, by the width of their letters', () => {
    expect(fitted('加氢反应区', 60)).toBe('加氢反应区');
    expect(fitted('加氢反应区', 48)).toBe('加氢反…');
    expect(fitted('Hydrogenation', 40)).toBe('Hydro…');
  });
});

describe('paths', () => {
  it('are cut where the way is not known', () => {
    const block = {
      rows: [{ id: 'P001' }],
      starts: new Uint32Array([0, 5]),
      t: new Int32Array([0, 1000, 2000, 60_000, 61_000]),
      x_dm: new Int16Array([0, 10, 20, 500, 510]),
      y_dm: new Int16Array([0, 0, 0, 0, 0]),
      status: new Uint8Array([0, 0, 0, TRACKS.BIT_APART, 0]),
      index: new Map([['P001', 0]]),
    } as unknown as TrackBlock;
    expect(runsOf(block, 'P001')).toEqual([
      [
        [0, 0],
        [1, 0],
        [2, 0],
      ],
      [
        [50, 0],
        [51, 0],
      ],
    ]);
    expect(runsOf(block, 'P999')).toEqual([]);
  });
});

describe('words', () => {
  const keys = Object.keys(WORDS.zh) as (keyof typeof WORDS.zh)[];
  const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).toSorted();

  it('are the same in both languages', () => {
    expect(Object.keys(WORDS.en).toSorted()).toEqual(keys.toSorted());
    for (const key of keys) {
      expect(places(WORDS.en[key]), key).toEqual(places(WORDS.zh[key]));
      expect(WORDS.en[key], key).not.toMatch(/\p{Script=Han}/u);
    }
  });
});
