"""Figures of an alarm storm: 5,000 alarms within ten seconds, none lost, and what they cost the core."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gis.plant import Limits, Sensor
from gis.wire import decode, encode
from tests.bench.figure import Figure, at_most, told
from tests.golden.scenario import LONG_AGO_NS, T0_NS, named, plant
from twin.api.readmodel import ReadModel
from twin.core.step import step
from twin.core.world import new_world, snapshot
from twin.effects import AlarmChanged, Effect
from twin.events import Event, Reading, ReadingsTaken, Ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gis.plant import Plant

ALARMS = 5_000
SECONDS = 10
PER_SECOND = 10


def storm_plant(alarms: int = ALARMS) -> Plant:
    """A plant with so many gas detectors."""
    detectors = tuple(
        Sensor(
            code=f"GD-{i:05d}",
            names=named(f"GD-{i:05d}"),
            quantity="gas_lel",
            unit="%LEL",
            range_low=0.0,
            range_high=100.0,
            limits=Limits(hh=50.0),
            valid_from=LONG_AGO_NS,
        )
        for i in range(alarms)
    )
    return plant([]).model_copy(update={"sensors": detectors})


def storm(alarms: int = ALARMS, seconds: int = SECONDS, t0_ns: int = T0_NS) -> Iterator[Event]:
    """Events that raise so many alarms evenly within so many seconds; to be sent at their times, or at once."""
    beats = seconds * PER_SECOND
    for beat in range(beats):
        t_ns = t0_ns + beat * 10**9 // PER_SECOND
        first, last = beat * alarms // beats, (beat + 1) * alarms // beats
        yield ReadingsTaken(t_ns, [Reading(f"GD-{i:05d}", t_ns, 75.0) for i in range(first, last)])
        if beat % PER_SECOND == PER_SECOND - 1:
            yield Ticked(t_ns)


def figures() -> list[Figure]:
    """What comes of the storm, in processor time."""
    return list(_figures())


def _figures() -> Iterator[Figure]:
    record = storm_plant()
    world = new_world(record, 1)
    effects: list[Effect] = []
    folding_s = telling_s = 0.0
    for event in storm():
        began_s = time.process_time()
        world, more = step(world, event)
        folded_s = time.process_time()
        effects += [decode(encode(effect), Effect) for effect in more]  # type: ignore[arg-type] # a union
        folding_s += folded_s - began_s
        telling_s += time.process_time() - folded_s
    screen = ReadModel(record, T0_NS)
    screen.apply(snapshot(new_world(record, 1)), T0_NS)
    began_s = time.process_time()
    for effect in effects:
        screen.apply(effect, T0_NS)
    shown_s = time.process_time() - began_s
    raised = {effect.alarm.id for effect in effects if isinstance(effect, AlarmChanged) and effect.cause == "raised"}
    shown = {alarm.id for alarm in screen.open_alarms() if alarm.kind == "GAS_L2"}
    yield at_most("storm_lost", float(ALARMS - len(raised & shown)), "alarms of 5,000", 0.0)
    yield told("storm_core_cpu_pct", 100.0 * folding_s / SECONDS, "% of a core while it lasts", "")
    yield told("storm_bus_cpu_pct", 100.0 * telling_s / SECONDS, "% of a core while it lasts", "")
    yield told("storm_readmodel_cpu_pct", 100.0 * shown_s / SECONDS, "% of a core while it lasts", "")
    began_s = time.process_time()
    encode(snapshot(world))
    yield told("storm_snapshot_ms", 1e3 * (time.process_time() - began_s), "ms for one snapshot with 5,000 alarms", "")
