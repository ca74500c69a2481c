"""What comes of events: numbered effects that leave the core and that sinks fold. Nobody answers back.

`seq` rises by one from effect to effect of a plant; a core that restarts begins at its start time in microseconds,
so numbers never repeat. A consumer that sees a hole in the numbers waits for the next `WorldSnapshot`.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec
import numpy as np
from numpy.typing import NDArray

from twin.events import Reading


class PositionsMoved(msgspec.Struct, frozen=True, tag="positions", eq=False):
    """n positions of people and vehicles (and of tags nobody carries), structure of arrays as in `gis.fix.FixBatch`.

    The only effect that may be conflated on its way to a screen; never on its way to the store.
    """

    seq: int
    t_ns: int
    subject: list[str]
    """Person code, vehicle code, or `tag:CODE` for a tag without carrier."""
    tag_id: list[str]
    fix_t_ns: NDArray[np.int64]
    xyz_m: NDArray[np.float64]
    cov_m2: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]
    p_still: NDArray[np.float64]
    status: NDArray[np.uint8]
    reasons: NDArray[np.uint32]
    late: bool = False
    """Not newer than a fix of the same subject already processed: for the history only."""


class SubjectStatusChanged(msgspec.Struct, frozen=True, tag="status"):
    """A subject's fix grew old (predicted, lost) or came back, without a new position."""

    seq: int
    t_ns: int
    subject: str
    status: int


class Direction(StrEnum):
    """Which way a fence was crossed."""

    ENTER = "enter"
    EXIT = "exit"


class Crossed(msgspec.Struct, frozen=True, tag="crossing"):
    """A subject entered or left a fence. Never dropped."""

    seq: int
    t_ns: int
    subject: str
    fence: str
    fence_version: int
    direction: Direction
    probability: float
    x_m: float
    y_m: float
    z_m: float
    dwell_s: float | None = None
    """On exit: seconds since entry."""
    after_ns: int | None = None
    """It crossed after this and not after `t_ns`; null when nothing is known of before."""
    first_seen: bool = False
    """On entry: it was inside when first seen, or seen again after a silence, or when the fence began to hold."""


class AlarmState(StrEnum):
    """The states of ISA-18.2 (IEC 62682) that the process and the operator bring about.

    Shelved, suppressed by design and out of service are not among them: they lie over these, as flags of the alarm.
    """

    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged"
    LATCHED_UNACKNOWLEDGED = "latched_unacknowledged"
    LATCHED_ACKNOWLEDGED = "latched_acknowledged"
    NORMAL = "normal"


class EvidenceFix(msgspec.Struct, frozen=True):
    """One fix that led to an alarm."""

    t_ns: int
    x_m: float
    y_m: float
    z_m: float
    cov_m2: tuple[float, float, float]
    probability: float


class Shelving(msgspec.Struct, frozen=True):
    """An operator has put an alarm aside for a time; what happens underneath goes on."""

    by: str
    since_ns: int
    until_ns: int
    reason: str
    one_shot: bool = False
    """Ends as soon as the alarm is normal again."""


class Suppression(msgspec.Struct, frozen=True):
    """An alarm is the consequence of another one and does not call for attention by itself."""

    cause: str
    """Id of the alarm it follows from."""
    since_ns: int


class Outage(msgspec.Struct, frozen=True):
    """What an alarm watches is out of service for maintenance; it ends with an authorised return."""

    by: str
    since_ns: int
    reason: str


class Stage(StrEnum):
    """How far somebody has come with what an alarm asks for."""

    HANDLING = "handling"
    VERIFYING = "verifying"
    CLOSED = "closed"


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step of handling an alarm. The result, its cause and whether the alarm was a false one come with the last."""

    stage: Stage
    t_ns: int
    by: str
    note: str = ""
    result: str = ""
    cause: str = ""
    """Code of what the trouble came from."""
    false_alarm: bool = False


class Alarm(msgspec.Struct, frozen=True, omit_defaults=True):
    """An alarm as it stands: what, where, who, since when, how urgent, and why."""

    id: str
    kind: str
    """Code of domain.md, e.g. `INTRUSION`."""
    priority: int
    state: AlarmState
    raised_ns: int
    changed_ns: int
    subject: str
    """Whom it is about; empty when it is about a place or a thing."""
    fence: str | None
    fence_version: int | None
    rule_version: int
    x_m: float
    y_m: float
    z_m: float
    evidence: list[EvidenceFix]
    acknowledged_by: str | None = None
    acknowledged_ns: int | None = None
    returned_ns: int | None = None
    note: str = ""
    about: tuple[str, str] | None = None
    """Where and who of the condition's key; an alarm without it is about its fence and subject."""
    since_ns: int | None = None
    """Since when its condition held, which is earlier than the alarm by the on-delay."""
    subjects: list[str] = []
    sensor: str | None = None
    asset: str | None = None
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    parameters: dict[str, float] = {}
    """The numbers its rule was run with, and the delays."""
    occurrences: int = 1
    """How often its condition came since it was raised."""
    latched: bool = False
    """It stays until it is reset, even when its condition is over."""
    may_shelve: bool = True
    sounded_ns: int = 0
    """Since when it has called for attention: the clock of escalation and re-alarm; 0: since it was raised."""
    shelved: Shelving | None = None
    suppressed: Suppression | None = None
    out_of_service: Outage | None = None
    escalation: int = 0
    """1: nobody acknowledged it in time; 2: nobody began to handle it in time."""
    chattering: bool = False
    """It came three times or more within a minute; its return waits until it has been quiet for a minute."""
    fleeting: bool = False
    """It was over before anybody could have answered it."""
    root: str = ""
    """What alarms of the same cause have in common."""
    group: str = ""
    """Id of the first alarm of the same cause; its own when it is the first."""
    first_out: bool = False
    handling: list[Step] = []

    @property
    def is_active(self) -> bool:
        """Whether its condition still holds."""
        return self.state in (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)

    @property
    def is_unacknowledged(self) -> bool:
        """Whether somebody has yet to see it."""
        return self.state in (
            AlarmState.UNACKNOWLEDGED,
            AlarmState.RETURNED_UNACKNOWLEDGED,
            AlarmState.LATCHED_UNACKNOWLEDGED,
        )

    @property
    def is_in_work(self) -> bool:
        """Whether somebody began to handle it and has not closed it."""
        return bool(self.handling) and self.handling[-1].stage is not Stage.CLOSED

    @property
    def is_only_in_work(self) -> bool:
        """Whether nothing but its handling is unfinished: then another alarm about the same may come."""
        return (
            self.is_in_work and self.state is AlarmState.NORMAL and self.shelved is None and self.out_of_service is None
        )

    @property
    def is_open(self) -> bool:
        """Whether anything about it is unfinished: its state, its handling, or what lies over it."""
        return (
            self.state is not AlarmState.NORMAL
            or self.shelved is not None
            or self.out_of_service is not None
            or self.is_in_work
        )

    @property
    def is_annunciated(self) -> bool:
        """Whether it may call for attention: neither shelved nor suppressed nor out of service."""
        return self.shelved is None and self.suppressed is None and self.out_of_service is None


class AlarmChanged(msgspec.Struct, frozen=True, tag="alarm"):
    """An alarm was raised or changed. Never dropped."""

    seq: int
    t_ns: int
    alarm: Alarm
    cause: str
    """raised, reraised, realarmed, acknowledged, returned, reset, shelved, unshelved, suppressed, unsuppressed,
    out_of_service, returned_to_service, escalated, chattering, handled."""
    by: str = ""
    """Who did it; empty when nobody did."""
    why: str = ""


class FloodChanged(msgspec.Struct, frozen=True, tag="flood"):
    """More alarms come than an operator can answer, or no longer."""

    seq: int
    t_ns: int
    since_ns: int | None
    """When the flood began; null when it is over."""
    alarms: int
    """Raised within the last ten minutes."""


class ReadingsChanged(msgspec.Struct, frozen=True, tag="readings"):
    """Sensor values accepted by the core, with the limit state they are in."""

    seq: int
    t_ns: int
    readings: list[Reading]


class WeatherChanged(msgspec.Struct, frozen=True, tag="weather"):
    """The weather that holds from now on."""

    seq: int
    t_ns: int
    wind_from_deg: float
    wind_mps: float
    temp_c: float
    humidity_pct: float | None = None
    cloud_oktas: float | None = None


class TagChanged(msgspec.Struct, frozen=True, tag="tag"):
    """A tag's battery, SOS key or motion sensor."""

    seq: int
    t_ns: int
    tag_id: str
    subject: str
    battery_pct: float | None = None
    sos: bool | None = None
    moving: bool | None = None


class CameraChanged(msgspec.Struct, frozen=True, tag="camera"):
    """A camera's running state."""

    seq: int
    t_ns: int
    camera: str
    online: bool
    fps: float


class PlantChanged(msgspec.Struct, frozen=True, tag="plant"):
    """The plant's records changed: whoever shows them reads them again."""

    seq: int
    t_ns: int


class Standing(StrEnum):
    """How somebody stands in an evacuation."""

    SAFE = "safe"
    MOVING = "moving"
    NOT_SAFE = "not_safe"
    NOT_KNOWN = "not_known"


class Word(msgspec.Struct, frozen=True):
    """Somebody's word on one person."""

    standing: Standing
    by: str
    t_ns: int
    note: str = ""


class MusterRow(msgspec.Struct, frozen=True):
    """One person on the roll: how they stand, since when, where and when last seen, and why it is not known better."""

    subject: str
    standing: Standing
    since_ns: int
    seen_ns: int = 0
    """Newest fix; 0 = never seen."""
    x_m: float = 0.0
    y_m: float = 0.0
    z_m: float = 0.0
    r95_m: float = 0.0
    point: str | None = None
    """Code of the muster point they are in, or were in when last seen."""
    reasons: tuple[str, ...] = ()
    """silent, unseen, uncertain, sos, contradicted."""
    word: Word | None = None


class Muster(msgspec.Struct, frozen=True):
    """An evacuation or a drill of one, with its roll."""

    id: str
    drill: bool
    reason: str
    started_ns: int
    started_by: str
    rows: tuple[MusterRow, ...] = ()
    unseen: tuple[str, ...] = ()
    """People who carry a tag and were not seen for hours: not on the roll, and not forgotten."""
    ended_ns: int | None = None
    ended_by: str | None = None
    result: str = ""


class MusterCause(StrEnum):
    """Why a muster changed."""

    STARTED = "started"
    MOVED = "moved"
    ACCOUNTED = "accounted"
    ENDED = "ended"


class MusterChanged(msgspec.Struct, frozen=True, tag="muster"):
    """A muster began, ended, or says something new of some people. Never dropped."""

    seq: int
    t_ns: int
    cause: MusterCause
    muster: Muster
    """Without its rows."""
    rows: tuple[MusterRow, ...]
    """Those that changed; all of them when it began or ended."""


class Watched(msgspec.Struct, frozen=True, array_like=True):
    """What rules remember of one person; 0 where there is nothing to remember."""

    subject: str
    still_ns: int = 0
    still_xy_m: tuple[float, float] = (0.0, 0.0)
    still_s: float = 0.0
    gathered_ns: int = 0
    away_ns: int = 0
    alone_ns: int = 0


class PatrolVisit(msgspec.Struct, frozen=True, array_like=True):
    """A point of a patrol that was visited in the window that began at `window_ns`."""

    route: str
    window_ns: int
    point: str
    t_ns: int
    subject: str


class WorldSnapshot(msgspec.Struct, frozen=True, tag="snapshot", eq=False):
    """Everything a late or interrupted consumer needs to stand where the core stands after effect `seq`."""

    seq: int
    t_ns: int
    positions: PositionsMoved
    inside: list[tuple[str, str, int]]
    """(subject, fence, entered at UTC ns)."""
    alarms: list[Alarm]
    """All that are open."""
    readings: list[Reading]
    weather: WeatherChanged | None
    tags: list[TagChanged]
    cameras: list[CameraChanged]
    flood_since_ns: int | None = None
    muster: Muster | None = None
    """The one that is on."""
    watched: list[Watched] = []
    """What rules remember, for a core that starts again."""
    visits: list[PatrolVisit] = []
    watching_since_ns: int = 0


Effect = (
    PositionsMoved
    | SubjectStatusChanged
    | Crossed
    | AlarmChanged
    | FloodChanged
    | ReadingsChanged
    | WeatherChanged
    | TagChanged
    | CameraChanged
    | PlantChanged
    | MusterChanged
    | WorldSnapshot
)
"""A snapshot repeats the `seq` of the last effect it holds; every other effect has its own."""
