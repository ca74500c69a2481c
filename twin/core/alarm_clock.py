"""When time alone will change an alarm: the end of its shelf, its escalations, its next call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gis.time import NS_PER_S
from twin.effects import AlarmState

if TYPE_CHECKING:
    from twin.core.parameters import AlarmParameters
    from twin.effects import Alarm


def unseen_ns(alarm: Alarm, known: AlarmParameters) -> int | None:
    """When it will have waited too long for somebody to acknowledge it; None when it does not wait for that."""
    if not alarm.is_unacknowledged or alarm.escalation >= 1:
        return None
    return _sounded_ns(alarm) + round(known.unseen * answer_s(alarm, known) * NS_PER_S)


def untouched_ns(alarm: Alarm, known: AlarmParameters) -> int | None:
    """When it will have waited too long for somebody to begin to handle it; None when it does not wait for that."""
    over = alarm.state in (AlarmState.NORMAL, AlarmState.RETURNED_UNACKNOWLEDGED)
    if over or alarm.handling or alarm.escalation >= 2:
        return None
    return _sounded_ns(alarm) + round(known.untouched * answer_s(alarm, known) * NS_PER_S)


def realarm_ns(alarm: Alarm, known: AlarmParameters) -> int | None:
    """When it will call again after it was acknowledged or last worked on; None when it will not."""
    after_s = known.realarm_s[_index(alarm)]
    if alarm.state is not AlarmState.ACKNOWLEDGED or not after_s:
        return None
    last_ns = max([alarm.acknowledged_ns or alarm.raised_ns, *(step.t_ns for step in alarm.handling)])
    return last_ns + round(after_s * NS_PER_S)


def next_ns(alarm: Alarm, known: AlarmParameters) -> int | None:
    """The next instant at which time changes it."""
    due = [alarm.shelved.until_ns] if alarm.shelved is not None else []
    if alarm.is_annunciated:
        waits = (unseen_ns(alarm, known), untouched_ns(alarm, known), realarm_ns(alarm, known))
        due += [t_ns for t_ns in waits if t_ns is not None]
    return min(due, default=None)


def answer_s(alarm: Alarm, known: AlarmParameters) -> float:
    """How soon somebody should answer it, seconds."""
    return known.answer_s[_index(alarm)]


def _index(alarm: Alarm) -> int:
    return min(max(alarm.priority, 1), 4) - 1


def _sounded_ns(alarm: Alarm) -> int:
    return alarm.sounded_ns or alarm.raised_ns
