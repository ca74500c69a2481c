/** What raised an alarm, drawn over the map: the fence as it was, the path, the fixes with their ellipses. */

import type { AlarmExplanation } from '../../api/types.gen';
import type { PlantMap, SketchPrism } from '../../map/port';

type Place = (lon: number, lat: number, z_m: number) => { x_px: number; y_px: number } | null;
type Ring = readonly (readonly [number, number])[];

const M_PER_DEGREE = 111_320;
const ELLIPSE_POINTS = 36;

/** An ellipse on the ground as lon/lat points, closed. */
export function ellipseRing(
  lon: number,
  lat: number,
  major_m: number,
  minor_m: number,
  bearing_deg: number,
): [number, number][] {
  const along = (bearing_deg * Math.PI) / 180;
  const perLon = M_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  return Array.from({ length: ELLIPSE_POINTS + 1 }, (_, i) => {
    const turn = (2 * Math.PI * i) / ELLIPSE_POINTS;
    const a = major_m * Math.cos(turn);
    const b = minor_m * Math.sin(turn);
    const east = a * Math.sin(along) + b * Math.cos(along);
    const north = a * Math.cos(along) - b * Math.sin(along);
    return [lon + east / perLon, lat + north / M_PER_DEGREE];
  });
}

/** Stretches of a path that were measured without a longer pause, as rows of indices. */
export function stretches(t_ms: readonly number[], pause_ms = 10_000): number[][] {
  const found: number[][] = [];
  t_ms.forEach((t, i) => {
    if (i === 0 || t - t_ms[i - 1]! > pause_ms) found.push([]);
    found.at(-1)!.push(i);
  });
  return found;
}

function rings(told: AlarmExplanation): Ring[][] {
  const geometry = told.fence?.geometry;
  if (geometry === undefined) return [];
  const coordinates: unknown = geometry.coordinates;
  if (geometry.type === 'Polygon') return [coordinates as Ring[]];
  return geometry.type === 'MultiPolygon' ? (coordinates as Ring[][]) : [];
}

/** The fence as it was, as prisms over the ground. */
export function prismsOf(told: AlarmExplanation, colour: string): SketchPrism[] {
  const fence = told.fence;
  if (fence === null) return [];
  return rings(told).map((polygon) => ({
    rings: polygon.map((ring) => [...ring]),
    z_min_m: Math.max(0, fence.z_min_m),
    z_max_m: Math.min(fence.z_max_m, 6),
    colour,
    strength: 0.35,
  }));
}

function line(points: readonly (readonly [number, number])[], z_m: number, at: Place): string {
  let text = '';
  let open = false;
  for (const [lon, lat] of points) {
    const seen = at(lon, lat, z_m);
    if (seen === null) {
      open = false;
      continue;
    }
    text += `${open ? 'L' : 'M'}${seen.x_px.toFixed(1)} ${seen.y_px.toFixed(1)}`;
    open = true;
  }
  return text;
}

const escape = (text: string): string => text.replace(/[<>&"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** The picture as SVG for where the camera stands now. `until_ms` marks the path up to an instant. */
export function picture(told: AlarmExplanation, at: Place, until_ms: number | null): string {
  const parts: string[] = [];
  for (const polygon of rings(told)) {
    for (const ring of polygon) parts.push(`<path class="ev-fence" d="${line(ring, 0, at)}"/>`);
  }
  for (const path of told.paths) {
    for (const part of stretches(path.t_ms)) {
      const points = part.map((i) => [path.lon[i]!, path.lat[i]!] as const);
      parts.push(`<path class="ev-path" d="${line(points, 0, at)}"/>`);
      const upto = until_ms === null ? [] : part.filter((i) => path.t_ms[i]! <= until_ms);
      if (upto.length > 1) {
        const gone = upto.map((i) => [path.lon[i]!, path.lat[i]!] as const);
        parts.push(`<path class="ev-path is-gone" d="${line(gone, 0, at)}"/>`);
      }
    }
  }
  told.evidence.forEach((fix, i) => {
    const ring = ellipseRing(fix.lon, fix.lat, Math.min(fix.major_m, 200), Math.min(fix.minor_m, 200), fix.bearing_deg);
    parts.push(`<path class="ev-ellipse" d="${line(ring, 0, at)}"/>`);
    const seen = at(fix.lon, fix.lat, 0);
    if (seen === null) return;
    const { x_px: x, y_px: y } = seen;
    parts.push(`<circle class="ev-fix" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="5"/>`);
    const words = escape(`${i + 1}`);
    parts.push(`<text class="ev-number" x="${(x + 8).toFixed(1)}" y="${(y - 8).toFixed(1)}">${words}</text>`);
  });
  return parts.join('');
}

/** Keeps the picture over the map while the camera moves. Gives what takes it away again. */
export function showEvidence(
  map: PlantMap,
  told: AlarmExplanation,
  colour: string,
  until: () => number | null,
): { redraw: () => void; remove: () => void } {
  const stage = document.querySelector('.stage .map');
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'evidence');
  svg.setAttribute('data-testid', 'evidence');
  stage?.append(svg);
  const redraw = () => {
    const sketch = map.sketch;
    if (sketch !== null) svg.innerHTML = picture(told, (lon, lat, z) => sketch.toScreen(lon, lat, z), until());
  };
  const stop = map.on('view', redraw);
  map.sketch?.show(prismsOf(told, colour));
  redraw();
  return {
    redraw,
    remove: () => {
      stop();
      map.sketch?.show([]);
      svg.remove();
    },
  };
}
