import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AssetRecord } from '../map/port';
import { footprint, heightOf, hull, ribbon, type Ring } from './footprints';
import { shadowOf, SHADOW_EAST, SHADOW_NORTH } from './shadow';
import { siteToLonLat } from './site';

const origin = { lon: 118.95, lat: 37.95 };
const at = (x: number, y: number) => siteToLonLat(origin, x, y);

function asset(kind: string, attributes: Record<string, unknown>, geometry?: AssetRecord['geometry']): AssetRecord {
  return {
    code: 'X-1',
    names: { zh: '甲', en: 'X' },
    kind,
    geometry: geometry ?? { type: 'Point', coordinates: at(100, 50) },
    base_m: 0,
    level: null,
    parent: null,
    attributes,
  };
}

const area = (ring: Ring) =>
  Math.abs(
    ring.reduce((sum, [x, y], i) => {
      const [nx, ny] = ring[(i + 1) % ring.length] ?? [0, 0];
      return sum + x * ny - nx * y;
    }, 0),
  ) / 2;

describe('footprints', () => {
  it('gives a tank the circle of its diameter around its point', () => {
    const f = footprint(origin, asset('fixed_roof_tank', { diameter_m: 30, height_m: 14 }));
    expect(f?.x_m).toBeCloseTo(100, 3);
    expect(f?.y_m).toBeCloseTo(50, 3);
    expect(f?.top_m).toBe(14);
    for (const [x, y] of f?.rings[0] ?? []) expect(Math.hypot(x - 100, y - 50)).toBeCloseTo(15, 3);
  });

  it('turns a bullet tank along its heading: 90° lies east–west', () => {
    const f = footprint(origin, asset('bullet_tank', { diameter_m: 4, length_m: 20, heading_deg: 90 }));
    const xs = (f?.rings[0] ?? []).map((p) => p[0]);
    const ys = (f?.rings[0] ?? []).map((p) => p[1]);
    expect(Math.max(...xs) - Math.min(...xs)).toBeCloseTo(20, 3);
    expect(Math.max(...ys) - Math.min(...ys)).toBeCloseTo(4, 3);
  });

  it('counts the free height under spheres', () => {
    expect(heightOf(asset('sphere_tank', { diameter_m: 15, clearance_m: 3 }))).toBe(18);
  });

  it('makes a road as wide as it is and as long as its segments', () => {
    const rings = ribbon(
      [
        [0, 0],
        [10, 0],
        [10, 20],
      ],
      6,
    );
    expect(rings.map((r) => area(r.slice(0, 4)))).toEqual([60, 120].map((v) => expect.closeTo(v, 6) as number));
  });

  it('has no outline for an empty geometry', () => {
    expect(footprint(origin, asset('road', { width_m: 6 }, { type: 'GeometryCollection', geometries: [] }))).toBeNull();
  });
});

describe('shadows', () => {
  it('hold the ring and the ring moved by the height', () => {
    const point = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }));
    fc.assert(
      fc.property(fc.array(point, { minLength: 4, maxLength: 12 }), fc.integer({ min: 1, max: 60 }), (points, top) => {
        const ring = hull(points as Ring);
        fc.pre(ring.length >= 3 && area(ring) > 1);
        const shadow = shadowOf(ring, top);
        expect(area(shadow)).toBeGreaterThanOrEqual(area(ring) - 1e-6);
        const far = Math.max(...ring.map(([x, y]) => x * SHADOW_EAST + y * SHADOW_NORTH));
        const reach = Math.max(...shadow.map(([x, y]) => x * SHADOW_EAST + y * SHADOW_NORTH));
        expect(reach).toBeCloseTo(far + top * (SHADOW_EAST ** 2 + SHADOW_NORTH ** 2), 6);
      }),
    );
  });
});
