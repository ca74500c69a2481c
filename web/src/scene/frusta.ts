/** What cameras see: translucent pyramids from the optical centre to their reach. */
import {
  BufferAttribute,
  BufferGeometry,
  DoubleSide,
  Group,
  LineBasicMaterial,
  LineSegments,
  Mesh,
  MeshBasicMaterial,
} from 'three';
import type { CameraRecord } from '../map/port';

export type Point3 = [number, number, number];

/** Optical centre and the four far corners (left-bottom, right-bottom, right-top, left-top), site metres; never below ground. */
export function frustum(camera: CameraRecord): [Point3, Point3, Point3, Point3, Point3] {
  const rad = Math.PI / 180;
  const heading = camera.heading_deg * rad;
  const tilt = camera.tilt_deg * rad;
  const half = Math.tan((camera.hfov_deg / 2) * rad);
  const tall = (half * camera.height_px) / camera.width_px;
  const forward: Point3 = [Math.sin(heading) * Math.cos(tilt), Math.cos(heading) * Math.cos(tilt), Math.sin(tilt)];
  const right: Point3 = [Math.cos(heading), -Math.sin(heading), 0];
  const up: Point3 = [-Math.sin(heading) * Math.sin(tilt), -Math.cos(heading) * Math.sin(tilt), Math.cos(tilt)];
  const corner = (sx: number, sy: number): Point3 => {
    const d = [0, 1, 2].map((i) => (forward[i] ?? 0) + sx * half * (right[i] ?? 0) + sy * tall * (up[i] ?? 0));
    const norm = Math.hypot(d[0] ?? 0, d[1] ?? 0, d[2] ?? 0);
    const down = (d[2] ?? 0) / norm;
    // A ray that meets the ground ends there.
    const reach = down < 0 ? Math.min(camera.reach_m, (camera.z_m - 0.1) / -down) : camera.reach_m;
    const at = (i: number, from: number) => from + ((d[i] ?? 0) / norm) * reach;
    return [at(0, camera.x_m), at(1, camera.y_m), at(2, camera.z_m)];
  };
  return [[camera.x_m, camera.y_m, camera.z_m], corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)];
}

const FACES = [0, 1, 2, 0, 2, 3, 0, 3, 4, 0, 4, 1];
const EDGES = [0, 1, 0, 2, 0, 3, 0, 4, 1, 2, 2, 3, 3, 4, 4, 1];

export class Frusta {
  readonly group = new Group();
  private readonly fill = new MeshBasicMaterial({
    transparent: true,
    opacity: 0.16,
    side: DoubleSide,
    depthWrite: false,
  });
  private readonly line = new LineBasicMaterial({ transparent: true, opacity: 0.8, depthWrite: false });
  private readonly drawn = new Map<string, { mesh: Mesh; lines: LineSegments }>();

  setColour(colour: string): void {
    this.fill.color.set(colour);
    this.line.color.set(colour);
  }

  build(cameras: readonly CameraRecord[]): void {
    this.clear();
    for (const camera of cameras) {
      const position = new BufferAttribute(new Float32Array(frustum(camera).flat()), 3);
      const faces = new BufferGeometry().setAttribute('position', position).setIndex(FACES);
      const edges = new BufferGeometry().setAttribute('position', position).setIndex(EDGES);
      const mesh = new Mesh(faces, this.fill);
      const lines = new LineSegments(edges, this.line);
      mesh.frustumCulled = lines.frustumCulled = false;
      mesh.renderOrder = lines.renderOrder = 6;
      this.drawn.set(camera.code, { mesh, lines });
      this.group.add(mesh, lines);
    }
    this.show(false, null);
  }

  /** All frusta, or only that of the selected camera. */
  show(all: boolean, selected: string | null): void {
    for (const [code, { mesh, lines }] of this.drawn) mesh.visible = lines.visible = all || code === selected;
  }

  private clear(): void {
    for (const { mesh, lines } of this.drawn.values()) {
      mesh.geometry.dispose();
      lines.geometry.dispose();
    }
    this.group.clear();
    this.drawn.clear();
  }

  dispose(): void {
    this.clear();
    this.fill.dispose();
    this.line.dispose();
  }
}
