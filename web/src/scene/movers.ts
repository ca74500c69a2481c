/** People, vehicles and loose tags as upright glyphs: one draw call over typed arrays, plus a faint pass for those behind steel. */
import {
  BufferAttribute,
  BufferGeometry,
  CanvasTexture,
  DynamicDrawUsage,
  GreaterDepth,
  Group,
  LessEqualDepth,
  LinearFilter,
  Points,
  ShaderMaterial,
} from 'three';
import type { DepthModes } from 'three';
import { DEGRADED, NEVER_SEEN, type MoverTable, type PositionFrame } from '../map/port';
import { CELL_H, CELL_W, drawAtlas, FOOT_Y, MOVER_GLYPHS, ROWS, type GlyphColours, type MoverGlyph } from './glyphs';

const VERTEX = /* glsl */ `
attribute float cell;
uniform float sizePx;
uniform vec2 viewportPx;
varying float vCell;
void main() {
  vCell = cell;
  gl_Position = projectionMatrix * vec4(position, 1.0);
  // The foot of the glyph stands on the point: lift the square by the share of the cell below its centre.
  gl_Position.y += gl_Position.w * sizePx * ${(FOOT_Y - 0.5).toFixed(4)} * 2.0 / viewportPx.y;
  if (cell < 0.0) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = sizePx;
}`;

const FRAGMENT = /* glsl */ `
uniform sampler2D atlas;
uniform float alpha;
varying float vCell;
void main() {
  float row = floor(vCell / ${MOVER_GLYPHS.length.toFixed(1)});
  float column = vCell - row * ${MOVER_GLYPHS.length.toFixed(1)};
  // A cell is narrower than the point's square: centre it.
  float u = (gl_PointCoord.x - 0.5) * ${(CELL_H / CELL_W).toFixed(4)} + 0.5;
  if (u < 0.0 || u > 1.0) discard;
  vec2 uv = vec2((column + u) / ${MOVER_GLYPHS.length.toFixed(1)}, 1.0 - (row + gl_PointCoord.y) / ${ROWS.toFixed(1)});
  vec4 texel = texture2D(atlas, uv);
  if (texel.a < 0.35) discard;
  gl_FragColor = vec4(texel.rgb, texel.a * alpha);
}`;

/** Height of a glyph's whole cell on screen, CSS pixels, by zoom: the head is about a third of it, never below 9 px. */
export function glyphSizePx(zoom: number): number {
  return Math.max(25, Math.min(54, 25 + (zoom - 15) * 7));
}

export function glyphOf(row: MoverTable['rows'][number]): MoverGlyph {
  return row.kind === 'person' ? row.glyph : row.kind;
}

export class Movers {
  readonly group = new Group();
  /** Site metres, three per mover of the current table. */
  positions = new Float32Array(0);
  private cells = new Float32Array(0);
  private readonly geometry = new BufferGeometry();
  private readonly canvas = document.createElement('canvas');
  private readonly texture: CanvasTexture;
  private readonly materials: ShaderMaterial[] = [];
  private table: MoverTable | null = null;
  private readonly shown = { person: true, vehicle: true };
  private frame: PositionFrame | null = null;

  constructor(colours: GlyphColours) {
    drawAtlas(this.canvas, colours);
    this.texture = new CanvasTexture(this.canvas);
    this.texture.minFilter = LinearFilter;
    this.texture.generateMipmaps = false;
    const hidden = this.points(GreaterDepth, 0.45);
    const seen = this.points(LessEqualDepth, 1);
    hidden.renderOrder = 10;
    seen.renderOrder = 11;
    this.group.add(hidden, seen);
  }

  private points(depthFunc: DepthModes, alpha: number): Points {
    const material = new ShaderMaterial({
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      transparent: true,
      depthWrite: false,
      depthFunc,
      uniforms: {
        atlas: { value: this.texture },
        alpha: { value: alpha },
        sizePx: { value: 30 },
        viewportPx: { value: [1, 1] },
      },
    });
    this.materials.push(material);
    const points = new Points(this.geometry, material);
    points.frustumCulled = false;
    return points;
  }

  setColours(colours: GlyphColours): void {
    drawAtlas(this.canvas, colours);
    this.texture.needsUpdate = true;
  }

  setShown(people: boolean, vehicles: boolean): void {
    this.shown.person = people;
    this.shown.vehicle = vehicles;
    if (this.table && this.frame) this.update(this.table, this.frame);
  }

  update(table: MoverTable, frame: PositionFrame): void {
    const n = Math.min(frame.n, table.rows.length);
    if (this.positions.length !== 3 * n) {
      this.positions = new Float32Array(3 * n);
      this.cells = new Float32Array(n);
      this.geometry.setAttribute('position', new BufferAttribute(this.positions, 3).setUsage(DynamicDrawUsage));
      this.geometry.setAttribute('cell', new BufferAttribute(this.cells, 1).setUsage(DynamicDrawUsage));
    }
    this.geometry.setDrawRange(0, n);
    this.table = table;
    this.frame = frame;
    for (let i = 0; i < n; i++) {
      this.positions[3 * i] = (frame.x_dm[i] ?? 0) / 10;
      this.positions[3 * i + 1] = (frame.y_dm[i] ?? 0) / 10;
      this.positions[3 * i + 2] = Math.max(0, (frame.z_dm[i] ?? 0) / 10 - 1.1);
      this.cells[i] = this.cellOf(table.rows[i], frame.status[i] ?? NEVER_SEEN);
    }
    for (const name of ['position', 'cell']) {
      const attribute = this.geometry.getAttribute(name);
      if (attribute instanceof BufferAttribute) attribute.needsUpdate = true;
    }
  }

  private cellOf(row: MoverTable['rows'][number] | undefined, status: number): number {
    if (!row || status & NEVER_SEEN) return -1;
    if (row.kind === 'vehicle' ? !this.shown.vehicle : !this.shown.person) return -1;
    const hollow = (status & 3) > DEGRADED ? 1 : 0;
    return hollow * MOVER_GLYPHS.length + MOVER_GLYPHS.indexOf(glyphOf(row));
  }

  /** Whether the mover of a row is drawn at all. */
  visible(row: number): boolean {
    return (this.cells[row] ?? -1) >= 0;
  }

  resize(widthPx: number, heightPx: number, pixelRatio: number, zoom: number): void {
    for (const material of this.materials) {
      const u = material.uniforms;
      if (u['sizePx']) u['sizePx'].value = glyphSizePx(zoom) * pixelRatio;
      if (u['viewportPx']) u['viewportPx'].value = [widthPx * pixelRatio, heightPx * pixelRatio];
    }
  }

  dispose(): void {
    this.geometry.dispose();
    this.texture.dispose();
    for (const material of this.materials) material.dispose();
  }
}
