/** Prisms that are being drawn, compared or looked back on: walls of their true height and the outline of their top. */
import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DoubleSide,
  Group,
  LineSegments,
  LineBasicMaterial,
  Mesh,
  ShaderMaterial,
} from 'three';
import { curtain } from './fences';

/** Above this a wall says nothing more and hides the plant behind it. */
const DRAWN_M = 40;

const VERTEX = /* glsl */ `
attribute float rise;
varying float vRise;
void main() {
  vRise = rise;
  gl_Position = projectionMatrix * vec4(position, 1.0);
}`;

const FRAGMENT = /* glsl */ `
uniform vec3 tone;
uniform float strength;
varying float vRise;
void main() {
  gl_FragColor = vec4(tone, strength * (1.0 - 0.6 * vRise));
}`;

export interface Prism {
  /** Closed rings, site metres. */
  rings: readonly (readonly (readonly [number, number])[])[];
  z_min_m: number;
  z_max_m: number;
  /** CSS colour. */
  colour: string;
  strength: number;
}

export class Prisms {
  readonly group = new Group();

  show(prisms: readonly Prism[]): void {
    this.clear();
    for (const prism of prisms) {
      const base = Math.max(0, prism.z_min_m);
      const top = Math.max(base, Math.min(prism.z_max_m, base + DRAWN_M));
      const { positions, rise, index } = curtain(
        prism.rings.map((ring) => ring.map(([x, y]): [number, number] => [x, y])),
        base,
        top,
      );
      const tone = new Color(prism.colour).convertLinearToSRGB();
      const wall = new BufferGeometry();
      wall.setAttribute('position', new BufferAttribute(positions, 3));
      wall.setAttribute('rise', new BufferAttribute(rise, 1));
      wall.setIndex(index);
      const paint = new ShaderMaterial({
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        transparent: true,
        depthWrite: false,
        side: DoubleSide,
        uniforms: { tone: { value: tone }, strength: { value: prism.strength } },
      });
      const edges: number[] = [];
      for (const ring of prism.rings) {
        for (let i = 0; i + 1 < ring.length; i++) {
          const [a, b] = [ring[i]!, ring[i + 1]!];
          edges.push(a[0], a[1], top, b[0], b[1], top);
        }
      }
      const line = new BufferGeometry();
      line.setAttribute('position', new BufferAttribute(new Float32Array(edges), 3));
      const mesh = new Mesh(wall, paint);
      const rim = new LineSegments(line, new LineBasicMaterial({ color: tone, transparent: true, opacity: 0.9 }));
      for (const part of [mesh, rim]) {
        part.frustumCulled = false;
        part.renderOrder = 5;
        this.group.add(part);
      }
    }
  }

  private clear(): void {
    for (const part of this.group.children as (Mesh | LineSegments)[]) {
      part.geometry.dispose();
      for (const material of [part.material].flat()) material.dispose();
    }
    this.group.clear();
  }

  dispose(): void {
    this.clear();
  }
}
