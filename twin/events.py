"""What may happen to a plant: the events that climb to the core. Every one carries its own event time (UTC ns)."""

from __future__ import annotations

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
    | CameraReported
    | AlarmAcknowledged
    | PlantReplaced
    | Ticked
)
