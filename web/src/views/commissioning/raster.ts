/** The expected error as a picture: steps of colour, hatched where nobody can be located. */

import type { CoverageRecord } from '../../api/types.gen';

/** Upper bounds of the steps, metres, and their colours; beyond the last one `BEYOND`. Blue to brown, apart for all eyes. */
export const STEPS: readonly { upto_m: number; colour: string }[] = [
  { upto_m: 0.5, colour: '#0a6a8f' },
  { upto_m: 1, colour: '#4aa3b8' },
  { upto_m: 2, colour: '#a5cfc6' },
  { upto_m: 5, colour: '#dcb674' },
];
export const BEYOND = '#a8611c';
export const NO_FIX = -1;
const OPACITY = 165;
const HATCH = [90, 98, 104, 150] as const;
/** Side of a square in the picture, pixels: enough for a hatch. */
export const CELL_PX = 4;

/** Which step an expected error in centimetres belongs to; `STEPS.length` is beyond the last. */
export function stepOf(r95_cm: number): number {
  const step = STEPS.findIndex(({ upto_m }) => r95_cm <= upto_m * 100);
  return step < 0 ? STEPS.length : step;
}

function rgb(colour: string): [number, number, number] {
  const at = (i: number) => Number.parseInt(colour.slice(i, i + 2), 16);
  return [at(1), at(3), at(5)];
}

const COLOURS = [...STEPS.map(({ colour }) => rgb(colour)), rgb(BEYOND)];

/** Pixels of the picture, RGBA, north up. Pure. */
export function pixels({ columns, rows, r95_cm }: CoverageRecord): Uint8ClampedArray<ArrayBuffer> {
  const width = columns * CELL_PX;
  const out = new Uint8ClampedArray(new ArrayBuffer(4 * width * rows * CELL_PX));
  for (let y = 0; y < rows * CELL_PX; y++) {
    const row = rows - 1 - Math.floor(y / CELL_PX);
    for (let x = 0; x < width; x++) {
      const value = r95_cm[row * columns + Math.floor(x / CELL_PX)]!;
      if (value === NO_FIX) {
        if ((x + y) % 8 < 2) out.set(HATCH, 4 * (y * width + x));
      } else if (value >= 0) {
        out.set([...COLOURS[stepOf(value)]!, OPACITY], 4 * (y * width + x));
      }
    }
  }
  return out;
}

/** The picture on a canvas; null where the browser gives none. */
export function drawn(record: CoverageRecord): HTMLCanvasElement | null {
  const canvas = document.createElement('canvas');
  canvas.width = record.columns * CELL_PX;
  canvas.height = record.rows * CELL_PX;
  const g = canvas.getContext('2d');
  g?.putImageData(new ImageData(pixels(record), canvas.width, canvas.height), 0, 0);
  return g === null ? null : canvas;
}
