import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, sees } from '../src/store/place';
import { CAMERA } from './samples';

const square = (x: number, y: number, half: number): [number, number][] => [
  [x - half, y - half],
  [x + half, y - half],
  [x + half, y + half],
  [x - half, y + half],
  [x - half, y - half],
];

describe('contains', () => {
  const withHole = { type: 'Polygon' as const, coordinates: [square(0, 0, 10), square(0, 0, 2)] };

  it('agrees with the distance to the edge of a square with a hole', () => {
    const degree = fc.double({ min: -15, max: 15, noNaN: true });
    fc.assert(
      fc.property(degree, degree, (lon, lat) => {
        const reach = Math.max(Math.abs(lon), Math.abs(lat));
        fc.pre(Math.abs(reach - 10) > 1e-9 && Math.abs(reach - 2) > 1e-9);
        expect(contains(withHole, lon, lat)).toBe(reach < 10 && reach > 2);
      }),
    );
  });

  it('knows several polygons, and no other geometry', () => {
    const two = { type: 'MultiPolygon' as const, coordinates: [[square(0, 0, 1)], [square(5, 5, 1)]] };
    expect(contains(two, 5, 5)).toBe(true);
    expect(contains(two, 3, 3)).toBe(false);
    expect(contains({ type: 'LineString', coordinates: square(0, 0, 1) }, 0, 0)).toBe(false);
  });
});

describe('sees', () => {
  it('sees along its axis and not behind, beside or beyond', () => {
    expect(sees(CAMERA, 30, 0, 2)).toBe(true);
    expect(sees(CAMERA, -30, 0, 2)).toBe(false);
    expect(sees(CAMERA, 5, 30, 2)).toBe(false);
    expect(sees(CAMERA, 70, 0, 2)).toBe(false);
    expect(sees(CAMERA, 0.5, 0, 0)).toBe(false);
  });

  it('sees up to half its field of view, at any heading', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 359.9, noNaN: true }),
        fc.double({ min: -80, max: 80, noNaN: true }),
        (heading_deg, off_deg) => {
          fc.pre(Math.abs(Math.abs(off_deg) - 30) > 0.01);
          const camera = { ...CAMERA, heading_deg, tilt_deg: 0 };
          const angle = ((heading_deg + off_deg) * Math.PI) / 180;
          const seen = sees(camera, 20 * Math.sin(angle), 20 * Math.cos(angle), camera.z_m);
          expect(seen).toBe(Math.abs(off_deg) < 30);
        },
      ),
    );
  });
});
