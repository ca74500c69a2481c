/** Anchors by how they do: a shape for each state, so that colour is never alone. */
import { glyphPath } from '../scene/glyphs';
import type { Palette } from './palette';
import type { AnchorState } from './port';

const TAU = 2 * Math.PI;

/** Draws one anchor on the overlay: dot, ring, cross, triangle or diamond. */
export function drawAnchorState(
  g: CanvasRenderingContext2D,
  palette: Palette,
  state: AnchorState,
  x: number,
  y: number,
): void {
  const path = new Path2D();
  g.lineWidth = 1.6;
  g.strokeStyle = palette.priorityOutline;
  if (state === 'silent') {
    for (const side of [-1, 1]) {
      path.moveTo(x - 5, y - 5 * side);
      path.lineTo(x + 5, y + 5 * side);
    }
    g.lineWidth = 5;
    g.strokeStyle = palette.panel;
    g.stroke(path);
    g.lineWidth = 2.5;
    g.strokeStyle = palette.text;
    g.stroke(path);
    return;
  }
  if (state === 'shifted' || state === 'unreliable') {
    const mark = glyphPath(state === 'shifted' ? 'triangle' : 'diamond', x, y, 7);
    g.fillStyle = palette.priority[state === 'shifted' ? 3 : 2];
    g.fill(mark);
    g.stroke(mark);
    return;
  }
  path.arc(x, y, 4, 0, TAU);
  g.fillStyle = state === 'ok' ? palette.live : palette.panel;
  g.fill(path);
  g.setLineDash(state === 'unknown' ? [2, 2] : []);
  g.strokeStyle = state === 'ok' ? palette.panel : palette.live;
  g.stroke(path);
  g.setLineDash([]);
}
