"""From an inlet to a role: drained every 20 ms in portions, refusals counted and warned of."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from gis.time import NS_PER_S
from twin.edges.logs import RateLimited
from twin.edges.mqtt import Inlet

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from gis.clock import Clock
    from gis.refusal import Refusal, RefusalReason
    from twin.edges.pulse import Vitals
    from twin.edges.settings import RoleSettings

log = logging.getLogger(__name__)

A_co = TypeVar("A_co", covariant=True)
"""One message as a source hands it on."""

PERIOD_S = 0.02
CONNECT_S = 2.0
# So many messages are dealt with before other tasks of the process get their turn.
PORTION = 500


class Source(Protocol[A_co]):
    """A bounded queue that is filled elsewhere: the inlet, or the feed of a vendor's engine."""

    @property
    def rejected(self) -> Counter[RefusalReason]:
        """What was dropped unread, by reason."""

    @property
    def connected(self) -> bool:
        """Whether its other end is there."""

    @property
    def trouble(self) -> str:
        """What is wrong now, in words; empty when nothing is."""

    @property
    def waiting(self) -> int:
        """Messages in the queue now."""

    @property
    def dropped(self) -> int:
        """Messages the overflow rule threw away so far."""

    def start(self) -> None:
        """Begin to listen in the background."""

    def stop(self) -> None:
        """Stop listening."""

    def take(self) -> Sequence[A_co]:
        """All that waits, oldest first."""


def inlet_for(settings: RoleSettings, role: str, topics: Sequence[str]) -> Inlet:
    """A role's own inlet, not started yet."""
    return Inlet(settings.ingest, f"twin-{settings.instance}-{role}", topics, capacity=settings.inlet_queue)


class Drain(Generic[A_co]):
    """Hands a role what its inlet collects.

    Args:
        inlet: started and stopped here.
        take: deals with one portion.
        clock: for the pauses.
    """

    def __init__(self, inlet: Source[A_co], take: Callable[[Sequence[A_co]], Awaitable[None]], clock: Clock) -> None:
        self._inlet = inlet
        self._take = take
        self._clock = clock
        self._heard_ns = clock.now_ns()

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
                if waiting:
                    self._heard_ns = self._clock.now_ns()
                for first in range(0, len(waiting), PORTION):
                    await self._take(waiting[first : first + PORTION])
                    await asyncio.sleep(0)
                await self._clock.sleep(PERIOD_S)
        finally:
            await asyncio.shield(asyncio.to_thread(self._inlet.stop))

    def look(self, vitals: Vitals) -> Vitals:
        """Add what the inlet itself counted."""
        refused = dict(self._inlet.rejected)  # copied at once: another thread adds to it
        vitals.received += sum(refused.values())
        vitals.rejected.update(refused)
        vitals.queues["inlet"] = self._inlet.waiting
        vitals.queues["inlet.dropped"] = self._inlet.dropped
        vitals.trouble = self._inlet.trouble
        return vitals

    def look_beside(self, vitals: Vitals, name: str, skipped: Counter[str]) -> None:
        """Add what the feed of one engine counted to the vitals of a role that has others too.

        Args:
            vitals: of the role.
            name: of the feed.
            skipped: what the engine itself said is no measurement, by reason.
        """
        refused = dict(self._inlet.rejected)  # copied at once: another thread adds to it
        vitals.received += sum(refused.values())
        vitals.rejected.update(refused)
        vitals.queues[f"feed.{name}"] = self._inlet.waiting
        vitals.queues[f"feed.{name}.dropped"] = self._inlet.dropped
        vitals.queues[f"feed.{name}.silent_s"] = (self._clock.now_ns() - self._heard_ns) // NS_PER_S
        for reason, count in skipped.items():
            vitals.queues[f"feed.{name}.skipped.{reason}"] = count
        if self._inlet.trouble and not vitals.trouble:
            vitals.trouble = f"engine {name}: {self._inlet.trouble}"


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
