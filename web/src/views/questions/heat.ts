/** Where time was spent, as a picture for the ground: darker for longer, in a hue that no risk has. */

import type { HeatAnswer } from '../../api/types.gen';

/** From how many seconds on a square has its step, and the colour. */
export const STEPS: readonly { from_s: number; colour: readonly [number, number, number, number] }[] = [
  { from_s: 0, colour: [126, 190, 172, 150] },
  { from_s: 60, colour: [58, 150, 141, 190] },
  { from_s: 300, colour: [24, 106, 118, 220] },
  { from_s: 1800, colour: [16, 62, 92, 240] },
  { from_s: 7200, colour: [8, 22, 48, 255] },
];
const CELL_PX = 2;

/** Which step a square belongs to. */
export const stepOf = (seconds: number): number => STEPS.findLastIndex((step) => seconds >= step.from_s);

export const css = ([r, g, b, a]: readonly [number, number, number, number]): string =>
  `rgb(${r} ${g} ${b} / ${Math.round((100 * a) / 255)}%)`;

/** Pixels of the picture, RGBA, north up. Pure. */
export function pixels({ rows, columns, row, column, seconds }: HeatAnswer): Uint8ClampedArray<ArrayBuffer> {
  const width = columns * CELL_PX;
  const out = new Uint8ClampedArray(new ArrayBuffer(4 * width * rows * CELL_PX));
  seconds.forEach((spent, i) => {
    const colour = STEPS[stepOf(spent)]!.colour;
    const [x, y] = [column[i]! * CELL_PX, (rows - 1 - row[i]!) * CELL_PX];
    for (let dy = 0; dy < CELL_PX; dy++)
      for (let dx = 0; dx < CELL_PX; dx++) out.set(colour, 4 * ((y + dy) * width + x + dx));
  });
  return out;
}

/** The picture on a canvas; null where the browser gives none. */
export function drawn(answer: HeatAnswer): HTMLCanvasElement | null {
  const canvas = document.createElement('canvas');
  canvas.width = answer.columns * CELL_PX;
  canvas.height = answer.rows * CELL_PX;
  const g = canvas.getContext('2d');
  g?.putImageData(new ImageData(pixels(answer), canvas.width, canvas.height), 0, 0);
  return g === null ? null : canvas;
}
