"""Limits of measured values: raised once, returned once, frozen when nobody knows, and what is silent is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.plant import Limits, Sensor
from tests.golden.scenario import LONG_AGO_NS, T0_NS, named, plant
from tests.twin.core.walking import fold
from twin.core.process import process_of, taken
from twin.core.step import step
from twin.core.world import new_world, snapshot
from twin.effects import AlarmChanged, AlarmState
from twin.events import AlarmAcknowledged, AlarmReset, PlantReplaced, Reading, ReadingsTaken, Ticked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twin.core.world import World
    from twin.effects import Effect
    from twin.events import Event

S = 10**9
RANGES = {"level": (0.0, 20.0), "gas_lel": (0.0, 100.0), "pressure": (0.0, 2.0), "oxygen": (0.0, 30.0)}


def sensor(code: str, quantity: str = "level", **limits: float) -> Sensor:
    low, high = RANGES[quantity]
    return Sensor(
        code=code,
        names=named(code),
        quantity=quantity,
        unit="u",
        range_low=low,
        range_high=high,
        limits=Limits(**limits),
        valid_from=LONG_AGO_NS,
    )


LEVEL = sensor("LT", ll=1.0, l=2.0, h=16.0, hh=18.0)
GAS = sensor("GD", "gas_lel", h=25.0, hh=50.0)


def world_of(*sensors: Sensor) -> World:
    return new_world(plant([]).model_copy(update={"sensors": sensors}), 1)


def minutes(code: str, values: Callable[[int], float], seconds: range, quality: str = "good") -> list[Event]:
    """A value and a tick a second."""
    events: list[Event] = []
    for second in seconds:
        t_ns = T0_NS + second * S
        events += [ReadingsTaken(t_ns, [Reading(code, t_ns, values(second), quality)]), Ticked(t_ns + S // 2)]
    return events


def told(effects: Sequence[Effect], *, without: tuple[str, ...] = ("escalated",)) -> list[tuple[str, str, int]]:
    """(kind, cause, second) of each alarm change."""
    return [
        (effect.alarm.kind, effect.cause, (effect.t_ns - T0_NS) // S)
        for effect in effects
        if isinstance(effect, AlarmChanged) and effect.cause not in without
    ]


def test_a_value_over_its_limit_raises_one_alarm_and_returns_once() -> None:
    rng = np.random.default_rng(5)
    noise = rng.normal(0.0, 0.15, 1000)

    def level(second: int) -> float:
        return float(15.0 + 1.8 * np.sin(np.pi * second / 700.0) + noise[second])

    world, effects = fold(world_of(LEVEL), minutes("LT", level, range(900)))
    changes = told(effects)
    assert [(kind, cause) for kind, cause, _ in changes] == [("LEVEL_H", "raised"), ("LEVEL_H", "returned")]
    alarm = next(iter(world.alarms.values()))
    assert (alarm.sensor, alarm.limit, alarm.unit, alarm.subject, alarm.fence) == ("LT", 16.0, "u", "", None)
    assert alarm.value is not None
    assert alarm.value >= 16.0
    assert alarm.parameters == {"deadband": 1.0, "on_delay_s": 60.0, "off_delay_s": 60.0}


@pytest.mark.parametrize(
    ("given", "value", "expected"),
    [
        (LEVEL, 17.0, [("LEVEL_H", 60)]),
        (LEVEL, 18.0, [("LEVEL_HH", 5), ("LEVEL_H", 60)]),
        (LEVEL, 2.0, [("LEVEL_L", 60)]),
        (LEVEL, 0.5, [("LEVEL_LL", 5), ("LEVEL_L", 60)]),
        (LEVEL, 15.9, []),
        (GAS, 25.0, [("GAS_L1", 3)]),
        (GAS, 60.0, [("GAS_L2", 0), ("GAS_L1", 3)]),
        (sensor("PT", "pressure", h=1.5, hh=1.8), 1.6, [("PRES_H", 15)]),
        (sensor("OX", "oxygen", l=19.5, h=23.5), 18.0, [("O2_L", 3)]),
    ],
)
def test_each_limit_has_its_delay(given: Sensor, value: float, expected: list[tuple[str, int]]) -> None:
    _, effects = fold(world_of(given), minutes(given.code, lambda _: value, range(80)))
    assert [(kind, second) for kind, cause, second in told(effects) if cause == "raised"] == expected


def test_a_short_peak_raises_nothing() -> None:
    _, effects = fold(world_of(LEVEL), minutes("LT", lambda s: 17.0 if s % 50 < 40 else 15.0, range(300)))
    assert told(effects) == []


def test_gas_of_the_second_level_is_held_until_it_is_reset() -> None:
    world, effects = fold(world_of(GAS), minutes("GD", lambda s: 60.0 if s < 20 else 2.0, range(100)))
    assert [(kind, cause) for kind, cause, _ in told(effects)] == [
        ("GAS_L2", "raised"), ("GAS_L1", "raised"), ("GAS_L1", "returned"), ("GAS_L2", "returned"),
    ]  # fmt: skip
    held = world.alarms["GAS_L2", "GD", ""]
    assert (held.state, held.may_shelve, held.priority) == (AlarmState.LATCHED_UNACKNOWLEDGED, False, 1)
    world, _ = fold(
        world, [AlarmAcknowledged(world.now_ns, held.id, "op"), AlarmReset(world.now_ns + 1, held.id, "op", "safe")]
    )
    assert ("GAS_L2", "GD", "") not in world.alarms


@pytest.mark.parametrize("quality", ["bad", "stale", "maintenance"])
def test_a_value_nobody_may_trust_freezes_what_stands_and_clears_nothing(quality: str) -> None:
    world, _ = fold(world_of(GAS), minutes("GD", lambda _: 30.0, range(10)))
    world, effects = fold(world, minutes("GD", lambda _: 0.0, range(10, 200), quality))
    assert world.alarms["GAS_L1", "GD", ""].is_active
    assert [kind for kind, cause, _ in told(effects) if cause == "raised"] == ["STALE"] * (quality != "maintenance")
    world, effects = fold(world, minutes("GD", lambda _: 0.0, range(200, 270)))
    assert ("GAS_L1", "returned", 260) in told(effects)
    assert not world.alarms["GAS_L1", "GD", ""].is_active


def test_bad_values_raise_nothing_beyond_a_limit() -> None:
    _, effects = fold(world_of(GAS), minutes("GD", lambda _: 99.0, range(4), "bad"))
    assert told(effects) == []


def test_a_silent_point_is_told_and_its_alarm_is_frozen() -> None:
    world = world_of(LEVEL, GAS)
    events = minutes("LT", lambda _: 18.5, range(200))
    events += minutes("GD", lambda _: 30.0, range(10))
    world, effects = fold(world, sorted(events, key=lambda event: event.t_ns))
    raised = {kind: second for kind, cause, second in told(effects) if cause == "raised"}
    assert raised["STALE"] == 9 + 30
    assert world.alarms["GAS_L1", "GD", ""].is_active
    world, effects = fold(world, minutes("GD", lambda _: 1.0, range(200, 270)))
    assert ("STALE", "returned", 260) in told(effects)


def test_a_point_that_never_spoke_has_longer_to_begin() -> None:
    _world, effects = fold(world_of(LEVEL, GAS), minutes("LT", lambda _: 5.0, range(200)))
    assert [(kind, second) for kind, cause, second in told(effects) if cause == "raised"] == [("STALE", 60 + 30)]


def test_when_every_point_is_silent_one_alarm_calls_and_the_others_follow_from_it() -> None:
    many = [sensor(f"L{i}", h=16.0) for i in range(20)]
    world = world_of(*many)
    t_ns = T0_NS
    world, _ = step(world, ReadingsTaken(t_ns, [Reading(one.code, t_ns, 5.0) for one in many]))
    world, effects = fold(world, [Ticked(T0_NS + s * S) for s in range(60)])
    alarms = list(world.alarms.values())
    assert [alarm.kind for alarm in alarms if alarm.is_annunciated] == ["COMMS"]
    (cause,) = (alarm for alarm in alarms if alarm.kind == "COMMS")
    assert {alarm.suppressed.cause for alarm in alarms if alarm.suppressed} == {cause.id}
    assert len(alarms) == 21
    back: list[Event] = []
    for second in range(60, 180):
        t_ns = T0_NS + second * S
        # They come back one after the other.
        heard = many[: second - 59]
        back += [ReadingsTaken(t_ns, [Reading(one.code, t_ns, 5.0) for one in heard]), Ticked(t_ns)]
    world, effects = fold(world, back)
    # Nobody was called by the consequences, so nobody has to acknowledge them.
    assert [(alarm.kind, alarm.state) for alarm in world.alarms.values()] == [
        ("COMMS", AlarmState.RETURNED_UNACKNOWLEDGED)
    ]
    assert not any(cause == "unsuppressed" for _, cause, _ in told(effects))


def test_a_core_that_starts_again_waits_for_a_value_before_it_says_that_a_limit_is_kept() -> None:
    before, _ = fold(world_of(GAS), minutes("GD", lambda _: 30.0, range(10)))
    picture = snapshot(before)
    world = new_world(before.plant, picture.seq + 1, open_alarms=picture.alarms)
    world, effects = fold(world, [Ticked(T0_NS + s * S) for s in range(10, 120)])
    assert [change for change in told(effects) if change[0] == "GAS_L1"] == []
    assert world.alarms["GAS_L1", "GD", ""].is_active
    world, effects = fold(world, minutes("GD", lambda _: 1.0, range(120, 200)))
    assert ("GAS_L1", "returned", 180) in told(effects)
    assert not any(kind == "GAS_L1" and cause == "raised" for kind, cause, _ in told(effects))


def test_a_limit_that_is_taken_away_ends_its_alarm() -> None:
    world, _ = fold(world_of(GAS), minutes("GD", lambda _: 30.0, range(10)))
    softer = plant([]).model_copy(update={"sensors": (sensor("GD", "gas_lel", h=40.0, hh=50.0),)})
    world, _ = step(world, PlantReplaced(T0_NS + 10 * S, softer.model_dump_json().encode()))
    _, effects = fold(world, minutes("GD", lambda _: 30.0, range(11, 80)))
    assert ("GAS_L1", "returned", 70) in told(effects)


@given(
    st.lists(st.tuples(st.sampled_from(["LT", "GD", "??"]), st.floats(-5, 120), st.sampled_from(["good", "bad"]))),
    st.booleans(),
)
def test_what_holds_is_what_the_limits_say(values: list[tuple[str, float, str]], alarmed: bool) -> None:
    process = process_of(plant([]).model_copy(update={"sensors": (LEVEL, GAS)}), T0_NS)
    known: dict[str, Any] = {}
    for i, (code, value, quality) in enumerate(values):
        process, asked = taken(process, [Reading(code, T0_NS + i, value, quality)], lambda _: alarmed)
        if quality == "good":
            known[code] = value
        assert (quality == "good" and code != "??") == bool(asked)
    level, gas = known.get("LT"), known.get("GD")
    back = 1.0 if alarmed else 0.0
    expected = set()
    if level is not None:
        expected |= {"LEVEL_HH"} if level >= 18 or level > 18 - back else set()
        expected |= {"LEVEL_H"} if level >= 16 or level > 16 - back else set()
        expected |= {"LEVEL_L"} if level <= 2 or level < 2 + back else set()
        expected |= {"LEVEL_LL"} if level <= 1 or level < 1 + back else set()
    if gas is not None:
        expected |= {"GAS_L1"} if gas >= 25 or gas > 25 - 5 * back else set()
        expected |= {"GAS_L2"} if gas >= 50 or gas > 50 - 5 * back else set()
    assert {kind for kind, _, _ in process.holding} == expected
