/**
 * The site frame on the map: east-north-up metres around the plant's origin, as MapLibre's mercator sees them.
 *
 * MapLibre's mercator takes the earth for a sphere, the site frame for an ellipsoid (WGS 84), so a metre east and a metre
 * north have slightly different lengths on the map (0.3 % at 38° N: 1.3 m at the edge of a plant). Both scales are taken
 * from the ellipsoid's radii of curvature; what is left inside 2 km is below 10 cm.
 */
const A_M = 6378137;
const E2 = 0.00669437999014;
const CIRCUMFERENCE_M = 2 * Math.PI * A_M;
const RAD = Math.PI / 180;

export interface SiteOrigin {
  readonly lon: number;
  readonly lat: number;
}

/** Radii of curvature at a latitude, metres: along the meridian, and across it. */
function radii(latDeg: number): { meridian: number; normal: number } {
  const s = Math.sin(latDeg * RAD);
  const w = 1 - E2 * s * s;
  return { meridian: (A_M * (1 - E2)) / w ** 1.5, normal: A_M / Math.sqrt(w) };
}

/** Mercator coordinates (0…1, y down) of a lon/lat. */
export function mercator(lon: number, lat: number): [number, number] {
  return [(lon + 180) / 360, (180 - Math.log(Math.tan((45 + lat / 2) * RAD)) / RAD) / 360];
}

/** Scales and offset that turn site metres into mercator units. */
export interface SiteScale {
  readonly x0: number;
  readonly y0: number;
  readonly sx: number;
  readonly sy: number;
  readonly sz: number;
}

export function siteScale(origin: SiteOrigin): SiteScale {
  const { meridian, normal } = radii(origin.lat);
  const cos = Math.cos(origin.lat * RAD);
  const [x0, y0] = mercator(origin.lon, origin.lat);
  return {
    x0,
    y0,
    sx: 1 / (2 * Math.PI * normal * cos),
    sy: -1 / (2 * Math.PI * meridian * cos),
    sz: 1 / (CIRCUMFERENCE_M * cos),
  };
}

/** Column-major 4 × 4 matrix from site metres (x east, y north, z up) to mercator units. */
export function siteMatrix(origin: SiteOrigin): number[] {
  const s = siteScale(origin);
  return [s.sx, 0, 0, 0, 0, s.sy, 0, 0, 0, 0, s.sz, 0, s.x0, s.y0, 0, 1];
}

/** Site metres to lon/lat degrees (for camera moves and labels, not for measuring). */
export function siteToLonLat(origin: SiteOrigin, xM: number, yM: number): [number, number] {
  const { meridian, normal } = radii(origin.lat);
  return [origin.lon + xM / (normal * Math.cos(origin.lat * RAD)) / RAD, origin.lat + yM / meridian / RAD];
}

/** Lon/lat degrees to site metres (inverse of `siteToLonLat`). */
export function lonLatToSite(origin: SiteOrigin, lon: number, lat: number): [number, number] {
  const { meridian, normal } = radii(origin.lat);
  return [(lon - origin.lon) * RAD * normal * Math.cos(origin.lat * RAD), (lat - origin.lat) * RAD * meridian];
}

/** Multiply two column-major 4 × 4 matrices in double precision. */
export function multiply(a: ArrayLike<number>, b: ArrayLike<number>): number[] {
  const out = Array.from<number>({ length: 16 });
  for (let c = 0; c < 4; c++) {
    for (let r = 0; r < 4; r++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += (a[k * 4 + r] ?? 0) * (b[c * 4 + k] ?? 0);
      out[c * 4 + r] = sum;
    }
  }
  return out;
}

export interface ScreenPoint {
  x: number;
  y: number;
  /** Clip w: distance along the view; not positive = behind the camera. */
  w: number;
}

/** Where a site point appears on a canvas of the given CSS size. */
export function project(
  m: ArrayLike<number>,
  x: number,
  y: number,
  z: number,
  width: number,
  height: number,
): ScreenPoint {
  const at = (r: number) => (m[r] ?? 0) * x + (m[4 + r] ?? 0) * y + (m[8 + r] ?? 0) * z + (m[12 + r] ?? 0);
  const w = at(3);
  const inv = w > 0 ? 1 / w : 0;
  return { x: (at(0) * inv * 0.5 + 0.5) * width, y: (0.5 - at(1) * inv * 0.5) * height, w };
}
