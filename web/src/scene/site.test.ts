import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lonLatToSite, mercator, multiply, project, siteMatrix, siteToLonLat } from './site';

const origin = { lon: 118.95, lat: 37.95 };

describe('site frame on the map', () => {
  it('agrees with the ellipsoid: values from pyproj (tmerc at 118.9, 37.9) for (118.91, 37.91)', () => {
    const [x, y] = lonLatToSite({ lon: 118.9, lat: 37.9 }, 118.91, 37.91);
    expect(Math.abs(x - 879.397)).toBeLessThan(0.15);
    expect(Math.abs(y - 1109.994)).toBeLessThan(0.15);
  });

  it('comes back from lon/lat', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -2000, max: 2000, noNaN: true }),
        fc.double({ min: -2000, max: 2000, noNaN: true }),
        (x, y) => {
          const [lon, lat] = siteToLonLat(origin, x, y);
          const [bx, by] = lonLatToSite(origin, lon, lat);
          expect(bx).toBeCloseTo(x, 6);
          expect(by).toBeCloseTo(y, 6);
        },
      ),
    );
  });

  it('puts a site point where mercator puts its lon/lat, within 5 cm at 600 m', () => {
    const m = siteMatrix(origin);
    const [lon, lat] = siteToLonLat(origin, 600, 400);
    const [mx, my] = mercator(lon, lat);
    const sx = (m[0] ?? 0) * 600 + (m[12] ?? 0);
    const sy = (m[5] ?? 0) * 400 + (m[13] ?? 0);
    expect(Math.abs(sx - mx) / (m[0] ?? 1)).toBeLessThan(0.05);
    expect(Math.abs((sy - my) / (m[5] ?? 1))).toBeLessThan(0.05);
  });

  it('multiplies column-major matrices', () => {
    const move = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 5, 6, 7, 1];
    const scale = [2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 4, 0, 0, 0, 0, 1];
    const m = multiply(move, scale);
    expect([m[0], m[5], m[10], m[12], m[13], m[14]]).toEqual([2, 3, 4, 5, 6, 7]);
  });

  it('projects clip space to CSS pixels with y down, and marks what is behind', () => {
    const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    expect(project(identity, 0, 0, 0, 200, 100)).toEqual({ x: 100, y: 50, w: 1 });
    expect(project(identity, 1, 1, 0, 200, 100)).toEqual({ x: 200, y: 0, w: 1 });
    const behind = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1];
    expect(project(behind, 0, 0, 0, 200, 100).w).toBe(-1);
  });
});
