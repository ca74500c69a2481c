/** The commissioning picture on the ground: a raster over the zones' colours, under their edges and the fences. */
import type { Map as MapLibreMap } from 'maplibre-gl';
import type { SurveyRaster } from './port';

const ID = 'survey';
/** Zones keep their edges and fences lie above; the fill of a zone would change the colours of the raster. */
const BENEATH = 'zones-edge';

/** Puts the raster on the map in place of the one there; null takes it away. */
export function showRaster(map: MapLibreMap, raster: SurveyRaster | null): void {
  if (map.getLayer(ID)) map.removeLayer(ID);
  if (map.getSource(ID)) map.removeSource(ID);
  if (raster === null) return;
  const [northWest, northEast, southEast, southWest] = raster.corners;
  map.addSource(ID, {
    type: 'canvas',
    canvas: raster.canvas,
    animate: false,
    coordinates: [northWest, northEast, southEast, southWest],
  });
  map.addLayer(
    {
      id: ID,
      type: 'raster',
      source: ID,
      paint: { 'raster-fade-duration': 0, 'raster-resampling': 'nearest', 'raster-opacity': 0.85 },
    },
    BENEATH,
  );
}
