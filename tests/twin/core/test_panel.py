"""The alarm machine under any order of conditions, commands and time: what may happen happens, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gis.wire import decode, encode
from tests.golden.scenario import T0_NS, plant
from twin.core.conditions import AlarmKey, Condition
from twin.core.ledger import Ledger
from twin.core.operators import commanded
from twin.core.panel import Panel
from twin.core.settling import settled
from twin.core.world import World, new_world, snapshot
from twin.effects import Alarm, AlarmChanged, AlarmState, FloodChanged, Stage, WorldSnapshot
from twin.events import (
    AlarmAcknowledged,
    AlarmCommand,
    AlarmHandled,
    AlarmInService,
    AlarmOutOfService,
    AlarmReset,
    AlarmShelved,
    AlarmUnshelved,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

S = 10**9
PLAIN = Condition(("PLAIN", "X", ""), 3, (0.0, 0.0, 0.0), on_delay_s=5.0, off_delay_s=10.0)
HELD = Condition(("HELD", "X", ""), 1, (0.0, 0.0, 0.0), latched=True, may_shelve=False)
CAUSE = Condition(("CAUSE", "X", ""), 2, (0.0, 0.0, 0.0))
CHILD = Condition(("CHILD", "Y", ""), 3, (0.0, 0.0, 0.0), parent=CAUSE.key)
ALL = {condition.key: condition for condition in (PLAIN, HELD, CAUSE, CHILD)}
A, B, C, D, E, F = (
    AlarmState.NORMAL,
    AlarmState.UNACKNOWLEDGED,
    AlarmState.ACKNOWLEDGED,
    AlarmState.RETURNED_UNACKNOWLEDGED,
    AlarmState.LATCHED_UNACKNOWLEDGED,
    AlarmState.LATCHED_ACKNOWLEDGED,
)
# ISA-18.2: which state a cause may lead to from which; whatever else there is leaves the state alone.
MOVES = {
    "raised": {(A, B)},
    "reraised": {(A, B), (D, B), (E, B), (F, B)},
    "realarmed": {(C, B)},
    "acknowledged": {(B, C), (D, A), (E, F)},
    "returned": {(B, D), (C, A), (B, E), (C, F), (B, A)},
    "reset": {(F, A)},
}


class Desk(RuleBasedStateMachine):
    """Four conditions, an operator, maintenance and a clock."""

    def __init__(self) -> None:
        super().__init__()
        self.world = replace(new_world(plant([]), 1), started_ns=T0_NS)
        self.now_ns = T0_NS
        self.true: dict[AlarmKey, int] = {}
        self.over: dict[AlarmKey, int] = {}
        self.last: dict[str, Alarm] = {}
        self.effects: list[AlarmChanged] = []

    def _folded(self, world: World, out: Ledger) -> None:
        for effect in out.effects:
            if isinstance(effect, AlarmChanged):
                before = self.last.get(effect.alarm.id)
                states = (A if before is None else before.state, effect.alarm.state)
                if effect.cause in MOVES:
                    assert states in MOVES[effect.cause], (effect.cause, states)
                else:
                    assert states[0] is states[1], (effect.cause, states)
                assert before is None or effect.alarm.changed_ns >= before.changed_ns
                self.last[effect.alarm.id] = effect.alarm
                self.effects.append(effect)
        assert [effect.seq for effect in out.effects] == list(range(self.world.next_seq, out.next_seq))
        self.world = replace(world, next_seq=out.next_seq, now_ns=self.now_ns)

    def _tick(self, seconds: float) -> None:
        self.now_ns += round(seconds * S)
        out = Ledger(self.world.next_seq)
        holding = {key: ALL[key] for key in self.true}
        self._folded(settled(self.world, holding, self.now_ns, out), out)

    @rule(key=st.sampled_from(sorted(ALL)), seconds=st.sampled_from([0.0, 1.0, 4.0]))
    def turn(self, key: AlarmKey, seconds: float) -> None:
        if key in self.true:
            del self.true[key]
            self.over[key] = self.now_ns + round(seconds * S)
        else:
            self.true[key] = self.now_ns + round(seconds * S)
            self.over.pop(key, None)
        self._tick(seconds)

    @rule(seconds=st.sampled_from([1.0, 6.0, 11.0, 65.0, 601.0, 3600.0, 9 * 3600.0]))
    def wait(self, seconds: float) -> None:
        self._tick(seconds)

    def _say(self, command: AlarmCommand) -> None:
        out = Ledger(self.world.next_seq)
        self._folded(commanded(self.world, command, out), out)

    @rule(
        which=st.integers(0, 3),
        make=st.sampled_from(
            [
                lambda t, name: AlarmAcknowledged(t, name, "op"),
                lambda t, name: AlarmReset(t, name, "op"),
                lambda t, name: AlarmShelved(t, name, "op", t + 600 * S, "noise"),
                lambda t, name: AlarmShelved(t, name, "op", t + 600 * S, "noise", one_shot=True),
                lambda t, name: AlarmShelved(t, name, "op", t + 90 * 3600 * S, "for ever"),
                lambda t, name: AlarmUnshelved(t, name, "op"),
                lambda t, name: AlarmOutOfService(t, name, "fitter", "repair"),
                lambda t, name: AlarmInService(t, name, "fitter", "repaired"),
                lambda t, name: AlarmHandled(t, name, "op", "handling"),
                lambda t, name: AlarmHandled(t, name, "op", "verifying"),
                lambda t, name: AlarmHandled(t, name, "op", "closed", result="done"),
            ]
        ),
    )
    def command(self, which: int, make: object) -> None:
        names = sorted(self.last)
        if names:
            self._say(make(self.now_ns, names[-1 - which % len(names)]))  # type: ignore[operator] # one of the above

    @rule()
    def start_again(self) -> None:
        picture = decode(encode(snapshot(self.world)), WorldSnapshot)
        world = new_world(self.world.plant, picture.seq + 1, open_alarms=picture.alarms)
        self.world = replace(world, started_ns=self.now_ns, now_ns=self.now_ns)
        before = len(self.effects)
        self._tick(0.0)
        causes = {effect.cause for effect in self.effects[before:]}
        assert causes <= {"raised", "unshelved", "escalated", "realarmed", "suppressed"}

    @invariant()
    def truth_is_never_lost(self) -> None:
        for key, since_ns in self.true.items():
            alarm = self.world.alarms.get(key)
            if self.now_ns >= since_ns + round(ALL[key].on_delay_s * S):
                waits = key in self.world.annunciator.waiting
                assert waits or (alarm is not None and alarm.is_active), key
        for key in ALL.keys() - self.true.keys():
            alarm = self.world.alarms.get(key)
            if alarm is not None and alarm.is_active:
                assert key in self.world.annunciator.leaving or key in self.world.annunciator.unproven

    @invariant()
    def a_shelf_always_ends(self) -> None:
        for key, alarm in self.world.alarms.items():
            if alarm.shelved is not None:
                assert alarm.may_shelve
                assert alarm.shelved.until_ns - alarm.shelved.since_ns <= 8 * 3600 * S
                assert self.world.annunciator.timers[key] <= alarm.shelved.until_ns
                assert alarm.shelved.until_ns > self.now_ns - 9 * 3600 * S - S

    @invariant()
    def everything_open_is_known_and_nothing_else(self) -> None:
        known = {alarm.id: alarm for alarm in self.world.alarms.values()} | dict(self.world.annunciator.in_work)
        assert known == {name: alarm for name, alarm in self.last.items() if alarm.is_open}
        for alarm in known.values():
            steps = [step.stage for step in alarm.handling]
            assert steps.count(Stage.CLOSED) <= 1
            assert Stage.CLOSED not in steps[:-1]


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def world_at(seconds: float = 0.0) -> World:
    return replace(new_world(plant([]), 1), started_ns=T0_NS, now_ns=T0_NS + round(seconds * S))


def run(world: World, seconds: float, *holding: Condition) -> tuple[World, list[AlarmChanged]]:
    """One look at the conditions, so many seconds after the start."""
    out = Ledger(world.next_seq)
    world = settled(world, {one.key: one for one in holding}, T0_NS + round(seconds * S), out)
    changes = [effect for effect in out.effects if isinstance(effect, AlarmChanged)]
    return replace(world, next_seq=out.next_seq), changes


def causes(changes: Iterable[AlarmChanged]) -> list[str]:
    return [change.cause for change in changes]


def test_a_condition_shorter_than_its_delay_is_no_alarm_and_a_gap_shorter_than_its_delay_no_return() -> None:
    world, changes = run(world_at(), 0, PLAIN)
    world, more = run(world, 4.9, PLAIN)
    world, gone = run(world, 4.95)
    assert causes([*changes, *more, *gone]) == []
    world, _ = run(world, 10, PLAIN)
    world, changes = run(world, 15, PLAIN)
    assert (causes(changes), changes[0].alarm.since_ns) == (["raised"], T0_NS + 10 * S)
    for second in (16, 20, 24):
        world, changes = run(world, second)
        assert causes(changes) == []
    world, changes = run(world, 25, PLAIN)
    world, more = run(world, 36, PLAIN)
    assert causes([*changes, *more]) == []
    world, _ = run(world, 40)
    _, changes = run(world, 50)
    assert causes(changes) == ["returned"]


def test_nobody_answers_and_it_is_said_twice_then_an_answer_without_deeds_calls_again() -> None:
    world, changes = run(world_at(), 0, HELD)
    name = changes[0].alarm.id
    said = []
    for second in range(1, 40):
        world, changes = run(world, second, HELD)
        said += [(second, change.cause, change.alarm.escalation) for change in changes]
    assert said == [(15, "escalated", 1), (20, "escalated", 2)]
    out = Ledger(world.next_seq)
    world = commanded(world, AlarmAcknowledged(T0_NS + 40 * S, name, "op"), out)
    world, changes = run(world, 40 + 599, HELD)
    assert causes(changes) == []
    world, changes = run(world, 40 + 600, HELD)
    assert causes(changes) == ["realarmed"]
    assert changes[0].alarm.escalation == 0


def test_what_comes_three_times_a_minute_chatters_and_waits_until_it_is_quiet() -> None:
    world, seen = world_at(), []
    for second in range(30):
        world, changes = run(world, second, *([CAUSE] if second % 4 < 2 else []))
        seen += [(second, change.cause) for change in changes]
    assert seen == [
        (0, "raised"), (2, "returned"), (4, "reraised"), (6, "returned"), (8, "reraised"), (8, "chattering"),
    ]  # fmt: skip
    for second in (29, 60, 85, 88):
        world, changes = run(world, second)
        assert [cause for cause in causes(changes) if cause != "escalated"] == []
    world, changes = run(world, 89)
    assert causes(changes) == ["returned"]
    assert world.alarms[CAUSE.key].occurrences == 3


def test_an_alarm_over_before_anybody_could_answer_is_fleeting() -> None:
    world, _ = run(world_at(), 0, CAUSE)
    _, changes = run(world, 3)
    assert changes[0].alarm.fleeting
    world, _ = run(world_at(), 0, CAUSE)
    _, changes = run(world, 12)
    assert not changes[-1].alarm.fleeting


def test_a_flood_begins_above_ten_and_ends_below_five() -> None:
    world, floods = world_at(), []
    holding: list[Condition] = []
    for second in range(1300):
        if second < 15:
            holding.append(Condition(("K", str(second), ""), 3, (0.0, 0.0, 0.0)))
        out = Ledger(world.next_seq)
        world = settled(world, {one.key: one for one in holding}, T0_NS + second * S, out)
        world = replace(world, next_seq=out.next_seq)
        floods += [
            (second, effect.since_ns, effect.alarms) for effect in out.effects if isinstance(effect, FloodChanged)
        ]
        if second == 10:
            assert snapshot(world).flood_since_ns == T0_NS + 10 * S
    assert floods == [(10, T0_NS + 10 * S, 11), (610, None, 4)]


def test_alarms_of_one_cause_are_a_group_and_its_first_is_known() -> None:
    one, two, other = (
        Condition((kind, where, ""), 3, (0.0, 0.0, 0.0), root=root)
        for kind, where, root in (("A", "X", "unit"), ("B", "Y", "unit"), ("C", "Z", "elsewhere"))
    )
    world, first = run(world_at(), 0, one)
    world, second = run(world, 30, one, two, other)
    groups = {change.alarm.kind: (change.alarm.group, change.alarm.first_out) for change in [*first, *second]}
    name = first[0].alarm.id
    assert groups == {"A": (name, True), "B": (name, False), "C": (second[-1].alarm.id, True)}
    late = Condition(("D", "X", ""), 3, (0.0, 0.0, 0.0), root="unit")
    _, changes = run(world, 700, one, two, other, late)
    assert [change.alarm.first_out for change in changes if change.cause == "raised"] == [True]


def test_a_cost_is_that_of_what_changed_not_of_how_many_there_are() -> None:
    many = [Condition(("K", f"{i:04d}", ""), 3, (0.0, 0.0, 0.0)) for i in range(3000)]
    world, changes = run(world_at(), 0, *many)
    assert len(changes) == 3000
    out = Ledger(world.next_seq)
    panel = Panel(world, out)
    before = panel.alarms.now
    assert panel.world().alarms is before  # nothing changed: nothing is copied
    panel.settle({}, T0_NS + S, asked=[many[7].key])
    assert len(out.effects) == 1
    assert len(panel.world().alarms) == 3000
    assert world.alarms[many[7].key].is_active  # the world before is as it was


def test_old_bodies_of_alarms_are_read_with_what_they_lack() -> None:
    old = {
        "id": "INTRUSION:F:P:1", "kind": "INTRUSION", "priority": 2, "state": "unacknowledged", "raised_ns": 1,
        "changed_ns": 1, "subject": "P", "fence": "F", "fence_version": 1, "rule_version": 1, "x_m": 0.0, "y_m": 0.0,
        "z_m": 0.0, "evidence": [], "acknowledged_by": None, "acknowledged_ns": None, "returned_ns": None, "note": "",
    }  # fmt: skip
    alarm = msgspec.convert(old, Alarm)
    assert (alarm.is_open, alarm.is_annunciated, alarm.occurrences, alarm.handling) == (True, True, 1, [])
