"""Old days leave the database for archive files, and come back when they are asked for.

A day of a history goes in three steps: its rows are written to one file a plant, on the disk and read back; the
catalogue (`archived_day`) says so; then the database counts the day again, keeps writers out of it, and drops its
partition only if that is what the catalogue says (`drop_archived_day`, a right of its own). A kill between any two of
them loses nothing: the next run does what is left. Fixes that come for a day that has gone make its partition anew; the
next run brings the day back, and writes it whole under the next number.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from gis.errors import StoreError
from gis.store import archive_files, journal_chain, partitions
from gis.store.archive_files import AT_ONCE, COLUMNS, ArchiveFileError, Manifest
from gis.store.database import transaction
from gis.store.histories import archived_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from gis.store.retention import Retention

WRITTEN, ARCHIVED, ATTACHED = "written", "archived", "attached"
# Two who archive would write the same files.
_LOCK = 7_254_002
_LOCK_NOT_AVAILABLE = "55P03"
_TIME = {"track_chunk": "from_ns", "reading": "t_ns", "journal": "t_ns"}
_ORDER = {"track_chunk": "subject, from_ns, tag", "reading": "sensor, t_ns", "journal": "link"}
_READ_AS = {"path": "ST_AsBinary(path)", "body": "body::text"}
_TYPES = {
    "from_ns": "int8", "to_ns": "int8", "t_ns": "int8", "first_seq": "int8", "last_seq": "int8", "seq": "int8",
    "link": "int8", "fixes": "int4", "quality": "int2", "value": "float8", "path": "bytea", "channels": "bytea",
    "hash": "bytea",
}  # fmt: skip
_WRITE_AS = {"path": "ST_GeomFromWKB(path, 4326)", "body": "body::jsonb"}


def _insertion(history: str) -> str:
    columns = COLUMNS[history]
    given = ", ".join(f"%s::{_TYPES.get(name, 'text')}[]" for name in columns)
    return (
        f"INSERT INTO {history} ({', '.join(columns)})"  # noqa: S608 - constants
        f" SELECT {', '.join(_WRITE_AS.get(name, name) for name in columns)}"
        f" FROM unnest({given}) AS given ({', '.join(columns)}) ON CONFLICT DO NOTHING"
    )


_DIGEST = text(
    "SELECT plant, row_count, digest FROM history_day_digest(CAST(:history AS regclass), :day) ORDER BY plant"
)
_DROP = text("SELECT drop_archived_day(CAST(:history AS regclass), :day)")
_ROWS = {
    history: text(
        f"SELECT {', '.join(_READ_AS.get(name, name) for name in columns)} FROM {history}"  # noqa: S608 - constants
        f" WHERE plant = :plant AND {_TIME[history]} >= :from_ns AND {_TIME[history]} < :to_ns"
        f" ORDER BY {_ORDER[history]}"
    )
    for history, columns in COLUMNS.items()
}
_INSERT = {history: _insertion(history) for history in COLUMNS}


@dataclass(frozen=True, slots=True)
class ArchivedDay:
    """What one file holds of a plant's history.

    Attributes:
        plant, history, day: whose, which table, which UTC day.
        state: written (the rows are still there), archived (they are gone), attached (they are back).
        file: path below the archive's directory.
        sha256: of the file, hexadecimal.
        file_bytes, row_count: how much.
        digest: sum of the hashes of the rows.
        links: of the journal, the stretches of its chain.
    """

    plant: str
    history: str
    day: date
    state: str
    file: str
    sha256: str
    file_bytes: int
    row_count: int
    digest: Decimal
    links: list[list[Any]]


_FIELDS = tuple(field.name for field in fields(ArchivedDay))


def archived(conn: Connection, history: str | None = None, day: date | None = None) -> list[ArchivedDay]:
    """The catalogue, by history, day and plant."""
    query = select(archived_day).order_by(archived_day.c.history, archived_day.c.day, archived_day.c.plant)
    if history is not None:
        query = query.where(archived_day.c.history == history)
    if day is not None:
        query = query.where(archived_day.c.day == day)
    return [
        ArchivedDay(**{name: row[name] for name in _FIELDS} | {"sha256": bytes(row["sha256"]).hex()})
        for row in conn.execute(query).mappings()
    ]


def archived_between(conn: Connection, plant: str, from_ns: int, to_ns: int) -> list[tuple[str, int, int]]:
    """What of a stretch is in the archive only: history, begin and end of the day (UTC ns), by time."""
    query = select(archived_day.c.history, archived_day.c.day).where(
        archived_day.c.plant == plant,
        archived_day.c.state == ARCHIVED,
        archived_day.c.day >= partitions.day_of(max(from_ns, 0)),
        archived_day.c.day <= partitions.day_of(max(to_ns, 0)),
    )
    found = conn.execute(query.order_by(archived_day.c.day, archived_day.c.history)).all()
    begins = [(row.history, partitions.begin_ns(row.day)) for row in found]
    return [(history, begin, begin + partitions.DAY_NS) for history, begin in begins]


def due(conn: Connection, retention: Retention, today: date) -> list[tuple[str, date]]:
    """Days that are online for longer than they should be and that nobody attached, the oldest first."""
    attached = {(one.history, one.day) for one in archived(conn) if one.state == ATTACHED}
    old = [
        (history, day)
        for history in partitions.HISTORIES
        for day in partitions.days_of(conn, history)
        if day < today - timedelta(days=retention.days(history)) and (history, day) not in attached
    ]
    return sorted(old, key=lambda one: one[1])


def archive_day(
    engine: Engine, root: Path, history: str, day: date, now_ns: int, go_on: Callable[[], None] = lambda: None
) -> list[ArchivedDay]:
    """Write a day to its files and drop it from the database; doing it again changes nothing.

    Args:
        engine: the database; the account may drop archived days (`Right.ARCHIVIST`, or the owner).
        root: the archive's directory.
        history: `track_chunk`, `reading` or `journal`.
        day: a UTC day that is over for long enough.
        now_ns: UTC now.
        go_on: called now and then; whatever it raises ends the work, with nothing lost.

    Returns:
        What lies in the archive of it.

    Raises:
        ArchiveFileError: the disk refused.
        StoreUnavailableError: the database is away, or others read the day for too long: try again later.
        StoreError: the database refused, or somebody else is at it.
    """
    with _alone(engine):
        with transaction(engine) as connection:
            is_online = day in partitions.days_of(connection, history)
            known = archived(connection, history, day)
        if not is_online:
            return known
        if any(one.state == ARCHIVED for one in known):
            # Something came late for a day that had gone: the whole of it is written again.
            _bring_back(engine, root, known, now_ns, WRITTEN, go_on)
        with transaction(engine) as connection:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            for row in connection.execute(_DIGEST, {"history": history, "day": day}).all():
                before = next((one for one in known if one.plant == row.plant), None)
                if before is None or (before.row_count, before.digest) != (row.row_count, row.digest) or (
                    archive_files.fault_of(root, before.file, before.sha256)
                ):  # fmt: skip
                    number = 1 if before is None else archive_files.generation(before.file) + 1
                    _write(connection, root, row, history, day, number, now_ns, go_on)
        with transaction(engine) as connection:
            # Whoever reads or writes is not kept waiting: rather try again later.
            connection.execute(text("SET LOCAL lock_timeout = '900ms'"))
            if history == "journal":
                journal_chain.retire(connection, day, now_ns)
            connection.execute(_DROP, {"history": history, "day": day})
            left = archived(connection, history, day)
        archive_files.clear_others(root, [one.file for one in left], history, f"{day}")
    return left


def attach_day(
    engine: Engine, root: Path, history: str, day: date, now_ns: int, go_on: Callable[[], None] = lambda: None
) -> list[ArchivedDay]:
    """Bring a day back into the database, where every question finds it again; doing it again changes nothing.

    Args:
        engine: the database; the account may drop archived days (`Right.ARCHIVIST`, or the owner).
        root: the archive's directory.
        history: `track_chunk`, `reading` or `journal`.
        day: the UTC day.
        now_ns: UTC now.
        go_on: as of `archive_day`.

    Raises:
        ArchiveFileError: a file is not there or is not what was written; then nothing is attached.
        StoreUnavailableError: the database is away.
        StoreError: nothing of that day was archived, or the database refused.
    """
    with _alone(engine):
        with transaction(engine) as connection:
            known = archived(connection, history, day)
        if not known and history != "journal":
            # A catalogue that was lost, or files of another database: the manifests tell. A journal would fit no chain.
            known = [_of_manifest(one) for one in archive_files.read_manifests(root, history, f"{day}")]
        if not known:
            raise StoreError(f"nothing of {history} of {day} is in the archive")
        return _bring_back(engine, root, known, now_ns, ATTACHED, go_on)


def _write(
    conn: Connection, root: Path, row: Any, history: str, day: date, number: int, now_ns: int, go_on: Callable[[], None]
) -> None:
    """One plant's file and manifest, and the catalogue's line about them in the caller's transaction."""
    file = archive_files.file_name(row.plant, history, f"{day}", number)
    checksum, size, count = archive_files.write_file(root, file, history, _stored(conn, row.plant, history, day, go_on))
    if count != row.row_count:
        raise ArchiveFileError(f"{file} got {count} rows of {row.row_count}")
    links = journal_chain.day_links(conn, row.plant, day) if history == "journal" else []
    archive_files.write_manifest(
        root,
        Manifest(
            row.plant, history, f"{day}", file, checksum, size, count, f"{row.digest}", links, COLUMNS[history]
        ),
    )  # fmt: skip
    one = ArchivedDay(row.plant, history, day, WRITTEN, file, checksum, size, count, row.digest, links)
    _keep(conn, [one], now_ns)


def _stored(
    conn: Connection, plant: str, history: str, day: date, go_on: Callable[[], None]
) -> Iterator[Sequence[tuple[Any, ...]]]:
    from_ns = partitions.begin_ns(day)
    asked = {"plant": plant, "from_ns": from_ns, "to_ns": from_ns + partitions.DAY_NS}
    bounded = {"stream_results": True, "yield_per": AT_ONCE[history]}
    for part in conn.execute(_ROWS[history], asked, execution_options=bounded).partitions():
        go_on()
        yield [tuple(row) for row in part]


def _bring_back(
    engine: Engine, root: Path, known: Sequence[ArchivedDay], now_ns: int, state: str, go_on: Callable[[], None]
) -> list[ArchivedDay]:
    """Insert the rows of archived files again, all in one transaction."""
    gone = [one for one in known if one.state == ARCHIVED]
    for one in gone:
        fault = archive_files.fault_of(root, one.file, one.sha256)
        if fault:
            raise ArchiveFileError(f"{root / one.file} is {fault}")
    with transaction(engine) as connection:
        for one in gone:
            partitions.ensure_for(connection, one.history, [partitions.begin_ns(one.day)])
            for rows in archive_files.read_rows(root, one.file, one.history):
                go_on()
                connection.exec_driver_sql(_INSERT[one.history], tuple(map(list, zip(*rows, strict=True))))
        back = [replace(one, state=state) if one.state == ARCHIVED else one for one in known]
        _keep(connection, back, now_ns)
    return back


def _of_manifest(manifest: Manifest) -> ArchivedDay:
    return ArchivedDay(
        manifest.plant,
        manifest.history,
        date.fromisoformat(manifest.day),
        ARCHIVED,
        manifest.file,
        manifest.sha256,
        manifest.file_bytes,
        manifest.rows,
        Decimal(manifest.digest),
        manifest.links,
    )


def _keep(conn: Connection, days: Sequence[ArchivedDay], now_ns: int) -> None:
    rows = [
        {name: getattr(one, name) for name in _FIELDS} | {"sha256": bytes.fromhex(one.sha256), "changed_ns": now_ns}
        for one in days
    ]
    statement = insert(archived_day)
    new = {column.name: statement.excluded[column.name] for column in archived_day.c if not column.primary_key}
    conn.execute(statement.on_conflict_do_update(index_elements=["plant", "history", "day"], set_=new), rows)


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Nobody else archives meanwhile; the lock goes with the process."""
    with transaction(engine) as connection:
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        try:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
                raise StoreError("somebody else is at the archive") from error
            raise
        yield
