/** Hatches that tell the risk colours apart without colour: red dense strokes, orange wide strokes, yellow dots. */
import type { RiskColour } from './port';

const CELL = 16;
const RATIO = 2;

/** A tile of one colour: a wash of the given strength with the level's strokes on it, so that a zone costs one fill. */
export function hatch(colour: RiskColour, ink: string, wash: number): ImageData | null {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = CELL * RATIO;
  const g = canvas.getContext('2d');
  if (!g) return null;
  g.scale(RATIO, RATIO);
  g.strokeStyle = g.fillStyle = ink;
  g.globalAlpha = wash;
  g.fillRect(0, 0, CELL, CELL);
  g.globalAlpha = Math.min(1, wash + 0.12);
  g.lineWidth = 1;
  const step = colour === 'red' ? 8 : 16;
  if (colour === 'yellow') {
    for (const [x, y] of [
      [4, 4],
      [12, 12],
    ] as const) {
      g.beginPath();
      g.arc(x, y, 1, 0, 2 * Math.PI);
      g.fill();
    }
  } else {
    for (let d = -CELL; d <= CELL * 2; d += step) {
      g.beginPath();
      g.moveTo(d, CELL + 1);
      g.lineTo(d + CELL + 2, -1);
      g.stroke();
    }
  }
  return g.getImageData(0, 0, canvas.width, canvas.height);
}

export const PATTERN_RATIO = RATIO;
