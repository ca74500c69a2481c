"""The alarm machine against a plain table of its states, under any order of events."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gis.plant import Allow, FencePurpose, Plant
from tests.golden.scenario import T0_NS, fence, fixes, plant, rectangle
from tests.twin.core.walking import alarms, fold
from twin.core.parameters import AlarmParameters, Parameters
from twin.core.roster import Carrier, CarrierKind
from twin.core.rules.forbidden import is_allowed, is_intrusion
from twin.core.step import step
from twin.core.world import new_world, snapshot
from twin.effects import AlarmChanged, AlarmState, Crossed, Effect
from twin.events import AlarmAcknowledged, PlantReplaced, Ticked

ROOM = rectangle(0, 0, 20, 20)
INSIDE, OUTSIDE = (10.0, 10.0), (-10.0, 10.0)
PATIENT = Parameters(alarms=AlarmParameters(chatter_times=1_000_000))
"""Nothing chatters: what that does to a return has tests of its own."""


class AlarmLife(RuleBasedStateMachine):
    """An intruder, an operator, and somebody who changes the records: the alarm is always what it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.forbidden = True
        self.world = new_world(self._plant(), 1, parameters=PATIENT)
        self.seconds = 0
        self.inside = False
        self.expected = AlarmState.NORMAL
        self.changes: list[AlarmChanged] = []
        self.where: list[bool] = []

    def _plant(self) -> Plant:
        purpose = FencePurpose.FORBIDDEN if self.forbidden else FencePurpose.INFORMATION
        return plant([fence("ROOM", ROOM, purpose=purpose)])

    def _take(self, event: object) -> list[Effect]:
        self.world, effects = step(self.world, event)  # type: ignore[arg-type] # any event
        self.changes += [effect for effect in effects if isinstance(effect, AlarmChanged)]
        return effects

    def _stay(self, place: tuple[float, float]) -> None:
        for _ in range(2):
            self.seconds += 10
            self._take(fixes([("T2", self.seconds, *place)]))

    def _condition(self, holds: bool) -> None:
        before = self.expected
        if holds and before in (AlarmState.NORMAL, AlarmState.RETURNED_UNACKNOWLEDGED):
            self.expected = AlarmState.UNACKNOWLEDGED
        elif not holds and before is AlarmState.UNACKNOWLEDGED:
            self.expected = AlarmState.RETURNED_UNACKNOWLEDGED
        elif not holds and before is AlarmState.ACKNOWLEDGED:
            self.expected = AlarmState.NORMAL

    @rule()
    def enter(self) -> None:
        self._stay(INSIDE)
        self.inside = True
        self._condition(self.forbidden)

    @rule()
    def leave(self) -> None:
        self._stay(OUTSIDE)
        self.inside = False
        self._condition(False)

    @rule()
    def change_the_fence(self) -> None:
        self.forbidden = not self.forbidden
        self._take(PlantReplaced(self.world.now_ns + 1, self._plant().model_dump_json().encode()))
        self._condition(self.inside and self.forbidden)

    @rule(note=st.sampled_from(["", "guard sent"]))
    @precondition(lambda self: self.world.alarms)
    def acknowledge(self, note: str) -> None:
        (alarm,) = self.world.alarms.values()
        self._take(AlarmAcknowledged(self.world.now_ns, alarm.id, "op", note))
        if self.expected is AlarmState.UNACKNOWLEDGED:
            self.expected = AlarmState.ACKNOWLEDGED
        elif self.expected is AlarmState.RETURNED_UNACKNOWLEDGED:
            self.expected = AlarmState.NORMAL

    @rule()
    def acknowledge_what_is_not_there(self) -> None:
        assert self._take(AlarmAcknowledged(self.world.now_ns, "INTRUSION:ROOM:BOB:0", "op")) == []

    @rule(seconds=st.integers(0, 3))
    def wait(self, seconds: int) -> None:
        self._take(Ticked(self.world.now_ns + seconds * 10**9))

    @rule()
    def start_again(self) -> None:
        picture = snapshot(self.world)
        world = new_world(
            self._plant(), picture.seq + 1, open_alarms=picture.alarms, inside=picture.inside, parameters=PATIENT
        )
        self.world, effects = step(world, Ticked(picture.t_ns))
        assert [cause for cause, _ in alarms(effects) if cause not in ("escalated", "realarmed")] == []
        assert not any(isinstance(effect, Crossed) for effect in effects)

    @invariant()
    def the_alarm_is_what_it_should_be(self) -> None:
        states = [alarm.state for alarm in self.world.alarms.values()]
        assert states == ([] if self.expected is AlarmState.NORMAL else [self.expected])

    @invariant()
    def the_effects_tell_the_same_story(self) -> None:
        told = self.changes[-1].alarm.state if self.changes else AlarmState.NORMAL
        assert told is self.expected
        for earlier, later in zip(self.changes, self.changes[1:], strict=False):
            assert later.seq > earlier.seq
            assert later.alarm.changed_ns >= earlier.alarm.changed_ns
            same = later.alarm.id == earlier.alarm.id
            assert same != (later.cause == "raised")
            assert same or earlier.alarm.state is AlarmState.NORMAL


TestAlarmLife = AlarmLife.TestCase


def test_an_alarm_carries_what_led_to_it() -> None:
    world, effects = fold(new_world(plant([fence("ROOM", ROOM)]), 1), [fixes([("T2", t, *INSIDE)]) for t in (1.0, 2.0)])
    (change,) = (effect for effect in effects if isinstance(effect, AlarmChanged))
    alarm = change.alarm
    assert alarm.id == f"INTRUSION:ROOM:BOB:{T0_NS + 2 * 10**9}"
    assert (alarm.kind, alarm.priority, alarm.fence_version, alarm.rule_version) == ("INTRUSION", 2, 1, 1)
    assert [fix.t_ns for fix in alarm.evidence] == [T0_NS + 10**9, T0_NS + 2 * 10**9]
    assert all(fix.probability > 0.99 for fix in alarm.evidence)
    assert next(iter(world.alarms.values())) == alarm


def test_an_alarm_whose_fence_is_gone_returns_and_still_wants_to_be_seen() -> None:
    world, _ = fold(new_world(plant([fence("ROOM", ROOM)]), 1), [fixes([("T2", t, *INSIDE)]) for t in (1.0, 2.0)])
    world, effects = step(world, PlantReplaced(T0_NS + 3 * 10**9, plant([]).model_dump_json().encode()))
    assert alarms(effects) == [("returned", "returned_unacknowledged")]
    (out,) = (effect for effect in effects if isinstance(effect, Crossed))
    assert (out.direction.value, out.probability, out.dwell_s) == ("exit", 0.0, 1.0)
    assert len(world.alarms) == 1


def test_a_fence_ends_with_its_time() -> None:
    closing = fence("ROOM", ROOM, valid_to=T0_NS + 5 * 10**9)
    world, _ = fold(new_world(plant([closing]), 1), [fixes([("T2", t, *INSIDE)]) for t in (1.0, 2.0)])
    world, effects = fold(world, [Ticked(T0_NS + t * 10**9) for t in (3, 4)])
    assert effects == []
    world, effects = step(world, Ticked(T0_NS + 5 * 10**9))
    assert alarms(effects) == [("returned", "returned_unacknowledged")]
    opening = fence("ROOM", ROOM, valid_from=T0_NS + 5 * 10**9)
    walk = [fixes([("T2", t, *INSIDE)]) for t in range(1, 9)]
    _, effects = fold(new_world(plant([opening]), 1), walk)
    assert [(effect.t_ns - T0_NS) // 10**9 for effect in effects if isinstance(effect, AlarmChanged)] == [6]


def test_a_new_version_of_a_fence_keeps_who_is_inside() -> None:
    versions = [
        fence("ROOM", ROOM, valid_to=T0_NS + 5 * 10**9),
        fence("ROOM", rectangle(0, 0, 25, 20), version=2, valid_from=T0_NS + 5 * 10**9),
    ]
    _, effects = fold(new_world(plant(versions), 1), [fixes([("T2", t, *INSIDE)]) for t in range(1, 9)])
    assert alarms(effects) == [("raised", "unacknowledged")]


@pytest.mark.parametrize(
    ("carrier", "allow", "allowed"),
    [
        (Carrier("BOB", CarrierKind.PERSON, "welder", "A"), Allow(), False),
        (Carrier("BOB", CarrierKind.PERSON, "welder", "A"), Allow(roles=("welder",)), True),
        (Carrier("BOB", CarrierKind.PERSON, "welder", "A"), Allow(teams=("A",)), True),
        (Carrier("BOB", CarrierKind.PERSON, "welder", "A"), Allow(persons=("BOB",)), True),
        (Carrier("BOB", CarrierKind.PERSON, "welder", None), Allow(vehicles=("BOB",), roles=("fitter",)), False),
        (Carrier("TRUCK", CarrierKind.VEHICLE), Allow(vehicles=("TRUCK",)), True),
        (Carrier("TRUCK", CarrierKind.VEHICLE), Allow(persons=("TRUCK",), roles=("welder",)), False),
        (Carrier("tag:T9", CarrierKind.TAG), Allow(persons=("T9",), vehicles=("T9",)), False),
    ],
)
def test_who_is_allowed(carrier: Carrier, allow: Allow, allowed: bool) -> None:
    record = fence("ROOM", ROOM, allow=allow)
    assert is_allowed(carrier, record) is allowed
    assert is_intrusion(carrier, record) is not allowed
    assert not is_intrusion(carrier, record.model_copy(update={"purpose": FencePurpose.INFORMATION}))


def test_evidence_is_bounded() -> None:
    world, _ = fold(new_world(plant([fence("ROOM", ROOM)]), 1), [fixes([("T2", t, *INSIDE)]) for t in (1.0, 2.0)])
    for turn in range(60):
        rows = [fixes([("T2", 10 + turn * 40 + t, *(OUTSIDE if t < 20 else INSIDE))]) for t in (0, 10, 20, 30)]
        world, _ = fold(world, rows)
    (alarm,) = world.alarms.values()
    assert len(alarm.evidence) == 64
    assert alarm.evidence[0].t_ns == T0_NS + 10**9
    assert len(msgspec.json.encode(alarm)) < 20_000
