"""Crossings: entered and left in turn, confirmed, never flapping, and no fence jumped over."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.plant import FencePurpose
from tests.golden.scenario import fence, fixes, plant, rectangle, straight
from tests.twin.core.walking import alarms, crossings, fold, second, walked
from twin.core.membership import Membership, Pair, membership_of
from twin.core.step import step
from twin.core.world import new_world, snapshot
from twin.effects import Crossed, Direction, EvidenceFix
from twin.events import Ticked

ROOM = fence("ROOM", rectangle(0, -10, 20, 10))
STRIP = fence("STRIP", rectangle(0, -50, 2, 50))
YARD = fence("YARD", rectangle(-30, -30, 30, 30), purpose=FencePurpose.INFORMATION)
ENTER_EXIT = [("ROOM", "enter"), ("ROOM", "exit")]


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.floats(-15, 15), st.floats(-15, 15)), max_size=40),
    st.floats(0.05, 5.0),
    st.floats(0.1, 6.0),
)
def test_entries_and_exits_alternate_whatever_comes(
    points: list[tuple[float, float]], sd_m: float, step_s: float
) -> None:
    effects = walked([ROOM, STRIP, YARD], points, sd_m=sd_m, step_s=step_s)
    for code in ("ROOM", "STRIP", "YARD"):
        ways = [way for name, way in crossings(effects) if name == code]
        assert ways == ["enter", "exit"] * (len(ways) // 2) + ["enter"] * (len(ways) % 2)
    found = [effect for effect in effects if isinstance(effect, Crossed)]
    assert all((each.dwell_s is not None) == (each.direction is Direction.EXIT) for each in found)
    assert all(each.dwell_s is None or each.dwell_s >= 0 for each in found)
    raised = [cause for cause, _ in alarms(effects) if cause in ("raised", "reraised")]
    entered = [way for name, way in crossings(effects) if name != "YARD" and way == "enter"]
    # An alarm that chatters stays up while its fence is left and entered again.
    assert len(raised) == len(entered) or ("chattering" in dict(alarms(effects)) and len(raised) < len(entered))


def test_walking_in_and_out_tells_when_where_and_how_long() -> None:
    effects = walked([ROOM], straight((-10, 0), (10, 0), 21) + straight((9, 0), (-10, 0), 20))
    assert crossings(effects) == ENTER_EXIT
    into, out = (effect for effect in effects if isinstance(effect, Crossed))
    assert (second(into), into.x_m, into.probability > 0.99) == (12.0, 2.0, True)
    assert out.dwell_s == second(out) - second(into)
    assert out.x_m < -1.0  # one metre beyond the fence before it is believed


@pytest.mark.parametrize("seed", range(6))
def test_standing_at_the_border_does_not_flap(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = [(float(x), float(y)) for x, y in rng.normal((0.0, 0.0), 0.3, (900, 2))]
    assert crossings(walked([ROOM], points)) in ([], [("ROOM", "enter")])


@pytest.mark.parametrize("seed", range(6))
def test_standing_at_the_border_of_a_height_does_not_flap(seed: int) -> None:
    rng = np.random.default_rng(seed)
    deck = fence("DECK", rectangle(-10, -10, 10, 10), z_max_m=3.0)
    events = [fixes([("T2", i, 0.0, 0.0)], z_m=3.0 + float(dz)) for i, dz in enumerate(rng.normal(0, 0.3, 400))]
    assert len(crossings(fold(new_world(plant([deck]), 1), events)[1])) <= 1


def test_one_stray_fix_is_not_enough() -> None:
    points = [(-5.0, 0.0)] * 5 + [(5.0, 0.0)] + [(-5.0, 0.0)] * 5
    assert crossings(walked([ROOM], points)) == []
    inside = [(5.0, 0.0)] * 5 + [(-5.0, 0.0)] + [(5.0, 0.0)] * 5
    assert crossings(walked([ROOM], inside)) == [("ROOM", "enter")]


def test_whoever_is_inside_at_the_start_has_entered() -> None:
    effects = walked([ROOM], [(5.0, 0.0)] * 3)
    assert crossings(effects) == [("ROOM", "enter")]
    assert alarms(effects) == [("raised", "unacknowledged")]


@pytest.mark.parametrize("speed", [2.5, 4.0, 8.0])
def test_a_thin_fence_is_not_jumped_over(speed: float) -> None:
    xs = np.arange(-20.3, 20.3, speed)
    effects = walked([STRIP], [(float(x), 0.0) for x in xs])
    assert crossings(effects) == [("STRIP", "enter"), ("STRIP", "exit")]
    into, out = (effect for effect in effects if isinstance(effect, Crossed))
    assert -0.6 <= into.x_m <= 2.0 <= out.x_m + 0.1
    assert [cause for cause, _ in alarms(effects)] == ["raised", "returned"]


def test_the_way_through_with_one_fix_inside_counts_too() -> None:
    assert crossings(walked([STRIP], [(-4.0, 0.0), (-2.0, 0.0), (1.0, 0.0), (4.0, 0.0), (6.0, 0.0)])) == [
        ("STRIP", "enter"),
        ("STRIP", "exit"),
    ]


def test_cutting_a_corner_within_the_noise_is_no_passage() -> None:
    assert crossings(walked([ROOM], [(-0.6, -9.2), (0.8, -10.6), (4.0, -12.0)])) == []


def test_after_a_long_silence_nobody_knows_the_way() -> None:
    assert crossings(walked([STRIP], [(-20.0, 0.0), (20.0, 0.0), (20.0, 0.0)], step_s=30.0)) == []


def test_a_teleport_crosses_nothing_until_it_is_confirmed() -> None:
    outside, far = [(-30.0, 0.0)] * 4, (15.0, 0.0)
    assert crossings(walked([ROOM, STRIP], [*outside, far, *outside])) == []
    assert crossings(walked([ROOM, STRIP], [*outside, far, far, far])) == [("ROOM", "enter")]


def test_an_uncertain_fix_neither_enters_nor_leaves() -> None:
    assert crossings(walked([ROOM], [(5.0, 0.0)] * 10, sd_m=20.0)) == []
    world, _ = fold(new_world(plant([ROOM]), 1), [fixes([("T2", i, 5.0, 0.0)]) for i in range(3)])
    _, effects = fold(world, [fixes([("T2", 3 + i, -4.0, 0.0)], sd_m=20.0) for i in range(5)])
    assert crossings(effects) == []


def test_height_separates_the_deck_from_the_ground() -> None:
    deck = fence("DECK", rectangle(-10, -10, 10, 10), z_max_m=3.0)
    assert crossings(walked([deck], [(0.0, 0.0)] * 4, z_m=8.0)) == []
    assert crossings(walked([deck], [(0.0, 0.0)] * 4, z_m=1.2)) == [("DECK", "enter")]


def test_whoever_is_lost_inside_stays_inside() -> None:
    world, _ = fold(new_world(plant([ROOM]), 1), [fixes([("T2", i, 5.0, 0.0)]) for i in range(3)])
    world, effects = fold(world, [Ticked(world.now_ns + i * 10**9) for i in range(1, 60)])
    assert crossings(effects) == []
    picture = snapshot(world)
    assert [(subject, code) for subject, code, _ in picture.inside] == [("BOB", "ROOM")]
    assert picture.positions.status.tolist() == [3]
    standing = [alarm.state.value for alarm in picture.alarms if alarm.kind == "INTRUSION"]
    assert standing == ["unacknowledged"]


def test_predicted_fixes_prove_nothing() -> None:
    predicted = [fixes([("T2", i, 5.0, 0.0)], status=np.array([2], np.uint8)) for i in range(5)]
    assert crossings(fold(new_world(plant([ROOM]), 1), predicted)[1]) == []


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 50), st.integers(0, 50)),
        st.tuples(st.booleans(), st.booleans()),
        max_size=30,
    ),
    st.dictionaries(
        st.tuples(st.integers(0, 50), st.integers(0, 50)),
        st.tuples(st.booleans(), st.booleans()),
        max_size=30,
    ),
)
def test_a_membership_is_a_table_of_pairs(
    first: dict[tuple[int, int], tuple[bool, bool]], second_: dict[tuple[int, int], tuple[bool, bool]]
) -> None:
    start = _evidence()

    def pair(inside: bool, streak: bool) -> Pair:
        return Pair(inside=inside, streak=(start,) if streak else ())

    membership = membership_of((s, f, pair(*state)) for (s, f), state in first.items())
    stride = 1 << 20
    membership = membership.with_pairs({s * stride + f: pair(*state) for (s, f), state in second_.items()})
    wanted = {key: pair(*state) for key, state in {**first, **second_}.items() if any(state)}
    assert {(s, f): p for s, f, p in membership.entries()} == wanted
    keys = np.array([s * stride + f for s, f in wanted], np.int64)
    inside, streaking = membership.known(keys)
    assert inside.tolist() == [p.inside for p in wanted.values()]
    assert streaking.tolist() == [bool(p.streak) for p in wanted.values()]
    subjects = np.arange(51)
    which, fences = membership.of_subjects(subjects)
    assert set(zip(which.tolist(), fences.tolist(), strict=True)) == set(wanted)


def _evidence() -> EvidenceFix:
    world, effects = fold(new_world(plant([ROOM]), 1), [fixes([("T2", i, 5.0, 0.0)]) for i in range(3)])
    del effects
    return next(iter(world.alarms.values())).evidence[0]


def test_a_step_leaves_the_world_before_it_as_it_was() -> None:
    world, _ = fold(new_world(plant([ROOM, YARD]), 1), [fixes([("T2", i, 5.0, 0.0)]) for i in range(3)])
    tracks, entries, alarm_count = world.tracks.copy(), world.membership.entries(), len(world.alarms)
    for _ in range(2):
        later, _ = step(world, fixes([("T2", 10.0, -5.0, 0.0), ("T1", 10.0, 5.0, 5.0), ("NEW", 11.0, 0.0, 0.0)]))
        assert later is not world
    assert np.array_equal(world.tracks, tracks)
    assert world.membership.entries() == entries
    assert len(world.alarms) == alarm_count
    assert Membership().entries() == []
