/** The drawing under way: tool, points so far, what the pointer would catch. */
import { batch, computed, signal } from '@preact/signals';
import type { SketchPlace } from '../../map/port';
import { data, records } from '../../store/records';
import { view } from '../../store/map';
import { footprint } from '../../scene/footprints';
import { siteToLonLat } from '../../scene/site';
import { draft, frame, redoStep, setShape, undoStep } from './editor';
import type { Frame, Point } from './drawing/frame';
import { partsFrom } from './drawing/geojson';
import { snapped, snapTarget, type Snapped, type SnapKind, type SnapTarget } from './drawing/snap';
import { isEmpty, type Corner, type Ring, type Shape } from './drawing/shape';
import { closes, enough, full, needsShape, outcome, type Outcome, type Tool } from './tools';

export const tool = signal<Tool>('select');
export const points = signal<readonly Point[]>([]);
const taken = signal<readonly Point[]>([]);
export const pointer = signal<Snapped | null>(null);
export const corridorWidth_m = signal(4);
export const snapping = signal(true);
/** The corner that keys move and delete. */
export const corner = signal<Corner | null>(null);
export const refusal = signal<Extract<Outcome, { refused: string }>['refused'] | null>(null);
/** The piece that a split took off, for a fence of its own. */
export const offcut = signal<Shape | null>(null);

const SNAP_PX = 11;
const CLOSE_PX = 11;
const AGAIN_PX = 4;

const KINDS: Readonly<Record<string, SnapKind>> = {
  building: 'wall',
  warehouse: 'wall',
  loading_bay: 'wall',
  bund: 'bund',
  unit: 'boundary',
};

/** Everything a corner may catch: fences, walls, tanks, bunds, the plant's boundary. */
const targets = computed<readonly SnapTarget[]>(() => {
  const [plant, by] = [data.value, frame.value];
  if (plant === null || by === null) return [];
  const found: SnapTarget[] = [];
  for (const fence of records.value?.fences ?? []) {
    const rings = partsFrom(by, fence.geometry).flat();
    if (rings.length > 0) found.push(snapTarget('fence', fence.code, rings));
  }
  const origin = { lon: plant.head.origin_lon, lat: plant.head.origin_lat };
  for (const asset of plant.assets) {
    const kind = KINDS[asset.kind] ?? (asset.kind.endsWith('tank') ? 'tank' : undefined);
    const outline = kind === undefined ? null : footprint(origin, asset);
    if (kind === undefined || outline === null) continue;
    // The map's own metres are good to centimetres; these are good to less.
    const exact = (ring: readonly (readonly [number, number])[]): Ring => {
      const sites = ring.map(([x, y]): Point => by.toSite(...siteToLonLat(origin, x, y)));
      const [first, last] = [sites[0], sites.at(-1)];
      return first !== undefined && last !== undefined && Math.hypot(first[0] - last[0], first[1] - last[1]) < 1e-6
        ? sites.slice(0, -1)
        : sites;
    };
    found.push(snapTarget(kind, asset.code, outline.rings.map(exact)));
  }
  const boundary = partsFrom(by, plant.head.boundary).flat();
  if (boundary.length > 0) found.push(snapTarget('boundary', plant.head.code, boundary));
  return found;
});

export function caught(by: Frame, place: { lon: number; lat: number; alt: boolean }): Snapped {
  const point = by.toSite(place.lon, place.lat);
  if (place.alt || !snapping.peek()) return { point, to: null };
  const reach = SNAP_PX * (view.peek()?.metres_per_px ?? 0.2);
  const own = draft.peek()?.code;
  return snapped(
    point,
    targets.peek().filter((target) => target.kind !== 'fence' || target.code !== own),
    reach,
  );
}

export function choose(next: Tool): void {
  const shape = draft.peek()?.shape;
  batch(() => {
    tool.value = needsShape(next) && (shape === undefined || isEmpty(shape)) ? 'polygon' : next;
    points.value = [];
    taken.value = [];
    corner.value = null;
    refusal.value = null;
  });
}

/** How far two places are apart on the screen, pixels. */
const apart_px = (a: Point, b: Point): number =>
  Math.hypot(a[0] - b[0], a[1] - b[1]) / (view.peek()?.metres_per_px ?? 0.2);

export function press(by: Frame, place: SketchPlace): void {
  if (tool.peek() === 'select') {
    corner.value = null;
    return;
  }
  const { point } = caught(by, place);
  const so = points.peek();
  const [first, last] = [so[0], so.at(-1)];
  const closing =
    first !== undefined && closes(tool.peek()) && enough(tool.peek(), so.length) && apart_px(first, point) <= CLOSE_PX;
  // A second click in one place ends a line as a double click does.
  const twice = last !== undefined && apart_px(last, point) <= AGAIN_PX;
  if (closing || (twice && enough(tool.peek(), so.length))) finish();
  else if (!twice) addPoint(point);
}

export function addPoint(point: Point): void {
  batch(() => {
    points.value = [...points.peek(), point];
    taken.value = [];
    refusal.value = null;
  });
  if (full(tool.peek(), points.peek().length)) finish();
}

/** Makes the shape of what was drawn so far. */
export function finish(): boolean {
  const now = draft.peek();
  if (now === null || tool.peek() === 'select' || !enough(tool.peek(), points.peek().length)) return false;
  const made = outcome(tool.peek(), points.peek(), now.shape, corridorWidth_m.peek());
  batch(() => {
    points.value = [];
    taken.value = [];
    if ('refused' in made) {
      refusal.value = made.refused;
      return;
    }
    refusal.value = null;
    offcut.value = made.cut ?? null;
    tool.value = 'select';
    setShape(made.shape);
  });
  return true;
}

/** Gives up what is being drawn; false when there was nothing to give up. */
export function giveUp(): boolean {
  if (tool.peek() === 'select' && corner.peek() === null) return false;
  choose('select');
  return true;
}

/** The last point of what is being drawn, else the last change. */
export function undoAny(): void {
  const so = points.peek();
  const last = so.at(-1);
  if (last === undefined) return undoStep();
  batch(() => {
    points.value = so.slice(0, -1);
    taken.value = [last, ...taken.peek()];
  });
}

export function redoAny(): void {
  const [next, ...rest] = taken.peek();
  if (next === undefined) return redoStep();
  batch(() => {
    points.value = [...points.peek(), next];
    taken.value = rest;
  });
}

export function resetPad(): void {
  batch(() => {
    choose('select');
    pointer.value = null;
    offcut.value = null;
  });
}
