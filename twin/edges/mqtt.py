"""The inlet: measurements from an MQTT broker into a bounded queue that a role drains.

QoS 1 and a session that the broker keeps, so what is published while the twin is away arrives when it is back. A
message is acknowledged once it is in the queue. The overflow rule: a full queue drops its oldest message and counts
`overflow`; a message above the size limit is dropped unread and counts `too_large`. Reconnecting backs off from 0.5 s
to 10 s, for ever. One thread reads whole portions of the stream, so a message costs microseconds.
"""

from __future__ import annotations

import logging
import selectors
import socket
import time
from typing import TYPE_CHECKING

from gis.errors import FeedError
from gis.feed import LOOK_S, Feed
from gis.refusal import RefusalReason
from twin.edges.logs import RateLimited
from twin.mqtt_packets import (
    DISCONNECT,
    FAILED,
    PINGREQ,
    Connected,
    Ended,
    Stream,
    Subscribed,
    connect,
    reason_words,
    subscribe,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twin.addresses import BrokerAddress
    from twin.mqtt_packets import Portion

log = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 1 << 20
_SESSION_S = 86_400
_AT_ONCE = 1000
_KEEPALIVE_S = 15
_PATIENCE_S = 10.0
_AT_A_TIME = 1 << 18
# Whatever comes in this time is read and acknowledged together: a broker sends every message by itself.
_GATHER_S = 0.002


class Inlet(Feed):
    """A subscription whose messages wait in a bounded queue until `take` collects them.

    Args:
        broker: where to subscribe.
        client_id: name of the session that the broker keeps.
        topics: topic filters.
        capacity: most messages that wait here.
        persistent: whether the broker keeps the session while this client is away.
    """

    def __init__(
        self,
        broker: BrokerAddress,
        client_id: str,
        topics: Sequence[str],
        *,
        capacity: int = 20_000,
        persistent: bool = True,
    ) -> None:
        super().__init__(client_id, capacity=capacity, max_bytes=MAX_MESSAGE_BYTES)
        self._topics = tuple(topics)
        self._broker = broker
        self._persistent = persistent
        self._warn = RateLimited(log)

    def _session(self) -> None:
        address = (self._broker.host, self._broker.port)
        try:
            with socket.create_connection(address, timeout=_PATIENCE_S) as line, selectors.DefaultSelector() as ready:
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                ready.register(line, selectors.EVENT_READ)
                connection = _Connection(line, self._keep)
                connection.send(self._greeting())
                while not self._stopping.is_set():
                    if ready.select(LOOK_S):
                        self._follow(connection)
                    connection.keep_alive()
                connection.leave()
        except OSError as error:
            raise FeedError("the MQTT broker is not reachable") from error

    def _follow(self, connection: _Connection) -> None:
        portion = connection.read()
        for answer in portion.answers:
            if isinstance(answer, Connected):
                connection.send(subscribe(1, self._topics))
            else:
                self._met()
        if portion.arrivals:
            time.sleep(_GATHER_S)

    def _greeting(self) -> bytes:
        return connect(
            self.name,
            self._broker.username,
            self._broker.password,
            clean_start=not self._persistent,
            keepalive_s=_KEEPALIVE_S,
            session_s=_SESSION_S if self._persistent else 0,
            at_once=_AT_ONCE,
        )

    def _keep(self, portion: Portion) -> None:
        too_large = [(arrival.topic, len(arrival.payload)) for arrival in self._put_all(portion.arrivals)]
        for _ in portion.oversized:
            self._refuse(RefusalReason.TOO_LARGE)
        for topic, size in too_large + portion.oversized:
            self._warn.warn("too_large", f"{topic}: {size} bytes")


class _Connection:
    """One connection to the broker, from the greeting to the goodbye.

    Args:
        line: connected.
        keep: takes messages before they are acknowledged.
    """

    def __init__(self, line: socket.socket, keep: Callable[[Portion], None]) -> None:
        self._line = line
        self._keep = keep
        self._stream = Stream(MAX_MESSAGE_BYTES)
        self._keepalive_s = _KEEPALIVE_S
        self._sent_s = self._heard_s = time.monotonic()

    def send(self, data: bytes) -> None:
        """Send a packet, or several."""
        self._line.sendall(data)
        self._sent_s = time.monotonic()

    def read(self) -> Portion:
        """Take what is there.

        Raises:
            FeedError: the broker refused something, or ended the connection.
        """
        data = self._line.recv(_AT_A_TIME)
        if not data:
            raise FeedError("the MQTT broker closed the connection")
        self._heard_s = time.monotonic()
        portion = self._stream.take(data, time.time_ns())
        if portion.arrivals or portion.oversized:
            self._keep(portion)
        if portion.acknowledgements:
            self.send(portion.acknowledgements)
        for answer in portion.answers:
            self._judge(answer)
        return portion

    def _judge(self, answer: Connected | Subscribed | Ended) -> None:
        if isinstance(answer, Ended):
            raise FeedError(f"the MQTT broker ended the connection: {reason_words(answer.reason)}")
        reasons = (answer.reason,) if isinstance(answer, Connected) else answer.reasons
        refused = [reason_words(reason) for reason in reasons if reason >= FAILED]
        if refused:
            what = "a subscription" if isinstance(answer, Subscribed) else "the connection"
            raise FeedError(f"the MQTT broker refused {what}: {refused[0]}")
        if isinstance(answer, Connected) and answer.keepalive_s:
            self._keepalive_s = answer.keepalive_s

    def keep_alive(self) -> None:
        """Let the broker hear from us in time, and notice when it is not heard any more."""
        now_s = time.monotonic()
        if now_s - self._heard_s > 1.5 * self._keepalive_s:
            raise FeedError("the MQTT broker does not answer any more")
        if now_s - self._sent_s > self._keepalive_s / 2:
            self.send(PINGREQ)

    def leave(self) -> None:
        """Say goodbye and wait until the broker has read it: closing on unread messages would take it along."""
        self.send(DISCONNECT)
        self._line.shutdown(socket.SHUT_WR)
        self._line.settimeout(LOOK_S)
        give_up_s = time.monotonic() + LOOK_S
        while time.monotonic() < give_up_s and self._line.recv(_AT_A_TIME):
            pass
