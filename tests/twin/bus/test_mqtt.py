"""What only a bus over a broker can go through: lost connections, crashed subscribers, brokers that are away."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

import pytest

from tests.relay import Relay
from twin.addresses import BrokerAddress
from twin.bus.mqtt import MqttBus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from twin.bus.port import Message

pytestmark = pytest.mark.servers
PATIENCE_S = 60.0


def _name() -> str:
    return f"test-{secrets.token_hex(4)}"


async def _collect(messages: AsyncIterator[Message], into: list[int], n: int) -> None:
    async for message in messages:
        into.append(int(message.payload))
        if len(set(into)) == n:
            return


def test_connections_cut_again_and_again_lose_nothing_and_keep_order(broker: BrokerAddress) -> None:
    async def script() -> None:
        n = 300
        prefix = f"test/{secrets.token_hex(4)}/"
        async with Relay(broker.host, broker.port) as relay, asyncio.timeout(PATIENCE_S):
            through = BrokerAddress("127.0.0.1", relay.port)
            async with (
                MqttBus(through, _name(), prefix=prefix, window=16, depth=16) as bus,
                bus.subscribe("effects/P1") as messages,
            ):
                got: list[int] = []
                collecting = asyncio.create_task(_collect(messages, got, n))
                for i in range(n):
                    await bus.publish("effects/P1", str(i).encode())
                    if i % 100 == 50:
                        relay.cut()
                await collecting
        assert sorted(set(got)) == list(range(n))
        # At least once: what the broker has and could not confirm any more is sent a second time, but never before
        # what was published before it.
        first_seen = list(dict.fromkeys(got))
        assert first_seen == sorted(first_seen)

    asyncio.run(script())


def test_a_named_session_keeps_what_its_owner_missed_or_had_not_finished(broker: BrokerAddress) -> None:
    async def script() -> None:
        prefix, name = f"test/{secrets.token_hex(4)}/", _name()

        def sink() -> MqttBus:
            return MqttBus(broker, name, prefix=prefix, session_s=60)

        async with MqttBus(broker, _name(), prefix=prefix) as core, asyncio.timeout(PATIENCE_S):
            async with sink() as bus, bus.subscribe("effects/+") as messages:
                for i in range(4):
                    await core.publish("effects/P1", str(i).encode())
                assert [int((await anext(messages)).payload) for _ in range(3)] == [0, 1, 2]
                # 0 and 1 are finished; 2 is still being worked on when the sink goes down.
            for i in range(4, 8):
                await core.publish("effects/P1", str(i).encode())
            async with sink() as bus, bus.subscribe("effects/+") as messages:
                assert [int((await anext(messages)).payload) for _ in range(6)] == [2, 3, 4, 5, 6, 7]

    asyncio.run(script())


def test_what_is_published_while_the_broker_is_away_waits_within_the_window(broker: BrokerAddress) -> None:
    async def script() -> None:
        prefix = f"test/{secrets.token_hex(4)}/"
        async with (
            Relay(broker.host, broker.port) as relay,
            MqttBus(broker, _name(), prefix=prefix) as listener,
            listener.subscribe("effects/P1") as messages,
            asyncio.timeout(PATIENCE_S),
        ):
            relay.refuse()
            async with MqttBus(BrokerAddress("127.0.0.1", relay.port), _name(), prefix=prefix, window=5) as bus:
                sending = asyncio.create_task(_publish(bus, 12))
                await _until(lambda: bus.unconfirmed == 5)
                assert not sending.done()
                relay.admit()
                assert [int((await anext(messages)).payload) for _ in range(12)] == list(range(12))
                await sending

    asyncio.run(script())


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - the condition is set by a thread
        await asyncio.sleep(0.01)


async def _publish(bus: MqttBus, n: int) -> None:
    for i in range(n):
        await bus.publish("effects/P1", str(i).encode())


def test_what_the_broker_refuses_is_counted(mosquitto_server: object) -> None:
    async def script() -> None:
        login: BrokerAddress = mosquitto_server.login("outbound")  # type: ignore[attr-defined] # a server of twin.servers
        async with MqttBus(login, _name(), window=2) as bus, asyncio.timeout(PATIENCE_S):
            for _ in range(4):
                await bus.publish("effects/P1", b"no right to write here")
            await _until(lambda: bus.refused == 4)
            assert bus.unconfirmed == 0

    asyncio.run(script())
