"""Vendors' engines through the locator role: real servers of every transport in, fixes of the twin out."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import time
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from gis.plant import Engine, Names
from gis.store.database import connect, transaction
from gis.store.plants import save_plant
from gis.store.retention import Retention
from gis.wire import decode
from locator.adapters.config import FeedsConfig
from tests.locator.feeds.engines import HttpEngine, WebSocketEngine
from tests.locator.yard import CODE, ENGINE, distances, yard
from twin import roles
from twin.bus.local import LocalBus
from twin.bus.port import RoleHealth
from twin.edges.clock import SystemClock
from twin.edges.settings import RoleSettings
from twin.events import Event, FixesMeasured, TagReported

if TYPE_CHECKING:
    from twin.addresses import BrokerAddress

pytestmark = pytest.mark.servers
PATIENCE_S = 120.0
PLACE = (12.5, 7.25)
TAG_OF = {"QP": "T1", "QH": "T2", "SW": "T3", "DR": "T4", "LE": "T5", "PO": "T6", ENGINE: "T7"}
"""Engine → the tag that it tells of."""


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Site:
    """All the engines of the yard, and what each of them sends at a moment."""

    def __init__(self, stack: ExitStack, broker: BrokerAddress) -> None:
        self.answers = [(200, b'{"tags":[]}')]
        self.polled = HttpEngine(self.answers)
        stack.callback(self.polled.close)
        self.websocket = WebSocketEngine([])
        stack.callback(self.websocket.close)
        self.push_port = free_port(socket.SOCK_STREAM)
        self.udp_port = free_port(socket.SOCK_DGRAM)
        self.udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.mqtt = Client(CallbackAPIVersion.VERSION2)
        self.mqtt.connect(broker.host, broker.port)
        self.mqtt.loop_start()
        stack.callback(self.mqtt.loop_stop)
        stack.callback(self.mqtt.disconnect)
        self.frame = 0

    def feeds(self) -> FeedsConfig:
        nowhere = free_port(socket.SOCK_STREAM)
        described = {
            "QP": ({"kind": "quuppa", "coordinate_system": "C1"},
                   {"kind": "http_poll", "url": f"{self.polled.url}/qpe/getTagData", "period_s": 0.1}),
            "QH": ({"kind": "quuppa", "coordinate_system": "C1", "sos_button": 1},
                   {"kind": "http_push", "port": self.push_port, "token": "s3"}),
            "SW": ({"kind": "sewio", "tags": {"18": "T3"}},
                   {"kind": "websocket", "url": self.websocket.url, "api_key": "k", "resources": ["/feeds/18"]}),
            "DR": ({"kind": "drtls", "tags": {"0d13": "T4"}}, {"kind": "mqtt"}),
            "LE": ({"kind": "leaps"}, {"kind": "mqtt", "topics": ["yard/1/node/uplink/location/+"]}),
            "PO": ({"kind": "pozyx"}, {"kind": "mqtt", "topics": ["yard/tags"]}),
            ENGINE: ({"kind": "openrtls"}, {"kind": "udp", "port": self.udp_port}),
            # One that is not there: it must be seen, and hold up nobody.
            "GONE": ({"kind": "sewio"},
                     {"kind": "websocket", "url": f"ws://127.0.0.1:{nowhere}", "api_key": "k", "resources": ["/x"]}),
        }  # fmt: skip
        feeds = [
            {"plant": CODE, "engine": engine, "adapter": adapter, "connection": connection}
            for engine, (adapter, connection) in described.items()
        ]
        return FeedsConfig.model_validate({"feeds": feeds})

    def speak(self) -> None:
        """Every engine tells where its tag is now."""
        now_s = time.time()
        x, y = PLACE
        quuppa: dict[str, Any] = {
            "location": [x, y, 1.2], "locationRadius": 0.3, "locationTS": round(now_s * 1e3),
            "locationCoordSysId": "C1", "locationType": "position", "locationZoneIds": [],
        }  # fmt: skip
        self.answers[0] = (200, json.dumps({"code": 0, "tags": [quuppa | {"tagId": "T1"}]}).encode())
        with suppress(OSError):  # the listener opens when the role starts
            self._post(quuppa | {"tagId": "T2", "button1State": "pushed"})
        at = datetime.fromtimestamp(now_s, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        streams = [{"id": name, "current_value": f" {value}", "at": at} for name, value in (("posX", x), ("posY", y))]
        self.websocket.send(json.dumps({"body": {"id": "18", "datastreams": streams}, "resource": "/feeds/18"}))
        self.frame = max(self.frame + 1, int(now_s * 10))
        node = {"position": {"x": x, "y": y, "z": 1.2, "quality": 80}, "superFrameNumber": self.frame}
        self.mqtt.publish("dwm/node/0d13/uplink/location", json.dumps(node))
        located = {"x": x, "y": y, "z": 1.2, "quality": 80, "sd_x": 0.1, "sd_y": 0.1}
        told = {"location": located, "timestamp": str(round(now_s * 1e6))}
        self.mqtt.publish("yard/1/node/uplink/location/T5", json.dumps(told), qos=1)
        tag = {
            "tagId": "T6",
            "success": True,
            "timestamp": now_s,
            "data": {"coordinates": {"x": x * 1e3, "y": y * 1e3}},
        }
        self.mqtt.publish("yard/tags", json.dumps([tag]))
        meas = [{"anchor": anchor, "dist": d} for anchor, d in distances(x, y).items()]
        datagram = {"id": "T7", "timestamp": now_s, "msgid": self.frame, "meas": meas}
        self.udp.sendto(json.dumps(datagram).encode(), ("127.0.0.1", self.udp_port))

    def _post(self, tag: dict[str, Any]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.push_port, timeout=5)
        try:
            connection.request("POST", "/", json.dumps([tag]).encode(), {"Authorization": "Bearer s3"})
            assert connection.getresponse().status == 204
        finally:
            connection.close()


@pytest.fixture
def store(postgis_url: str) -> str:
    others = tuple(Engine(code=code, names=Names(zh=code, en=code)) for code in (*TAG_OF, "GONE") if code != ENGINE)
    plant = yard()
    engine = connect(postgis_url, pool_size=1)
    with transaction(engine) as connection:
        save_plant(connection, plant.model_copy(update={"engines": (*plant.engines, *others)}))
    engine.dispose()
    return postgis_url


async def _listen(settings: RoleSettings, site: Site) -> tuple[dict[str, FixesMeasured], list[TagReported], RoleHealth]:
    bus = LocalBus()
    fixes: dict[str, FixesMeasured] = {}
    reports: list[TagReported] = []
    async with bus.subscribe(f"events/{CODE}") as events, bus.subscribe("health/locator") as health:
        role = asyncio.create_task(roles.locator(settings, bus, SystemClock()))
        try:
            await anext(health)

            async def speak() -> None:
                while True:
                    await asyncio.to_thread(site.speak)
                    await asyncio.sleep(0.1)

            speaking = asyncio.create_task(speak())
            async for message in events:
                event: Event = decode(message.payload, Event)  # type: ignore[arg-type]  # a union is a type to msgspec
                if isinstance(event, FixesMeasured):
                    fixes[event.fixes.engine] = event
                elif isinstance(event, TagReported):
                    reports.append(event)
                if set(fixes) == set(TAG_OF) and reports:
                    break
                for task in (role, speaking):
                    assert not task.done(), task.exception()
            speaking.cancel()
            await anext(health)
            return fixes, reports, decode((await anext(health)).payload, RoleHealth)
        finally:
            role.cancel()
            with suppress(asyncio.CancelledError):
                await role


def test_every_engine_ends_in_fixes_of_its_own_tag(store: str, broker: BrokerAddress) -> None:
    nowhere = Path("/nonexistent")
    with ExitStack() as stack:
        site = Site(stack, broker)
        settings = RoleSettings(
            database_url=store,
            ingest=broker,
            outbound=broker,
            instance="vendors",
            host="127.0.0.1",
            port=0,
            inlet_queue=1000,
            spool_dir=nowhere,
            spool_bytes=0,
            archive_dir=Path("archive"),
            retention=Retention(),
            models_dir=nowhere,
            web_dir=nowhere,
            feeds=site.feeds().feeds,
        )
        fixes, reports, health = asyncio.run(asyncio.wait_for(_listen(settings, site), PATIENCE_S))
    for engine, tag in TAG_OF.items():
        batch = fixes[engine].fixes
        assert batch.tag == [tag], engine
        assert batch.xyz_m[0, :2] == pytest.approx(PLACE, abs=0.3), engine
        assert batch.xyz_m[0, 2] == pytest.approx(1.2, abs=0.05), engine
    assert {(report.tag_id, report.sos) for report in reports} == {("T2", True)}
    assert health.accepted >= len(TAG_OF)
    assert health.status == "degraded"
    assert health.detail.startswith(f"engine {CODE}/GONE: ")
    assert health.queues[f"feed.{CODE}/QP.dropped"] == 0
    assert health.queues[f"feed.{CODE}/QP.skipped.unchanged"] > 0
    assert health.queues[f"feed.{CODE}/GONE.silent_s"] >= health.queues[f"feed.{CODE}/QP.silent_s"]
    # Only what came before the clock of DRTLS was known.
    assert set(health.rejected) == {"bad_time"}
