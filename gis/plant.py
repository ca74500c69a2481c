"""The spatial model of one plant, as frozen values: what stands where, who is who, what limits hold.

Geometry is lon/lat (EPSG:4326) shapely geometry; sizes are metres. Records that change over time carry
`valid_from` / `valid_to` (UTC ns, half-open, `None` = still valid) and a version; old versions are kept.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Self

import shapely
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)
from shapely.geometry.base import BaseGeometry

from gis.errors import TimeError
from gis.frames import SiteFrame
from gis.kinds import Attributes, Words
from gis.time import parse_time


def _read_geometry(value: object) -> BaseGeometry:
    if isinstance(value, BaseGeometry):
        return value
    if not isinstance(value, dict):
        raise ValueError("a geometry is a GeoJSON object")  # noqa: TRY004 - pydantic wants ValueError
    try:
        geometry: BaseGeometry = shapely.geometry.shape(value)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
        raise ValueError(f"not a GeoJSON geometry: {error}") from error
    if geometry.is_empty:
        raise ValueError("the geometry is empty")
    if not shapely.is_valid(geometry):
        raise ValueError(f"invalid geometry: {shapely.is_valid_reason(geometry)}")
    west, south, east, north = geometry.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError(f"coordinates are not lon/lat degrees: {geometry.bounds}")
    return geometry


# Integers in this range are UTC nanoseconds (1973 to 2100), smaller ones are taken for epoch milliseconds.
_MIN_NS, _MAX_NS = 10**17, 4_102_444_800_000_000_000


def _read_time(value: object) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and _MIN_NS <= value < _MAX_NS:
        return value
    try:
        return parse_time(value)
    except TimeError as error:
        raise ValueError(str(error)) from error


Geometry = Annotated[
    BaseGeometry,
    BeforeValidator(_read_geometry),
    PlainSerializer(shapely.geometry.mapping, when_used="json"),
    WithJsonSchema({"type": "object", "title": "GeoJSON geometry", "additionalProperties": True}),
]
Instant = Annotated[int, BeforeValidator(_read_time)]
MaybeInstant = Annotated[int | None, BeforeValidator(_read_time)]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._\-]*$")]


class Record(BaseModel):
    """A frozen record that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False)


class Names(Record):
    """A name in both languages."""

    zh: Words
    en: Words


class Versioned(Record):
    """A record valid during [valid_from, valid_to); a new version never overwrites the old one."""

    version: int = Field(default=1, ge=1, lt=2**31)
    valid_from: Instant
    valid_to: MaybeInstant = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("valid_to must be after valid_from")
        return self

    def valid_at(self, t_ns: int) -> bool:
        """Whether this version holds at the instant."""
        return self.valid_from <= t_ns and (self.valid_to is None or t_ns < self.valid_to)


class Level(Record):
    """A walking level: ground, a platform, a floor of a building."""

    code: Code
    names: Names
    z_m: float
    """Height of the walking surface above the site plane, metres."""


class GroundControlPoint(Record):
    """One point known in an engine's frame and on the site."""

    engine_x_m: float
    engine_y_m: float
    site_x_m: float
    site_y_m: float
    sigma_m: float = Field(default=0.02, gt=0)


class Engine(Record):
    """A positioning engine: its own frame, tied to the site by ground-control points (none = the site frame itself)."""

    code: Code
    names: Names
    control_points: tuple[GroundControlPoint, ...] = ()
    z_offset_m: float = 0.0


class Asset(Record):
    """Anything that stands in the plant. `attributes` depends on the kind (see `gis.kinds`)."""

    code: Code
    names: Names
    geometry: Geometry
    """Point for equipment, LineString for roads and pipe racks, Polygon for buildings, bunds and areas; lon/lat."""
    base_m: float = 0.0
    """Height of its foot above the site plane."""
    level: Code | None = None
    parent: Code | None = None
    """The unit or tank farm it belongs to."""
    model: Words | None = None
    """File name of the customer's own 3D model that replaces the parametric one."""
    attributes: Attributes

    @property
    def kind(self) -> str:
        """The asset kind's name."""
        return self.attributes.kind


class Colour(StrEnum):
    """Four-colour risk, most dangerous first."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"


class Zone(Versioned):
    """A risk zone of the four-colour map: where one is, how dangerous it is."""

    code: Code
    names: Names
    colour: Colour
    geometry: Geometry
    z_min_m: float = -5.0
    z_max_m: float = 200.0
    area_kind: Words = "general"


class FencePurpose(StrEnum):
    """What a fence is for."""

    FORBIDDEN = "forbidden"
    INFORMATION = "information"


class Allow(Record):
    """Who may be inside. Empty everywhere: nobody."""

    roles: tuple[Code, ...] = ()
    teams: tuple[Code, ...] = ()
    persons: tuple[Code, ...] = ()
    vehicles: tuple[Code, ...] = ()


class Fence(Versioned):
    """A prism that people and vehicles cross, with who may be inside and when a crossing counts."""

    code: Code
    names: Names
    purpose: FencePurpose
    geometry: Geometry
    z_min_m: float = -5.0
    z_max_m: float = 200.0
    colour: Colour = Colour.ORANGE
    priority: int = Field(default=2, ge=1, le=4)
    allow: Allow = Allow()
    enter_probability: float = Field(default=0.8, gt=0.5, lt=1)
    exit_probability: float = Field(default=0.2, gt=0, lt=0.5)
    confirm_fixes: int = Field(default=2, ge=1, le=20)


class Role(Record):
    """A role people have in the plant, and the glyph that shows it."""

    code: Code
    names: Names
    glyph: Words = "circle"


class Team(Record):
    """A team or department."""

    code: Code
    names: Names


class Shift(Record):
    """A daily shift in local time, `HH:MM`; it may pass midnight."""

    code: Code
    names: Names
    start: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    end: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")


class Person(Record):
    """A person who may carry a tag."""

    code: Code
    names: Names
    role: Code
    team: Code | None = None
    shift: Code | None = None
    employer: Words | None = None


class Vehicle(Record):
    """A vehicle that may carry a tag."""

    code: Code
    names: Names
    vehicle_kind: Words
    plate: Words | None = None


class Tag(Record):
    """A radio tag."""

    code: Code
    tag_kind: Words = "person"
    carry_height_m: float = Field(default=1.2, ge=0, le=5)
    """Height of the tag above the walking surface."""


class TagAssignment(Versioned):
    """Who carries a tag, and when. Exactly one of person and vehicle."""

    tag: Code
    person: Code | None = None
    vehicle: Code | None = None

    @model_validator(mode="after")
    def _one_carrier(self) -> Self:
        if (self.person is None) == (self.vehicle is None):
            raise ValueError("exactly one of person and vehicle must be given")
        return self


class Limits(Record):
    """Alarm limits of a sensor, ordered LL ≤ L < H ≤ HH, in the sensor's unit."""

    ll: float | None = None
    l: float | None = None  # noqa: E741 - the field's own name
    h: float | None = None
    hh: float | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        given = [
            (name, value) for name, value in zip(("ll", "l", "h", "hh"), self.values, strict=True) if value is not None
        ]
        for (low_name, low), (high_name, high) in pairwise(given):
            if low > high or (low == high and {low_name, high_name} == {"l", "h"}):
                raise ValueError(f"limits out of order: {low_name}={low:g} is not below {high_name}={high:g}")
        return self

    @property
    def values(self) -> tuple[float | None, float | None, float | None, float | None]:
        """LL, L, H, HH."""
        return (self.ll, self.l, self.h, self.hh)


class Sensor(Versioned):
    """A measuring point."""

    code: Code
    names: Names
    quantity: Words
    """level, temperature, pressure, flow, gas_lel, gas_tox, oxygen, wind …"""
    unit: str = Field(pattern=r"^[^\x00-\x1f\x7f]*$")
    """Empty for a quantity without one."""
    range_low: float
    range_high: float
    asset: Code | None = None
    limits: Limits = Limits()
    period_s: float = Field(default=1.0, gt=0)

    @model_validator(mode="after")
    def _inside_range(self) -> Self:
        if self.range_low >= self.range_high:
            raise ValueError("range_low must be below range_high")
        for name, value in zip(("ll", "l", "h", "hh"), self.limits.values, strict=True):
            if value is not None and not self.range_low <= value <= self.range_high:
                raise ValueError(f"limit {name}={value:g} is outside the range {self.range_low:g}…{self.range_high:g}")
        return self


class Camera(Versioned):
    """A camera's calibration; it stands at the asset of the same code. Angles in degrees."""

    code: Code
    names: Names
    x_m: float
    y_m: float
    z_m: float
    """Optical centre, site metres."""
    heading_deg: float = Field(ge=0, lt=360)
    """Clockwise from north."""
    tilt_deg: float = Field(ge=-90, le=90)
    """Below the horizon is negative."""
    hfov_deg: float = Field(gt=0, lt=180)
    width_px: int = Field(default=1920, gt=0, le=100_000)
    height_px: int = Field(default=1080, gt=0, le=100_000)
    reach_m: float = Field(default=60.0, gt=0)


class Region(Record):
    """An administrative region."""

    code: Code
    names: Names
    parent: Code | None = None


class Enterprise(Record):
    """The company a plant belongs to."""

    code: Code
    names: Names
    region: Code


class PlantHead(Record):
    """What identifies a plant and fixes its site frame."""

    code: Code
    names: Names
    enterprise: Code
    origin_lon: float = Field(ge=-180, le=180)
    origin_lat: float = Field(ge=-85, le=85)
    origin_height_m: float = 0.0
    timezone: str = "Asia/Shanghai"
    boundary: Geometry
    home_bearing_deg: float = 0.0
    """Map bearing of the home view."""
    fictional: bool = False
    """Shown to every user: the people and the enterprise are invented."""

    @property
    def frame(self) -> SiteFrame:
        """The site frame."""
        return SiteFrame(self.origin_lon, self.origin_lat, self.origin_height_m)


class Plant(Record):
    """A whole plant: everything `twin import plant` reads and `twin export plant` writes."""

    head: PlantHead
    regions: tuple[Region, ...] = ()
    enterprise: Enterprise
    levels: tuple[Level, ...] = ()
    engines: tuple[Engine, ...] = ()
    assets: tuple[Asset, ...] = ()
    zones: tuple[Zone, ...] = ()
    fences: tuple[Fence, ...] = ()
    roles: tuple[Role, ...] = ()
    teams: tuple[Team, ...] = ()
    shifts: tuple[Shift, ...] = ()
    people: tuple[Person, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    tags: tuple[Tag, ...] = ()
    assignments: tuple[TagAssignment, ...] = ()
    sensors: tuple[Sensor, ...] = ()
    cameras: tuple[Camera, ...] = ()

    def assets_of(self, *kinds: str) -> list[Asset]:
        """The assets of the given kinds, in file order."""
        wanted = set(kinds)
        return [asset for asset in self.assets if asset.kind in wanted]

    def model_json(self) -> Any:
        """The plant as plain JSON values (geometry as GeoJSON)."""
        return self.model_dump(mode="json")
