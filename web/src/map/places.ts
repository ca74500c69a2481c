/** Where to fly for a target, and how much to show around it. Pure. */

import type { FlyTarget, MapSelection, MoverTable } from './port';

export interface Outline {
  rings: readonly (readonly (readonly [number, number])[])[];
  x_m: number;
  y_m: number;
}

export interface Known {
  table: MoverTable | null;
  /** Site metres of the movers of `table`, three per row. */
  positions: Float32Array | null;
  outlineOf: (target: MapSelection) => Outline | null;
}

const AROUND_PLACE_M = 60;
const AROUND_MOVER_M = 45;

/** Site metres of the middle and the span to show; null when the place is not known. */
export function placeOf(target: FlyTarget, known: Known): { x: number; y: number; span: number } | null {
  if (!('kind' in target)) return { x: target.x_m, y: target.y_m, span: target.span_m ?? AROUND_PLACE_M };
  if (target.kind === 'mover') {
    const row = known.table?.rows.findIndex((one) => one.id === target.id) ?? -1;
    const p = known.positions;
    if (row < 0 || p === null || p[3 * row] === undefined) return null;
    return { x: p[3 * row] ?? 0, y: p[3 * row + 1] ?? 0, span: AROUND_MOVER_M };
  }
  const outline = known.outlineOf(target);
  if (outline === null) return null;
  const reach = Math.max(...outline.rings.flat().map(([x, y]) => Math.hypot(x - outline.x_m, y - outline.y_m)));
  return { x: outline.x_m, y: outline.y_m, span: Math.max(30, reach * 2.4) };
}
