"""One alarm through the states of ISA-18.2 (IEC 62682), as pure functions from alarm to alarm.

The process raises and returns it, an operator acknowledges and resets it; whatever does not apply in a state gives the
same alarm back. Shelving, suppression by design and outages are flags over the state and never stop it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gis.time import NS_PER_S
from twin.effects import Alarm, AlarmState, Outage, Shelving, Stage, Suppression

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.core.conditions import AlarmKey, Condition
    from twin.effects import EvidenceFix, Step

RAISED = "raised"
RERAISED = "reraised"
REALARMED = "realarmed"
ACKNOWLEDGED = "acknowledged"
RETURNED = "returned"
RESET = "reset"
SHELVED = "shelved"
UNSHELVED = "unshelved"
SUPPRESSED = "suppressed"
UNSUPPRESSED = "unsuppressed"
OUT_OF_SERVICE = "out_of_service"
RETURNED_TO_SERVICE = "returned_to_service"
ESCALATED = "escalated"
CHATTERING = "chattering"
HANDLED = "handled"

MOST_EVIDENCE = 64
"""An alarm raised again and again keeps its first and its newest fixes, this many in all."""
ON_DELAY, OFF_DELAY = "on_delay_s", "off_delay_s"

_OVER = {
    AlarmState.UNACKNOWLEDGED: (AlarmState.RETURNED_UNACKNOWLEDGED, AlarmState.LATCHED_UNACKNOWLEDGED),
    AlarmState.ACKNOWLEDGED: (AlarmState.NORMAL, AlarmState.LATCHED_ACKNOWLEDGED),
}
"""State → what it becomes when the condition ends: without latching, and with."""
_SEEN = {
    AlarmState.UNACKNOWLEDGED: AlarmState.ACKNOWLEDGED,
    AlarmState.RETURNED_UNACKNOWLEDGED: AlarmState.NORMAL,
    AlarmState.LATCHED_UNACKNOWLEDGED: AlarmState.LATCHED_ACKNOWLEDGED,
}
"""State → what it becomes when somebody acknowledges."""


def key_of(alarm: Alarm) -> AlarmKey:
    """What an alarm is about."""
    where, who = alarm.about or (alarm.fence or "", alarm.subject)
    return alarm.kind, where, who


def new_alarm(condition: Condition, t_ns: int, since_ns: int) -> Alarm:
    """The alarm of a condition that has held long enough.

    Args:
        condition: as it is now.
        t_ns: when the alarm is raised.
        since_ns: since when the condition held.
    """
    kind, where, who = condition.key
    x_m, y_m, z_m = condition.place
    about = None if (where, who) == (condition.fence or "", condition.subject) else (where, who)
    return Alarm(
        id=f"{kind}:{where}:{who}:{t_ns}",
        kind=kind,
        priority=condition.priority,
        state=AlarmState.UNACKNOWLEDGED,
        raised_ns=t_ns,
        changed_ns=t_ns,
        subject=condition.subject,
        fence=condition.fence,
        fence_version=condition.fence_version,
        rule_version=condition.rule_version,
        x_m=x_m,
        y_m=y_m,
        z_m=z_m,
        evidence=list(condition.evidence[:MOST_EVIDENCE]),
        about=about,
        since_ns=since_ns,
        subjects=list(condition.subjects),
        sensor=condition.sensor,
        asset=condition.asset,
        value=condition.value,
        limit=condition.limit,
        unit=condition.unit,
        parameters=_parameters(condition),
        latched=condition.latched,
        may_shelve=condition.may_shelve,
        sounded_ns=t_ns,
        root=condition.root or where,
    )


def raised_again(alarm: Alarm, condition: Condition, t_ns: int) -> Alarm:
    """After its condition has come back; the same alarm when the condition had never gone."""
    if alarm.is_active:
        return alarm
    return msgspec.structs.replace(
        alarm,
        state=AlarmState.UNACKNOWLEDGED,
        changed_ns=t_ns,
        returned_ns=None,
        acknowledged_by=None,
        acknowledged_ns=None,
        sounded_ns=t_ns,
        escalation=0,
        occurrences=alarm.occurrences + 1,
        fleeting=False,
        evidence=_with_evidence(alarm.evidence, condition.evidence),
        value=condition.value,
        limit=condition.limit,
        subjects=list(condition.subjects),
        parameters=_parameters(condition),
    )


def returned(alarm: Alarm, t_ns: int, fleeting_s: float = 0.0) -> Alarm:
    """After its condition has ended; the same alarm when it had ended before.

    One that was suppressed from its beginning called nobody, so nobody has to acknowledge it.
    """
    if not alarm.is_active:
        return alarm
    state = _OVER[alarm.state][alarm.latched]
    if alarm.suppressed is not None and alarm.suppressed.since_ns <= alarm.sounded_ns and not alarm.latched:
        state = AlarmState.NORMAL
    unseen = alarm.state is AlarmState.UNACKNOWLEDGED and alarm.is_annunciated
    shelved = None if alarm.shelved is not None and alarm.shelved.one_shot else alarm.shelved
    return msgspec.structs.replace(
        alarm,
        state=state,
        changed_ns=t_ns,
        returned_ns=t_ns,
        shelved=shelved,
        fleeting=unseen and t_ns - alarm.sounded_ns < fleeting_s * NS_PER_S,
    )


def acknowledged(alarm: Alarm, t_ns: int, by: str, note: str = "") -> Alarm:
    """After an operator has seen it; the same alarm when there was nothing to acknowledge."""
    if alarm.state not in _SEEN:
        return alarm
    return msgspec.structs.replace(
        alarm,
        state=_SEEN[alarm.state],
        changed_ns=t_ns,
        acknowledged_by=by,
        acknowledged_ns=t_ns,
        note=note or alarm.note,
        escalation=alarm.escalation if alarm.escalation > 1 else 0,
    )


def reset(alarm: Alarm, t_ns: int, note: str = "") -> Alarm:
    """After an operator has reset a latched alarm; the same alarm unless it is over and acknowledged."""
    if alarm.state is not AlarmState.LATCHED_ACKNOWLEDGED:
        return alarm
    return msgspec.structs.replace(alarm, state=AlarmState.NORMAL, changed_ns=t_ns, note=note or alarm.note)


def realarmed(alarm: Alarm, t_ns: int) -> Alarm:
    """After it was acknowledged long ago and nothing came of it: it calls again."""
    if alarm.state is not AlarmState.ACKNOWLEDGED:
        return alarm
    return msgspec.structs.replace(
        alarm, state=AlarmState.UNACKNOWLEDGED, changed_ns=t_ns, sounded_ns=t_ns, escalation=0
    )


def escalated(alarm: Alarm, t_ns: int, level: int) -> Alarm:
    """After it has waited too long for somebody; the same alarm when that was said before."""
    if level <= alarm.escalation:
        return alarm
    return msgspec.structs.replace(alarm, escalation=level, changed_ns=t_ns)


def chattering(alarm: Alarm, t_ns: int, *, is_so: bool) -> Alarm:
    """After it came too often within a minute, or no longer does."""
    if alarm.chattering is is_so:
        return alarm
    return msgspec.structs.replace(alarm, chattering=is_so, changed_ns=t_ns)


def shelved(alarm: Alarm, t_ns: int, until_ns: int, by: str, reason: str, *, one_shot: bool = False) -> Alarm:
    """After an operator has put it aside until an instant."""
    shelving = Shelving(by, t_ns, until_ns, reason, one_shot)
    return msgspec.structs.replace(alarm, shelved=shelving, changed_ns=t_ns)


def unshelved(alarm: Alarm, t_ns: int) -> Alarm:
    """After its time aside; it stands as what is underneath."""
    return alarm if alarm.shelved is None else _annunciated(msgspec.structs.replace(alarm, shelved=None), t_ns)


def suppressed(alarm: Alarm, t_ns: int, cause: str) -> Alarm:
    """After the alarm `cause`, of which it is a consequence, stands too."""
    if alarm.suppressed is not None:
        return alarm
    return msgspec.structs.replace(alarm, suppressed=Suppression(cause, t_ns), changed_ns=t_ns)


def unsuppressed(alarm: Alarm, t_ns: int) -> Alarm:
    """After what suppressed it is over."""
    return alarm if alarm.suppressed is None else _annunciated(msgspec.structs.replace(alarm, suppressed=None), t_ns)


def taken_out(alarm: Alarm, t_ns: int, by: str, reason: str) -> Alarm:
    """After maintenance took what it watches out of service."""
    if alarm.out_of_service is not None:
        return alarm
    return msgspec.structs.replace(alarm, out_of_service=Outage(by, t_ns, reason), changed_ns=t_ns)


def given_back(alarm: Alarm, t_ns: int) -> Alarm:
    """After maintenance gave what it watches back."""
    if alarm.out_of_service is None:
        return alarm
    return _annunciated(msgspec.structs.replace(alarm, out_of_service=None), t_ns)


def handled(alarm: Alarm, step: Step) -> Alarm:
    """After a step of handling."""
    return msgspec.structs.replace(alarm, handling=[*alarm.handling, step], changed_ns=step.t_ns, escalation=0)


def may_follow(alarm: Alarm, stage: Stage) -> bool:
    """Whether a stage may come next: handling → verifying → closed, and back to handling when it did not hold."""
    last = alarm.handling[-1].stage if alarm.handling else None
    match stage:
        case Stage.HANDLING:
            return last is not Stage.CLOSED
        case Stage.VERIFYING:
            return last is Stage.HANDLING
        case Stage.CLOSED:
            return last is Stage.VERIFYING


def _annunciated(alarm: Alarm, t_ns: int) -> Alarm:
    """The alarm, whose clock of escalation begins anew when it may call for attention from now on."""
    sounded_ns = t_ns if alarm.is_annunciated else alarm.sounded_ns
    return msgspec.structs.replace(alarm, changed_ns=t_ns, sounded_ns=sounded_ns)


def _parameters(condition: Condition) -> dict[str, float]:
    delays = {ON_DELAY: condition.on_delay_s, OFF_DELAY: condition.off_delay_s}
    return dict(condition.parameters) | {name: value for name, value in delays.items() if value}


def _with_evidence(before: Sequence[EvidenceFix], more: Sequence[EvidenceFix]) -> list[EvidenceFix]:
    kept = [*before, *more]
    if len(kept) > MOST_EVIDENCE:
        kept = kept[: MOST_EVIDENCE // 2] + kept[-MOST_EVIDENCE // 2 :]
    return kept
