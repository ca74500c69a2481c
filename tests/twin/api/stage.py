"""A served twin for tests: the bus goes in, sockets and HTTP come out."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import uvicorn

from gis.store.database import connect
from gis.wire import encode
from tests.twin.api.small import small_plant
from twin.api.app import create_app
from twin.api.context import Deps
from twin.api.follow import follow
from twin.bus.local import LocalBus
from twin.edges.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from sqlalchemy import Engine

    from gis.plant import Plant
    from twin.api.live import Hub
    from twin.effects import Effect

PATIENCE_S = 20.0


class Stage:
    """What a scene has to play with."""

    def __init__(self, deps: Deps, bus: LocalBus, port: int) -> None:
        self.deps = deps
        self.bus = bus
        self.port = port

    @property
    def hub(self) -> Hub:
        return self.deps.hubs["TEST-1"]

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def address(self, plant: str = "TEST-1") -> str:
        return f"ws://127.0.0.1:{self.port}/ws/v1/live?plant={plant}"

    async def say(self, *effects: Effect, plant: str = "TEST-1") -> None:
        for effect in effects:
            topic = "snapshot" if type(effect).__name__ == "WorldSnapshot" else "effects"
            await self.bus.publish(f"{topic}/{plant}", encode(effect))

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():  # noqa: ASYNC110 - the model tells nobody in tests
                await asyncio.sleep(0.005)


@asynccontextmanager
async def stage(
    tmp_path: Path, engine: Engine | None = None, web: Path | None = None, plant: Plant | None = None
) -> AsyncIterator[Stage]:
    """A twin with the small plant, its server and its bus; without an engine the database is away."""
    bus = LocalBus()
    engine = engine or connect("postgresql://twin@127.0.0.1:1/none", connect_timeout_s=1)
    deps = Deps(engine, bus.publish, SystemClock(), tmp_path, web or tmp_path, expected_roles=("core",))
    deps.add_plant(plant or small_plant())
    app = create_app(deps)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws_per_message_deflate=False))
    serving = asyncio.create_task(server.serve())
    following = asyncio.create_task(follow(bus, deps))
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Stage(deps, bus, port)
    finally:
        following.cancel()
        server.should_exit = True
        await asyncio.gather(serving, following, return_exceptions=True)
        engine.dispose()
