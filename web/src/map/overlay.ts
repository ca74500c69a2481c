/**
 * What must stay legible at any angle, drawn on a canvas over the map after each of its frames: labels, marks of detectors
 * and cameras, alarm rings, uncertainty circles, the selection and counts of crowds. Nothing overlaps a label.
 */
import { project } from '../scene/site';
import { glyphPath, priorityPath } from '../scene/glyphs';
import type { Footprint } from '../scene/footprints';
import { glyphSizePx } from '../scene/movers';
import { drawAnchorState } from './anchors';
import { clusterByCell } from './clusters';
import type { Label, LabelClass } from './features';
import type { Palette } from './palette';
import { Lettering } from './lettering';
import { Placement } from './placement';
import type { AnchorState, Language, MapAlarm, MapSelection, MoverTable, MusterStanding, PositionFrame } from './port';
import { drawStanding } from './standing';

export interface Mark {
  code: string;
  kind: 'detector' | 'camera' | 'anchor';
  x_m: number;
  y_m: number;
  z_m: number;
  state: 'normal' | 'warn' | 'alarm' | 'stale' | 'offline';
  /** Whether a detector's last value is too old to be the present one. */
  old?: boolean;
  /** How an anchor does, while commissioning is open. */
  anchor?: AnchorState | null;
}

export interface OverlayScene {
  matrix: ArrayLike<number>;
  zoom: number;
  width: number;
  height: number;
  palette: Palette;
  /** Device pixels per CSS pixel to draw with. */
  ratio: number;
  language: Language;
  labels: readonly Label[];
  footprints: ReadonlyMap<string, Footprint>;
  marks: readonly Mark[];
  table: MoverTable | null;
  frame: PositionFrame | null;
  /** Site metres of the movers of `table`, three per row. */
  positions: Float32Array;
  moverVisible: (row: number) => boolean;
  alarms: readonly MapAlarm[];
  rollCall: ReadonlyMap<string, MusterStanding> | null;
  selection: MapSelection | null;
  hover: MapSelection | null;
  show: { labels: boolean; units: boolean; names: boolean };
}

const FONT: Record<LabelClass | 'name', string> = {
  unit: '600 13px "Noto Sans SC", sans-serif',
  tank: '500 11.5px "Noto Sans SC", sans-serif',
  building: '400 11.5px "Noto Sans SC", sans-serif',
  equipment: '400 11px "Noto Sans SC", sans-serif',
  muster: '500 11.5px "Noto Sans SC", sans-serif',
  name: '500 12px "Noto Sans SC", sans-serif',
};
const FULL_NAME_ZOOM = 17.4;
const NAMES_ZOOM = 17.2;
export const CLUSTER_BELOW_ZOOM = 14.6;
const CLUSTER_PX = 56;
const WIDE_R95_M = 3;
const LEGIBLE_RATIO = 0.8;
const CIRCLE_STEPS = 40;
const TAU = 2 * Math.PI;

export class Overlay {
  readonly canvas = document.createElement('canvas');
  private readonly g: CanvasRenderingContext2D;
  private readonly lettering = new Lettering();
  private ratio = 1;
  private s!: OverlayScene;
  private placement = new Placement(0, 0);

  constructor() {
    this.canvas.className = 'map-overlay';
    const g = this.canvas.getContext('2d', { willReadFrequently: true });
    if (!g) throw new Error('no 2D canvas');
    this.g = g;
  }

  draw(scene: OverlayScene): void {
    this.s = scene;
    const { ratio } = scene;
    this.ratio = ratio;
    this.lettering.reset(`${scene.palette.panel} ${ratio} ${document.fonts.status}`);
    const [w, h] = [Math.round(scene.width * ratio), Math.round(scene.height * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) {
      this.canvas.width = w;
      this.canvas.height = h;
    }
    this.g.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.g.clearRect(0, 0, scene.width, scene.height);
    this.g.textBaseline = 'middle';
    this.g.textAlign = 'center';
    this.g.lineJoin = 'round';
    this.placement = new Placement(scene.width, scene.height);
    this.outlineSelection();
    this.uncertainty();
    this.drawMarks();
    if (scene.zoom < CLUSTER_BELOW_ZOOM) this.crowds();
    this.alarmRings();
    this.roll();
    this.moverNames();
    this.drawLabels();
  }

  private at(x: number, y: number, z: number): { x: number; y: number } | null {
    const p = project(this.s.matrix, x, y, z, this.s.width, this.s.height);
    return p.w > 0 ? p : null;
  }

  private foot(row: number): { x: number; y: number } | null {
    const p = this.s.positions;
    return this.at(p[3 * row] ?? 0, p[3 * row + 1] ?? 0, p[3 * row + 2] ?? 0);
  }

  /** Centre of a mover's head on screen. */
  private head(row: number): { x: number; y: number } | null {
    const foot = this.foot(row);
    return foot && { x: foot.x, y: foot.y - glyphSizePx(this.s.zoom) * 0.59 };
  }

  /** A label centred at x with its lower edge at y; false where something is already there. */
  private label(text: string, x: number, y: number, font: string, colour: string, force = false): boolean {
    const halo = this.s.palette.panel;
    const w = this.lettering.width(text, font, colour, halo, this.ratio) + 4;
    const box = { x: x - w / 2, y: y - 15, w, h: 15 };
    if (force) this.placement.take(box);
    else if (!this.placement.place(box)) return false;
    this.lettering.draw(this.g, text, x, y - 7.5, font, colour, halo, this.ratio);
    return true;
  }

  private ring(points: readonly (readonly [number, number])[], z: number): Path2D | null {
    const path = new Path2D();
    let first = true;
    for (const [x, y] of points) {
      const p = this.at(x, y, z);
      if (!p) return null;
      if (first) path.moveTo(p.x, p.y);
      else path.lineTo(p.x, p.y);
      first = false;
    }
    path.closePath();
    return path;
  }

  private outlineSelection(): void {
    for (const [which, wide] of [
      [this.s.hover, 1.5],
      [this.s.selection, 2.5],
    ] as const) {
      if (!which || (which.kind !== 'asset' && which.kind !== 'camera')) continue;
      for (const ring of this.s.footprints.get(which.id)?.rings ?? []) {
        const path = this.ring(ring, 0.1);
        if (!path) continue;
        this.g.strokeStyle = this.s.palette.selection;
        this.g.lineWidth = wide;
        this.g.stroke(path);
      }
    }
  }

  private rowOf(id: string | null): number {
    return id === null ? -1 : (this.s.table?.rows.findIndex((row) => row.id === id) ?? -1);
  }

  /** The circle that holds the mover with 95 %: on selection, on hover, and always when wider than 3 m. */
  private uncertainty(): void {
    const { frame, selection, hover, palette } = this.s;
    if (!frame || this.s.zoom < CLUSTER_BELOW_ZOOM) return;
    const asked = new Set([selection, hover].filter((s) => s?.kind === 'mover').map((s) => this.rowOf(s?.id ?? null)));
    for (let row = 0; row < frame.n; row++) {
      const r = (frame.r95_dm[row] ?? 0) / 10;
      if (!this.s.moverVisible(row) || (r <= WIDE_R95_M && !asked.has(row))) continue;
      const [x, y] = [this.s.positions[3 * row] ?? 0, this.s.positions[3 * row + 1] ?? 0];
      const points = Array.from({ length: CIRCLE_STEPS }, (_, i): [number, number] => {
        const a = (i * TAU) / CIRCLE_STEPS;
        return [x + r * Math.cos(a), y + r * Math.sin(a)];
      });
      const path = this.ring(points, (this.s.positions[3 * row + 2] ?? 0) + 0.1);
      if (!path) continue;
      this.g.fillStyle = this.g.strokeStyle = asked.has(row) ? palette.selection : palette.stale;
      this.g.globalAlpha = 0.14;
      this.g.fill(path);
      this.g.globalAlpha = 0.9;
      this.g.lineWidth = 1.2;
      this.g.setLineDash((frame.r95_dm[row] ?? 0) === 255 ? [4, 4] : []);
      this.g.stroke(path);
      this.g.setLineDash([]);
      this.g.globalAlpha = 1;
    }
  }

  private drawMarks(): void {
    const { palette, zoom } = this.s;
    for (const mark of this.s.marks) {
      const abnormal = mark.state === 'warn' || mark.state === 'alarm';
      if (!abnormal && !mark.anchor && zoom < 15.6) continue;
      const p = this.at(mark.x_m, mark.y_m, mark.z_m);
      if (!p) continue;
      if (mark.anchor) this.surveyed(mark, mark.anchor, p.x, p.y);
      else if (mark.kind === 'anchor') this.anchor(p.x, p.y);
      else if (mark.kind === 'camera') this.camera(p.x, p.y, mark.state);
      else this.detector(p.x, p.y, mark.state, mark.old === true);
      if (abnormal) this.label(mark.old ? `${mark.code} ?` : mark.code, p.x, p.y - 10, FONT.name, palette.text);
    }
  }

  /** Hollow and dashed is what is not known now; its colour and shape are those of the last value beyond a limit. */
  private detector(x: number, y: number, state: Mark['state'], old: boolean): void {
    const { palette } = this.s;
    const beyond = state === 'alarm' || state === 'warn';
    const r = state === 'normal' ? 3.4 : state === 'stale' ? 4.5 : 8;
    const priority = state === 'alarm' ? 1 : 3;
    const path = beyond ? priorityPath(priority, x, y, r) : glyphPath('square', x, y, r);
    const colour = beyond ? palette.priority[priority] : palette.panel;
    this.g.fillStyle = old ? palette.panel : colour;
    if (state !== 'stale') this.g.fill(path);
    this.g.lineWidth = state === 'normal' ? 1.3 : old && beyond ? 3 : 1.8;
    this.g.strokeStyle = state === 'stale' ? palette.stale : old && beyond ? colour : palette.priorityOutline;
    this.g.setLineDash(state === 'stale' ? [2, 2] : old ? [4, 2] : []);
    this.g.stroke(path);
    this.g.setLineDash([]);
  }

  private camera(x: number, y: number, state: Mark['state']): void {
    const { palette } = this.s;
    const path = new Path2D();
    path.rect(x - 6.5, y - 4, 8.5, 8);
    path.moveTo(x + 2.5, y);
    path.lineTo(x + 6.5, y - 3.4);
    path.lineTo(x + 6.5, y + 3.4);
    path.closePath();
    this.g.fillStyle = palette.panel;
    this.g.fill(path);
    this.g.lineWidth = 1.3;
    this.g.strokeStyle = state === 'normal' ? palette.priorityOutline : palette.stale;
    this.g.stroke(path);
    if (state !== 'offline') return;
    this.g.beginPath();
    this.g.moveTo(x - 8, y + 6);
    this.g.lineTo(x + 8, y - 6);
    this.g.stroke();
  }

  private surveyed(mark: Mark, state: AnchorState, x: number, y: number): void {
    const { palette, selection, zoom } = this.s;
    drawAnchorState(this.g, palette, state, x, y);
    const picked = selection?.kind === 'asset' && selection.id === mark.code;
    if (picked) this.selectRing(x, y);
    const telling = state === 'silent' || state === 'shifted' || state === 'unreliable';
    if (picked || telling || zoom > NAMES_ZOOM) {
      this.label(mark.code, x, y - 10, FONT.name, picked ? palette.selection : palette.text, picked);
    }
  }

  private anchor(x: number, y: number): void {
    this.g.strokeStyle = this.s.palette.textSecondary;
    this.g.lineWidth = 1.2;
    this.g.beginPath();
    this.g.arc(x, y, 2.2, 0, TAU);
    this.g.moveTo(x - 5, y - 4);
    this.g.quadraticCurveTo(x - 7.5, y, x - 5, y + 4);
    this.g.moveTo(x + 5, y - 4);
    this.g.quadraticCurveTo(x + 7.5, y, x + 5, y + 4);
    this.g.stroke();
  }

  private crowds(): void {
    const { frame, palette } = this.s;
    if (!frame) return;
    const points = [];
    for (let row = 0; row < frame.n; row++) {
      const p = this.s.moverVisible(row) ? this.foot(row) : null;
      if (p) points.push({ x: p.x, y: p.y, row, uncertain: ((frame.status[row] ?? 0) & 3) > 1 });
    }
    for (const c of clusterByCell(points, CLUSTER_PX)) {
      const text = c.uncertain > 0 ? `${c.count - c.uncertain}+${c.uncertain}?` : `${c.count}`;
      const r = 9 + Math.min(12, Math.sqrt(c.count) * 2);
      this.g.beginPath();
      this.g.arc(c.x, c.y, r, 0, TAU);
      this.g.fillStyle = palette.glyph.fill;
      this.g.fill();
      this.g.lineWidth = 2;
      this.g.strokeStyle = palette.glyph.outline;
      this.g.stroke();
      this.g.font = FONT.name;
      this.g.fillStyle = palette.glyph.outline;
      this.g.fillText(text, c.x, c.y);
      this.placement.take({ x: c.x - r, y: c.y - r, w: 2 * r, h: 2 * r });
    }
  }

  private alarmRings(): void {
    for (const alarm of [...this.s.alarms].sort((a, b) => b.priority - a.priority)) {
      const row = this.rowOf(alarm.subject);
      const place = row >= 0 && this.s.moverVisible(row) ? this.head(row) : this.at(alarm.x_m, alarm.y_m, alarm.z_m);
      if (!place) continue;
      const colour = this.s.palette.priority[alarm.priority];
      const path = priorityPath(alarm.priority, place.x, place.y, 13);
      // Thin is what is over and only waits to be acknowledged.
      for (const [wide, ink] of [
        [alarm.over ? 3.2 : 6, this.s.palette.priorityOutline],
        [alarm.over ? 1.4 : 3.2, colour],
      ] as const) {
        this.g.lineWidth = wide;
        this.g.strokeStyle = ink;
        this.g.setLineDash(alarm.acknowledged ? [5, 4] : []);
        this.g.stroke(path);
      }
      this.g.setLineDash([]);
    }
  }

  /** In an evacuation: how each of the roll stands; far out only those to worry about. */
  private roll(): void {
    const { rollCall, table, frame, palette, zoom } = this.s;
    if (!rollCall || !table || !frame) return;
    for (let row = 0; row < Math.min(frame.n, table.rows.length); row++) {
      const standing = rollCall.get(table.rows[row]?.id ?? '');
      if (standing === undefined || !this.s.moverVisible(row)) continue;
      if (zoom < CLUSTER_BELOW_ZOOM && (standing === 'safe' || standing === 'moving')) continue;
      const head = this.head(row);
      if (head) drawStanding(this.g, palette, standing, head.x + 10, head.y - 7);
    }
  }

  private moverNames(): void {
    const { table, frame, palette, zoom } = this.s;
    if (!table || !frame) return;
    const alarmed = new Set(this.s.alarms.map((a) => a.subject));
    for (let pass = 0; pass < 2; pass++) {
      for (let row = 0; row < Math.min(frame.n, table.rows.length); row++) {
        const who = table.rows[row];
        if (!who || !this.s.moverVisible(row)) continue;
        const picked =
          (this.s.selection?.kind === 'mover' && this.s.selection.id === who.id) ||
          (this.s.hover?.kind === 'mover' && this.s.hover.id === who.id);
        const important = picked || alarmed.has(who.id);
        if (important !== (pass === 0)) continue;
        if (!important && (!this.s.show.names || zoom < NAMES_ZOOM)) continue;
        const head = this.head(row);
        if (!head) continue;
        const status = (frame.status[row] ?? 0) & 3;
        const age = status > 1 ? ` ${ageText(frame.age_ds[row] ?? 0)}` : '';
        if (picked) this.selectRing(head.x, head.y);
        const colour = picked ? palette.selection : status > 1 ? palette.textSecondary : palette.text;
        this.label(who.names[this.s.language] + age, head.x, head.y - 13, FONT.name, colour, picked);
      }
    }
  }

  private selectRing(x: number, y: number): void {
    this.g.beginPath();
    this.g.arc(x, y, 12, 0, TAU);
    this.g.lineWidth = 2.5;
    this.g.strokeStyle = this.s.palette.selection;
    this.g.stroke();
  }

  private drawLabels(): void {
    const { zoom, palette, language, selection } = this.s;
    for (const label of this.s.labels) {
      const picked = selection?.id === label.code;
      const on = label.class === 'unit' ? this.s.show.units : this.s.show.labels;
      // Drawn coarse while the camera turns, small print could not be read anyway.
      if (!picked && (!on || zoom < label.min_zoom || this.ratio < LEGIBLE_RATIO)) continue;
      if (label.class === 'unit' && zoom > FULL_NAME_ZOOM && !picked) continue;
      const p = this.at(label.x_m, label.y_m, label.z_m);
      if (!p) continue;
      const short = (label.class === 'tank' || label.class === 'equipment') && zoom < FULL_NAME_ZOOM && !picked;
      const colour = picked ? palette.selection : label.class === 'unit' ? palette.textSecondary : palette.text;
      this.label(short ? label.code : label.names[language], p.x, p.y - 4, FONT[label.class], colour, picked);
    }
  }
}

/** Age in tenths of a second as short text. */
export function ageText(ageDs: number): string {
  if (ageDs >= 65535) return '>1 h';
  const s = ageDs / 10;
  return s < 60 ? `${Math.floor(s)} s` : `${Math.floor(s / 60)} min`;
}
