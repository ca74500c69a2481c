from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.refusal import RefusalReason
from tests.locator.yard import CODE, ENGINE, T0, yard
from twin.events import CameraReported, Reading, ReadingsTaken, TagReported, WeatherObserved
from twin.telemetry import Telemetry

PLANT = yard()
ROOT = f"twin/v1/{CODE}/"
NOW = T0 / 1e6
WEATHER = {"t": NOW, "wind_from_deg": 360, "wind_mps": 3.2, "temp_c": 21.5, "humidity": 60}


def ask(topic: str, message: Any) -> tuple[list[Any], list[RefusalReason]]:
    events, refusals = Telemetry({CODE: PLANT}).read(ROOT + topic, json.dumps(message).encode(), T0)
    return list(events), [refusal.reason for refusal in refusals]


def test_sensor_values_of_one_message_become_one_event() -> None:
    messages = [{"sensor": "TI-1", "t": NOW, "v": 20.5}, {"sensor": "TI-1", "t": NOW - 1000, "v": 20, "q": "stale"}]
    readings = [Reading("TI-1", T0, 20.5), Reading("TI-1", T0 - 10**9, 20.0, "stale")]
    assert ask("sensor", messages) == ([ReadingsTaken(T0, readings)], [])


def test_a_value_beyond_the_sensors_range_is_kept_but_never_good() -> None:
    sensor = next(sensor for sensor in PLANT.sensors if sensor.code == "TI-1")
    span = sensor.range_high - sensor.range_low
    values = [sensor.range_high + 0.04 * span, sensor.range_high + 0.06 * span, sensor.range_low - 0.06 * span]
    messages = [{"sensor": "TI-1", "t": NOW - 10 + k, "v": value} for k, value in enumerate(values)]
    messages.append({"sensor": "TI-1", "t": NOW - 1, "v": values[1], "q": "maintenance"})
    [event], refused = ask("sensor", messages)
    assert [reading.quality for reading in event.readings] == ["good", "bad", "bad", "maintenance"]
    assert [reading.value for reading in event.readings] == [*values, values[1]]
    assert refused == []


def test_one_bad_sensor_does_not_refuse_the_others() -> None:
    messages = [
        {"sensor": "TI-1", "t": NOW, "v": 20.5},
        {"sensor": "TI-9", "t": NOW, "v": 1},
        {"sensor": "TI-1", "t": NOW, "v": "hot"},
        {"sensor": "TI-1", "t": NOW, "v": 1, "q": "fine"},
        {"sensor": "TI-1", "t": NOW, "v": 1e300},
        {"sensor": "TI-1", "t": "2026-11-23 01:00:00", "v": 1},
    ]
    events, reasons = ask("sensor", messages)
    assert events == [ReadingsTaken(T0, [Reading("TI-1", T0, 20.5)])]
    assert sorted(reasons) == sorted(
        [
            RefusalReason.UNKNOWN_SENSOR,
            RefusalReason.WRONG_TYPE,
            RefusalReason.WRONG_TYPE,
            RefusalReason.OUT_OF_RANGE,
            RefusalReason.NAIVE_TIME,
        ]
    )


def test_weather_is_read() -> None:
    assert ask("weather", WEATHER) == ([WeatherObserved(T0, 0.0, 3.2, 21.5, 60.0, None)], [])


def test_tag_reports_are_read() -> None:
    message = {"tag": "T1", "t": NOW, "battery": 80, "sos": True}
    assert ask(f"uwb/{ENGINE}/tag", message) == ([TagReported(T0, "T1", 80.0, True, None)], [])


def test_camera_states_are_read() -> None:
    message = {"t": NOW, "online": False, "fps": 0}
    assert ask("camera/C1/state", message) == ([CameraReported(T0, "C1", False, 0.0)], [])


@pytest.mark.parametrize(
    ("topic", "message", "reason"),
    [
        ("weather", {**WEATHER, "wind_from_deg": 361}, RefusalReason.OUT_OF_RANGE),
        ("weather", {**WEATHER, "wind_mps": -1}, RefusalReason.OUT_OF_RANGE),
        ("weather", {**WEATHER, "t": NOW + 5000}, RefusalReason.FUTURE_TIME),
        ("weather", {"t": NOW}, RefusalReason.MISSING_FIELD),
        ("weather", {**WEATHER, "temp_c": float("nan")}, RefusalReason.NOT_FINITE),
        (f"uwb/{ENGINE}/tag", {"tag": "T99", "t": NOW}, RefusalReason.UNKNOWN_TAG),
        (f"uwb/{ENGINE}/tag", {"tag": "T1", "t": NOW, "battery": 101}, RefusalReason.OUT_OF_RANGE),
        ("uwb/E9/tag", {"tag": "T1", "t": NOW}, RefusalReason.UNKNOWN_ENGINE),
        ("camera/C9/state", {"t": NOW, "online": True, "fps": 1}, RefusalReason.UNKNOWN_CAMERA),
        ("camera/C1/state", {"t": NOW, "online": True, "fps": -1}, RefusalReason.OUT_OF_RANGE),
        ("camera/C1/detections", {}, RefusalReason.UNKNOWN_TOPIC),
        ("nothing", {}, RefusalReason.UNKNOWN_TOPIC),
    ],
)
def test_refused_with_its_reason(topic: str, message: Any, reason: RefusalReason) -> None:
    assert ask(topic, message) == ([], [reason])


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("twin/v1/OTHER/sensor", RefusalReason.UNKNOWN_PLANT),
        ("twin/v2/OTHER/sensor", RefusalReason.UNKNOWN_TOPIC),
        ("", RefusalReason.UNKNOWN_TOPIC),
    ],
)
def test_a_strange_topic_is_refused(topic: str, reason: RefusalReason) -> None:
    events, refusals = Telemetry({CODE: PLANT}).read(topic, b"{}", T0)
    assert events == []
    assert [refusal.reason for refusal in refusals] == [reason]


@given(st.sampled_from(["sensor", "weather", f"uwb/{ENGINE}/tag", "camera/C1/state"]), st.binary(max_size=80))
def test_no_message_harms(topic: str, data: bytes) -> None:
    events, refusals = Telemetry({CODE: PLANT}).read(ROOT + topic, data, T0)
    assert events or refusals or data.strip().startswith(b"[")
