"""One contract for every bus: order, retained messages first, nothing lost, waiting instead of dropping."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.twin.bus.buses import DEPTH, opened
from twin.bus.port import Message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from twin.addresses import BrokerAddress
    from twin.bus.port import Bus

PATIENCE_S = 20.0
Script = "Callable[[Bus], Awaitable[None]]"


@pytest.fixture(params=["local", pytest.param("mqtt", marks=pytest.mark.servers)])
def place(request: pytest.FixtureRequest) -> BrokerAddress | None:
    """Where the bus is: None for this process."""
    return None if request.param == "local" else request.getfixturevalue("broker")


def run(place: BrokerAddress | None, script: Callable[[Bus], Awaitable[None]]) -> None:
    async def within() -> None:
        async with opened(place) as bus, asyncio.timeout(PATIENCE_S):
            await script(bus)

    asyncio.run(within())


async def taken(messages: AsyncIterator[Message], n: int) -> list[Message]:
    return [await anext(messages) for _ in range(n)]


def test_messages_arrive_whole_and_in_order(place: BrokerAddress | None) -> None:
    async def script(bus: Bus) -> None:
        payloads = [bytes([i]) * (i * 1000) for i in range(1, 40)]
        async with bus.subscribe("effects/P1") as messages:
            sending = asyncio.create_task(_publish_all(bus, "effects/P1", payloads))
            got = await taken(messages, len(payloads))
            await sending
        assert got == [Message("effects/P1", payload) for payload in payloads]

    run(place, script)


async def _publish_all(bus: Bus, topic: str, payloads: list[bytes]) -> None:
    for payload in payloads:
        await bus.publish(topic, payload)


def test_retained_messages_come_first_and_only_the_newest(place: BrokerAddress | None) -> None:
    async def script(bus: Bus) -> None:
        await bus.publish("snapshot/P1", b"old", retain=True)
        await bus.publish("snapshot/P1", b"new", retain=True)
        await bus.publish("snapshot/P1", b"passing")
        async with bus.subscribe("snapshot/+") as messages:
            first = await anext(messages)
            await bus.publish("snapshot/P1", b"later")
            second = await anext(messages)
        assert [first.payload, second.payload] == [b"new", b"later"]

    run(place, script)


def test_what_was_published_before_is_not_seen(place: BrokerAddress | None) -> None:
    async def script(bus: Bus) -> None:
        async with bus.subscribe("events/P1") as early:
            await bus.publish("events/P1", b"before")
            await anext(early)
            async with bus.subscribe("events/P1") as late:
                await bus.publish("events/P1", b"after")
                assert (await anext(late)).payload == b"after"

    run(place, script)


def test_a_plus_stands_for_one_level(place: BrokerAddress | None) -> None:
    async def script(bus: Bus) -> None:
        async with bus.subscribe("effects/+", "health/core") as messages:
            for topic in ("effects/P1/x", "effects", "events/P1", "health/api", "effects/P2", "health/core"):
                await bus.publish(topic, topic.encode())
            got = await taken(messages, 2)
        assert [message.topic for message in got] == ["effects/P2", "health/core"]

    run(place, script)


def test_every_subscription_gets_everything(place: BrokerAddress | None) -> None:
    async def script(bus: Bus) -> None:
        async with bus.subscribe("effects/P1") as one, bus.subscribe("effects/+") as two:
            payloads = [str(i).encode() for i in range(5)]
            await _publish_all(bus, "effects/P1", payloads)
            for messages in (one, two):
                assert [message.payload for message in await taken(messages, 5)] == payloads

    run(place, script)


def test_a_slow_subscriber_loses_nothing(place: BrokerAddress | None) -> None:
    async def script(bus: Bus) -> None:
        n = 10 * DEPTH
        async with bus.subscribe("effects/P1") as messages:
            sending = asyncio.create_task(_publish_all(bus, "effects/P1", [str(i).encode() for i in range(n)]))
            got = []
            async for message in messages:
                got.append(int(message.payload))
                await asyncio.sleep(0.001)
                if len(got) == n:
                    break
            await sending
        assert got == list(range(n))

    run(place, script)


def test_a_subscriber_that_left_holds_nobody_up(place: BrokerAddress | None) -> None:
    async def script(bus: Bus) -> None:
        async with bus.subscribe("effects/P1"):
            sending = asyncio.create_task(_publish_all(bus, "effects/P1", [b"x"] * (4 * DEPTH)))
            await asyncio.sleep(0.05)
        await sending

    run(place, script)


def test_a_publisher_in_process_waits_for_a_full_queue() -> None:
    async def script() -> None:
        async with opened(None) as bus, bus.subscribe("effects/P1") as messages:
            published = count()
            sent = 0

            async def publish() -> None:
                nonlocal sent
                for _ in range(2 * DEPTH):
                    await bus.publish("effects/P1", str(next(published)).encode())
                    sent += 1

            sending = asyncio.create_task(publish())
            for _ in range(100):
                await asyncio.sleep(0)
            assert sent == DEPTH
            assert [int(message.payload) for message in await taken(messages, 2 * DEPTH)] == list(range(2 * DEPTH))
            await sending

    asyncio.run(script())
