/** Plant records → GeoJSON for the ground layers, and the labels the overlay places. Pure. */
import type { Feature, FeatureCollection, Geometry } from 'geojson';
import type { Names, PlantData } from './port';
import type { GroundPart } from './style';
import { footprint, heightOf, type Footprint } from '../scene/footprints';

export function groundFeatures(data: PlantData): FeatureCollection {
  const of = (...kinds: string[]) => data.assets.filter((a) => kinds.includes(a.kind));
  const as = (part: GroundPart, geometry: Geometry, properties: Record<string, unknown>): Feature => ({
    type: 'Feature',
    geometry,
    properties: { ...properties, part },
  });
  return {
    type: 'FeatureCollection',
    features: [
      as('site', data.head.boundary, {}),
      ...of('unit', 'bund').map((a) => as('pad', a.geometry, { code: a.code, kind: a.kind })),
      ...of('road').map((a) => as('road', a.geometry, { width_m: 6, ...a.attributes, code: a.code })),
      ...data.zones.map((z) => as('zone', z.geometry, { code: z.code, colour: z.colour })),
      ...data.fences.map((f) => as('fence', f.geometry, { code: f.code, colour: f.colour, purpose: f.purpose })),
    ],
  };
}

export type LabelClass = 'unit' | 'tank' | 'building' | 'equipment' | 'muster';

export interface Label {
  code: string;
  class: LabelClass;
  names: Names;
  /** Shown from this zoom on. */
  min_zoom: number;
  /** Higher wins where labels collide. */
  weight: number;
  x_m: number;
  y_m: number;
  z_m: number;
}

const TANK = /tank$/;
const EQUIPMENT = new Set(['column', 'reactor', 'flare', 'heat_exchanger', 'pump']);
const BUILDINGS = new Set(['building', 'warehouse', 'loading_bay']);

function classOf(kind: string): LabelClass | null {
  if (TANK.test(kind)) return 'tank';
  if (kind === 'unit') return 'unit';
  if (BUILDINGS.has(kind)) return 'building';
  if (EQUIPMENT.has(kind)) return 'equipment';
  return kind === 'muster_point' ? 'muster' : null;
}

const MIN_ZOOM: Record<LabelClass, number> = {
  unit: 13.2,
  muster: 15.6,
  tank: 15.4,
  building: 15.8,
  equipment: 17.2,
};
const WEIGHT: Record<LabelClass, number> = { unit: 50, muster: 40, tank: 30, building: 20, equipment: 10 };

export interface PlantOutlines {
  footprints: Map<string, Footprint>;
  labels: Label[];
}

/** Footprints of all assets and the labels that stand on them. */
export function outlines(data: PlantData): PlantOutlines {
  const origin = { lon: data.head.origin_lon, lat: data.head.origin_lat };
  const footprints = new Map<string, Footprint>();
  const labels: Label[] = [];
  for (const asset of data.assets) {
    const outline = footprint(origin, asset);
    if (!outline) continue;
    footprints.set(asset.code, outline);
    const cls = classOf(asset.kind);
    if (!cls) continue;
    const size = Math.min(20, heightOf(asset)) / 20;
    labels.push({
      code: asset.code,
      class: cls,
      names: asset.names,
      min_zoom: MIN_ZOOM[cls],
      weight: WEIGHT[cls] + size,
      x_m: outline.x_m,
      y_m: outline.y_m,
      z_m: cls === 'unit' ? 0 : outline.top_m,
    });
  }
  labels.sort((a, b) => b.weight - a.weight);
  return { footprints, labels };
}
