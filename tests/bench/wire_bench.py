"""From the broker to fixes on one core, the MQTT client included, beside the same messages taken by paho alone.

The messages wait at the broker for two sessions that are away. Each then comes back and takes all of them as fast as
it can, in a process held to one core; the broker has the others. Rates are per second of that core's time, so that
other work on the machine does not count.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from gis.files import read_plant
from locator import codec
from locator.pipeline import Pipeline
from tests.bench.figure import Figure, at_least, told
from tests.bench.locator_bench import DEMO_PLANT, START_NS
from tests.livetwin import folder
from twin.addresses import BrokerAddress
from twin.edges.mqtt import Inlet
from twin.servers import mosquitto
from twin.servers.home import Home
from twin.servers.mosquitto import MosquittoServer
from twin.simulate.messages import SLOT_NS, outgoing
from twin.simulate.simulation import Simulation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gis.plant import Plant

TOPICS = "twin/v1/+/uwb/+/ranges"
LONGEST_S = 120.0
MOST = 30_000


def figures() -> Iterator[Figure]:
    """Rates, and the shares of the time: each tag's epoch by itself, then as the engine sends them, in arrays."""
    plant = read_plant(DEMO_PLANT)
    with folder("plant-twin-bench-") as place, _broker(place) as broker:
        ours, n, bare_s = _both(broker, plant, 0)
        rate, bare = n / ours.total_s, n / bare_s
        yield at_least("json_to_fix_per_s", rate, "1/s of one core", 40_000)
        yield told("broker_to_paho_per_s", bare, "1/s of one core", "paho alone, QoS 1", rate / bare)
        for name, seconds in ours.shares().items():
            share = f"{100 * seconds / ours.total_s:.0f} % of the time"
            yield told(f"json_to_fix_{name}_us", 1e6 * seconds / n, "µs", share)
        ours, n, bare_s = _both(broker, plant, SLOT_NS)
        yield at_least("json_to_fix_arrays_per_s", n / ours.total_s, "1/s of one core", 40_000)
        yield told("broker_to_paho_arrays_per_s", n / bare_s, "1/s of one core", "paho alone", bare_s / ours.total_s)


def _both(broker: BrokerAddress, plant: Plant, slot_ns: int) -> tuple[_Spent, int, float]:
    """Time of the locator, epochs that it read, time of paho alone."""
    simulation = Simulation(plant, seed=7, start_ns=START_NS)
    sent: list[Any] = []
    epochs = 0
    while epochs < MOST:
        step = simulation.advance()
        epochs += len(step.t_ns)
        sent += [m for m in outgoing(simulation, step, slot_ns) if m.topic.endswith("/ranges")]
    inlet, alone = _inlet(broker), _Alone(broker)
    for session in (inlet, alone):
        session.start()
        _wait(lambda session=session: session.connected)  # type: ignore[misc]
        time.sleep(1.0)  # the subscription is granted a moment after the connection
        session.stop()
    _publish(broker, sent)
    with _one_core():
        bare_s = _take_all(_Alone(broker), len(sent))
        ours = _locate(_inlet(broker), plant, [message.due_ns for message in sent])
    return ours, ours.epochs, bare_s


@dataclass
class _Spent:
    """Seconds of processor time."""

    total_s: float = 0.0
    main_s: float = 0.0
    decode_s: float = 0.0
    accept_s: float = 0.0
    flush_s: float = 0.0
    kernel_s: float = 0.0
    epochs: int = 0

    def shares(self) -> dict[str, float]:
        """By part; they add up to the whole."""
        parts = {
            "client": self.total_s - self.main_s,
            "decode": self.decode_s,
            "fill": self.accept_s - self.decode_s + self.flush_s - self.kernel_s,
            "kernel": self.kernel_s,
        }
        return parts | {"wait": self.total_s - sum(parts.values())}


def _locate(inlet: Inlet, plant: Plant, due_ns: list[int]) -> _Spent:
    pipeline = Pipeline({plant.head.code: plant})
    spent = _Spent()
    for filters in pipeline._filters[plant.head.code].values():
        filters.bank._run = _timed(filters.bank._run, spent, "kernel_s")
    with mock.patch.object(codec, "decode", _timed(codec.decode, spent, "decode_s")):
        done = fixes = 0
        main_s, total_s = time.thread_time(), time.process_time()
        inlet.start()
        give_up_s = time.monotonic() + LONGEST_S
        while done < len(due_ns):
            assert time.monotonic() < give_up_s, f"{done} of {len(due_ns)} came"
            begun_s = time.thread_time()
            for arrival in inlet.take():
                pipeline.accept(arrival.topic, arrival.payload, due_ns[done])
                done += 1
            read_s = time.thread_time()
            fixes += sum(len(batch.tag) for batch in pipeline.flush(START_NS))
            spent.accept_s += read_s - begun_s
            spent.flush_s += time.thread_time() - read_s
            time.sleep(0.02)
        spent.total_s, spent.main_s = time.process_time() - total_s, time.thread_time() - main_s
    inlet.stop()
    spent.epochs = pipeline.counters.accepted
    assert fixes > 0.9 * spent.epochs >= 0.8 * len(due_ns), f"{fixes} fixes: {pipeline.counters}"
    return spent


def _timed(what: Callable[..., Any], spent: _Spent, name: str) -> Callable[..., Any]:
    def call(*given: Any) -> Any:
        begun_s = time.thread_time()
        made = what(*given)
        setattr(spent, name, getattr(spent, name) + time.thread_time() - begun_s)
        return made

    return call


class _Alone:
    """A paho client that counts."""

    def __init__(self, broker: BrokerAddress) -> None:
        self.received = 0
        self.connected = False
        self._broker = broker
        self._client = Client(CallbackAPIVersion.VERSION2, "bench-alone", protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message

    def _on_connect(self, client: Client, *_: Any) -> None:
        self.connected = True
        client.subscribe(TOPICS, 1)

    def _on_message(self, *_: Any) -> None:
        self.received += 1

    def start(self) -> None:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it untyped
        properties.ReceiveMaximum, properties.SessionExpiryInterval = 1000, 3600
        self._client.connect(self._broker.host, self._broker.port, clean_start=False, properties=properties)
        self._client.loop_start()

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def _take_all(client: _Alone, n: int) -> float:
    begun_s = time.process_time()
    client.start()
    _wait(lambda: client.received >= n)
    spent_s = time.process_time() - begun_s
    client.stop()
    return spent_s


def _inlet(broker: BrokerAddress) -> Inlet:
    return Inlet(broker, "bench-locator", [TOPICS], capacity=2 * MOST)


def _publish(broker: BrokerAddress, sent: list[Any]) -> None:
    publisher = Client(CallbackAPIVersion.VERSION2)
    publisher.connect(broker.host, broker.port)
    publisher.loop_start()
    infos: list[MQTTMessageInfo] = [publisher.publish(message.topic, message.payload, qos=1) for message in sent]
    for info in infos:
        info.wait_for_publish(LONGEST_S)
    publisher.disconnect()
    publisher.loop_stop()


def _wait(until: Callable[[], bool]) -> None:
    give_up_s = time.monotonic() + LONGEST_S
    while not until():
        assert time.monotonic() < give_up_s, "nothing came"
        time.sleep(0.02)


@contextmanager
def _broker(place: Any) -> Iterator[BrokerAddress]:
    server = MosquittoServer(Home(place / "var", mosquitto.account()), name="mosquitto-bench", anonymous=True)
    server.launch()
    try:
        server.wait_ready()
        yield BrokerAddress(server.host, server.port)
    finally:
        server.stop()


@contextmanager
def _one_core() -> Iterator[None]:
    """Threads begun within run on one core (where the system can be told so)."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    usual = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(usual)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, usual)
