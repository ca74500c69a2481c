"""The core in a process of its own over a broker, its clock stopped: `python -m tests.golden.core_process DB MQTT`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gis.store.retention import Retention
from gis.time import UtcNs
from tests.golden.scenario import T0_NS
from twin import roles
from twin.addresses import read_broker_url
from twin.bus.mqtt import MqttBus
from twin.edges.settings import RoleSettings

if TYPE_CHECKING:
    from twin.addresses import BrokerAddress


class StoppedClock:
    """A clock that stands at the beginning of the recording, so that ticks say nothing the recording does not."""

    def now_ns(self) -> UtcNs:
        """Always the same instant."""
        return UtcNs(T0_NS)

    async def sleep(self, seconds: float) -> None:
        """Really wait."""
        await asyncio.sleep(seconds)


def settings(database_url: str, broker: BrokerAddress) -> RoleSettings:
    """What the core is told."""
    nowhere = Path("/nonexistent")
    return RoleSettings(
        database_url=database_url,
        ingest=broker,
        outbound=broker,
        instance="golden",
        host="127.0.0.1",
        port=0,
        inlet_queue=1000,
        spool_dir=nowhere,
        spool_bytes=0,
        archive_dir=Path("archive"),
        retention=Retention(),
        models_dir=nowhere,
        web_dir=nowhere,
    )


async def _run(database_url: str, mqtt_url: str) -> None:
    broker = read_broker_url(mqtt_url)
    async with MqttBus(broker, "golden-core", prefix="golden/bus/") as bus:
        await roles.core(settings(database_url, broker), bus, StoppedClock())


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1], sys.argv[2]))
