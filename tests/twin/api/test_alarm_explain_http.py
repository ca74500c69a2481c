"""Explaining an alarm over HTTP: the core raised it, the store kept it, the re-run gives the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from sqlalchemy import text

from gis.fix import FixBatch
from gis.store.database import transaction
from gis.store.fences import write_fence
from gis.store.journal import append_entries
from gis.store.plants import load_plant
from gis.store.readings import append_readings
from gis.store.sensor_values import sensor_values
from gis.store.tracks import append_chunks
from tests.twin.api.small import FRAME, T0, S, box, small_plant
from tests.twin.explain.kept import chunks_of
from twin.api.alarm_desk_schemas import AlarmExplanation, RerunRecord
from twin.core.step import step
from twin.core.world import new_world
from twin.effects import AlarmChanged, Crossed
from twin.events import AlarmAcknowledged, FixesMeasured, Ticked
from twin.sinks.harvest import entry_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.twin.api.conftest import Twin
    from twin.effects import Effect

pytestmark = pytest.mark.servers
P = "/api/v1/plants/TEST-1/alarms"
BEGUN = T0 - 600 * S


def walked() -> list[Effect]:
    """A visitor walks into the forbidden fence from the west, stays, is acknowledged and leaves again."""
    east = np.concatenate([np.linspace(-40, 20, 50), np.full(20, 20.0), np.linspace(20, -40, 50)])
    world = new_world(small_plant(), 1)
    effects: list[Effect] = []
    for i, x in enumerate(east.tolist()):
        t_ns = BEGUN + i * S
        batch = FixBatch(
            plant="TEST-1",
            engine="UWB",
            tag=["T0002"],
            t_ns=np.array([t_ns]),
            xyz_m=np.array([[x, 30.0, 1.2]]),
            cov_m2=np.array([[0.04, 0.01, 0.09]]),
            velocity_mps=np.zeros((1, 2)),
            sigma_z_m=np.full(1, 0.2),
            p_still=np.zeros(1),
            status=np.zeros(1, np.uint8),
            reasons=np.zeros(1, np.uint32),
            anchors_used=np.full(1, 5, np.uint8),
        )
        for event in (FixesMeasured(t_ns, batch), Ticked(t_ns + S // 2)):
            world, more = step(world, event)
            effects += more
        if i == 60:
            (alarm,) = [one for one in world.alarms.values() if one.kind == "INTRUSION"]
            world, more = step(world, AlarmAcknowledged(t_ns, alarm.id, "operator", "seen"))
            effects += more
    return effects


@pytest.fixture
def effects(engine: Engine) -> list[Effect]:
    made = walked()
    entries = [entry_of(effect) for effect in made if isinstance(effect, AlarmChanged | Crossed)]
    with transaction(engine) as connection:
        append_entries(connection, "TEST-1", entries)
        append_chunks(connection, "TEST-1", FRAME, chunks_of(made, FRAME))
    return made


@pytest.fixture
def name(effects: list[Effect]) -> str:
    (raised,) = [
        e.alarm.id
        for e in effects
        if isinstance(e, AlarmChanged) and e.cause == "raised" and e.alarm.kind == "INTRUSION"
    ]
    return raised


def test_an_alarm_shows_what_raised_it(twin: Twin, name: str) -> None:
    said = twin.client.get(f"{P}/{name}/explain")
    told = AlarmExplanation.model_validate_json(said.text)
    assert said.json() == told.model_dump(mode="json")
    assert told.fence is not None
    assert (told.fence.code, told.fence.version, told.fence_now, told.fence_unknown) == ("F-1", 2, 2, False)
    assert told.parameters["enter_probability"] == 0.8
    assert [line.cause for line in told.story] == ["raised", "acknowledged", "returned"]
    assert told.story[1].by == "operator"
    assert told.alarm.state == "unacknowledged"
    (path,) = told.paths
    assert path.subject.id == "P002"
    assert len(path.t_ms) == len(path.inside) == 120
    assert min(path.inside) == 0.0
    assert max(path.inside) == pytest.approx(1.0, abs=1e-3)
    assert len(told.evidence) >= 2
    for fix in told.evidence:
        at = int(np.argmin(np.abs(np.array(path.x_m) - fix.x_m)))
        assert path.inside[at] == pytest.approx(fix.probability, abs=0.02)
        assert fix.major_m > fix.minor_m > 0
    assert told.missing == []


def test_a_re_run_says_same(twin: Twin, name: str) -> None:
    said = twin.client.post(f"{P}/{name}/rerun")
    told = RerunRecord.model_validate_json(said.text)
    assert (told.verdict, told.differences, told.missing) == ("same", [], [])
    assert told.alarm is not None
    assert told.alarm.place is not None
    assert told.fixes == 37


def test_the_fence_of_then_counts_not_the_one_of_now(twin: Twin, engine: Engine, name: str) -> None:
    with transaction(engine) as connection:
        fence = next(f for f in load_plant(connection, "TEST-1").fences if (f.code, f.version) == ("F-1", 2))
        elsewhere = fence.model_copy(update={"geometry": box(300, 0, 360, 60), "valid_from": T0})
        write_fence(connection, "TEST-1", elsewhere, 2)
    assert twin.client.post(f"{P}/{name}/rerun").json()["verdict"] == "same"


def test_what_is_gone_from_the_store_is_said(twin: Twin, engine: Engine, name: str) -> None:
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM track_chunk"))
    told = twin.client.post(f"{P}/{name}/rerun").json()
    assert (told["verdict"], told["missing"], told["alarm"]) == ("impossible", ["tracks"], None)
    shown = twin.client.get(f"{P}/{name}/explain").json()
    assert shown["missing"] == ["tracks"]
    assert shown["paths"][0]["t_ms"] == []
    assert len(shown["evidence"]) >= 2


def test_an_alarm_nobody_raised_is_unknown(twin: Twin) -> None:
    assert twin.client.get(f"{P}/INTRUSION:F-1:NOBODY:1/explain").status_code == 404
    assert twin.client.post(f"{P}/INTRUSION:F-1:NOBODY:1/rerun").status_code == 404


def test_readings_begin_with_the_one_that_held(engine: Engine) -> None:
    with transaction(engine) as connection:
        times = [T0 - 90 * S, T0 - 30 * S, T0 - 10 * S, T0]
        append_readings(
            connection, "TEST-1", ["LT-1"] * 4, times, [1.0, 2.0, 3.0, 4.0], ["good", "good", "bad", "good"]
        )
        found = sensor_values(connection, "TEST-1", "LT-1", T0 - 60 * S, T0)
    assert [(one.value, one.quality) for one in found] == [(1.0, "good"), (2.0, "good"), (3.0, "bad")]
