"""Every text message of `/ws/v1/live`. Positions travel as binary frames (`twin.api.frames`).

Messages that come of an effect carry that effect's `seq`; the others repeat the newest. The first is `snapshot`;
after it, each message is applied to what the snapshot gave. Large tables (assets, zones, fences, sensors, cameras)
are read over HTTP, again whenever a `plant` message says so.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gis.plant import Names
from twin.api.live_schemas import (
    AlarmRecord,
    CameraNow,
    CrossingRecord,
    Ingest,
    InsideNow,
    ReadingNow,
    RoleNow,
    SubjectRef,
    TagNow,
    WeatherNow,
)
from twin.api.muster_schemas import MusterHeadRecord, MusterPointRecord, MusterRecord, MusterRowRecord
from twin.api.schemas import LevelRecord, PlantHeadRecord, RoleRecord
from twin.api.wire import Health, Iso, SubjectKind, Wire

PROTOCOL = 1


class MoverRow(Wire):
    """One row of the people table; its index is the index in the binary frames."""

    id: str
    kind: SubjectKind
    names: Names
    role: str | None
    """Role code of a person, kind of a vehicle, null for a tag nobody carries."""
    glyph: str
    """circle, square, triangle, diamond, shield, pentagon; vehicle for vehicles; ring for tags nobody carries."""
    team: str | None
    tag: str | None
    battery_pct: float | None


class PeopleTable(Wire):
    """Who the rows of the binary frames are. `table` is the number frames refer to."""

    table: int
    rows: list[MoverRow]


class Connection(Wire):
    """How true the picture is: ages, lag, the state of each role, what was lost."""

    server_time: Iso
    status: Health
    data_age_ms: float | None
    """Age of the newest measurement of anything; null when there was none."""
    positions_age_ms: float | None
    """Age of the newest position."""
    core_age_ms: float | None
    """Since the core last said anything at all."""
    lag_ms: dict[str, float]
    roles: dict[str, RoleNow]
    ingest: Ingest
    dropped: dict[str, int]
    """What bounded queues threw away, by queue."""
    late: int
    """Positions that came too late for the live picture (kept in the history)."""
    holes: int
    """Times the numbers of effects had a hole; the next snapshot of the core heals it."""
    healing: bool
    """A hole is open: until it is healed the picture may miss something."""
    movers: int
    stale: int
    """Movers whose position is predicted or lost."""
    unseen: int
    """Movers never seen."""
    conflated: int
    """Position frames this client was spared because it was slow."""


class SnapshotMessage(Wire):
    """The first message: all that is needed to stand where the twin stands."""

    type: Literal["snapshot"] = "snapshot"
    seq: int
    protocol: int = PROTOCOL
    server_time: Iso
    plant: PlantHeadRecord
    records: str
    """Changes whenever a record of the plant changes."""
    roles: list[RoleRecord]
    levels: list[LevelRecord]
    people: PeopleTable
    inside: list[InsideNow]
    alarms: list[AlarmRecord]
    """All that are open, newest first."""
    flood_since: Iso | None
    """When the flood of alarms began that is on; null when there is none."""
    readings: list[ReadingNow]
    weather: WeatherNow | None
    tags: list[TagNow]
    cameras: list[CameraNow]
    muster: MusterRecord | None
    """The one that is on."""
    connection: Connection


class PeopleMessage(Wire):
    """A new people table; frames that follow refer to it."""

    type: Literal["people"] = "people"
    seq: int
    people: PeopleTable


class AlarmMessage(Wire):
    """An alarm was raised or changed."""

    type: Literal["alarm"] = "alarm"
    seq: int
    cause: str
    """raised, reraised, realarmed, acknowledged, returned, reset, shelved, unshelved, suppressed, unsuppressed,
    out_of_service, returned_to_service, escalated, chattering, handled."""
    by: str | None
    """Who did it; null when nobody did."""
    why: str
    alarm: AlarmRecord


class FloodMessage(Wire):
    """A flood of alarms began or is over: more than ten within ten minutes, then fewer than five."""

    type: Literal["flood"] = "flood"
    seq: int
    since: Iso | None
    """When it began; null when it is over."""
    alarms: int
    """Raised within the last ten minutes."""


class CrossingMessage(Wire):
    """A subject entered or left a fence."""

    type: Literal["crossing"] = "crossing"
    seq: int
    crossing: CrossingRecord


class ReadingsMessage(Wire):
    """New sensor values."""

    type: Literal["readings"] = "readings"
    seq: int
    readings: list[ReadingNow]


class WeatherMessage(Wire):
    """The weather from now on."""

    type: Literal["weather"] = "weather"
    seq: int
    weather: WeatherNow


class TagMessage(Wire):
    """A tag reported battery, SOS or motion."""

    type: Literal["tag"] = "tag"
    seq: int
    tag: TagNow


class CameraMessage(Wire):
    """A camera's running state."""

    type: Literal["camera"] = "camera"
    seq: int
    camera: CameraNow


class ConnectionMessage(Wire):
    """Once a second, whatever else happens."""

    type: Literal["connection"] = "connection"
    seq: int
    connection: Connection


class PlantMessage(Wire):
    """The plant's records changed: read them again."""

    type: Literal["plant"] = "plant"
    seq: int
    records: str


class MusterMessage(Wire):
    """A muster began, ended, or says something new of some people: those rows, or all when it began or ended."""

    type: Literal["muster"] = "muster"
    seq: int
    cause: Literal["started", "moved", "accounted", "ended"]
    muster: MusterHeadRecord
    rows: list[MusterRowRecord]
    unseen: list[SubjectRef]
    points: list[MusterPointRecord]


LiveMessage = Annotated[
    SnapshotMessage
    | PeopleMessage
    | AlarmMessage
    | FloodMessage
    | CrossingMessage
    | ReadingsMessage
    | WeatherMessage
    | TagMessage
    | CameraMessage
    | ConnectionMessage
    | PlantMessage
    | MusterMessage,
    Field(discriminator="type"),
]
