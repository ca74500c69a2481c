/** Where things are relative to each other, in lon/lat and site metres. Pure. */

import type { CameraRecord, GeoJsonGeometry } from '../api/types.gen';

type Ring = readonly (readonly [number, number])[];

/** Even-odd rule over the rings of one polygon; holes fall out by themselves. */
function inRings(lon: number, lat: number, rings: readonly Ring[]): boolean {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi] = ring[i]!;
      const [xj, yj] = ring[j]!;
      if (yi > lat !== yj > lat && lon < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) inside = !inside;
    }
  }
  return inside;
}

/** Whether a point (degrees) is inside a polygon or multipolygon; false for any other geometry. */
export function contains(geometry: GeoJsonGeometry, lon: number, lat: number): boolean {
  const coordinates: unknown = geometry.coordinates;
  if (geometry.type === 'Polygon') return inRings(lon, lat, coordinates as Ring[]);
  if (geometry.type === 'MultiPolygon') return (coordinates as Ring[][]).some((rings) => inRings(lon, lat, rings));
  return false;
}

const RAD = Math.PI / 180;

/** Whether a point (site metres) is in a camera's field of view and reach; what stands between is not known here. */
export function sees(camera: CameraRecord, x_m: number, y_m: number, z_m: number): boolean {
  const east = x_m - camera.x_m;
  const north = y_m - camera.y_m;
  const up = z_m - camera.z_m;
  const distance = Math.hypot(east, north, up);
  if (distance > camera.reach_m || distance === 0) return false;
  // Camera axes: forward along heading and tilt, right horizontal, down completes them.
  const heading = camera.heading_deg * RAD;
  const tilt = camera.tilt_deg * RAD;
  const along = east * Math.sin(heading) + north * Math.cos(heading);
  const right = east * Math.cos(heading) - north * Math.sin(heading);
  const forward = along * Math.cos(tilt) + up * Math.sin(tilt);
  const down = along * Math.sin(tilt) - up * Math.cos(tilt);
  if (forward <= 0) return false;
  const half = Math.tan((camera.hfov_deg / 2) * RAD);
  const halfHeight = (half * camera.height_px) / camera.width_px;
  return Math.abs(right) <= forward * half && Math.abs(down) <= forward * halfHeight;
}
