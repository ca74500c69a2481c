/** Fences as curtains of light: coloured at the ground, fading upwards, never hiding who stands inside. */
import { BufferAttribute, BufferGeometry, Color, DoubleSide, Group, Mesh, ShaderMaterial } from 'three';
import type { Position } from 'geojson';
import type { FenceRecord, RiskColour } from '../map/port';
import { lonLatToSite, type SiteOrigin } from './site';

/** Fences may reach up to 200 m; a curtain higher than a storey or two would hide the plant. */
const DRAWN_M = 6;

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
  gl_FragColor = vec4(tone, strength * (1.0 - 0.82 * vRise));
}`;

export interface Curtain {
  positions: Float32Array;
  /** 0 at the foot, 1 at the top. */
  rise: Float32Array;
  index: number[];
}

/** Walls along closed rings between two heights, two triangles a segment. Pure. */
export function curtain(rings: readonly (readonly [number, number])[][], baseM: number, topM: number): Curtain {
  const positions: number[] = [];
  const rise: number[] = [];
  const index: number[] = [];
  for (const ring of rings) {
    const first = rise.length;
    for (const [x, y] of ring) {
      positions.push(x, y, baseM, x, y, topM);
      rise.push(0, 1);
    }
    for (let i = 0; i + 1 < ring.length; i++) {
      const a = first + 2 * i;
      index.push(a, a + 2, a + 1, a + 1, a + 2, a + 3);
    }
  }
  return { positions: new Float32Array(positions), rise: new Float32Array(rise), index };
}

export class Fences {
  readonly group = new Group();
  private readonly drawn: { mesh: Mesh<BufferGeometry, ShaderMaterial>; fence: FenceRecord }[] = [];
  private colours: Record<RiskColour, string> = { red: '', orange: '', yellow: '', blue: '' };
  private chosen = '';
  private selected: string | null = null;

  setColours(risk: Record<RiskColour, string>, chosen: string): void {
    this.colours = risk;
    this.chosen = chosen;
    this.paint();
  }

  select(code: string | null): void {
    this.selected = code;
    this.paint();
  }

  private paint(): void {
    for (const { mesh, fence } of this.drawn) {
      const picked = fence.code === this.selected;
      const u = mesh.material.uniforms;
      if (u['tone'])
        u['tone'].value = new Color(picked ? this.chosen : this.colours[fence.colour]).convertLinearToSRGB();
      if (u['strength']) u['strength'].value = picked ? 0.75 : fence.purpose === 'information' ? 0.16 : 0.5;
    }
  }

  build(origin: SiteOrigin, fences: readonly FenceRecord[]): void {
    this.clear();
    for (const fence of fences) {
      const g = fence.geometry;
      const lists = g.type === 'Polygon' ? g.coordinates : g.type === 'MultiPolygon' ? g.coordinates.flat() : [];
      const rings = lists.map((ring) => ring.map((p: Position) => lonLatToSite(origin, p[0] ?? 0, p[1] ?? 0)));
      const base = Math.max(0, fence.z_min_m);
      const { positions, rise, index } = curtain(rings, base, Math.min(fence.z_max_m, base + DRAWN_M));
      const geometry = new BufferGeometry();
      geometry.setAttribute('position', new BufferAttribute(positions, 3));
      geometry.setAttribute('rise', new BufferAttribute(rise, 1));
      geometry.setIndex(index);
      const material = new ShaderMaterial({
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        transparent: true,
        depthWrite: false,
        side: DoubleSide,
        uniforms: { tone: { value: new Color() }, strength: { value: 0.5 } },
      });
      const mesh = new Mesh(geometry, material);
      mesh.frustumCulled = false;
      mesh.renderOrder = 4;
      this.drawn.push({ mesh, fence });
      this.group.add(mesh);
    }
    this.paint();
  }

  private clear(): void {
    for (const { mesh } of this.drawn) {
      mesh.geometry.dispose();
      mesh.material.dispose();
    }
    this.drawn.length = 0;
    this.group.clear();
  }

  dispose(): void {
    this.clear();
  }
}
