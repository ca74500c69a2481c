"""The pulse of a role: once a second what it says about itself, on `health/{role}`."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gis.time import NS_PER_MS, NS_PER_S
from gis.wire import encode
from twin.bus.port import RoleHealth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gis.clock import Clock
    from gis.refusal import RefusalReason
    from twin.bus.port import Bus

log = logging.getLogger(__name__)

PERIOD_S = 1.0
LAG_HOLDS_NS = 5 * NS_PER_S
_PATIENCE_S = 5.0


@dataclass
class Vitals:
    """What a role counts while it works; `Pulse` publishes it.

    Attributes:
        received: messages from outside so far.
        accepted: of those, taken.
        rejected: of those, refused, by reason.
        lag_ms: newest lag of each kind; one that is not noted again within 5 s is forgotten.
        queues: length of each bounded queue, and `NAME.dropped`.
        trouble: what is wrong now, in words; empty when nothing is.
    """

    received: int = 0
    accepted: int = 0
    rejected: Counter[RefusalReason] = field(default_factory=Counter)
    lag_ms: dict[str, float] = field(default_factory=dict)
    queues: dict[str, int] = field(default_factory=dict)
    trouble: str = ""
    _noted_ns: dict[str, int] = field(default_factory=dict)

    def counts(self, received: int, accepted: int, rejected: Mapping[RefusalReason, int]) -> None:
        """Set what came of the messages from outside so far."""
        self.received = received
        self.accepted = accepted
        self.rejected = Counter(rejected)

    def lag(self, name: str, now_ns: int, t_ns: int) -> None:
        """Note how long ago something was that has just been dealt with."""
        self.lag_ms[name] = round((now_ns - t_ns) / NS_PER_MS, 3)
        self._noted_ns[name] = now_ns

    def forget_old(self, now_ns: int) -> None:
        """Drop lags of what has stopped: a small old number must not look like a small lag now."""
        for name, noted_ns in list(self._noted_ns.items()):
            if now_ns - noted_ns > LAG_HOLDS_NS:
                del self._noted_ns[name]
                self.lag_ms.pop(name, None)


class Pulse:
    """Publishes a role's vitals until it is cancelled.

    Args:
        role: its name.
        bus: where health goes.
        clock: for the time of each beat.
        look: brings the vitals up to date just before each beat.
    """

    def __init__(self, role: str, bus: Bus, clock: Clock, look: Callable[[], Vitals]) -> None:
        self._role = role
        self._bus = bus
        self._clock = clock
        self._look = look

    async def run(self) -> None:
        """Beat once a second."""
        while True:
            vitals = self._look()
            vitals.forget_old(self._clock.now_ns())
            await announce(
                self._bus,
                RoleHealth(
                    role=self._role,
                    t_ns=self._clock.now_ns(),
                    status="degraded" if vitals.trouble else "ok",
                    detail=vitals.trouble,
                    received=vitals.received,
                    accepted=vitals.accepted,
                    rejected=counted(vitals.rejected),
                    lag_ms=dict(vitals.lag_ms),
                    queues=dict(vitals.queues),
                ),
            )
            await self._clock.sleep(PERIOD_S)


def counted(rejected: Mapping[RefusalReason, int]) -> dict[str, int]:
    """Counts by plain reason, without the zeros."""
    return {str(reason): count for reason, count in rejected.items() if count}


async def announce(bus: Bus, health: RoleHealth) -> None:
    """Publish one word of health; a bus that cannot take it within 5 s goes without."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await bus.publish(f"health/{health.role}", encode(health), retain=True)
    except TimeoutError:
        log.warning("health of %s could not be published", health.role)
