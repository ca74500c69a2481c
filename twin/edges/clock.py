"""The real clock."""

from __future__ import annotations

import asyncio
import time

from gis.time import UtcNs


class SystemClock:
    """UTC from the operating system (`gis.clock.Clock`)."""

    def now_ns(self) -> UtcNs:
        """UTC now as nanoseconds since 1970."""
        return UtcNs(time.time_ns())

    async def sleep(self, seconds: float) -> None:
        """Wait for the given number of seconds."""
        await asyncio.sleep(seconds)
