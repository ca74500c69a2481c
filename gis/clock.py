"""Time as an argument: what a clock is, without reading one.

The real clock lives at the top (`twin.edges.clock`); pure code takes instants as plain integers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from gis.time import UtcNs


class Clock(Protocol):
    """Tells UTC now, and waits."""

    def now_ns(self) -> UtcNs:
        """UTC now as nanoseconds since 1970."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for the given number of seconds."""
        ...
