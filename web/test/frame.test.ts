import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, FrameError } from '../src/live/frame';
import { headCount, moverTable, Positions, whereabouts } from '../src/live/positions';
import { frameBytes, snapshot, T0, type FrameRow } from './samples';

const row: fc.Arbitrary<FrameRow> = fc.record({
  x_m: fc.integer({ min: -32767, max: 32767 }).map((dm) => dm / 10),
  y_m: fc.integer({ min: -32767, max: 32767 }).map((dm) => dm / 10),
  z_m: fc.integer({ min: -32767, max: 32767 }).map((dm) => dm / 10),
  age_s: fc.integer({ min: 0, max: 65534 }).map((ds) => ds / 10),
  status: fc.integer({ min: 0, max: 127 }),
  r95_m: fc.integer({ min: 0, max: 254 }).map((dm) => dm / 10),
});

describe('decodeFrame', () => {
  it('gives back every row to the decimetre', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 50 }), fc.integer({ min: 0, max: 65535 }), (rows, table) => {
        const frame = decodeFrame(frameBytes(table, T0, 42, rows));
        expect(frame.table).toBe(table);
        expect(frame.n).toBe(rows.length);
        expect(frame.t_ms).toBe(T0);
        rows.forEach((given, i) => {
          const place = whereabouts(frame, i)!;
          expect(place.x_m).toBeCloseTo(given.x_m, 6);
          expect(place.y_m).toBeCloseTo(given.y_m, 6);
          expect(place.z_m).toBeCloseTo(given.z_m, 6);
          expect(place.t_ms).toBeCloseTo(T0 - given.age_s * 1000, 3);
          expect(place.status).toBe(given.status & 3);
        });
      }),
    );
  });

  it('refuses bytes that are not a frame instead of showing people in wrong places', () => {
    const good = frameBytes(1, T0, 1, [{ x_m: 1, y_m: 2, z_m: 3, age_s: 0, status: 0, r95_m: 1 }]);
    expect(() => decodeFrame(new ArrayBuffer(5))).toThrow(FrameError);
    expect(() => decodeFrame(good.slice(0, good.byteLength - 1))).toThrow(FrameError);
    const other = good.slice(0);
    new DataView(other).setUint8(1, 2);
    expect(() => decodeFrame(other)).toThrow(FrameError);
    const endless = good.slice(0);
    new DataView(endless).setFloat64(8, NaN, true);
    expect(() => decodeFrame(endless)).toThrow(FrameError);
  });

  it('never crashes on garbage in another way', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeFrame(bytes.slice().buffer);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
    );
  });
});

describe('positions', () => {
  const rows = [
    { x_m: 1, y_m: 2, z_m: 0, age_s: 0.2, status: 0, r95_m: 0.4 },
    { x_m: 5, y_m: 6, z_m: 0, age_s: 0.2, status: 0, r95_m: 0.4 },
  ];

  it('says where a mover is, and that the radius is a lower bound when it is cut off', () => {
    const frame = decodeFrame(frameBytes(1, T0, 1, [{ x_m: 1, y_m: 2, z_m: 3, age_s: 9999, status: 12, r95_m: 80 }]));
    const place = whereabouts(frame, 0)!;
    expect(place.t_ms).toBeNull();
    expect(place.r95_beyond).toBe(true);
    expect([place.still, place.sos, place.alarmed]).toEqual([true, true, false]);
  });

  it('leaves out a frame that refers to another table', () => {
    const positions = new Positions();
    positions.setTable(snapshot().people);
    expect(positions.setFrame(decodeFrame(frameBytes(8, T0, 1, rows)))).toBe(false);
    expect(positions.strays).toBe(1);
    expect(positions.at('P001')).toBeNull();
    expect(positions.setFrame(decodeFrame(frameBytes(7, T0, 2, rows)))).toBe(true);
    expect(positions.at('P001')?.x_m).toBeCloseTo(1);
    expect(positions.at('nobody')).toBeNull();
  });

  it('forgets the frame of an old table', () => {
    const positions = new Positions();
    positions.setTable(snapshot().people);
    positions.setFrame(decodeFrame(frameBytes(7, T0, 2, rows)));
    positions.setTable({ ...snapshot().people, table: 8 });
    expect(positions.at('P001')).toBeNull();
  });

  it('never counts a lost or predicted person as surely there', () => {
    const kinds = ['person', 'person', 'person', 'person', 'person', 'vehicle'] as const;
    const statuses = [0, 1, 2, 3, 128, 0];
    const frame = decodeFrame(
      frameBytes(
        1,
        T0,
        1,
        statuses.map((status) => ({ x_m: 0, y_m: 0, z_m: 0, age_s: 0, status, r95_m: 0 })),
      ),
    );
    const table = kinds.map((kind) => ({ kind }));
    expect(headCount(table, frame)).toEqual({ sure: 2, unsure: 2, unseen: 1, vehicles: 1 });
    expect(headCount(table, null)).toEqual({ sure: 0, unsure: 0, unseen: 5, vehicles: 0 });
  });

  it('gives the map a glyph it can draw', () => {
    const people = snapshot().people;
    const odd = { ...people, rows: [{ ...people.rows[0]!, glyph: 'dodecahedron' }] };
    expect(moverTable(odd).rows[0]?.glyph).toBe('circle');
  });
});
