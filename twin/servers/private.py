"""Both private servers of a twin: started side by side, started again when they die, stopped in order."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from twin.servers import mosquitto, postgres
from twin.servers.errors import ServerError
from twin.servers.home import Home
from twin.servers.mosquitto import MosquittoServer
from twin.servers.postgres import PostgresServer

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.5
_PAUSE_S = 2.0


class PrivateServers:
    """The private servers that are wanted.

    Args:
        var: the twin's `var` directory.
        database: whether a private cluster is wanted.
        broker: whether a private broker is wanted.

    Raises:
        ServerMissingError: a wanted server is not installed.
    """

    def __init__(self, var: Path, *, database: bool, broker: bool) -> None:
        home = Home(var, postgres.account() if database else None, mosquitto.account() if broker else None)
        self.postgres = PostgresServer(home) if database else None
        self.mosquitto = MosquittoServer(home) if broker else None

    @property
    def _all(self) -> list[PostgresServer | MosquittoServer]:
        return [server for server in (self.mosquitto, self.postgres) if server is not None]

    async def start(self) -> None:
        """Start them and wait until both answer. From the main thread's event loop only.

        Raises:
            ServerError: one did not start.
        """
        for server in self._all:
            server.launch()
        async with asyncio.TaskGroup() as waiting:
            for server in self._all:
                waiting.create_task(asyncio.to_thread(server.wait_ready))

    async def keep(self) -> None:
        """Start again whichever dies, until cancelled."""
        while True:
            for server in self._all:
                process = server.process
                if process is None or process.poll() is not None:
                    log.error("%s ended (status %s); starting it again", server.name, process and process.returncode)
                    await self._restart(server)
            await asyncio.sleep(_LOOK_EVERY_S)

    @staticmethod
    async def _restart(server: PostgresServer | MosquittoServer) -> None:
        try:
            await asyncio.to_thread(server.clear)
            server.launch()
            await asyncio.to_thread(server.wait_ready)
        except ServerError:
            log.exception("%s did not start; trying again", server.name)
            await asyncio.sleep(_PAUSE_S)

    def stop(self) -> None:
        """Stop them: the broker first, so that nothing more comes, then the database."""
        for server in self._all:
            server.stop()
