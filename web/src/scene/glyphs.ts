/**
 * Glyphs of people and vehicles: shape says the role, fill says how sure we are. Drawn with canvas paths, once for the GPU's
 * atlas and again wherever the overlay or a legend needs one, so that they are the same everywhere.
 */
import type { Glyph } from '../map/port';

export type MoverGlyph = Glyph | 'vehicle' | 'tag';
export const MOVER_GLYPHS: readonly MoverGlyph[] = [
  'circle',
  'square',
  'triangle',
  'diamond',
  'shield',
  'pentagon',
  'vehicle',
  'tag',
];

function polygon(path: Path2D, sides: number, cx: number, cy: number, r: number, turn: number): void {
  for (let i = 0; i < sides; i++) {
    const a = turn + (i * 2 * Math.PI) / sides;
    const x = cx + r * Math.sin(a);
    const y = cy - r * Math.cos(a);
    if (i === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  }
  path.closePath();
}

/** Outline of a glyph around (cx, cy); `r` is the radius of the circle with the same visual weight. */
export function glyphPath(glyph: MoverGlyph, cx: number, cy: number, r: number): Path2D {
  const path = new Path2D();
  switch (glyph) {
    case 'circle':
      path.arc(cx, cy, r, 0, 2 * Math.PI);
      break;
    case 'square':
      path.rect(cx - r * 0.88, cy - r * 0.88, r * 1.76, r * 1.76);
      break;
    case 'triangle':
      polygon(path, 3, cx, cy + r * 0.2, r * 1.28, 0);
      break;
    case 'diamond':
      polygon(path, 4, cx, cy, r * 1.22, 0);
      break;
    case 'pentagon':
      polygon(path, 5, cx, cy + r * 0.06, r * 1.12, 0);
      break;
    case 'shield':
      path.moveTo(cx - r * 0.95, cy - r * 0.9);
      path.lineTo(cx + r * 0.95, cy - r * 0.9);
      path.lineTo(cx + r * 0.95, cy + r * 0.1);
      path.quadraticCurveTo(cx + r * 0.8, cy + r * 0.85, cx, cy + r * 1.15);
      path.quadraticCurveTo(cx - r * 0.8, cy + r * 0.85, cx - r * 0.95, cy + r * 0.1);
      path.closePath();
      break;
    case 'vehicle':
      path.moveTo(cx - r * 1.3, cy - r * 0.7);
      path.lineTo(cx + r * 0.35, cy - r * 0.7);
      path.lineTo(cx + r * 0.35, cy - r * 0.25);
      path.lineTo(cx + r * 0.9, cy - r * 0.25);
      path.lineTo(cx + r * 1.3, cy + r * 0.2);
      path.lineTo(cx + r * 1.3, cy + r * 0.75);
      path.lineTo(cx - r * 1.3, cy + r * 0.75);
      path.closePath();
      break;
    case 'tag':
      path.arc(cx, cy, r * 0.6, 0, 2 * Math.PI);
      break;
  }
  return path;
}

/** Shape of an alarm priority: 1 ◆, 2 ▲, 3 ●, 4 ○. */
export function priorityPath(priority: number, cx: number, cy: number, r: number): Path2D {
  return glyphPath(priority === 1 ? 'diamond' : priority === 2 ? 'triangle' : 'circle', cx, cy, r);
}

/** Cell of the atlas in pixels; a cell holds head, stem and ground dot. */
export const CELL_W = 64;
export const CELL_H = 96;
/** Where in a cell the head's centre and the ground point are, from the top, as a share of the height. */
export const HEAD_Y = 0.34;
export const FOOT_Y = 0.93;
/** Rows of the atlas: sure, and hollow for predicted, lost or never sure. */
export const ROWS = 2;

export interface GlyphColours {
  fill: string;
  outline: string;
  /** Inside of a hollow glyph. */
  hollow: string;
}

/** Draw all glyphs × rows into one canvas, cell by cell. */
export function drawAtlas(canvas: HTMLCanvasElement, colours: GlyphColours): void {
  canvas.width = CELL_W * MOVER_GLYPHS.length;
  canvas.height = CELL_H * ROWS;
  const g = canvas.getContext('2d');
  if (!g) throw new Error('no 2D canvas');
  g.clearRect(0, 0, canvas.width, canvas.height);
  g.lineJoin = 'round';
  for (let row = 0; row < ROWS; row++) {
    MOVER_GLYPHS.forEach((glyph, column) => {
      const cx = (column + 0.5) * CELL_W;
      const cy = (row + HEAD_Y) * CELL_H;
      const foot = (row + FOOT_Y) * CELL_H;
      const hollow = row === 1;
      g.strokeStyle = colours.outline;
      g.lineWidth = 9;
      g.beginPath();
      g.moveTo(cx, cy);
      g.lineTo(cx, foot);
      g.stroke();
      g.strokeStyle = colours.fill;
      g.lineWidth = 4;
      g.stroke();
      g.fillStyle = colours.outline;
      g.beginPath();
      g.arc(cx, foot, 6.5, 0, 2 * Math.PI);
      g.fill();
      g.fillStyle = colours.fill;
      g.beginPath();
      g.arc(cx, foot, 4.2, 0, 2 * Math.PI);
      g.fill();
      const head = glyphPath(glyph, cx, cy, 19);
      g.strokeStyle = colours.outline;
      g.lineWidth = 11;
      g.stroke(head);
      g.fillStyle = hollow ? colours.hollow : colours.fill;
      g.fill(head);
      g.strokeStyle = colours.fill;
      g.lineWidth = hollow ? 5 : 2;
      g.stroke(head);
    });
  }
}
