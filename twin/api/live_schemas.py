"""Live values on the wire: positions, readings, alarms, crossings, and how healthy the twin is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gis.plant import Names
from twin.api.wire import FixStatusName, Health, Iso, LimitState, Phrase, SubjectKind, Wire

AlarmStateName = Literal[
    "unacknowledged",
    "acknowledged",
    "returned_unacknowledged",
    "latched_unacknowledged",
    "latched_acknowledged",
    "normal",
]
StageName = Literal["handling", "verifying", "closed"]


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


class ThingRef(Wire):
    """A sensor, or what it stands at."""

    code: str
    names: Names


class ShelvingRecord(Wire):
    """An operator has put an alarm aside for a time."""

    by: str
    since: Iso
    until: Iso
    reason: str
    one_shot: bool
    """Ends as soon as its condition is over."""


class SuppressionRecord(Wire):
    """An alarm is the consequence of another one and calls nobody by itself."""

    cause: str
    """Id of the alarm it follows from."""
    since: Iso


class OutageRecord(Wire):
    """What an alarm watches is out of service for maintenance."""

    by: str
    since: Iso
    reason: str


class StepRecord(Wire):
    """One step of handling an alarm."""

    stage: StageName
    t: Iso
    by: str
    note: str
    result: str
    cause: str
    """Code of what the trouble came from."""
    false_alarm: bool


class AlarmRecord(Wire):
    """An alarm as it stands: what, where, who, since when, what to do, and why."""

    id: str
    kind: str
    priority: int
    """1 is the most urgent, 4 the least."""
    state: AlarmStateName
    """What the process and the operator brought about; shelving, suppression and outages lie over it."""
    raised: Iso
    since: Iso
    """Since when its condition held: earlier than the alarm by its on-delay."""
    changed: Iso
    returned: Iso | None
    acknowledged: Iso | None
    acknowledged_by: str | None
    note: str
    subject: SubjectRef | None
    """Whom it is about; null when it is about a place or a thing."""
    subjects: list[SubjectRef]
    """All whom it is about, when it is about several."""
    place: PlaceRef | None
    sensor: ThingRef | None
    asset: ThingRef | None
    value: float | None
    """What was measured when it was raised, in `unit`."""
    limit: float | None
    """What it should not have passed."""
    unit: str
    parameters: dict[str, float]
    """The numbers its rule was run with, and its delays in seconds."""
    rule_version: int
    occurrences: int
    latched: bool
    """Stays until it is reset, even when its condition is over."""
    may_shelve: bool
    in_alarm: bool
    """Whether its condition holds, whatever lies over it."""
    annunciated: bool
    """Whether it may call for attention: neither shelved nor suppressed nor out of service."""
    sounded: Iso
    """Since when it has called for attention."""
    shelved: ShelvingRecord | None
    suppressed: SuppressionRecord | None
    out_of_service: OutageRecord | None
    escalation: int
    """1: nobody acknowledged it in time; 2: nobody began to handle it in time."""
    chattering: bool
    fleeting: bool
    group: str
    """Id of the first alarm of the same cause."""
    first_out: bool
    handling: list[StepRecord]
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
    """Send it as `If-Match` with a command."""


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
    """On exit: since the entry."""
    after: Iso | None
    """It crossed after this and not after `t`; null when nothing is known of before."""
    first_seen: bool
    """On entry: it was inside when first seen, or seen again after a silence, or when the fence began to hold."""


class AlarmStoryEntry(Wire):
    """One change of an alarm: when, what, who and why, and how the alarm stood after it."""

    seq: int
    t: Iso
    cause: str
    by: str | None
    why: str
    alarm: AlarmRecord


class AlarmStory(Wire):
    """Everything that happened to one alarm, in order."""

    entries: list[AlarmStoryEntry]


Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]


class Acknowledge(Wire):
    """An operator's word on an alarm."""

    note: str = Field(default="", max_length=500)


class AcknowledgeMany(Wire):
    """An operator's word on the alarms of a visible page."""

    alarms: list[Annotated[str, Field(max_length=400)]] = Field(min_length=1, max_length=200)
    """Their ids. There is no way to acknowledge what is not named."""
    note: str = Field(default="", max_length=500)


class Shelve(Wire):
    """Put an alarm aside for a time."""

    for_s: float = Field(gt=0, le=86_400)
    """Seconds; the shelf ends by itself."""
    reason: Reason
    one_shot: bool = False
    """Ends earlier, as soon as the condition is over."""


class Unshelve(Wire):
    """Take an alarm back before its time."""

    reason: str = Field(default="", max_length=500)


class Service(Wire):
    """Why something goes out of service, or comes back."""

    reason: Reason


class Handle(Wire):
    """A step of handling: handling → verifying → closed; back to handling when the check failed."""

    stage: StageName
    note: str = Field(default="", max_length=2000)
    result: str = Field(default="", max_length=2000)
    """Required to close."""
    cause: str = Field(default="", max_length=64)
    """Code of what the trouble came from."""
    false_alarm: bool = False


class RefusedAlarm(Wire):
    """Why a command about an alarm was not taken."""

    alarm: str
    code: str


class AcceptedMany(Wire):
    """Commands were handed to the twin; their effects arrive on the live connection."""

    accepted: list[str]
    refused: list[RefusedAlarm]


class Accepted(Wire):
    """A command was handed to the twin; its effect arrives on the live connection."""

    alarm: AlarmRecord


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


class PlantHealth(Wire):
    """How fresh one plant's picture is."""

    data_age_ms: float | None
    """Since the newest measurement; null when there was none."""
    holes: int
    late: int
    clients: int


class HealthRecord(Wire):
    """Whether the twin works, part by part."""

    status: Health
    time: Iso
    roles: dict[str, RoleNow]
    ingest: Ingest
    lag_ms: dict[str, float]
    database: Literal["ok", "down"]
    plants: dict[str, PlantHealth]


class Principal(Wire):
    """Who is signed in and what they may do."""

    id: str
    names: Names
    permissions: list[str]
