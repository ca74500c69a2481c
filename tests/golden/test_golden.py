"""A recorded session gives the same effects for ever, however it is cut into messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.fix import FixBatch
from gis.wire import decode, encode
from tests.golden import scenario
from tests.golden.recording import EFFECTS, EVENTS, FIRST_SEQ, lines, plain, read_events, replayed
from twin.core.step import step
from twin.core.world import new_world, snapshot
from twin.effects import AlarmChanged, Crossed, Effect, PositionsMoved, WorldSnapshot
from twin.events import Event, FixesMeasured

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.fixture(scope="module")
def recorded() -> list[Event]:
    return read_events(EVENTS)


@pytest.fixture(scope="module")
def effects(recorded: list[Event]) -> list[Effect]:
    return replayed(recorded)


def test_the_recording_replays_to_the_blessed_effects(effects: list[Effect]) -> None:
    assert lines(effects).splitlines() == EFFECTS.read_text().splitlines()


def test_the_recording_is_the_scenario(recorded: list[Event]) -> None:
    assert [encode(event) for event in recorded] == [encode(event) for event in scenario.events()]


def test_replaying_twice_gives_the_same_bytes(recorded: list[Event], effects: list[Effect]) -> None:
    assert [encode(effect) for effect in replayed(recorded)] == [encode(effect) for effect in effects]


def test_effects_are_numbered_without_holes(effects: list[Effect]) -> None:
    assert [effect.seq for effect in effects] == list(range(FIRST_SEQ, FIRST_SEQ + len(effects)))


def test_the_recording_holds_every_kind_of_effect(effects: list[Effect]) -> None:
    kinds = {type(effect).__name__ for effect in effects}
    assert kinds >= {
        "PositionsMoved",
        "SubjectStatusChanged",
        "Crossed",
        "AlarmChanged",
        "ReadingsChanged",
        "WeatherChanged",
        "TagChanged",
        "CameraChanged",
        "PlantChanged",
    }
    causes = {effect.cause for effect in effects if isinstance(effect, AlarmChanged)}
    assert causes >= {"raised", "acknowledged", "returned"}
    assert any(isinstance(effect, PositionsMoved) and effect.late for effect in effects)


@settings(max_examples=5)
@given(st.integers(1, 7), st.integers(0, 2**32 - 1))
def test_smaller_messages_give_the_same_crossings_and_alarms(
    recorded: list[Event], effects: list[Effect], most: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    cut: list[Event] = []
    for event in recorded:
        cut += split(event, most, rng) if isinstance(event, FixesMeasured) else [event]
    assert consequences(replayed(cut)) == consequences(effects)


def test_a_core_that_starts_again_in_the_middle_raises_no_alarm_twice(
    recorded: list[Event], effects: list[Effect]
) -> None:
    middle = len(recorded) // 3
    world = new_world(scenario.plant(), FIRST_SEQ)
    before: list[Effect] = []
    for event in recorded[:middle]:
        world, more = step(world, event)
        before += more
    assert world.alarms
    inside = [
        (world.roster.carriers[subject].subject, world.prisms.fences[fence].code, pair.entered_ns)
        for subject, fence, pair in world.membership.entries()
        if pair.inside
    ]
    open_alarms = [decode(encode(alarm), type(alarm)) for alarm in world.alarms.values()]
    picture = decode(encode(snapshot(world)), WorldSnapshot)
    world = new_world(scenario.plant(), 10_000, open_alarms=open_alarms, inside=inside, memory=picture)
    after: list[Effect] = []
    for event in recorded[middle:]:
        world, more = step(world, event)
        after += more
    assert consequences([*before, *after]) == consequences(effects)


def split(event: FixesMeasured, most: int, rng: np.random.Generator) -> list[Event]:
    """The same fixes in messages of at most `most`."""
    fixes, parts, at = event.fixes, [], 0
    while at < len(fixes):
        n = int(rng.integers(1, most + 1))
        parts.append(FixesMeasured(int(fixes.t_ns[at : at + n].max()), part_of(fixes, slice(at, at + n))))
        at += n
    return list(parts)


def part_of(fixes: FixBatch, which: slice) -> FixBatch:
    changes = {
        name: getattr(fixes, name)[which] for name in FixBatch.__struct_fields__ if name not in ("plant", "engine")
    }
    return msgspec.structs.replace(fixes, **changes)


def consequences(effects: Sequence[Effect]) -> list[dict[str, Any]]:
    """Crossings and alarm changes without their numbers, in order of time."""
    found = [plain(effect) | {"seq": 0} for effect in effects if isinstance(effect, Crossed | AlarmChanged)]
    return sorted(found, key=lambda each: (each["t_ns"], each["effect"], str(each)))
