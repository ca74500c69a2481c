"""`step`: one event in, the next world and its numbered effects out. Pure, total, deterministic.

Nothing else changes a world.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pydantic

from gis.fix import FixStatus
from gis.plant import Plant
from twin.core import muster
from twin.core.devices import heard, tagged
from twin.core.enforcement import enforcement_at
from twin.core.ledger import Ledger
from twin.core.moving import measured
from twin.core.observing import observed
from twin.core.operators import commanded
from twin.core.presence import crossed
from twin.core.process import taken
from twin.core.records import abandoned, with_fences_of, with_plant
from twin.core.settling import reconciled, settled
from twin.core.tracks import aged, copied
from twin.core.travelling import travelled
from twin.effects import (
    CameraChanged,
    Effect,
    PlantChanged,
    ReadingsChanged,
    SubjectStatusChanged,
    WeatherChanged,
)
from twin.events import (
    AnchorsHeard,
    CameraReported,
    Event,
    FixesMeasured,
    MusterAccounted,
    MusterEnded,
    MusterStarted,
    PlantReplaced,
    ReadingsTaken,
    TagReported,
    Ticked,
    WeatherObserved,
)

if TYPE_CHECKING:
    from twin.core.world import World


def step(world: World, event: Event) -> tuple[World, list[Effect]]:
    """Fold one event.

    Never raises on any event: what nothing can be made of is counted in `World.refused` and has no effects.

    Returns:
        the world after it, and its effects in order, numbered on from `world.next_seq`.
    """
    out = Ledger(world.next_seq)
    now_ns = max(world.now_ns, event.t_ns)
    if world.started_ns is None or now_ns >= min(world.prisms.until_ns, world.process.points.until_ns):
        world = with_fences_of(world, now_ns, out)
    elif now_ns >= world.enforcement.until_ns:
        timezone = world.plant.head.timezone
        world = replace(world, enforcement=enforcement_at(world.prisms.fences, timezone, now_ns))
    world = _folded(replace(world, now_ns=now_ns), event, out)
    return replace(world, next_seq=out.next_seq), out.effects


def _folded(world: World, event: Event, out: Ledger) -> World:  # noqa: PLR0911 - one branch per kind of event
    match event:
        case FixesMeasured():
            return measured(_heard(world, event), event.fixes, out)
        case ReadingsTaken():
            return _readings(world, event, out)
        case WeatherObserved():
            return _weather(world, event, out)
        case TagReported():
            return tagged(world, event, out)
        case AnchorsHeard():
            return heard(world, event)
        case CameraReported():
            return _camera(world, event, out)
        case MusterStarted() | MusterAccounted() | MusterEnded():
            return muster.commanded(world, event, out)
        case PlantReplaced():
            return _plant(world, event, out)
        case Ticked():
            return _ticked(world, out)
        case _:
            return commanded(world, event, out)


def _readings(world: World, event: ReadingsTaken, out: Ledger) -> World:
    """Values go on in the order they came; the newest of each sensor is kept, a repeated one dropped."""
    newest = dict(world.readings)
    passed = []
    for reading in event.readings:
        before = newest.get(reading.sensor)
        if before is not None and before.t_ns == reading.t_ns:
            continue
        if before is None or before.t_ns < reading.t_ns:
            newest[reading.sensor] = reading
        passed.append(reading)
    if passed:
        out.add(lambda seq: ReadingsChanged(seq=seq, t_ns=event.t_ns, readings=passed))
    process, asked = taken(
        world.process,
        [reading for reading in passed if newest[reading.sensor] is reading],
        lambda key: key in world.alarms and world.alarms[key].is_active,
    )
    world = replace(world, readings=newest, process=process)
    return settled(world, process.holding, world.now_ns, out, asked=asked) if asked else world


def _heard(world: World, event: FixesMeasured) -> World:
    """The world in which an engine was heard of."""
    engine, t_ns = event.fixes.engine, event.t_ns
    return (
        world
        if not engine or t_ns <= world.engines.get(engine, 0)
        else replace(world, engines={**world.engines, engine: t_ns})
    )


def _weather(world: World, event: WeatherObserved, out: Ledger) -> World:
    if world.weather is not None and event.t_ns <= world.weather.t_ns:
        return world
    weather = WeatherChanged(
        seq=out.next_seq,
        t_ns=event.t_ns,
        wind_from_deg=event.wind_from_deg,
        wind_mps=event.wind_mps,
        temp_c=event.temp_c,
        humidity_pct=event.humidity_pct,
        cloud_oktas=event.cloud_oktas,
    )
    out.add(lambda _: weather)
    return replace(world, weather=weather)


def _camera(world: World, event: CameraReported, out: Ledger) -> World:
    before = world.cameras.get(event.camera)
    if before is not None and event.t_ns <= before.t_ns:
        return world
    camera = CameraChanged(seq=out.next_seq, t_ns=event.t_ns, camera=event.camera, online=event.online, fps=event.fps)
    out.add(lambda _: camera)
    return replace(world, cameras={**world.cameras, event.camera: camera})


def _plant(world: World, event: PlantReplaced, out: Ledger) -> World:
    try:
        plant = Plant.model_validate_json(event.plant_json)
    except pydantic.ValidationError:
        return replace(world, refused=world.refused + 1)
    if plant.head.code != world.plant.head.code:
        return replace(world, refused=world.refused + 1)
    world = with_plant(world, plant, world.now_ns, out)
    out.add(lambda seq: PlantChanged(seq=seq, t_ns=event.t_ns))
    return world


def _ticked(world: World, out: Ledger) -> World:
    """Silence has consequences: fixes that nothing followed become predicted, then lost."""
    known = world.parameters
    rows, status = aged(
        world.tracks,
        world.now_ns,
        predicted_after_s=known.predicted_after_s,
        predicted_periods=known.predicted_periods,
        lost_after_s=known.lost_after_s,
        lost_periods=known.lost_periods,
    )
    if len(rows):
        tracks = copied(world.tracks)
        tracks["status"][rows] = status
        world = replace(world, tracks=tracks)
        for row, value in zip(rows.tolist(), status.tolist(), strict=True):
            subject, t_ns = world.roster.carriers[row].subject, world.now_ns
            out.add(lambda seq, s=subject, t=t_ns, v=value: SubjectStatusChanged(seq=seq, t_ns=t, subject=s, status=v))  # type: ignore[misc]
    lost = np.flatnonzero((world.tracks["status"] == FixStatus.LOST) & (world.tracks["t_ns"] > 0))
    if len(lost):
        world = abandoned(world, world.now_ns, lost, out)
    membership, crossings = travelled(world, world.now_ns)
    world = crossed(replace(world, membership=membership), crossings, out)
    world = reconciled(observed(world, world.now_ns), world.now_ns, out)
    return muster.called(world, world.now_ns, out)
