"""How an engine's clock stands against ours: the least delay seen lately between measuring and arriving. Pure.

Networks delay some messages by much but the best ones by nearly nothing, so the least delay of a minute moves only
when a clock does (or when the way of all messages changes, which is worth knowing too).
"""

from __future__ import annotations

from dataclasses import dataclass

WINDOW_NS = 60 * 1_000_000_000
DRIFT_NS = 50_000_000
"""Change of the least delay beyond which a clock is called drifting."""


@dataclass(frozen=True, slots=True)
class ClockHealth:
    """An engine's clock.

    Args:
        least_delay_ms: least delay of the last one to two minutes; below zero the engine's clock runs ahead.
        drift_ms: by how much that changed since the engine was first heard.
        drifting: whether the change is beyond 50 ms.
    """

    least_delay_ms: float
    drift_ms: float
    drifting: bool


class ClockWatch:
    """Follows one engine's clock."""

    def __init__(self) -> None:
        self._since_ns: int | None = None
        self._now_ns: int | None = None
        self._before_ns: int | None = None
        self._first_ns: int | None = None

    def note(self, t_ns: int, received_ns: int) -> None:
        """One message measured at t_ns arrived at received_ns, both UTC nanoseconds."""
        delay = received_ns - t_ns
        if self._since_ns is None or self._now_ns is None:
            self._since_ns, self._now_ns = received_ns, delay
        elif received_ns - self._since_ns >= WINDOW_NS:
            # The first whole minute is what later ones are compared with.
            if self._first_ns is None:
                self._first_ns = self._now_ns
            self._before_ns = self._now_ns
            self._since_ns, self._now_ns = received_ns, delay
        elif delay < self._now_ns:
            self._now_ns = delay

    def health(self) -> ClockHealth | None:
        """The clock as it stands; None before the first message."""
        if self._now_ns is None:
            return None
        # A minute that has just begun has seen too little to be judged by itself.
        least = self._now_ns if self._before_ns is None else min(self._now_ns, self._before_ns)
        latest = self._now_ns if self._before_ns is None else self._before_ns
        drift = 0 if self._first_ns is None else latest - self._first_ns
        return ClockHealth(least / 1e6, drift / 1e6, abs(drift) > DRIFT_NS)
