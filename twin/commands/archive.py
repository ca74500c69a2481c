"""`twin archive list|run|attach|detach`: old days as files, and back."""

from __future__ import annotations

import sys
from collections import defaultdict
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gis.errors import StoreError
from gis.store import archive_files, archives, partitions
from gis.store.database import connect, transaction
from twin.commands.database import database_option, database_url
from twin.edges.clock import SystemClock
from twin.edges.settings import TwinSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

# What a person calls the histories → tables.
_KINDS = {"tracks": "track_chunk", "readings": "reading", "journal": "journal"}
_WORDS = {history: kind for kind, history in _KINDS.items()}

_archive_option = click.option(
    "--archive",
    type=click.Path(file_okay=False, path_type=Path),
    help="Directory of the archive files; by default TWIN_ARCHIVE, or archive/ beside what the twin keeps. 归档目录。",
)
_kind_argument = click.argument("kind", type=click.Choice(list(_KINDS)))
_day_argument = click.argument("days", metavar="DAY…", nargs=-1, required=True, type=click.DateTime(["%Y-%m-%d"]))


@click.group(name="archive", help="Old days as files, and back into the database. 历史归档与恢复。")
def command() -> None:
    """Verbs of the archive."""


@command.command(name="list")
@_archive_option
@database_option
def listed(archive: Path | None, database: str | None) -> None:
    """What is online and what lies in the archive, every file checked; exit code 1 when one is damaged."""
    with _engine(database) as engine, transaction(engine) as connection:
        known = archives.archived(connection)
        online = {history: partitions.days_of(connection, history) for history in partitions.HISTORIES}
    root = archive_dir(archive)
    for history, days in online.items():
        span = f"{days[0]} … {days[-1]}, {len(days)} days" if days else "nothing"
        click.echo(f"{_WORDS[history]:<8} online: {span}")
    faults = 0
    for one in known:
        fault = archive_files.fault_of(root, one.file, one.sha256)
        faults += bool(fault)
        size = f"{one.row_count} rows, {one.file_bytes / 1e6:.1f} MB"
        click.echo(
            f"{_WORDS[one.history]:<8} {one.day} {one.plant}: {one.state}; {size}; {one.file}"
            + (f": {fault.upper()}" if fault else "")
        )
    sys.exit(1 if faults else 0)


@command.command(name="run")
@_archive_option
@click.option("--dry-run", is_flag=True, help="Only say which days are due. 仅列出到期日期。")
@database_option
def run(archive: Path | None, dry_run: bool, database: str | None) -> None:
    """Archive what is online for longer than TWIN_ONLINE_DAYS_TRACKS, _READINGS, _JOURNAL say, and drop it."""
    clock, root = SystemClock(), archive_dir(archive)
    with _engine(database) as engine:
        with transaction(engine) as connection:
            today = partitions.day_of(clock.now_ns())
            waiting = archives.due(connection, TwinSettings().retention, today)
        if not waiting:
            click.echo("nothing is due")
        for history, day in waiting:
            if dry_run:
                click.echo(f"{_WORDS[history]} {day} is due")
                continue
            done = archives.archive_day(engine, root, history, day, clock.now_ns())
            click.echo(f"{_WORDS[history]} {day} archived: {_told(done)}")


@command.command(name="attach")
@_kind_argument
@_day_argument
@_archive_option
@database_option
def attach(kind: str, days: tuple[date, ...], archive: Path | None, database: str | None) -> None:
    """Bring days (YYYY-MM-DD, UTC) back into the database, where every question and replay finds them."""
    _each(kind, days, archive, database, archives.attach_day, "attached")


@command.command(name="detach")
@_kind_argument
@_day_argument
@_archive_option
@database_option
def detach(kind: str, days: tuple[date, ...], archive: Path | None, database: str | None) -> None:
    """Take days (YYYY-MM-DD, UTC) out of the database into the archive, attached ones or others, due or not."""
    _each(kind, days, archive, database, archives.archive_day, "detached")


def archive_dir(given: Path | None) -> Path:
    """The archive's directory: what was given, or what is set."""
    return given if given is not None else TwinSettings().archive_dir


def _each(
    kind: str,
    days: tuple[date, ...],
    archive: Path | None,
    database: str | None,
    deed: Callable[[Engine, Path, str, date, int], list[archives.ArchivedDay]],
    word: str,
) -> None:
    clock, root, histories = SystemClock(), archive_dir(archive), _KINDS[kind]
    with _engine(database) as engine:
        for given in days:
            # click gives midnight of the day.
            day = date(given.year, given.month, given.day)
            done = deed(engine, root, histories, day, clock.now_ns())
            click.echo(f"{kind} {day} {word}: {_told(done)}")


def _told(done: list[archives.ArchivedDay]) -> str:
    rows: dict[str, int] = defaultdict(int)
    for one in done:
        rows[one.plant] += one.row_count
    return ", ".join(f"{plant} {count} rows" for plant, count in rows.items()) or "no rows"


@contextmanager
def _engine(database: str | None) -> Iterator[Engine]:
    engine = connect(database_url(database), pool_size=2)
    try:
        yield engine
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    finally:
        engine.dispose()
