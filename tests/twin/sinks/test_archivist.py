"""The archivist and its verbs: days go by policy and come back on demand; what cannot be done is said."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from gis.store import partitions
from gis.store.database import connect, transaction
from gis.store.journal import append_entries
from gis.store.journal_chain import proof_of
from gis.store.readings import append_readings, read_series
from gis.store.retention import Retention
from gis.store.tracks import append_chunks, read_tracks
from tests.gis.store.test_journal import crossing
from tests.gis.store.test_tracks import FRAME, T0, S, chunk
from tests.twin.sinks.stored import prepared
from tests.twin.sinks.test_keeper import Stopped
from twin.cli import main
from twin.sinks.archivist import Archivist

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

pytestmark = pytest.mark.servers
FIRST = date(2026, 11, 22)
DAY_NS = partitions.DAY_NS


@pytest.fixture
def engine(postgis_url: str) -> Iterator[Engine]:
    engine = prepared(postgis_url)
    with transaction(engine) as connection:
        append_chunks(connection, "X", FRAME, [chunk("P-1", 30), chunk("P-1", 30, T0 + DAY_NS)])
        append_readings(connection, "X", ["L"], [T0], [1.0], ["good"])
        append_entries(connection, "X", [crossing(1, 0, "P-1", "F", "enter")])
    yield engine
    engine.dispose()


def online(engine: Engine) -> dict[str, list[date]]:
    with transaction(engine) as connection:
        return {history: partitions.days_of(connection, history) for history in partitions.HISTORIES}


def test_a_day_goes_when_it_has_been_online_for_long_enough(engine: Engine, tmp_path: Path) -> None:
    midnight = partitions.begin_ns(FIRST)
    clock = Stopped(midnight + 8 * DAY_NS - 1)
    archivist = Archivist(engine, tmp_path, Retention(track_chunk=7, reading=7, journal=30), clock)
    assert asyncio.run(archivist.turn()) == []
    clock.now += 1
    assert asyncio.run(archivist.turn()) == [("track_chunk", FIRST), ("reading", FIRST)]
    assert asyncio.run(archivist.turn()) == []
    assert online(engine) == {"track_chunk": [date(2026, 11, 23)], "reading": [], "journal": [FIRST]}
    clock.now = midnight + 31 * DAY_NS
    assert asyncio.run(archivist.turn()) == [("journal", FIRST), ("track_chunk", date(2026, 11, 23))]
    assert (archivist.vitals.days, archivist.vitals.trouble) == (4, "")
    assert (proof_of(engine, "X").dropped, proof_of(engine, "X").fault) == (1, None)


def test_what_it_cannot_do_is_said_and_nothing_goes(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "X").write_text("a file where a directory should be")
    clock = Stopped(T0 + 400 * DAY_NS)
    archivist = Archivist(engine, tmp_path, Retention(), clock)
    before = online(engine)
    assert asyncio.run(archivist.turn()) == []
    assert "cannot be written" in archivist.vitals.trouble
    assert online(engine) == before
    nowhere = connect("postgresql://nobody@127.0.0.1:9/nothing", connect_timeout_s=1)
    away = Archivist(nowhere, tmp_path, Retention(), clock)
    asyncio.run(away.turn())
    assert "not archived" in away.vitals.trouble
    nowhere.dispose()


def test_the_verbs_archive_list_attach_and_detach(engine: Engine, postgis_url: str, tmp_path: Path) -> None:
    def twin(*words: str, **told: str) -> Result:
        given = [*words, "--archive", str(tmp_path), "--database", postgis_url]
        return CliRunner().invoke(main, ["archive", *given], env=told)

    with transaction(engine) as connection:
        old = datetime.now(UTC) - timedelta(days=60)
        append_readings(connection, "X", ["L"], [round(old.timestamp()) * S], [2.0], ["good"])
    days = {"TWIN_ONLINE_DAYS_READINGS": "59", "TWIN_ONLINE_DAYS_TRACKS": "36500"}
    assert f"readings {old:%Y-%m-%d} is due" in twin("run", "--dry-run", **days).output
    assert f"readings {old:%Y-%m-%d} archived: X 1 rows" in twin("run", **days).output
    assert f"{old:%Y-%m-%d}" not in twin("run", "--dry-run", **days).output
    assert twin("detach", "tracks", f"{FIRST}").output == f"tracks {FIRST} detached: X 1 rows\n"
    shown = twin("list")
    assert (shown.exit_code, f"tracks   {FIRST} X: archived; 1 rows" in shown.output) == (0, True)
    assert twin("attach", "tracks", f"{FIRST}").output == f"tracks {FIRST} attached: X 1 rows\n"
    assert twin("attach", "readings", f"{old:%Y-%m-%d}").exit_code == 0
    with transaction(engine) as connection:
        assert len(read_tracks(connection, "X", FRAME, T0, T0 + 900 * S)) == 1
        begin = round(old.timestamp()) * S
        assert read_series(connection, "X", "L", begin, begin + S, 1)[2].tolist() == [2.0]
    refused = twin("attach", "journal", f"{FIRST}")
    assert (refused.exit_code, "nothing of journal" in refused.output) == (1, True)
    (tmp_path / f"X/track_chunk/{FIRST:%Y%m%d}.parquet").unlink()
    missing = twin("list")
    assert (missing.exit_code, "NOT THERE" in missing.output) == (1, True)
    wrong = twin("run", TWIN_ONLINE_DAYS_TRACKS="3")
    assert wrong.exit_code != 0
