from __future__ import annotations

import asyncio
from collections import Counter

from gis.refusal import RefusalReason
from gis.time import NS_PER_S, UtcNs
from gis.wire import decode
from twin.bus.local import LocalBus
from twin.bus.port import RoleHealth
from twin.edges.pulse import Pulse, Vitals, counted


class _Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000 * NS_PER_S

    def now_ns(self) -> UtcNs:
        return UtcNs(self.now)

    async def sleep(self, seconds: float) -> None:
        self.now += round(seconds * NS_PER_S)
        await asyncio.sleep(0)


async def _beats(vitals: Vitals, n: int) -> list[RoleHealth]:
    bus = LocalBus()
    async with bus.subscribe("health/+") as messages:
        pulse = asyncio.create_task(Pulse("core", bus, _Clock(), lambda: vitals).run())
        heard = [decode((await anext(messages)).payload, RoleHealth) for _ in range(n)]
        pulse.cancel()
    return heard


def test_a_role_beats_once_a_second_and_tells_what_is_wrong() -> None:
    vitals = Vitals(trouble="the broker is away")
    vitals.counts(10, 7, Counter({RefusalReason.NOT_JSON: 3, RefusalReason.TOO_LARGE: 0}))
    first, second = asyncio.run(_beats(vitals, 2))
    assert (first.role, first.status, first.detail) == ("core", "degraded", "the broker is away")
    assert (first.received, first.accepted, first.rejected) == (10, 7, {"not_json": 3})
    assert second.t_ns - first.t_ns == NS_PER_S


def test_a_lag_that_nobody_notes_any_more_is_forgotten() -> None:
    vitals = Vitals()
    vitals.lag("measured_to_fix", 2_000_000, 1_000_000)
    assert vitals.lag_ms == {"measured_to_fix": 1.0}
    vitals.forget_old(2_000_000 + 5 * NS_PER_S)
    assert vitals.lag_ms == {"measured_to_fix": 1.0}
    vitals.forget_old(2_000_001 + 5 * NS_PER_S)
    assert vitals.lag_ms == {}


def test_zeros_are_not_told() -> None:
    assert counted({RefusalReason.DUPLICATE: 0, RefusalReason.OVERFLOW: 2}) == {"overflow": 2}
