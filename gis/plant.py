"""The spatial model of one plant, as frozen values: what stands where, who is who, what limits hold.

Geometry is lon/lat (EPSG:4326) shapely geometry; sizes are metres. Records that change over time carry
`valid_from` / `valid_to` (UTC ns, half-open, `None` = still valid) and a version; old versions are kept.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from typing import Any, Self

from pydantic import Field, model_validator

from gis.fence import (
    Allow,
    CircleDrawn,
    Colour,
    CorridorDrawn,
    Drawn,
    Fence,
    FencePurpose,
    FenceRules,
    MinStaff,
    RectangleDrawn,
)
from gis.frames import SiteFrame
from gis.kinds import Attributes, Words
from gis.patrol import PatrolPoint, PatrolRoute
from gis.record import Code, Geometry, Instant, MaybeInstant, Names, Record, Versioned
from gis.schedule import Dated, Hours, Schedule, Weekly

__all__ = [
    "Allow", "Asset", "Camera", "CircleDrawn", "Code", "Colour", "CorridorDrawn", "Dated", "Drawn", "Engine",
    "Enterprise", "Fence", "FencePurpose", "FenceRules", "Geometry", "GroundControlPoint", "Hours", "Instant", "Level",
    "Limits", "MaybeInstant", "MinStaff", "Names", "PatrolPoint", "PatrolRoute", "Person", "Plant", "PlantHead",
    "Record", "RectangleDrawn", "Region", "Role", "RoleKind", "Schedule", "Sensor", "Shift", "Tag", "TagAssignment",
    "Team", "Vehicle", "Versioned", "Weekly", "Zone",
]  # fmt: skip


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


class Zone(Versioned):
    """A risk zone of the four-colour map: where one is, how dangerous it is."""

    code: Code
    names: Names
    colour: Colour
    geometry: Geometry
    z_min_m: float = -5.0
    z_max_m: float = 200.0
    area_kind: Words = "general"


class RoleKind(StrEnum):
    """Whose people they are."""

    STAFF = "staff"
    CONTRACTOR = "contractor"
    VISITOR = "visitor"


class Role(Record):
    """A role people have in the plant, and the glyph that shows it."""

    code: Code
    names: Names
    glyph: Words = "circle"
    kind: RoleKind = RoleKind.STAFF


class Team(Record):
    """A team or department."""

    code: Code
    names: Names


class Shift(Record):
    """A daily shift in local time, `HH:MM`; it may pass midnight."""

    code: Code
    names: Names
    start: Hours
    end: Hours


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
    patrols: tuple[PatrolRoute, ...] = ()
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
