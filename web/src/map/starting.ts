/** Whether the map comes up at all. */
import type { Map as MapLibreMap } from 'maplibre-gl';

const LOAD_LIMIT_MS = 30_000;

/** MapLibre says nothing when its worker cannot start; an operator must not stare at an empty page. */
export function loaded(map: MapLibreMap): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the map did not start')), LOAD_LIMIT_MS);
    map.once('load', () => {
      clearTimeout(late);
      resolve();
    });
  });
}
