/** The plant on the map: MapLibre for the ground, one three.js layer for what stands on it, a canvas for what must be read. */
import { Map as MapLibreMap, setWorkerUrl, type GeoJSONSource } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import './map.css';
import { PlantScene, LAYER_ID, SceneLayer } from '../scene/layer';
import { siteToLonLat, type SiteOrigin } from '../scene/site';
import { groundFeatures, outlines, type PlantOutlines } from './features';
import { MapCamera } from './camera';
import { detectorMarks } from './marks';
import { CLUSTER_BELOW_ZOOM, Overlay, type Mark } from './overlay';
import { readPalette, type Palette } from './palette';
import { hatch, PATTERN_RATIO } from './patterns';
import { Pace, rendersInSoftware } from './pace';
import { Picker } from './pick';
import { loaded } from './starting';
import type { Object3D } from 'three';
import type {
  Attached,
  FlyTarget,
  Insets,
  Language,
  LayerSwitches,
  MapAlarm,
  MusterStanding,
  MapCameraStates,
  MapEvents,
  MapReadings,
  MapSelection,
  MoverTable,
  PlantData,
  PlantMap,
  PositionFrame,
  Survey,
  Theme,
  ViewState,
} from './port';
import { Listeners } from './listeners';
import { placeOf } from './places';
import { LAYERS } from './port';
import { Sketching } from './sketching';
import { showRaster } from './survey';
import { HATCHED, layers as styleLayers, layerVisibility, GROUND, style, zoomOfMetre } from './style';

setWorkerUrl(workerUrl);

/** From farther away a level is a line of a pixel or two. */
const LEVELS_FROM_ZOOM = 15.8;
const SHADOWS_AFTER_MS = 1500;
const SMALL_KINDS = { detectors: ['gas_detector'], cameras: ['camera'], anchors: ['anchor'] } as const;

class MapLibrePlant implements PlantMap {
  private map: MapLibreMap | null = null;
  private scene: PlantScene | null = null;
  private layer: SceneLayer | null = null;
  private overlay: Overlay | null = null;
  private picker: Picker | null = null;
  sketch: Sketching | null = null;
  private palette: Palette | null = null;
  private data: PlantData | null = null;
  private outlines: PlantOutlines = { footprints: new Map(), labels: [] };
  private origin: SiteOrigin = { lon: 0, lat: 0 };
  private table: MoverTable | null = null;
  private frame: PositionFrame | null = null;
  private alarms: readonly MapAlarm[] = [];
  private rollCall: ReadonlyMap<string, MusterStanding> | null = null;
  private readings: MapReadings = new Map();
  private cameraStates: MapCameraStates = new Map();
  private marks: readonly Mark[] = [];
  private survey: Survey | null = null;
  private selection: MapSelection | null = null;
  private hover: MapSelection | null = null;
  private switches = Object.fromEntries(LAYERS.map((name) => [name, true])) as LayerSwitches;
  private language: Language = 'zh';
  private insets: Insets = { top: 0, right: 0, bottom: 0, left: 0 };
  private camera: MapCamera | null = null;
  private pace: Pace | null = null;
  private shownModels: string | number | null = null;
  private readySent = false;
  private framed = false;
  private pendingView: ViewState | null = null;
  private readonly listeners = new Listeners();

  async mount(element: HTMLElement): Promise<void> {
    const probe = document.createElement('canvas').getContext('webgl2');
    if (!probe) throw new Error('WebGL 2 is not available');
    const software = rendersInSoftware(probe);
    const palette = readPalette(element);
    this.palette = palette;
    const map = new MapLibreMap({
      container: element,
      style: style(palette, this.origin.lat),
      attributionControl: false,
      maxPitch: 80,
      minZoom: 9,
      maxZoom: 21,
      dragRotate: true,
      fadeDuration: 0,
      canvasContextAttributes: {
        antialias: !software,
        powerPreference: 'high-performance',
      },
    });
    probe.getExtension('WEBGL_lose_context')?.loseContext();
    this.map = map;
    this.camera = new MapCamera(map);
    this.pace = new Pace(map, software, (coarse) => this.scene?.setCoarse(coarse));
    this.camera.insets = this.insets;
    await loaded(map);
    this.scene = new PlantScene(palette);
    this.overlay = new Overlay();
    element.append(this.overlay.canvas);
    this.addPatterns();
    this.addLayer();
    this.picker = new Picker(() => this.pickState());
    map.on('render', () => this.afterRender());
    map.on('move', () => this.reportView());
    this.sketch = new Sketching(
      map,
      this.scene,
      () => this.origin,
      () => this.redraw(),
    );
    map.on('click', ({ point }) => {
      if (!this.sketch?.taken) this.emit('select', this.picker?.pick(point.x, point.y) ?? null);
    });
    this.watchPointer(map);
    this.watchContext(map);
    if (this.pendingView) this.setView(this.pendingView);
    if (this.data) this.setPlant(this.data);
    this.applySwitches();
  }

  private addLayer(): void {
    if (!this.map || !this.scene) return;
    this.layer = new SceneLayer(this.scene);
    this.map.addLayer(this.layer);
  }

  private watchPointer(map: MapLibreMap): void {
    let last = 0;
    map.on('mousemove', (event) => {
      const now = performance.now();
      if (now - last < 80 || map.isMoving() || this.sketch?.taken) return;
      last = now;
      const hit = this.picker?.pick(event.point.x, event.point.y) ?? null;
      const same = hit?.id === this.hover?.id && hit?.kind === this.hover?.kind;
      this.hover = hit;
      map.getCanvas().style.cursor = hit ? 'pointer' : '';
      this.emit('hover', hit ? { selection: hit, x_px: event.point.x, y_px: event.point.y } : null);
      if (!same) this.redraw();
    });
    map.on('mouseout', () => {
      this.hover = null;
      this.emit('hover', null);
      this.redraw();
    });
  }

  /** After a lost context MapLibre restores its own layers and drops ours: put a fresh one back once the map stands again. */
  private watchContext(map: MapLibreMap): void {
    const canvas = map.getCanvas();
    canvas.addEventListener('webglcontextlost', () => {
      this.overlay?.canvas.classList.add('is-lost');
      this.emit('layerlost', undefined);
    });
    canvas.addEventListener('webglcontextrestored', () => {
      map.once('idle', () => {
        if (map.getLayer(LAYER_ID)) map.removeLayer(LAYER_ID);
        this.addPatterns();
        this.addLayer();
        map.once('render', () => {
          this.overlay?.canvas.classList.remove('is-lost');
          this.emit('layerrestored', undefined);
        });
        map.triggerRepaint();
      });
      map.triggerRepaint();
    });
  }

  private addPatterns(): void {
    for (const colour of HATCHED) {
      const image = this.palette && hatch(colour, this.palette.risk[colour], this.palette.zoneFill);
      if (!image || !this.map) continue;
      if (this.map.hasImage(`hatch-${colour}`)) this.map.removeImage(`hatch-${colour}`);
      this.map.addImage(`hatch-${colour}`, image, { pixelRatio: PATTERN_RATIO });
    }
  }

  setPlant(data: PlantData): void {
    const first = this.data?.head.code !== data.head.code || !this.framed;
    this.data = data;
    this.origin = { lon: data.head.origin_lon, lat: data.head.origin_lat };
    this.outlines = outlines(data);
    const { map, scene } = this;
    if (!map || !scene) return;
    scene.setOrigin(this.origin);
    // After the first picture: painting shadows takes as long as drawing the plant.
    setTimeout(
      () => {
        scene.shadow.paint([...this.outlines.footprints.values()]);
        this.redraw();
      },
      first ? SHADOWS_AFTER_MS : 0,
    );
    scene.frusta.build(data.cameras);
    scene.fences.build(this.origin, data.fences);
    (map.getSource(GROUND) as GeoJSONSource).setData(groundFeatures(data));
    this.restyle();
    this.updateMarks();
    this.applySelection();
    this.applySwitches();
    if (first) {
      this.framed = true;
      if (!this.pendingView) this.home(false);
    }
    if (data.models && data.models.version !== this.shownModels) {
      const { models } = data;
      this.shownModels = models.version;
      scene.liquids.build(models);
      scene.liquids.update(data.sensors, this.readings);
      scene.models
        .load(models, () => {
          this.applySelection();
          this.applySwitches();
          this.redraw();
        })
        .catch((error: unknown) => {
          this.shownModels = null;
          console.error('models could not be read', error);
        });
    }
    this.redraw();
  }

  attach(object: Object3D): Attached {
    this.scene?.scene.add(object);
    this.redraw();
    return {
      changed: () => this.redraw(),
      remove: () => {
        object.removeFromParent();
        this.redraw();
      },
    };
  }

  setPositions(table: MoverTable, frame: PositionFrame, now = false): void {
    this.table = table;
    this.frame = frame;
    this.scene?.movers.update(table, frame);
    if (now) this.redraw();
    else this.pace?.live();
  }

  setAlarms(alarms: readonly MapAlarm[]): void {
    this.alarms = alarms;
    this.redraw();
  }

  setRollCall(standings: ReadonlyMap<string, MusterStanding> | null): void {
    this.rollCall = standings;
    this.redraw();
  }

  setReadings(readings: MapReadings): void {
    this.readings = readings;
    if (this.data) this.scene?.liquids.update(this.data.sensors, readings);
    this.updateMarks();
    this.pace?.live();
  }

  setCameraStates(states: MapCameraStates): void {
    this.cameraStates = states;
    this.updateMarks();
    this.redraw();
  }

  setSurvey(survey: Survey | null): void {
    const { map } = this;
    if (map && survey?.raster !== this.survey?.raster) showRaster(map, survey?.raster ?? null);
    this.survey = survey;
    this.updateMarks();
    this.redraw();
  }

  /** A layer switch hides what is well; it never hides what is wrong or chosen. */
  private shownMarks(): Mark[] {
    return this.marks.filter(
      (mark) =>
        mark.anchor ||
        mark.state === 'alarm' ||
        mark.state === 'warn' ||
        mark.code === this.selection?.id ||
        this.switches[`${mark.kind}s`],
    );
  }

  private updateMarks(): void {
    if (!this.data) return;
    const anchors = this.survey?.anchors;
    this.marks = detectorMarks(this.data, this.outlines.footprints, this.readings, this.cameraStates, anchors);
  }

  setSelection(selection: MapSelection | null): void {
    const { map } = this;
    for (const [which, selected] of [
      [this.selection, false],
      [selection, true],
    ] as const) {
      if (map && which && (which.kind === 'zone' || which.kind === 'fence')) {
        map.setFeatureState({ source: GROUND, id: which.id }, { selected });
      }
    }
    this.selection = selection;
    this.applySelection();
    this.redraw();
  }

  private applySelection(): void {
    const s = this.selection;
    this.scene?.models.select(s && (s.kind === 'asset' || s.kind === 'camera') ? s.id : null);
    this.scene?.fences.select(s?.kind === 'fence' ? s.id : null);
    this.scene?.frusta.show(this.switches.frusta, s?.kind === 'camera' ? s.id : null);
  }

  setLayers(switches: LayerSwitches): void {
    this.switches = switches;
    this.applySwitches();
  }

  private applySwitches(): void {
    const { map, scene, switches } = this;
    if (!map || !scene) return;
    for (const [id, on] of Object.entries(layerVisibility(switches))) {
      map.setLayoutProperty(id, 'visibility', on ? 'visible' : 'none');
    }
    const hidden = new Set<string>();
    for (const [name, kinds] of Object.entries(SMALL_KINDS)) {
      if (!switches[name as keyof typeof SMALL_KINDS]) for (const kind of kinds) hidden.add(kind);
    }
    scene.models.hide(hidden);
    scene.movers.setShown(switches.people, switches.vehicles);
    scene.fences.group.visible = switches.fences;
    this.applySelection();
    this.redraw();
  }

  setLanguage(language: Language): void {
    this.language = language;
    this.redraw();
  }

  setTheme(_theme: Theme): void {
    const element = this.map?.getContainer();
    if (!element) return;
    this.palette = readPalette(element);
    this.scene?.setPalette(this.palette);
    this.addPatterns();
    this.restyle();
    this.redraw();
  }

  private restyle(): void {
    const { map, palette } = this;
    if (!map || !palette) return;
    for (const layer of styleLayers(palette, this.origin.lat)) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) {
        map.setPaintProperty(layer.id, name as Parameters<MapLibreMap['setPaintProperty']>[1], value);
      }
    }
  }

  setInsets(insets: Insets): void {
    this.insets = insets;
    if (this.camera) this.camera.insets = insets;
  }

  flyTo(target: FlyTarget): void {
    const place = placeOf(target, {
      table: this.table,
      positions: this.scene?.movers.positions ?? null,
      outlineOf: (one) => this.outlines.footprints.get(one.id) ?? this.picker?.area(one) ?? null,
    });
    if (!place) return;
    this.camera?.show(siteToLonLat(this.origin, place.x, place.y), place.span);
  }

  view(): ViewState {
    return this.camera?.view() ?? this.pendingView ?? { lon: 0, lat: 0, zoom: 15, bearing_deg: 0, pitch_deg: 0 };
  }

  setView(view: ViewState): void {
    this.pendingView = view;
    this.camera?.setView(view);
  }

  zoomBy(steps: number): void {
    this.camera?.zoomBy(steps);
  }

  north(): void {
    this.camera?.north();
  }

  toggle3d(): void {
    this.camera?.toggle3d();
  }

  fit(): void {
    if (this.data) this.camera?.fit(this.data.head);
  }

  home(animate = true): void {
    if (this.data) this.camera?.home(this.data.head, animate);
  }

  on<E extends keyof MapEvents>(event: E, callback: (payload: MapEvents[E]) => void): () => void {
    return this.listeners.add(event, callback);
  }

  private emit<E extends keyof MapEvents>(event: E, payload: MapEvents[E]): void {
    this.listeners.tell(event, payload);
  }

  private reportView(): void {
    const view = this.view();
    this.emit('view', { ...view, metres_per_px: 2 ** (zoomOfMetre(view.lat) - view.zoom) });
  }

  private redraw(): void {
    this.pace?.now();
  }

  private afterRender(): void {
    const { map, scene, overlay, palette } = this;
    if (!map || !scene || !overlay || !palette || scene.matrix.length === 0) return;
    const zoom = map.getZoom();
    scene.movers.group.visible = zoom >= CLUSTER_BELOW_ZOOM;
    scene.liquids.group.visible = this.switches.liquids && zoom >= LEVELS_FROM_ZOOM;
    const canvas = map.getCanvas();
    overlay.draw({
      matrix: scene.matrix,
      zoom,
      width: canvas.clientWidth,
      height: canvas.clientHeight,
      palette,
      ratio: Math.min(map.getPixelRatio(), devicePixelRatio),
      language: this.language,
      labels: this.outlines.labels,
      footprints: this.outlines.footprints,
      marks: this.shownMarks(),
      table: this.table,
      frame: this.frame,
      positions: scene.movers.positions,
      moverVisible: (row) => scene.movers.visible(row),
      alarms: this.alarms,
      rollCall: this.rollCall,
      selection: this.selection,
      hover: this.hover,
      show: { labels: this.switches.labels, units: this.switches.units, names: this.switches.names },
    });
    this.emit('drawn', [canvas, overlay.canvas]);
    if (!this.readySent && this.data && !scene.models.empty) {
      this.readySent = true;
      performance.mark('plant-drawn');
      this.emit('ready', undefined);
      this.reportView();
    }
  }

  private pickState() {
    const canvas = this.map?.getCanvas();
    return {
      width: canvas?.clientWidth ?? 1,
      height: canvas?.clientHeight ?? 1,
      map: this.map,
      scene: this.scene,
      camera: this.layer?.camera ?? null,
      table: this.table,
      marks: this.shownMarks(),
      data: this.data,
      origin: this.origin,
    };
  }

  destroy(): void {
    this.pace?.stop();
    this.scene?.dispose();
    this.map?.remove();
    this.overlay?.canvas.remove();
    this.map = this.scene = this.overlay = this.layer = this.camera = this.sketch = null;
  }
}

export function createPlantMap(): PlantMap {
  return new MapLibrePlant();
}
