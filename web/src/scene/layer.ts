/** The one three.js layer on the map: equipment, liquids, frusta and movers share one depth buffer with MapLibre. */
import { Camera, DirectionalLight, HemisphereLight, Raycaster, Scene, Vector3, WebGLRenderer } from 'three';
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibreMap } from 'maplibre-gl';
import type { Palette } from '../map/palette';
import { Fences } from './fences';
import { Frusta } from './frusta';
import { Liquids } from './liquids';
import { PlantModels } from './models';
import { Movers } from './movers';
import { Prisms } from './prisms';
import { GroundShadow } from './shadow';
import { multiply, siteMatrix, type SiteOrigin } from './site';

export const LAYER_ID = 'plant-3d';

export class PlantScene {
  readonly models = new PlantModels();
  readonly liquids = new Liquids();
  readonly frusta = new Frusta();
  readonly fences = new Fences();
  readonly prisms = new Prisms();
  readonly shadow = new GroundShadow();
  readonly movers: Movers;
  readonly scene = new Scene();
  /** Site metres → clip space of the frame drawn last. */
  matrix: number[] = [];
  private readonly sun = new DirectionalLight(0xffffff, 1);
  private readonly sky = new HemisphereLight(0xffffff, 0x888888, 1);
  private readonly raycaster = new Raycaster();
  private site: number[] = siteMatrix({ lon: 0, lat: 0 });

  constructor(palette: Palette) {
    this.movers = new Movers(palette.glyph);
    // The sun stands where the shadows say it does: south-west, 50° high.
    this.sun.position.set(-0.55, -0.6, 1.05);
    // The site frame is Z up; three's sky would stand in the north.
    this.sky.position.set(0, 0, 1);
    this.scene.add(
      this.sun,
      this.sky,
      this.shadow.mesh,
      this.models.group,
      this.liquids.group,
      this.fences.group,
      this.prisms.group,
      this.frusta.group,
      this.movers.group,
    );
    this.setPalette(palette);
  }

  setPalette(palette: Palette): void {
    this.models.setColours(palette.scene);
    this.liquids.setColours(palette.live, palette.stale);
    this.frusta.setColour(palette.selection);
    this.fences.setColours(palette.risk, palette.selection);
    this.shadow.setStrength(palette.shadowAlpha);
    this.movers.setColours(palette.glyph);
    // Tokens give the share of a surface's own colour; three's lights are radiometric.
    this.sun.intensity = palette.sun * Math.PI;
    this.sky.intensity = palette.skyLight * Math.PI;
  }

  /** While a machine without a GPU turns the camera, outlines and shadows wait. */
  setCoarse(coarse: boolean): void {
    this.models.setOutlined(!coarse);
    this.shadow.setShown(!coarse);
  }

  setOrigin(origin: SiteOrigin): void {
    this.site = siteMatrix(origin);
  }

  /** Compose the frame's matrix in doubles, choose levels of detail. */
  frame(mainMatrix: ArrayLike<number>, width: number, height: number, pixelRatio: number, zoom: number): number[] {
    this.matrix = multiply(mainMatrix, this.site);
    this.models.arrange(this.matrix, height, zoom);
    this.movers.resize(width, height, pixelRatio, zoom);
    return this.matrix;
  }

  /** Code of the asset under a point of the canvas given in clip coordinates (−1…1, y up). */
  pickAsset(camera: Camera, ndcX: number, ndcY: number): string | null {
    const near = new Vector3(ndcX, ndcY, -1).applyMatrix4(camera.projectionMatrixInverse);
    const far = new Vector3(ndcX, ndcY, 1).applyMatrix4(camera.projectionMatrixInverse);
    this.raycaster.ray.origin.copy(near);
    this.raycaster.ray.direction.copy(far.sub(near).normalize());
    return this.models.pick(this.raycaster)?.code ?? null;
  }

  dispose(): void {
    this.models.dispose();
    this.liquids.dispose();
    this.frusta.dispose();
    this.fences.dispose();
    this.prisms.dispose();
    this.shadow.dispose();
    this.movers.dispose();
  }
}

/** MapLibre's side of the scene. A new one is made after a lost GPU context; the scene itself lives on. */
export class SceneLayer implements CustomLayerInterface {
  readonly id = LAYER_ID;
  readonly type = 'custom';
  readonly renderingMode = '3d';
  readonly camera = new Camera();
  private renderer: WebGLRenderer | null = null;
  private map: MapLibreMap | null = null;

  constructor(private readonly scene: PlantScene) {
    this.camera.matrixAutoUpdate = false;
    this.camera.matrixWorldAutoUpdate = false;
  }

  onAdd(map: MapLibreMap, gl: WebGLRenderingContext | WebGL2RenderingContext): void {
    this.map = map;
    this.renderer = new WebGLRenderer({ canvas: map.getCanvas(), context: gl as WebGL2RenderingContext });
    this.renderer.autoClear = false;
  }

  onRemove(): void {
    this.renderer?.dispose();
    this.renderer = null;
  }

  render(_gl: WebGLRenderingContext | WebGL2RenderingContext, args: CustomRenderMethodInput): void {
    if (!this.renderer || !this.map) return;
    const canvas = this.map.getCanvas();
    const ratio = canvas.width / Math.max(1, canvas.clientWidth);
    const matrix = this.scene.frame(
      args.defaultProjectionData.mainMatrix,
      canvas.clientWidth,
      canvas.clientHeight,
      ratio,
      this.map.getZoom(),
    );
    this.camera.projectionMatrix.fromArray(matrix);
    this.camera.projectionMatrixInverse.copy(this.camera.projectionMatrix).invert();
    this.renderer.resetState();
    this.renderer.render(this.scene.scene, this.camera);
  }
}
