"""The live picture at an instant and the one rebuilt from the store are the same document.

A day in short: every hour two minutes of work, with a vehicle, a tag nobody carries, late fixes, tags that fall silent,
alarms and who takes them, a fence that changes, and a core that starts again. The picture is compared at instants at
which everything measured so far had come in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
import shapely

from gis.kinds import FixedRoofTank
from gis.plant import Asset, Limits, Sensor
from gis.store.compaction import WINDOW_NS, compact
from gis.store.database import connect, transaction
from gis.store.plants import save_plant
from tests.golden.scenario import LONG_AGO_NS, PLANT_CODE, T0_NS, fence, fixes, named, plant, rectangle
from tests.twin.sinks.test_store import session
from twin.api.directory import Directory
from twin.api.readmodel import ReadModel
from twin.api.routes.history import state_at
from twin.api.state import live_state
from twin.core.step import step
from twin.core.world import new_world, snapshot
from twin.effects import AlarmChanged, PlantChanged
from twin.events import (
    AlarmAcknowledged,
    MusterAccounted,
    MusterEnded,
    MusterStarted,
    PlantReplaced,
    Reading,
    ReadingsTaken,
    Ticked,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from gis.plant import Plant
    from twin.api.state_schemas import StateRecord
    from twin.core.world import World
    from twin.effects import Effect
    from twin.events import Event

pytestmark = pytest.mark.servers
S = 10**9
HOURS, WORK_S = 6, 120
CHANGE_HOUR, RESTART_HOUR = 2, 4
TAGS = ("T1", "T2", "T3", "T4", "T5", "V1", "GHOST")


@pytest.fixture
def engine(postgis_url: str) -> Iterator[Engine]:
    engine = connect(postgis_url)
    yield engine
    engine.dispose()


def _plants() -> tuple[Plant, Plant]:
    """Before and after the tank farm's fence is drawn anew."""
    tank = Asset(
        code="TK-101",
        names=named("TK-101"),
        geometry=shapely.Point(118.0, 31.0),
        attributes=FixedRoofTank(diameter_m=10, height_m=12),
    )
    first = plant(
        assets=(tank,),
        sensors=tuple(
            Sensor(
                code=code,
                names=named(code),
                quantity=what,
                unit="",
                range_low=0,
                range_high=500,
                limits=Limits(h=60.0),
                asset=asset,
                valid_from=LONG_AGO_NS,
            )
            for code, what, asset in (("LT-101", "level", "TK-101"), ("GT-1", "gas_lel", None))
        ),
    )
    at_ns = T0_NS + CHANGE_HOUR * 3600 * S
    tanks = next(one for one in first.fences if one.code == "TANKS")
    closed = tanks.model_copy(update={"valid_to": at_ns})
    drawn = fence("TANKS", rectangle(100, 10, 160, 60), allow=tanks.allow, version=2, valid_from=at_ns)
    others = [one for one in first.fences if one.code != "TANKS"]
    return first, first.model_copy(update={"fences": (closed, drawn, *others)})


def _events(after: Plant) -> Iterator[tuple[float, Event]]:
    """(seconds since the start at which it comes, event); what is measured in a second comes at its end."""
    random = np.random.default_rng(7)
    for hour in range(HOURS):
        begin = 3600.0 * hour
        if hour == CHANGE_HOUR:
            yield begin, PlantReplaced(T0_NS + round(begin * S), after.model_dump_json().encode())
        place = random.uniform((60, 0), (140, 60), (len(TAGS), 2))
        place[4] = place[3] + 0.2
        for second in range(WORK_S):
            t = begin + second
            place += random.normal(0, 1.0, place.shape)
            place[4] = place[3] + 0.2
            # The second tag speaks every third second, the vehicle's falls silent now and then.
            rows = [
                (tag, t + 0.05 + 0.1 * k, float(place[k, 0]), float(place[k, 1]))
                for k, tag in enumerate(TAGS)
                if not (tag == "T2" and second % 3) and not (tag == "V1" and 40 < second < 75) and (k or second < 100)
            ]
            yield t + 1.0, fixes(rows, p_still=np.full(len(rows), random.uniform()))
            if second == 50:
                yield t + 1.0, fixes([("T3", t - 4.45, 70.0, 5.0)])
            if second % 20 == 5:
                at = T0_NS + round((t + 0.5) * S)
                read = [Reading("LT-101", at, 5.0 + second), Reading("GT-1", at, 3.0, "bad" if second < 60 else "good")]
                yield t + 1.0, ReadingsTaken(at, read)
            yield from ((t + 1.0, word) for word in _roll_call(hour, second, T0_NS + round((t + 1.0) * S)))
            yield t + 1.0, Ticked(T0_NS + round((t + 1.0) * S))
        for pause in (3.0, 11.0, 60.0, 900.0):
            yield begin + WORK_S + pause, Ticked(T0_NS + round((begin + WORK_S + pause) * S))


def _roll_call(hour: int, second: int, t_ns: int) -> Iterator[Event]:
    """A drill that begins and ends within an hour, and a muster during which the core starts again."""
    match hour, second:
        case 1, 30:
            yield MusterStarted(t_ns, "M-1", "operator-1", drill=True, reason="monthly drill")
        case 1, 60:
            yield MusterAccounted(t_ns, "M-1", "ANNA", "operator-1", "safe", "by radio")
        case 1, 100:
            yield MusterEnded(t_ns, "M-1", "operator-1")
        case 4, 10:
            yield MusterStarted(t_ns, "M-2", "operator-2", drill=False, reason="gas")
        case 5, 80:
            yield MusterEnded(t_ns, "M-2", "operator-2", "all found")


def _again(world: World, at_ns: int, number: int) -> World:
    """A new core where the former one left off."""
    left = snapshot(world)
    return new_world(
        world.plant,
        world.next_seq + number,
        now_ns=at_ns,
        open_alarms=left.alarms,
        inside=left.inside,
        muster=left.muster,
        memory=left,
    )


def _lived(first: Plant, after: Plant) -> tuple[list[Effect], dict[int, StateRecord]]:
    """All effects of the day, and what the live picture was."""
    world = new_world(first, 1_000, now_ns=T0_NS)
    model = ReadModel(first, T0_NS)
    told: list[Effect] = []
    seen: dict[int, StateRecord] = {}
    restarted = False
    for t_s, event in _events(after):
        if t_s >= 3600.0 * RESTART_HOUR + 30 and not restarted:
            world, restarted = _again(world, T0_NS + round(t_s * S), 2_000_000), True
            model.apply(snapshot(world), 0)
        world, effects = step(world, event)
        for effect in effects:
            if isinstance(effect, PlantChanged):
                model.replace_plant(after, effect.t_ns)
            model.apply(effect, 0)
        told += effects
        raised = [effect for effect in effects if isinstance(effect, AlarmChanged) and effect.cause == "raised"]
        if isinstance(event, Ticked):
            seen[event.t_ns] = live_state(model, event.t_ns)
        elif raised:
            ack = AlarmAcknowledged(event.t_ns, raised[0].alarm.id, "operator-1", "seen")
            world, effects = step(world, ack)
            for effect in effects:
                model.apply(effect, 0)
            told += effects
    return told, seen


def _differences(live: StateRecord, rebuilt: StateRecord) -> dict[str, tuple[object, object]]:
    ours, theirs = live.model_dump(mode="json"), rebuilt.model_dump(mode="json")
    return {
        name: (
            [one for one in ours[name] if one not in theirs[name]] if isinstance(ours[name], list) else ours[name],
            [one for one in theirs[name] if one not in ours[name]] if isinstance(ours[name], list) else theirs[name],
        )
        for name in ours
        if name != "gaps" and ours[name] != theirs[name]
    }


def test_the_picture_of_then_is_the_picture_that_was(engine: Engine, tmp_path: Path) -> None:
    first, after = _plants()
    told, seen = _lived(first, after)
    with transaction(engine) as connection:
        save_plant(connection, after)
    session(engine, tmp_path, told)
    instants = sorted(seen)
    chosen = [*instants[::23], *[t for t in instants if (t - T0_NS) // S % 3600 > WORK_S]]
    statuses: set[str] = set()
    alarms = inside = 0
    different = {}
    for settled in (False, True):
        if settled:
            last_ns = T0_NS + (HOURS + 1) * 3600 * S
            assert compact(engine, PLANT_CODE, after.head.frame, T0_NS - WINDOW_NS, last_ns).after > 0
        for at_ns in chosen:
            with transaction(engine) as connection:
                rebuilt = state_at(connection, Directory(after, at_ns), at_ns, instants[-1])
            if found := _differences(seen[at_ns], rebuilt):
                different[settled, (at_ns - T0_NS) / S] = found
            statuses |= {row.status for row in (*rebuilt.people, *rebuilt.vehicles)}
            alarms += len(rebuilt.alarms)
            inside += len(rebuilt.inside)
    assert {name for found in different.values() for name in found} == set(), different
    # It was a day in which something happened.
    assert statuses >= {"fix", "predicted", "lost"}
    assert alarms > 0
    assert inside > 0
    assert {muster.id for at_ns in chosen if (muster := seen[at_ns].muster) is not None} == {"M-1", "M-2"}
    assert any(seen[at_ns].tanks for at_ns in chosen)
    assert {sensor.limits.h for sensor in seen[chosen[0]].sensors} == {60.0}
    assert len(chosen) > 50
    versions = {fence.version for at_ns in chosen for fence in seen[at_ns].fences if fence.code == "TANKS"}
    assert versions == {1, 2}


def test_a_difference_would_be_seen(engine: Engine, tmp_path: Path) -> None:
    first, after = _plants()
    told, seen = _lived(first, after)
    with transaction(engine) as connection:
        save_plant(connection, after)
    session(engine, tmp_path, [effect for effect in told if not isinstance(effect, AlarmChanged)])
    at_ns = next(t for t in sorted(seen) if seen[t].alarms)
    with transaction(engine) as connection:
        rebuilt = state_at(connection, Directory(after, at_ns), at_ns, at_ns)
    assert "alarms" in _differences(seen[at_ns], rebuilt)
    assert msgspec.to_builtins(rebuilt.at) == seen[at_ns].at
