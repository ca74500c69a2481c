"""The buses under one contract: what each needs to be opened in a test."""

from __future__ import annotations

import secrets
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from twin.bus.local import LocalBus
from twin.bus.mqtt import MqttBus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from twin.addresses import BrokerAddress
    from twin.bus.port import Bus

DEPTH = 8


@asynccontextmanager
async def opened(broker: BrokerAddress | None) -> AsyncIterator[Bus]:
    """A bus of its own: on the broker if there is one, else in this process."""
    if broker is None:
        yield LocalBus(DEPTH)
        return
    prefix = f"test/{secrets.token_hex(6)}/"
    async with MqttBus(broker, f"test-{secrets.token_hex(4)}", prefix=prefix, window=DEPTH, depth=DEPTH) as bus:
        yield bus
