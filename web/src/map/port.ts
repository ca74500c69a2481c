/**
 * The border between the shell and the map. The shell knows records, alarms and switches; the map knows pixels and GPU.
 *
 * Frames: lon/lat is EPSG:4326 degrees; `x_m`, `y_m`, `z_m` are site metres east, north, up from the plant's origin.
 * Live positions arrive as typed arrays and never pass through the UI framework.
 */

import type { Geometry, MultiPolygon, Polygon } from 'geojson';
import type { Object3D } from 'three';

export type Language = 'zh' | 'en';
export type Theme = 'light' | 'dark';

export interface Names {
  zh: string;
  en: string;
}

/** What identifies a plant and fixes its site frame. */
export interface PlantHead {
  code: string;
  names: Names;
  origin_lon: number;
  origin_lat: number;
  origin_height_m: number;
  /** IANA zone, e.g. `Asia/Shanghai`. */
  timezone: string;
  boundary: Polygon | MultiPolygon;
  /** Map bearing of the home view, degrees. */
  home_bearing_deg: number;
  fictional: boolean;
}

/** Anything that stands in the plant; `attributes` depends on `kind` (tank diameter, road width, anchor height …). */
export interface AssetRecord {
  code: string;
  names: Names;
  kind: string;
  geometry: Geometry;
  base_m: number;
  level: string | null;
  parent: string | null;
  attributes: Readonly<Record<string, unknown>>;
}

export type RiskColour = 'red' | 'orange' | 'yellow' | 'blue';

export interface ZoneRecord {
  code: string;
  names: Names;
  colour: RiskColour;
  geometry: Geometry;
  z_min_m: number;
  z_max_m: number;
}

export interface FenceRecord {
  code: string;
  names: Names;
  purpose: string;
  colour: RiskColour;
  priority: number;
  geometry: Geometry;
  z_min_m: number;
  z_max_m: number;
}

/** Calibrated camera: optical centre in site metres, angles in degrees (heading clockwise from north, tilt below horizon negative). */
export interface CameraRecord {
  code: string;
  names: Names;
  x_m: number;
  y_m: number;
  z_m: number;
  heading_deg: number;
  tilt_deg: number;
  hfov_deg: number;
  width_px: number;
  height_px: number;
  reach_m: number;
}

export interface Limits {
  ll: number | null;
  l: number | null;
  h: number | null;
  hh: number | null;
}

export interface SensorRecord {
  code: string;
  names: Names;
  /** level, temperature, pressure, flow, gas_lel, gas_tox … */
  quantity: string;
  unit: string;
  range_low: number;
  range_high: number;
  /** The asset it belongs to: a tank for a level, the detector itself for gas. */
  asset: string | null;
  limits: Limits;
  period_s: number;
}

/** See "Models" in docs/architecture.md. */
export interface ModelLod {
  url: string;
  triangles?: number | null;
  bytes?: number | null;
}

export interface ModelManifest {
  plant: string;
  version: string | number;
  features: string[];
  models: {
    id: string;
    kind: string;
    lod: ModelLod[];
    instances: { feature: number; x_m: number; y_m: number; z_m: number; heading_deg: number }[];
    liquid: {
      radius_m: number;
      bottom_m: number;
      top_m: number;
      shape: 'cylinder' | 'sphere' | 'horizontal';
      length_m?: number | null;
    } | null;
  }[];
  baked: { kind: string; lod: ModelLod[] }[];
}

/** All that changes rarely. `models` is null until the 3D models have been read. */
export interface PlantData {
  head: PlantHead;
  assets: AssetRecord[];
  zones: ZoneRecord[];
  fences: FenceRecord[];
  cameras: CameraRecord[];
  sensors: SensorRecord[];
  models: ModelManifest | null;
}

export type MoverKind = 'person' | 'vehicle' | 'tag';
/** `vehicle` for vehicles, `ring` for tags nobody carries. */
export type Glyph = 'circle' | 'square' | 'triangle' | 'diamond' | 'shield' | 'pentagon' | 'vehicle' | 'ring';

/** Row i says who row i of every `PositionFrame` with the same `table` is. */
export interface MoverTable {
  table: number;
  rows: { id: string; kind: MoverKind; names: Names; glyph: Glyph; role: string | null }[];
}

/** Bits 0–1 of `PositionFrame.status`. */
export const FIX = 0;
export const DEGRADED = 1;
export const PREDICTED = 2;
export const LOST = 3;
/** Flags in `PositionFrame.status`. */
export const STILL = 4;
export const SOS = 8;
export const IN_ALARM = 16;
export const NEVER_SEEN = 128;

/** n movers, structure of arrays; the arrays are views of the received bytes and must not be written to. */
export interface PositionFrame {
  table: number;
  n: number;
  /** Newest time of measurement, epoch milliseconds. */
  t_ms: number;
  seq: number;
  x_dm: Int16Array;
  y_dm: Int16Array;
  z_dm: Int16Array;
  /** Age of each fix at `t_ms`, tenths of a second; 65535 = older. */
  age_ds: Uint16Array;
  status: Uint8Array;
  /** Radius holding the mover with 95 %, decimetres; 255 = 25.5 m or more. */
  r95_dm: Uint8Array;
}

export interface MapAlarm {
  id: string;
  priority: 1 | 2 | 3 | 4;
  acknowledged: boolean;
  /** What was alarmed about is over; it waits to be acknowledged. */
  over: boolean;
  /** Mover id it is about, or null. */
  subject: string | null;
  fence: string | null;
  x_m: number;
  y_m: number;
  z_m: number;
}

export type LimitState = 'll' | 'l' | 'normal' | 'h' | 'hh' | 'unknown';

export interface MapReading {
  value: number;
  t_ms: number;
  quality: string;
  limit: LimitState;
  /** Too old or of bad quality: must look so. */
  stale: boolean;
}

/** By sensor code. */
export type MapReadings = ReadonlyMap<string, MapReading>;

/** By camera code; a missing camera has not reported. */
export type MapCameraStates = ReadonlyMap<string, { online: boolean }>;

/** `mover`: person, vehicle or tag id. `asset`: anything that stands in the plant, detectors and anchors included; cameras are `camera`. */
export interface MapSelection {
  kind: 'mover' | 'asset' | 'zone' | 'fence' | 'camera';
  id: string;
}

export const LAYERS = [
  'people',
  'names',
  'vehicles',
  'labels',
  'units',
  'zones',
  'fences',
  'detectors',
  'cameras',
  'frusta',
  'anchors',
  'liquids',
] as const;
export type LayerName = (typeof LAYERS)[number];
export type LayerSwitches = Readonly<Record<LayerName, boolean>>;

export interface ViewState {
  lon: number;
  lat: number;
  zoom: number;
  bearing_deg: number;
  pitch_deg: number;
}

/** What the `view` event carries: the view and how many metres one CSS pixel is at the centre. */
export interface ViewReport extends ViewState {
  metres_per_px: number;
}

export type FlyTarget = MapSelection | { x_m: number; y_m: number; z_m?: number; span_m?: number };

/** Space the shell covers at the window's edges, CSS pixels; the map centres in what is left. */
export interface Insets {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

export type AnchorState = 'ok' | 'learning' | 'idle' | 'silent' | 'shifted' | 'unreliable' | 'unknown';

/** A picture that lies on the ground. */
export interface SurveyRaster {
  canvas: HTMLCanvasElement;
  /** Lon/lat of north-west, north-east, south-east, south-west. */
  corners: readonly [[number, number], [number, number], [number, number], [number, number]];
}

/** What commissioning adds to the map while it is open. */
export interface Survey {
  raster: SurveyRaster | null;
  /** State by anchor code; those named here are drawn whatever the layer switch says. */
  anchors: ReadonlyMap<string, AnchorState>;
}

/** A place the pointer is at: CSS pixels from the map's top left, degrees on the ground plane. */
export interface SketchPlace {
  x_px: number;
  y_px: number;
  lon: number;
  lat: number;
  alt: boolean;
  shift: boolean;
}

/** Whoever draws hears every click and move instead of the selection. */
export interface SketchPointer {
  press: (place: SketchPlace) => void;
  /** Null when the pointer left the map. */
  move: (place: SketchPlace | null) => void;
  /** The picture was drawn anew: what is laid over it must follow. */
  drawn: () => void;
}

/** A prism over the ground; rings are closed, in degrees. */
export interface SketchPrism {
  rings: readonly (readonly [number, number])[][];
  z_min_m: number;
  z_max_m: number;
  /** CSS colour. */
  colour: string;
  /** Opacity of its walls at the foot, 0…1. */
  strength: number;
}

/** Drawing on the map. */
export interface Sketch {
  /** Takes the pointer until the returned function is called. */
  take(listener: SketchPointer): () => void;
  cursor(name: string): void;
  /** Null behind the camera. */
  toScreen(lon: number, lat: number, z_m: number): { x_px: number; y_px: number } | null;
  toLonLat(x_px: number, y_px: number): [number, number];
  /** These prisms and no others. */
  show(prisms: readonly SketchPrism[]): void;
}

export type MusterStanding = 'safe' | 'moving' | 'not_safe' | 'not_known';

export interface MapEvents {
  /** A click: what was hit, or null for the bare ground. */
  select: MapSelection | null;
  /** The pointer rests on something (CSS pixels from the map's top left), or null. */
  hover: { selection: MapSelection; x_px: number; y_px: number } | null;
  /** The camera moved. At most once per frame. */
  view: ViewReport;
  /** The 3D layer is gone (GPU context lost): people and tanks are not on the picture. */
  layerlost: undefined;
  layerrestored: undefined;
  /** Everything of the plant is drawn for the first time. */
  ready: undefined;
  /** A frame was drawn: the canvases of the picture, the lowest first; they hold it only during the call. */
  drawn: readonly HTMLCanvasElement[];
}

/** Something a view put into the 3D layer. */
export interface Attached {
  /** It looks different now: draw. */
  changed(): void;
  remove(): void;
}

export interface PlantMap {
  /** Draws into the element. Rejects when the machine has no WebGL 2. */
  mount(element: HTMLElement): Promise<void>;
  setPlant(data: PlantData): void;
  /** `now`: somebody moved the clock by hand or it plays; do not wait for the live pace. */
  setPositions(table: MoverTable, frame: PositionFrame, now?: boolean): void;
  /** Adds something in site metres to the 3D layer. */
  attach(object: Object3D): Attached;
  setAlarms(alarms: readonly MapAlarm[]): void;
  setReadings(readings: MapReadings): void;
  setCameraStates(states: MapCameraStates): void;
  setSelection(selection: MapSelection | null): void;
  setLayers(layers: LayerSwitches): void;
  setLanguage(language: Language): void;
  setTheme(theme: Theme): void;
  setInsets(insets: Insets): void;
  /** Null ends it. */
  setSurvey(survey: Survey | null): void;
  /** Null before it is mounted. */
  readonly sketch: Sketch | null;
  /** How everybody stands in the evacuation that is on, by mover id; null when none is. */
  setRollCall(standings: ReadonlyMap<string, MusterStanding> | null): void;
  flyTo(target: FlyTarget): void;
  view(): ViewState;
  setView(view: ViewState): void;
  zoomBy(steps: number): void;
  north(): void;
  /** Between straight down and the tilted view. */
  toggle3d(): void;
  fit(): void;
  home(): void;
  on<E extends keyof MapEvents>(event: E, callback: (payload: MapEvents[E]) => void): () => void;
  destroy(): void;
}
