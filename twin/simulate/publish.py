"""The simulation at the pace of the clock, published to a broker."""

from __future__ import annotations

import csv
import logging
import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

import msgspec

from gis.time import NS_PER_S, format_time
from twin.addresses import BrokerAddress
from twin.simulate.crowd import crowded
from twin.simulate.messages import SLOT_NS, outgoing, seconds
from twin.simulate.sender import Sender
from twin.simulate.simulation import Simulation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gis.plant import Plant
    from twin.simulate.simulation import Step

log = logging.getLogger(__name__)

_LATE_NS = 2 * NS_PER_S


@dataclass
class Progress:
    """What a running simulation has done so far."""

    steps: int = 0
    skipped: int = 0
    """Periods left out because the machine fell behind."""
    sent: int = 0
    dropped: int = 0
    ranges: int = 0
    connected: bool = False
    waiting: int = 0


@dataclass
class MusterCall:
    """Whether a muster is on, as `out/state` says: what people in the plant would hear."""

    is_on: bool = False

    def hear(self, payload: bytes) -> None:
        """Take one message; one that is none is left aside."""
        try:
            told = msgspec.json.decode(payload, type=_State)
        except msgspec.MsgspecError:
            log.warning("a message of the plant's state that is none: %.80r", payload)
            return
        self.is_on = told.muster is not None


class _State(msgspec.Struct):
    """What matters of `out/state`."""

    muster: str | None = None


@dataclass
class TruthFile:
    """Ground truth as CSV: one row per tag and epoch."""

    stream: TextIO

    def begin(self) -> None:
        """Write the header."""
        csv.writer(self.stream).writerow(["t", "tag", "x_m", "y_m", "z_m", "anchors_heard", "anchors_clear", "moving"])

    def add(self, simulation: Simulation, step: Step) -> None:
        """Write one step."""
        truth = step.truth
        writer = csv.writer(self.stream)
        for who, carrier in enumerate(simulation.carriers):
            x, y, z = truth.xyz_m[who]
            writer.writerow(
                [
                    format_time(int(truth.t_ns[who])),
                    carrier.tag,
                    f"{x:.3f}",
                    f"{y:.3f}",
                    f"{z:.3f}",
                    int(truth.heard[who]),
                    int(truth.clear[who]),
                    int(truth.moving[who]),
                ]
            )


def run(
    plant: Plant,
    mqtt_host: str,
    mqtt_port: int,
    username: str | None = None,
    password: str | None = None,
    seed: int = 1,
    stop: threading.Event | None = None,
    *,
    people: int | None = None,
    rate_hz: float = 1.0,
    speed: float = 1.0,
    incidents_per_h: float | None = None,
    duration_s: float | None = None,
    truth: Path | None = None,
    slot_ns: int = SLOT_NS,
    watch: Callable[[Progress], None] | None = None,
) -> Progress:
    """Publish a simulation of the plant until told to stop.

    Args:
        plant: the plant.
        mqtt_host: broker.
        mqtt_port: its port.
        username: login, if it wants one.
        password: and its password.
        seed: start of all chance.
        stop: set it to end the simulation within one slot.
        people: how many people, if not those of the plant.
        rate_hz: epochs per second and tag.
        speed: how fast life in the plant goes; times of measurement stay those of the clock.
        incidents_per_h: as `Simulation` says it.
        duration_s: end after so many seconds.
        truth: CSV file for the ground truth.
        slot_ns: radio slot whose tags share a message; 0 sends every epoch by itself.
        watch: told of the progress once a step.

    Returns:
        What was done.

    Raises:
        SimulationError: the plant lacks ways, tags or anchors.
    """
    stopping = stop or threading.Event()
    start_ns = time.time_ns()
    if people is not None:
        plant = crowded(plant, people, start_ns)
    simulation = Simulation(
        plant, seed=seed, start_ns=time.time_ns(), rate_hz=rate_hz, speed=speed, incidents_per_h=incidents_per_h
    )
    simulation.skip_to(time.time_ns())
    end_ns = None if duration_s is None else simulation.next_ns + round(duration_s * NS_PER_S)
    progress = Progress()
    broker = BrokerAddress(mqtt_host, mqtt_port, username, password)
    file = truth.open("w", encoding="utf-8", newline="") if truth is not None else nullcontext()
    call = MusterCall()
    with file as stream, Sender(broker, listen=f"twin/v1/{plant.head.code}/out/state", hear=call.hear) as sender:
        record = TruthFile(stream) if stream is not None else None
        if record is not None:
            record.begin()
        sender.wait_connected(5.0)
        while not stopping.is_set() and (end_ns is None or simulation.next_ns < end_ns):
            behind = time.time_ns() - simulation.next_ns
            if behind > _LATE_NS:
                progress.skipped += simulation.skip_to(time.time_ns())
            simulation.muster(call.is_on)
            step = simulation.advance()
            if record is not None:
                record.add(simulation, step)
            progress.steps += 1
            progress.ranges += len(step.ranges.who)
            _send(simulation, step, sender, stopping, slot_ns)
            progress.sent, progress.dropped = sender.sent, sender.dropped
            progress.connected, progress.waiting = sender.connected, sender.waiting
            if watch is not None:
                watch(progress)
            stopping.wait(seconds(simulation.next_ns, time.time_ns()))
        sender.drain()
    return progress


def _send(simulation: Simulation, step: Step, sender: Sender, stopping: threading.Event, slot_ns: int) -> None:
    for message in outgoing(simulation, step, slot_ns):
        wait_s = seconds(message.due_ns, time.time_ns())
        if wait_s > 0.0 and stopping.wait(wait_s):
            return
        sender.send(message.topic, message.payload)
