"""The alarm machine: a subset of the states of ISA-18.2 (IEC 62682), as pure functions from alarm to alarm.

raised: normal → unacknowledged; acknowledged: unacknowledged → acknowledged, returned unacknowledged → normal;
returned: unacknowledged → returned unacknowledged, acknowledged → normal; raised again: returned unacknowledged →
unacknowledged. Whatever does not apply in a state changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from twin.core.rules import INTRUSION, RULE_VERSION
from twin.effects import Alarm, AlarmState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gis.plant import Fence
    from twin.effects import EvidenceFix

RAISED = "raised"
ACKNOWLEDGED = "acknowledged"
RETURNED = "returned"
RERAISED = "reraised"

AlarmKey = tuple[str, str, str]
"""What an alarm is about: kind, fence, subject. At most one alarm about the same is open."""

MOST_EVIDENCE = 64
"""An alarm raised again and again keeps its first and its newest fixes, this many in all."""


def is_active(alarm: Alarm) -> bool:
    """Whether its condition still holds."""
    return alarm.state in (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)


def intrusion(fence: Fence, subject: str, t_ns: int, evidence: Sequence[EvidenceFix], place: EvidenceFix) -> Alarm:
    """A new alarm: a subject is where it must not be."""
    return Alarm(
        id=f"{INTRUSION}:{fence.code}:{subject}:{t_ns}",
        kind=INTRUSION,
        priority=fence.priority,
        state=AlarmState.UNACKNOWLEDGED,
        raised_ns=t_ns,
        changed_ns=t_ns,
        subject=subject,
        fence=fence.code,
        fence_version=fence.version,
        rule_version=RULE_VERSION,
        x_m=place.x_m,
        y_m=place.y_m,
        z_m=place.z_m,
        evidence=list(evidence),
    )


def acknowledged(alarm: Alarm, t_ns: int, by: str, note: str) -> Alarm:
    """After an operator has seen it; the same alarm when there was nothing to acknowledge."""
    match alarm.state:
        case AlarmState.UNACKNOWLEDGED:
            state = AlarmState.ACKNOWLEDGED
        case AlarmState.RETURNED_UNACKNOWLEDGED:
            state = AlarmState.NORMAL
        case _:
            return alarm
    note = note or alarm.note
    return msgspec.structs.replace(
        alarm, state=state, changed_ns=t_ns, acknowledged_by=by, acknowledged_ns=t_ns, note=note
    )


def returned(alarm: Alarm, t_ns: int) -> Alarm:
    """After its condition has ended; the same alarm when it had ended before."""
    match alarm.state:
        case AlarmState.UNACKNOWLEDGED:
            state = AlarmState.RETURNED_UNACKNOWLEDGED
        case AlarmState.ACKNOWLEDGED:
            state = AlarmState.NORMAL
        case _:
            return alarm
    return msgspec.structs.replace(alarm, state=state, changed_ns=t_ns, returned_ns=t_ns)


def raised_again(alarm: Alarm, t_ns: int, evidence: Sequence[EvidenceFix]) -> Alarm:
    """After its condition has come back before anybody had acknowledged it; else the same alarm."""
    if alarm.state is not AlarmState.RETURNED_UNACKNOWLEDGED:
        return alarm
    kept = [*alarm.evidence, *evidence]
    if len(kept) > MOST_EVIDENCE:
        kept = kept[: MOST_EVIDENCE // 2] + kept[-MOST_EVIDENCE // 2 :]
    return msgspec.structs.replace(
        alarm, state=AlarmState.UNACKNOWLEDGED, changed_ns=t_ns, returned_ns=None, evidence=kept
    )
