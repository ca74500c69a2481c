from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.refusal import RefusalReason
from vision.codec import read
from vision.reports import CameraReport, Detection, Detections

T0 = 1_795_395_600_000_000_000
SEEN = "twin/v1/P/camera/C1/detections"
STATE = "twin/v1/P/camera/C1/state"
PERSON = {"class": "person", "conf": 0.9, "box": [10, 20, 30, 80], "track": 4}
PICTURE: dict[str, Any] = {"t": T0 / 1e6, "frame": 12, "detections": [PERSON]}
RUNNING: dict[str, Any] = {"t": T0 / 1e6, "online": True, "fps": 24.5}


def ask(topic: str, message: Any) -> tuple[list[Any], list[RefusalReason]]:
    good, bad = read(topic, json.dumps(message).encode(), T0, {"C1"})
    return list(good), [refusal.reason for refusal in bad]


def test_detections_are_read() -> None:
    seen = Detections("C1", T0, 12, (Detection("person", 0.9, (10.0, 20.0, 30.0, 80.0), 4),))
    assert ask(SEEN, PICTURE) == ([seen], [])


def test_states_are_read() -> None:
    assert ask(STATE, RUNNING) == ([CameraReport("C1", T0, True, 24.5)], [])
    assert ask(STATE, {**RUNNING, "model": "yolo"}) == ([CameraReport("C1", T0, True, 24.5, "yolo")], [])


@pytest.mark.parametrize(
    ("topic", "message", "reason"),
    [
        ("twin/v1/P/camera/C9/state", RUNNING, RefusalReason.UNKNOWN_CAMERA),
        ("twin/v1/P/camera/C1/other", RUNNING, RefusalReason.UNKNOWN_TOPIC),
        (STATE, {**RUNNING, "fps": -1}, RefusalReason.OUT_OF_RANGE),
        (STATE, {**RUNNING, "online": "yes"}, RefusalReason.WRONG_TYPE),
        (STATE, {**RUNNING, "t": "2026-11-23T01:00:00"}, RefusalReason.NAIVE_TIME),
        (STATE, {**RUNNING, "t": T0 / 1e6 + 500}, RefusalReason.FUTURE_TIME),
        (SEEN, {**PICTURE, "frame": -1}, RefusalReason.OUT_OF_RANGE),
        (SEEN, {**PICTURE, "detections": [PERSON] * 1001}, RefusalReason.TOO_LARGE),
        (SEEN, {**PICTURE, "detections": [{**PERSON, "box": [1, 2, 3]}]}, RefusalReason.WRONG_TYPE),
        (SEEN, {"t": T0 / 1e6}, RefusalReason.MISSING_FIELD),
    ],
)
def test_refused_with_its_reason(topic: str, message: Any, reason: RefusalReason) -> None:
    assert ask(topic, message) == ([], [reason])


@pytest.mark.parametrize("change", [{"conf": 1.5}, {"box": [30, 20, 10, 80]}, {"box": [0, 0, 1e9, 1]}])
def test_one_bad_detection_does_not_refuse_the_picture(change: dict[str, Any]) -> None:
    (picture,), bad = ask(SEEN, {**PICTURE, "detections": [PERSON, {**PERSON, **change}]})
    assert len(picture.detections) == 1
    assert bad == [RefusalReason.OUT_OF_RANGE]


@given(st.sampled_from([SEEN, STATE]), st.binary(max_size=100))
def test_no_message_harms(topic: str, data: bytes) -> None:
    good, bad = read(topic, data, T0, {"C1"})
    assert good or bad or data.strip().startswith(b"[")


@given(st.text(max_size=60))
def test_no_topic_harms(topic: str) -> None:
    assert read(topic, b"{}", T0, {"C1"})[1]
