"""The store sink on a real database: everything arrives once, also through an outage and a killed process."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.engine import make_url

from gis.store.database import connect, transaction
from gis.store.journal import open_alarms
from gis.store.readings import read_series
from tests.golden.scenario import PLANT_CODE, T0_NS
from tests.relay import Relay
from tests.twin.sinks import stored
from tests.twin.sinks.stored import RealClock, alarmed, crossed, entries, fix_seconds, moved, prepared, send
from twin.bus.local import LocalBus
from twin.effects import AlarmState, ReadingsChanged, SubjectStatusChanged
from twin.events import Reading
from twin.sinks.store import StoreSink

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from sqlalchemy import Engine

    from twin.effects import Effect

pytestmark = pytest.mark.servers
PATIENCE_S = 60.0


@pytest.fixture
def engine(postgis_url: str) -> Iterator[Engine]:
    engine = prepared(postgis_url)
    yield engine
    engine.dispose()


@asynccontextmanager
async def running(sink: StoreSink, bus: LocalBus) -> AsyncIterator[StoreSink]:
    """The sink at work; stopped in good order at the end."""
    task = asyncio.create_task(sink.run(bus))
    await until(lambda: bool(bus.lengths()))
    try:
        yield sink
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - the condition is a row in a database
            await asyncio.sleep(0.02)


def session(engine: Engine, spool: Path, effects: list[Effect], *, is_reachable: bool = True) -> StoreSink:
    """One life of a sink: start, take the effects, stop in good order."""

    async def script() -> StoreSink:
        bus = LocalBus()
        async with running(StoreSink(engine, spool, RealClock(), farewell_s=PATIENCE_S), bus) as sink:
            await send(bus, effects)
            await until(lambda: sink.vitals.received == len(effects))
            if is_reachable:
                await until(lambda: sink.vitals.stored_ns > 0)
        return sink

    return asyncio.run(script())


def test_every_kind_of_effect_is_stored_and_nothing_twice(engine: Engine, tmp_path: Path) -> None:
    t_ns = T0_NS + 5 * stored.SECOND_NS
    effects: list[Effect] = [moved(seq, seq) for seq in range(1, 131)]
    effects += [
        crossed(131, 131),
        alarmed(132, 131),
        ReadingsChanged(133, t_ns, [Reading("LT-1", t_ns, 7.5), Reading("LT-1", t_ns + 1, 8.5, "bad")]),
        SubjectStatusChanged(134, t_ns, "BOB", 2),
        alarmed(135, 133, state=AlarmState.NORMAL),
        alarmed(136, 134, number=1),
        moved(137, 20.5, ("ANNA",), late=True),
        moved(138, 138),
    ]
    sink = session(engine, tmp_path, effects)
    session(engine, tmp_path, [moved(139, 139)])
    assert fix_seconds(engine) == {
        "ANNA": sorted([*map(float, range(1, 131)), 20.5, 138.0, 139.0]),
        "BOB": [*map(float, range(1, 131)), 138.0, 139.0],
    }
    assert [(entry.seq, entry.kind) for entry in entries(engine)] == [
        (131, "crossing"),
        (132, "alarm"),
        (135, "alarm"),
        (136, "alarm"),
    ]
    with transaction(engine) as connection:
        assert [alarm["id"] for alarm in open_alarms(connection, PLANT_CODE)] == ["INTRUSION:TANKS:BOB:1"]
        _, _, mean, _ = read_series(connection, PLANT_CODE, "LT-1", T0_NS, t_ns + 10, 10, ("good", "bad"))
    assert mean.tolist() == [8.0]
    assert (sink.vitals.fixes, sink.vitals.entries, sink.vitals.readings, sink.vitals.refused) == (263, 4, 2, 0)


def test_an_alarm_is_stored_long_before_the_positions(engine: Engine, tmp_path: Path) -> None:

    async def script() -> None:
        bus = LocalBus()
        async with running(StoreSink(engine, tmp_path, RealClock()), bus) as sink:
            await send(bus, [moved(1, 1), alarmed(2, 1)])
            await until(lambda: sink.vitals.entries == 1)
            assert sink.vitals.fixes == 0

    asyncio.run(script())
    assert fix_seconds(engine) == {"ANNA": [1.0], "BOB": [1.0]}


def test_holes_and_restarts_become_gaps_and_repetitions_nothing(engine: Engine, tmp_path: Path) -> None:
    session(engine, tmp_path, [moved(1, 1), moved(2, 2), moved(5, 5), moved(5, 5), moved(2, 2), moved(6, 6)])
    session(engine, tmp_path, [moved(6, 6), moved(7, 7), moved(5_000_000, 60)])
    gaps = [(entry.seq, entry.body) for entry in entries(engine) if entry.kind == "gap"]
    at = [T0_NS + t * stored.SECOND_NS for t in (2, 5, 7, 60)]
    assert gaps == [
        (3, {"reason": "missed", "from_ns": at[0], "to_ns": at[1], "effects": 2}),
        (8, {"reason": "restart", "from_ns": at[2], "to_ns": at[3], "effects": 0}),
    ]
    assert fix_seconds(engine)["ANNA"] == [1.0, 2.0, 5.0, 6.0, 7.0, 60.0]


def test_a_database_that_goes_away_costs_nothing(engine: Engine, postgis_url: str, tmp_path: Path) -> None:
    address = make_url(postgis_url)

    async def script() -> None:
        bus = LocalBus()
        async with Relay(address.host or "", address.port or 5432) as relay:
            through = connect(
                address.set(host="127.0.0.1", port=relay.port).render_as_string(hide_password=False),
                connect_timeout_s=2,
            )
            sink = StoreSink(through, tmp_path, RealClock())
            async with running(sink, bus):
                await send(bus, [moved(1, 1), alarmed(2, 1)])
                await until(lambda: sink.vitals.entries == 1)
                relay.refuse()
                await send(bus, [moved(seq, seq) for seq in range(3, 203)])
                await send(bus, [crossed(203, 203), alarmed(204, 203, number=1)])
                await until(lambda: "away" in sink.vitals.trouble)
                assert len(await asyncio.to_thread(entries, engine)) == 1
                relay.admit()
                await until(lambda: sink.vitals.entries == 3)
                await until(lambda: not sink.vitals.trouble)
            await asyncio.to_thread(through.dispose)

    asyncio.run(script())
    assert [entry.seq for entry in entries(engine)] == [2, 203, 204]
    assert fix_seconds(engine)["BOB"] == [1.0, *map(float, range(3, 203))]


def test_a_spool_that_is_full_gives_up_positions_tells_the_gap_and_keeps_every_alarm(
    engine: Engine, tmp_path: Path
) -> None:
    nowhere = connect("postgresql://nobody@127.0.0.1:9/nothing", connect_timeout_s=1)

    async def script() -> None:
        bus = LocalBus()
        sink = StoreSink(nowhere, tmp_path, RealClock(), spool_bytes=60_000, segment_bytes=6_000)
        async with running(sink, bus):
            await send(bus, [alarmed(s, s, number=s) if s % 20 == 0 else moved(s, s) for s in range(1, 601)])
            await until(lambda: sink.vitals.received == 600)
        assert sink.vitals.dropped > 0
        assert sink.vitals.spool_bytes <= 60_000

    asyncio.run(script())
    session(engine, tmp_path, [moved(601, 601)])
    held = entries(engine)
    assert [entry.seq for entry in held if entry.kind == "alarm"] == list(range(20, 601, 20))
    gaps = [entry.body for entry in held if entry.kind == "gap"]
    assert {gap["reason"] for gap in gaps} == {"overflow"}
    there = set(fix_seconds(engine)["ANNA"])
    missing = [t for t in range(1, 602) if t % 20 and float(t) not in there]
    assert len(missing) == sum(gap["effects"] for gap in gaps)
    at = [T0_NS + t * stored.SECOND_NS for t in missing]
    assert all(any(gap["from_ns"] <= t_ns <= gap["to_ns"] for gap in gaps) for t_ns in at)


def test_a_database_away_at_the_start_and_at_the_end_costs_nothing(engine: Engine, tmp_path: Path) -> None:
    nowhere = connect("postgresql://nobody@127.0.0.1:9/nothing", connect_timeout_s=1)
    sink = session(nowhere, tmp_path, [moved(1, 1), alarmed(2, 2), moved(3, 3)], is_reachable=False)
    assert sink.vitals.entries == 0
    session(nowhere, tmp_path, [moved(4, 4)], is_reachable=False)
    session(engine, tmp_path, [moved(5, 5)])
    assert [entry.seq for entry in entries(engine)] == [2]
    assert fix_seconds(engine)["ANNA"] == [1.0, 3.0, 4.0, 5.0]


def test_a_row_the_database_refuses_holds_up_nothing_else(engine: Engine, tmp_path: Path) -> None:
    poison = moved(2, 2, ("ANNA",))
    poison.xyz_m[:] = float("nan")
    sink = session(engine, tmp_path, [moved(1, 1), poison, crossed(3, 3, subject="\x00"), alarmed(4, 4), moved(5, 5)])
    assert [entry.seq for entry in entries(engine)] == [4]
    assert fix_seconds(engine)["BOB"] == [1.0, 5.0]
    assert sink.vitals.refused == 2
    assert b'"seq":3' in (tmp_path / "refused.jsonl").read_bytes()


@pytest.mark.parametrize("delay_s", [0.3, 1.1, 2.3])
def test_a_killed_process_loses_and_repeats_nothing(
    engine: Engine, postgis_url: str, tmp_path: Path, delay_s: float
) -> None:
    script = Path(__file__).with_name("doomed.py")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(
        [sys.executable, str(script), postgis_url, str(tmp_path)], stdout=subprocess.PIPE, env=environment
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"sending\n"
        reached = 0
        asyncio.run(asyncio.sleep(delay_s))
        child.send_signal(signal.SIGKILL)
        for line in child.stdout:
            reached = int(line) if line.endswith(b"\n") else reached
    assert reached > 5
    # What the process had taken before it died is in the spool; the next life stores it.
    session(engine, tmp_path, [moved(10_000_000, 3600)])
    held = entries(engine)
    alarms = [entry.seq for entry in held if entry.kind == "alarm"]
    assert alarms[: reached // 10] == list(range(10, reached + 1, 10))
    assert len(alarms) == len(set(alarms))
    seconds = fix_seconds(engine)["ANNA"]
    assert len(seconds) == len(set(seconds))
    wanted = [float(seq) for seq in range(1, reached + 1) if seq % 10]
    assert seconds[: len(wanted)] == wanted
    assert [entry.body["reason"] for entry in held if entry.kind == "gap"] == ["restart"]
