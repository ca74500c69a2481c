"""What the HTTP API answers and accepts: one model per shape, SI units in the names, ISO 8601 UTC times.

Names are in both languages; texts an operator reads travel as a code with parameters, so the browser says them in
either language. `…Record` rows are the plant's records; `…Now` rows (`twin.api.live_schemas`) are live values.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gis.fence import Note
from gis.kinds import Attributes
from gis.plant import (
    Allow,
    Code,
    Colour,
    Drawn,
    FencePurpose,
    FenceRules,
    Limits,
    Names,
    PatrolRoute,
    RoleKind,
    Schedule,
)
from twin.api.live_schemas import AlarmRecord, CameraNow, CrossingRecord, ReadingNow
from twin.api.wire import GeoJsonGeometry, Iso, SubjectKind, Wire


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
    """A role of people, its glyph, and whose people they are."""

    glyph: str
    kind: RoleKind


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
    patrols: list[PatrolRoute]
    counts: dict[str, int]
    """How many records each collection has."""
    records: str
    """Changes whenever a record of the plant changes."""


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
    level: Code | None
    allow: Allow
    schedule: Schedule
    rules: FenceRules
    enter_probability: float
    exit_probability: float
    confirm_fixes: int
    confirm_s: float | None
    drawn: Drawn | None
    author: str
    """Who made this version ..."""
    reason: str
    """... and why."""


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
    level: Code | None = None
    allow: Allow = Allow()
    schedule: Schedule = Schedule()
    rules: FenceRules = FenceRules()
    enter_probability: float = Field(default=0.8, gt=0.5, lt=1)
    exit_probability: float = Field(default=0.2, gt=0, lt=0.5)
    confirm_fixes: int = Field(default=2, ge=1, le=20)
    confirm_s: float | None = Field(default=None, gt=0, le=600)
    drawn: Drawn | None = None
    author: Note = ""
    reason: Note = ""


class FencePatch(Wire):
    """The fields of a fence to change; `level`, `confirm_s` and `drawn` may be emptied with null."""

    names: Names | None = None
    purpose: FencePurpose | None = None
    geometry: GeoJsonGeometry | None = None
    z_min_m: float | None = None
    z_max_m: float | None = None
    colour: Colour | None = None
    priority: int | None = Field(default=None, ge=1, le=4)
    level: Code | None = None
    allow: Allow | None = None
    schedule: Schedule | None = None
    rules: FenceRules | None = None
    enter_probability: float | None = Field(default=None, gt=0.5, lt=1)
    exit_probability: float | None = Field(default=None, gt=0, lt=0.5)
    confirm_fixes: int | None = Field(default=None, ge=1, le=20)
    confirm_s: float | None = Field(default=None, gt=0, le=600)
    drawn: Drawn | None = None
    author: Note | None = None
    reason: Note | None = None


TrackQuality = Literal["measured", "smoothed"]


class TrackRecord(Wire):
    """The path of one subject, column by column; column lengths are equal."""

    subject: str
    quality: TrackQuality
    """measured: as it stood live; smoothed: each fix corrected by those after it, up to 30 s beyond the stretch."""
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
    reason: str
    """missed, overflow, damaged … archived: the day lies in the archive and can be attached."""


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
    gaps: list[GapRecord]
    """Stretches of which something is missing."""
    total: int
    next: str | None


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
