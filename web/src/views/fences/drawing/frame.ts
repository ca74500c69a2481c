/**
 * The site frame exactly as the server has it: transverse Mercator with scale 1 on WGS 84 around the plant's origin.
 *
 * What is drawn is measured and typed in these metres, so unlike the map's own linear frame it must agree with the server
 * to the millimetre. Series in the difference of longitude (Snyder, Map Projections: A Working Manual, 1987, ch. 8).
 */
const A_M = 6378137;
const E2 = 0.00669437999014;
const EP2 = E2 / (1 - E2);
const RAD = Math.PI / 180;

export type Point = readonly [number, number];

export interface Frame {
  /** Degrees to metres east and north. */
  toSite: (lon: number, lat: number) => Point;
  toLonLat: (x_m: number, y_m: number) => Point;
}

/** Length of the meridian from the equator, metres. */
function meridian(lat: number): number {
  const [e4, e6] = [E2 * E2, E2 * E2 * E2];
  return (
    A_M *
    ((1 - E2 / 4 - (3 * e4) / 64 - (5 * e6) / 256) * lat -
      ((3 * E2) / 8 + (3 * e4) / 32 + (45 * e6) / 1024) * Math.sin(2 * lat) +
      ((15 * e4) / 256 + (45 * e6) / 1024) * Math.sin(4 * lat) -
      ((35 * e6) / 3072) * Math.sin(6 * lat))
  );
}

export function siteFrame(originLon: number, originLat: number): Frame {
  const m0 = meridian(originLat * RAD);
  const toSite = (lon: number, lat: number): Point => {
    const phi = lat * RAD;
    const [sin, cos] = [Math.sin(phi), Math.cos(phi)];
    const n = A_M / Math.sqrt(1 - E2 * sin * sin);
    const t = (sin / cos) ** 2;
    const c = EP2 * cos * cos;
    const a = (lon - originLon) * RAD * cos;
    const x = n * (a + ((1 - t + c) * a ** 3) / 6 + ((5 - 18 * t + t * t + 72 * c - 58 * EP2) * a ** 5) / 120);
    const y = meridian(phi) - m0 + n * (sin / cos) * (a ** 2 / 2 + ((5 - t + 9 * c + 4 * c * c) * a ** 4) / 24);
    return [x, y];
  };
  const s0 = Math.sin(originLat * RAD);
  const metresEast = (A_M / Math.sqrt(1 - E2 * s0 * s0)) * Math.cos(originLat * RAD) * RAD;
  const metresNorth = ((A_M * (1 - E2)) / (1 - E2 * s0 * s0) ** 1.5) * RAD;
  const toLonLat = (x_m: number, y_m: number): Point => {
    let [lon, lat] = [originLon + x_m / metresEast, originLat + y_m / metresNorth];
    // The scales hardly change within a plant: each step gains four digits.
    for (let i = 0; i < 4; i++) {
      const [x, y] = toSite(lon, lat);
      lon += (x_m - x) / metresEast;
      lat += (y_m - y) / metresNorth;
    }
    return [lon, lat];
  };
  return { toSite, toLonLat };
}
