import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { TRACKS, type MoverRow, type ReplayEvents } from '../src/api/types.gen';
import { LOST, NEVER_SEEN, PREDICTED } from '../src/map/port';
import { readReplay, TRAILS_S, writeReplay, type ReplayView } from '../src/views/replay/address';
import { bandsOf } from '../src/views/replay/bands';
import {
  advanced,
  goneTo,
  LONGEST_MS,
  neighbour,
  readTime,
  shuttled,
  spanned,
  SPEEDS,
  writeTime,
  type Clock,
} from '../src/views/replay/clock';
import { alarmsAt, chronicle, insideAt, limitOf, readingsAt } from '../src/views/replay/past';
import { frameAt, placeAt } from '../src/views/replay/sampling';
import { MOST_READING, SEGMENT_MS, Segments, superfluous, wanted } from '../src/views/replay/segments';
import { stops } from '../src/views/replay/stops';
import { decodeTracks, fixAt, TracksError } from '../src/views/replay/tracks';
import { bandArrays, trailArrays } from '../src/views/replay/trails';
import { WORDS } from '../src/views/replay/words';
import { alarm, at, T0 } from './samples';

interface Fix {
  t: number;
  x: number;
  y: number;
  z?: number;
  status?: number;
  r95?: number;
}

const row = (id: string): MoverRow => ({
  id,
  kind: 'person',
  names: { zh: id, en: id },
  role: null,
  glyph: 'circle',
  team: null,
  tag: 'T',
  battery_pct: null,
});

/** The block the server would send: the layout of docs/architecture.md, written by hand. */
function block(people: Readonly<Record<string, readonly Fix[]>>, from_ms = T0, smoothed = false): ArrayBuffer {
  const ids = Object.keys(people);
  const all = ids.map((id) => people[id]!);
  let head = new TextEncoder().encode(JSON.stringify(ids.map(row)));
  const padded = new Uint8Array(Math.ceil(head.length / 4) * 4).fill(32);
  padded.set(head);
  head = padded;
  const n = all.flat().length;
  const buffer = new ArrayBuffer(32 + head.length + 8 * ids.length + 12 * n);
  const view = new DataView(buffer);
  view.setUint8(0, 2);
  view.setUint8(1, 1);
  view.setUint16(2, smoothed ? 1 : 0, true);
  view.setUint32(4, ids.length, true);
  view.setFloat64(8, from_ms, true);
  view.setFloat64(16, from_ms + SEGMENT_MS, true);
  view.setUint32(24, n, true);
  view.setUint32(28, head.length, true);
  new Uint8Array(buffer, 32, head.length).set(head);
  let offset = 32 + head.length;
  for (const value of [...all.map((fixes) => fixes.length), ...ids.map(() => 1000)]) {
    view.setUint32(offset, value, true);
    offset += 4;
  }
  const write = (bytes: number, put: (at: number, value: number) => void, of: (fix: Fix) => number) => {
    for (const fixes of all) {
      fixes.forEach((fix, i) => {
        put(offset, of(fix) - (i === 0 ? 0 : of(fixes[i - 1]!)));
        offset += bytes;
      });
    }
  };
  write(
    4,
    (at_, value) => view.setInt32(at_, value, true),
    (fix) => fix.t,
  );
  for (const axis of ['x', 'y', 'z'] as const) {
    write(
      2,
      (at_, value) => view.setInt16(at_, value, true),
      (fix) => fix[axis] ?? 0,
    );
  }
  for (const fixes of all) for (const fix of fixes) view.setUint8(offset++, fix.status ?? 0);
  for (const fixes of all) for (const fix of fixes) view.setUint8(offset++, fix.r95 ?? 5);
  return buffer;
}

const walk = (n: number, step = 1000): Fix[] =>
  Array.from({ length: n }, (_, i) => ({ t: i * step, x: i * 10, y: 0, status: i === 0 ? TRACKS.BIT_APART : 0 }));

describe('a block of tracks', () => {
  it('comes back as it was sent, whatever the numbers', () => {
    const fix = fc.record({
      t: fc.integer({ min: -600_000, max: 86_400_000 }),
      x: fc.integer({ min: -32767, max: 32767 }),
      y: fc.integer({ min: -32767, max: 32767 }),
      z: fc.integer({ min: -32767, max: 32767 }),
      status: fc.integer({ min: 0, max: 255 }),
      r95: fc.integer({ min: 0, max: 255 }),
    });
    fc.assert(
      fc.property(fc.array(fc.array(fix, { minLength: 1, maxLength: 12 }), { maxLength: 5 }), (people) => {
        const sent = Object.fromEntries(people.map((fixes, i) => [`P${i}`, fixes.toSorted((a, b) => a.t - b.t)]));
        const got = decodeTracks(block(sent));
        Object.entries(sent).forEach(([id, fixes], s) => {
          expect(got.rows[s]!.id).toBe(id);
          fixes.forEach((one, k) => {
            const i = got.starts[s]! + k;
            expect([got.t[i], got.x_dm[i], got.y_dm[i], got.z_dm[i], got.status[i], got.r95_dm[i]]).toEqual([
              one.t,
              one.x,
              one.y,
              one.z,
              one.status,
              one.r95,
            ]);
          });
        });
      }),
    );
  });

  it('refuses what is torn, foreign or of another version', () => {
    const whole = block({ P1: walk(3) });
    for (const cut of [0, 8, 31, whole.byteLength - 1]) {
      expect(() => decodeTracks(whole.slice(0, cut))).toThrow(TracksError);
    }
    const other = whole.slice(0);
    new DataView(other).setUint8(1, 9);
    expect(() => decodeTracks(other)).toThrow(TracksError);
    const names = whole.slice(0);
    new Uint8Array(names)[32] = 0x7b;
    expect(() => decodeTracks(names)).toThrow(TracksError);
  });

  it('finds the fix of an instant as a look at all of them would', () => {
    const times = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(times, fc.integer({ min: -1200, max: 1200 }), (given, t) => {
        const sorted = given.toSorted((a, b) => a - b);
        const decoded = decodeTracks(block({ A: walk(2), P: sorted.map((one) => ({ t: one, x: 0, y: 0 })) }));
        const i = fixAt(decoded, 1, t);
        const expected = sorted.findLastIndex((one) => one <= t);
        expect(i).toBe(expected < 0 ? -1 : 2 + expected);
      }),
    );
  });
});

describe('where somebody was', () => {
  const measured = decodeTracks(block({ P1: walk(5) }));
  const smooth = decodeTracks(block({ P1: walk(5) }, T0, true));

  it('as seen live: at the newest fix of the instant, never on the way to one that was still to come', () => {
    expect(placeAt(measured, null, 'P1', T0 + 1900)).toMatchObject({ x_dm: 10, age_ms: 900, status: 0 });
  });

  it('smoothed: on the way between two fixes that belong together', () => {
    expect(placeAt(smooth, null, 'P1', T0 + 1500)).toMatchObject({ x_dm: 15, age_ms: 0 });
  });

  it('never walks across a gap, in either quality', () => {
    const gap = [...walk(3), { t: 60_000, x: 900, y: 0, status: TRACKS.BIT_APART }];
    fc.assert(
      fc.property(fc.integer({ min: 2000, max: 59_999 }), fc.boolean(), (t, smoothed) => {
        const decoded = decodeTracks(block({ P1: gap }, T0, smoothed));
        expect(placeAt(decoded, null, 'P1', T0 + t)!.x_dm).toBe(20);
      }),
    );
  });

  it('grows old as it did live: predicted after three seconds, lost after ten', () => {
    const status = (t: number) => placeAt(measured, null, 'P1', T0 + t)!.status & 3;
    expect([status(6_900), status(7_100), status(13_900), status(14_100)]).toEqual([0, PREDICTED, PREDICTED, LOST]);
  });

  it('is not known before the first fix, and nobody is a stranger', () => {
    expect(placeAt(measured, null, 'P1', T0 - 1)).toBeNull();
    expect(placeAt(measured, null, 'P9', T0 + 1)).toBeNull();
    const frame = frameAt(['P1', 'P9'], 3, measured, null, T0 + 1000);
    expect([frame.table, frame.n, frame.t_ms]).toEqual([3, 2, T0 + 1000]);
    expect(frame.status[1]! & NEVER_SEEN).toBe(NEVER_SEEN);
    expect(frameAt(['P1'], 3, null, null, T0).status[0]! & NEVER_SEEN).toBe(NEVER_SEEN);
  });

  it('goes on across the end of a segment when the next one is here and begins with the same fix', () => {
    const next = decodeTracks(
      block(
        {
          P1: [
            { t: -1000, x: 40, y: 0, status: TRACKS.BIT_APART },
            { t: 1000, x: 60, y: 0 },
          ],
        },
        T0 + 5000,
        true,
      ),
    );
    const five = decodeTracks(block({ P1: walk(5) }, T0, true));
    expect(placeAt(five, next, 'P1', T0 + 5000)!.x_dm).toBe(50);
    expect(placeAt(five, null, 'P1', T0 + 5000)!.x_dm).toBe(40);
  });

  it('stays between two joined fixes: no place that is outside their line', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3999 }), (t) => {
        const { x_dm } = placeAt(smooth, null, 'P1', T0 + t)!;
        expect(x_dm).toBeGreaterThanOrEqual(Math.floor(t / 1000) * 10);
        expect(x_dm).toBeLessThanOrEqual(Math.floor(t / 1000) * 10 + 10);
      }),
    );
  });
});

describe('the clock', () => {
  const clock: Clock = { at_ms: 5000, from_ms: 0, to_ms: 10_000, playing: true, speed: 2 };
  const anyClock = fc
    .tuple(fc.integer({ min: 0, max: 10_000 }), fc.constantFrom(...SPEEDS), fc.boolean(), fc.boolean())
    .map(([at_ms, speed, back, playing]) => ({ ...clock, at_ms, speed: back ? -speed : speed, playing }));

  it('never leaves its span, and stops at its ends', () => {
    fc.assert(
      fc.property(anyClock, fc.integer({ min: 0, max: 500 }), (given, passed) => {
        const after = advanced(given, passed);
        expect(after.at_ms).toBeGreaterThanOrEqual(0);
        expect(after.at_ms).toBeLessThanOrEqual(10_000);
        if (!given.playing) expect(after).toEqual(given);
        else if (after.playing) expect(after.at_ms).toBeCloseTo(given.at_ms + passed * given.speed);
      }),
    );
    expect(advanced({ ...clock, at_ms: 9990 }, 100)).toMatchObject({ at_ms: 10_000, playing: false });
    expect(advanced({ ...clock, at_ms: 10, speed: -64 }, 100)).toMatchObject({ at_ms: 0, playing: false });
  });

  it('a span is in order, bounded and never in the future', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), fc.integer({ min: 0, max: 1e12 }), (a, b) => {
        const { from_ms, to_ms } = spanned(a, b, 9e11);
        expect(from_ms).toBeLessThan(to_ms);
        expect(to_ms).toBeLessThanOrEqual(9e11);
        expect(to_ms - from_ms).toBeLessThanOrEqual(LONGEST_MS);
      }),
    );
  });

  it('going outside moves the span along', () => {
    expect(goneTo(clock, 8000, 1e9)).toMatchObject({ at_ms: 8000, from_ms: 0, to_ms: 10_000 });
    const there = goneTo(clock, 500_000, 1e9);
    expect(there.at_ms).toBe(500_000);
    expect(there.from_ms).toBeLessThanOrEqual(500_000);
    expect(there.to_ms).toBeGreaterThanOrEqual(500_000);
    expect(goneTo(clock, 2e9, 1e9).at_ms).toBe(1e9);
  });

  it('J and L start, then double, then turn', () => {
    const once = shuttled({ ...clock, playing: false, speed: 1 }, 1);
    expect(once).toMatchObject({ playing: true, speed: 1 });
    expect(shuttled(once, 1).speed).toBe(2);
    expect(shuttled(shuttled(once, 1), -1).speed).toBe(-1);
    expect(shuttled({ ...clock, speed: 64 }, 1).speed).toBe(64);
  });

  it('finds neighbours on both sides', () => {
    expect(neighbour([1000, 2000, 3000], 2000, 1)).toBe(3000);
    expect(neighbour([1000, 2000, 3000], 2000, -1)).toBe(1000);
    expect(neighbour([1000], 1000, 1)).toBeNull();
  });

  it('reads and writes times of the plant, not of the browser', () => {
    const shown = Date.parse('2026-11-23T06:00:00Z');
    expect(readTime('14:05', shown, 'Asia/Shanghai')).toBe(Date.parse('2026-11-23T06:05:00Z'));
    expect(readTime('2026-11-22 23:59:30', shown, 'Asia/Shanghai')).toBe(Date.parse('2026-11-22T15:59:30Z'));
    expect(readTime('14：05：09', shown, 'Asia/Shanghai')).toBe(Date.parse('2026-11-23T06:05:09Z'));
    for (const bad of ['', '25:00', '14:60', '2026-02-30 10:00', 'soon', '14']) {
      expect(readTime(bad, shown, 'Asia/Shanghai')).toBeNull();
    }
    const zones = fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/St_Johns', 'UTC');
    const instants = fc.integer({ min: Date.parse('2026-01-02T00:00:00Z'), max: Date.parse('2026-03-20T00:00:00Z') });
    fc.assert(
      fc.property(instants, zones, (t, zone) => {
        const whole = Math.floor(t / 1000) * 1000;
        expect(readTime(writeTime(whole, zone), 0, zone)).toBe(whole);
      }),
    );
  });
});

describe('segments', () => {
  it('the one on show comes first, then those of the trail and of the direction of play', () => {
    const here = 100 * SEGMENT_MS + 5;
    expect(wanted(here, 0, 1, 0, 1e12)).toEqual([100, 101, 102, 99]);
    expect(wanted(here, 0, -1, 0, 1e12)).toEqual([100, 99, 98, 101]);
    expect(wanted(here, 2 * SEGMENT_MS, 1, 0, 1e12).slice(0, 4)).toEqual([100, 101, 99, 98]);
    expect(wanted(here, 0, 1, here, here + 1)).toEqual([100]);
  });

  it('what is kept stays within its bounds, and the one on show stays', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1 }),
        fc.integer({ min: 0, max: 60 }),
        (keys, here) => {
          const kept = new Map(keys.map((key) => [key, 10]));
          const left = keys.filter((key) => !superfluous(kept, here, 8, 70).includes(key));
          expect(left.length).toBeLessThanOrEqual(keys.includes(here) ? 7 : 7);
          if (keys.includes(here)) expect(left).toContain(here);
          const farthest = Math.max(...left.map((key) => Math.abs(key - here)));
          for (const gone of keys.filter((key) => !left.includes(key))) {
            expect(Math.abs(gone - here)).toBeGreaterThanOrEqual(Math.min(farthest, Math.abs(gone - here)));
          }
        },
      ),
    );
  });

  it('asks for few at a time, gives up what nobody wants, and pauses after a fault', async () => {
    let now = 0;
    const asked: number[] = [];
    const settle: { ok: () => void; fail: () => void; signal: AbortSignal }[] = [];
    const changed = vi.fn();
    const segments = new Segments(
      (from_ms, _to, signal) =>
        new Promise<{ bytes: number; again_ms: number | null }>((ok, fail) => {
          asked.push(from_ms / SEGMENT_MS);
          settle.push({ ok: () => ok({ bytes: 1, again_ms: null }), fail: () => fail(new Error('no')), signal });
        }),
      changed,
      () => now,
    );
    segments.want([5, 6, 7]);
    expect(asked).toEqual([5, 6].slice(0, MOST_READING));
    segments.want([9]);
    expect(settle[0]!.signal.aborted).toBe(true);
    expect(asked.at(-1)).toBe(9);
    settle[2]!.fail();
    await Promise.resolve();
    await Promise.resolve();
    expect(segments.fault).toBeInstanceOf(Error);
    segments.want([9]);
    expect(asked).toHaveLength(3);
    now = 5000;
    segments.want([9]);
    expect(asked).toHaveLength(4);
    settle[3]!.ok();
    await Promise.resolve();
    await Promise.resolve();
    expect(segments.get(9)).not.toBeNull();
    expect(segments.fault).toBeNull();
    expect(changed).toHaveBeenCalledTimes(2);
  });
});

describe('stops', () => {
  const stand = (n: number, x: number) => Array.from({ length: n }, () => x);
  it('marks where somebody stayed, with how long', () => {
    const x = [...stand(100, 0), ...Array.from({ length: 50 }, (_, i) => i * 1.5 + 1.5), ...stand(80, 76)];
    const t = x.map((_, i) => i * 1000);
    const found = stops(t, x, stand(x.length, 0));
    expect(found).toHaveLength(2);
    expect(found[0]!.from_ms).toBe(0);
    expect(found[0]!.to_ms / 1000).toBeGreaterThan(97);
    expect(found[1]!.x_m).toBeCloseTo(76, 0);
  });

  it('a pause in the record ends a stop: nobody knows where they were', () => {
    const t = [
      ...Array.from({ length: 70 }, (_, i) => i * 1000),
      ...Array.from({ length: 70 }, (_, i) => 200_000 + i * 1000),
    ];
    expect(stops(t, stand(140, 0), stand(140, 0))).toHaveLength(2);
    expect(stops([], [], [])).toEqual([]);
  });

  it('none is shorter than asked, and none overlaps another', () => {
    const steps = fc.array(
      fc.record({ dx: fc.double({ min: -4, max: 4, noNaN: true }), dt: fc.integer({ min: 500, max: 40_000 }) }),
    );
    fc.assert(
      fc.property(steps, (given) => {
        let [t, x] = [0, 0];
        const track = given.map(({ dx, dt }) => ({ t: (t += dt), x: (x += dx) }));
        const found = stops(
          track.map((one) => one.t),
          track.map((one) => one.x),
          stand(track.length, 0),
        );
        found.forEach((stop, i) => {
          expect(stop.to_ms - stop.from_ms).toBeGreaterThanOrEqual(60_000);
          if (i > 0) expect(stop.from_ms).toBeGreaterThan(found[i - 1]!.to_ms);
        });
      }),
    );
  });
});

describe('bands and trails', () => {
  const fixes = [...walk(4), { t: 60_000, x: 30, y: 0, status: TRACKS.BIT_APART }, { t: 61_000, x: 40, y: 0 }];
  const decoded = decodeTracks(block({ P1: fixes, P2: walk(2) }));

  it('speed, zones and gaps of one person over the span', () => {
    const bands = bandsOf(decoded, 'P1', T0, T0 + 62_000, (x) => (x >= 2 ? 'Z' : null), 62);
    expect(bands.speed.slice(1, 4)).toEqual([1, 1, 1]);
    expect(bands.speed[30]).toBeNull();
    expect(bands.gaps).toEqual([{ from_ms: T0 + 3000, to_ms: T0 + 60_000 }]);
    expect(bands.zones.map((zone) => [zone.from_ms - T0, zone.to_ms - T0])).toEqual([
      [2000, 3000],
      [60_000, 61_000],
    ]);
    expect(bandsOf(decoded, 'P9', T0, T0 + 1000, () => null).gaps).toHaveLength(1);
  });

  it('draws a line only where the way is known, dots across the gap, and hides whom nobody wants', () => {
    const arrays = trailArrays(decoded, (id) => (id === 'P1' ? 2 : 0));
    expect([...arrays.known]).toEqual([0, 1, 1, 2, 2, 3, 4, 5, 6, 7]);
    expect(arrays.gaps.time).toHaveLength(2);
    expect([...arrays.gaps.time]).toEqual([3, 60]);
    expect([arrays.position[3], arrays.position[4 * 6 + 3]]).toEqual([2, 0]);
    const band = bandArrays(decoded, (id) => id === 'P1');
    expect(band.index).toHaveLength(4 * 6);
    // Half a metre to either side of the way.
    expect([band.position[1], band.position[5]]).toEqual([5, -5]);
  });
});

describe('what stood', () => {
  const raised = alarm('a', { raised: at(10), changed: at(10) });
  const acked = alarm('a', { raised: at(10), changed: at(20), state: 'acknowledged' });
  const over = alarm('a', { raised: at(10), changed: at(40), returned: at(40), state: 'normal' });
  const old = alarm('b', { raised: at(-50), changed: at(-50) });
  const crossing = (s: number, direction: 'enter' | 'exit') => ({
    seq: s,
    t: at(s),
    subject: 'P1',
    fence: 'F',
    fence_version: 1,
    direction,
    probability: 1,
    x_m: 0,
    y_m: 0,
    z_m: 0,
    dwell_s: null,
    after: null,
    first_seen: false,
  });
  const events: ReplayEvents = {
    t_from: at(0),
    t_to: at(60),
    alarms: [
      { t: at(40), cause: 'returned', alarm: over },
      { t: at(0), cause: 'standing', alarm: old },
      { t: at(10), cause: 'raised', alarm: raised },
      { t: at(20), cause: 'acknowledged', alarm: acked },
    ],
    inside: [{ subject: 'P2', fence: 'F', since: at(-5) }],
    crossings: [crossing(30, 'exit'), crossing(12, 'enter')],
    weather: [],
    gaps: [],
    zones: [],
    fences: [],
    sensors: [],
    cameras: [],
    readings: [],
  };

  it('alarms as they stood at the instant, whatever came later', () => {
    const past = chronicle(events);
    const at_ = (s: number) => alarmsAt(past, T0 + s * 1000).map((one) => [one.id, one.state]);
    expect(at_(5)).toEqual([['b', 'unacknowledged']]);
    expect(at_(15)).toHaveLength(2);
    expect(at_(25)).toContainEqual(['a', 'acknowledged']);
    expect(at_(45)).toEqual([['b', 'unacknowledged']]);
    expect(past.raised.map((one) => [one.alarm.id, one.until_ms])).toEqual([
      ['b', null],
      ['a', T0 + 40_000],
    ]);
  });

  it('who was inside', () => {
    const past = chronicle(events);
    expect(insideAt(past, T0 + 1000).map((one) => one.subject)).toEqual(['P2']);
    expect(insideAt(past, T0 + 15_000).map((one) => one.subject)).toEqual(['P2', 'P1']);
    expect(insideAt(past, T0 + 35_000).map((one) => one.subject)).toEqual(['P2']);
  });

  it('readings: the last value up to the instant, and the limit it stood beyond', () => {
    const columns = [{ sensor: 'LT-1', t_ms: [T0, T0 + 5000], value: [1, 9], quality: ['good', 'bad'] }];
    expect(readingsAt(columns, new Map(), T0 - 1).size).toBe(0);
    expect(readingsAt(columns, new Map(), T0 + 4999).get('LT-1')!.value).toBe(1);
    expect(readingsAt(columns, new Map(), T0 + 5000).get('LT-1')).toMatchObject({ value: 9, limit: 'unknown' });
    const limits = { ll: 1, l: 2, h: 8, hh: 9 };
    const sensor = { limits } as Parameters<typeof limitOf>[2];
    expect([0, 1.5, 5, 8, 9].map((value) => limitOf(value, 'good', sensor))).toEqual(['ll', 'l', 'normal', 'h', 'hh']);
    expect(limitOf(5, 'bad', sensor)).toBe('unknown');
  });
});

describe('a shared replay', () => {
  it('comes back exactly', () => {
    const code = fc.stringMatching(/^[A-Z][A-Z0-9-]{0,6}$/);
    const views: fc.Arbitrary<ReplayView> = fc.record({
      at_ms: fc.integer({ min: 0, max: 4e12 }),
      from_ms: fc.integer({ min: 0, max: 4e12 }),
      to_ms: fc.integer({ min: 0, max: 4e12 }),
      speed: fc.tuple(fc.constantFrom(...SPEEDS), fc.constantFrom(1, -1)).map(([speed, sign]) => speed * sign),
      playing: fc.boolean(),
      quality: fc.constantFrom('measured' as const, 'smoothed' as const),
      trail_s: fc.constantFrom(...TRAILS_S),
      people: fc.uniqueArray(fc.oneof(code, fc.constant('tag:T9')), { maxLength: 4 }),
      only: fc.boolean(),
      follow: fc.option(code),
      sensor: fc.option(code),
      offset_ms: fc.option(fc.integer({ min: -1e9, max: 1e9 })),
    });
    fc.assert(
      fc.property(views, (view) => {
        expect(readReplay(writeReplay(view))).toEqual(view);
      }),
    );
  });

  it('does not trust what somebody typed', () => {
    expect(readReplay('')).toBeNull();
    expect(readReplay('at:x')).toBeNull();
    fc.assert(fc.property(fc.string(), (text) => void readReplay(text)));
    expect(readReplay('at:1000,x:1000,trail:7,q:magic,beside:')).toMatchObject({
      speed: 1,
      trail_s: 60,
      quality: 'measured',
      offset_ms: null,
    });
  });
});

it('every word is there in both languages, with the same places to fill', () => {
  const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).toSorted();
  for (const [key, text] of Object.entries(WORDS.zh)) {
    expect(places(WORDS.en[key as keyof typeof WORDS.en]), key).toEqual(places(text));
  }
});
