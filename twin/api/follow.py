"""Following the twin: what comes over the bus is folded into the read models and passed on to the screens."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from pydantic import ValidationError

from gis.wire import WireError, decode
from twin.bus.port import RoleHealth
from twin.commissioning import LocatorReport
from twin.effects import Effect

if TYPE_CHECKING:
    from twin.api.context import Deps
    from twin.bus.port import Bus, Message

PATTERNS = ("effects/+", "snapshot/+", "health/+")
COMMISSIONING_PATTERN = "commissioning/+"
PROBE_S = 2.0
GLANCE_S = 0.1
_log = logging.getLogger(__name__)


async def follow(bus: Bus, deps: Deps) -> None:
    """Fold everything the bus brings, until cancelled. Plants the store gains are served as they are heard of."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_listen(bus, deps), name="api listening")
        group.create_task(_listen_to_locators(bus, deps), name="api commissioning")
        group.create_task(_keep_up(deps), name="api records")


async def _listen(bus: Bus, deps: Deps) -> None:
    async with bus.subscribe(*PATTERNS) as messages:
        async for message in messages:
            try:
                _take(message, deps)
            except WireError as error:
                # One unreadable message must not stop the picture: the next effect reveals the hole it leaves.
                _log.warning("%s: %s", message.topic, error)
            except ValidationError as error:
                _log.warning("%s cannot be shown: %s", message.topic, error)
                _distrust(message, deps)


async def _listen_to_locators(bus: Bus, deps: Deps) -> None:
    # A subscription of its own: only the newest report counts, so nothing needs to be kept while the api is away.
    async with bus.subscribe(COMMISSIONING_PATTERN) as messages:
        async for message in messages:
            hub = deps.hubs.get(message.topic.partition("/")[2])
            try:
                report = decode(message.payload, LocatorReport)
            except WireError as error:
                _log.warning("%s: %s", message.topic, error)
                continue
            if hub is not None:
                hub.model.locator_report = report


def _take(message: Message, deps: Deps) -> None:
    what, _, name = message.topic.partition("/")
    now_ns = deps.clock.now_ns()
    if what == "health":
        deps.health.hear(decode(message.payload, RoleHealth), now_ns)
        return
    hub = deps.hubs.get(name)
    if hub is None:
        deps.plants_wanted.add(name)
        return
    effect: Effect = decode(message.payload, Effect)  # type: ignore[arg-type]  # a union is a type to msgspec
    hub.tell(hub.model.apply(effect, now_ns))


def _distrust(message: Message, deps: Deps) -> None:
    hub = deps.hubs.get(message.topic.partition("/")[2])
    if hub is not None:
        hub.model.distrust()


async def _keep_up(deps: Deps) -> None:
    """Whether the database answers; records that changed, plants that are new."""
    while True:
        await deps.history.probe()
        read = await deps.reload_wanted() and await deps.load_wanted()
        # New records are shown at once; a database that does not give them is not asked all the time.
        for _ in range(round(PROBE_S / GLANCE_S)):
            await deps.clock.sleep(GLANCE_S)
            if read and deps.wanting:
                break
