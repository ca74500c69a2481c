"""SIGKILL of anything: what was confirmed stays, what was sent meanwhile arrives, everything comes back by itself."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from gis.files import read_plant
from gis.store.database import connect, transaction
from gis.store.tracks import read_tracks
from tests.bench.radio import load_of, messages, play
from tests.livetwin import PROJECT, LiveTwin, live_twin
from twin.servers.processes import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gis.plant import Plant
    from tests.bench.radio import Load

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("kills"), pytest.mark.timeout(600)]

FILES = PROJECT / "data" / "demo-plant"

INLETS = 3
"""Roles that listen to the broker: locator, core, vision."""


@pytest.fixture(scope="module")
def plant() -> Plant:
    return read_plant(FILES)


@pytest.fixture(scope="module")
def load(plant: Plant) -> Load:
    return load_of(plant, 20)


@pytest.fixture(scope="module")
def twin() -> Iterator[LiveTwin]:
    with live_twin("--data", str(FILES)) as started:
        yield started


def _stored(twin: LiveTwin, plant: Plant, from_ns: int) -> int:
    engine = connect(str(twin.status["database"]))
    try:
        with transaction(engine) as connection:
            chunks = read_tracks(connection, plant.head.code, plant.head.frame, from_ns, time.time_ns() + 10**9)
        return sum(len(chunk.t_ns) for chunk in chunks)
    finally:
        engine.dispose()


def _play(twin: LiveTwin, load: Load, seconds: float) -> int:
    with twin.gateway() as client:
        sent = play(client, load, messages(load, 5, seconds), first_seq=time.time_ns() // 1_000_000)
        # Confirmed by the broker, so from here on it may not get lost.
        assert wait_until(lambda: not client.want_write(), timeout_s=10)
        time.sleep(0.3)
    return sent


def _now_ns() -> int:
    return time.time_ns() // 1_000_000 * 1_000_000


def test_the_database_is_killed(twin: LiveTwin, plant: Plant, load: Load) -> None:
    from_ns, before = _now_ns(), twin.child_pid("postgres")
    sent = _play(twin, load, 2)
    os.kill(before, signal.SIGKILL)
    sent += _play(twin, load, 3)
    assert wait_until(lambda: twin.child_pid("postgres") != before, timeout_s=30)
    assert wait_until(lambda: _when_back(twin, plant, from_ns) == sent, timeout_s=60), (sent, twin.health())
    assert wait_until(lambda: twin.health()["status"] == "ok", timeout_s=30), twin.health()


def _when_back(twin: LiveTwin, plant: Plant, from_ns: int) -> int:
    try:
        return _stored(twin, plant, from_ns)
    except Exception:  # noqa: BLE001 - any refusal of a database that is starting
        return -1


def test_the_broker_is_killed(twin: LiveTwin, plant: Plant, load: Load) -> None:
    before = twin.child_pid("mosquitto")
    listened = twin.log().count(": connected")
    os.kill(before, signal.SIGKILL)
    assert wait_until(lambda: twin.child_pid("mosquitto") != before, timeout_s=30)
    # The health of a second ago may still be that of before the kill: every inlet must be back first, because
    # a broker killed so soon after its start may have no session of theirs to keep messages for.
    assert wait_until(lambda: twin.log().count(": connected") >= listened + INLETS, timeout_s=60), twin.log()
    assert wait_until(lambda: twin.health()["status"] == "ok", timeout_s=60), twin.health()
    from_ns = _now_ns()
    sent = _play(twin, load, 2)
    assert wait_until(lambda: _stored(twin, plant, from_ns) == sent, timeout_s=60)


def test_the_twin_itself_is_killed(twin: LiveTwin, plant: Plant, load: Load) -> None:
    from_ns = _now_ns()
    sent = _play(twin, load, 2)
    assert wait_until(lambda: _stored(twin, plant, from_ns) == sent, timeout_s=60)
    servers = [twin.child_pid("postgres"), twin.child_pid("mosquitto")]
    twin.kill()
    # Nothing of it may outlive it for long, and the next start may come at once.
    twin.start()
    assert not [pid for pid in servers if pid in (twin.child_pid("postgres"), twin.child_pid("mosquitto"))]
    assert _stored(twin, plant, from_ns) == sent
    again = _play(twin, load, 2)
    assert wait_until(lambda: _stored(twin, plant, from_ns) == sent + again, timeout_s=60)


def test_everything_is_killed_at_once(twin: LiveTwin, plant: Plant, load: Load) -> None:
    from_ns = _now_ns()
    sent = _play(twin, load, 2)
    assert wait_until(lambda: _stored(twin, plant, from_ns) == sent, timeout_s=60)
    for pid in (twin.child_pid("postgres"), twin.child_pid("mosquitto"), twin.process.pid):
        os.kill(pid, signal.SIGKILL)
    twin.process.wait()
    twin.start()
    assert _stored(twin, plant, from_ns) == sent
    assert wait_until(lambda: twin.health()["status"] == "ok", timeout_s=30), twin.health()


def test_ctrl_c_leaves_nothing_behind(twin: LiveTwin) -> None:
    pids = [twin.child_pid("postgres"), twin.child_pid("mosquitto"), twin.process.pid]
    assert twin.stop() == 0
    assert not [pid for pid in pids if _alive(pid)]
    assert not (twin.var / "status.json").exists()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
