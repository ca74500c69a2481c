"""What the store still knows of the time around an alarm: everything a re-run begins from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.fix import Reason
from gis.time import NS_PER_S

if TYPE_CHECKING:
    from gis.plant import Plant
    from gis.store.paths import TrackChunk
    from twin.effects import Alarm
    from twin.events import Reading

LEAD_S = 60.0
"""A re-run begins this long before the condition did, so that paths and filters have settled."""
LONGEST_S = 7200.0
"""Alarms whose condition began longer before are not re-run."""
AFTER_S = 3.0
"""It goes on this long after the alarm was raised."""

ABOUT_ONE = frozenset({"INTRUSION", "CROSSPOST", "ABSENT", "STILL", "OVERSTAY", "TAGOFF"})
"""Kinds that depend on the fixes of their own subject only."""
UNSTORED = {"SOS": "tag_reports", "LOWBATT": "tag_reports", "ANCHOROFF": "anchor_health", "COMMS": "anchor_health"}
"""Kinds whose inputs are not kept: the alarm itself is all there is."""
_PROCESS = ("LEVEL_", "TEMP_", "PRES_", "FLOW_", "GAS_", "STALE")


@dataclass(frozen=True, slots=True)
class Reach:
    """What must be read for an alarm.

    Attributes:
        from_ns: where the re-run begins, UTC ns.
        to_ns: where it ends.
        subjects: whose fixes it needs; None for everybody's, empty for nobody's.
        sensor: whose readings it needs.
        missing: why it cannot be re-run at all; empty when it can be tried.
    """

    from_ns: int
    to_ns: int
    subjects: tuple[str, ...] | None
    sensor: str | None
    missing: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Recorded:
    """The time around an alarm as the store has it.

    Attributes:
        alarm: as it was when it was raised.
        reach: what was asked for.
        plants: (from, records) in order of time; the first holds at the beginning.
        inside: (subject, fence, entered at) at the beginning.
        open_alarms: open at the beginning.
        chunks: stored fixes.
        readings: stored values, in order of time.
        gaps: stretches of the time of which something is missing in the record.
    """

    alarm: Alarm
    reach: Reach
    plants: tuple[tuple[int, Plant], ...]
    inside: tuple[tuple[str, str, int], ...] = ()
    open_alarms: tuple[Alarm, ...] = ()
    chunks: tuple[TrackChunk, ...] = ()
    readings: tuple[Reading, ...] = ()
    gaps: int = 0

    @property
    def missing(self) -> tuple[str, ...]:
        """What the store no longer has of what the alarm came from."""
        if self.reach.missing:
            return self.reach.missing
        lacking = []
        if not self.plants:
            lacking.append("records")
        if self.reach.sensor is not None and not self.readings:
            lacking.append("readings")
        if self.reach.subjects != () and not self._has_fixes():
            lacking.append("tracks")
        return tuple(lacking)

    def _has_fixes(self) -> bool:
        """Whether the newest fix that proved the alarm, or any fix where it has no proof, is stored."""
        known = [chunk for chunk in self.chunks if not (chunk.reasons & Reason.LATE).any()]
        proof = [fix.t_ns for fix in self.alarm.evidence]
        if not proof:
            return bool(known)
        # A passage is proved by points between fixes: some stored fix must be as near as those are apart.
        near = [int(np.abs(chunk.t_ns - max(proof)).min()) for chunk in known if len(chunk)]
        return bool(near) and min(near) <= 10 * NS_PER_S


def reach_of(alarm: Alarm) -> Reach:
    """What must be read to re-run an alarm, from the alarm as it was raised."""
    proof = [fix.t_ns for fix in alarm.evidence]
    begun_ns = min([alarm.raised_ns, alarm.since_ns or alarm.raised_ns, *proof])
    missing: tuple[str, ...] = ()
    if alarm.kind in UNSTORED:
        missing = (UNSTORED[alarm.kind],)
    elif alarm.raised_ns - begun_ns > LONGEST_S * NS_PER_S:
        missing = ("too_long",)
    is_process = alarm.kind.startswith(_PROCESS)
    everybody = not is_process and alarm.kind not in ABOUT_ONE
    subjects: tuple[str, ...] | None = () if is_process else (alarm.subject,)
    return Reach(
        from_ns=begun_ns - round(LEAD_S * NS_PER_S),
        to_ns=alarm.raised_ns + round(AFTER_S * NS_PER_S),
        subjects=None if everybody else subjects,
        sensor=alarm.sensor if is_process else None,
        missing=missing,
    )
