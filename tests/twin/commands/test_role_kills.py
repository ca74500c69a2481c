"""SIGKILL of one role of a split twin while it writes: nothing confirmed is lost, nothing is there twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import text

from gis.files import read_plant
from gis.store.database import connect, transaction
from gis.store.plants import save_plant
from gis.store.tracks import read_tracks
from tests.bench.radio import load_of, messages, play
from tests.livetwin import PROJECT
from twin.servers.mosquitto import MosquittoServer
from twin.servers.processes import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gis.plant import Plant
    from twin.addresses import BrokerAddress
    from twin.servers.home import Home

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("kills"), pytest.mark.timeout(300)]

ROLES = ("sinks", "core", "locator")
RATE_HZ = 5


@pytest.fixture
def lone_broker(server_home: Home) -> Iterator[BrokerAddress]:
    """A broker nobody else speaks to."""
    server = MosquittoServer(server_home, name="mosquitto-roles", anonymous=True)
    server.launch()
    try:
        server.wait_ready()
        yield server.login("gateway")
    finally:
        server.stop()


class Roles:
    """The writing roles of a twin, each in a process of its own."""

    def __init__(self, place: Path, broker: BrokerAddress, database: str) -> None:
        self.place = place
        self._bus = f"mqtt://{broker.host}:{broker.port}"
        self._database = database
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, role: str) -> None:
        environment = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "MQTT_URL"}}
        environment["NUMBA_CACHE_DIR"] = str(PROJECT / "var" / "numba")
        with self.log(role).open("ab") as log:
            self._processes[role] = subprocess.Popen(
                [sys.executable, "-m", "twin", "run", role, "--bus", self._bus, "--database", self._database],
                cwd=self.place,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
            )

    def kill(self, role: str) -> None:
        process = self._processes.pop(role)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def log(self, role: str) -> Path:
        return self.place / f"{role}.log"

    def close(self) -> None:
        for role in list(self._processes):
            self.kill(role)


@contextmanager
def _gateway(broker: BrokerAddress) -> Iterator[Client]:
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect(broker.host, broker.port)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def _stored(database: str, plant: Plant, from_ns: int) -> Counter[tuple[str, int]]:
    """How often each (tag, time) is stored."""
    engine = connect(database)
    try:
        with transaction(engine) as connection:
            chunks = read_tracks(connection, plant.head.code, plant.head.frame, from_ns, time.time_ns() + 10**9)
        return Counter((chunk.tag_id, t_ns) for chunk in chunks for t_ns in chunk.t_ns.tolist())
    finally:
        engine.dispose()


def test_each_role_is_killed_while_it_writes(tmp_path: Path, lone_broker: BrokerAddress, postgis_url: str) -> None:
    plant = read_plant(PROJECT / "data" / "demo-plant")
    engine = connect(postgis_url)
    with transaction(engine) as connection:
        save_plant(connection, plant)
    load = load_of(plant, 10)
    plan = messages(load, RATE_HZ, 3)
    sent: set[tuple[str, int]] = set()

    def send(client: Client, seconds: float) -> None:
        play(
            client,
            load,
            plan[: round(seconds * RATE_HZ * len(load.tags))],
            first_seq=time.time_ns() // 1_000_000,
            sent=lambda tag, t_ns: sent.add((load.tags[tag], t_ns)),
        )
        assert wait_until(lambda: not client.want_write(), timeout_s=10)

    def missing() -> set[tuple[str, int]]:
        return sent - set(_stored(postgis_url, plant, from_ns))

    def heard(client: Client) -> bool:
        send(client, 0.5)
        time.sleep(0.5)
        return bool(_stored(postgis_url, plant, from_ns))

    with ExitStack() as stack:
        roles = Roles(tmp_path, lone_broker, postgis_url)
        stack.callback(roles.close)
        client = stack.enter_context(_gateway(lone_broker))
        for role in ROLES:
            roles.start(role)
        from_ns = time.time_ns()
        # Until every role listens, nobody keeps what is sent.
        assert wait_until(lambda: heard(client), timeout_s=60)
        sent.clear()
        for role in ROLES:
            send(client, 1)
            roles.kill(role)
            send(client, 2)
            roles.start(role)
            send(client, 1)
            assert wait_until(lambda: not missing(), timeout_s=60), f"{role} killed: {len(missing())} of {len(sent)}"
    assert max(_stored(postgis_url, plant, from_ns).values()) == 1
    with transaction(engine) as connection:
        assert connection.scalar(text("SELECT count(*) - count(DISTINCT seq) FROM journal")) == 0
    engine.dispose()
