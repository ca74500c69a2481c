/** MapLibre's part of the picture: everything flat on the ground, and fences. Pure: palette in, style and layers out. */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { LayerSwitches, RiskColour } from './port';
import type { Palette } from './palette';

const EMPTY = { type: 'FeatureCollection' as const, features: [] };
/** One source for everything flat: every source more costs a clipping pass over the whole screen. Features tell their `part`. */
export const GROUND = 'ground';
export type GroundPart = 'site' | 'road' | 'pad' | 'zone' | 'fence';

const part = (name: GroundPart): ExpressionSpecification => ['==', ['get', 'part'], name];

/** Zoom at which one CSS pixel is one metre at a latitude (512-pixel tiles). */
export function zoomOfMetre(latDeg: number): number {
  return Math.log2((40075016.686 * Math.cos((latDeg * Math.PI) / 180)) / 512);
}

/** Line width in pixels of a width in metres held in property `width_m`. */
function metresWide(latDeg: number, factor = 1, addPx = 0): ExpressionSpecification {
  const z0 = zoomOfMetre(latDeg);
  const at = (zoom: number): ExpressionSpecification => [
    '+',
    addPx,
    ['*', ['get', 'width_m'], factor * 2 ** (zoom - z0)],
  ];
  return ['interpolate', ['exponential', 2], ['zoom'], 8, at(8), 24, at(24)];
}

function byColour(palette: Palette): ExpressionSpecification {
  const { red, orange, yellow, blue } = palette.risk;
  return ['match', ['get', 'colour'], 'red', red, 'orange', orange, 'yellow', yellow, blue];
}

export const HATCHED: readonly RiskColour[] = ['red', 'orange', 'yellow'];

export function layers(palette: Palette, latDeg: number): LayerSpecification[] {
  const colour = byColour(palette);
  const selected: ExpressionSpecification = ['boolean', ['feature-state', 'selected'], false];
  return [
    { id: 'background', type: 'background', paint: { 'background-color': palette.sea } },
    {
      id: 'site',
      type: 'fill',
      source: GROUND,
      filter: part('site'),
      paint: { 'fill-color': palette.ground },
    },
    {
      id: 'site-edge',
      type: 'line',
      source: GROUND,
      filter: part('site'),
      paint: { 'line-color': palette.hairline, 'line-width': 1.5 },
    },
    {
      id: 'pads',
      type: 'fill',
      source: GROUND,
      filter: part('pad'),
      paint: {
        'fill-color': ['match', ['get', 'kind'], 'bund', palette.bund, palette.pad],
        'fill-opacity': 0.9,
      },
    },
    {
      id: 'pads-edge',
      type: 'line',
      minzoom: 15.2,
      source: GROUND,
      filter: ['all', part('pad'), ['==', ['get', 'kind'], 'unit']],
      paint: { 'line-color': palette.hairline, 'line-width': 1, 'line-dasharray': [4, 3] },
    },
    {
      id: 'roads-edge',
      type: 'line',
      minzoom: 15.2,
      source: GROUND,
      filter: part('road'),
      layout: { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': ['get', 'width_m'] },
      paint: { 'line-color': palette.roadEdge, 'line-width': metresWide(latDeg, 1, 1.6) },
    },
    {
      id: 'roads',
      type: 'line',
      source: GROUND,
      filter: part('road'),
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': ['match', ['get', 'surface'], 'walkway', palette.pad, palette.road],
        'line-width': metresWide(latDeg),
      },
    },
    {
      id: 'roads-centre',
      type: 'line',
      source: GROUND,
      minzoom: 16,
      filter: ['all', part('road'), ['all', ['!=', ['get', 'surface'], 'walkway'], ['>=', ['get', 'width_m'], 7]]],
      paint: {
        'line-color': palette.ground,
        'line-width': metresWide(latDeg, 0.02, 0.4),
        'line-dasharray': [14, 12],
      },
    },
    {
      id: 'zones',
      type: 'fill',
      source: GROUND,
      filter: ['all', part('zone'), ['==', ['get', 'colour'], 'blue']],
      paint: { 'fill-color': colour, 'fill-opacity': palette.zoneFill },
    },
    {
      id: 'zones-hatch',
      type: 'fill',
      source: GROUND,
      filter: ['all', part('zone'), ['in', ['get', 'colour'], ['literal', [...HATCHED]]]],
      paint: { 'fill-pattern': ['concat', 'hatch-', ['get', 'colour']] },
    },
    {
      id: 'zones-edge',
      type: 'line',
      source: GROUND,
      filter: part('zone'),
      layout: { 'line-join': 'round' },
      paint: { 'line-color': colour, 'line-width': ['case', selected, 4, 2], 'line-opacity': 0.85 },
    },
    {
      id: 'fences',
      type: 'fill',
      source: GROUND,
      filter: part('fence'),
      paint: {
        'fill-color': ['case', selected, palette.selection, colour],
        'fill-opacity': ['match', ['get', 'purpose'], 'information', 0, 0.1],
      },
    },
    {
      id: 'fences-edge',
      type: 'line',
      source: GROUND,
      filter: part('fence'),
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': ['case', selected, palette.selection, colour],
        'line-width': ['case', selected, 3, 1.8],
        'line-dasharray': [3, 1.5],
      },
    },
  ];
}

export function style(palette: Palette, latDeg: number): StyleSpecification {
  return {
    version: 8,
    name: 'plant-twin',
    // A plant fits into a tile or two of this level, drawn from 24 cm grid points: fewer tiles, fewer draw calls.
    sources: { [GROUND]: { type: 'geojson', data: EMPTY, promoteId: 'code', maxzoom: 14, tolerance: 0 } },
    light: { anchor: 'map', color: '#ffffff', intensity: 0.25 },
    layers: layers(palette, latDeg),
  };
}

/** Which style layers a switch of the layer panel governs. */
export function layerVisibility(switches: LayerSwitches): Record<string, boolean> {
  return {
    zones: switches.zones,
    'zones-hatch': switches.zones,
    'zones-edge': switches.zones,
    fences: switches.fences,
    'fences-edge': switches.fences,
    'pads-edge': switches.units,
  };
}
