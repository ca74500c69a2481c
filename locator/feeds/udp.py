"""Datagrams."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from gis.feed import LOOK_S, Feed
from gis.refusal import RefusalReason

if TYPE_CHECKING:
    from collections.abc import Collection

_LARGEST = 65_535
_KERNEL_BYTES = 4 << 20


class UdpFeed(Feed):
    """Listens for datagrams. It counts as connected while its socket is open: silence has no other sign.

    Args:
        name: what it is called.
        host: address to listen on.
        port: to listen on; 0 for any free one, then told by `port`.
        senders: addresses that are listened to; none: all. Others are counted under `unknown_engine`.
        capacity: most messages that wait.
    """

    def __init__(
        self, name: str, host: str, port: int, *, senders: Collection[str] = (), capacity: int = 20_000
    ) -> None:
        super().__init__(name, capacity=capacity)
        self._address = (host, port)
        self._senders = frozenset(senders)
        self.port = port

    def _session(self) -> None:
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as listening:
            # A burst of a whole plant waits in the kernel while the interpreter is busy elsewhere.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _KERNEL_BYTES)
            listening.bind(self._address)
            listening.settimeout(LOOK_S)
            self.port = listening.getsockname()[1]
            self._met()
            while not self._stopping.is_set():
                try:
                    payload, sender = listening.recvfrom(_LARGEST)
                except TimeoutError:
                    continue
                if self._senders and sender[0] not in self._senders:
                    self._refuse(RefusalReason.UNKNOWN_ENGINE)
                else:
                    self._put(payload)
