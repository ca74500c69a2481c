"""Statistics of alarms against counts made the slow, obvious way."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.time import parse_time
from twin.alarm_statistics.behaviour import acknowledged_after_s, chattering, day_starts, fleeting, stale_by_day
from twin.alarm_statistics.changes import Changes, changes_of
from twin.alarm_statistics.rates import floods, peak, per_hour, windows_above
from twin.alarm_statistics.summary import statistics
from twin.alarm_statistics.targets import Verdict, indicators

S = 1_000_000_000
T0 = int(parse_time("2026-03-01T00:00:00Z"))
ZONE = "Asia/Shanghai"
seconds = st.lists(st.integers(0, 4000), max_size=80).map(sorted)


def row(second: float, alarm: str, cause: str = "raised", **more: Any) -> dict[str, Any]:
    state = {"raised": "unacknowledged", "reraised": "unacknowledged", "acknowledged": "acknowledged"}
    told = {
        "t_ns": T0 + round(second * S),
        "alarm": alarm,
        "cause": cause,
        "kind": "INTRUSION",
        "priority": 2,
        "state": state.get(cause, "normal"),
        "fence": "F-1",
        "sensor": None,
        "asset": None,
        "subject": alarm.partition(":")[0],
        "quiet": False,
        "by": None,
        "reason": None,
        "stage": None,
    }
    return told | more


def at(times_s: list[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array([T0 + t * S for t in times_s], np.int64)


@given(seconds, st.integers(1, 5000))
def test_floods_are_those_a_second_by_second_count_finds(times: list[int], length: int) -> None:
    inside = None
    slow: list[tuple[int, int, int]] = []
    most = 0
    for second in range(length):
        count = sum(second - 600 < t <= second for t in times)
        if inside is None and count > 10:
            inside, most = second, count
        elif inside is not None:
            most = max(most, count)
            if count < 5:
                slow.append((inside, second, most))
                inside = None
    if inside is not None:
        slow.append((inside, length, most))
    found = floods(at([t for t in times if t < length]), T0 + length * S)
    assert [((f.from_ns - T0) // S, (f.to_ns - T0) // S, f.peak) for f in found] == slow
    assert all(f.alarms == sum(f.from_ns <= T0 + t * S < f.to_ns for t in times) for f in found)


@given(seconds, st.sampled_from([60, 600, 3600]))
def test_peaks_and_windows_are_counted_one_by_one(times: list[int], window_s: int) -> None:
    count = Counter((T0 // S + t) // window_s for t in times)
    assert peak(at(times), window_s)[0] == max(count.values(), default=0)
    windows = -(-4001 // window_s)
    above = sum(sum(i * window_s <= t < (i + 1) * window_s for t in times) > 2 for i in range(windows))
    assert windows_above(at(times), T0, T0 + 4001 * S, window_s, 2) == pytest.approx(above / windows)


@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 4)), max_size=40))
def test_hours_add_up_by_priority(calls: list[tuple[int, int]]) -> None:
    calls.sort()
    counts = per_hour(at([t for t, _ in calls]), np.array([p for _, p in calls], np.int64), T0, T0 + 9001 * S)
    slow = np.zeros((3, 4), int)
    for t, p in calls:
        slow[t // 3600, p - 1] += 1
    assert counts.tolist() == slow.tolist()


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 3)), max_size=60))
def test_chattering_is_three_calls_of_a_point_in_a_minute(calls: list[tuple[int, int]]) -> None:
    calls.sort()
    times, points = [t for t, _ in calls], [p for _, p in calls]
    found = chattering(at(times), np.array(points, np.int64)).tolist()
    for i, (t, p) in enumerate(calls):
        same = [j for j, other in enumerate(points) if other == p]
        place = same.index(i)
        triples = [same[k : k + 3] for k in range(max(0, place - 2), place + 1)]
        slow = any(len(three) == 3 and times[three[2]] - times[three[0]] <= 60 for three in triples)
        assert found[i] == slow, (t, p)


def test_an_alarm_that_is_over_before_anybody_could_answer_is_fleeting() -> None:
    changes = changes_of(
        [
            row(0, "A"),
            row(20, "A", "returned"),
            row(100, "B"),
            row(110, "B", "acknowledged"),
            row(115, "B", "returned"),
            row(200, "C"),
            row(231, "C", "returned"),
            row(300, "D", quiet=True),
            row(301, "D", "returned"),
        ]
    )
    assert np.flatnonzero(fleeting(changes)).tolist() == [0]
    assert acknowledged_after_s(changes).tolist() == [10.0]


@given(
    st.lists(st.tuples(st.integers(0, 400_000), st.integers(1, 300_000)), min_size=1, max_size=6),
    st.integers(1, 5),
)
def test_stale_alarms_are_counted_on_every_local_day_they_touch(spans: list[tuple[int, int]], days: int) -> None:
    end_ns = T0 + days * 86_400 * S
    rows = []
    for i, (begun, length) in enumerate(spans):
        rows += [row(begun, f"A{i}"), row(begun + length, f"A{i}", "returned")]
    changes = changes_of([one for one in rows if one["t_ns"] < end_ns])
    starts = day_starts(T0, end_ns, ZONE)
    counts = stale_by_day(changes, starts, end_ns)
    for day, (start, end) in enumerate(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)):
        slow = 0
        for begun, length in spans:
            stale_from, over = T0 + (begun + 86_400) * S, min(T0 + (begun + length) * S, end_ns)
            slow += T0 + begun * S < end_ns and stale_from < over and stale_from < end and over > start
        assert counts[day] == slow


def test_days_are_local_and_cover_the_period() -> None:
    starts = day_starts(
        int(parse_time("2026-03-28T12:00:00Z")), int(parse_time("2026-03-30T12:00:00Z")), "Europe/Paris"
    )
    hours = np.diff(starts) / (3600 * S)
    assert hours.tolist() == [24.0, 23.0, 24.0]


def scene() -> Changes:
    rows = [row(10 * i, f"P{i % 2}:{i}") for i in range(12)]
    rows += [
        row(130, "P0:0", "acknowledged"),
        row(140, "P0:0", "handled", stage="closed", state="normal"),
        row(150, "P1:1", "returned", state="returned_unacknowledged"),
        row(160, "P9:9", quiet=True, priority=1, kind="GAS_L2", fence=None, sensor="GD-1", asset="T-1"),
        row(170, "P9:9", "shelved", kind="GAS_L2", by="", reason="", state="unacknowledged"),
        row(180, "P8:8", "shelved", by="operator", reason="work", state="unacknowledged"),
        row(-50, "P7:7"),
    ]
    return changes_of(rows)


def test_the_figures_of_a_period() -> None:
    told = statistics(scene(), T0, T0 + 3600 * S, ZONE)
    assert told.calls == 12
    intrusion, gas = told.kinds
    assert (intrusion.kind, intrusion.raised, intrusion.acknowledged, intrusion.handled) == ("INTRUSION", 12, 1, 1)
    assert (intrusion.open, intrusion.calls, intrusion.quiet) == (11, 12, 0)
    assert (gas.kind, gas.raised, gas.quiet, gas.calls) == ("GAS_L2", 1, 1, 0)
    assert told.priorities == (0, 12, 0, 0)
    assert told.hourly.sum() == told.daily.sum() == 12
    assert [flood.peak for flood in told.floods] == [12]
    assert told.top["people"] == [(("P0",), 6), (("P1",), 6)]
    assert told.top["fences"] == [(("F-1",), 12)]
    assert told.top_load == 1.0
    assert told.answer_s == (130.0, 130.0)
    assert told.unauthorised == 1


def test_nothing_gives_noughts_and_no_verdict_on_shares() -> None:
    told = statistics(changes_of([]), T0, T0 + 3600 * S, ZONE)
    assert (told.calls, told.kinds, told.floods, told.answer_s) == (0, (), (), None)
    verdicts = {one.key: one.verdict for one in indicators(told, 1)}
    assert verdicts["per_hour"] is Verdict.WITHIN
    assert verdicts["per_day"] is Verdict.TOO_FEW
    assert verdicts["share_low"] is Verdict.TOO_FEW


@pytest.mark.parametrize(
    ("calls", "verdict"), [(150, Verdict.WITHIN), (151, Verdict.ABOVE_TARGET), (301, Verdict.BEYOND)]
)
def test_a_figure_is_judged_against_target_and_limit(calls: int, verdict: Verdict) -> None:
    changes = changes_of([row(86_400 * i / calls, f"P:{i}", priority=3) for i in range(calls)])
    told = statistics(changes, T0, T0 + 86_400 * S, ZONE)
    by_key = {one.key: one for one in indicators(told, 1)}
    assert by_key["per_day"].verdict is verdict
    assert by_key["share_low"].verdict is Verdict.WITHIN
    assert by_key["share_low"].value == 100.0
    assert {one.key: one for one in indicators(told, 2)}["per_day"].value == pytest.approx(calls / 2)
