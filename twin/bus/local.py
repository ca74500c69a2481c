"""The bus inside one process: bytes through bounded queues. A full queue makes the publisher wait; nothing is lost."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from twin.bus.port import Message, matches

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DEFAULT_DEPTH = 1024


class LocalBus:
    """Hands messages from coroutine to coroutine of one event loop.

    Args:
        depth: messages each subscription may hold before its publishers wait.
    """

    def __init__(self, depth: int = DEFAULT_DEPTH) -> None:
        self._depth = depth
        self._retained: dict[str, Message] = {}
        self._subscriptions: list[_Subscription] = []

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Hand a message to every subscription that matches, in order per topic; waits while a queue is full."""
        message = Message(topic, bytes(payload))
        if retain:
            self._retained[topic] = message
        for subscription in tuple(self._subscriptions):
            if subscription.wants(topic):
                await subscription.put(message)

    @asynccontextmanager
    async def subscribe(self, *patterns: str) -> AsyncIterator[AsyncIterator[Message]]:
        """Messages from the moment the context is entered, retained ones first."""
        subscription = _Subscription(patterns, self._depth)
        for topic, message in self._retained.items():
            if subscription.wants(topic):
                subscription.first.append(message)
        self._subscriptions.append(subscription)
        try:
            yield subscription.messages()
        finally:
            self._subscriptions.remove(subscription)
            subscription.close()

    def lengths(self) -> dict[str, int]:
        """Messages waiting in each subscription, by its patterns; for health."""
        return {" ".join(each.patterns): each.queue.qsize() for each in self._subscriptions}


class _Subscription:
    def __init__(self, patterns: tuple[str, ...], depth: int) -> None:
        self.patterns = patterns
        self.first: list[Message] = []
        self.queue: asyncio.Queue[Message] = asyncio.Queue(depth)
        self._closed = asyncio.Event()

    def wants(self, topic: str) -> bool:
        return any(matches(pattern, topic) for pattern in self.patterns)

    async def put(self, message: Message) -> None:
        """Wait for room, but never for a subscriber that has gone."""
        if not self.queue.full():
            self.queue.put_nowait(message)
            return
        putting = asyncio.ensure_future(self.queue.put(message))
        leaving = asyncio.ensure_future(self._closed.wait())
        try:
            await asyncio.wait((putting, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiting in (putting, leaving):
                waiting.cancel()

    def close(self) -> None:
        self._closed.set()

    async def messages(self) -> AsyncIterator[Message]:
        for message in self.first:
            yield message
        self.first.clear()
        while True:
            yield await self.queue.get()
