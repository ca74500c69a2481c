"""Questions of the past against what a patient reader of the same tracks would answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.fix import FixStatus
from gis.plant import Limits
from tests.golden.scenario import head, rectangle
from tests.twin.questions.kit import S, at, chunk, still
from twin.questions.encounters import corridor, encounters, placed_at
from twin.questions.exceedances import exceedances, overlapping
from twin.questions.occupancy import curve, heat, occupancy, passages, transitions
from twin.questions.tracks import stretches, tracks_of
from twin.questions.visits import Visit, area_of, visits

FRAME = head().frame
ROOM = area_of(rectangle(0, 0, 20, 20), FRAME, -5, 10)
DAY = (at(0), at(86_400))


def walk(subject: str, begin: int, xs: list[float], y: float = 10.0) -> object:
    return chunk(subject, [(begin + i, x, y) for i, x in enumerate(xs)])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 30), st.sampled_from([0, 1, 2])), max_size=40))
def test_stretches_are_what_a_loop_finds(script: list[tuple[int, int]]) -> None:
    t_ns = np.cumsum([pause for pause, _ in script]).astype(np.int64) * S
    holds = np.array([kind == 1 for _, kind in script], bool)
    doubted = np.array([kind == 2 for _, kind in script], bool)
    expected: list[list[int]] = []
    on = False
    for i, (pause, kind) in enumerate(script):
        if pause > 10:
            on = False
        if kind != 2:
            on = kind == 1
        if on and expected and expected[-1][1] == i - 1 and pause <= 10:
            expected[-1][1] = i
        elif on:
            expected.append([i, i])
    found = stretches(t_ns, holds, doubted, gap_s=10.0)
    assert [[one.first, one.last] for one in found] == expected


def test_a_visit_has_its_beginning_and_end_or_says_that_nobody_saw_them() -> None:
    inside = [(t, 10.0, 10.0) for t in range(20, 50)]
    out = [(t, 60.0, 10.0) for t in range(20)], [(t, 60.0, 10.0) for t in range(50, 60)]
    chunks = [chunk("A", [*out[0], *inside, *out[1]]), chunk("B", inside), still("C", 0, 60, 60.0, 10.0)]
    found = visits(ROOM, chunks, *DAY)
    assert [(one.subject, one.dwell_s, one.began_open, one.ended_open) for one in found] == [
        ("A", 29.0, False, False),
        ("B", 29.0, True, True),
    ]
    (cut, _) = visits(ROOM, chunks, at(30), at(40))
    assert (cut.from_ns, cut.to_ns, cut.began_open, cut.ended_open) == (at(30), at(40), True, True)
    assert visits(ROOM, chunks, at(55), at(60)) == []
    assert visits(ROOM, chunks, *DAY, least_s=30.0) == []


def test_a_silence_is_not_a_stay() -> None:
    track = chunk("A", [(t, 10.0, 10.0) for t in [*range(5), *range(300, 305)]])
    assert [one.dwell_s for one in visits(ROOM, [track], *DAY)] == [4.0, 4.0]


def test_above_the_prism_is_outside_and_what_was_not_measured_counts_for_nothing() -> None:
    high = chunk("A", [(t, 10.0, 10.0) for t in range(20)], z_m=40.0)
    guessed = chunk("B", [(t, 10.0, 10.0) for t in range(20)], status=FixStatus.PREDICTED)
    assert visits(ROOM, [high, guessed], *DAY) == []


def test_jitter_at_the_edge_is_one_visit() -> None:
    rng = np.random.default_rng(4)
    xs = 19.0 + rng.normal(0, 0.35, 300)
    track = chunk("A", [(float(t), float(x), 10.0) for t, x in enumerate(xs)], sd_m=0.35)
    assert len(visits(ROOM, [track], *DAY)) == 1


def test_two_tags_of_one_person_are_one_track() -> None:
    (one,) = tracks_of([still("A", 0, 10, 1, 1), chunk("A", [(t + 0.5, 1, 1) for t in range(10)], tag="U")])
    assert len(one) == 20
    assert np.all(np.diff(one.t_ns) > 0)


def test_encounters_have_a_nearest_moment() -> None:
    (me,) = tracks_of([still("ME", 0, 100, 0.0, 0.0)])
    other = chunk("X", [(t + 0.3, 50.0 - t, 0.0) for t in range(100)])
    (met,) = encounters(me, [other, still("ME", 0, 100, 0.0, 0.0), still("FAR", 0, 100, 30, 0)], 5.0, *DAY)
    assert met.subject == "X"
    assert met.nearest_m == pytest.approx(0.0, abs=0.01)
    assert met.nearest_ns == at(50.3)
    assert met.dwell_s == pytest.approx(10.0, abs=2.0)
    assert encounters(me, [other], 5.0, at(0), at(40)) == []
    assert corridor(me, 5.0).area == pytest.approx(np.pi * 36, rel=0.05)


def test_between_two_fixes_far_apart_nobody_was_anywhere() -> None:
    (track,) = tracks_of([chunk("A", [(0, 0, 0), (1, 1, 0), (500, 9, 0)])])
    xy, known = placed_at(track, np.array([at(0.5), at(250), at(500)]))
    assert known.tolist() == [True, False, False]
    assert xy[0, 0] == pytest.approx(0.5)


def visit(subject: str, begin: float, end: float, *, began: bool = False, ended: bool = False) -> Visit:
    return Visit(subject, at(begin), at(end), began, ended, 1.0, (0.0, 0.0))


def test_occupancy_counts_people_not_stays() -> None:
    found = [visit("A", 0, 10), visit("B", 5, 20), visit("A", 30, 40, ended=True)]
    row = occupancy(found)
    assert (row.people, row.visits, row.dwell_s, row.most, row.open_visits) == (2, 3, 35.0, 2, 1)
    assert row.most_ns == at(5)
    assert curve(found, at(0), at(40), 4) == [2, 2, 1, 1]
    assert occupancy([]).most == 0


def test_transitions_need_both_ends_seen() -> None:
    found = transitions(
        {
            "HALL": [visit("A", 0, 10), visit("B", 0, 10, ended=True), visit("A", 100, 110)],
            "ROOM": [visit("A", 20, 50), visit("B", 12, 30)],
        }
    )
    assert found == {("HALL", "ROOM"): (1, 10.0), ("ROOM", "HALL"): (1, 50.0)}


def test_a_way_begins_with_the_last_leaving() -> None:
    start = [visit("A", 0, 10), visit("A", 20, 30), visit("B", 0, 5)]
    end = [visit("A", 60, 70), visit("C", 1, 2)]
    (way,) = passages(start, end, 600.0)
    assert (way.subject, way.left_ns, way.duration_s) == ("A", at(30), 30.0)
    assert passages(start, end, 10.0) == []


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 99), st.floats(0, 99)), min_size=1, max_size=60))
def test_heat_keeps_every_second(points: list[tuple[float, float]]) -> None:
    tracks = list(tracks_of([chunk("A", [(float(t), x, y) for t, (x, y) in enumerate(points)])]))
    found = heat(tracks, (0.0, 0.0, 100.0, 100.0), 7.0, *DAY, gap_s=10.0)
    assert found.seconds.shape == (15, 15)
    assert found.seconds.sum() == pytest.approx(len(points))


def test_exceedances_name_the_worst_limit() -> None:
    t_ns = np.array([at(t) for t in range(10)], np.int64)
    value = np.array([1, 5, 9, 5, 1, 1, -3, 1, 5, 5], float)
    found = exceedances(t_ns, value, Limits(l=-2, h=4, hh=8))
    assert [(one.limit, one.worst, (one.to_ns - one.from_ns) // S) for one in found] == [
        ("hh", 9.0, 2),
        ("l", -3.0, 0),
        ("h", 5.0, 1),
    ]
    assert [one.limit for one in overlapping(found, at(5), at(7))] == ["l"]
    assert exceedances(t_ns[:0], value[:0], Limits(h=1)) == []
    assert exceedances(t_ns, value, Limits()) == []
