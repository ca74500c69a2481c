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


class AlarmState(StrEnum):
    """States after ISA-18.2 that the first alarm kind needs."""

    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged"
    NORMAL = "normal"


class EvidenceFix(msgspec.Struct, frozen=True):
    """One fix that led to an alarm."""

    t_ns: int
    x_m: float
    y_m: float
    z_m: float
    cov_m2: tuple[float, float, float]
    probability: float


class Alarm(msgspec.Struct, frozen=True):
    """An alarm as it stands: what, where, who, since when, how urgent, and why."""

    id: str
    kind: str
    """Code of domain.md, e.g. `INTRUSION`."""
    priority: int
    state: AlarmState
    raised_ns: int
    changed_ns: int
    subject: str
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


class AlarmChanged(msgspec.Struct, frozen=True, tag="alarm"):
    """An alarm was raised or changed state. Never dropped."""

    seq: int
    t_ns: int
    alarm: Alarm
    cause: str
    """raised, acknowledged, returned, reraised."""


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


class WorldSnapshot(msgspec.Struct, frozen=True, tag="snapshot", eq=False):
    """Everything a late or interrupted consumer needs to stand where the core stands after effect `seq`."""

    seq: int
    t_ns: int
    positions: PositionsMoved
    inside: list[tuple[str, str, int]]
    """(subject, fence, entered at UTC ns)."""
    alarms: list[Alarm]
    """All that are not normal."""
    readings: list[Reading]
    weather: WeatherChanged | None
    tags: list[TagChanged]
    cameras: list[CameraChanged]


Effect = (
    PositionsMoved
    | SubjectStatusChanged
    | Crossed
    | AlarmChanged
    | ReadingsChanged
    | WeatherChanged
    | TagChanged
    | CameraChanged
    | PlantChanged
    | WorldSnapshot
)
"""A snapshot repeats the `seq` of the last effect it holds; every other effect has its own."""
