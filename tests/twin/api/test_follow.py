"""The API beside a core and a database: changes of records arrive, an acknowledgement travels in a circle."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest
from sqlalchemy.engine import make_url
from websockets.asyncio.client import connect as connect_socket

from gis.fix import FixBatch
from gis.store.database import connect, transaction
from gis.store.plants import save_plant
from gis.wire import decode, encode
from tests.relay import Relay
from tests.twin.api.small import crossed, moved, small_plant, snapshot
from tests.twin.api.stage import PATIENCE_S, Stage, stage
from twin.core.step import step
from twin.core.world import new_world
from twin.core.world import snapshot as world_snapshot
from twin.effects import PlantChanged
from twin.events import Event, FixesMeasured

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

pytestmark = pytest.mark.servers


async def _core(on: Stage, first_seq: int) -> None:
    """A core of few lines: one world, events in, effects out."""
    world = new_world(small_plant(), first_seq, now_ns=on.deps.clock.now_ns())
    async with on.bus.subscribe("events/TEST-1") as events:
        await on.bus.publish("snapshot/TEST-1", encode(world_snapshot(world)), retain=True)
        async for message in events:
            event: Event = decode(message.payload, Event)  # type: ignore[arg-type]  # a union is a type to msgspec
            world, effects = step(world, event)
            for effect in effects:
                await on.bus.publish("effects/TEST-1", encode(effect))
            await on.bus.publish("snapshot/TEST-1", encode(world_snapshot(world)), retain=True)


def _fixes(t_ns: int, x: float, y: float) -> FixesMeasured:
    one = np.ones(1)
    batch = FixBatch(
        plant="TEST-1",
        engine="UWB",
        tag=["T0002"],
        t_ns=np.array([t_ns], np.int64),
        xyz_m=np.array([[x, y, 1.2]]),
        cov_m2=np.array([[0.01, 0.0, 0.01]]),
        velocity_mps=np.zeros((1, 2)),
        sigma_z_m=0.1 * one,
        p_still=0 * one,
        status=np.zeros(1, np.uint8),
        reasons=np.zeros(1, np.uint32),
        anchors_used=np.full(1, 4, np.uint8),
    )
    return FixesMeasured(t_ns, batch)


async def _alarm(socket: Any, cause: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            received = await socket.recv()
            if isinstance(received, str):
                message: dict[str, Any] = json.loads(received)
                if message["type"] == "alarm" and message["cause"] == cause:
                    alarm: dict[str, Any] = message["alarm"]
                    return alarm


def test_from_intrusion_to_acknowledgement(tmp_path: Path, engine: Engine) -> None:
    async def scene() -> None:
        async with stage(tmp_path, engine) as on, httpx.AsyncClient(base_url=on.web) as http, asyncio.timeout(60):
            core = asyncio.create_task(_core(on, 1_000))
            await on.until(lambda: on.hub.model.seq is not None)
            async with connect_socket(on.address()) as socket:
                start = on.deps.clock.now_ns()
                for second in range(4):
                    event = _fixes(start + second * 1_000_000_000, 30.0, 30.0)
                    await on.bus.publish("events/TEST-1", encode(event))
                raised = await _alarm(socket, "raised")
                assert (raised["kind"], raised["subject"]["id"], raised["place"]["code"]) == (
                    "INTRUSION",
                    "P002",
                    "F-1",
                )
                assert raised["place"]["version"] == 2
                assert raised["evidence"]
                path = f"/api/v1/plants/TEST-1/alarms/{raised['id']}/acknowledge"
                answer = await http.post(path, json={"note": "gone to see"}, headers={"If-Match": raised["etag"]})
                assert answer.status_code == 202, answer.text
                seen = await _alarm(socket, "acknowledged")
                assert (seen["state"], seen["acknowledged_by"]) == ("acknowledged", "operator")
                assert seen["note"] == "gone to see"
                assert (await http.post(path, headers={"If-Match": raised["etag"]})).status_code == 412
                (person,) = (await http.get("/api/v1/plants/TEST-1/people")).json()
                assert (person["id"], person["zones"]) == ("P002", ["Z-BLUE", "Z-RED"])
            core.cancel()

    asyncio.run(scene())


def test_changed_records_are_read_again_and_announced(tmp_path: Path, engine: Engine) -> None:
    async def scene() -> None:
        async with stage(tmp_path, engine) as on, asyncio.timeout(60):
            await on.say(snapshot(0), moved(1, {"P000": (5, 5)}))
            async with connect_socket(on.address()) as socket:
                before = json.loads(await socket.recv())["records"]
                renamed = small_plant(people=5)
                with transaction(engine) as connection:
                    save_plant(connection, renamed)
                await on.say(PlantChanged(2, on.deps.clock.now_ns()))
                kinds = []
                async with asyncio.timeout(PATIENCE_S):
                    while "people" not in kinds:
                        received = await socket.recv()
                        if isinstance(received, str):
                            message = json.loads(received)
                            kinds.append(message["type"])
                            if message["type"] == "plant":
                                assert message["records"] != before
                assert "plant" in kinds
                assert len(message["people"]["rows"]) == 6
            assert [row.x_m for row in on.hub.model.movers.rows(("person",))] == [5]

    asyncio.run(scene())


def test_a_plant_the_bus_speaks_of_is_served_when_the_store_has_it(tmp_path: Path, engine: Engine) -> None:
    async def scene() -> None:
        async with stage(tmp_path, engine) as on, asyncio.timeout(60):
            with transaction(engine) as connection:
                save_plant(connection, small_plant("TEST-2"))
            await on.bus.publish("effects/TEST-2", encode(crossed(1)))
            await on.bus.publish("effects/NOWHERE", encode(crossed(1)))
            await on.until(lambda: "TEST-2" in on.deps.hubs)
            assert "NOWHERE" not in on.deps.hubs

    asyncio.run(scene())


def test_a_database_that_goes_and_comes_back(tmp_path: Path, postgis_url: str) -> None:
    """While it is away health says so and people are still shown; when it is back, what changed meanwhile is read."""

    async def scene() -> None:
        url = make_url(postgis_url)
        assert url.host is not None
        assert url.port is not None
        async with Relay(url.host, url.port) as relay:
            engine = connect(url.set(host="127.0.0.1", port=relay.port).render_as_string(hide_password=False))
            await asyncio.to_thread(_save, engine)
            async with (
                stage(tmp_path, engine) as on,
                httpx.AsyncClient(base_url=on.web, timeout=PATIENCE_S) as http,
                asyncio.timeout(90),
            ):
                await on.say(snapshot(0), moved(1, {"P000": (5, 5)}))
                assert (await http.get("/api/v1/plants/TEST-1/crossings")).status_code == 200
                relay.refuse()
                assert (await http.get("/api/v1/plants/TEST-1/crossings")).status_code == 503
                assert (await http.get("/api/v1/health")).json()["database"] == "down"
                assert len((await http.get("/api/v1/plants/TEST-1/people")).json()) == 1
                await on.say(PlantChanged(2, on.deps.clock.now_ns()))
                relay.admit()
                await on.until(lambda: on.deps.health.database_ok and not on.deps.wanting)
                assert (await http.get("/api/v1/plants/TEST-1/crossings")).status_code == 200
            engine.dispose()

    asyncio.run(scene())


def _save(engine: Engine) -> None:
    with transaction(engine) as connection:
        save_plant(connection, small_plant())
