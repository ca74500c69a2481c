"""An MQTT publisher that gives up messages rather than memory when the broker is slow or away."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from twin.addresses import BrokerAddress

log = logging.getLogger(__name__)

MOST_WAITING = 2000
MOST_INFLIGHT = 200


class Sender:
    """Publishes with QoS 1 from one thread; connects and reconnects by itself.

    Overflow rule: while there is no connection, or `MOST_WAITING` messages wait for the broker's answer, new
    messages are dropped and counted in `dropped`, as a radio engine without network would.

    Args:
        broker: where to publish.
        client_id: name at the broker; empty lets the broker choose.
        listen: a topic to hear, if any.
        hear: told each of its messages, in the network's thread.
    """

    def __init__(
        self,
        broker: BrokerAddress,
        client_id: str = "",
        *,
        listen: str | None = None,
        hear: Callable[[bytes], None] | None = None,
    ) -> None:
        self._broker = broker
        self._listen = listen
        self._up = threading.Event()
        # Each counter is written by one thread only, so no lock can stand between paho's and ours.
        self._answered = 0
        self.sent = 0
        self.dropped = 0
        client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv311)
        client.username_pw_set(broker.username, broker.password)
        client.max_inflight_messages_set(MOST_INFLIGHT)
        client.max_queued_messages_set(MOST_WAITING)
        client.reconnect_delay_set(min_delay=1, max_delay=5)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        if hear is not None:
            client.on_message = lambda _client, _userdata, message: hear(bytes(message.payload))
        self._client = client

    def __enter__(self) -> Self:
        """Begin to connect; does not wait for it."""
        self._client.connect_async(self._broker.host, self._broker.port, keepalive=20)
        self._client.loop_start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Say good-bye and stop the network thread."""
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return self._up.is_set()

    def wait_connected(self, timeout_s: float) -> bool:
        """Wait for the broker; False when it did not come in time."""
        return self._up.wait(timeout_s)

    def send(self, topic: str, payload: bytes) -> bool:
        """Publish one message; False when it was dropped."""
        if not self._up.is_set() or self.waiting >= MOST_WAITING:
            self.dropped += 1
            return False
        if self._client.publish(topic, payload, qos=1).rc == MQTTErrorCode.MQTT_ERR_SUCCESS:
            self.sent += 1
            return True
        self.dropped += 1
        return False

    @property
    def waiting(self) -> int:
        """How many messages the broker has not answered yet."""
        return self.sent - self._answered

    def drain(self, patience_s: float = 2.0) -> None:
        """Give the broker a moment to answer what was sent."""
        until = time.monotonic() + patience_s
        while self.connected and self.waiting > 0 and time.monotonic() < until:
            time.sleep(0.02)

    def _on_connect(self, _client: Client, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.warning("broker %s refused the connection: %s", self._broker.host, reason)
            return
        if self._listen is not None:
            self._client.subscribe(self._listen)
        self._up.set()

    def _on_disconnect(self, _client: Client, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._up.clear()
        if reason.is_failure:
            log.warning("connection to broker %s lost: %s", self._broker.host, reason)

    def _on_publish(self, _client: Client, _userdata: Any, _mid: int, _reason: Any, _properties: Any) -> None:
        self._answered += 1
