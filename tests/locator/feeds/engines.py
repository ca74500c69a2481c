"""Tiny engines: a real server of each transport on a free port of this machine."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gis.feed import Feed
    from gis.messages import Arrival

PATIENCE_S = 60.0


def until(true: Callable[[], bool]) -> None:
    """Wait for something that must come about."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


@contextmanager
def running(feed: Feed) -> Iterator[Feed]:
    """A feed that is connected, stopped at the end."""
    feed.start()
    try:
        until(lambda: feed.connected)
        yield feed
    finally:
        feed.stop()


def arrivals(feed: Feed, how_many: int) -> list[Arrival]:
    """So many messages, as they come."""
    got: list[Arrival] = []

    def enough() -> bool:
        got.extend(feed.take())
        return len(got) >= how_many

    until(enough)
    return got


class WebSocketEngine:
    """A server that notes subscriptions, answers each with `messages`, and can drop everybody.

    Args:
        messages: sent after every subscription.
        port: to listen on; 0 for any free one.
    """

    def __init__(self, messages: list[str], port: int = 0) -> None:
        self.messages = messages
        self.subscriptions: list[str] = []
        self._connections: list[ServerConnection] = []
        self._server: Server = serve(self._handle, "127.0.0.1", port)
        self.port = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def _handle(self, connection: ServerConnection) -> None:
        self._connections.append(connection)
        try:
            for text in connection:
                self.subscriptions.append(str(text))
                for message in self.messages:
                    connection.send(message)
        except ConnectionClosed:
            pass

    def send(self, message: str) -> None:
        """Send to whoever is subscribed."""
        if self.subscriptions:
            for connection in self._connections:
                connection.send(message)

    def drop(self) -> None:
        for connection in self._connections:
            connection.close()
        self._connections.clear()

    def close(self) -> None:
        self._server.shutdown()
        self.drop()
        self._thread.join()


class HttpEngine:
    """A server that answers every question with the next of `answers`, and with the last one from then on.

    Args:
        answers: status and body; may be exchanged while it runs.
    """

    def __init__(self, answers: list[tuple[int, bytes]]) -> None:
        self.asked: list[tuple[str, str | None]] = []
        engine = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                status, body = answers[min(len(engine.asked), len(answers) - 1)]
                engine.asked.append((self.path, self.headers["Authorization"]))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
