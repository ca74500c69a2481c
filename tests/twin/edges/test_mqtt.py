"""The inlet against a real broker: nothing lost in order, bounded, and back after the broker was away."""

from __future__ import annotations

import secrets
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from gis.refusal import RefusalReason
from twin.addresses import BrokerAddress
from twin.edges.mqtt import MAX_MESSAGE_BYTES, Inlet
from twin.servers.mosquitto import MosquittoServer
from twin.servers.processes import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gis.messages import Arrival
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


class _Broker:
    """A broker in bytes, for what a real one does not do on demand."""

    def __init__(self, keepalive_s: int = 15) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(10)
        self.address = BrokerAddress("127.0.0.1", self._listener.getsockname()[1])
        self._keepalive_s = keepalive_s

    def accept(self, reason: int = 0) -> socket.socket:
        line, _ = self._listener.accept()
        line.settimeout(10)
        assert line.recv(1000)[:1] == b"\x10"
        line.sendall(b"\x20\x06\x00" + bytes([reason]) + b"\x03\x13" + self._keepalive_s.to_bytes(2))
        return line

    def subscribed(self) -> socket.socket:
        line = self.accept()
        assert line.recv(1000)[:1] == b"\x82"
        line.sendall(b"\x90\x04\x00\x01\x00\x01")
        return line

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def scripted() -> Iterator[_Broker]:
    broker = _Broker(keepalive_s=1)
    yield broker
    broker.close()


@pytest.fixture
def inlet(scripted: _Broker) -> Iterator[Inlet]:
    inlet = Inlet(scripted.address, "test", ["a/#"])
    inlet.start()
    yield inlet
    inlet.stop()


def test_a_message_is_acknowledged_once_it_is_in_the_queue(scripted: _Broker, inlet: Inlet) -> None:
    with scripted.subscribed() as line:
        assert wait_until(lambda: inlet.connected, timeout_s=10)
        line.sendall(b"\x32\x07\x00\x01a\x12\x34\x00x")
        assert line.recv(4) == b"\x40\x02\x12\x34"
        assert inlet.waiting == 1


def test_what_was_cut_off_with_the_connection_comes_whole_with_the_next(scripted: _Broker, inlet: Inlet) -> None:
    with scripted.subscribed() as line:
        line.sendall(b"\x32\x07\x00\x01a\x12")
    with scripted.subscribed() as line:
        line.sendall(b"\x3a\x07\x00\x01a\x12\x34\x00x")
        assert line.recv(4) == b"\x40\x02\x12\x34"
        assert [arrival.payload for arrival in inlet.take()] == [b"x"]
    assert inlet.connections == 2


def test_a_broker_that_falls_silent_is_asked_and_then_left(scripted: _Broker, inlet: Inlet) -> None:
    with scripted.subscribed() as line:
        assert line.recv(2) == b"\xc0\x00"
        with scripted.subscribed():
            assert wait_until(lambda: inlet.connections == 2, timeout_s=10)


@pytest.mark.parametrize(
    ("reason", "words"), [(0x86, "user name or password wrong"), (0x9F, "reason 0x9f"), (0x88, "not available")]
)
def test_a_broker_that_refuses_is_told_as_trouble(scripted: _Broker, inlet: Inlet, reason: int, words: str) -> None:
    with scripted.accept(reason):
        assert wait_until(lambda: words in inlet.trouble, timeout_s=10)
    assert not inlet.connected


def test_a_subscription_refused_is_told_as_trouble(scripted: _Broker, inlet: Inlet) -> None:
    with scripted.accept() as line:
        assert line.recv(1000)[:1] == b"\x82"
        line.sendall(b"\x90\x04\x00\x01\x00\x87")
        assert wait_until(lambda: "not authorised" in inlet.trouble, timeout_s=10)


def test_the_end_of_a_session_is_told_in_words(scripted: _Broker, inlet: Inlet) -> None:
    with scripted.subscribed() as line:
        line.sendall(b"\xe0\x01\x8e")
        assert wait_until(lambda: "taken over" in inlet.trouble, timeout_s=10)


def test_an_inlet_says_goodbye() -> None:
    patient = _Broker()
    leaving = Inlet(patient.address, "test", ["a/#"])
    leaving.start()
    with patient.subscribed() as line:
        assert wait_until(lambda: leaving.connected, timeout_s=10)
        thread = threading.Thread(target=leaving.stop)
        thread.start()
        assert line.recv(2) == b"\xe0\x00"
    thread.join(10)
    patient.close()
    assert (leaving.connected, leaving.trouble) == (False, "stopped")
