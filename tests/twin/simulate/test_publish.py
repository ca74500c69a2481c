from __future__ import annotations

import csv
import json
import queue
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from gis.time import parse_time
from tests.twin.simulate.small import small_plant
from twin.servers.processes import wait_until
from twin.simulate.publish import MusterCall, run
from twin.simulate.sender import MOST_WAITING, Sender

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gis.plant import Plant
    from twin.addresses import BrokerAddress

pytestmark = pytest.mark.servers


class Listener:
    """Everything published under one plant."""

    def __init__(self, broker: BrokerAddress, plant: str) -> None:
        self.heard: queue.Queue[tuple[str, Any, int]] = queue.Queue()
        self._ready = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._on_message
        self._client.on_connect = lambda client, *_: client.subscribe(f"twin/v1/{plant}/#", qos=1)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()
        assert self._ready.wait(10)

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self.heard.put((message.topic, json.loads(message.payload), time.time_ns()))

    def all(self) -> list[tuple[str, Any, int]]:
        return [self.heard.get() for _ in range(self.heard.qsize())]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def _coded(code: str) -> Plant:
    plant = small_plant()
    return plant.model_copy(update={"head": plant.head.model_copy(update={"code": code})})


@pytest.fixture
def listener(broker: BrokerAddress) -> Iterator[Listener]:
    made = Listener(broker, "SIM-A")
    yield made
    made.close()


def test_what_is_sent_arrives_on_time_and_the_truth_is_kept(
    broker: BrokerAddress, listener: Listener, tmp_path: Path
) -> None:
    truth = tmp_path / "truth.csv"
    done = run(_coded("SIM-A"), broker.host, broker.port, seed=3, duration_s=4.0, rate_hz=5.0, truth=truth)
    assert done.steps + done.skipped == 20
    assert done.dropped == 0
    until = time.monotonic() + 10
    while listener.heard.qsize() < done.sent and time.monotonic() < until:
        time.sleep(0.05)
    heard = listener.all()
    assert len(heard) == done.sent
    ranges = [
        one
        for topic, found, _ in heard
        if topic.endswith("/ranges")
        for one in (found if isinstance(found, list) else [found])
    ]
    assert len({(one["tag"], one["seq"]) for one in ranges}) == len(ranges) >= done.steps * 6
    for topic, found, arrived_ns in heard:
        for one in found if isinstance(found, list) else [found]:
            assert parse_time(one["t"]) <= arrived_ns, topic
    with truth.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == done.steps * 7
    assert {row["tag"] for row in rows} == {*(f"T{i}" for i in range(6)), "TCAR"}
    at = {(row["tag"], parse_time(row["t"]) // 1_000_000) for row in rows}
    assert {(one["tag"], one["t"]) for one in ranges} <= at


def test_it_stops_when_told(broker: BrokerAddress) -> None:
    stop = threading.Event()
    told: list[int] = []

    def watch(progress: object) -> None:
        told.append(1)
        stop.set()

    run(_coded("SIM-B"), broker.host, broker.port, stop=stop, watch=watch)
    assert told == [1]


def test_without_a_broker_it_goes_on_and_keeps_nothing() -> None:
    # Port 9 (discard) refuses connections.
    done = run(_coded("SIM-C"), "127.0.0.1", 9, duration_s=1.0, rate_hz=5.0)
    assert done.sent == 0
    assert done.dropped > 0
    assert done.waiting == 0
    assert not done.connected


def test_a_broker_that_never_answers_costs_a_bounded_number_of_messages() -> None:
    sender = Sender.__new__(Sender)
    Sender.__init__(sender, broker=_nowhere())
    sender._up.set()
    for number in range(MOST_WAITING + 500):
        sender.send("t", str(number).encode())
    assert sender.waiting <= MOST_WAITING
    assert sender.dropped >= 500


def _nowhere() -> BrokerAddress:
    from twin.addresses import BrokerAddress  # noqa: PLC0415 - the name above is for types only

    return BrokerAddress("127.0.0.1", 9)


def test_the_call_to_muster_is_heard_from_the_broker(broker: BrokerAddress) -> None:
    topic, call = "twin/v1/CALLED/out/state", MusterCall()
    other = Client(CallbackAPIVersion.VERSION2)
    other.connect(broker.host, broker.port)
    other.loop_start()
    try:
        with Sender(broker, listen=topic, hear=call.hear) as sender:
            assert sender.wait_connected(10)
            for payload, called in ((b'{"muster": "M-1", "seq": 1}', True), (b"{", True), (b'{"muster": null}', False)):
                other.publish(topic, payload, qos=1, retain=True).wait_for_publish(5)
                assert wait_until(lambda called=called: call.is_on is called, timeout_s=10)  # type: ignore[misc]
    finally:
        other.publish(topic, b"", qos=1, retain=True).wait_for_publish(5)
        other.disconnect()
        other.loop_stop()
