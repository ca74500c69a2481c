"""What may be wrong, as a rule sees it: a condition holds or it does not. All waiting is the alarm machine's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.effects import EvidenceFix

AlarmKey = tuple[str, str, str]
"""What an alarm is about: kind, where (fence, sensor, engine …), who. At most one alarm about the same is open."""

INTRUSION = "INTRUSION"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is wrong at this moment, and how the alarm machine shall treat it.

    Attributes:
        key: what it is about.
        priority: 1 is the most urgent, 4 a diagnostic.
        place: site metres.
        rule_version: of the rule that says so.
        on_delay_s: it must have held so long before an alarm is raised.
        off_delay_s: it must have been over so long before the alarm returns.
        latched: the alarm stays until somebody resets it, even when the condition is over.
        may_shelve: whether an operator may shelve the alarm.
        subject: whom it is about; empty when it is about a place or a thing.
        subjects: all whom it is about, when it is about several.
        fence, fence_version, sensor, asset: where, as far as there is such a record.
        evidence: the fixes that prove it.
        value, limit, unit: what was measured, and what it should not have passed.
        parameters: the numbers the rule was run with.
        since_ns: since when it holds, UTC ns; None: since the machine first heard of it.
        parent: while the condition with this key stands, this one is its consequence and suppressed by design.
        root: what alarms of one cause have in common (a unit, a fence, an engine); empty: the key's own place.
    """

    key: AlarmKey
    priority: int
    place: tuple[float, float, float]
    rule_version: int = 1
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0
    latched: bool = False
    may_shelve: bool = True
    subject: str = ""
    subjects: tuple[str, ...] = ()
    fence: str | None = None
    fence_version: int | None = None
    sensor: str | None = None
    asset: str | None = None
    evidence: tuple[EvidenceFix, ...] = ()
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    parameters: Mapping[str, float] = field(default_factory=dict)
    since_ns: int | None = None
    parent: AlarmKey | None = None
    root: str = ""
