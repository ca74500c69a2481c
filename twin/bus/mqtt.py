"""The bus over an MQTT 5 broker: QoS 1, sessions the broker keeps, acknowledgement only after use.

Publishing: at most `window` messages may be on their way (not yet confirmed by the broker); then `publish` waits. While
the broker is away they are kept here and sent again, in order, when it is back. What the broker refuses (too large, no
right) cannot be repaired by repeating: it is counted in `refused` and logged.

Subscribing: every subscription is a client of its own, so a slow one holds up nobody else. At most `depth` messages are
here at a time; the rest waits in the broker, whose own limits hold then. A message is acknowledged when the subscriber
asks for the next one, so what a crash interrupts comes again. After a lost connection the broker repeats what was not
acknowledged; what was already used is known again by its number and skipped. A publisher whose connection broke sends
again what it heard no confirmation of, so a message may come twice then: consumers know it again by its `seq` or time.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY, Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from twin.bus.port import Message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from paho.mqtt.reasoncodes import ReasonCode

    from twin.addresses import BrokerAddress

log = logging.getLogger(__name__)

PREFIX = "twin/v1/bus/"
_NEWEST_ONLY = ("snapshot/", "health/", "commissioning/")
_KEEPALIVE_S = 15
_FLUSH_S = 2.0
_LONGEST_WAIT_S = 10
_SHORT_SESSION_S = 3600
"""How long the broker keeps what an unnamed subscription missed while its connection was down."""


@dataclass(frozen=True)
class _Link:
    """How to reach the broker, and the bounds."""

    broker: BrokerAddress
    name: str
    prefix: str
    window: int
    depth: int
    session_s: int

    def client(self, role: str, *, manual_ack: bool = False) -> Client:
        """A client not connected yet."""
        client = Client(
            CallbackAPIVersion.VERSION2,
            f"{self.name}-{role}",
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=manual_ack,
        )
        client.username_pw_set(self.broker.username, self.broker.password)
        client.reconnect_delay_set(min_delay=1, max_delay=_LONGEST_WAIT_S)
        client.max_inflight_messages_set(self.window)
        return client

    def connect(self, client: Client, *, at_once: int | None = None, resume: bool = False) -> None:
        """Connect in the background and go on trying; at most `at_once` messages unacknowledged here."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho leaves it untyped
        properties.SessionExpiryInterval = self.session_s or _SHORT_SESSION_S
        if at_once is not None:
            properties.ReceiveMaximum = at_once
        client.connect_async(
            self.broker.host,
            self.broker.port,
            keepalive=_KEEPALIVE_S,
            # Either way a reconnection of this process takes up its session.
            clean_start=False if resume else MQTT_CLEAN_START_FIRST_ONLY,
            properties=properties,
        )
        client.loop_start()


class MqttBus:
    """Publishes and subscribes on a broker. Connects at the first use; `close` when done, or use it as a context.

    Args:
        broker: where it is.
        name: name of this client; with `session_s` the same at every start.
        prefix: put before every topic, so that several twins may share a broker.
        window: most messages published and not yet confirmed.
        depth: most messages of one subscription held here.
        session_s: how long the broker keeps messages for this name's subscriptions while the process is away; 0: they
            end with the context. Kept subscriptions are told apart by their patterns. Of `snapshot/…`,
            `health/…` and `commissioning/…` only the newest counts, and it is retained: for those nothing is kept.
    """

    def __init__(
        self,
        broker: BrokerAddress,
        name: str,
        *,
        prefix: str = PREFIX,
        window: int = 256,
        depth: int = 256,
        session_s: int = 0,
    ) -> None:
        self._link = _Link(broker, name, prefix, window, depth, session_s)
        self._publisher: _Publisher | None = None

    async def __aenter__(self) -> Self:
        """Start connecting; a broker that is not there yet is waited for by whoever uses the bus."""
        self._publish_through()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.close()

    async def close(self) -> None:
        """Wait a moment for what was published to be confirmed, then disconnect."""
        if self._publisher is not None:
            await self._publisher.close()
            self._publisher = None

    @property
    def connected(self) -> bool:
        """Whether the broker can be reached for publishing now."""
        return self._publisher is not None and self._publisher.client.is_connected()

    @property
    def unconfirmed(self) -> int:
        """Messages published and not yet confirmed by the broker."""
        return 0 if self._publisher is None else self._publisher.on_the_way

    @property
    def refused(self) -> int:
        """Messages the broker would not take."""
        return 0 if self._publisher is None else self._publisher.refused

    def _publish_through(self) -> _Publisher:
        if self._publisher is None:
            self._publisher = _Publisher(self._link)
        return self._publisher

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Hand a message to the broker; waits while as many as the window holds are on their way."""
        await self._publish_through().publish(self._link.prefix + topic, bytes(payload), retain=retain)

    @asynccontextmanager
    async def subscribe(self, *patterns: str) -> AsyncIterator[AsyncIterator[Message]]:
        """Messages from the moment the context is entered, retained ones first.

        Entering waits for the broker, and first for what this bus has published before to be there.
        """
        if self._publisher is not None:
            await self._publisher.confirmed_so_far()
        subscription = _Subscription(self._link, patterns)
        try:
            await subscription.ready.wait()
            yield subscription.messages()
        finally:
            await subscription.close()


class _Publisher:
    def __init__(self, link: _Link) -> None:
        self._loop = asyncio.get_running_loop()
        self._room = asyncio.Semaphore(link.window)
        self._order = asyncio.Lock()
        self._published = 0
        self._done = 0
        self._waiting: deque[tuple[int, asyncio.Event]] = deque()
        self.refused = 0
        self.client = link.client(f"pub-{secrets.token_hex(4)}")
        self.client.on_publish = self._on_publish
        link.connect(self.client)

    async def publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        async with self._order:
            await self._room.acquire()
            self._published += 1
            info = self.client.publish(topic, payload, qos=1, retain=retain)
        if info.rc not in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN):
            self._confirmed(f"{topic}: {info.rc!r}")

    def _on_publish(self, _client: Client, _data: Any, _mid: int, reason: ReasonCode, _properties: Any) -> None:
        fault = str(reason) if reason.is_failure else None
        self._loop.call_soon_threadsafe(self._confirmed, fault)

    def _confirmed(self, fault: str | None) -> None:
        self._done += 1
        self._room.release()
        while self._waiting and self._waiting[0][0] <= self._done:
            self._waiting.popleft()[1].set()
        if fault is not None:
            self.refused += 1
            log.error("the broker refused a message: %s", fault)

    @property
    def on_the_way(self) -> int:
        return self._published - self._done

    async def confirmed_so_far(self) -> None:
        """Wait until the broker has answered as many messages as have been published by now."""
        if self.on_the_way:
            event = asyncio.Event()
            self._waiting.append((self._published, event))
            await event.wait()

    async def close(self) -> None:
        try:
            async with asyncio.timeout(5):
                await self.confirmed_so_far()
        except TimeoutError:
            log.warning("%d messages were never confirmed by the broker", self.on_the_way)
        await _end(self.client, keep_session=False)


class _Item(NamedTuple):
    message: Message
    mid: int
    connection: int


class _Subscription:
    def __init__(self, link: _Link, patterns: tuple[str, ...]) -> None:
        self._link = link
        self._patterns = patterns
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[_Item] = asyncio.Queue()  # bounded by ReceiveMaximum: the broker sends no more
        self._connection = 0
        self._used: set[int] = set()
        self.ready = asyncio.Event()
        self._kept = link.session_s > 0 and not all(pattern.startswith(_NEWEST_ONLY) for pattern in patterns)
        mark = "+".join(patterns).replace("/", ".") if self._kept else secrets.token_hex(4)
        self._client = link.client(f"sub-{mark}", manual_ack=True)
        self._flushed = asyncio.Event()
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        link.connect(self._client, at_once=link.depth, resume=self._kept)

    # Called by paho's thread.

    def _on_connect(self, client: Client, _data: Any, flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if reason.is_failure:
            log.warning("the broker refused a subscription: %s", reason)
            return
        self._loop.call_soon_threadsafe(self._connected, bool(flags.session_present))
        # A session taken up still has its subscriptions, but a first subscription of this process wants the
        # retained messages again.
        if not (flags.session_present and self.ready.is_set()):
            client.subscribe([(self._link.prefix + pattern, 1) for pattern in self._patterns])

    def _on_subscribe(
        self, _client: Client, _data: Any, _mid: int, reasons: list[ReasonCode], _properties: Any
    ) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        if refused:
            log.error("the broker refused to subscribe to %s: %s", self._patterns, refused)
            return
        self._loop.call_soon_threadsafe(self._flushed.set if self.ready.is_set() else self.ready.set)

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        topic = message.topic.removeprefix(self._link.prefix)
        arrived = Message(topic, bytes(message.payload))
        self._loop.call_soon_threadsafe(self._arrived, arrived, message.mid, message.qos, message.dup)

    # Called by the event loop.

    def _connected(self, session_present: bool) -> None:
        self._connection += 1
        if not session_present:
            self._used.clear()

    def _arrived(self, message: Message, mid: int, qos: int, dup: bool) -> None:
        if qos == 0:
            mid = 0
        elif dup and mid in self._used:
            self._used.discard(mid)
            self._client.ack(mid, 1)
            return
        self._queue.put_nowait(_Item(message, mid, self._connection))

    async def messages(self) -> AsyncIterator[Message]:
        while True:
            item = await self._queue.get()
            if item.mid and item.connection != self._connection:
                continue  # the broker repeats it on the new connection, in its place
            yield item.message
            if not item.mid:
                continue
            if item.connection == self._connection:
                self._client.ack(item.mid, 1)
            else:
                self._used.add(item.mid)

    async def close(self) -> None:
        if self.ready.is_set() and self._client.is_connected():
            await self._flush()
        await _end(self._client, keep_session=self._kept)

    async def _flush(self) -> None:
        """Let acknowledgements reach the broker: it answers a subscription after all that was sent before.

        Without it, closing a socket with unread messages in it resets the connection and takes them along.
        """
        self._flushed.clear()
        again = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
        self._client.subscribe([(self._link.prefix + pattern, again) for pattern in self._patterns])
        try:
            async with asyncio.timeout(_FLUSH_S):
                await self._flushed.wait()
        except TimeoutError:
            log.info("a subscription ended without an answer from the broker; its last messages may come again")


async def _end(client: Client, *, keep_session: bool) -> None:
    properties = None
    if not keep_session:
        properties = Properties(PacketTypes.DISCONNECT)  # type: ignore[no-untyped-call] # paho leaves it untyped
        properties.SessionExpiryInterval = 0
    client.disconnect(properties=properties)
    await asyncio.to_thread(client.loop_stop)
    # Without its callbacks the client is in no reference cycle, so its sockets close as soon as it is dropped.
    client.on_connect = client.on_subscribe = client.on_message = client.on_publish = None
