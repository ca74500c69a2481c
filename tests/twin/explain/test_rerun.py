"""Re-runs: every alarm of the golden session is raised again by what is stored of it, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from tests.golden import scenario
from tests.golden.recording import EVENTS, read_events, replayed
from tests.twin.explain.kept import recorded
from twin.effects import Alarm, AlarmChanged, EvidenceFix
from twin.events import PlantReplaced
from twin.explain.difference import differences
from twin.explain.recorded import LONGEST_S, UNSTORED, reach_of
from twin.explain.rerun import carried, rerun

if TYPE_CHECKING:
    from gis.plant import Plant
    from twin.effects import Effect

S = 1_000_000_000


@pytest.fixture(scope="module")
def effects() -> list[Effect]:
    return replayed(read_events(EVENTS))


@pytest.fixture(scope="module")
def plants() -> list[tuple[int, Plant]]:
    first = scenario.plant()
    changes = [event for event in read_events(EVENTS) if isinstance(event, PlantReplaced)]
    return [(0, first), *((event.t_ns, type(first).model_validate_json(event.plant_json)) for event in changes)]


def raised(effects: list[Effect]) -> list[Alarm]:
    return [
        effect.alarm
        for effect in effects
        if isinstance(effect, AlarmChanged) and effect.cause == "raised" and effect.alarm.kind not in UNSTORED
    ]


def test_every_alarm_of_the_golden_session_is_raised_again_the_same(
    effects: list[Effect], plants: list[tuple[int, Plant]]
) -> None:
    alarms = raised(effects)
    assert len(alarms) >= 7
    for alarm in alarms:
        kept = recorded(alarm, effects, plants)
        assert kept.missing == (), alarm.id
        again = rerun(kept)
        assert differences(alarm, again.alarm) == (), alarm.id
        assert again.fixes > 0


def test_another_fence_raises_nothing_or_something_else(effects: list[Effect], plants: list[tuple[int, Plant]]) -> None:
    alarm = next(one for one in raised(effects) if one.fence == "TANKS")
    kept = recorded(alarm, effects, plants)
    tanks = next(fence for fence in plants[0][1].fences if fence.code == "TANKS")
    far = tanks.model_copy(update={"geometry": scenario.rectangle(400, 0, 460, 60)})
    moved = scenario.plant([far])
    (nothing,) = differences(alarm, rerun(replace(kept, plants=((0, moved),))).alarm)
    assert (nothing.what, nothing.now) == ("raised", "no")
    later = tanks.model_copy(update={"geometry": scenario.rectangle(102, 0, 160, 60), "priority": 1})
    other = rerun(replace(kept, plants=((0, scenario.plant([later])),))).alarm
    found = {one.what for one in differences(alarm, other)}
    assert {"priority", "raised_ns", "place_m"} <= found


def test_shaken_positions_are_told_from_stored_ones(effects: list[Effect], plants: list[tuple[int, Plant]]) -> None:
    alarm = next(one for one in raised(effects) if one.fence == "TANKS")
    kept = recorded(alarm, effects, plants)
    shaken = tuple(replace(chunk, xyz_m=chunk.xyz_m + np.array([3.0, 0.0, 0.0])) for chunk in kept.chunks)
    assert differences(alarm, rerun(replace(kept, chunks=shaken)).alarm)


def test_what_is_not_stored_any_more_is_said(effects: list[Effect], plants: list[tuple[int, Plant]]) -> None:
    alarm = raised(effects)[0]
    kept = recorded(alarm, effects, plants)
    assert replace(kept, chunks=()).missing == ("tracks",)
    assert replace(kept, plants=()).missing == ("records",)
    old = tuple(chunk.part(chunk.t_ns < alarm.raised_ns - 30 * S) for chunk in kept.chunks)
    assert replace(kept, chunks=old).missing == ("tracks",)
    sos = msgspec.structs.replace(alarm, kind="SOS")
    assert replace(kept, alarm=sos, reach=reach_of(sos)).missing == ("tag_reports",)
    long_ago = EvidenceFix(alarm.raised_ns - round((LONGEST_S + 1) * S), 0, 0, 0, (1, 0, 1), 1.0)
    endless = msgspec.structs.replace(alarm, evidence=[long_ago, *alarm.evidence])
    assert reach_of(endless).missing == ("too_long",)


def test_each_subject_speaks_through_one_tag_of_its_own() -> None:
    plant = carried(scenario.plant(), ["DING", "TRUCK", "tag:T6"])
    assert {(given.tag, given.person or given.vehicle) for given in plant.assignments} == {
        ("DING", "DING"),
        ("TRUCK", "TRUCK"),
    }
