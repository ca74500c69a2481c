/** Ground outlines of assets in site metres: what shadows, selection frames and flat ground layers are drawn from. Pure. */
import type { Position } from 'geojson';
import type { AssetRecord } from '../map/port';
import { lonLatToSite, type SiteOrigin } from './site';

export type Ring = [number, number][];

export interface Footprint {
  code: string;
  kind: string;
  rings: Ring[];
  /** Height of its top above the ground, metres. */
  top_m: number;
  /** Centre of the footprint. */
  x_m: number;
  y_m: number;
}

const numeric = (asset: AssetRecord, key: string, fallback: number): number => {
  const value = asset.attributes[key];
  return typeof value === 'number' ? value : fallback;
};

function circle(x: number, y: number, r: number): Ring {
  return Array.from({ length: 25 }, (_, i): [number, number] => {
    const a = (i * Math.PI) / 12;
    return [x + r * Math.cos(a), y + r * Math.sin(a)];
  });
}

/** Rectangle of length along the heading (clockwise from north) and width across it. */
function oriented(x: number, y: number, length: number, width: number, headingDeg: number): Ring {
  const a = (headingDeg * Math.PI) / 180;
  const [ax, ay] = [(Math.sin(a) * length) / 2, (Math.cos(a) * length) / 2];
  const [bx, by] = [(Math.cos(a) * width) / 2, (-Math.sin(a) * width) / 2];
  return [
    [x - ax - bx, y - ay - by],
    [x + ax - bx, y + ay - by],
    [x + ax + bx, y + ay + by],
    [x - ax + bx, y - ay + by],
    [x - ax - bx, y - ay - by],
  ];
}

/** Height of an asset's top above its foot, metres. */
export function heightOf(asset: AssetRecord): number {
  switch (asset.kind) {
    case 'sphere_tank':
    case 'bullet_tank':
    case 'heat_exchanger':
      return numeric(asset, 'diameter_m', 3) + numeric(asset, 'clearance_m', 1);
    case 'reactor':
      return numeric(asset, 'height_m', 8) + numeric(asset, 'clearance_m', 0);
    case 'pump':
      return 1.3;
    case 'anchor':
      return numeric(asset, 'antenna_m', 6);
    case 'camera':
    case 'gas_detector':
      return numeric(asset, 'mount_m', 1);
    case 'muster_point':
      return 3;
    case 'road':
    case 'unit':
      return 0;
    default:
      return numeric(asset, 'height_m', 3);
  }
}

function pointRing(asset: AssetRecord, x: number, y: number): Ring {
  const heading = numeric(asset, 'heading_deg', 0);
  switch (asset.kind) {
    case 'bullet_tank':
    case 'heat_exchanger':
      return oriented(x, y, numeric(asset, 'length_m', 8), numeric(asset, 'diameter_m', 3), heading);
    case 'pump':
      return oriented(x, y, numeric(asset, 'length_m', 2.4), numeric(asset, 'width_m', 1), heading);
    case 'muster_point':
      return circle(x, y, numeric(asset, 'radius_m', 10));
    default:
      return circle(x, y, Math.max(0.6, numeric(asset, 'diameter_m', 1.2) / 2));
  }
}

/** A line of some width as one ring per segment. */
export function ribbon(points: Ring, width: number): Ring[] {
  const rings: Ring[] = [];
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]];
    if (!a || !b) continue;
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    if (length === 0) continue;
    const heading = (Math.atan2(b[0] - a[0], b[1] - a[1]) * 180) / Math.PI;
    rings.push(oriented((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, length, width, heading));
  }
  return rings;
}

/** Ground outline of an asset, or null where it has none. */
export function footprint(origin: SiteOrigin, asset: AssetRecord): Footprint | null {
  const site = (p: Position): [number, number] => lonLatToSite(origin, p[0] ?? 0, p[1] ?? 0);
  const g = asset.geometry;
  let rings: Ring[];
  if (g.type === 'Point') {
    const [x, y] = site(g.coordinates);
    rings = [pointRing(asset, x, y)];
  } else if (g.type === 'LineString') {
    rings = ribbon(g.coordinates.map(site), numeric(asset, 'width_m', 4));
  } else if (g.type === 'Polygon') {
    rings = g.coordinates.map((ring) => ring.map(site));
  } else if (g.type === 'MultiPolygon') {
    rings = g.coordinates.flatMap((polygon) => polygon.map((ring) => ring.map(site)));
  } else {
    return null;
  }
  const all = rings.flat();
  if (all.length === 0) return null;
  const xs = all.map((p) => p[0]);
  const ys = all.map((p) => p[1]);
  return {
    code: asset.code,
    kind: asset.kind,
    rings,
    top_m: asset.base_m + heightOf(asset),
    x_m: (Math.min(...xs) + Math.max(...xs)) / 2,
    y_m: (Math.min(...ys) + Math.max(...ys)) / 2,
  };
}

/** Convex hull (monotone chain) of points. */
export function hull(points: Ring): Ring {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const cross = (o: [number, number], a: [number, number], b: [number, number]) =>
    (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
  const half = (list: Ring): Ring => {
    const out: Ring = [];
    for (const p of list) {
      for (;;) {
        const [a, b] = [out.at(-2), out.at(-1)];
        if (!a || !b || cross(a, b, p) > 0) break;
        out.pop();
      }
      out.push(p);
    }
    out.pop();
    return out;
  };
  return [...half(sorted), ...half(sorted.reverse())];
}
