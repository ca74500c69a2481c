"""An evacuation: who is on the roll, how each stands, and that nobody is counted as safe who is not known to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.plant import FencePurpose
from gis.wire import decode, encode
from tests.golden.scenario import T0_NS, fence, fixes, plant, rectangle
from tests.twin.core.walking import fold
from twin.core.step import step
from twin.core.world import new_world, snapshot
from twin.effects import Muster, MusterCause, MusterChanged, Standing, WorldSnapshot
from twin.events import MusterAccounted, MusterEnded, MusterStarted, TagReported, Ticked

if TYPE_CHECKING:
    from twin.core.world import World
    from twin.effects import Effect
    from twin.events import Event

SECOND = 10**9
POINT = fence("M-01", rectangle(0, 0, 20, 20), purpose=FencePurpose.MUSTER)


def at(seconds: float) -> int:
    return T0_NS + round(seconds * SECOND)


def standing_still(tag: str, x: float, y: float, begin: int, end: int, p_still: float = 0.95) -> list[Event]:
    return [fixes([(tag, t, x, y)], p_still=np.array([p_still])) for t in range(begin, end)]


def begun(*before: Event, t: float = 10.0) -> tuple[World, list[Effect]]:
    return fold(new_world(plant([POINT]), 1), [*before, MusterStarted(at(t), "M1", "op", drill=True, reason="leak")])


def roll(world: World) -> dict[str, Standing]:
    assert world.muster is not None
    return {row.subject: row.standing for row in world.muster.rows}


def told(effects: list[Effect]) -> list[tuple[str, dict[str, str]]]:
    return [
        (effect.cause.value, {row.subject: row.standing.value for row in effect.rows})
        for effect in effects
        if isinstance(effect, MusterChanged)
    ]


def test_the_roll_is_everybody_seen_and_the_others_are_named_as_unseen() -> None:
    world, effects = begun(*standing_still("T2", 10, 10, 5, 10), *standing_still("T1", 60, 60, 5, 10))
    assert roll(world) == {"BOB": Standing.SAFE, "ANNA": Standing.NOT_SAFE}
    assert world.muster is not None
    assert set(world.muster.unseen) == {"CHEN", "DING"}
    assert told(effects) == [("started", {"BOB": "safe", "ANNA": "not_safe"})]


def test_whoever_falls_silent_is_not_known_even_in_a_muster_point() -> None:
    world, _ = begun(*standing_still("T2", 10, 10, 5, 10))
    world, effects = fold(world, [Ticked(at(t)) for t in range(11, 60)])
    assert roll(world)["BOB"] is Standing.NOT_KNOWN
    row = next(row for row in world.muster.rows if row.subject == "BOB") if world.muster else None
    assert row is not None
    assert row.point == "M-01"
    assert row.reasons == ("silent",)
    assert row.seen_ns == at(9)
    assert told(effects) == [("moved", {"BOB": "not_known"})]


def test_moving_to_the_point_and_in() -> None:
    walk: list[Event] = [fixes([("T2", t, 100 - 5 * t, 10)], p_still=np.array([0.02])) for t in range(19)]
    world, _ = begun(*walk[:5], t=4.5)
    seen = [roll(world)["BOB"]]
    for t in range(5, 19):
        world, _ = fold(world, [walk[t], Ticked(at(t + 0.1))])
        seen.append(roll(world)["BOB"])
    assert seen[0] is Standing.MOVING
    assert seen[-1] is Standing.SAFE
    assert seen == sorted(seen, key=lambda one: one is Standing.SAFE)


def test_an_sos_is_not_safe_wherever_it_is_pressed() -> None:
    world, _ = begun(*standing_still("T2", 10, 10, 5, 10), TagReported(at(9.5), "T2", sos=True))
    assert roll(world)["BOB"] is Standing.NOT_SAFE
    assert world.muster is not None
    assert world.muster.rows[0].reasons == ("sos",)


def test_a_word_counts_names_its_giver_and_says_when_positions_contradict_it() -> None:
    world, _ = begun(*standing_still("T2", 100, 100, 5, 10))
    world, effects = step(world, MusterAccounted(at(11), "M1", "BOB", "op", "safe", "seen at the gate"))
    assert roll(world)["BOB"] is Standing.SAFE
    assert world.muster is not None
    row = world.muster.rows[0]
    assert row.word is not None
    assert (row.word.by, row.word.note) == ("op", "seen at the gate")
    assert row.reasons == ("contradicted",)
    assert told(effects) == [("accounted", {"BOB": "safe"})]
    world, _ = step(world, MusterAccounted(at(12), "M1", "BOB", "op", None))
    assert roll(world)["BOB"] is Standing.NOT_SAFE


def test_somebody_never_located_joins_the_roll_by_word() -> None:
    world, _ = begun(*standing_still("T2", 10, 10, 5, 10))
    world, _ = step(world, MusterAccounted(at(11), "M1", "DING", "op", "safe", "at my side"))
    assert roll(world)["DING"] is Standing.SAFE
    assert world.muster is not None
    assert "DING" not in world.muster.unseen
    world, effects = step(world, MusterAccounted(at(12), "M1", "NOBODY", "op", "safe"))
    assert effects == []


def test_who_is_seen_later_joins() -> None:
    world, _ = begun(*standing_still("T2", 10, 10, 5, 10))
    world, _ = fold(world, [*standing_still("T1", 50, 50, 11, 14), Ticked(at(14.5))])
    assert roll(world)["ANNA"] is Standing.NOT_SAFE
    assert world.muster is not None
    assert "ANNA" not in world.muster.unseen


def test_only_one_muster_at_a_time_and_its_end_tells_the_whole_roll() -> None:
    world, _ = begun(*standing_still("T2", 10, 10, 5, 10))
    world, effects = step(world, MusterStarted(at(11), "M2", "op", drill=False, reason="again"))
    assert effects == []
    world, effects = step(world, MusterEnded(at(12), "M2", "op"))
    assert effects == []
    world, effects = step(world, MusterEnded(at(13), "M1", "chief", "all well"))
    assert world.muster is None
    (end,) = effects
    assert isinstance(end, MusterChanged)
    assert (end.cause, end.muster.ended_by, end.muster.result) == (MusterCause.ENDED, "chief", "all well")
    assert [row.subject for row in end.rows] == ["BOB"]


def test_a_core_that_starts_again_goes_on_with_the_roll() -> None:
    world, _ = begun(*standing_still("T2", 10, 10, 5, 10))
    kept = decode(encode(snapshot(world)), WorldSnapshot)
    assert kept.muster == world.muster
    again = new_world(plant([POINT]), 1000, muster=kept.muster)
    again, _ = step(again, Ticked(at(20)))
    assert roll(again) == {"BOB": Standing.NOT_KNOWN}
    again, _ = fold(again, [*standing_still("T2", 10, 10, 21, 25), Ticked(at(25))])
    assert roll(again) == {"BOB": Standing.SAFE}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["T1", "T2", "T3"]), st.floats(-30, 130), st.floats(0, 1), st.integers(0, 12), st.booleans()
        ),
        max_size=40,
    )
)
def test_nobody_is_safe_without_a_believable_position_in_a_point(
    script: list[tuple[str, float, float, int, bool]],
) -> None:
    world, _ = begun()
    now = 11.0
    told_rows: dict[str, Standing] = {}
    for tag, x, p_still, pause, tick in script:
        now += pause
        world, effects = step(world, fixes([(tag, now, x, 10.0)], p_still=np.array([p_still])))
        if tick:
            world, more = step(world, Ticked(at(now + 0.5)))
            effects += more
        for effect in effects:
            if isinstance(effect, MusterChanged):
                told_rows.update({row.subject: row.standing for row in effect.rows})
        if tick:
            assert isinstance(world.muster, Muster)
            assert told_rows == {row.subject: row.standing for row in world.muster.rows}
            for row in world.muster.rows:
                if row.standing is Standing.SAFE:
                    track = world.tracks[world.roster.row[row.subject]]
                    assert track["status"] <= 1
                    assert row.point == "M-01"
        now += 1.0
