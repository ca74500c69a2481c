"""Following the twin: what comes over the bus is folded into the read models and passed on to the screens."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from gis.errors import StoreError
from gis.wire import WireError, decode
from twin.api.problems import UnavailableError
from twin.bus.port import RoleHealth
from twin.effects import Effect

if TYPE_CHECKING:
    from twin.api.context import Deps
    from twin.bus.port import Bus, Message

PATTERNS = ("effects/+", "snapshot/+", "health/+")
PROBE_S = 2.0
_log = logging.getLogger(__name__)


async def follow(bus: Bus, deps: Deps) -> None:
    """Fold everything the bus brings, until cancelled. Plants the store gains are served as they are heard of."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_listen(bus, deps), name="api listening")
        group.create_task(_keep_up(deps), name="api records")


async def _listen(bus: Bus, deps: Deps) -> None:
    async with bus.subscribe(*PATTERNS) as messages:
        async for message in messages:
            try:
                _take(message, deps)
            except WireError as error:
                # One unreadable message must not stop the picture; the hole it leaves is noticed and healed.
                _log.warning("%s: %s", message.topic, error)


def _take(message: Message, deps: Deps) -> None:
    what, _, name = message.topic.partition("/")
    now_ns = deps.clock.now_ns()
    if what == "health":
        deps.health.hear(decode(message.payload, RoleHealth), now_ns)
        return
    hub = deps.hubs.get(name)
    if hub is None:
        deps.unknown_plants.add(name)
        return
    effect: Effect = decode(message.payload, Effect)  # type: ignore[arg-type]  # a union is a type to msgspec
    hub.tell(hub.model.apply(effect, now_ns))


async def _keep_up(deps: Deps) -> None:
    """Whether the database answers, and records that changed or plants that are new."""
    while True:
        await deps.history.probe()
        await deps.reload_wanted()
        wanted, deps.unknown_plants = deps.unknown_plants, set()
        for code in sorted(wanted):
            try:
                await deps.load_plant(code)
            except (UnavailableError, StoreError) as error:
                _log.warning("plant %s not read: %s", code, error)
        for _ in range(int(PROBE_S / 0.1)):
            await deps.clock.sleep(0.1)
            if any(hub.model.plant_wanted for hub in deps.hubs.values()):
                break
