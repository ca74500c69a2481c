"""What the HTTP API answers and accepts: one model per shape, SI units in the names, ISO 8601 UTC times.

Names are in both languages; texts an operator reads travel as a code with parameters, so the browser says them in
either language. `…Now` rows are live values, `…Record` rows are the plant's records.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from gis.kinds import Attributes
from gis.plant import Allow, Code, Colour, FencePurpose, Limits, Names
from gis.time import format_time

GEOMETRY_TITLE = "GeoJsonGeometry"


def _iso(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return format_time(value)
    return value


Iso = Annotated[
    str,
    BeforeValidator(_iso),
    WithJsonSchema({"type": "string", "format": "date-time", "description": "ISO 8601 UTC, ends in Z"}),
]
"""An instant on the wire; built from UTC nanoseconds."""

GeoJsonGeometry = Annotated[
    dict[str, Any],
    WithJsonSchema({"type": "object", "title": GEOMETRY_TITLE, "additionalProperties": True}),
]
SubjectKind = Literal["person", "vehicle", "tag"]
FixStatusName = Literal["fix", "degraded", "predicted", "lost"]
LimitState = Literal["ll", "l", "normal", "h", "hh", "unknown"]
Health = Literal["ok", "degraded"]


class Wire(BaseModel):
    """A frozen message that refuses unknown fields and never holds NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


class Phrase(Wire):
    """A sentence as a code and its parameters; the reader's language is chosen where it is shown."""

    code: str
    params: dict[str, str | float | int | bool | Names | None] = {}


class Problem(Wire):
    """Problem details after RFC 9457, with a stable `code` and its parameters."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    params: dict[str, str | float | int | bool | None] = {}
    errors: list[FieldFault] = []


class FieldFault(Wire):
    """One fault of a request: where it is and what is wrong."""

    field: str
    code: str
    detail: str


# ---------------------------------------------------------------- plants


class SiteFrameRecord(Wire):
    """Site metres: x east, y north, z up from the origin, local transverse Mercator with scale 1."""

    origin_lon: float
    origin_lat: float
    origin_height_m: float


class PlantHeadRecord(Wire):
    """What identifies a plant."""

    code: Code
    names: Names
    enterprise: Code
    fictional: bool
    timezone: str
    frame: SiteFrameRecord
    bounds: tuple[float, float, float, float]
    """West, south, east, north; degrees."""
    home_bearing_deg: float


class CodeNames(Wire):
    """A code and its names."""

    code: Code
    names: Names


class RoleRecord(CodeNames):
    """A role of people and its glyph."""

    glyph: str


class LevelRecord(CodeNames):
    """A walking level."""

    z_m: float


class ShiftRecord(CodeNames):
    """A daily shift in the plant's local time."""

    start: str
    end: str


class PlantRecord(PlantHeadRecord):
    """A plant with its small tables; the large ones are collections of their own."""

    boundary: GeoJsonGeometry
    enterprise_names: Names
    region: Code
    levels: list[LevelRecord]
    roles: list[RoleRecord]
    teams: list[CodeNames]
    shifts: list[ShiftRecord]
    engines: list[CodeNames]
    counts: dict[str, int]
    """How many records each collection has."""
    records: str
    """Changes whenever a record of the plant changes."""


# ---------------------------------------------------------------- records


class AssetRecord(Wire):
    """Anything that stands in the plant."""

    code: Code
    kind: str
    names: Names
    geometry: GeoJsonGeometry
    x_m: float
    """A point on or in it, site metres."""
    y_m: float
    base_m: float
    level: str | None
    parent: str | None
    model: str | None
    attributes: Attributes


class VersionedRecord(Wire):
    """A record valid during [valid_from, valid_to)."""

    version: int
    valid_from: Iso
    valid_to: Iso | None


class ZoneRecord(VersionedRecord):
    """A risk zone."""

    code: Code
    names: Names
    colour: Colour
    geometry: GeoJsonGeometry
    z_min_m: float
    z_max_m: float
    area_kind: str


class FenceRecord(VersionedRecord):
    """An electronic fence."""

    code: Code
    names: Names
    purpose: FencePurpose
    geometry: GeoJsonGeometry
    z_min_m: float
    z_max_m: float
    colour: Colour
    priority: int
    allow: Allow
    enter_probability: float
    exit_probability: float
    confirm_fixes: int


class SensorRecord(VersionedRecord):
    """A measuring point."""

    code: Code
    names: Names
    quantity: str
    unit: str
    range_low: float
    range_high: float
    asset: str | None
    limits: Limits
    period_s: float
    lon: float | None
    """Where its asset stands."""
    lat: float | None
    now: ReadingNow | None
    """The newest value, when one is known."""


class CameraRecord(VersionedRecord):
    """A camera's place, view and running state."""

    code: Code
    names: Names
    x_m: float
    y_m: float
    z_m: float
    lon: float
    lat: float
    heading_deg: float
    tilt_deg: float
    hfov_deg: float
    width_px: int
    height_px: int
    reach_m: float
    now: CameraNow | None


class PersonRecord(Wire):
    """A person of the plant."""

    code: Code
    names: Names
    role: Code
    team: str | None
    shift: str | None
    employer: str | None
    tags: list[str]
    """Tags carried now."""


class VehicleRecord(Wire):
    """A vehicle of the plant."""

    code: Code
    names: Names
    vehicle_kind: str
    plate: str | None
    tags: list[str]


class FenceWrite(Wire):
    """A fence as an editor sends it; the store adds version and validity."""

    names: Names
    purpose: FencePurpose
    geometry: GeoJsonGeometry
    z_min_m: float = -5.0
    z_max_m: float = 200.0
    colour: Colour = Colour.ORANGE
    priority: int = Field(default=2, ge=1, le=4)
    allow: Allow = Allow()
    enter_probability: float = Field(default=0.8, gt=0.5, lt=1)
    exit_probability: float = Field(default=0.2, gt=0, lt=0.5)
    confirm_fixes: int = Field(default=2, ge=1, le=20)


class FencePatch(Wire):
    """The fields of a fence to change."""

    names: Names | None = None
    purpose: FencePurpose | None = None
    geometry: GeoJsonGeometry | None = None
    z_min_m: float | None = None
    z_max_m: float | None = None
    colour: Colour | None = None
    priority: int | None = Field(default=None, ge=1, le=4)
    allow: Allow | None = None
    enter_probability: float | None = Field(default=None, gt=0.5, lt=1)
    exit_probability: float | None = Field(default=None, gt=0, lt=0.5)
    confirm_fixes: int | None = Field(default=None, ge=1, le=20)


# ---------------------------------------------------------------- live values


class PersonNow(Wire):
    """Where a person (or a vehicle, or a tag nobody carries) is, and how sure that is."""

    id: str
    """Person code, vehicle code, or `tag:CODE`."""
    name: Names
    role: str
    """Role code; a vehicle's kind; `unknown` for a tag nobody carries."""
    tag: str
    t: Iso
    x_m: float
    y_m: float
    z_m: float
    lon: float
    lat: float
    r95_m: float
    """Radius of the circle that holds them with at least 95 %."""
    p_still: float
    level: str | None
    status: FixStatusName
    zones: list[str]
    """Codes of the risk zones around the position."""


class ReadingNow(Wire):
    """One sensor value with the limit it stands beyond."""

    sensor: str
    t: Iso
    value: float
    quality: str
    limit: LimitState


class WeatherNow(Wire):
    """Weather at the plant; the wind comes from `wind_from_deg`, clockwise from north."""

    t: Iso
    wind_from_deg: float
    wind_mps: float
    temp_c: float
    humidity_pct: float | None
    cloud_oktas: float | None


class TagNow(Wire):
    """What a tag last reported of itself."""

    tag: str
    subject: str
    t: Iso
    battery_pct: float | None
    sos: bool | None
    moving: bool | None


class CameraNow(Wire):
    """A camera's running state."""

    camera: str
    t: Iso
    online: bool
    fps: float


class InsideNow(Wire):
    """A subject that is inside a fence."""

    subject: str
    fence: str
    since: Iso


class EvidencePoint(Wire):
    """One fix that led to an alarm."""

    t: Iso
    x_m: float
    y_m: float
    z_m: float
    lon: float
    lat: float
    r95_m: float
    probability: float


class SubjectRef(Wire):
    """Who or what something is about."""

    id: str
    kind: SubjectKind
    names: Names
    role: str | None


class PlaceRef(Wire):
    """The fence something is about."""

    code: str
    names: Names
    version: int


AlarmStateName = Literal["unacknowledged", "acknowledged", "returned_unacknowledged", "normal"]


class AlarmRecord(Wire):
    """An alarm as it stands: what, where, who, since when, what to do, and why."""

    id: str
    kind: str
    priority: int
    """1 is the most urgent, 4 the least."""
    state: AlarmStateName
    raised: Iso
    changed: Iso
    returned: Iso | None
    acknowledged: Iso | None
    acknowledged_by: str | None
    note: str
    subject: SubjectRef
    place: PlaceRef | None
    rule_version: int
    x_m: float
    y_m: float
    z_m: float
    lon: float
    lat: float
    text: Phrase
    """What happened, e.g. code `alarm.INTRUSION` with `subject` and `place`."""
    advice: Phrase
    """What to do, e.g. code `advice.INTRUSION`."""
    evidence: list[EvidencePoint]
    etag: str
    """Send it as `If-Match` when acknowledging."""


class CrossingRecord(Wire):
    """A subject entered or left a fence."""

    seq: int
    t: Iso
    subject: str
    fence: str
    fence_version: int
    direction: Literal["enter", "exit"]
    probability: float
    x_m: float
    y_m: float
    z_m: float
    dwell_s: float | None


class Acknowledge(Wire):
    """An operator's word on an alarm."""

    note: str = Field(default="", max_length=500)


class Accepted(Wire):
    """A command was handed to the twin; its effect arrives on the live connection."""

    alarm: AlarmRecord


# ---------------------------------------------------------------- history


class TrackRecord(Wire):
    """The path of one subject, column by column; column lengths are equal."""

    subject: str
    kind: SubjectKind
    names: Names
    t_ms: list[float]
    """Epoch milliseconds of measurement."""
    x_m: list[float]
    y_m: list[float]
    z_m: list[float]
    r95_m: list[float]
    p_still: list[float]
    status: list[int]
    """0 fix, 1 degraded, 2 predicted, 3 lost."""


class GapRecord(Wire):
    """A stretch of time whose record is not whole."""

    t_from: Iso
    t_to: Iso
    detail: str


class SeriesRecord(Wire):
    """A sensor's values over time in at most `points` steps: least, mean and greatest of each."""

    sensor: str
    unit: str
    t_from: Iso
    t_to: Iso
    limits: Limits
    t_ms: list[float]
    min: list[float]
    mean: list[float]
    max: list[float]


class StateRecord(Wire):
    """The plant as it stood at one instant."""

    at: Iso
    people: list[PersonNow]
    vehicles: list[PersonNow]
    zones: list[ZoneRecord]
    fences: list[FenceRecord]
    alarms: list[AlarmRecord]
    readings: list[ReadingNow]
    gaps: list[GapRecord]
    """Stretches around the instant in which something was lost."""


# ---------------------------------------------------------------- pages


class PlantPage(Wire):
    """Plants."""

    items: list[PlantHeadRecord]
    total: int
    next: str | None


class AssetPage(Wire):
    """Assets."""

    items: list[AssetRecord]
    total: int
    next: str | None


class ZonePage(Wire):
    """Zones."""

    items: list[ZoneRecord]
    total: int
    next: str | None


class FencePage(Wire):
    """Fences."""

    items: list[FenceRecord]
    total: int
    next: str | None


class SensorPage(Wire):
    """Sensors."""

    items: list[SensorRecord]
    total: int
    next: str | None


class CameraPage(Wire):
    """Cameras."""

    items: list[CameraRecord]
    total: int
    next: str | None


class RosterPage(Wire):
    """People of the plant, seen or not."""

    items: list[PersonRecord]
    total: int
    next: str | None


class VehiclePage(Wire):
    """Vehicles of the plant."""

    items: list[VehicleRecord]
    total: int
    next: str | None


class AlarmPage(Wire):
    """Alarms, newest first; `total` is null where counting would cost more than it tells."""

    items: list[AlarmRecord]
    total: int | None
    next: str | None


class CrossingPage(Wire):
    """Crossings, newest first."""

    items: list[CrossingRecord]
    total: int | None
    next: str | None


class TrackPage(Wire):
    """Tracks, one item a subject."""

    items: list[TrackRecord]
    total: int
    next: str | None


class Feature(Wire):
    """A GeoJSON feature; `properties` are the record's other fields."""

    type: Literal["Feature"] = "Feature"
    id: str
    geometry: GeoJsonGeometry | None
    properties: dict[str, Any]


class Link(Wire):
    """A web link."""

    href: str
    rel: str
    type: str | None = None
    title: str | None = None


class FeatureCollection(Wire):
    """A page of GeoJSON features (lon/lat)."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Feature]
    links: list[Link] = []
    numberMatched: int | None = None  # noqa: N815 - the standard's name
    numberReturned: int | None = None  # noqa: N815 - the standard's name
    timeStamp: str | None = None  # noqa: N815 - the standard's name


# ---------------------------------------------------------------- health


class RoleNow(Wire):
    """What a role last said of itself."""

    status: Health
    detail: str
    age_s: float
    """Seconds since it spoke."""
    queues: dict[str, int]


class Ingest(Wire):
    """Messages from outside: how many came, how many were taken, why the others were refused."""

    received: int
    accepted: int
    rejected: dict[str, int]


class HealthRecord(Wire):
    """Whether the twin works, part by part."""

    status: Health
    time: Iso
    roles: dict[str, RoleNow]
    ingest: Ingest
    lag_ms: dict[str, float]
    database: Literal["ok", "down"]
    plants: dict[str, PlantHealth]


class PlantHealth(Wire):
    """How fresh one plant's picture is."""

    data_age_ms: float | None
    """Since the newest measurement; null when there was none."""
    holes: int
    late: int
    clients: int


# ---------------------------------------------------------------- models


class ModelLod(Wire):
    """One level of detail of a model file."""

    url: str
    triangles: int
    bytes: int


class ModelInstance(Wire):
    """Where a model stands; `feature` counts in the manifest's `features`."""

    feature: int
    x_m: float
    y_m: float
    z_m: float
    heading_deg: float


class ModelLiquid(Wire):
    """Where a tank's content can be drawn."""

    radius_m: float
    bottom_m: float
    top_m: float
    shape: Literal["cylinder", "sphere", "horizontal"]
    length_m: float | None = None


class ModelEntry(Wire):
    """A model and all its instances; finest level of detail first."""

    id: str
    kind: str
    lod: list[ModelLod]
    instances: list[ModelInstance]
    liquid: ModelLiquid | None = None


class BakedEntry(Wire):
    """Unique things of one kind in one mesh in site metres; `_FEATURE` is the index in `features`."""

    kind: str
    lod: list[ModelLod]


class ModelsManifest(Wire):
    """The plant's 3D models."""

    plant: str
    version: str
    features: list[str]
    models: list[ModelEntry]
    baked: list[BakedEntry]


class Principal(Wire):
    """Who is signed in and what they may do."""

    id: str
    names: Names
    permissions: list[str]


for _late in (Problem, SensorRecord, CameraRecord, HealthRecord):
    _late.model_rebuild()
