"""A WebSocket client that subscribes to resources and subscribes again after every loss."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosedError
from websockets.frames import CloseCode
from websockets.sync.client import connect

from gis.feed import LOOK_S, Feed
from gis.messages import MAX_BYTES
from gis.refusal import RefusalReason

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATIENCE_S = 10.0
_PING_S = 10.0


class WebSocketFeed(Feed):
    """Listens to a WebSocket server; one that answers no ping for ten seconds counts as lost.

    Args:
        name: what it is called.
        url: `ws://` or `wss://`.
        greetings: texts sent first, in order: the subscriptions.
        capacity: most messages that wait.
        first_pause_s: pause before the first new attempt.
    """

    def __init__(
        self, name: str, url: str, greetings: Sequence[str], *, capacity: int = 20_000, first_pause_s: float = 0.5
    ) -> None:
        super().__init__(name, capacity=capacity, first_pause_s=first_pause_s)
        self._url = url
        self._greetings = tuple(greetings)

    def _session(self) -> None:
        with connect(
            self._url,
            open_timeout=_PATIENCE_S,
            close_timeout=1.0,
            ping_interval=_PING_S,
            ping_timeout=_PING_S,
            max_size=MAX_BYTES,
            proxy=None,
        ) as connection:
            for greeting in self._greetings:
                connection.send(greeting)
            self._met()
            try:
                while not self._stopping.is_set():
                    with contextlib.suppress(TimeoutError):
                        message = connection.recv(timeout=LOOK_S)
                        self._put(message.encode() if isinstance(message, str) else message)
            except ConnectionClosedError as error:
                # The client itself closes on what is too large to be read.
                if error.sent is not None and error.sent.code == CloseCode.MESSAGE_TOO_BIG:
                    self._refuse(RefusalReason.TOO_LARGE)
                raise
