/** What is under the pointer: movers before detectors and cameras before equipment before fences and zones. */
import type { Position } from 'geojson';
import type { Map as MapLibreMap } from 'maplibre-gl';
import type { Camera } from 'three';
import type { PlantScene } from '../scene/layer';
import { glyphSizePx } from '../scene/movers';
import { lonLatToSite, project, type SiteOrigin } from '../scene/site';
import type { Mark } from './overlay';
import type { MapSelection, MoverTable, PlantData } from './port';

const MARK_PX = 11;

export interface PickState {
  width: number;
  height: number;
  map: MapLibreMap | null;
  scene: PlantScene | null;
  camera: Camera | null;
  table: MoverTable | null;
  marks: readonly Mark[];
  data: PlantData | null;
  origin: SiteOrigin;
}

/** Row of the mover whose head or foot is nearest to a screen point, or −1. Ties go to people before vehicles. */
export function nearestMover(
  matrix: ArrayLike<number>,
  positions: Float32Array,
  visible: (row: number) => boolean,
  x: number,
  y: number,
  width: number,
  height: number,
  sizePx: number,
): number {
  let best = -1;
  let bestDistance = Math.max(10, sizePx * 0.3);
  for (let row = 0; row * 3 < positions.length; row++) {
    if (!visible(row)) continue;
    const p = project(
      matrix,
      positions[3 * row] ?? 0,
      positions[3 * row + 1] ?? 0,
      positions[3 * row + 2] ?? 0,
      width,
      height,
    );
    if (p.w <= 0) continue;
    const head = Math.hypot(p.x - x, p.y - sizePx * 0.59 - y);
    const foot = Math.hypot(p.x - x, p.y - y) + 4;
    const d = Math.min(head, foot);
    if (d < bestDistance) {
      bestDistance = d;
      best = row;
    }
  }
  return best;
}

export class Picker {
  constructor(private readonly state: () => PickState) {}

  pick(x: number, y: number): MapSelection | null {
    const s = this.state();
    if (!s.scene || !s.map || s.scene.matrix.length === 0) return null;
    return this.mover(s, x, y) ?? this.mark(s, x, y) ?? this.asset(s, x, y) ?? this.ground(s, x, y);
  }

  private mover(s: PickState, x: number, y: number): MapSelection | null {
    const { scene, map, table } = s;
    if (!scene || !map || !table || !scene.movers.group.visible) return null;
    const size = glyphSizePx(map.getZoom());
    const { movers, matrix } = scene;
    const row = nearestMover(matrix, movers.positions, (r) => movers.visible(r), x, y, s.width, s.height, size);
    const who = table.rows[row];
    return who ? { kind: 'mover', id: who.id } : null;
  }

  private mark(s: PickState, x: number, y: number): MapSelection | null {
    if (!s.scene || !s.map) return null;
    const near = s.map.getZoom() >= 15.6;
    let best: MapSelection | null = null;
    let bestDistance = MARK_PX;
    for (const mark of s.marks) {
      if (!near && !mark.anchor) continue;
      const p = project(s.scene.matrix, mark.x_m, mark.y_m, mark.z_m, s.width, s.height);
      const d = Math.hypot(p.x - x, p.y - y);
      if (p.w > 0 && d < bestDistance) {
        bestDistance = d;
        best = { kind: mark.kind === 'camera' ? 'camera' : 'asset', id: mark.code };
      }
    }
    return best;
  }

  private asset(s: PickState, x: number, y: number): MapSelection | null {
    if (!s.scene || !s.camera) return null;
    const code = s.scene.pickAsset(s.camera, (x / s.width) * 2 - 1, 1 - (y / s.height) * 2);
    if (code === null) return null;
    const kind = s.data?.cameras.some((camera) => camera.code === code) ? 'camera' : 'asset';
    return { kind, id: code };
  }

  private ground(s: PickState, x: number, y: number): MapSelection | null {
    const layers = ['fences', 'zones', 'zones-hatch'].filter(
      (id) => s.map?.getLayoutProperty(id, 'visibility') !== 'none',
    );
    const hits = s.map?.queryRenderedFeatures([x, y], { layers }) ?? [];
    for (const [layer, kind] of [
      ['fences', 'fence'],
      ['zones', 'zone'],
    ] as const) {
      const id: unknown = hits.find((hit) => hit.layer.id.startsWith(layer))?.properties['code'];
      if (typeof id === 'string') return { kind, id };
    }
    return null;
  }

  /** Outline of a zone or fence in site metres, with the centre of its bounds. */
  area(selection: MapSelection): { rings: [number, number][][]; x_m: number; y_m: number } | null {
    const { data, origin } = this.state();
    const records = selection.kind === 'zone' ? data?.zones : selection.kind === 'fence' ? data?.fences : undefined;
    const geometry = records?.find((r) => r.code === selection.id)?.geometry;
    if (!geometry || (geometry.type !== 'Polygon' && geometry.type !== 'MultiPolygon')) return null;
    const lists = geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat();
    const rings = lists.map((ring) => ring.map((p: Position) => lonLatToSite(origin, p[0] ?? 0, p[1] ?? 0)));
    const points = rings.flat();
    const xs = points.map((p) => p[0]);
    const ys = points.map((p) => p[1]);
    return {
      rings,
      x_m: (Math.min(...xs) + Math.max(...xs)) / 2,
      y_m: (Math.min(...ys) + Math.max(...ys)) / 2,
    };
  }
}
