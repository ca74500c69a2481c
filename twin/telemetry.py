"""Sensor, weather, tag and camera-state messages → events, or the reason why not. Pure.

Topics `twin/v1/{plant}/sensor`, `…/weather`, `…/uwb/{engine}/tag`, `…/camera/{id}/state`; one JSON object or an array.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from gis.messages import STRICT, Reader, TimeTolerance, event_time
from gis.refusal import Refusal, RefusalReason
from twin.events import CameraReported, Event, Reading, ReadingsTaken, TagReported, WeatherObserved

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gis.plant import Plant, Sensor

QUALITIES = ("good", "bad", "stale", "maintenance")
LARGEST_VALUE = 1e12
# A transmitter may run a little past its range; further out the signal is a fault, not a measurement (as NAMUR NE 43).
RANGE_MARGIN = 0.05


class _SensorMessage(msgspec.Struct, gc=False):
    sensor: str
    t: str | float
    v: float
    q: str = "good"


class _WeatherMessage(msgspec.Struct, gc=False):
    t: str | float
    wind_from_deg: float
    wind_mps: float
    temp_c: float
    humidity: float | None = None
    cloud_oktas: float | None = None


class _TagMessage(msgspec.Struct, gc=False):
    tag: str
    t: str | float
    battery: float | None = None
    sos: bool | None = None
    moving: bool | None = None


class _CameraMessage(msgspec.Struct, gc=False):
    t: str | float
    online: bool
    fps: float
    model: str | None = None


_M = TypeVar("_M", _WeatherMessage, _TagMessage, _CameraMessage)

_SENSOR = Reader(_SensorMessage)
_WEATHER = Reader(_WeatherMessage)
_TAG = Reader(_TagMessage)
_CAMERA = Reader(_CameraMessage)


class Telemetry:
    """Reads telemetry of many plants; keeps only what each plant's records say is known.

    Args:
        plants: by plant code.
        tolerance: how far event time and arrival may differ.
    """

    def __init__(self, plants: Mapping[str, Plant], tolerance: TimeTolerance = STRICT) -> None:
        self._tolerance = tolerance
        self._known: dict[str, _Known] = {}
        for plant in plants.values():
            self.replace_plant(plant)

    def replace_plant(self, plant: Plant) -> None:
        """Take a plant's records in place of what was known of it."""
        self._known[plant.head.code] = _Known(
            {sensor.code: _believable(sensor) for sensor in plant.sensors},
            frozenset(tag.code for tag in plant.tags),
            frozenset(camera.code for camera in plant.cameras),
            frozenset(engine.code for engine in plant.engines),
        )

    def read(self, topic: str, payload: bytes, received_ns: int) -> tuple[list[Event], list[Refusal]]:
        """The events of one message and what of it was refused.

        Args:
            topic: as above.
            payload: JSON, UTF-8.
            received_ns: arrival, UTC nanoseconds.

        Returns:
            Events in the order of the message, sensor values of one message as one event; one refusal for each
            element that was not taken.
        """
        parts = topic.split("/")
        refusal = self._stranger(topic, parts)
        if refusal is not None:
            return [], [refusal]
        known = self._known[parts[2]]
        match parts[3:]:
            case ["sensor"]:
                return self._sensors(topic, payload, received_ns, known)
            case ["weather"]:
                return self._weather(topic, payload, received_ns)
            case ["uwb", _, "tag"]:
                return self._tags(topic, payload, received_ns, known)
            case _:
                return self._camera(topic, payload, received_ns, parts[4])

    def _stranger(self, topic: str, parts: list[str]) -> Refusal | None:
        """Why the topic is none of ours, if it is not."""
        if len(parts) < 4 or parts[:2] != ["twin", "v1"]:
            return Refusal(RefusalReason.UNKNOWN_TOPIC, topic, "not twin/v1/{plant}/…")
        known = self._known.get(parts[2])
        if known is None:
            return Refusal(RefusalReason.UNKNOWN_PLANT, topic, parts[2][:64])
        match parts[3:]:
            case ["sensor"] | ["weather"]:
                return None
            case ["uwb", engine, "tag"]:
                return None if engine in known.engines else Refusal(RefusalReason.UNKNOWN_ENGINE, topic, engine[:64])
            case ["camera", camera, "state"]:
                return None if camera in known.cameras else Refusal(RefusalReason.UNKNOWN_CAMERA, topic, camera[:64])
            case _:
                return Refusal(RefusalReason.UNKNOWN_TOPIC, topic, "no telemetry topic")

    def _sensors(
        self, topic: str, payload: bytes, received_ns: int, known: _Known
    ) -> tuple[list[Event], list[Refusal]]:
        messages, bad = _SENSOR.read(topic, payload)
        readings: list[Reading] = []
        for message in messages:
            if message.sensor not in known.sensors:
                bad.append(Refusal(RefusalReason.UNKNOWN_SENSOR, topic, message.sensor[:64]))
                continue
            t_ns = event_time(message.t, received_ns, self._tolerance)
            if isinstance(t_ns, RefusalReason):
                bad.append(Refusal(t_ns, topic, f"{message.sensor}: {message.t!r:.60}"))
            elif message.q not in QUALITIES:
                bad.append(Refusal(RefusalReason.WRONG_TYPE, topic, f"{message.sensor}: quality {message.q[:20]!r}"))
            elif abs(message.v) > LARGEST_VALUE:
                bad.append(Refusal(RefusalReason.OUT_OF_RANGE, topic, f"{message.sensor}: {message.v!r}"))
            else:
                low, high = known.sensors[message.sensor]
                # Kept and shown, but never as a good value: what is wrong with an instrument must be seen.
                quality = message.q if message.q != "good" or low <= message.v <= high else "bad"
                readings.append(Reading(message.sensor, t_ns, message.v, quality))
        if not readings:
            return [], bad
        return [ReadingsTaken(max(reading.t_ns for reading in readings), readings)], bad

    def _weather(self, topic: str, payload: bytes, received_ns: int) -> tuple[list[Event], list[Refusal]]:
        messages, bad = _WEATHER.read(topic, payload)
        return self._timed(messages, bad, topic, received_ns, _weather)

    def _tags(self, topic: str, payload: bytes, received_ns: int, known: _Known) -> tuple[list[Event], list[Refusal]]:
        messages, bad = _TAG.read(topic, payload)
        bad += [
            Refusal(RefusalReason.UNKNOWN_TAG, topic, m.tag[:64] or "no tag named")
            for m in messages
            if m.tag not in known.tags
        ]
        return self._timed([m for m in messages if m.tag in known.tags], bad, topic, received_ns, _tag)

    def _camera(self, topic: str, payload: bytes, received_ns: int, camera: str) -> tuple[list[Event], list[Refusal]]:
        messages, bad = _CAMERA.read(topic, payload)

        def report(message: _CameraMessage, t_ns: int) -> Event | None:
            if not 0.0 <= message.fps <= 1000.0:
                return None
            return CameraReported(t_ns, camera, message.online, message.fps, message.model)

        return self._timed(messages, bad, topic, received_ns, report)

    def _timed(
        self,
        messages: list[_M],
        bad: list[Refusal],
        topic: str,
        received_ns: int,
        build: Callable[[_M, int], Event | None],
    ) -> tuple[list[Event], list[Refusal]]:
        """Build events of messages whose time is good; a builder's None means a value out of range."""
        events: list[Event] = []
        for message in messages:
            t_ns = event_time(message.t, received_ns, self._tolerance)
            if isinstance(t_ns, RefusalReason):
                bad.append(Refusal(t_ns, topic, f"{message.t!r:.60}"))
                continue
            event = build(message, t_ns)
            if event is None:
                bad.append(Refusal(RefusalReason.OUT_OF_RANGE, topic, f"{message!r:.120}"))
            else:
                events.append(event)
        return events, bad


class _Known(msgspec.Struct, frozen=True):
    sensors: dict[str, tuple[float, float]]
    """By code, between which values a sensor can be believed."""
    tags: frozenset[str]
    cameras: frozenset[str]
    engines: frozenset[str]


def _believable(sensor: Sensor) -> tuple[float, float]:
    margin = RANGE_MARGIN * (sensor.range_high - sensor.range_low)
    return sensor.range_low - margin, sensor.range_high + margin


def _weather(message: _WeatherMessage, t_ns: int) -> Event | None:
    possible = (
        0.0 <= message.wind_from_deg <= 360.0
        and 0.0 <= message.wind_mps <= 120.0
        and -90.0 <= message.temp_c <= 70.0
        and (message.humidity is None or 0.0 <= message.humidity <= 100.0)
        and (message.cloud_oktas is None or 0.0 <= message.cloud_oktas <= 9.0)
    )
    if not possible:
        return None
    return WeatherObserved(
        t_ns,
        message.wind_from_deg % 360.0,
        message.wind_mps,
        message.temp_c,
        message.humidity,
        message.cloud_oktas,
    )


def _tag(message: _TagMessage, t_ns: int) -> Event | None:
    if message.battery is not None and not 0.0 <= message.battery <= 100.0:
        return None
    return TagReported(t_ns, message.tag, message.battery, message.sos, message.moving)
