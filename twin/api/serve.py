"""The web server as the twin runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from fastapi import FastAPI

MAX_SOCKET_MESSAGE = 64 * 1024


def server(app: FastAPI, host: str, port: int) -> uvicorn.Server:
    """A server for `await server.serve()`; it leaves signals to its caller's caller when that is a thread.

    Position frames are small and many: they are not deflated, which would cost processor time per screen.
    """
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=True,
            ws_per_message_deflate=False,
            ws_max_size=MAX_SOCKET_MESSAGE,
            ws_ping_interval=10.0,
            ws_ping_timeout=10.0,
            timeout_graceful_shutdown=3,
            lifespan="on",
        )
    )
