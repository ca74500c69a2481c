"""A process with a store sink that takes effects as fast as it can until it is killed; says which it has taken."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from gis.store.database import connect
from tests.twin.sinks.stored import RealClock, alarmed, moved, send
from twin.bus.local import LocalBus
from twin.sinks.store import StoreSink


async def main(url: str, spool: str) -> None:
    bus = LocalBus(1)
    sink = StoreSink(connect(url), Path(spool), RealClock(), segment_bytes=20_000)
    running = asyncio.create_task(sink.run(bus))
    while not bus.lengths():  # noqa: ASYNC110 - the subscription is made by another task
        await asyncio.sleep(0.01)
    sys.stdout.write("sending\n")
    seq = 0
    while not running.done():
        seq += 1
        await send(bus, [alarmed(seq, seq, number=seq) if seq % 10 == 0 else moved(seq, seq)])
        await asyncio.sleep(0.002)
        sys.stdout.write(f"{sink.vitals.received}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
