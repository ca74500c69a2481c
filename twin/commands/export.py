"""`twin export`: a plant from the database as files that import to the same plant; tracks as files of others."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gis.errors import StoreError, TimeError
from gis.files import write_plant
from gis.store.database import connect, transaction
from gis.store.plants import load_plant
from gis.time import NS_PER_S, format_time, parse_time
from twin.commands.database import database_option, database_url

if TYPE_CHECKING:
    from sqlalchemy import Engine

FORMATS = ("mf-json", "geojson", "csv", "geoparquet")


@click.group(help="Write files out of the twin. 导出文件。")
def command() -> None:
    """Group of what can be exported."""


@command.command(help="Write the plant CODE as files into DIRECTORY. 导出厂区为文件夹。")
@click.argument("code")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@database_option
def plant(code: str, directory: Path, database: str | None) -> None:
    """Load with every version, write whole or not at all."""
    try:
        engine = connect(database_url(database), pool_size=1)
        try:
            with transaction(engine) as connection:
                loaded = load_plant(connection, code)
        finally:
            engine.dispose()
        write_plant(loaded, directory)
    except (StoreError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{code} → {directory}")


@command.command(help="Write the tracks of plant CODE into one file. 导出轨迹为一个文件。")
@click.argument("code")
@click.option("--from", "begin", required=True, help="First instant: ISO 8601 with zone. 起始时刻。")
@click.option("--to", "end", default=None, help="First instant no more; default now. 终止时刻。")
@click.option("--format", "form", type=click.Choice(FORMATS), default="mf-json", show_default=True)
@click.option("--subject", "subjects", multiple=True, help="Only this person, vehicle or tag:CODE; may be repeated.")
@click.option("--quality", type=click.Choice(["measured", "smoothed"]), default="measured", show_default=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write.")
@database_option
def tracks(
    code: str,
    begin: str,
    end: str | None,
    form: str,
    subjects: tuple[str, ...],
    quality: str,
    output: Path,
    database: str | None,
) -> None:
    """Written beside the file and put in its place when it is whole."""
    beside = output.with_name(f".{output.name}.part")
    try:
        from_ns = int(parse_time(begin))
        to_ns = int(parse_time(end)) if end is not None else time.time_ns()
        if to_ns <= from_ns:
            raise click.UsageError("--to must be after --from")
        engine = connect(database_url(database), pool_size=1)
        try:
            fixes = _write_tracks(engine, code, (from_ns, to_ns), form, subjects, quality, beside)
        finally:
            engine.dispose()
        beside.replace(output)
    except (StoreError, OSError, TimeError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        beside.unlink(missing_ok=True)
    click.echo(f"{fixes} fixes 个定位点 → {output}")


def _write_tracks(
    engine: Engine,
    code: str,
    span: tuple[int, int],
    form: str,
    subjects: tuple[str, ...],
    quality: str,
    file: Path,
) -> int:
    # The API's modules are loaded by this verb only.
    from gis.store.subjects import tracked_subjects  # noqa: PLC0415
    from twin.api.directory import Directory  # noqa: PLC0415
    from twin.api.routes.exports import read_step, traveller  # noqa: PLC0415
    from twin.api.routes.history import gaps_between  # noqa: PLC0415
    from twin.exchange import export  # noqa: PLC0415
    from twin.exchange.track_writer import About  # noqa: PLC0415
    from twin.exchange.trackfiles import writer  # noqa: PLC0415

    from_ns, to_ns = span
    with transaction(engine) as connection:
        directory = Directory(load_plant(connection, code), to_ns)
        found = [one for one in tracked_subjects(connection, code, from_ns, to_ns) if not subjects or one in subjects]
        gaps = gaps_between(connection, code, from_ns, to_ns, time.time_ns() + NS_PER_S)
    told = tuple({"from": gap.t_from, "to": gap.t_to, "reason": gap.reason} for gap in gaps)
    about = About(code, format_time(from_ns), format_time(to_ns), quality, told)
    made = export.Export(writer(form), directory.plant.head.frame, about)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with file.open("wb") as out, Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=export.count(len(found), from_ns, to_ns))
        out.write(made.begin())
        for step in export.steps(found, from_ns, to_ns):
            progress.update(task, description=step.subject)
            with transaction(engine) as connection:
                chunks = list(read_step(connection, step, directory, smooth=quality == "smoothed"))
            out.write(made.step(step, chunks, traveller(step.subject, directory)))
            progress.advance(task)
        out.write(made.end())
    return made.fixes
