/**
 * Where everybody came from: thin lines that fade with age, dotted across gaps, and for the chosen people the band in
 * which they were with 95 %. Each segment of the past is put on the GPU once, with a time at every vertex; the instant
 * and the length of the trail are uniforms, so scrubbing moves no data.
 */

import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DoubleSide,
  Float32BufferAttribute,
  Group,
  LineSegments,
  Mesh,
  ShaderMaterial,
} from 'three';
import { TRACKS } from '../../api/types.gen';
import type { TrackBlock } from './tracks';

/** Tags are worn at the chest; the trail lies just above the ground they walk on. */
const WORN_DM = 11;
const ABOVE_DM = 2;
const HIDDEN = 0;
const PLAIN = 1;
const CHOSEN = 2;
const DOT_M = 1.5;

const VERTEX = /* glsl */ `
attribute vec4 position4;
attribute float time;
attribute float along;
uniform float now;
uniform float span;
varying float vAge;
varying float vEmphasis;
varying float vAlong;
void main() {
  vAge = (now - time) / span;
  vEmphasis = position4.w;
  vAlong = along;
  gl_Position = projectionMatrix * vec4(position4.xyz * 0.1, 1.0);
}`;

const FRAGMENT = /* glsl */ `
uniform vec3 plain;
uniform vec3 chosen;
uniform float strength;
uniform float dotted;
varying float vAge;
varying float vEmphasis;
varying float vAlong;
void main() {
  if (vAge < 0.0 || vAge > 1.0 || vEmphasis < 0.5) discard;
  if (dotted > 0.5 && fract(vAlong / ${(2 * DOT_M).toFixed(1)}) > 0.4) discard;
  bool picked = vEmphasis > 1.5;
  float alpha = (picked ? 1.0 : 0.75) * (1.0 - 0.9 * vAge) * strength;
  gl_FragColor = vec4(picked ? chosen : plain, alpha);
}`;

/** The lines of one segment: every fix a vertex, every known way an index pair. Pure but for the arrays it fills. */
export interface TrailArrays {
  position: Int16Array;
  /** Seconds from the segment's beginning. */
  time: Float32Array;
  known: Uint32Array;
  /** Ways across gaps: position, time and metres along for two vertices each. */
  gaps: { position: Int16Array; time: Float32Array; along: Float32Array };
}

export function trailArrays(block: TrackBlock, emphasis: (id: string) => number): TrailArrays {
  const n = block.t.length;
  const position = new Int16Array(4 * n);
  const time = new Float32Array(n);
  const known: number[] = [];
  const gaps: number[] = [];
  for (let s = 0; s < block.rows.length; s++) {
    const weight = emphasis(block.rows[s]!.id);
    for (let i = block.starts[s]!; i < block.starts[s + 1]!; i++) {
      position[4 * i] = block.x_dm[i]!;
      position[4 * i + 1] = block.y_dm[i]!;
      position[4 * i + 2] = Math.max(0, block.z_dm[i]! - WORN_DM) + ABOVE_DM;
      position[4 * i + 3] = weight;
      time[i] = block.t[i]! / 1000;
      if (i === block.starts[s]) continue;
      if ((block.status[i]! & TRACKS.BIT_APART) === 0) known.push(i - 1, i);
      else gaps.push(i - 1, i);
    }
  }
  const across = {
    position: new Int16Array(4 * gaps.length),
    time: new Float32Array(gaps.length),
    along: new Float32Array(gaps.length),
  };
  gaps.forEach((i, k) => {
    across.position.set(position.subarray(4 * i, 4 * i + 4), 4 * k);
    across.time[k] = time[i]!;
    if (k % 2 === 0) return;
    const before = gaps[k - 1]!;
    across.along[k] = Math.hypot(block.x_dm[i]! - block.x_dm[before]!, block.y_dm[i]! - block.y_dm[before]!) / 10;
  });
  return { position, time, known: new Uint32Array(known), gaps: across };
}

/** A band of ± r95 about the known ways of the chosen people: two vertices a fix, two triangles a way. */
export function bandArrays(block: TrackBlock, chosen: (id: string) => boolean) {
  const position: number[] = [];
  const time: number[] = [];
  const index: number[] = [];
  for (let s = 0; s < block.rows.length; s++) {
    if (!chosen(block.rows[s]!.id)) continue;
    const end = block.starts[s + 1]!;
    for (let i = block.starts[s]!; i < end; i++) {
      const joined = i > block.starts[s]! && (block.status[i]! & TRACKS.BIT_APART) === 0;
      const next = i + 1 < end && (block.status[i + 1]! & TRACKS.BIT_APART) === 0;
      const [a, b] = [joined ? i - 1 : i, next ? i + 1 : i];
      const [dx, dy] = [block.x_dm[b]! - block.x_dm[a]!, block.y_dm[b]! - block.y_dm[a]!];
      const length = Math.hypot(dx, dy);
      const r = block.r95_dm[i]!;
      const [nx, ny] = length > 0 ? [(-dy / length) * r, (dx / length) * r] : [r, 0];
      const z = Math.max(0, block.z_dm[i]! - WORN_DM) + ABOVE_DM / 2;
      const at = position.length / 4;
      position.push(block.x_dm[i]! + nx, block.y_dm[i]! + ny, z, CHOSEN);
      position.push(block.x_dm[i]! - nx, block.y_dm[i]! - ny, z, CHOSEN);
      time.push(block.t[i]! / 1000, block.t[i]! / 1000);
      if (joined) index.push(at - 2, at - 1, at, at, at - 1, at + 1);
    }
  }
  return { position, time, index };
}

interface Drawn {
  block: TrackBlock;
  group: Group;
  geometries: BufferGeometry[];
  materials: ShaderMaterial[];
}

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export class Trails {
  readonly group = new Group();
  readonly #drawn = new Map<number, Drawn>();
  #choice = '';
  #plain = new Color();
  #chosen = new Color();

  constructor() {
    this.recolour();
  }

  recolour(): void {
    this.#plain.setStyle(token('map-person') || '#22313b');
    this.#chosen.setStyle(token('accent') || '#0b57a4');
    for (const { materials } of this.#drawn.values()) {
      for (const { uniforms } of materials) {
        uniforms['plain']!.value = this.#plain;
        uniforms['chosen']!.value = this.#chosen;
      }
    }
  }

  /** Puts segments on the GPU that are not yet there and takes away those that went. */
  setBlocks(blocks: ReadonlyMap<number, TrackBlock>, people: readonly string[], only: boolean): void {
    const choice = `${only} ${people.join()}`;
    for (const [key, drawn] of this.#drawn) {
      if (blocks.get(key) === drawn.block && choice === this.#choice) continue;
      this.#remove(key, drawn);
    }
    this.#choice = choice;
    const chosen = new Set(people);
    const emphasis = (id: string): number => (chosen.has(id) ? CHOSEN : only ? HIDDEN : PLAIN);
    for (const [key, block] of blocks) if (!this.#drawn.has(key)) this.#add(key, block, emphasis);
  }

  #material(strength: number, dotted: boolean): ShaderMaterial {
    return new ShaderMaterial({
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      transparent: true,
      depthWrite: false,
      side: DoubleSide,
      uniforms: {
        now: { value: 0 },
        span: { value: 1 },
        plain: { value: this.#plain },
        chosen: { value: this.#chosen },
        strength: { value: strength },
        dotted: { value: dotted ? 1 : 0 },
      },
    });
  }

  #add(key: number, block: TrackBlock, emphasis: (id: string) => number): void {
    const group = new Group();
    const arrays = trailArrays(block, emphasis);
    const geometries: BufferGeometry[] = [];
    const materials: ShaderMaterial[] = [];
    const put = (
      kind: 'lines' | 'band',
      position: BufferAttribute,
      time: BufferAttribute,
      material: ShaderMaterial,
    ) => {
      const geometry = new BufferGeometry();
      geometry.setAttribute('position4', position);
      // three counts vertices by this name.
      geometry.setAttribute('position', position);
      geometry.setAttribute('time', time);
      const object = kind === 'band' ? new Mesh(geometry, material) : new LineSegments(geometry, material);
      object.frustumCulled = false;
      object.renderOrder = kind === 'band' ? 7 : 8;
      group.add(object);
      geometries.push(geometry);
      materials.push(material);
      return geometry;
    };
    const lines = put(
      'lines',
      new BufferAttribute(arrays.position, 4),
      new BufferAttribute(arrays.time, 1),
      this.#material(1, false),
    );
    lines.setIndex(new BufferAttribute(arrays.known, 1));
    if (arrays.gaps.time.length > 0) {
      const gaps = put(
        'lines',
        new BufferAttribute(arrays.gaps.position, 4),
        new BufferAttribute(arrays.gaps.time, 1),
        this.#material(0.9, true),
      );
      gaps.setAttribute('along', new BufferAttribute(arrays.gaps.along, 1));
    }
    const band = bandArrays(block, (id) => emphasis(id) === CHOSEN);
    if (band.index.length > 0) {
      const made = put(
        'band',
        new Float32BufferAttribute(band.position, 4),
        new Float32BufferAttribute(band.time, 1),
        this.#material(0.2, false),
      );
      made.setIndex(band.index);
    }
    this.group.add(group);
    this.#drawn.set(key, { block, group, geometries, materials });
  }

  /** The instant, and how far back trails reach. */
  setTime(at_ms: number, span_s: number): void {
    for (const { block, group, materials } of this.#drawn.values()) {
      const now = (at_ms - block.from_ms) / 1000;
      const length = (block.to_ms - block.from_ms) / 1000;
      group.visible = span_s > 0 && now >= 0 && now - span_s <= length;
      if (!group.visible) continue;
      for (const { uniforms } of materials) {
        uniforms['now']!.value = now;
        uniforms['span']!.value = span_s;
      }
    }
  }

  #remove(key: number, { group, geometries, materials }: Drawn): void {
    group.removeFromParent();
    for (const geometry of geometries) geometry.dispose();
    for (const material of materials) material.dispose();
    this.#drawn.delete(key);
  }

  dispose(): void {
    for (const [key, drawn] of this.#drawn) this.#remove(key, drawn);
  }
}
