"""From an inlet to a role: drained every 20 ms in portions, refusals counted and warned of."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import TYPE_CHECKING

from twin.edges.logs import RateLimited
from twin.edges.mqtt import Inlet

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from gis.clock import Clock
    from gis.refusal import Refusal, RefusalReason
    from twin.edges.mqtt import Arrival
    from twin.edges.pulse import Vitals
    from twin.edges.settings import RoleSettings

log = logging.getLogger(__name__)

PERIOD_S = 0.02
CONNECT_S = 2.0
# So many messages are dealt with before other tasks of the process get their turn.
PORTION = 500


def inlet_for(settings: RoleSettings, role: str, topics: Sequence[str]) -> Inlet:
    """A role's own inlet, not started yet."""
    return Inlet(settings.ingest, f"twin-{settings.instance}-{role}", topics, capacity=settings.inlet_queue)


class Drain:
    """Hands a role what its inlet collects.

    Args:
        inlet: started and stopped here.
        take: deals with one portion.
        clock: for the pauses.
    """

    def __init__(self, inlet: Inlet, take: Callable[[Sequence[Arrival]], Awaitable[None]], clock: Clock) -> None:
        self._inlet = inlet
        self._take = take
        self._clock = clock

    async def begin(self) -> None:
        """Connect, and give the broker a moment to answer, so that a role does not begin by calling itself degraded."""
        self._inlet.start()
        for _ in range(round(CONNECT_S / PERIOD_S)):
            if self._inlet.connected:
                return
            await self._clock.sleep(PERIOD_S)

    async def run(self) -> None:
        """Drain until cancelled."""
        try:
            while True:
                waiting = self._inlet.take()
                for first in range(0, len(waiting), PORTION):
                    await self._take(waiting[first : first + PORTION])
                    await asyncio.sleep(0)
                await self._clock.sleep(PERIOD_S)
        finally:
            await asyncio.shield(asyncio.to_thread(self._inlet.stop))

    def look(self, vitals: Vitals) -> Vitals:
        """Add what the inlet itself counted."""
        refused = self._inlet.rejected
        vitals.received += sum(refused.values())
        vitals.rejected.update(refused)
        vitals.queues["inlet"] = self._inlet.waiting
        vitals.queues["inlet.dropped"] = self._inlet.dropped
        vitals.trouble = "" if self._inlet.connected else "the MQTT broker is not reachable"
        return vitals


class Refusals:
    """Counts what came of messages, by reason, and warns."""

    def __init__(self) -> None:
        self._warn = RateLimited(log)
        self.accepted = 0
        self.rejected: Counter[RefusalReason] = Counter()

    @property
    def received(self) -> int:
        """Accepted and refused together."""
        return self.accepted + self.rejected.total()

    def note(self, accepted: int, refused: Iterable[Refusal]) -> None:
        """Count one message's parts."""
        self.accepted += accepted
        for refusal in refused:
            self.rejected[refusal.reason] += 1
            self._warn.warn(refusal.reason, f"{refusal.topic}: {refusal.detail}")

    def warn(self, refused: Iterable[Refusal]) -> None:
        """Warn of what somebody else counts."""
        for refusal in refused:
            self._warn.warn(refusal.reason, f"{refusal.topic}: {refusal.detail}")
