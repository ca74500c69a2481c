"""A small HTTP listener that engines post their messages to."""

from __future__ import annotations

import hmac
import socket
import threading
from typing import TYPE_CHECKING, Any

import uvicorn

from gis.feed import LOOK_S, Feed
from gis.messages import MAX_BYTES
from gis.refusal import RefusalReason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_AT_ONCE = 64
_GRACE_S = 1


class HttpPushFeed(Feed):
    """Takes POST and PUT on one path: 204 taken, 401 wrong token, 404, 405, 413 too large.

    Args:
        name: what it is called.
        host: address to listen on.
        port: to listen on; 0 for any free one, then told by `port`.
        path: the only one that is answered.
        token: expected as a bearer token; None: nothing is expected.
        capacity: most messages that wait.
    """

    def __init__(
        self, name: str, host: str, port: int, *, path: str, token: str | None = None, capacity: int = 20_000
    ) -> None:
        super().__init__(name, capacity=capacity)
        self._address = (host, port)
        self._path = path
        self._expected = None if token is None else f"Bearer {token}".encode()
        self.port = port

    def _session(self) -> None:
        configuration = uvicorn.Config(
            self._answer,
            interface="asgi3",
            lifespan="off",
            ws="none",
            loop="asyncio",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_AT_ONCE,
            timeout_graceful_shutdown=_GRACE_S,
        )
        server = uvicorn.Server(configuration)
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        with socket.socket(family) as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(self._address)
            # Who posts from now on waits for the server instead of being turned away.
            listening.listen()
            self.port = listening.getsockname()[1]
            ending = threading.Thread(target=self._end_with, args=(server,), daemon=True)
            ending.start()
            self._met()
            server.run(sockets=[listening])
            ending.join()

    def _end_with(self, server: uvicorn.Server) -> None:
        while not self._stopping.wait(LOOK_S) and not server.should_exit:
            pass
        server.should_exit = True

    async def _answer(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        status = self._refusal(scope)
        if status is None:
            payload = await _body(receive)
            if payload is None:
                self._refuse(RefusalReason.TOO_LARGE)
                status = 413
            else:
                self._put(payload)
                status = 204
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    def _refusal(self, scope: dict[str, Any]) -> int | None:
        if scope["path"] != self._path:
            return 404
        if scope["method"] not in {"POST", "PUT"}:
            return 405
        told = dict(scope["headers"]).get(b"authorization", b"")
        if self._expected is not None and not hmac.compare_digest(told, self._expected):
            return 401
        return None


async def _body(receive: Callable[[], Awaitable[dict[str, Any]]]) -> bytes | None:
    """The whole body; None if it is too large, or broke off."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > MAX_BYTES:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)
