"""The inlet against a real broker: nothing lost in order, bounded, and back after the broker was away."""

from __future__ import annotations

import secrets
import signal
import time
from typing import TYPE_CHECKING

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from gis.refusal import RefusalReason
from twin.edges.mqtt import MAX_MESSAGE_BYTES, Inlet
from twin.servers.mosquitto import MosquittoServer
from twin.servers.processes import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.addresses import BrokerAddress
    from twin.edges.mqtt import Arrival
    from twin.servers.home import Home

pytestmark = pytest.mark.servers


@pytest.fixture
def prefix() -> str:
    return f"twin/v1/{secrets.token_hex(6)}"


@pytest.fixture
def publisher(broker: BrokerAddress) -> Iterator[Client]:
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect(broker.host, broker.port)
    client.loop_start()
    yield client
    client.disconnect()
    client.loop_stop()


def _started(broker: BrokerAddress, prefix: str, capacity: int = 20_000) -> Inlet:
    inlet = Inlet(broker, f"test-{prefix}", [f"{prefix}/#"], capacity=capacity)
    inlet.start()
    assert wait_until(lambda: inlet.connected, timeout_s=10)
    return inlet


def _collect(inlet: Inlet, n: int) -> list[Arrival]:
    got: list[Arrival] = []

    def all_there() -> bool:
        got.extend(inlet.take())
        return len(got) >= n

    assert wait_until(all_there, timeout_s=20), f"{len(got)} of {n}"
    return got


def _publish(client: Client, topic: str, payload: bytes) -> None:
    client.publish(topic, payload, qos=1).wait_for_publish(20)


def _subscribed(inlet: Inlet, client: Client, prefix: str) -> None:
    """Publish until one arrives: a subscription has no other sign of being in force."""

    def arrives() -> bool:
        _publish(client, f"{prefix}/ready", b"")
        return bool(inlet.take())

    assert wait_until(arrives, timeout_s=10)
    time.sleep(0.1)
    inlet.take()


def test_messages_arrive_whole_and_in_order(broker: BrokerAddress, publisher: Client, prefix: str) -> None:
    inlet = _started(broker, prefix)
    _subscribed(inlet, publisher, prefix)
    before = time.time_ns()
    for n in range(500):
        publisher.publish(f"{prefix}/sensor", str(n).encode(), qos=1)
    got = _collect(inlet, 500)
    inlet.stop()
    assert [int(arrival.payload) for arrival in got] == list(range(500))
    assert {arrival.topic for arrival in got} == {f"{prefix}/sensor"}
    assert before <= got[0].received_ns <= got[-1].received_ns <= time.time_ns()


def test_a_full_queue_drops_the_oldest_and_counts(broker: BrokerAddress, publisher: Client, prefix: str) -> None:
    inlet = _started(broker, prefix, capacity=100)
    _subscribed(inlet, publisher, prefix)
    already = inlet.received
    for n in range(250):
        publisher.publish(f"{prefix}/sensor", str(n).encode(), qos=1)
    assert wait_until(lambda: inlet.received == already + 250, timeout_s=10)
    assert [int(arrival.payload) for arrival in inlet.take()] == list(range(150, 250))
    assert inlet.dropped == 150
    inlet.stop()


def test_a_message_of_ten_megabytes_is_refused_and_counted(
    broker: BrokerAddress, publisher: Client, prefix: str
) -> None:
    inlet = _started(broker, prefix)
    _subscribed(inlet, publisher, prefix)
    _publish(publisher, f"{prefix}/sensor", b"x" * 10_000_000)
    _publish(publisher, f"{prefix}/sensor", b"y" * MAX_MESSAGE_BYTES)
    assert [len(arrival.payload) for arrival in _collect(inlet, 1)] == [MAX_MESSAGE_BYTES]
    assert inlet.rejected == {RefusalReason.TOO_LARGE: 1}
    inlet.stop()


def test_what_is_published_while_the_inlet_is_away_arrives_later(
    broker: BrokerAddress, publisher: Client, prefix: str
) -> None:
    inlet = _started(broker, prefix)
    _subscribed(inlet, publisher, prefix)
    inlet.stop()
    _publish(publisher, f"{prefix}/sensor", b"while away")
    again = _started(broker, prefix)
    assert [arrival.payload for arrival in _collect(again, 1)] == [b"while away"]
    again.stop()


def test_the_inlet_comes_back_when_the_broker_does(server_home: Home, prefix: str) -> None:
    first = MosquittoServer(server_home, name="mosquitto-away", anonymous=True)
    first.launch()
    first.wait_ready()
    inlet = _started(first.login("ingest"), prefix)
    assert first.process is not None
    first.process.send_signal(signal.SIGKILL)
    assert wait_until(lambda: not inlet.connected, timeout_s=10)
    second = MosquittoServer(server_home, name="mosquitto-away", anonymous=True)
    second.launch()
    second.wait_ready()
    assert second.port == first.port
    assert wait_until(lambda: inlet.connected, timeout_s=20)
    assert inlet.connections == 2
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect(second.host, second.port)
    client.loop_start()
    _subscribed(inlet, client, prefix)
    client.disconnect()
    client.loop_stop()
    inlet.stop()
    second.stop()
    first.stop()
