"""The alarm machine at work: all alarms of a plant while one event is folded.

Conditions come and go; on-delays and off-delays decide when that raises an alarm or lets it return. Every change is one
effect. The cost of an event is that of what changed in it, not of how many alarms there are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from gis.time import NS_PER_S
from twin.core import alarms as machine
from twin.core.alarm_clock import next_ns, realarm_ns, unseen_ns, untouched_ns
from twin.core.annunciator import Annunciator, Draft
from twin.core.flood import counted, flood_since
from twin.core.process import is_watched
from twin.core.process_tuning import COMMS, STALE
from twin.effects import Alarm, AlarmChanged, FloodChanged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from twin.core.conditions import AlarmKey, Condition
    from twin.core.ledger import Ledger
    from twin.core.world import World

ESCALATIONS = ((2, untouched_ns), (1, unseen_ns))


class Panel:
    """Lives only as long as one event; `world()` gives what it came to."""

    def __init__(self, world: World, out: Ledger) -> None:
        rest = world.annunciator
        self._world = world
        self._out = out
        self._known = world.parameters.alarms
        self.alarms: Draft[AlarmKey, Alarm] = Draft(world.alarms)
        self._standing: Draft[AlarmKey, Condition] = Draft(rest.standing)
        self._since: Draft[AlarmKey, int] = Draft(rest.since)
        self._waiting: Draft[AlarmKey, int] = Draft(rest.waiting)
        self._leaving: Draft[AlarmKey, int] = Draft(rest.leaving)
        self._timers: Draft[AlarmKey, int] = Draft(rest.timers)
        self._recent: Draft[AlarmKey, tuple[int, ...]] = Draft(rest.recent)
        self._groups: Draft[str, tuple[str, int]] = Draft(rest.groups)
        self.in_work: Draft[str, Alarm] = Draft(rest.in_work)
        self._unproven = set(rest.unproven)
        self._rate = rest.rate
        self._flood_since_ns = rest.flood_since_ns

    # ------------------------------------------------------------ the process

    def settle(
        self, holding: Mapping[AlarmKey, Condition], now_ns: int, asked: Collection[AlarmKey] | None = None
    ) -> None:
        """Take over which conditions hold now.

        Args:
            holding: those that do.
            now_ns: when.
            asked: what was asked about; a condition that was not is left as it stands. None: everything was.
        """
        if asked is None:
            over = [key for key in self._standing.now if key not in holding]
            over += [key for key in self._unproven if key not in holding and self._is_judged(key, now_ns)]
            begun = [condition for key, condition in holding.items() if key not in self._standing]
            for key in sorted(over):
                self.ends(key, now_ns)
            # What still holds is kept as it was last told: its newest value and evidence.
            self._standing.set_all({key: holding[key] for key in self._standing.now})
        else:
            begun = [holding[key] for key in asked if key in holding]
            for key in sorted(asked):
                if key not in holding:
                    self.ends(key, now_ns)
        for condition in sorted(begun, key=lambda condition: condition.parent is not None):
            self.begins(condition, now_ns)

    def begins(self, condition: Condition, t_ns: int) -> None:
        """A condition holds; told again while it does, only its words are renewed."""
        key = condition.key
        if key not in self._standing:
            since_ns = t_ns if condition.since_ns is None else min(condition.since_ns, t_ns)
            self._since.put(key, since_ns)
        self._standing.put(key, condition)
        self._unproven.discard(key)
        self._leaving.drop(key)
        alarm = self.alarms.get(key)
        if alarm is not None and alarm.is_active:
            return
        due_ns = self._since[key] + round(condition.on_delay_s * NS_PER_S)
        if due_ns <= t_ns:
            self._raise(condition, t_ns)
        else:
            self._waiting.put(key, due_ns)

    def ends(self, key: AlarmKey, t_ns: int) -> None:
        """A condition holds no longer; one that is unknown or over is left alone."""
        condition = self._standing.get(key)
        self._standing.drop(key)
        self._since.drop(key)
        self._waiting.drop(key)
        self._unproven.discard(key)
        alarm = self.alarms.get(key)
        if alarm is None or not alarm.is_active or key in self._leaving:
            return
        off_s = condition.off_delay_s if condition is not None else alarm.parameters.get(machine.OFF_DELAY, 0.0)
        if alarm.chattering:
            off_s = max(off_s, self._known.chatter_s)
        if off_s <= 0.0:
            self._return(key, alarm, t_ns)
        else:
            self._leaving.put(key, t_ns + round(off_s * NS_PER_S))

    def passes(self, now_ns: int) -> None:
        """Let time pass: delays end, shelves end, what waits too long is escalated or calls again."""
        for key in _due(self._waiting.now, now_ns):
            self._waiting.drop(key)
            self._raise(self._standing[key], now_ns)
        # Consequences return before their cause, so that none of them calls for a moment.
        gone = [(key, self.alarms[key]) for key in _due(self._leaving.now, now_ns) if key in self.alarms]
        for key, alarm in sorted(gone, key=lambda item: item[1].suppressed is None):
            self._return(key, alarm, now_ns)
        for key in _due(self._timers.now, now_ns):
            self._timer(key, now_ns)
        old_ns = now_ns - round(self._known.chatter_s * NS_PER_S)
        for key in [key for key, times in self._recent.now.items() if times[-1] <= old_ns]:
            self._recent.drop(key)
        self._count(now_ns, 0)

    def _is_judged(self, key: AlarmKey, now_ns: int) -> bool:
        """Whether an alarm of a former core that nothing is heard of may be over: a limit waits for a value.

        Everything else is over when it is not heard of some time after the start.
        """
        alarm = self.alarms.get(key)
        if alarm is not None and alarm.kind != STALE and is_watched(self._world.process, alarm.sensor):
            return False
        if key[0] == COMMS and key[1] not in self._world.engines and self._world.has_engine(key[1]):
            return False
        started_ns = self._world.started_ns
        return started_ns is not None and now_ns - started_ns >= self._known.proof_s * NS_PER_S

    def _raise(self, condition: Condition, t_ns: int) -> None:
        key = condition.key
        before = self.alarms.get(key)
        if before is not None:
            after = machine.raised_again(before, condition, max(t_ns, before.changed_ns))
            cause = machine.RERAISED
        else:
            after, cause = self._grouped(machine.new_alarm(condition, t_ns, self._since[key])), machine.RAISED
        parent = self.alarms.get(condition.parent) if condition.parent is not None else None
        if parent is not None and parent.is_active and after.suppressed is None:
            after = machine.suppressed(after, after.changed_ns, parent.id)
        self._waiting.drop(key)
        self.change(before, after, cause)
        self._suppress_consequences(after, t_ns)
        self._watch_chatter(key, t_ns)
        if after.is_annunciated and after.priority <= 3:
            self._count(t_ns, 1)

    def _return(self, key: AlarmKey, alarm: Alarm, t_ns: int) -> None:
        self._leaving.drop(key)
        after = machine.returned(alarm, max(t_ns, alarm.changed_ns), self._known.fleeting_s)
        self.change(alarm, after, machine.RETURNED)
        if after is alarm:
            return
        for other in [other for other in self.alarms.now.values() if _follows(other, alarm)]:
            self.change(other, machine.unsuppressed(other, max(t_ns, other.changed_ns)), machine.UNSUPPRESSED)

    def _suppress_consequences(self, cause: Alarm, t_ns: int) -> None:
        about = machine.key_of(cause)
        for key in [key for key, condition in self._standing.now.items() if condition.parent == about]:
            alarm = self.alarms.get(key)
            if alarm is not None and alarm.is_active:
                after = machine.suppressed(alarm, max(t_ns, alarm.changed_ns), cause.id)
                self.change(alarm, after, machine.SUPPRESSED)

    def _grouped(self, alarm: Alarm) -> Alarm:
        """A new alarm with the group of its cause; the first of a group is its first-out."""
        group = self._groups.get(alarm.root)
        is_first = group is None or alarm.raised_ns - group[1] > self._known.group_s * NS_PER_S
        first = alarm.id if group is None or is_first else group[0]
        self._groups.put(alarm.root, (first, alarm.raised_ns))
        return msgspec.structs.replace(alarm, group=first, first_out=is_first)

    def _watch_chatter(self, key: AlarmKey, t_ns: int) -> None:
        old_ns = t_ns - round(self._known.chatter_s * NS_PER_S)
        times = (*(time for time in self._recent.get(key) or () if time > old_ns), t_ns)
        self._recent.put(key, times)
        alarm = self.alarms[key]
        after = machine.chattering(alarm, alarm.changed_ns, is_so=len(times) >= self._known.chatter_times)
        self.change(alarm, after, machine.CHATTERING)

    def _timer(self, key: AlarmKey, now_ns: int) -> None:
        self._timers.drop(key)
        alarm = self.alarms.get(key)
        if alarm is None:
            return
        t_ns = max(now_ns, alarm.changed_ns)
        if alarm.shelved is not None and alarm.shelved.until_ns <= now_ns:
            self.change(alarm, machine.unshelved(alarm, t_ns), machine.UNSHELVED, why="expired")
            return
        for level, due_of in ESCALATIONS:
            due_ns = due_of(alarm, self._known)
            if alarm.is_annunciated and due_ns is not None and due_ns <= now_ns:
                self.change(alarm, machine.escalated(alarm, t_ns, level), machine.ESCALATED)
                return
        due_ns = realarm_ns(alarm, self._known)
        if due_ns is not None and due_ns <= now_ns and alarm.is_annunciated:
            self.change(alarm, machine.realarmed(alarm, t_ns), machine.REALARMED)
        else:
            self._wind(key, alarm)

    def _count(self, now_ns: int, new: int) -> None:
        """Count what was raised; say when a flood begins or ends."""
        known = self._known
        self._rate, total = counted(self._rate, now_ns, new, known.flood_s)
        since_ns = flood_since(self._flood_since_ns, total, now_ns, known.flood_begins, known.flood_ends)
        if (since_ns is None) != (self._flood_since_ns is None):
            self._out.add(lambda seq: FloodChanged(seq=seq, t_ns=now_ns, since_ns=since_ns, alarms=total))
        self._flood_since_ns = since_ns

    # ------------------------------------------------------------ every change

    def change(self, before: Alarm | None, after: Alarm, cause: str, by: str = "", why: str = "") -> None:
        """Take one alarm from one state to another; nothing when it is the same."""
        if after is before:
            return
        self._out.add(
            lambda seq: AlarmChanged(seq=seq, t_ns=after.changed_ns, alarm=after, cause=cause, by=by, why=why)
        )
        key = machine.key_of(after)
        if after.id in self.in_work:
            self._keep_in_work(after)
        elif after.is_open and not after.is_only_in_work:
            self.alarms.put(key, after)
            self._wind(key, after)
        else:
            self.alarms.drop(key)
            self._timers.drop(key)
            self._leaving.drop(key)
            self._keep_in_work(after)

    def _keep_in_work(self, alarm: Alarm) -> None:
        if alarm.is_open:
            self.in_work.put(alarm.id, alarm)
        else:
            self.in_work.drop(alarm.id)

    def _wind(self, key: AlarmKey, alarm: Alarm) -> None:
        due_ns = next_ns(alarm, self._known)
        if due_ns is None:
            self._timers.drop(key)
        else:
            self._timers.put(key, due_ns)

    def world(self) -> World:
        """The world after all that."""
        rest = Annunciator(
            standing=self._standing.now,
            since=self._since.now,
            waiting=self._waiting.now,
            leaving=self._leaving.now,
            timers=self._timers.now,
            recent=self._recent.now,
            groups=self._groups.now,
            in_work=self.in_work.now,
            unproven=frozenset(self._unproven),
            rate=self._rate,
            flood_since_ns=self._flood_since_ns,
        )
        return replace(self._world, alarms=self.alarms.now, annunciator=rest)


def _due(waits: Mapping[AlarmKey, int], now_ns: int) -> list[AlarmKey]:
    """What is due, the first due first."""
    due: Iterable[tuple[int, AlarmKey]] = ((t_ns, key) for key, t_ns in waits.items() if t_ns <= now_ns)
    return [key for _, key in sorted(due)]


def _follows(alarm: Alarm, cause: Alarm) -> bool:
    return alarm.suppressed is not None and alarm.suppressed.cause == cause.id
