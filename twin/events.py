"""What may happen to a plant: the events that climb to the core. Every one carries its own event time (UTC ns)."""

from __future__ import annotations

from typing import Literal

import msgspec

from gis.fix import FixBatch


class FixesMeasured(msgspec.Struct, frozen=True, tag="fixes", eq=False):
    """Positions from the locator. `t_ns` is the newest time of measurement in the batch."""

    t_ns: int
    fixes: FixBatch


class Reading(msgspec.Struct, frozen=True):
    """One sensor value in the sensor's unit. Quality: good, bad, stale, maintenance."""

    sensor: str
    t_ns: int
    value: float
    quality: str = "good"


class ReadingsTaken(msgspec.Struct, frozen=True, tag="readings"):
    """Sensor values."""

    t_ns: int
    readings: list[Reading]


class WeatherObserved(msgspec.Struct, frozen=True, tag="weather"):
    """Weather at the plant; wind direction is where it comes from, degrees clockwise from north."""

    t_ns: int
    wind_from_deg: float
    wind_mps: float
    temp_c: float
    humidity_pct: float | None = None
    cloud_oktas: float | None = None


class TagReported(msgspec.Struct, frozen=True, tag="tag"):
    """A tag's own report: battery in per cent, the SOS key, its motion sensor."""

    t_ns: int
    tag_id: str
    battery_pct: float | None = None
    sos: bool | None = None
    moving: bool | None = None


class AnchorsHeard(msgspec.Struct, frozen=True, tag="anchors"):
    """Which anchors of an engine the locator does not hear, with when it last did (0: never); the others it hears."""

    t_ns: int
    engine: str
    silent: list[tuple[str, int]]


class CameraReported(msgspec.Struct, frozen=True, tag="camera"):
    """A camera's running state."""

    t_ns: int
    camera: str
    online: bool
    fps: float
    model: str | None = None


class AlarmAcknowledged(msgspec.Struct, frozen=True, tag="ack"):
    """An operator has seen an alarm."""

    t_ns: int
    alarm: str
    by: str
    note: str = ""


class AlarmsAcknowledged(msgspec.Struct, frozen=True, tag="acks"):
    """An operator has seen several alarms: those of a visible page, by name. There is no way to name them all."""

    t_ns: int
    alarms: list[str]
    by: str
    note: str = ""


class AlarmShelved(msgspec.Struct, frozen=True, tag="shelve"):
    """An operator puts an alarm aside until an instant."""

    t_ns: int
    alarm: str
    by: str
    until_ns: int
    reason: str
    one_shot: bool = False


class AlarmUnshelved(msgspec.Struct, frozen=True, tag="unshelve"):
    """An operator takes an alarm back before its time."""

    t_ns: int
    alarm: str
    by: str
    reason: str = ""


class AlarmReset(msgspec.Struct, frozen=True, tag="reset"):
    """An operator resets a latched alarm whose condition is over."""

    t_ns: int
    alarm: str
    by: str
    note: str = ""


class AlarmHandled(msgspec.Struct, frozen=True, tag="handle"):
    """Somebody works on what an alarm asks for: handling, verifying, closed."""

    t_ns: int
    alarm: str
    by: str
    stage: str
    note: str = ""
    result: str = ""
    cause: str = ""
    false_alarm: bool = False
    record: bytes = b""
    """The alarm as the journal keeps it (JSON of `twin.effects.Alarm`), for one that is over and no longer with the
    core."""


class AlarmOutOfService(msgspec.Struct, frozen=True, tag="outage"):
    """Maintenance takes what an alarm watches out of service."""

    t_ns: int
    alarm: str
    by: str
    reason: str


class AlarmInService(msgspec.Struct, frozen=True, tag="service"):
    """Maintenance gives what an alarm watches back to service."""

    t_ns: int
    alarm: str
    by: str
    reason: str


AlarmCommand = (
    AlarmAcknowledged
    | AlarmsAcknowledged
    | AlarmShelved
    | AlarmUnshelved
    | AlarmReset
    | AlarmHandled
    | AlarmOutOfService
    | AlarmInService
)
"""What people say about alarms."""


class MusterStarted(msgspec.Struct, frozen=True, tag="muster_start"):
    """An operator calls everybody to the muster points."""

    t_ns: int
    id: str
    by: str
    drill: bool
    reason: str


class MusterAccounted(msgspec.Struct, frozen=True, tag="muster_word"):
    """Somebody's word on one person of a muster; without a standing an earlier word is taken back."""

    t_ns: int
    muster: str
    subject: str
    by: str
    standing: Literal["safe", "not_safe"] | None
    note: str = ""


class MusterEnded(msgspec.Struct, frozen=True, tag="muster_end"):
    """An operator ends a muster."""

    t_ns: int
    muster: str
    by: str
    note: str = ""


class PlantReplaced(msgspec.Struct, frozen=True, tag="plant"):
    """The plant's records changed; `plant_json` is the whole `gis.plant.Plant` as JSON."""

    t_ns: int
    plant_json: bytes


class Ticked(msgspec.Struct, frozen=True, tag="tick"):
    """Time has passed; lets silence have consequences."""

    t_ns: int


Event = (
    FixesMeasured
    | ReadingsTaken
    | WeatherObserved
    | TagReported
    | AnchorsHeard
    | CameraReported
    | AlarmCommand
    | MusterStarted
    | MusterAccounted
    | MusterEnded
    | PlantReplaced
    | Ticked
)
