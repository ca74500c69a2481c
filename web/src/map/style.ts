/** MapLibre's part of the picture: everything flat on the ground, and fences. Pure: palette in, style and layers out. */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { LayerSwitches, RiskColour } from './port';
import type { Palette } from './palette';

const EMPTY = { type: 'FeatureCollection' as const, features: [] };
export const SOURCES = ['site', 'roads', 'pads', 'zones', 'fences'] as const;
export type SourceName = (typeof SOURCES)[number];

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
    { id: 'site', type: 'fill', source: 'site', paint: { 'fill-color': palette.ground } },
    {
      id: 'site-edge',
      type: 'line',
      source: 'site',
      paint: { 'line-color': palette.hairline, 'line-width': 1.5 },
    },
    {
      id: 'pads',
      type: 'fill',
      source: 'pads',
      paint: {
        'fill-color': ['match', ['get', 'kind'], 'bund', palette.bund, palette.pad],
        'fill-opacity': 0.9,
      },
    },
    {
      id: 'pads-edge',
      type: 'line',
      source: 'pads',
      filter: ['==', ['get', 'kind'], 'unit'],
      paint: { 'line-color': palette.hairline, 'line-width': 1, 'line-dasharray': [4, 3] },
    },
    {
      id: 'roads-edge',
      type: 'line',
      source: 'roads',
      layout: { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': ['get', 'width_m'] },
      paint: { 'line-color': palette.roadEdge, 'line-width': metresWide(latDeg, 1, 1.6) },
    },
    {
      id: 'roads',
      type: 'line',
      source: 'roads',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': ['match', ['get', 'surface'], 'walkway', palette.pad, palette.road],
        'line-width': metresWide(latDeg),
      },
    },
    {
      id: 'roads-centre',
      type: 'line',
      source: 'roads',
      minzoom: 16,
      filter: ['all', ['!=', ['get', 'surface'], 'walkway'], ['>=', ['get', 'width_m'], 7]],
      paint: {
        'line-color': palette.ground,
        'line-width': metresWide(latDeg, 0.02, 0.4),
        'line-dasharray': [14, 12],
      },
    },
    {
      id: 'zones',
      type: 'fill',
      source: 'zones',
      paint: { 'fill-color': colour, 'fill-opacity': palette.zoneFill },
    },
    {
      id: 'zones-hatch',
      type: 'fill',
      source: 'zones',
      filter: ['in', ['get', 'colour'], ['literal', [...HATCHED]]],
      paint: { 'fill-pattern': ['concat', 'hatch-', ['get', 'colour']], 'fill-opacity': 0.32 },
    },
    {
      id: 'zones-edge',
      type: 'line',
      source: 'zones',
      layout: { 'line-join': 'round' },
      paint: { 'line-color': colour, 'line-width': ['case', selected, 4, 2], 'line-opacity': 0.85 },
    },
    {
      id: 'fences',
      type: 'fill',
      source: 'fences',
      paint: {
        'fill-color': ['case', selected, palette.selection, colour],
        'fill-opacity': ['match', ['get', 'purpose'], 'information', 0, 0.1],
      },
    },
    {
      id: 'fences-edge',
      type: 'line',
      source: 'fences',
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
  const source = { type: 'geojson' as const, data: EMPTY };
  return {
    version: 8,
    name: 'plant-twin',
    sources: {
      site: source,
      roads: source,
      pads: source,
      zones: { ...source, promoteId: 'code' },
      fences: { ...source, promoteId: 'code' },
    },
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
