/** How somebody stands in an evacuation, as a badge beside the head: a shape and a sign, never colour alone. */

import type { Palette } from './palette';
import type { MusterStanding } from './port';

const TAU = 2 * Math.PI;
const R = 6.5;

/** Draws a badge whose centre is at x, y (CSS pixels). */
export function drawStanding(
  g: CanvasRenderingContext2D,
  palette: Palette,
  standing: MusterStanding,
  x: number,
  y: number,
): void {
  g.save();
  g.lineWidth = 1.6;
  g.strokeStyle = palette.priorityOutline;
  g.fillStyle = standing === 'not_safe' ? palette.priority[1] : palette.panel;
  g.setLineDash(standing === 'not_known' ? [3, 2] : []);
  g.beginPath();
  if (standing === 'not_safe') {
    g.moveTo(x, y - R - 2);
    g.lineTo(x + R + 2, y);
    g.lineTo(x, y + R + 2);
    g.lineTo(x - R - 2, y);
    g.closePath();
  } else {
    g.arc(x, y, R, 0, TAU);
  }
  g.fill();
  g.stroke();
  g.setLineDash([]);
  g.strokeStyle = g.fillStyle = standing === 'not_safe' ? palette.panel : palette.text;
  if (standing === 'safe') {
    g.beginPath();
    g.moveTo(x - 3, y);
    g.lineTo(x - 0.8, y + 2.6);
    g.lineTo(x + 3.2, y - 2.6);
    g.stroke();
  } else if (standing === 'moving') {
    g.beginPath();
    g.moveTo(x - 3, y);
    g.lineTo(x + 3, y);
    g.moveTo(x + 0.4, y - 2.8);
    g.lineTo(x + 3.2, y);
    g.lineTo(x + 0.4, y + 2.8);
    g.stroke();
  } else {
    g.font = '700 10px "Noto Sans SC", sans-serif';
    g.textAlign = 'center';
    g.textBaseline = 'middle';
    g.fillText(standing === 'not_known' ? '?' : '!', x, y + 0.5);
  }
  g.restore();
}
