"""A TCP relay in front of a server, so that a test can cut its connections and shut its door without touching it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Self


class Relay:
    """Passes connections on `port` to a server, in the running event loop.

    Args:
        host: the server's host.
        port: the server's port.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._server_port = port
        self._open = True
        self._passing: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        """Listen on a free loopback port."""
        self._listener = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Cut everything and stop listening."""
        self.refuse()
        self._listener.close()
        await asyncio.gather(*self._passing, return_exceptions=True)

    def cut(self) -> None:
        """Break all connections there are now; new ones pass."""
        for writer in self._writers:
            writer.transport.abort()

    def refuse(self) -> None:
        """Break all connections and let no new one through."""
        self._open = False
        self.cut()

    def admit(self) -> None:
        """Let connections through again."""
        self._open = True

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)
        self._writers.add(writer)
        try:
            if not self._open:
                return
            with suppress(OSError):
                far_reader, far_writer = await asyncio.open_connection(self._host, self._server_port)
                self._writers.add(far_writer)
                try:
                    await asyncio.gather(_pass(reader, far_writer), _pass(far_reader, writer))
                finally:
                    self._writers.discard(far_writer)
                    far_writer.transport.abort()
        finally:
            self._writers.discard(writer)
            writer.transport.abort()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()
