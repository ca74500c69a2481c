"""The inlet: measurements from an MQTT broker into a bounded queue that a role drains.

QoS 1 and a session that the broker keeps, so what is published while the twin is away arrives when it is back. The
overflow rule: a full queue drops its oldest message and counts `overflow`; a message above the size limit is dropped
unread and counts `too_large`. Reconnecting backs off from 0.5 s to 10 s, for ever.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Any, NamedTuple

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from gis.refusal import RefusalReason
from twin.edges.logs import RateLimited

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.addresses import BrokerAddress

log = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 1 << 20
MAX_QUEUE_BYTES = 64 << 20
_SESSION_S = 86_400
_AT_ONCE = 1000


class Arrival(NamedTuple):
    """One message as it came in."""

    topic: str
    payload: bytes
    received_ns: int


class Inlet:
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
        self._topics = [(topic, 1) for topic in topics]
        self._broker = broker
        self._capacity = capacity
        self._persistent = persistent
        self._waiting: deque[Arrival] = deque()
        self._waiting_bytes = 0
        self._lock = threading.Lock()
        self._warn = RateLimited(log)
        self.received = 0
        self.rejected: Counter[RefusalReason] = Counter()
        self.connected = False
        self.connections = 0
        self._client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.username_pw_set(broker.username, broker.password)
        self._client.reconnect_delay_set(min_delay=1, max_delay=10)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_message = self._on_message

    def start(self) -> None:
        """Connect in the background; a broker that is not there yet is waited for."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it untyped
        properties.ReceiveMaximum = _AT_ONCE
        if self._persistent:
            properties.SessionExpiryInterval = _SESSION_S
        self._client.connect_async(
            self._broker.host, self._broker.port, keepalive=15, clean_start=not self._persistent, properties=properties
        )
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect; the broker keeps a persistent session."""
        self._client.disconnect()
        self._client.loop_stop()

    def take(self) -> list[Arrival]:
        """All that waits, oldest first."""
        with self._lock:
            taken = list(self._waiting)
            self._waiting.clear()
            self._waiting_bytes = 0
        return taken

    @property
    def waiting(self) -> int:
        """Messages in the queue now."""
        return len(self._waiting)

    @property
    def dropped(self) -> int:
        """Messages the overflow rule threw away so far."""
        return self.rejected[RefusalReason.OVERFLOW]

    @property
    def trouble(self) -> str:
        """What is wrong now, in words; empty when nothing is."""
        return "" if self.connected else "the MQTT broker is not reachable"

    def _on_connect(self, client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._warn.warn("broker refused", f"{self._broker}: {reason}")
            return
        self.connected = True
        self.connections += 1
        client.subscribe(self._topics)
        log.info("connected to %s", self._broker)

    def _on_disconnect(self, _client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self.connected = False
        if reason.is_failure:
            self._warn.warn("broker lost", f"{self._broker}: {reason}")

    def _on_connect_fail(self, _client: Client, _data: Any) -> None:
        self._warn.warn("broker not reachable", str(self._broker))

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        payload = bytes(message.payload)
        size = len(payload)
        with self._lock:
            self.received += 1
            if size > MAX_MESSAGE_BYTES:
                self.rejected[RefusalReason.TOO_LARGE] += 1
            else:
                while self._waiting and (
                    len(self._waiting) >= self._capacity or self._waiting_bytes + size > MAX_QUEUE_BYTES
                ):
                    self._waiting_bytes -= len(self._waiting.popleft().payload)
                    self.rejected[RefusalReason.OVERFLOW] += 1
                self._waiting.append(Arrival(message.topic, payload, time.time_ns()))
                self._waiting_bytes += size
                return
        self._warn.warn("too_large", f"{message.topic}: {size} bytes")
