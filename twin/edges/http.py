"""Serving the page: uvicorn inside a role's event loop, stopped by cancellation."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING, Any

import uvicorn

from gis.errors import TwinError

if TYPE_CHECKING:
    from collections.abc import Iterator

_GRACE_S = 2


class PortTakenError(TwinError):
    """Another program already listens where the page should be served."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"port {port} on {host} is taken by another program; choose another: make demo PORT={port + 1}\n"
            f"{host} 的端口 {port} 已被其他程序占用，请换一个：make demo PORT={port + 1}"
        )


def listen(host: str, port: int) -> socket.socket:
    """A bound socket.

    Raises:
        PortTakenError: the port is in use or not allowed.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise PortTakenError(host, port) from error
    return bound


class _Server(uvicorn.Server):
    """A server that leaves the process's signals alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing: Ctrl-C belongs to the command that runs the roles."""
        yield


async def serve(app: Any, bound: socket.socket) -> None:
    """Serve an ASGI application until cancelled; open connections get two seconds to end."""
    configuration = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        ws_max_size=1 << 16,
        ws_max_queue=16,
        # Frames are small and binary: compressing them costs time and gains nothing.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=_GRACE_S,
        proxy_headers=False,
    )
    server = _Server(configuration)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving
