/** Ground shadows and contact darkening, painted once per plant into one texture on one quad: costs nothing per frame. */
import { CanvasTexture, LinearFilter, LinearMipmapLinearFilter, Mesh, MeshBasicMaterial, PlaneGeometry } from 'three';
import { hull, type Footprint, type Ring } from './footprints';

/** Horizontal reach of the shadow per metre of height: a sun 50° high in the south-west. */
export const SHADOW_EAST = 0.55;
export const SHADOW_NORTH = 0.6;
const FLAT = new Set(['road', 'unit', 'bund', 'muster_point', 'anchor', 'camera', 'gas_detector']);
const TEXTURE_PX = 2048;
const MARGIN_M = 60;

/** What an upright prism with this ring throws on the ground. */
export function shadowOf(ring: Ring, topM: number): Ring {
  const moved = ring.map(([x, y]): [number, number] => [x + SHADOW_EAST * topM, y + SHADOW_NORTH * topM]);
  return hull([...ring, ...moved]);
}

export class GroundShadow {
  readonly mesh = new Mesh(
    new PlaneGeometry(1, 1),
    new MeshBasicMaterial({
      transparent: true,
      depthWrite: false,
      polygonOffset: true,
      polygonOffsetFactor: -1,
    }),
  );
  private texture: CanvasTexture | null = null;
  private shown = true;

  constructor() {
    this.mesh.renderOrder = -10;
    this.mesh.visible = false;
  }

  paint(footprints: readonly Footprint[]): void {
    const solid = footprints.filter((f) => !FLAT.has(f.kind));
    const points = solid.flatMap((f) => f.rings.flat());
    if (points.length === 0) return;
    const x0 = Math.min(...points.map((p) => p[0])) - MARGIN_M;
    const y0 = Math.min(...points.map((p) => p[1])) - MARGIN_M;
    const width = Math.max(...points.map((p) => p[0])) + MARGIN_M - x0;
    const height = Math.max(...points.map((p) => p[1])) + MARGIN_M - y0;
    const canvas = document.createElement('canvas');
    const px = TEXTURE_PX / Math.max(width, height);
    canvas.width = Math.ceil(width * px);
    canvas.height = Math.ceil(height * px);
    const g = canvas.getContext('2d');
    if (!g) return;
    const fill = (rings: Ring[]) => {
      g.beginPath();
      for (const ring of rings) {
        ring.forEach(([x, y], i) => {
          const [cx, cy] = [(x - x0) * px, (height - (y - y0)) * px];
          if (i === 0) g.moveTo(cx, cy);
          else g.lineTo(cx, cy);
        });
        g.closePath();
      }
      g.fill('nonzero');
    };
    // One flat tone: shadows do not add up where they overlap.
    g.fillStyle = '#000';
    g.filter = 'blur(1.2px)';
    fill(
      solid.flatMap((f) =>
        (f.kind === 'pipe_rack' ? f.rings : f.rings.slice(0, 1)).map((ring) => shadowOf(ring, f.top_m)),
      ),
    );
    this.mesh.scale.set(width, height, 1);
    this.mesh.position.set(x0 + width / 2, y0 + height / 2, 0.05);
    this.texture?.dispose();
    this.texture = new CanvasTexture(canvas);
    this.texture.minFilter = LinearMipmapLinearFilter;
    this.texture.magFilter = LinearFilter;
    this.mesh.material.map = this.texture;
    this.mesh.material.needsUpdate = true;
    this.mesh.visible = this.shown;
  }

  setShown(shown: boolean): void {
    this.shown = shown;
    this.mesh.visible = shown && this.texture !== null;
  }

  setStrength(alpha: number): void {
    this.mesh.material.opacity = alpha;
  }

  dispose(): void {
    this.texture?.dispose();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}
