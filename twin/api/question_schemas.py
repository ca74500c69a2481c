"""Questions of the past on the wire: what is asked, and what the tracks answer."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gis.plant import Code, Names
from twin.api.live_schemas import SubjectRef
from twin.api.schemas import GapRecord
from twin.api.wire import GeoJsonGeometry, Iso, Wire

Text = Annotated[str, Field(min_length=1, max_length=40)]
LimitName = Literal["ll", "l", "h", "hh"]


class Place(Wire):
    """Where: exactly one of a polygon, a fence, a zone, an asset and what is around it, a point with a radius."""

    shape: GeoJsonGeometry | None = None
    fence: Code | None = None
    zone: Code | None = None
    asset: Code | None = None
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-85, le=85)
    radius_m: float = Field(default=10.0, ge=0.0, le=2000.0)
    """Around an asset or a point."""
    z_min_m: float = -50.0
    z_max_m: float = 300.0

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [self.shape, self.fence, self.zone, self.asset, self.lon]
        if sum(value is not None for value in given) != 1:
            raise ValueError("give exactly one of shape, fence, zone, asset, lon and lat")
        if (self.lon is None) != (self.lat is None):
            raise ValueError("a point has lon and lat")
        if self.z_min_m >= self.z_max_m:
            raise ValueError("z_min_m must be below z_max_m")
        return self


class Span(Wire):
    """When, and of whom. Times as everywhere: ISO 8601 with zone, or epoch milliseconds."""

    t_from: Text
    t_to: Text
    subjects: list[str] | None = Field(default=None, max_length=1000)
    roles: list[Code] | None = Field(default=None, max_length=100)
    least_s: float = Field(default=0.0, ge=0.0, le=86_400.0)
    """Leave out what lasted shorter."""


class VisitsAsked(Span):
    """Who was inside this area?"""

    place: Place


class ReportAsked(VisitsAsked):
    """The answer to "who was inside" as a signed document."""

    language: Literal["zh", "en"] = "zh"
    note: str = Field(default="", max_length=2000)


class NearAsked(Span):
    """Who was within some metres of this person?"""

    subject: str = Field(min_length=1, max_length=200)
    radius_m: float = Field(default=5.0, gt=0.0, le=500.0)


class WaysAsked(Span):
    """Who went from one area to another?"""

    start: Place
    end: Place
    longest_s: float = Field(default=1800.0, gt=0.0, le=86_400.0)


class OccupancyAsked(Span):
    """How full were these areas, and who went where next?"""

    places: list[Place] = Field(default_factory=list, max_length=100)
    """Empty: every fence that holds at the end of the span."""
    steps: int = Field(default=48, ge=1, le=500)
    """Parts of the curve of each area."""


class HeatAsked(Span):
    """Where was time spent?"""

    cell_m: float = Field(default=10.0, ge=1.0, le=200.0)


class ExceedancesAsked(Span):
    """Which sensors stood beyond a limit, and who was near?"""

    radius_m: float = Field(default=30.0, gt=0.0, le=500.0)
    sensors: list[Code] | None = Field(default=None, max_length=1000)


class VisitRecord(Wire):
    """One stay."""

    subject: SubjectRef
    entered: Iso
    left: Iso
    dwell_s: float
    began_open: bool
    """Nobody saw the beginning: already inside, or positions began there."""
    ended_open: bool
    """Nobody saw the end: still inside, or positions stopped there."""
    probability: float
    """The surest fix was inside with this probability."""
    lon: float
    lat: float


class PersonDwell(Wire):
    """One subject's stays together."""

    subject: SubjectRef
    visits: int
    dwell_s: float


class Answer(Wire):
    """What every answer says of itself."""

    t_from: Iso
    t_to: Iso
    fixes: int
    """How many stored fixes were looked at."""
    gaps: list[GapRecord]
    """Stretches of which something is missing in the store: what was there then is not known."""


class VisitsAnswer(Answer):
    """Who was inside, for how long."""

    area: GeoJsonGeometry
    visits: list[VisitRecord]
    people: list[PersonDwell]
    """By dwell, the longest first."""
    most: int
    """The most at once."""
    most_at: Iso | None


class EncounterRecord(Wire):
    """One stay near somebody."""

    subject: SubjectRef
    began: Iso
    ended: Iso
    dwell_s: float
    began_open: bool
    ended_open: bool
    nearest_m: float
    nearest_at: Iso
    sigma_m: float
    """Standard deviation of the distance."""
    lon: float
    lat: float


class NearAnswer(Answer):
    """Who was near, for how long, how near."""

    subject: SubjectRef
    radius_m: float
    encounters: list[EncounterRecord]
    people: list[PersonDwell]


class WayRecord(Wire):
    """One way from one area to another."""

    subject: SubjectRef
    left: Iso
    entered: Iso
    duration_s: float


class WaysAnswer(Answer):
    """Who went from here to there."""

    start: GeoJsonGeometry
    end: GeoJsonGeometry
    ways: list[WayRecord]


class AreaOccupancy(Wire):
    """One area over the span."""

    key: str
    names: Names
    people: int
    visits: int
    dwell_s: float
    mean_s: float
    longest_s: float
    most: int
    most_at: Iso | None
    open_visits: int
    """Stays whose beginning or end nobody saw."""
    curve: list[int]
    """The most at once in each part of the span."""


class Transition(Wire):
    """How often subjects went from one area to the next."""

    from_key: str
    to_key: str
    times: int
    mean_s: float


class OccupancyAnswer(Answer):
    """How full the areas were, and where people went next."""

    areas: list[AreaOccupancy]
    transitions: list[Transition]


class HeatAnswer(Answer):
    """Seconds spent in squares of the site, only those that are not empty."""

    west_m: float
    south_m: float
    cell_m: float
    rows: int
    columns: int
    row: list[int]
    column: list[int]
    seconds: list[float]
    corners: tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
    """Lon/lat of north-west, north-east, south-east, south-west of the whole grid."""


class NearExceedance(Wire):
    """Somebody near a sensor while it stood beyond a limit."""

    subject: SubjectRef
    dwell_s: float


class ExceedanceRecord(Wire):
    """One stretch of a sensor beyond a limit, and who was near."""

    sensor: Code
    names: Names
    unit: str
    limit: LimitName
    began: Iso
    ended: Iso
    worst: float
    worst_at: Iso
    lon: float | None
    lat: float | None
    near: list[NearExceedance]


class ExceedancesAnswer(Answer):
    """When sensors stood beyond their limits, and who was near."""

    radius_m: float
    exceedances: list[ExceedanceRecord]
