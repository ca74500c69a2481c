/** The pointer on the map while a place is drawn or pointed at. */

import { batch, signal } from '@preact/signals';
import type { SketchPlace } from '../../map/port';
import { view } from '../../store/map';
import type { Frame, Point } from '../fences/drawing/frame';
import { closes, enough, full, outcome, type Tool } from '../fences/tools';
import { change, question } from './asked';
import type { Spot } from './question';

export const TOOLS = ['polygon', 'rectangle', 'circle', 'corridor'] as const;
export type DrawTool = (typeof TOOLS)[number];
export type Slot = 'a' | 'b';

/** What is under way, and for which place of the question; null while the map's clicks select as always. */
export const drawing = signal<{ slot: Slot; tool: DrawTool | 'point' } | null>(null);
export const points = signal<readonly Point[]>([]);
export const pointer = signal<Point | null>(null);
export const CORRIDOR_M = 6;

const CLOSE_PX = 11;
const AGAIN_PX = 4;

const apart_px = (a: Point, b: Point): number =>
  Math.hypot(a[0] - b[0], a[1] - b[1]) / (view.peek()?.metres_per_px ?? 0.2);

export function begin(slot: Slot, tool: DrawTool | 'point'): void {
  batch(() => {
    drawing.value = { slot, tool };
    points.value = [];
  });
}

/** Gives up what is being drawn; false when nothing is. */
export function giveUp(): boolean {
  if (drawing.peek() === null) return false;
  batch(() => {
    drawing.value = null;
    points.value = [];
    pointer.value = null;
  });
  return true;
}

export function undoPoint(): void {
  points.value = points.peek().slice(0, -1);
}

function put(slot: Slot, spot: Spot): void {
  batch(() => {
    giveUp();
    change({ [slot]: spot });
  });
}

/** Makes a shape of what was drawn so far. */
export function finish(): boolean {
  const now = drawing.peek();
  if (now === null || now.tool === 'point' || !enough(now.tool, points.peek().length)) return false;
  const made = outcome(now.tool, points.peek(), { kind: 'polygon', parts: [] }, CORRIDOR_M);
  if ('shape' in made) put(now.slot, { kind: 'drawn', shape: made.shape });
  return true;
}

export function press(by: Frame, place: SketchPlace): void {
  const now = drawing.peek();
  if (now === null) return;
  if (now.tool === 'point') {
    const before = question.peek()[now.slot];
    const radius_m = before?.kind === 'point' ? before.radius_m : 10;
    put(now.slot, { kind: 'point', lon: place.lon, lat: place.lat, radius_m });
    return;
  }
  const tool: Tool = now.tool;
  const point = by.toSite(place.lon, place.lat);
  const so = points.peek();
  const [first, last] = [so[0], so.at(-1)];
  const closing = first !== undefined && closes(tool) && enough(tool, so.length) && apart_px(first, point) <= CLOSE_PX;
  // A second click in one place ends a line as a double click does.
  const twice = last !== undefined && apart_px(last, point) <= AGAIN_PX;
  if (closing || (twice && enough(tool, so.length))) {
    finish();
    return;
  }
  if (twice) return;
  points.value = [...so, point];
  if (full(tool, points.peek().length)) finish();
}
