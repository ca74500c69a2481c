"""The rules against the truth: the same day of 200 people, lived once and judged twice.

Once by its true places (an error of a millimetre, nothing unheard), once by what was measured of them. Both runs of
the core get the same calls for help. An alarm of the measured day is held against the alarm of the true one about the
same matter; a call for help and a visit to a forbidden zone, which must not be missed, against what truly happened.
The words are written down in docs/rules/truth.md.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.time import NS_PER_S
from tests.bench.day import START_NS, Measured, demo_day, events, measured
from tests.bench.figure import Figure, at_most, told
from tests.bench.visits import SLACK_S, visits
from twin.core.conditions import INTRUSION
from twin.core.rules.forbidden import is_intrusion
from twin.core.step import step
from twin.core.world import new_world
from twin.effects import AlarmChanged, AlarmState
from twin.events import AlarmAcknowledged, AlarmReset, TagReported, Ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.day import Day
    from twin.effects import Alarm, Effect
    from twin.events import Event

PEOPLE, SECONDS, SEED = 200, 8 * 3600, 20261125
ERROR_M, TRUE_ERROR_M = 0.3, 0.001
MISSTEPS_PER_H, CALLS, CALL_S = 20, 40, 20
SOS = "SOS"
# Devices, not people: an anchor and a tag are as silent in either run.
DEVICES = {"TAGOFF", "ANCHOROFF", "LOWBATT", "COMMS"}
_UNACKNOWLEDGED = {
    AlarmState.UNACKNOWLEDGED,
    AlarmState.LATCHED_UNACKNOWLEDGED,
    AlarmState.RETURNED_UNACKNOWLEDGED,
}

Matter = tuple[str, str, str]
"""Kind, fence and subject of an alarm."""


@dataclass(frozen=True, slots=True)
class Told:
    """One alarm: when its condition began, when it was raised and when it was over, seconds of the day."""

    since_s: float
    raised_s: float
    over_s: float


def figures(people: int = PEOPLE, seconds: int = SECONDS) -> Iterator[Figure]:
    """Missed and false alarms and their delay, kind by kind."""
    day = demo_day(people, seconds, SEED, MISSTEPS_PER_H)
    rng = np.random.default_rng(SEED)
    calls = sorted(
        (float(at_s), day.carriers[who].tag)
        for at_s, who in zip(
            rng.uniform(60, seconds - 120, CALLS), rng.choice(len(day.carriers), CALLS, replace=False), strict=True
        )
    )
    seen = measured(day, ERROR_M, SEED + 1)
    moving = _moving(day)
    true = alarms(day, _exact(day), calls, moving)
    found = alarms(day, seen, calls, moving)
    yield from _sure(day, seen, calls, found)
    delays: list[float] = []
    for kind in sorted({matter[0] for matter in (*true, *found)} - DEVICES):
        missed, false, late = held(
            {matter: these for matter, these in true.items() if matter[0] == kind},
            {matter: these for matter, these in found.items() if matter[0] == kind},
        )
        many = sum(len(these) for matter, these in true.items() if matter[0] == kind)
        delays += late
        name = f"rules_{kind.lower()}"
        yield told(f"{name}_missed", missed, f"of {many} by the true places", "")
        yield told(f"{name}_false", false, "alarms without one", "")
        if late:
            yield told(f"{name}_delay_p95_s", round(float(np.percentile(late, 95)), 1), "s", "since it truly began")
    if delays:
        yield told(
            "rules_delay_p95_s", round(float(np.percentile(delays, 95)), 1), "s", "all kinds, delays by design in it"
        )


def _moving(day: Day) -> np.ndarray:
    """(t, n) who truly moves."""
    way_m = np.hypot(*np.diff(day.xyz_m[:, :, :2], axis=0, prepend=day.xyz_m[:1, :, :2]).transpose(2, 0, 1))
    return np.asarray(way_m > 0.2)


def _exact(day: Day) -> Measured:
    """The day as it truly was."""
    seconds, n = day.xyz_m.shape[:2]
    cov = np.zeros((seconds, n, 3), np.float32)
    cov[:, :, [0, 2]] = TRUE_ERROR_M**2
    return Measured(day.xyz_m[:, :, :2], cov, np.ones((seconds, n), bool))


def alarms(day: Day, seen: Measured, calls: list[tuple[float, str]], moving: np.ndarray) -> dict[Matter, list[Told]]:
    """What the core raises of a day; each is acknowledged and reset at once: every occurrence is its own."""
    # Measuring points are silent in this day, and no matter of it.
    world = new_world(day.plant.model_copy(update={"sensors": ()}), 1)
    story: dict[str, Alarm] = {}
    over: dict[str, int] = {}
    waiting = [
        TagReported(t_ns=START_NS + round(at_s * NS_PER_S), tag_id=tag, sos=down)
        for call_s, tag in calls
        for at_s, down in ((call_s, True), (call_s + CALL_S, False))
    ]
    waiting.sort(key=lambda event: -event.t_ns)
    for batch in events(day, seen, moving):
        due: list[Event] = [batch, Ticked(t_ns=batch.t_ns)]
        while waiting and waiting[-1].t_ns <= batch.t_ns:
            due.insert(0, waiting.pop())
        while due:
            world, effects = step(world, due.pop(0))
            due += _handled(effects, story, over)
    end_ns = START_NS + len(seen.xy_m) * NS_PER_S
    told_: dict[Matter, list[Told]] = defaultdict(list)
    for name, alarm in story.items():
        times = (alarm.since_ns or alarm.raised_ns, alarm.raised_ns, over.get(name, end_ns))
        told_[alarm.kind, alarm.fence or "", alarm.subject].append(Told(*((t - START_NS) / NS_PER_S for t in times)))
    return dict(told_)


def _handled(effects: list[Effect], story: dict[str, Alarm], over: dict[str, int]) -> Iterator[Event]:
    """What an operator who sleeps never does about alarms."""
    for effect in effects:
        if not isinstance(effect, AlarmChanged):
            continue
        alarm = effect.alarm
        story.setdefault(alarm.id, alarm)
        if effect.cause in {"returned", "reset"}:
            over.setdefault(alarm.id, effect.t_ns)
        if alarm.state in {
            AlarmState.UNACKNOWLEDGED,
            AlarmState.LATCHED_UNACKNOWLEDGED,
            AlarmState.RETURNED_UNACKNOWLEDGED,
        }:
            yield AlarmAcknowledged(t_ns=effect.t_ns, alarm=alarm.id, by="bench")
        elif alarm.state is AlarmState.LATCHED_ACKNOWLEDGED:
            yield AlarmReset(t_ns=effect.t_ns, alarm=alarm.id, by="bench")


def held(true: dict[Matter, list[Told]], found: dict[Matter, list[Told]]) -> tuple[int, int, list[float]]:
    """Missed, false, and how long after it truly began each of the others was raised, seconds."""
    missed, late = 0, []
    matched: set[tuple[Matter, int]] = set()
    for matter, these in true.items():
        for one in these:
            meeting = [
                number
                for number, other in enumerate(found.get(matter, ()))
                if other.since_s <= one.over_s + SLACK_S and one.since_s - SLACK_S <= other.over_s
            ]
            matched.update((matter, number) for number in meeting)
            if meeting:
                late.append(max(0.0, found[matter][meeting[0]].raised_s - one.since_s))
            else:
                missed += 1
    return missed, sum(map(len, found.values())) - len(matched), late


def _sure(
    day: Day, seen: Measured, calls: list[tuple[float, str]], found: dict[Matter, list[Told]]
) -> Iterator[Figure]:
    """Calls and forbidden zones against what truly happened, by no rule."""
    code_of = {carrier.tag: (carrier.person or carrier.vehicle).code for carrier in day.carriers}  # type: ignore[union-attr] # one of them
    called = [found.get((SOS, "", code_of[tag]), []) for _, tag in calls]
    missed = sum(
        not any(abs(one.raised_s - at_s) <= SLACK_S for one in theirs)
        for (at_s, _), theirs in zip(calls, called, strict=True)
    )
    false = sum(len(these) for matter, these in found.items() if matter[0] == SOS) - (len(calls) - missed)
    visited = 0
    carriers = new_world(day.plant, 1).roster.carriers
    by_code = {carrier.subject: carrier for carrier in carriers}
    codes = [code_of[carrier.tag] for carrier in day.carriers]
    for fence in day.plant.fences:
        if fence.rules.moving_with is not None:
            continue
        found_visits = [v for v in visits(day, seen, fence, ERROR_M) if is_intrusion(by_code[codes[v.who]], fence)]
        noticed: set[tuple[str, int]] = set()
        for visit in found_visits:
            theirs = found.get((INTRUSION, fence.code, codes[visit.who]), [])
            meeting = [
                number
                for number, one in enumerate(theirs)
                if one.since_s <= visit.ends_s + SLACK_S and visit.begins_s - SLACK_S <= one.over_s
            ]
            noticed.update((codes[visit.who], number) for number in meeting)
            visited += visit.must
            missed += visit.must and not meeting
        told_here = sum(len(these) for matter, these in found.items() if matter[:2] == (INTRUSION, fence.code))
        false += told_here - len(noticed)
    beside = f"of {len(calls)} calls and {visited} visits to forbidden zones"
    yield at_most("rules_missed", missed, beside, 0)
    yield at_most("rules_false", false, "calls and intrusions that were none", 0)
