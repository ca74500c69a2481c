from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.refusal import Refusal, RefusalReason
from gis.time import format_time
from locator.codec import Known, Topic, decode, read_topic
from locator.measurements import Position, Ranges, TimeDifferences

T0 = 1_795_395_600_000_000_000
KNOWN = Known(frozenset({"T1"}), frozenset({"A1", "A2", "A3"}), frozenset({"L1"}))
GOOD: dict[str, Any] = {
    "tag": "T1",
    "t": T0 / 1e6,
    "seq": 7,
    "ranges": [{"anchor": "A1", "d": 3.5}, {"anchor": "A2", "d": 4.25, "rssi": -80}],
}
KINDS = ("ranges", "tdoa", "fix")


def read(message: Any, kind: str = "ranges") -> tuple[list[Any], list[RefusalReason]]:
    data = message if isinstance(message, bytes) else json.dumps(message).encode()
    good, bad = decode(kind, "topic", data, T0, KNOWN)
    return list(good), [refusal.reason for refusal in bad]


def test_ranges_are_read() -> None:
    assert read(GOOD) == ([Ranges("T1", T0, 7, ["A1", "A2"], [3.5, 4.25])], [])


def test_iso_times_are_read() -> None:
    good, bad = read({**GOOD, "t": format_time(T0)})
    assert good[0].t_ns == T0
    assert bad == []


def test_differences_are_read() -> None:
    message = {"tag": "T1", "t": T0 / 1e6, "seq": 1, "tdoa": [{"a": "A1", "b": "A2", "d": -1.5}]}
    assert read(message, "tdoa") == ([TimeDifferences("T1", T0, 1, ["A1"], ["A2"], [-1.5])], [])


@pytest.mark.parametrize(
    ("extra", "cov"),
    [
        ({}, None),
        ({"sd": 0.5}, (0.25, 0.0, 0.25)),
        ({"cov": [0.2, 0.1, 0.3]}, (0.2, 0.1, 0.3)),
        ({"cov": [[0.2, 0.1], [0.1, 0.3]]}, (0.2, 0.1, 0.3)),
        ({"cov": [[0.2, 0.1, 0], [0.1, 0.3, 0], [0, 0, 1]]}, (0.2, 0.1, 0.3)),
    ],
)
def test_positions_are_read(extra: dict[str, Any], cov: tuple[float, float, float] | None) -> None:
    message = {"tag": "T1", "t": T0 / 1e6, "seq": 1, "x": 1.0, "y": 2.0, "z": 0.5, "floor": "L1", **extra}
    assert read(message, "fix") == ([Position("T1", T0, 1, 1.0, 2.0, 0.5, cov, "L1")], [])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tag": "T9"}, RefusalReason.UNKNOWN_TAG),
        ({"tag": 5}, RefusalReason.WRONG_TYPE),
        ({"t": "2026-11-23T01:00:00.000"}, RefusalReason.NAIVE_TIME),
        ({"t": "yesterday"}, RefusalReason.BAD_TIME),
        ({"t": "2026-02-30T01:00:00Z"}, RefusalReason.BAD_TIME),
        ({"t": T0 / 1e9}, RefusalReason.BAD_TIME),
        ({"t": None}, RefusalReason.WRONG_TYPE),
        ({"t": T0 / 1e6 + 101.0}, RefusalReason.FUTURE_TIME),
        ({"t": T0 / 1e6 - 3_600_001.0}, RefusalReason.TOO_OLD),
        ({"seq": -1}, RefusalReason.OUT_OF_RANGE),
        ({"seq": 1 << 63}, RefusalReason.OUT_OF_RANGE),
        ({"seq": "1"}, RefusalReason.WRONG_TYPE),
        ({"ranges": []}, RefusalReason.MISSING_FIELD),
        ({"ranges": [{"anchor": "A1"}]}, RefusalReason.MISSING_FIELD),
        ({"ranges": [{"anchor": "A9", "d": 1.0}]}, RefusalReason.UNKNOWN_ANCHOR),
        ({"ranges": [{"anchor": "A1", "d": -0.01}]}, RefusalReason.OUT_OF_RANGE),
        ({"ranges": [{"anchor": "A1", "d": 10_000}]}, RefusalReason.OUT_OF_RANGE),
        ({"ranges": [{"anchor": "A1", "d": "3"}]}, RefusalReason.WRONG_TYPE),
        ({"ranges": [{"anchor": "A1", "d": math.nan}]}, RefusalReason.NOT_FINITE),
        ({"ranges": [{"anchor": "A1", "d": -math.inf}]}, RefusalReason.NOT_FINITE),
    ],
)
def test_refused_with_its_reason(change: dict[str, Any], reason: RefusalReason) -> None:
    assert read({**GOOD, **change}) == ([], [reason])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", RefusalReason.NOT_JSON),
        (b"{", RefusalReason.NOT_JSON),
        (b"\xff\xfe", RefusalReason.NOT_JSON),
        (b"[" * 200_000, RefusalReason.NOT_JSON),
        (b'{"tag":' + b"[" * 200_000, RefusalReason.WRONG_TYPE),
        (b'{"more":' + b"[" * 200_000, RefusalReason.NOT_JSON),
        (b" " * 1_000_001, RefusalReason.TOO_LARGE),
        (b'{"tag":"T1","t":1e999,"seq":1,"ranges":[]}', RefusalReason.NOT_FINITE),
        (b'"T1"', RefusalReason.WRONG_TYPE),
        (b"[1]", RefusalReason.WRONG_TYPE),
    ],
)
def test_garbage_is_refused_with_its_reason(data: bytes, reason: RefusalReason) -> None:
    assert read(data) == ([], [reason])


def test_one_bad_element_does_not_refuse_the_others() -> None:
    messages = [GOOD, {**GOOD, "tag": "T9"}, {**GOOD, "seq": None}, {**GOOD, "seq": 8}]
    good, bad = read(messages)
    assert [measurement.seq for measurement in good] == [7, 8]
    assert sorted(bad) == [RefusalReason.UNKNOWN_TAG, RefusalReason.WRONG_TYPE]


def test_one_bad_range_does_not_refuse_the_others() -> None:
    parts = [
        {"anchor": "A1", "d": 1.0},
        {"anchor": "A9", "d": 2.0},
        {"anchor": "A2", "d": -1},
        {"anchor": "A3", "d": 3},
    ]
    good, bad = read({**GOOD, "ranges": parts})
    assert good == [Ranges("T1", T0, 7, ["A1", "A3"], [1.0, 3.0])]
    assert bad == [RefusalReason.UNKNOWN_ANCHOR, RefusalReason.OUT_OF_RANGE]


@pytest.mark.parametrize(
    "extra",
    [{"sd": 0}, {"sd": -1}, {"cov": [1, 2, 1]}, {"cov": [0, 0, 1]}, {"cov": [1]}, {"x": 1e9}],
)
def test_impossible_positions_are_refused(extra: dict[str, Any]) -> None:
    message = {"tag": "T1", "t": T0 / 1e6, "seq": 1, "x": 1.0, "y": 2.0, **extra}
    assert read(message, "fix") == ([], [RefusalReason.OUT_OF_RANGE])


def test_a_difference_of_an_anchor_to_itself_is_refused() -> None:
    message = {"tag": "T1", "t": T0 / 1e6, "seq": 1, "tdoa": [{"a": "A1", "b": "A1", "d": 0}]}
    assert read(message, "tdoa") == ([], [RefusalReason.OUT_OF_RANGE])


def test_topics_are_read() -> None:
    assert read_topic("twin/v1/P/uwb/E/ranges") == Topic("P", "E", "ranges")
    for topic in ("twin/v1/P/uwb/E/other", "twin/v1//uwb/E/fix", "twin/v2/P/uwb/E/fix", "", "/" * 100):
        refusal = read_topic(topic)
        assert isinstance(refusal, Refusal)
        assert refusal.reason is RefusalReason.UNKNOWN_TOPIC


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
near_messages = st.fixed_dictionaries(
    {},
    optional={
        "tag": st.just("T1") | json_values,
        "t": st.just(T0 / 1e6) | json_values,
        "seq": st.integers() | json_values,
        "ranges": st.lists(st.fixed_dictionaries({"anchor": st.just("A1"), "d": st.floats() | st.integers()}))
        | json_values,
        "tdoa": json_values,
        "x": st.floats() | json_values,
        "y": st.floats() | json_values,
        "z": json_values,
        "sd": json_values,
        "cov": json_values,
        "floor": json_values,
    },
)


@given(st.sampled_from(KINDS), st.binary(max_size=200) | st.builds(lambda v: json.dumps(v).encode(), json_values))
def test_anything_at_all_gives_values_or_refusals(kind: str, data: bytes) -> None:
    good, bad = decode(kind, "topic", data, T0, KNOWN)
    assert good or bad or data.strip().startswith(b"[")


@given(st.sampled_from(KINDS), st.lists(near_messages, max_size=3))
def test_what_is_accepted_is_sane(kind: str, messages: list[dict[str, Any]]) -> None:
    text = json.dumps(messages)
    good, bad = decode(kind, "topic", text.encode(), T0, KNOWN)
    assert len(good) <= len(messages)
    # NaN and Infinity are no JSON: the whole payload is refused, once.
    whole = [refusal.reason for refusal in bad] == [RefusalReason.NOT_FINITE] and ("NaN" in text or "Infinity" in text)
    assert whole or len(good) + len(bad) >= len(messages)
    for measurement in good:
        assert measurement.tag == "T1"
        assert T0 - 3600 * 10**9 <= measurement.t_ns <= T0 + 10**8
        assert measurement.seq >= 0
        if isinstance(measurement, Ranges):
            assert measurement.anchors
            assert all(0.0 <= d <= 1000.0 for d in measurement.d_m)
        elif isinstance(measurement, Position):
            assert math.isfinite(measurement.x_m + measurement.y_m)
            if measurement.cov_m2 is not None:
                xx, xy, yy = measurement.cov_m2
                assert xx > 0
                assert xx * yy > xy * xy
