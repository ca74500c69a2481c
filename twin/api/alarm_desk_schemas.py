"""What the alarm desk reads beside the alarms themselves (pure): the catalogue of kinds, why an alarm was raised."""

from __future__ import annotations

from typing import Literal

from gis.plant import Limits, Names
from twin.api.live_schemas import AlarmRecord, PlaceRef, SubjectRef
from twin.api.schemas import FenceRecord
from twin.api.wire import Iso, Wire

MissingName = Literal["tracks", "readings", "records", "tag_reports", "anchor_health", "too_long"]


class AlarmKindRecord(Wire):
    """What a kind of alarm means and asks for."""

    code: str
    names: Names
    text: Names
    """What happened; `{subject}`, `{place}`, `{sensor}`, `{asset}`, `{value}`, `{limit}`, `{unit}` are to be filled."""
    cause: Names
    consequence: Names
    action: Names
    respond_s: int
    """How soon the action must have begun to help."""
    group: Literal["person", "device", "process"]
    may_shelve: bool


class AlarmCatalogue(Wire):
    """Every kind of alarm."""

    kinds: list[AlarmKindRecord]


class EllipseRecord(Wire):
    """One fix that led to an alarm, with the ellipse that holds the true place with 95 %."""

    t: Iso
    x_m: float
    y_m: float
    lon: float
    lat: float
    major_m: float
    minor_m: float
    bearing_deg: float
    """Of the longer axis, clockwise from north."""
    probability: float


class ExplainedPath(Wire):
    """Where one subject was around an alarm, and how likely inside the fence."""

    subject: SubjectRef
    t_ms: list[float]
    x_m: list[float]
    y_m: list[float]
    lon: list[float]
    lat: list[float]
    r95_m: list[float]
    inside: list[float]
    """Probability of being inside the fence as it was; empty without a fence."""
    still_inside: list[float]
    """How well being inside the grown fence still explains the fix; at the exit threshold it speaks for out."""


class ExplainedReadings(Wire):
    """A sensor's values around an alarm."""

    sensor: str
    unit: str
    limits: Limits
    t_ms: list[float]
    value: list[float]
    quality: list[str]


class StoryLine(Wire):
    """One change of an alarm."""

    seq: int
    t: Iso
    cause: str
    by: str
    why: str
    state: str


class AlarmExplanation(Wire):
    """Why an alarm was raised: its fixes or values, the fence as it was, the rule, and what became of it."""

    alarm: AlarmRecord
    """As it was when it was raised."""
    t_from: Iso
    t_to: Iso
    since: Iso
    """Since when its condition held; earlier than the alarm by the on-delay."""
    raised: Iso
    fence: FenceRecord | None
    """In the version that held."""
    fence_now: int | None
    """The version that holds now; null when the fence is gone."""
    fence_unknown: bool
    """The alarm names a fence version that is not in the records."""
    rule_version: int
    parameters: dict[str, float]
    evidence: list[EllipseRecord]
    paths: list[ExplainedPath]
    paths_left_out: int
    """Further people it is about."""
    readings: ExplainedReadings | None
    story: list[StoryLine]
    missing: list[MissingName]
    """What the store does not have of it; then it cannot be re-run."""
    gaps: int
    """Stretches of that time of which something is missing in the record."""


class DifferenceRecord(Wire):
    """One thing that is not the same."""

    what: str
    was: str
    now: str


class RerunRecord(Wire):
    """What the same code made of the stored inputs."""

    verdict: Literal["same", "different", "impossible"]
    missing: list[MissingName]
    differences: list[DifferenceRecord]
    alarm: AlarmRecord | None
    """The alarm that was raised again."""
    t_from: Iso
    t_to: Iso
    events: int
    fixes: int
    readings: int
    gaps: int


class JournalLine(Wire):
    """One line of the alarms' journal: what happened to which alarm, by whom, and how it stood after it."""

    seq: int
    t: Iso
    cause: str
    by: str
    why: str
    alarm: str
    """Id of the alarm."""
    kind: str
    priority: int
    state: str
    subject: SubjectRef | None
    place: PlaceRef | None
    sensor: str | None
    asset: str | None
    value: float | None
    limit: float | None
    unit: str


class JournalPage(Wire):
    """Lines of the journal, the newest first."""

    items: list[JournalLine]
    next: str | None
