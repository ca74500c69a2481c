// Written by `twin schemas` from the Python models. Do not edit.
/* eslint-disable */

export interface GeoJsonGeometry {
  type: "Point" | "MultiPoint" | "LineString" | "MultiLineString" | "Polygon" | "MultiPolygon";
  // Position, or arrays of positions, as deep as the type asks for (lon, lat in degrees).
  coordinates: any;
}

/** A command was handed to the twin; its effect arrives on the live connection. */
export interface Accepted {
  alarm: AlarmRecord;
}

/** Commands were handed to the twin; their effects arrive on the live connection. */
export interface AcceptedMany {
  accepted: string[];
  refused: RefusedAlarm[];
}

/** An operator's word on an alarm. */
export interface Acknowledge {
  note?: string;
}

/** An operator's word on the alarms of a visible page. */
export interface AcknowledgeMany {
  /** Their ids. There is no way to acknowledge what is not named. */
  alarms: string[];
  note: string;
}

/** Every kind of alarm. */
export interface AlarmCatalogue {
  kinds: AlarmKindRecord[];
}

/** Why an alarm was raised: its fixes or values, the fence as it was, the rule, and what became of it. */
export interface AlarmExplanation {
  /** As it was when it was raised. */
  alarm: AlarmRecord;
  /** ISO 8601 UTC, ends in Z */
  t_from: string;
  /** ISO 8601 UTC, ends in Z */
  t_to: string;
  /** Since when its condition held; earlier than the alarm by the on-delay. */
  since: string;
  /** ISO 8601 UTC, ends in Z */
  raised: string;
  /** In the version that held. */
  fence: FenceRecord | null;
  /** The version that holds now; null when the fence is gone. */
  fence_now: number | null;
  /** The alarm names a fence version that is not in the records. */
  fence_unknown: boolean;
  rule_version: number;
  parameters: Record<string, number>;
  evidence: EllipseRecord[];
  paths: ExplainedPath[];
  /** Further people it is about. */
  paths_left_out: number;
  readings: ExplainedReadings | null;
  story: StoryLine[];
  /** What the store does not have of it; then it cannot be re-run. */
  missing: ("tracks" | "readings" | "records" | "tag_reports" | "anchor_health" | "too_long")[];
  /** Stretches of that time of which something is missing in the record. */
  gaps: number;
}

/** What a kind of alarm means and asks for. */
export interface AlarmKindRecord {
  code: string;
  names: Names;
  /** What happened; `{subject}`, `{place}`, `{sensor}`, `{asset}`, `{value}`, `{limit}`, `{unit}` are to be filled. */
  text: Names;
  cause: Names;
  consequence: Names;
  action: Names;
  /** How soon the action must have begun to help. */
  respond_s: number;
  group: "person" | "device" | "process";
  may_shelve: boolean;
}

/** An alarm was raised or changed. */
export interface AlarmMessage {
  type: "alarm";
  seq: number;
  /** raised, reraised, realarmed, acknowledged, returned, reset, shelved, unshelved, suppressed, unsuppressed, out_of_service, returned_to_service, escalated, chattering, handled. */
  cause: string;
  /** Who did it; null when nobody did. */
  by: string | null;
  why: string;
  alarm: AlarmRecord;
}

/** Alarms, newest first; `total` is null where counting would cost more than it tells. */
export interface AlarmPage {
  items: AlarmRecord[];
  total: number | null;
  next: string | null;
}

/** An alarm as it stands: what, where, who, since when, what to do, and why. */
export interface AlarmRecord {
  id: string;
  kind: string;
  /** 1 is the most urgent, 4 the least. */
  priority: number;
  /** What the process and the operator brought about; shelving, suppression and outages lie over it. */
  state: "unacknowledged" | "acknowledged" | "returned_unacknowledged" | "latched_unacknowledged" | "latched_acknowledged" | "normal";
  /** ISO 8601 UTC, ends in Z */
  raised: string;
  /** Since when its condition held: earlier than the alarm by its on-delay. */
  since: string;
  /** ISO 8601 UTC, ends in Z */
  changed: string;
  returned: string | null;
  acknowledged: string | null;
  acknowledged_by: string | null;
  note: string;
  /** Whom it is about; null when it is about a place or a thing. */
  subject: SubjectRef | null;
  /** All whom it is about, when it is about several. */
  subjects: SubjectRef[];
  place: PlaceRef | null;
  sensor: ThingRef | null;
  asset: ThingRef | null;
  /** What was measured when it was raised, in `unit`. */
  value: number | null;
  /** What it should not have passed. */
  limit: number | null;
  unit: string;
  /** The numbers its rule was run with, and its delays in seconds. */
  parameters: Record<string, number>;
  rule_version: number;
  occurrences: number;
  /** Stays until it is reset, even when its condition is over. */
  latched: boolean;
  may_shelve: boolean;
  /** Whether its condition holds, whatever lies over it. */
  in_alarm: boolean;
  /** Whether it may call for attention: neither shelved nor suppressed nor out of service. */
  annunciated: boolean;
  /** Since when it has called for attention. */
  sounded: string;
  shelved: ShelvingRecord | null;
  suppressed: SuppressionRecord | null;
  out_of_service: OutageRecord | null;
  /** 1: nobody acknowledged it in time; 2: nobody began to handle it in time. */
  escalation: number;
  chattering: boolean;
  fleeting: boolean;
  /** Id of the first alarm of the same cause. */
  group: string;
  first_out: boolean;
  handling: StepRecord[];
  x_m: number;
  y_m: number;
  z_m: number;
  lon: number;
  lat: number;
  /** What happened, e.g. code `alarm.INTRUSION` with `subject` and `place`. */
  text: Phrase;
  /** What to do, e.g. code `advice.INTRUSION`. */
  advice: Phrase;
  evidence: EvidencePoint[];
  /** Send it as `If-Match` with a command. */
  etag: string;
}

/** How the alarm system did in a period. */
export interface AlarmStatistics {
  /** Where the figures begin: as asked, or where the journal begins if that is later. */
  t_from: string;
  /** ISO 8601 UTC, ends in Z */
  t_to: string;
  /** ISO 8601 UTC, ends in Z */
  asked_from: string;
  timezone: string;
  operators: number;
  /** The period is as long as the targets are meant for (30 days). */
  enough_data: boolean;
  /** Stretches of the period of which something is missing in the record. */
  gaps: number;
  calls: number;
  kinds: KindCountRecord[];
  hour_ms: number[];
  /** Calls of priority 1 to 4 in each hour. */
  hourly: number[][];
  day_ms: number[];
  daily: number[];
  /** Alarms active for longer than 24 h at some time of each day. */
  stale: number[];
  priorities: number[];
  peak_minute: PeakRecord;
  peak_ten_minutes: PeakRecord;
  peak_hour: PeakRecord;
  /** The newest first, at most 50. */
  floods: FloodRecord[];
  flood_count: number;
  top: Record<string, TopRecord[]>;
  chattering_calls: number;
  /** From call to acknowledgement. */
  answer_median_s: number | null;
  answer_p95_s: number | null;
  indicators: IndicatorRecord[];
}

/** Everything that happened to one alarm, in order. */
export interface AlarmStory {
  entries: AlarmStoryEntry[];
}

/** One change of an alarm: when, what, who and why, and how the alarm stood after it. */
export interface AlarmStoryEntry {
  seq: number;
  /** ISO 8601 UTC, ends in Z */
  t: string;
  cause: string;
  by: string | null;
  why: string;
  alarm: AlarmRecord;
}

/** A set of people and vehicles. Empty everywhere: nobody. */
export interface Allow {
  roles: string[];
  teams: string[];
  persons: string[];
  vehicles: string[];
}

/** An anchor: what is on record of it, and what its ranges say. */
export interface AnchorNow {
  anchor: string;
  names: Names;
  engine: string;
  x_m: number;
  y_m: number;
  /** Of the antenna, site metres. */
  z_m: number;
  /** `shifted`: its ranges usually miss; `unreliable`: many were not believed; `unknown`: the locator says nothing. */
  state: "ok" | "learning" | "idle" | "silent" | "shifted" | "unreliable" | "unknown";
  /** Compared with predictions so far. */
  ranges: number;
  /** By how much its ranges usually miss the predictions; positive is long. */
  residual_m: number | null;
  noise_m: number | null;
  /** Share of its ranges that were believed, 0 to 1. */
  accepted: number | null;
  last: string | null;
  /** On record. */
  bias_m: number;
  /** On record. */
  sigma_m: number;
  /** Bias on record plus the usual miss, once enough was seen. */
  suggested_bias_m: number | null;
}

/** UWB anchor: where its antenna is. */
export interface AnchorPoint {
  kind: "anchor";
  engine: string;
  antenna_m: number;
  bias_m: number;
  sigma_m: number;
}

/** What every answer says of itself. */
export interface Answer {
  /** ISO 8601 UTC, ends in Z */
  t_from: string;
  /** ISO 8601 UTC, ends in Z */
  t_to: string;
  /** How many stored fixes were looked at. */
  fixes: number;
  /** Stretches of which something is missing in the store: what was there then is not known. */
  gaps: GapRecord[];
}

/** One area over the span. */
export interface AreaOccupancy {
  key: string;
  names: Names;
  people: number;
  visits: number;
  dwell_s: number;
  mean_s: number;
  longest_s: number;
  most: number;
  most_at: string | null;
  /** Stays whose beginning or end nobody saw. */
  open_visits: number;
  /** The most at once in each part of the span. */
  curve: number[];
}

/** Assets. */
export interface AssetPage {
  items: AssetRecord[];
  total: number;
  next: string | null;
}

/** Anything that stands in the plant. */
export interface AssetRecord {
  code: string;
  kind: string;
  names: Names;
  geometry: GeoJsonGeometry;
  /** A point on or in it, site metres. */
  x_m: number;
  y_m: number;
  base_m: number;
  level: string | null;
  parent: string | null;
  model: string | null;
  attributes: FixedRoofTank | FloatingRoofTank | SphereTank | BulletTank | Column | Reactor | HeatExchanger | Pump | PipeRack | Building | Warehouse | LoadingBay | Flare | Bund | Road | Unit | GasDetector | AnchorPoint | CameraPole | MusterPoint;
}

/** Who carries a tag. */
export interface AssignmentRecord {
  tag: string;
  subject: string;
}

/** Unique things of one kind in one mesh in site metres; `_FEATURE` is the index in `features`. */
export interface BakedEntry {
  kind: string;
  lod: ModelLod[];
}

/** Building over its footprint polygon. */
export interface Building {
  kind: "building";
  height_m: number;
  storeys: number;
  use: "control_room" | "office" | "substation" | "canteen" | "laboratory" | "fire_station" | "gatehouse" | "workshop" | "fired_heater" | "cooling_tower" | "other";
}

/** Horizontal pressure tank on saddles. */
export interface BulletTank {
  medium: string | null;
  capacity_m3: number | null;
  insulated: boolean;
  kind: "bullet_tank";
  diameter_m: number;
  length_m: number;
  heading_deg: number;
  clearance_m: number;
}

/** Wall around tanks, along the polygon's rings. */
export interface Bund {
  kind: "bund";
  height_m: number;
  thickness_m: number;
}

/** A camera's running state. */
export interface CameraMessage {
  type: "camera";
  seq: number;
  camera: CameraNow;
}

/** A camera's running state. */
export interface CameraNow {
  camera: string;
  /** ISO 8601 UTC, ends in Z */
  t: string;
  online: boolean;
  fps: number;
}

/** Cameras. */
export interface CameraPage {
  items: CameraRecord[];
  total: number;
  next: string | null;
}

/** Camera with its pole or bracket; calibration is a record of its own. */
export interface CameraPole {
  kind: "camera";
  mount_m: number;
  mount: "pole" | "wall";
}

/** A camera's place, view and running state. */
export interface CameraRecord {
  version: number;
  /** ISO 8601 UTC, ends in Z */
  valid_from: string;
  valid_to: string | null;
  code: string;
  names: Names;
  x_m: number;
  y_m: number;
  z_m: number;
  lon: number;
  lat: number;
  heading_deg: number;
  tilt_deg: number;
  hfov_deg: number;
  width_px: number;
  height_px: number;
  reach_m: number;
  now: CameraNow | null;
}

/** A circle around a point. */
export interface CircleDrawn {
  shape: "circle";
  centre: [number, number];
  radius_m: number;
}

/** A code and its names. */
export interface CodeNames {
  code: string;
  names: Names;
}

/** Four-colour risk, most dangerous first. */
export type Colour = "red" | "orange" | "yellow" | "blue";

/** Tall process column with platforms. */
export interface Column {
  medium: string | null;
  capacity_m3: number | null;
  insulated: boolean;
  kind: "column";
  diameter_m: number;
  height_m: number;
  platforms: number;
}

/** Everything about a plant's positioning at one instant. */
export interface CommissioningRecord {
  /** ISO 8601 UTC, ends in Z */
  time: string;
  /** When the locator last said how its anchors and tags do; null before it ever did. */
  heard: string | null;
  anchors: AnchorNow[];
  tags: TagSeen[];
  engines: EngineFrameReport[];
}

/** How true the picture is: ages, lag, the state of each role, what was lost. */
export interface Connection {
  /** ISO 8601 UTC, ends in Z */
  server_time: string;
  status: "ok" | "degraded";
  /** Age of the newest measurement of anything; null when there was none. */
  data_age_ms: number | null;
  /** Age of the newest position. */
  positions_age_ms: number | null;
  /** Since the core last said anything at all. */
  core_age_ms: number | null;
  lag_ms: Record<string, number>;
  roles: Record<string, RoleNow>;
  ingest: Ingest;
  /** What bounded queues threw away, by queue. */
  dropped: Record<string, number>;
  /** Positions that came too late for the live picture (kept in the history). */
  late: number;
  /** Times the numbers of effects had a hole; the next snapshot of the core heals it. */
  holes: number;
  /** A hole is open: until it is healed the picture may miss something. */
  healing: boolean;
  movers: number;
  /** Movers whose position is predicted or lost. */
  stale: number;
  /** Movers never seen. */
  unseen: number;
  /** Position frames this client was spared because it was slow. */
  conflated: number;
}

/** Once a second, whatever else happens. */
export interface ConnectionMessage {
  type: "connection";
  seq: number;
  connection: Connection;
}

/** A ground-control point and how well the frame meets it. */
export interface ControlPointFit {
  engine_x_m: number;
  engine_y_m: number;
  site_x_m: number;
  site_y_m: number;
  sigma_m: number;
  residual_x_m: number;
  residual_y_m: number;
  /** Distance by which the fit without this point misses it. */
  leave_one_out_m: number | null;
  blunder: boolean;
}

/** A line with a width. */
export interface CorridorDrawn {
  shape: "corridor";
  line: [number, number][];
  width_m: number;
}

/** The error to expect over one level, as a grid of squares, row by row from the south, each from the west. */
export interface CoverageRecord {
  level: string;
  /** West edge, site metres. */
  x_m: number;
  /** South edge, site metres. */
  y_m: number;
  step_m: number;
  columns: number;
  rows: number;
  /** Lon/lat of the grid's corners: north-west, north-east, south-east, south-west. */
  corners: [number, number][];
  /** Expected radius that holds a tag with 95 %, centimetres; -1 where no fix is to be expected, -2 off the plant. */
  r95_cm: number[];
  /** Clear anchors among the nearest eight. */
  clear: number[];
  /** Share of the plant's squares where a fix is to be expected. */
  located: number;
}

/** A subject entered or left a fence. */
export interface CrossingMessage {
  type: "crossing";
  seq: number;
  crossing: CrossingRecord;
}

/** Crossings, newest first. */
export interface CrossingPage {
  items: CrossingRecord[];
  total: number | null;
  next: string | null;
}

/** A subject entered or left a fence. */
export interface CrossingRecord {
  seq: number;
  /** ISO 8601 UTC, ends in Z */
  t: string;
  subject: string;
  fence: string;
  fence_version: number;
  direction: "enter" | "exit";
  probability: number;
  x_m: number;
  y_m: number;
  z_m: number;
  /** On exit: since the entry. */
  dwell_s: number | null;
  /** It crossed after this and not after `t`; null when nothing is known of before. */
  after: string | null;
  /** On entry: it was inside when first seen, or seen again after a silence, or when the fence began to hold. */
  first_seen: boolean;
}

/** An exception during [starts, ends): open for once, or closed for once. */
export interface Dated {
  starts: string;
  ends: string;
  open: boolean;
}

/** One thing that is not the same. */
export interface DifferenceRecord {
  what: string;
  was: string;
  now: string;
}

/** One fix that led to an alarm, with the ellipse that holds the true place with 95 %. */
export interface EllipseRecord {
  /** ISO 8601 UTC, ends in Z */
  t: string;
  x_m: number;
  y_m: number;
  lon: number;
  lat: number;
  major_m: number;
  minor_m: number;
  /** Of the longer axis, clockwise from north. */
  bearing_deg: number;
  probability: number;
}

/** One stay near somebody. */
export interface EncounterRecord {
  subject: SubjectRef;
  /** ISO 8601 UTC, ends in Z */
  began: string;
  /** ISO 8601 UTC, ends in Z */
  ended: string;
  dwell_s: number;
  began_open: boolean;
  ended_open: boolean;
  nearest_m: number;
  /** ISO 8601 UTC, ends in Z */
  nearest_at: string;
  /** Standard deviation of the distance. */
  sigma_m: number;
  lon: number;
  lat: number;
}

/** How an engine's frame is tied to the site. */
export interface EngineFrameReport {
  engine: string;
  names: Names;
  /** Why its control points make no frame; then the engine's own positions are refused. */
  fault: string | null;
  rotation_deg: number;
  shift_x_m: number;
  shift_y_m: number;
  shift_z_m: number;
  rms_m: number | null;
  redundancy: number;
  /** How far the scale would be from 1 if it were free. */
  free_scale_ppm: number;
  warnings: ("few_points" | "blunder" | "scale" | "thin_hull")[];
  points: ControlPointFit[];
}

/** One fix that led to an alarm. */
export interface EvidencePoint {
  /** ISO 8601 UTC, ends in Z */
  t: string;
  x_m: number;
  y_m: number;
  z_m: number;
  lon: number;
  lat: number;
  r95_m: number;
  probability: number;
}

/** One stretch of a sensor beyond a limit, and who was near. */
export interface ExceedanceRecord {
  sensor: string;
  names: Names;
  unit: string;
  limit: "ll" | "l" | "h" | "hh";
  /** ISO 8601 UTC, ends in Z */
  began: string;
  /** ISO 8601 UTC, ends in Z */
  ended: string;
  worst: number;
  /** ISO 8601 UTC, ends in Z */
  worst_at: string;
  lon: number | null;
  lat: number | null;
  near: NearExceedance[];
}

/** When sensors stood beyond their limits, and who was near. */
export interface ExceedancesAnswer {
  /** ISO 8601 UTC, ends in Z */
  t_from: string;
  /** ISO 8601 UTC, ends in Z */
  t_to: string;
  /** How many stored fixes were looked at. */
  fixes: number;
  /** Stretches of which something is missing in the store: what was there then is not known. */
  gaps: GapRecord[];
  radius_m: number;
  exceedances: ExceedanceRecord[];
}

/** Which sensors stood beyond a limit, and who was near? */
export interface ExceedancesAsked {
  t_from: string;
  t_to: string;
  subjects?: string[] | null;
  roles?: string[] | null;
  /** Leave out what lasted shorter. */
  least_s?: number;
  radius_m?: number;
  sensors?: string[] | null;
}

/** Where one subject was around an alarm, and how likely inside the fence. */
export interface ExplainedPath {
  subject: SubjectRef;
  t_ms: number[];
  x_m: number[];
  y_m: number[];
  lon: number[];
  lat: number[];
  r95_m: number[];
  /** Probability of being inside the fence as it was; empty without a fence. */
  inside: number[];
  /** How well being inside the grown fence still explains the fix; at the exit threshold it speaks for out. */
  still_inside: number[];
}

/** A sensor's values around an alarm. */
export interface ExplainedReadings {
  sensor: string;
  unit: string;
  limits: Limits;
  t_ms: number[];
  value: number[];
  quality: string[];
}

/** A GeoJSON feature; `properties` are the record's other fields. */
export interface Feature {
  type: "Feature";
  id: string;
  geometry: GeoJsonGeometry | null;
  properties: Record<string, unknown>;
}

/** A page of GeoJSON features (lon/lat). */
export interface FeatureCollection {
  type: "FeatureCollection";
  features: Feature[];
  links: Link[];
  numberMatched: number | null;
  numberReturned: number | null;
  timeStamp: string | null;
}

/** The drafts of a plant, the newest first. */
export interface FenceDraftPage {
  items: FenceDraftRecord[];
}

/** A fence in the making, and what is wrong with it. */
export interface FenceDraftRecord {
  code: string;
  author: string;
  /** On which screen it is made. */
  desk: string;
  base_version: number | null;
  body: Record<string, unknown>;
  /** ISO 8601 UTC, ends in Z */
  changed: string;
  faults: FenceFaultRecord[];
}

/** A fence in the making. */
export interface FenceDraftWrite {
  /** The version it began from; null for a fence that is new. */
  base_version?: number | null;
  /** The fields of a fence as they stand, valid or not. */
  body: Record<string, unknown>;
}

/** What is wrong with a fence, and where. */
export interface FenceFaultRecord {
  code: string;
  /** Of the fence, dotted. */
  field: string;
  params: Record<string, string | number | null>;
  lon: number | null;
  lat: number | null;
  /** The fence can be published all the same. */
  warning: boolean;
}

/** What was found in a file; nothing is stored. */
export interface FenceImportRecord {
  kind: "geojson" | "kml" | "shapefile" | "dxf";
  /** What the file says its coordinates are; null when it says nothing. */
  crs: string | null;
  /** What they were taken for. */
  used: string;
  /** The file did not say, and nobody else did. */
  guessed: boolean;
  items: ImportedFence[];
  /** Shapes that are no areas. */
  passed_over: number;
  /** Shapes without coordinates, or with some that are no numbers. */
  broken: number;
  /** What its text was read as, where that is a question. */
  encoding: string | null;
  /** `encoding_guessed`, `crs_impossible` (what it says of its coordinates cannot be), `too_many_areas`. */
  warnings: string[];
}

/** Fences. */
export interface FencePage {
  items: FenceRecord[];
  total: number;
  next: string | null;
}

/** The fields of a fence to change; `level`, `confirm_s` and `drawn` may be emptied with null. */
export interface FencePatch {
  names?: Names | null;
  purpose?: FencePurpose | null;
  geometry?: GeoJsonGeometry | null;
  z_min_m?: number | null;
  z_max_m?: number | null;
  colour?: Colour | null;
  priority?: number | null;
  level?: string | null;
  allow?: Allow | null;
  schedule?: Schedule | null;
  rules?: FenceRules | null;
  enter_probability?: number | null;
  exit_probability?: number | null;
  confirm_fixes?: number | null;
  confirm_s?: number | null;
  drawn?: CircleDrawn | CorridorDrawn | RectangleDrawn | null;
  author?: string | null;
  reason?: string | null;
}

/** What a fence would have raised, as far as it is known. */
export interface FencePreviewRecord {
  id: string;
  state: "waiting" | "running" | "done" | "cancelled" | "failed";
  /** 0 … 1. */
  progress: number;
  /** ISO 8601 UTC, ends in Z */
  t_from: string;
  /** ISO 8601 UTC, ends in Z */
  t_to: string;
  /** How many came near. */
  people: number;
  /** How many positions were looked at. */
  fixes: number;
  alarms: PreviewAlarm[];
  /** All alarms; `alarms` holds the first of them. */
  total: number;
  /** Why it failed; empty otherwise. */
  reason: string;
}

/** Ask what a fence would have raised. */
export interface FencePreviewWrite {
  code: string;
  body: Record<string, unknown>;
  hours?: number;
}

/** What a fence is for. */
export type FencePurpose = "forbidden" | "post" | "limited" | "timed" | "muster" | "exempt" | "information";

/** An electronic fence. */
export interface FenceRecord {
  version: number;
  /** ISO 8601 UTC, ends in Z */
  valid_from: string;
  valid_to: string | null;
  code: string;
  names: Names;
  purpose: FencePurpose;
  geometry: GeoJsonGeometry;
  z_min_m: number;
  z_max_m: number;
  colour: Colour;
  priority: number;
  level: string | null;
  allow: Allow;
  schedule: Schedule;
  rules: FenceRules;
  enter_probability: number;
  exit_probability: number;
  confirm_fixes: number;
  confirm_s: number | null;
  drawn: CircleDrawn | CorridorDrawn | RectangleDrawn | null;
  /** Who made this version ... */
  author: string;
  /** ... and why. */
  reason: string;
}

/** Take a fence out of force. */
export interface FenceRetire {
  reason: string;
}

/** A version of a fence was taken out of force. */
export interface FenceRetirement {
  /** ISO 8601 UTC, ends in Z */
  t: string;
  author: string;
  reason: string;
}

/** Let an earlier version hold again, as a new version. */
export interface FenceRevert {
  version: number;
  reason: string;
}

/** What is asked of those inside. A value not given is the plain default; None switches a rule off. */
export interface FenceRules {
  max_people: number | null;
  overcrowd_on_s: number;
  overcrowd_off_s: number;
  min_staff: MinStaff[];
  understaff_s: number;
  post_of: Allow;
  absent_s: number;
  wrong_post_s: number | null;
  still_s: number | null;
  still_radius_m: number;
  still_exempt: boolean;
  gather_exempt: boolean;
  overstay_s: number | null;
  escort: boolean;
  escort_m: number;
  escort_s: number;
  moving_with: string | null;
}

/** One version of a fence. */
export interface FenceVersion {
  fence: FenceRecord;
  /** When, by whom and why it was taken out of force. */
  retired: FenceRetirement | null;
}

/** Every version of a fence, the newest first. */
export interface FenceVersionPage {
  items: FenceVersion[];
}

/** A fence as an editor sends it; the store adds version and validity. */
export interface FenceWrite {
  names: Names;
  purpose: FencePurpose;
  geometry: GeoJsonGeometry;
  z_min_m?: number;
  z_max_m?: number;
  colour?: Colour;
  priority?: number;
  level?: string | null;
  allow?: Allow;
  schedule?: Schedule;
  rules?: FenceRules;
  enter_probability?: number;
  exit_probability?: number;
  confirm_fixes?: number;
  confirm_s?: number | null;
  drawn?: CircleDrawn | CorridorDrawn | RectangleDrawn | null;
  author?: string;
  reason?: string;
}

/** One fault of a request: where it is and what is wrong. */
export interface FieldFault {
  field: string;
  code: string;
  detail: string;
}

/** Vertical tank with a cone or dome roof. */
export interface FixedRoofTank {
  medium: string | null;
  capacity_m3: number | null;
  insulated: boolean;
  kind: "fixed_roof_tank";
  diameter_m: number;
  height_m: number;
  roof: "cone" | "dome";
  ladder_deg: number;
}

/** Flare stack. */
export interface Flare {
  kind: "flare";
  height_m: number;
  diameter_m: number;
}

/** Vertical tank whose roof floats on the liquid. */
export interface FloatingRoofTank {
  medium: string | null;
  capacity_m3: number | null;
  insulated: boolean;
  kind: "floating_roof_tank";
  diameter_m: number;
  height_m: number;
  roof: "external" | "internal";
  ladder_deg: number;
}

/** A flood of alarms began or is over: more than ten within ten minutes, then fewer than five. */
export interface FloodMessage {
  type: "flood";
  seq: number;
  /** When it began; null when it is over. */
  since: string | null;
  /** Raised within the last ten minutes. */
  alarms: number;
}

/** A stretch with more than 10 alarms in 10 minutes, until there were fewer than 5. */
export interface FloodRecord {
  /** ISO 8601 UTC, ends in Z */
  t_from: string;
  /** ISO 8601 UTC, ends in Z */
  t_to: string;
  alarms: number;
  /** Most in 10 minutes. */
  peak: number;
}

/** A stretch of time whose record is not whole. */
export interface GapRecord {
  /** ISO 8601 UTC, ends in Z */
  t_from: string;
  /** ISO 8601 UTC, ends in Z */
  t_to: string;
  /** missed, overflow, damaged … archived: the day lies in the archive and can be attached. */
  reason: string;
}

/** Fixed gas detector. */
export interface GasDetector {
  kind: "gas_detector";
  gas: string;
  principle: string;
  mount_m: number;
}

/** A step of handling: handling → verifying → closed; back to handling when the check failed. */
export interface Handle {
  stage: "handling" | "verifying" | "closed";
  note: string;
  /** Required to close. */
  result: string;
  /** Code of what the trouble came from. */
  cause: string;
  false_alarm: boolean;
}

/** Whether the twin works, part by part. */
export interface HealthRecord {
  status: "ok" | "degraded";
  /** ISO 8601 UTC, ends in Z */
  time: string;
  roles: Record<string, RoleNow>;
  ingest: Ingest;
  lag_ms: Record<string, number>;
  database: "ok" | "down";
  plants: Record<string, PlantHealth>;
}

/** Seconds spent in squares of the site, only those that are not empty. */
export interface HeatAnswer {
  /** ISO 8601 UTC, ends in Z */
  t_from: string;
  /** ISO 8601 UTC, ends in Z */
  t_to: string;
  /** How many stored fixes were looked at. */
  fixes: number;
  /** Stretches of which something is missing in the store: what was there then is not known. */
  gaps: GapRecord[];
  west_m: number;
  south_m: number;
  cell_m: number;
  rows: number;
  columns: number;
  row: number[];
  column: number[];
  seconds: number[];
  /** Lon/lat of north-west, north-east, south-east, south-west of the whole grid. */
  corners: [[number, number], [number, number], [number, number], [number, number]];
}

/** Where was time spent? */
export interface HeatAsked {
  t_from: string;
  t_to: string;
  subjects?: string[] | null;
  roles?: string[] | null;
  /** Leave out what lasted shorter. */
  least_s?: number;
  cell_m?: number;
}

/** Shell-and-tube exchanger on saddles. */
export interface HeatExchanger {
  kind: "heat_exchanger";
  diameter_m: number;
  length_m: number;
  heading_deg: number;
  clearance_m: number;
}

/** One area found in a file. */
export interface ImportedFence {
  /** Its place in the file. */
  number: number;
  /** Taken from the file, or made up. */
  code: string;
  /** A fence of that code is in force. */
  exists: boolean;
  body: Record<string, unknown>;
  faults: FenceFaultRecord[];
  layer: string;
}

/** A figure beside its published target. */
export interface IndicatorRecord {
  key: string;
  value: number;
  unit: string;
  target: number;
  /** Beyond it the system is not manageable; null where there is only a target. */
  limit: number | null;
  /** The figure should not be smaller than the target. */
  least: boolean;
  verdict: "within" | "above_target" | "beyond" | "too_few";
}

/** Messages from outside: how many came, how many were taken, why the others were refused. */
export interface Ingest {
  received: number;
  accepted: number;
  rejected: Record<string, number>;
}

/** A subject that is inside a fence. */
export interface InsideNow {
  subject: string;
  fence: string;
  /** ISO 8601 UTC, ends in Z */
  since: string;
}

/** One line of the alarms' journal: what happened to which alarm, by whom, and how it stood after it. */
export interface JournalLine {
  seq: number;
  /** ISO 8601 UTC, ends in Z */
  t: string;
  cause: string;
  by: string;
  why: string;
  /** Id of the alarm. */
  alarm: string;
  kind: string;
  priority: number;
  state: string;
  subject: SubjectRef | null;
  place: PlaceRef | null;
  sensor: string | null;
  asset: string | null;
  value: number | null;
  limit: number | null;
  unit: string;
}

/** Lines of the journal, the newest first. */
export interface JournalPage {
  items: JournalLine[];
  next: string | null;
}

/** One kind of alarm: those raised in the period, and what had become of them by its end. */
export interface KindCountRecord {
  kind: string;
  raised: number;
  acknowledged: number;
  /** Closed through the steps of handling. */
  handled: number;
  open: number;
  /** Raised while shelved, suppressed or out of service: nobody was called. */
  quiet: number;
  /** How often an operator was called, raised again included. */
  calls: number;
}

/** A walking level. */
export interface LevelRecord {
  code: string;
  names: Names;
  z_m: number;
}

/** Alarm limits of a sensor, ordered LL ≤ L < H ≤ HH, in the sensor's unit. */
export interface Limits {
  ll: number | null;
  l: number | null;
  h: number | null;
  hh: number | null;
}

/** A web link. */
export interface Link {
  href: string;
  rel: string;
  type: string | null;
  title: string | null;
}

/** Canopy with loading arms over its footprint polygon. */
export interface LoadingBay {
  kind: "loading_bay";
  height_m: number;
  lanes: number;
}

/** How few people of a role, a team or both must be in a post; of neither: of anybody who works there. */
export interface MinStaff {
  role: string | null;
  team: string | null;
  people: number;
}

/** A model and all its instances; finest level of detail first. */
export interface ModelEntry {
  id: string;
  kind: string;
  lod: ModelLod[];
  instances: ModelInstance[];
  liquid: ModelLiquid | null;
}

/** Where a model stands; `feature` counts in the manifest's `features`. */
export interface ModelInstance {
  feature: number;
  x_m: number;
  y_m: number;
  z_m: number;
  heading_deg: number;
}

/** Where a tank's content can be drawn. */
export interface ModelLiquid {
  radius_m: number;
  bottom_m: number;
  top_m: number;
  shape: "cylinder" | "sphere" | "horizontal";
  length_m: number | null;
}

/** One level of detail of a model file. */
export interface ModelLod {
  url: string;
  triangles: number;
  bytes: number;
}

/** The plant's 3D models. */
export interface ModelsManifest {
  plant: string;
  version: string;
  features: string[];
  models: ModelEntry[];
  baked: BakedEntry[];
}

/** One row of the people table; its index is the index in the binary frames. */
export interface MoverRow {
  id: string;
  kind: "person" | "vehicle" | "tag";
  names: Names;
  /** Role code of a person, kind of a vehicle, null for a tag nobody carries. */
  role: string | null;
  /** circle, square, triangle, diamond, shield, pentagon; vehicle for vehicles; ring for tags nobody carries. */
  glyph: string;
  team: string | null;
  tag: string | null;
  battery_pct: number | null;
}

/** A command was handed to the twin; its effect arrives on the live connection. */
export interface MusterAccepted {
  muster: string;
}

/** What an operator says when ending a muster. */
export interface MusterEnd {
  note?: string;
}

/** A muster without its roll. */
export interface MusterHeadRecord {
  id: string;
  drill: boolean;
  reason: string;
  /** ISO 8601 UTC, ends in Z */
  started: string;
  started_by: string;
  ended: string | null;
  ended_by: string | null;
  result: string;
}

/** A muster began, ended, or says something new of some people: those rows, or all when it began or ended. */
export interface MusterMessage {
  type: "muster";
  seq: number;
  cause: "started" | "moved" | "accounted" | "ended";
  muster: MusterHeadRecord;
  rows: MusterRowRecord[];
  unseen: SubjectRef[];
  points: MusterPointRecord[];
}

/** Musters, the last begun first. */
export interface MusterPage {
  items: MusterSummary[];
  total: number | null;
  next: string | null;
}

/** Where people gather in an evacuation. */
export interface MusterPoint {
  kind: "muster_point";
  capacity: number;
  radius_m: number;
}

/** A muster point and how many are there. */
export interface MusterPointRecord {
  fence: string;
  names: Names;
  present: number;
}

/** A muster with its roll. */
export interface MusterRecord {
  id: string;
  drill: boolean;
  reason: string;
  /** ISO 8601 UTC, ends in Z */
  started: string;
  started_by: string;
  ended: string | null;
  ended_by: string | null;
  result: string;
  rows: MusterRowRecord[];
  /** Carry a tag and were not seen for hours: not on the roll, and not forgotten. */
  unseen: SubjectRef[];
  points: MusterPointRecord[];
}

/** One person on the roll. */
export interface MusterRowRecord {
  subject: SubjectRef;
  team: string | null;
  employer: string | null;
  standing: "safe" | "moving" | "not_safe" | "not_known";
  /** Since when they stand so. */
  since: string;
  /** Newest fix; null when they were never seen. */
  seen: string | null;
  x_m: number | null;
  y_m: number | null;
  /** Where that was, and the radius that holds it with 95 %; null when they were never seen. */
  r95_m: number | null;
  /** Code of the risk zone or unit around that place. */
  near: string | null;
  /** Muster point (fence code) they are in, or were in when last seen. */
  point: string | null;
  reasons: ("silent" | "unseen" | "uncertain" | "sos" | "contradicted")[];
  word: WordRecord | null;
}

/** What an operator says when calling everybody to the muster points. */
export interface MusterStart {
  drill: boolean;
  reason: string;
}

/** A muster of the past in one line. */
export interface MusterSummary {
  id: string;
  drill: boolean;
  reason: string;
  /** ISO 8601 UTC, ends in Z */
  started: string;
  started_by: string;
  ended: string | null;
  ended_by: string | null;
  result: string;
  people: number;
  /** How they stood at its end, or stand now. */
  counts: Record<string, number>;
  /** Seconds until half of the roll was safe; null when that was not reached. */
  half_safe_s: number | null;
  nine_tenths_safe_s: number | null;
  all_safe_s: number | null;
}

/** An operator's or a team leader's word on one person; null takes an earlier word back. */
export interface MusterWord {
  subject: string;
  standing: "safe" | "not_safe" | null;
  note?: string;
}

/** A name in both languages. */
export interface Names {
  zh: string;
  en: string;
}

/** Who was near, for how long, how near. */
export interface NearAnswer {
  /** ISO 8601 UTC, ends in Z */
  t_from: string;
  /** ISO 8601 UTC, ends in Z */
  t_to: string;
  /** How many stored fixes were looked at. */
  fixes: number;
  /** Stretches of which something is missing in the store: what was there then is not known. */
  gaps: GapRecord[];
  subject: SubjectRef;
  radius_m: number;
  encounters: EncounterRecord[];
  people: PersonDwell[];
}

/** Who was within some metres of this person? */
export interface NearAsked {
  t_from: string;
  t_to: string;
  subjects?: string[] | null;
  roles?: string[] | null;
  /** Leave out what lasted shorter. */
  least_s?: number;
  subject: string;
  radius_m?: number;
}

/** Somebody near a sensor while it stood beyond a limit. */
export interface NearExceedance {
  subject: SubjectRef;
  dwell_s: number;
}

/** How full the areas were, and where people went next. */
export interface OccupancyAnswer {
  /** ISO 8601 UTC, ends in Z */
  t_from: string;
  /** ISO 8601 UTC, ends in Z */
  t_to: string;
  /** How many stored fixes were looked at. */
  fixes: number;
  /** Stretches of which something is missing in the store: what was there then is not known. */
  gaps: GapRecord[];
  areas: AreaOccupancy[];
  transitions: Transition[];
}

/** How full were these areas, and who went where next? */
export interface OccupancyAsked {
  t_from: string;
  t_to: string;
  subjects?: string[] | null;
  roles?: string[] | null;
  /** Leave out what lasted shorter. */
  least_s?: number;
  /** Empty: every fence that holds at the end of the span. */
  places?: Place[];
  /** Parts of the curve of each area. */
  steps?: number;
}

/** What an alarm watches is out of service for maintenance. */
export interface OutageRecord {
  by: string;
  /** ISO 8601 UTC, ends in Z */
  since: string;
  reason: string;
}

/** A place a patrol must have been at. */
export interface PatrolPoint {
  code: string;
  names: Names;
  lon: number;
  lat: number;
  radius_m: number;
  dwell_s: number;
}

/** A round of points that one of several people makes in every window. */
export interface PatrolRoute {
  code: string;
  names: Names;
  points: PatrolPoint[];
  windows: Weekly[];
  grace_s: number;
  ordered: boolean;
  persons: string[];
  teams: string[];
}

/** The busiest window of the clock. */
export interface PeakRecord {
  alarms: number;
  t_from: string | null;
}

/** A new people table; frames that follow refer to it. */
export interface PeopleMessage {
  type: "people";
  seq: number;
  people: PeopleTable;
}

/** Who the rows of the binary frames are. `table` is the number frames refer to. */
export interface PeopleTable {
  table: number;
  rows: MoverRow[];
}

/** One subject's stays together. */
export interface PersonDwell {
  subject: SubjectRef;
  visits: number;
  dwell_s: number;
}

/** Where a person (or a vehicle, or a tag nobody carries) is, and how sure that is. */
export interface PersonNow {
  /** Person code, vehicle code, or `tag:CODE`. */
  id: string;
  name: Names;
  /** Role code; a vehicle's kind; `unknown` for a tag nobody carries. */
  role: string;
  tag: string;
  /** ISO 8601 UTC, ends in Z */
  t: string;
  x_m: number;
  y_m: number;
  z_m: number;
  lon: number;
  lat: number;
  /** Radius of the circle that holds them with at least 95 %. */
  r95_m: number;
  p_still: number;
  level: string | null;
  status: "fix" | "degraded" | "predicted" | "lost";
  /** Codes of the risk zones around the position. */
  zones: string[];
}

/** A person of the plant. */
export interface PersonRecord {
  code: string;
  names: Names;
  role: string;
  team: string | null;
  shift: string | null;
  employer: string | null;
  /** Tags carried now. */
  tags: string[];
}

/** A sentence as a code and its parameters; the reader's language is chosen where it is shown. */
export interface Phrase {
  code: string;
  params: Record<string, string | number | boolean | Names | null>;
}

/** Pipe bridge along a line. */
export interface PipeRack {
  kind: "pipe_rack";
  width_m: number;
  height_m: number;
  tiers: number;
  span_m: number;
}

/** Where: exactly one of a polygon, a fence, a zone, an asset and what is around it, a point with a radius. */
export interface Place {
  shape?: GeoJsonGeometry | null;
  fence?: string | null;
  zone?: string | null;
  asset?: string | null;
  lon?: number | null;
  lat?: number | null;
  /** Around an asset or a point. */
  radius_m?: number;
  z_min_m?: number;
  z_max_m?: number;
}

/** The fence something is about. */
export interface PlaceRef {
  code: string;
  names: Names;
  version: number;
}

/** What identifies a plant. */
export interface PlantHeadRecord {
  code: string;
  names: Names;
  enterprise: string;
  fictional: boolean;
  timezone: string;
  frame: SiteFrameRecord;
  /** West, south, east, north; degrees. */
  bounds: [number, number, number, number];
  home_bearing_deg: number;
}

/** How fresh one plant's picture is. */
export interface PlantHealth {
  /** Since the newest measurement; null when there was none. */
  data_age_ms: number | null;
  holes: number;
  late: number;
  clients: number;
}

/** The plant's records changed: read them again. */
export interface PlantMessage {
  type: "plant";
  seq: number;
  records: string;
}

/** Plants. */
export interface PlantPage {
  items: PlantHeadRecord[];
  total: number;
  next: string | null;
}

/** A plant with its small tables; the large ones are collections of their own. */
export interface PlantRecord {
  code: string;
  names: Names;
  enterprise: string;
  fictional: boolean;
  timezone: string;
  frame: SiteFrameRecord;
  /** West, south, east, north; degrees. */
  bounds: [number, number, number, number];
  home_bearing_deg: number;
  boundary: GeoJsonGeometry;
  enterprise_names: Names;
  region: string;
  levels: LevelRecord[];
  roles: RoleRecord[];
  teams: CodeNames[];
  shifts: ShiftRecord[];
  engines: CodeNames[];
  patrols: PatrolRoute[];
  /** How many records each collection has. */
  counts: Record<string, number>;
  /** Changes whenever a record of the plant changes. */
  records: string;
}

/** An alarm that a fence would have raised. */
export interface PreviewAlarm {
  kind: string;
  priority: number;
  subject: string;
  names: Names;
  /** ISO 8601 UTC, ends in Z */
  raised: string;
  /** Null while it would still stand. */
  ended: string | null;
  x_m: number;
  y_m: number;
  lon: number;
  lat: number;
}

/** Who is signed in and what they may do. */
export interface Principal {
  id: string;
  names: Names;
  permissions: string[];
}

/** Problem details after RFC 9457, with a stable `code` and its parameters. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: string;
  params: Record<string, string | number | boolean | null>;
  errors: FieldFault[];
}

/** Pump with motor on a plinth. */
export interface Pump {
  kind: "pump";
  length_m: number;
  width_m: number;
  heading_deg: number;
}

/** Vertical reactor on a skirt or frame. */
export interface Reactor {
  medium: string | null;
  capacity_m3: number | null;
  insulated: boolean;
  kind: "reactor";
  diameter_m: number;
  height_m: number;
  clearance_m: number;
}

/** One sensor value with the limit it stands beyond. */
export interface ReadingNow {
  sensor: string;
  /** ISO 8601 UTC, ends in Z */
  t: string;
  value: number;
  quality: string;
  limit: "ll" | "l" | "normal" | "h" | "hh" | "unknown";
}

/** New sensor values. */
export interface ReadingsMessage {
  type: "readings";
  seq: number;
  readings: ReadingNow[];
}

/** A rectangle around a point, turned clockwise from north. */
export interface RectangleDrawn {
  shape: "rectangle";
  centre: [number, number];
  width_m: number;
  depth_m: number;
  bearing_deg: number;
}

/** Why a command about an alarm was not taken. */
export interface RefusedAlarm {
  alarm: string;
  code: string;
}

/** An alarm as it stood from an instant on. */
export interface ReplayAlarm {
  /** ISO 8601 UTC, ends in Z */
  t: string;
  /** standing: it stood already when the stretch began; else what changed it. */
  cause: string;
  alarm: AlarmRecord;
}

/** What happened in a stretch of time, and the records that held in any part of it. */
export interface ReplayEvents {
  /** ISO 8601 UTC, ends in Z */
  t_from: string;
  /** ISO 8601 UTC, ends in Z */
  t_to: string;
  alarms: ReplayAlarm[];
  /** Who was inside which fence when the stretch began. */
  inside: InsideNow[];
  crossings: CrossingRecord[];
  weather: WeatherNow[];
  gaps: GapRecord[];
  zones: ZoneRecord[];
  fences: FenceRecord[];
  sensors: SensorRecord[];
  cameras: CameraRecord[];
  /** Empty unless `points` was asked for. */
  readings: ReplayReadings[];
}

/** One sensor's values in a stretch, thinned to the last of each step; the first may be older than the stretch. */
export interface ReplayReadings {
  sensor: string;
  t_ms: number[];
  value: number[];
  quality: string[];
}

/** The answer to "who was inside" as a signed document. */
export interface ReportAsked {
  t_from: string;
  t_to: string;
  subjects?: string[] | null;
  roles?: string[] | null;
  /** Leave out what lasted shorter. */
  least_s?: number;
  place: Place;
  language?: "zh" | "en";
  note?: string;
}

/** What the same code made of the stored inputs. */
export interface RerunRecord {
  verdict: "same" | "different" | "impossible";
  missing: ("tracks" | "readings" | "records" | "tag_reports" | "anchor_health" | "too_long")[];
  differences: DifferenceRecord[];
  /** The alarm that was raised again. */
  alarm: AlarmRecord | null;
  /** ISO 8601 UTC, ends in Z */
  t_from: string;
  /** ISO 8601 UTC, ends in Z */
  t_to: string;
  events: number;
  fixes: number;
  readings: number;
  gaps: number;
}

/** A fence that is out of force. */
export interface RetiredFence {
  code: string;
  names: Names;
  /** Its newest version. */
  version: number;
  /** ISO 8601 UTC, ends in Z */
  ended: string;
}

/** Fences that are out of force. */
export interface RetiredFencePage {
  items: RetiredFence[];
}

/** Road or walkway along a line. */
export interface Road {
  kind: "road";
  width_m: number;
  surface: "road" | "walkway" | "fire_lane";
}

/** Whose people they are. */
export type RoleKind = "staff" | "contractor" | "visitor";

/** What a role last said of itself. */
export interface RoleNow {
  status: "ok" | "degraded";
  detail: string;
  /** Seconds since it spoke. */
  age_s: number;
  queues: Record<string, number>;
}

/** A role of people, its glyph, and whose people they are. */
export interface RoleRecord {
  code: string;
  names: Names;
  glyph: string;
  kind: RoleKind;
}

/** People of the plant, seen or not. */
export interface RosterPage {
  items: PersonRecord[];
  total: number;
  next: string | null;
}

/** When something holds. A date beats the week, a later date an earlier one in the list; empty holds always. */
export interface Schedule {
  weekly: Weekly[];
  dated: Dated[];
}

/** Sensors. */
export interface SensorPage {
  items: SensorRecord[];
  total: number;
  next: string | null;
}

/** A measuring point. */
export interface SensorRecord {
  version: number;
  /** ISO 8601 UTC, ends in Z */
  valid_from: string;
  valid_to: string | null;
  code: string;
  names: Names;
  quantity: string;
  unit: string;
  range_low: number;
  range_high: number;
  asset: string | null;
  limits: Limits;
  period_s: number;
  /** Where its asset stands. */
  lon: number | null;
  lat: number | null;
  /** The newest value, when one is known. */
  now: ReadingNow | null;
}

/** A sensor's values over time in at most `points` steps: least, mean and greatest of each. */
export interface SeriesRecord {
  sensor: string;
  unit: string;
  /** ISO 8601 UTC, ends in Z */
  t_from: string;
  /** ISO 8601 UTC, ends in Z */
  t_to: string;
  limits: Limits;
  t_ms: number[];
  min: number[];
  mean: number[];
  max: number[];
}

/** Why something goes out of service, or comes back. */
export interface Service {
  reason: string;
}

/** Put an alarm aside for a time. */
export interface Shelve {
  /** Seconds; the shelf ends by itself. */
  for_s: number;
  reason: string;
  /** Ends earlier, as soon as the condition is over. */
  one_shot: boolean;
}

/** An operator has put an alarm aside for a time. */
export interface ShelvingRecord {
  by: string;
  /** ISO 8601 UTC, ends in Z */
  since: string;
  /** ISO 8601 UTC, ends in Z */
  until: string;
  reason: string;
  /** Ends as soon as its condition is over. */
  one_shot: boolean;
}

/** A daily shift in the plant's local time. */
export interface ShiftRecord {
  code: string;
  names: Names;
  start: string;
  end: string;
}

/** Site metres: x east, y north, z up from the origin, local transverse Mercator with scale 1. */
export interface SiteFrameRecord {
  origin_lon: number;
  origin_lat: number;
  origin_height_m: number;
}

/** The first message: all that is needed to stand where the twin stands. */
export interface SnapshotMessage {
  type: "snapshot";
  seq: number;
  protocol: number;
  /** ISO 8601 UTC, ends in Z */
  server_time: string;
  plant: PlantHeadRecord;
  /** Changes whenever a record of the plant changes. */
  records: string;
  roles: RoleRecord[];
  levels: LevelRecord[];
  people: PeopleTable;
  inside: InsideNow[];
  /** All that are open, newest first. */
  alarms: AlarmRecord[];
  /** When the flood of alarms began that is on; null when there is none. */
  flood_since: string | null;
  readings: ReadingNow[];
  weather: WeatherNow | null;
  tags: TagNow[];
  cameras: CameraNow[];
  /** The one that is on. */
  muster: MusterRecord | null;
  connection: Connection;
}

/** When, and of whom. Times as everywhere: ISO 8601 with zone, or epoch milliseconds. */
export interface Span {
  t_from: string;
  t_to: string;
  subjects: string[] | null;
  roles: string[] | null;
  /** Leave out what lasted shorter. */
  least_s: number;
}

/** Spherical pressure tank on legs. */
export interface SphereTank {
  medium: string | null;
  capacity_m3: number | null;
  insulated: boolean;
  kind: "sphere_tank";
  diameter_m: number;
  legs: number;
  clearance_m: number;
}

/** The plant as it stood at one instant, with the records that held then. */
export interface StateRecord {
  /** ISO 8601 UTC, ends in Z */
  at: string;
  people: PersonNow[];
  vehicles: PersonNow[];
  inside: InsideNow[];
  zones: ZoneRecord[];
  fences: FenceRecord[];
  /** With the limits that held then, and the newest value up to then. */
  sensors: SensorRecord[];
  assignments: AssignmentRecord[];
  alarms: AlarmRecord[];
  readings: ReadingNow[];
  tanks: TankNow[];
  muster: MusterRecord | null;
  /** Stretches around the instant in which something was lost. */
  gaps: GapRecord[];
}

/** One step of handling an alarm. */
export interface StepRecord {
  stage: "handling" | "verifying" | "closed";
  /** ISO 8601 UTC, ends in Z */
  t: string;
  by: string;
  note: string;
  result: string;
  /** Code of what the trouble came from. */
  cause: string;
  false_alarm: boolean;
}

/** One change of an alarm. */
export interface StoryLine {
  seq: number;
  /** ISO 8601 UTC, ends in Z */
  t: string;
  cause: string;
  by: string;
  why: string;
  state: string;
}

/** Who or what something is about. */
export interface SubjectRef {
  id: string;
  kind: "person" | "vehicle" | "tag";
  names: Names;
  role: string | null;
}

/** An alarm is the consequence of another one and calls nobody by itself. */
export interface SuppressionRecord {
  /** Id of the alarm it follows from. */
  cause: string;
  /** ISO 8601 UTC, ends in Z */
  since: string;
}

/** A tag reported battery, SOS or motion. */
export interface TagMessage {
  type: "tag";
  seq: number;
  tag: TagNow;
}

/** What a tag last reported of itself. */
export interface TagNow {
  tag: string;
  subject: string;
  /** ISO 8601 UTC, ends in Z */
  t: string;
  battery_pct: number | null;
  sos: boolean | null;
  moving: boolean | null;
}

/** A tag as the locator hears it. */
export interface TagSeen {
  tag: string;
  /** Person or vehicle that carries it now. */
  carrier: string | null;
  carrier_kind: "person" | "vehicle" | "tag";
  carrier_names: Names | null;
  battery_pct: number | null;
  /** Time of its newest fix. */
  last: string | null;
  rate_hz: number;
  status: "fix" | "degraded" | "predicted" | "lost" | null;
  r95_m: number | null;
  /** Used by the newest fix. */
  anchors: number;
  fixes: number;
  degraded: number;
  predicted: number;
  lost: number;
}

/** How full a tank is. */
export interface TankNow {
  asset: string;
  level: ReadingNow;
}

/** A sensor, or what it stands at. */
export interface ThingRef {
  code: string;
  names: Names;
}

/** One of the most frequent. */
export interface TopRecord {
  code: string;
  names: Names;
  /** Of an alarm point; null for assets, fences and people. */
  kind: string | null;
  calls: number;
}

/** Tracks, one item a subject. */
export interface TrackPage {
  items: TrackRecord[];
  /** Stretches of which something is missing. */
  gaps: GapRecord[];
  total: number;
  next: string | null;
}

/** The path of one subject, column by column; column lengths are equal. */
export interface TrackRecord {
  subject: string;
  /** measured: as it stood live; smoothed: each fix corrected by those after it, up to 30 s beyond the stretch. */
  quality: "measured" | "smoothed";
  kind: "person" | "vehicle" | "tag";
  names: Names;
  /** Epoch milliseconds of measurement. */
  t_ms: number[];
  x_m: number[];
  y_m: number[];
  z_m: number[];
  r95_m: number[];
  p_still: number[];
  /** 0 fix, 1 degraded, 2 predicted, 3 lost. */
  status: number[];
}

/** How often subjects went from one area to the next. */
export interface Transition {
  from_key: string;
  to_key: string;
  times: number;
  mean_s: number;
}

/** A process unit or tank farm area that groups other assets. */
export interface Unit {
  kind: "unit";
  unit_kind: "process" | "tank_farm" | "loading" | "storage" | "utility" | "administration";
}

/** Take an alarm back before its time. */
export interface Unshelve {
  reason: string;
}

/** Vehicles of the plant. */
export interface VehiclePage {
  items: VehicleRecord[];
  total: number;
  next: string | null;
}

/** A vehicle of the plant. */
export interface VehicleRecord {
  code: string;
  names: Names;
  vehicle_kind: string;
  plate: string | null;
  tags: string[];
}

/** A record valid during [valid_from, valid_to). */
export interface VersionedRecord {
  version: number;
  /** ISO 8601 UTC, ends in Z */
  valid_from: string;
  valid_to: string | null;
}

/** One stay. */
export interface VisitRecord {
  subject: SubjectRef;
  /** ISO 8601 UTC, ends in Z */
  entered: string;
  /** ISO 8601 UTC, ends in Z */
  left: string;
  dwell_s: number;
  /** Nobody saw the beginning: already inside, or positions began there. */
  began_open: boolean;
  /** Nobody saw the end: still inside, or positions stopped there. */
  ended_open: boolean;
  /** The surest fix was inside with this probability. */
  probability: number;
  lon: number;
  lat: number;
}

/** Who was inside, for how long. */
export interface VisitsAnswer {
  /** ISO 8601 UTC, ends in Z */
  t_from: string;
  /** ISO 8601 UTC, ends in Z */
  t_to: string;
  /** How many stored fixes were looked at. */
  fixes: number;
  /** Stretches of which something is missing in the store: what was there then is not known. */
  gaps: GapRecord[];
  area: GeoJsonGeometry;
  visits: VisitRecord[];
  /** By dwell, the longest first. */
  people: PersonDwell[];
  /** The most at once. */
  most: number;
  most_at: string | null;
}

/** Who was inside this area? */
export interface VisitsAsked {
  t_from: string;
  t_to: string;
  subjects?: string[] | null;
  roles?: string[] | null;
  /** Leave out what lasted shorter. */
  least_s?: number;
  place: Place;
}

/** Warehouse over its footprint polygon. */
export interface Warehouse {
  kind: "warehouse";
  height_m: number;
  storage_class: string | null;
}

/** One way from one area to another. */
export interface WayRecord {
  subject: SubjectRef;
  /** ISO 8601 UTC, ends in Z */
  left: string;
  /** ISO 8601 UTC, ends in Z */
  entered: string;
  duration_s: number;
}

/** Who went from here to there. */
export interface WaysAnswer {
  /** ISO 8601 UTC, ends in Z */
  t_from: string;
  /** ISO 8601 UTC, ends in Z */
  t_to: string;
  /** How many stored fixes were looked at. */
  fixes: number;
  /** Stretches of which something is missing in the store: what was there then is not known. */
  gaps: GapRecord[];
  start: GeoJsonGeometry;
  end: GeoJsonGeometry;
  ways: WayRecord[];
}

/** Who went from one area to another? */
export interface WaysAsked {
  t_from: string;
  t_to: string;
  subjects?: string[] | null;
  roles?: string[] | null;
  /** Leave out what lasted shorter. */
  least_s?: number;
  start: Place;
  end: Place;
  longest_s?: number;
}

/** The weather from now on. */
export interface WeatherMessage {
  type: "weather";
  seq: number;
  weather: WeatherNow;
}

/** Weather at the plant; the wind comes from `wind_from_deg`, clockwise from north. */
export interface WeatherNow {
  /** ISO 8601 UTC, ends in Z */
  t: string;
  wind_from_deg: number;
  wind_mps: number;
  temp_c: number;
  humidity_pct: number | null;
  cloud_oktas: number | null;
}

/** A window that comes again every week. Where `end` is not after `start` it passes midnight. */
export interface Weekly {
  days: number[];
  start: string;
  end: string;
}

/** Somebody's word on one person. */
export interface WordRecord {
  standing: "safe" | "moving" | "not_safe" | "not_known";
  by: string;
  /** ISO 8601 UTC, ends in Z */
  t: string;
  note: string;
}

/** Zones. */
export interface ZonePage {
  items: ZoneRecord[];
  total: number;
  next: string | null;
}

/** A risk zone. */
export interface ZoneRecord {
  version: number;
  /** ISO 8601 UTC, ends in Z */
  valid_from: string;
  valid_to: string | null;
  code: string;
  names: Names;
  colour: Colour;
  geometry: GeoJsonGeometry;
  z_min_m: number;
  z_max_m: number;
  area_kind: string;
}

/** Every text message of the live connection, by its `type`. */
export type LiveMessage = SnapshotMessage | PeopleMessage | AlarmMessage | FloodMessage | CrossingMessage | ReadingsMessage | WeatherMessage | TagMessage | CameraMessage | ConnectionMessage | PlantMessage | MusterMessage;

/** Binary position frame, little endian: header, then columns of n rows:
 * x i16[n], y i16[n], z i16[n] in decimetres from the site origin, age u16[n], status u8[n], r95 u8[n].
 * age counts ticks before NEWEST_MS; r95 in decimetres, 255 means 25.5 m or more. */
export const FRAME = {
  KIND: 1,
  VERSION: 1,
  HEADER_BYTES: 24,
  ROW_BYTES: 10,
  OFFSET_KIND: 0,
  OFFSET_VERSION: 1,
  OFFSET_TABLE: 2,
  OFFSET_COUNT: 4,
  OFFSET_NEWEST_MS: 8,
  OFFSET_SEQ: 16,
  STATUS_MASK: 3,
  BIT_STILL: 4,
  BIT_SOS: 8,
  BIT_ALARM: 16,
  BIT_UNSEEN: 128,
  AGE_UNKNOWN: 65535,
  AGE_TICK_MS: 100,
  METRES_PER_UNIT: 0.1,
} as const;

/** Block of tracks, little endian: header, JSON rows (MoverRow[]), counts u32[s], periods u32[s],
 * then the columns of all their fixes: t i32, x i16, y i16, z i16 as differences, status u8, r95 u8. */
export const TRACKS = {
  KIND: 2,
  VERSION: 1,
  HEADER_BYTES: 32,
  OFFSET_SMOOTHED: 2,
  OFFSET_SUBJECTS: 4,
  OFFSET_FROM_MS: 8,
  OFFSET_TO_MS: 16,
  OFFSET_FIXES: 24,
  OFFSET_HEAD_BYTES: 28,
  BIT_APART: 32,
} as const;
