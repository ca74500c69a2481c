"""Fences: who may be where, how many, for how long and when; and how a crossing is recognised."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from gis.record import Code, Geometry, Names, Record, Versioned
from gis.schedule import Schedule

Seconds = Annotated[float, Field(ge=0, le=7 * 86_400)]
Metres = Annotated[float, Field(gt=0, le=1000)]
Headcount = Annotated[int, Field(ge=1, le=100_000)]
Note = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""Text on one line that may be empty."""
Place = tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]
"""Lon, lat in degrees."""


class Colour(StrEnum):
    """Four-colour risk, most dangerous first."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"


class FencePurpose(StrEnum):
    """What a fence is for."""

    FORBIDDEN = "forbidden"
    """Whoever is not allowed is an intruder."""
    POST = "post"
    """A place of work: who is rostered there, how few may be there, who has no business there."""
    LIMITED = "limited"
    """A place for so many people and no more."""
    TIMED = "timed"
    """A place to be in for so long and no longer."""
    MUSTER = "muster"
    """A place of safety in an evacuation."""
    EXEMPT = "exempt"
    """A control or rest room: sitting still and sitting together mean nothing."""
    INFORMATION = "information"
    """Crossings are only noted."""


class Allow(Record):
    """A set of people and vehicles. Empty everywhere: nobody."""

    roles: tuple[Code, ...] = ()
    teams: tuple[Code, ...] = ()
    persons: tuple[Code, ...] = ()
    vehicles: tuple[Code, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it names nobody."""
        return not (self.roles or self.teams or self.persons or self.vehicles)


class MinStaff(Record):
    """How few people of a role, a team or both must be in a post; of neither: of anybody who works there."""

    role: Code | None = None
    team: Code | None = None
    people: Headcount


class FenceRules(Record):
    """What is asked of those inside. A value not given is the plain default; None switches a rule off."""

    max_people: Annotated[int, Field(ge=0, le=100_000)] | None = None
    """More distinct people than this are too many (OVERCROWD)."""
    overcrowd_on_s: Seconds = 10.0
    overcrowd_off_s: Seconds = 30.0
    min_staff: tuple[MinStaff, ...] = Field(default=(), max_length=16)
    """Fewer than these are too few (UNDERSTAFF)."""
    understaff_s: Seconds = 300.0
    post_of: Allow = Allow()
    """Whose post this is: they may be inside, and are missed while they are not (ABSENT)."""
    absent_s: Seconds = 600.0
    wrong_post_s: Seconds | None = None
    """Staff who neither work here nor are allowed may stay no longer than this (CROSSPOST); 180 is usual."""
    still_s: Seconds | None = None
    """Nobody may be motionless for longer than this (STILL); 300 is usual."""
    still_radius_m: Metres = 2.0
    still_exempt: bool = False
    """Motionless people mean nothing here, whatever fence around says."""
    gather_exempt: bool = False
    """Nor do crowds (GATHER)."""
    overstay_s: Seconds | None = None
    """Nobody may be inside for longer than this (OVERSTAY)."""
    escort: bool = False
    """Contractors and visitors need somebody beside them who is allowed inside (ESCORT)."""
    escort_m: Metres = 15.0
    escort_s: Seconds = 60.0
    moving_with: Code | None = None
    """The vehicle the fence is around: the middle of its geometry is where the vehicle is."""


class CircleDrawn(Record):
    """A circle around a point."""

    shape: Literal["circle"] = "circle"
    centre: Place
    radius_m: Metres


class CorridorDrawn(Record):
    """A line with a width."""

    shape: Literal["corridor"] = "corridor"
    line: tuple[Place, ...] = Field(min_length=2, max_length=1000)
    width_m: Metres


class RectangleDrawn(Record):
    """A rectangle around a point, turned clockwise from north."""

    shape: Literal["rectangle"] = "rectangle"
    centre: Place
    width_m: Metres
    depth_m: Metres
    bearing_deg: float = Field(default=0.0, ge=0, lt=360)


Drawn = Annotated[CircleDrawn | CorridorDrawn | RectangleDrawn, Field(discriminator="shape")]
"""How a fence was drawn, so that it can be edited again as what it was; the geometry is what holds."""


class Fence(Versioned):
    """A prism that people and vehicles cross, with who may be inside and when a crossing counts."""

    code: Code
    names: Names
    purpose: FencePurpose
    geometry: Geometry
    z_min_m: float = -5.0
    z_max_m: float = 200.0
    level: Code | None = None
    """The level the heights were taken from, for editing again."""
    colour: Colour = Colour.ORANGE
    priority: int = Field(default=2, ge=1, le=4)
    allow: Allow = Allow()
    schedule: Schedule = Schedule()
    """When the rules hold. Outside it crossings go on being noted."""
    rules: FenceRules = FenceRules()
    enter_probability: float = Field(default=0.8, gt=0.5, lt=1)
    exit_probability: float = Field(default=0.2, gt=0, lt=0.5)
    confirm_fixes: int = Field(default=2, ge=1, le=20)
    """How many fixes in a row must agree before a crossing counts ..."""
    confirm_s: Annotated[float, Field(gt=0, le=600)] | None = None
    """... or, when given, for how long they must agree (two at least)."""
    drawn: Drawn | None = None
    author: Note = ""
    """Who made this version ..."""
    reason: Note = ""
    """... and why."""
