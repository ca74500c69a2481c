"""Days go to archive files whole, proved before they are dropped, and come back; a kill at any step loses nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from gis.errors import StoreError
from gis.store import archive_files, journal_chain, partitions
from gis.store.archives import ARCHIVED, ATTACHED, archive_day, archived, archived_between, attach_day, due
from gis.store.database import transaction
from gis.store.journal import append_entries
from gis.store.journal_chain import proof_of
from gis.store.readings import append_readings, read_series
from gis.store.retention import Retention
from gis.store.tracks import append_chunks, read_tracks
from tests.gis.store.test_journal import T0 as BEGIN
from tests.gis.store.test_journal import alarm, crossing
from tests.gis.store.test_tracks import FRAME, T0, S, assert_same, chunk

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine

pytestmark = pytest.mark.servers

FIRST, SECOND = date(2026, 11, 22), date(2026, 11, 23)
DAY = 86_400
NOW_NS = BEGIN + 400 * DAY * S


def store_tracks(conn: Connection) -> None:
    # Two plants; one chunk a day each, as the first ends at midnight.
    for plant, seed in (("X", 1), ("Y", 2)):
        append_chunks(conn, plant, FRAME, [chunk("P-1", 60, seed=seed), chunk("P-2", 60, T0 + 60 * S, seed=seed)])


def store_journal(conn: Connection, plant: str = "X") -> None:
    first = [alarm(number, number, "A", "unacknowledged", 0, note="进入", value=1e16) for number in range(10, 14)]
    append_entries(conn, plant, first[:2])
    append_entries(conn, plant, [crossing(14, DAY, "P-1", "F", "enter")])  # of the second day, in the middle
    append_entries(conn, plant, [*first[2:], crossing(15, DAY + 1, "P-1", "F", "exit")])


def rows(engine: Engine, history: str) -> list[str]:
    with transaction(engine) as connection:
        return sorted(connection.scalars(text(f"SELECT one::text FROM {history} AS one")))


def states(engine: Engine) -> dict[tuple[str, str], str]:
    with transaction(engine) as connection:
        return {(one.plant, f"{one.day}"): one.state for one in archived(connection)}


def test_a_day_goes_to_one_file_a_plant_and_comes_back_as_it_was(engine: Engine, tmp_path: Path) -> None:
    with transaction(engine) as connection:
        store_tracks(connection)
    before = rows(engine, "track_chunk")
    done = archive_day(engine, tmp_path, "track_chunk", FIRST, NOW_NS)
    assert [(one.plant, one.state, one.row_count) for one in done] == [("X", ARCHIVED, 1), ("Y", ARCHIVED, 1)]
    assert archive_day(engine, tmp_path, "track_chunk", FIRST, NOW_NS) == done
    with transaction(engine) as connection:
        assert partitions.days_of(connection, "track_chunk") == [SECOND]
        assert [one.subject for one in read_tracks(connection, "X", FRAME, T0, T0 + 900 * S)] == ["P-2"]
        begin = partitions.begin_ns(FIRST)
        assert archived_between(connection, "X", T0, T0) == [("track_chunk", begin, begin + DAY * S)]
        assert archived_between(connection, "Z", T0, T0) == []
    # Anybody can read the files.
    table = pq.read_table(tmp_path / done[0].file)
    assert (table["subject"][0].as_py(), table["fixes"][0].as_py(), table.num_rows) == ("P-1", 60, 1)
    manifest = json.loads((tmp_path / "X/track_chunk/20261122.json").read_text("utf-8"))
    assert (manifest["sha256"], manifest["rows"], manifest["day"]) == (done[0].sha256, 1, "2026-11-22")

    for _ in range(2):
        assert {one.state for one in attach_day(engine, tmp_path, "track_chunk", FIRST, NOW_NS)} == {ATTACHED}
    assert rows(engine, "track_chunk") == before
    with transaction(engine) as connection:
        assert_same(read_tracks(connection, "X", FRAME, T0, T0 + 900 * S)[0], chunk("P-1", 60, seed=1))
        assert due(connection, Retention(), date(2027, 12, 1)) == [("track_chunk", SECOND)]
    # Detached, the same files count.
    assert archive_day(engine, tmp_path, "track_chunk", FIRST, NOW_NS) == done
    # Catalogue lost: the manifests tell.
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM archived_day"))
    attach_day(engine, tmp_path, "track_chunk", FIRST, NOW_NS)
    assert rows(engine, "track_chunk") == before
    with pytest.raises(StoreError, match="nothing of reading"):
        attach_day(engine, tmp_path, "reading", FIRST, NOW_NS)


def test_what_comes_late_for_a_day_that_has_gone_is_written_with_the_whole(engine: Engine, tmp_path: Path) -> None:
    late = T0 // S * S
    with transaction(engine) as connection:
        append_readings(connection, "X", ["L", "T"], [late, late], [1.0, np.nan], ["good", "bad"])
    archive_day(engine, tmp_path, "reading", FIRST, NOW_NS)
    with transaction(engine) as connection:
        append_readings(connection, "X", ["L"], [late + S], [2.0], ["good"])
        append_readings(connection, "Y", ["L"], [late + S], [3.0], ["good"])
        assert due(connection, Retention(reading=7), SECOND) == []
        assert due(connection, Retention(reading=7), date(2026, 11, 30)) == [("reading", FIRST)]
    done = archive_day(engine, tmp_path, "reading", FIRST, NOW_NS)
    assert [(one.file, one.row_count) for one in done] == [
        ("X/reading/20261122-2.parquet", 3),
        ("Y/reading/20261122.parquet", 1),
    ]
    assert sorted(path.name for path in (tmp_path / "X/reading").iterdir()) == ["20261122-2.json", "20261122-2.parquet"]
    attach_day(engine, tmp_path, "reading", FIRST, NOW_NS)
    with transaction(engine) as connection:
        assert read_series(connection, "X", "L", late, late + 2 * S, 2)[2].tolist() == [1.0, 2.0]


def test_a_damaged_or_missing_file_is_refused_and_nothing_is_attached(engine: Engine, tmp_path: Path) -> None:
    with transaction(engine) as connection:
        store_tracks(connection)
    x, y = archive_day(engine, tmp_path, "track_chunk", FIRST, NOW_NS)
    content = bytearray((tmp_path / y.file).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / y.file).write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        attach_day(engine, tmp_path, "track_chunk", FIRST, NOW_NS)
    (tmp_path / x.file).unlink()
    with pytest.raises(StoreError, match="not there"):
        attach_day(engine, tmp_path, "track_chunk", FIRST, NOW_NS)
    assert set(states(engine).values()) == {ARCHIVED}
    assert len(rows(engine, "track_chunk")) == 2


def test_the_database_drops_nothing_that_is_not_in_the_archive(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(engine) as connection:
        store_tracks(connection)
        store_journal(connection)
    drop = text("SELECT drop_archived_day(CAST(:history AS regclass), :day)")
    for history in ("track_chunk", "journal"):
        with pytest.raises(StoreError, match="not what was written"), transaction(engine) as connection:
            connection.execute(drop, {"history": history, "day": FIRST})
    # A fix that comes between the writing and the dropping.
    retire, late = journal_chain.retire, crossing(99, 5, "P-1", "F", "exit")

    def interrupted(*given: Any) -> None:
        with transaction(engine) as other:
            append_entries(other, "X", [late])
        retire(*given)

    monkeypatch.setattr(journal_chain, "retire", interrupted)
    with pytest.raises(StoreError, match="not what was written"):
        archive_day(engine, tmp_path, "journal", FIRST, NOW_NS)
    # A journal whose chain was not told.
    monkeypatch.setattr(journal_chain, "retire", lambda *_: None)
    with pytest.raises(StoreError, match="was not told"):
        archive_day(engine, tmp_path, "journal", FIRST, NOW_NS)
    monkeypatch.undo()
    assert [one.row_count for one in archive_day(engine, tmp_path, "journal", FIRST, NOW_NS)] == [5]
    assert (proof_of(engine, "X").dropped, proof_of(engine, "X").fault) == (5, None)
    for ago in (0, 1):
        with pytest.raises(StoreError, match="not over"), transaction(engine) as connection:
            connection.execute(text(f"SELECT drop_archived_day('reading', (now() AT TIME ZONE 'UTC')::date - {ago})"))


def test_a_journal_day_comes_back_into_its_place_in_the_chain(engine: Engine, tmp_path: Path) -> None:
    with transaction(engine) as connection:
        store_journal(connection)
        store_journal(connection, "Y")
    heads = {plant: proof_of(engine, plant).head for plant in ("X", "Y")}
    for day in (SECOND, FIRST):
        archive_day(engine, tmp_path, "journal", day, NOW_NS)
    assert [proof_of(engine, "X").dropped, proof_of(engine, "X").entries, proof_of(engine, "X").fault] == [6, 2, None]
    # One of two days that went together: its entries are proved between the hashes that were written down.
    attach_day(engine, tmp_path, "journal", FIRST, NOW_NS)
    for plant in ("X", "Y"):
        proof = proof_of(engine, plant, heads[plant])
        assert (proof.dropped, proof.entries, proof.fault) == (2, 6, None)
    with transaction(engine) as connection:
        connection.execute(text("UPDATE journal SET subject = 'nobody' WHERE plant = 'X' AND seq = 12"))
    fault = proof_of(engine, "X").fault
    assert fault is not None
    assert (fault.link, fault.why) == (4, "altered")
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM journal WHERE plant = 'X' AND seq = 11"))
    fault = proof_of(engine, "X").fault
    assert fault is not None
    assert (fault.link, fault.why) == (2, "missing")
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM journal WHERE plant = 'X' AND seq BETWEEN 10 AND 13"))
        connection.execute(text("UPDATE archived_day SET state = 'archived' WHERE plant = 'X' AND day = '2026-11-22'"))
    attach_day(engine, tmp_path, "journal", FIRST, NOW_NS)
    attach_day(engine, tmp_path, "journal", SECOND, NOW_NS)
    assert (proof_of(engine, "X", heads["X"]).dropped, proof_of(engine, "X").fault) == (0, None)
    archive_day(engine, tmp_path, "journal", FIRST, NOW_NS + S)
    proof = proof_of(engine, "X")
    assert (proof.dropped, proof.entries, proof.fault) == (4, 4, None)


def test_a_kill_at_any_step_loses_nothing(engine: Engine, postgis_url: str, tmp_path: Path) -> None:
    with transaction(engine) as connection:
        store_journal(connection)
    stored = rows(engine, "journal")
    archive_day(engine, tmp_path, "journal", SECOND, NOW_NS)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.gis.store.doomed_archivist", postgis_url, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        kills = {"archive": 0, "attach": 0}
        for verb, state in (("archive", ARCHIVED), ("attach", ATTACHED)):
            answer = ""
            while answer != "done 0":
                process.stdin.write(f"{verb} journal {FIRST} {kills[verb]}\n")
                process.stdin.flush()
                answer = process.stdout.readline().strip()
                _nothing_is_lost(engine, tmp_path, stored)
                assert answer in {"killed", "done 0"}
                kills[verb] += answer == "killed"
                if answer == "killed" and verb == "archive":
                    # What was catalogued would be skipped; this way every step comes again, over what lies there.
                    with transaction(engine) as connection:
                        connection.execute(text("DELETE FROM archived_day WHERE state = 'written'"))
            assert states(engine)["X", f"{FIRST}"] == state
        process.stdin.close()
    assert kills["archive"] >= 10
    assert kills["attach"] >= 3
    attach_day(engine, tmp_path, "journal", SECOND, NOW_NS)
    assert set(stored) <= set(rows(engine, "journal"))


def _nothing_is_lost(engine: Engine, root: Path, stored: list[str]) -> None:
    there = set(rows(engine, "journal"))
    gone = [row for row in stored if row not in there]
    with transaction(engine) as connection:
        known = archived(connection, "journal")
    assert sum(one.row_count for one in known if one.state == ARCHIVED) == len(gone)
    for one in known:
        assert archive_files.fault_of(root, one.file, one.sha256) == ""
    assert proof_of(engine, "X").fault is None


@pytest.mark.parametrize("days", [{"track_chunk": 6}, {"reading": 0}, {"journal": 36_501}])
def test_days_online_have_bounds(days: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="stay online"):
        Retention(**days)
