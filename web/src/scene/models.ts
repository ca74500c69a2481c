/** The plant's equipment: instanced GLB models with two levels of detail chosen per instance, and baked meshes with feature ids. */
import {
  BufferAttribute,
  Color,
  DoubleSide,
  EdgesGeometry,
  Group,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  InstancedMesh,
  LineBasicMaterial,
  LineSegments,
  Matrix4,
  Mesh,
  MeshLambertMaterial,
  ShaderMaterial,
  type BufferGeometry,
  type Raycaster,
} from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { mergeGeometries } from 'three/addons/utils/BufferGeometryUtils.js';
import type { ModelManifest } from '../map/port';

/** Radius on screen from which an instance is drawn fine, and below which it is not drawn, CSS pixels. */
const FINE_PX = 70;
const SMALLEST_PX = 1.2;
/** Kinds the map itself draws flat on the ground. */
const DRAWN_BY_MAP = new Set(['road', 'unit']);
/** Kinds too small for edges to help. */
const NO_EDGES = new Set(['anchor', 'gas_detector', 'camera', 'muster_point', 'pump']);
const EDGE_ANGLE_DEG = 38;

export interface SceneColours {
  edge: string;
  edgeAlpha: number;
  /** Multiplies the models' own greys. */
  steel: string;
  selection: string;
}

type Entry = ModelManifest['models'][number];

async function readGeometry(loader: GLTFLoader, url: string): Promise<BufferGeometry> {
  const gltf = await loader.loadAsync(url);
  gltf.scene.updateMatrixWorld(true);
  const parts: BufferGeometry[] = [];
  gltf.scene.traverse((object) => {
    if (!(object instanceof Mesh)) return;
    const geometry = (object.geometry as BufferGeometry).clone();
    geometry.applyMatrix4(object.matrixWorld);
    parts.push(geometry);
  });
  const merged = parts.length === 1 ? parts[0] : mergeGeometries(parts);
  if (!merged) throw new Error(`model without a mesh: ${url}`);
  // glTF is Y up, the site frame Z up.
  merged.applyMatrix4(new Matrix4().makeRotationX(Math.PI / 2));
  merged.computeBoundingSphere();
  merged.computeBoundingBox();
  return merged;
}

/** Outlines are dear to find and stay the same: once per geometry. */
const outlines = new WeakMap<BufferGeometry, EdgesGeometry>();

function edgesOf(geometry: BufferGeometry): EdgesGeometry {
  const known = outlines.get(geometry) ?? new EdgesGeometry(geometry, EDGE_ANGLE_DEG);
  outlines.set(geometry, known);
  return known;
}

const present = (geometry: BufferGeometry | null | undefined): BufferGeometry[] => (geometry ? [geometry] : []);

/** Line segments of an instanced model: the same instance matrices, a two-line shader. */
function instancedEdges(
  source: BufferGeometry,
  matrices: InstancedBufferAttribute,
  material: ShaderMaterial,
): LineSegments {
  const geometry = new InstancedBufferGeometry();
  const position = edgesOf(source).getAttribute('position');
  geometry.setAttribute('position', position);
  geometry.setAttribute('place', matrices);
  const lines = new LineSegments(geometry, material);
  lines.frustumCulled = false;
  return lines;
}

class Equipment {
  readonly meshes: InstancedMesh[] = [];
  readonly edges: LineSegments | null = null;
  /** World places of all instances, and where in each level's buffer they are now. */
  private readonly places: Matrix4[];
  private readonly slots: Int32Array[];
  private readonly radius: number;

  constructor(
    readonly entry: Entry,
    levels: BufferGeometry[],
    material: MeshLambertMaterial,
    edgeMaterial: ShaderMaterial,
  ) {
    this.places = entry.instances.map((i) =>
      new Matrix4().makeRotationZ((-i.heading_deg * Math.PI) / 180).setPosition(i.x_m, i.y_m, i.z_m),
    );
    this.radius = levels[0]?.boundingSphere?.radius ?? 1;
    const n = entry.instances.length;
    this.slots = levels.map(() => new Int32Array(n).fill(-1));
    for (const geometry of levels) {
      const mesh = new InstancedMesh(geometry, material, n);
      mesh.frustumCulled = false;
      mesh.count = 0;
      mesh.setColorAt(0, new Color(1, 1, 1));
      this.meshes.push(mesh);
    }
    const lowest = levels.at(-1);
    if (lowest && !NO_EDGES.has(entry.kind)) {
      const all = new InstancedBufferAttribute(new Float32Array(16 * n), 16);
      this.places.forEach((place, i) => place.toArray(all.array, 16 * i));
      this.edges = instancedEdges(lowest, all, edgeMaterial);
      (this.edges.geometry as InstancedBufferGeometry).instanceCount = n;
    }
  }

  /** Put every instance that is large enough to be seen into the buffer of its level of detail. */
  arrange(matrix: ArrayLike<number>, pxPerUnit: number, tint: (feature: number) => Color): void {
    const counts = this.meshes.map(() => 0);
    this.places.forEach((place, i) => {
      const e = place.elements;
      const w = (matrix[3] ?? 0) * e[12] + (matrix[7] ?? 0) * e[13] + (matrix[11] ?? 0) * e[14] + (matrix[15] ?? 0);
      const sizePx = w > 0 ? (this.radius * pxPerUnit) / w : 0;
      if (sizePx < SMALLEST_PX) return;
      const level = sizePx > FINE_PX ? 0 : this.meshes.length - 1;
      const mesh = this.meshes[level];
      const slot = counts[level] ?? 0;
      if (!mesh) return;
      mesh.setMatrixAt(slot, place);
      mesh.setColorAt(slot, tint(this.entry.instances[i]?.feature ?? -1));
      const slots = this.slots[level];
      if (slots) slots[slot] = i;
      counts[level] = slot + 1;
    });
    this.meshes.forEach((mesh, level) => {
      mesh.count = counts[level] ?? 0;
      mesh.visible = mesh.count > 0;
      mesh.instanceMatrix.needsUpdate = true;
      if (mesh.instanceColor) mesh.instanceColor.needsUpdate = true;
      // A stale sphere would make the raycaster miss instances that moved between levels.
      mesh.boundingSphere = null;
    });
  }

  featureAt(mesh: InstancedMesh, instance: number): number | null {
    const level = this.meshes.indexOf(mesh);
    const i = this.slots[level]?.[instance];
    return i === undefined ? null : (this.entry.instances[i]?.feature ?? null);
  }

  setVisible(visible: boolean): void {
    for (const mesh of this.meshes) mesh.visible = visible && mesh.count > 0;
    if (this.edges) this.edges.visible = visible;
  }
}

/** One kind of things that stand only once each, in site metres: finest mesh first, edges of the coarsest. */
interface Baked {
  kind: string;
  levels: Mesh[];
  edges: LineSegments;
}

/** From this zoom on baked things are drawn fine. */
const FINE_ZOOM = 16.8;
/** Edges are faintest from this zoom down, and how faint. */
const FAR_ZOOM = 15.6;
const FAR_EDGES = 0.25;

export class PlantModels {
  readonly group = new Group();
  private readonly material = new MeshLambertMaterial({ vertexColors: true, side: DoubleSide });
  private readonly edgeMaterial = new ShaderMaterial({
    vertexShader: `attribute mat4 place; void main() { gl_Position = projectionMatrix * place * vec4(position, 1.0); gl_Position.z -= 0.00002 * gl_Position.w; }`,
    fragmentShader: `uniform vec3 tone; uniform float alpha; void main() { gl_FragColor = vec4(tone, alpha); }`,
    transparent: true,
    depthWrite: false,
    uniforms: { tone: { value: new Color() }, alpha: { value: 0.5 } },
  });
  private readonly bakedEdgeMaterial = new LineBasicMaterial({ transparent: true, depthWrite: false });
  private equipment: Equipment[] = [];
  private baked: Baked[] = [];
  private features: string[] = [];
  private selected = -1;
  private readonly plain = new Color(1, 1, 1);
  private readonly chosen = new Color();
  private lastMatrix: number[] = [];
  private edgeAlpha = 0.5;
  private hidden = new Set<string>();
  private generation = 0;

  setColours(colours: SceneColours): void {
    this.material.color.set(colours.steel);
    this.chosen.set(colours.selection);
    const tone = this.edgeMaterial.uniforms['tone'];
    if (tone) tone.value = new Color(colours.edge).convertLinearToSRGB();
    this.edgeAlpha = colours.edgeAlpha;
    this.bakedEdgeMaterial.color.set(colours.edge);
    this.lastMatrix = [];
  }

  /**
   * Read all models of a manifest; the old ones stay until the new ones are there. The coarse ones come first, so that the
   * plant stands early; `drawn` is called then.
   */
  async load(manifest: ModelManifest, drawn: () => void): Promise<void> {
    const generation = ++this.generation;
    const loader = new GLTFLoader();
    const baked = manifest.baked.filter((b) => !DRAWN_BY_MAP.has(b.kind));
    const entries = [...manifest.models, ...baked];
    const read = (pick: (lod: Entry['lod']) => Entry['lod'][number] | undefined) =>
      Promise.all(
        entries.map((entry) => {
          const level = pick(entry.lod);
          return level ? readGeometry(loader, level.url) : null;
        }),
      );
    const coarse = await read((lod) => lod.at(-1));
    if (generation !== this.generation) return;
    this.build(manifest, baked, coarse.map(present));
    drawn();
    const fine = await read((lod) => (lod.length > 1 ? lod[0] : undefined));
    if (generation !== this.generation) return;
    this.build(
      manifest,
      baked,
      coarse.map((geometry, i) => [...present(fine[i]), ...present(geometry)]),
    );
    drawn();
  }

  /** Put up equipment and baked things from their levels, finest first, in the manifest's order. */
  private build(manifest: ModelManifest, baked: ModelManifest['baked'], levels: BufferGeometry[][]): void {
    this.clear();
    this.features = manifest.features;
    manifest.models.forEach((entry, i) => {
      const equipment = new Equipment(entry, levels[i] ?? [], this.material, this.edgeMaterial);
      this.equipment.push(equipment);
      this.group.add(...equipment.meshes);
      if (equipment.edges) this.group.add(equipment.edges);
    });
    baked.forEach((entry, i) => {
      const geometries = levels[manifest.models.length + i] ?? [];
      const coarsest = geometries.at(-1);
      if (!coarsest) return;
      const meshes = geometries.map((geometry) => new Mesh(geometry, this.material));
      const edges = new LineSegments(edgesOf(coarsest), this.bakedEdgeMaterial);
      this.baked.push({ kind: entry.kind, levels: meshes, edges });
      this.group.add(...meshes, edges);
    });
    this.lastMatrix = [];
    this.hide(this.hidden);
  }

  private clear(): void {
    for (const e of this.equipment) {
      for (const mesh of e.meshes) {
        mesh.geometry.dispose();
        mesh.dispose();
      }
      e.edges?.geometry.dispose();
    }
    for (const b of this.baked) {
      for (const mesh of b.levels) mesh.geometry.dispose();
      b.edges.geometry.dispose();
    }
    this.group.clear();
    this.equipment = [];
    this.baked = [];
  }

  get empty(): boolean {
    return this.equipment.length + this.baked.length === 0;
  }

  /** Kinds not to draw. */
  hide(kinds: ReadonlySet<string>): void {
    this.hidden = new Set(kinds);
    for (const e of this.equipment) e.setVisible(!kinds.has(e.entry.kind));
    for (const b of this.baked) b.edges.visible = !kinds.has(b.kind);
    this.lastMatrix = [];
  }

  /** Draw the outlines of equipment, or leave them out. */
  setOutlined(outlined: boolean): void {
    this.edgeMaterial.visible = this.bakedEdgeMaterial.visible = outlined;
  }

  select(code: string | null): void {
    this.selected = code === null ? -1 : this.features.indexOf(code);
    this.lastMatrix = [];
  }

  /** Choose levels of detail for a view; does nothing when the view is the same. */
  arrange(matrix: number[], heightPx: number, zoom: number): void {
    if (matrix.every((v, i) => v === this.lastMatrix[i])) return;
    this.lastMatrix = [...matrix];
    // Row 2 of the matrix scales a metre up to clip units.
    const scale = Math.hypot(matrix[1] ?? 0, matrix[5] ?? 0, matrix[9] ?? 0);
    // From far away lines lie so close that they would blacken what they outline.
    const near = Math.min(1, Math.max(FAR_EDGES, (zoom - FAR_ZOOM) / (FINE_ZOOM - FAR_ZOOM)));
    const alpha = this.edgeMaterial.uniforms['alpha'];
    if (alpha) alpha.value = this.edgeAlpha * near;
    this.bakedEdgeMaterial.opacity = this.edgeAlpha * near;
    const tint = (feature: number) => (feature === this.selected ? this.chosen : this.plain);
    for (const e of this.equipment) {
      e.arrange(matrix, (scale * heightPx) / 2, tint);
      if (this.hidden.has(e.entry.kind)) e.setVisible(false);
    }
    for (const b of this.baked) {
      const level = zoom >= FINE_ZOOM ? 0 : b.levels.length - 1;
      b.levels.forEach((mesh, i) => (mesh.visible = i === level && !this.hidden.has(b.kind)));
    }
  }

  /** Code and distance of the asset a ray hits first. */
  pick(raycaster: Raycaster): { code: string; distance: number } | null {
    const meshes = [...this.equipment.flatMap((e) => e.meshes), ...this.baked.flatMap((b) => b.levels)].filter(
      (m) => m.visible,
    );
    for (const hit of raycaster.intersectObjects(meshes, false)) {
      const feature = this.featureOf(hit.object as Mesh, hit.instanceId, hit.face?.a);
      const code = feature === null ? undefined : this.features[feature];
      if (code !== undefined) return { code, distance: hit.distance };
    }
    return null;
  }

  private featureOf(mesh: Mesh, instance: number | undefined, vertex: number | undefined): number | null {
    if (mesh instanceof InstancedMesh && instance !== undefined) {
      const owner = this.equipment.find((e) => e.meshes.includes(mesh));
      return owner?.featureAt(mesh, instance) ?? null;
    }
    const ids = mesh.geometry.getAttribute('_feature');
    return ids instanceof BufferAttribute && vertex !== undefined ? Math.round(ids.getX(vertex)) : null;
  }

  dispose(): void {
    this.generation++;
    this.clear();
    this.material.dispose();
    this.edgeMaterial.dispose();
    this.bakedEdgeMaterial.dispose();
  }
}
