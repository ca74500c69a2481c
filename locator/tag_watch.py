"""How the tags of one plant are heard: when last, how often, and how good their fixes are (pure)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gis.fix import FixStatus, r95_m

if TYPE_CHECKING:
    from gis.fix import FixBatch

MEMORY = 20
"""Fixes over which the usual pause between fixes is averaged."""
STATUSES = 4
LOST_AFTER_S, LOST_PAUSES, LONGEST_PAUSE_S = 10.0, 5.0, 15.0
"""A tag is lost when silent for ten seconds or five of its usual pauses, whichever is longer; as the core has it."""


@dataclass(slots=True)
class TagHealth:
    """One tag as the locator hears it.

    Attributes:
        last_ns: time of its newest fix, UTC nanoseconds.
        pause_s: usual time between its fixes, seconds; 0 until there are two.
        counts: its fixes by `FixStatus`: fix, degraded, predicted, lost.
        status: of the newest fix.
        r95_m: of the newest fix, metres.
        anchors: used by the newest fix.
    """

    last_ns: int = 0
    pause_s: float = 0.0
    counts: list[int] = field(default_factory=lambda: [0] * STATUSES)
    status: int = 0
    r95_m: float = 0.0
    anchors: int = 0

    def status_at(self, now_ns: int) -> int:
        """`FixStatus` now: a fix that nothing followed for long is lost, whatever it was when it came."""
        lost_after_s = max(LOST_AFTER_S, LOST_PAUSES * min(self.pause_s, LONGEST_PAUSE_S))
        return int(FixStatus.LOST) if (now_ns - self.last_ns) / 1e9 > lost_after_s else self.status

    def rate_hz(self, now_ns: int) -> float:
        """Fixes a second. A tag that fell silent grows slower with every second, never older than it is."""
        longest_s = max(self.pause_s, (now_ns - self.last_ns) / 1e9)
        return 1.0 / longest_s if self.pause_s > 0.0 else 0.0


class TagWatch:
    """Follows every tag of a plant by its fixes."""

    def __init__(self) -> None:
        self.tags: dict[str, TagHealth] = {}

    def take(self, batch: FixBatch) -> None:
        """Learn from a batch of fixes; those that come late only count."""
        columns = zip(
            batch.tag,
            batch.t_ns.tolist(),
            batch.status.tolist(),
            r95_m(batch.cov_m2).tolist(),
            batch.anchors_used.tolist(),
            strict=True,
        )
        for code, t_ns, status, radius_m, anchors in columns:
            tag = self.tags.get(code)
            if tag is None:
                tag = self.tags[code] = TagHealth()
            tag.counts[status] += 1
            if t_ns <= tag.last_ns:
                continue
            if tag.last_ns:
                pause_s = (t_ns - tag.last_ns) / 1e9
                tag.pause_s += (pause_s - tag.pause_s) / (MEMORY if tag.pause_s else 1)
            tag.last_ns, tag.status, tag.r95_m, tag.anchors = t_ns, status, radius_m, anchors

    def keep(self, codes: frozenset[str]) -> None:
        """Forget tags that the plant no longer has."""
        self.tags = {code: tag for code, tag in self.tags.items() if code in codes}
