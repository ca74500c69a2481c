/** A camera that shows a whole boundary at any tilt: the map's own bounds fitting ignores perspective. */
import type { Map as MapLibreMap } from 'maplibre-gl';
import type { Insets, PlantHead } from './port';

const MARGIN_PX = 14;
const ROUNDS = 6;

export interface Extent {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export function extentOf(points: readonly { x: number; y: number }[]): Extent {
  const xs = points.map((p) => p.x);
  const ys = points.map((p) => p.y);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** How many zoom levels a drawn extent is away from filling a free area. */
export function zoomToFill(extent: Extent, width: number, height: number): number {
  const share = Math.max((extent.right - extent.left) / width, (extent.bottom - extent.top) / height);
  return share > 0 ? -Math.log2(share) : 0;
}

/** Zoom and centre for the map's present bearing and pitch. Moves the map while it searches; the caller puts it back. */
export function fitCamera(
  map: MapLibreMap,
  boundary: PlantHead['boundary'],
  insets: Insets,
): { zoom: number; center: [number, number] } {
  const rings = boundary.type === 'Polygon' ? boundary.coordinates : boundary.coordinates.flat();
  const corners = rings.flat().map((p): [number, number] => [p[0] ?? 0, p[1] ?? 0]);
  const box = map.getContainer();
  const width = Math.max(100, box.clientWidth - insets.left - insets.right - 2 * MARGIN_PX);
  const height = Math.max(100, box.clientHeight - insets.top - insets.bottom - 2 * MARGIN_PX);
  const middleX = insets.left + MARGIN_PX + width / 2;
  const middleY = insets.top + MARGIN_PX + height / 2;
  map.jumpTo({ zoom: 13 });
  for (let round = 0; round < ROUNDS; round++) {
    const extent = extentOf(corners.map((corner) => map.project(corner)));
    const step = zoomToFill(extent, width, height);
    const offX = (extent.left + extent.right) / 2 - middleX;
    const offY = (extent.top + extent.bottom) / 2 - middleY;
    const centre = map.project(map.getCenter());
    map.jumpTo({ center: map.unproject([centre.x + offX, centre.y + offY]) });
    map.jumpTo({ zoom: map.getZoom() + Math.max(-2, Math.min(2, step)) });
  }
  const centre = map.getCenter();
  return { zoom: map.getZoom(), center: [centre.lng, centre.lat] };
}
