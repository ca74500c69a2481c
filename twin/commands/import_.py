"""`twin import plant DIR`: a plant directory into the database, whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import IntegrityError

from gis.errors import StoreError
from gis.files import PlantFilesError, read_plant
from gis.store.database import connect, transaction
from gis.store.migrate import upgrade
from gis.store.plants import plant_exists, save_plant
from gis.store.versions import forgotten_versions
from twin.commands.database import database_option, database_url

if TYPE_CHECKING:
    from gis.files import PlantFault
    from gis.plant import Plant
    from gis.store.versions import ForgottenVersion

# field of gis.plant.Plant → (Chinese, English)
_KINDS = {
    "regions": ("行政区", "regions"),
    "levels": ("楼层", "levels"),
    "engines": ("定位引擎", "engines"),
    "assets": ("设施", "assets"),
    "zones": ("风险分区", "zones"),
    "fences": ("电子围栏", "fences"),
    "roles": ("岗位", "roles"),
    "teams": ("部门", "teams"),
    "shifts": ("班次", "shifts"),
    "people": ("人员", "people"),
    "vehicles": ("车辆", "vehicles"),
    "tags": ("定位标签", "tags"),
    "assignments": ("标签分配", "tag assignments"),
    "sensors": ("传感器", "sensors"),
    "cameras": ("摄像机", "cameras"),
}


@click.group(help="Read files into the twin. 导入文件。")
def command() -> None:
    """Group of what can be imported."""


@command.command(help="Import the plant described by the files in DIRECTORY. 导入厂区文件夹。")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@database_option
@click.option("--replace", is_flag=True, help="Replace the records of a plant that is already there. Histories stay.")
@click.option(
    "--rewrite-history", is_flag=True, help="With --replace: also versions that the files lack or tell otherwise."
)
@click.option("--dry-run", is_flag=True, help="Only check the files.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None, help="Language of the messages.")
def plant(
    directory: Path, database: str | None, replace: bool, rewrite_history: bool, dry_run: bool, lang: str | None
) -> None:
    """Read, check, save in one transaction, say what was loaded."""
    chinese = (lang or os.environ.get("LC_ALL") or os.environ.get("LANG") or "").startswith("zh")
    try:
        loaded = read_plant(directory)
    except PlantFilesError as error:
        _print_faults(error.faults, chinese=chinese)
        raise SystemExit(1) from error
    if not dry_run:
        _save(loaded, database_url(database), replace=replace, rewrite_history=rewrite_history)
    _print_loaded(loaded, chinese=chinese, dry_run=dry_run)


def _save(loaded: Plant, url: str, *, replace: bool, rewrite_history: bool) -> None:
    code = loaded.head.code
    try:
        upgrade(url)
        engine = connect(url, pool_size=1)
        try:
            with transaction(engine) as connection:
                if not replace and plant_exists(connection, code):
                    raise click.ClickException(f"{code} is already there; --replace replaces its records. 厂区已存在。")
                if not rewrite_history:
                    _refuse_forgetting(forgotten_versions(connection, loaded))
                save_plant(connection, loaded)
        finally:
            engine.dispose()
    except StoreError as error:
        # The files were checked against themselves; what is left is the database's own affair.
        cause = error.__cause__
        hint = " (the records contradict what is in the database)" if isinstance(cause, IntegrityError) else ""
        raise click.ClickException(
            f"the database refused: {error}{hint}; nothing was loaded. 未导入任何数据。"
        ) from error


def _refuse_forgetting(lost: list[ForgottenVersion]) -> None:
    """A replay shows fences, zones and limits as they were; files must not change that unnoticed."""
    if lost:
        shown = "\n".join(f"  {one.records} {one.code} version {one.version}: {one.how}" for one in lost[:20])
        more = f"\n  … and {len(lost) - 20} more" if len(lost) > 20 else ""
        raise click.ClickException(
            "the files would change the past; --rewrite-history does it all the same. 这些文件会改写历史版本。\n"
            f"{shown}{more}"
        )


def _print_faults(faults: tuple[PlantFault, ...], *, chinese: bool) -> None:
    table = Table(
        title=f"{len(faults)} 处错误，未导入任何数据" if chinese else f"{len(faults)} faults, nothing was loaded"
    )
    for heading in ("文件", "记录", "字段", "错误") if chinese else ("File", "Record", "Field", "Fault"):
        table.add_column(heading, overflow="fold")
    for fault in faults:
        table.add_row(fault.file, fault.record, fault.field, fault.zh if chinese else fault.en)
    # Wide enough that a fault stays on one line in a log file.
    Console(stderr=True, width=None if os.isatty(2) else 200, markup=False).print(table)


def _print_loaded(loaded: Plant, *, chinese: bool, dry_run: bool) -> None:
    head = loaded.head
    done = ("检查通过" if dry_run else "已导入") if chinese else ("checked" if dry_run else "imported")
    console = Console(markup=False)
    console.print(f"{head.code} {head.names.zh if chinese else head.names.en}: {done}")
    table = Table()
    table.add_column("类别" if chinese else "Records")
    table.add_column("数量" if chinese else "Count", justify="right")
    for field, (zh, en) in _KINDS.items():
        table.add_row(zh if chinese else en, str(len(getattr(loaded, field))))
    console.print(table)


@command.command(help="Import a region's hazardous establishments, a GeoJSON FILE of points. 导入区域企业点位。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@database_option
def establishments(file: Path, database: str | None) -> None:
    """All features or none; properties code, name_zh, name_en, region, colour. Those of before are replaced."""
    from gis.store.establishments import Establishment, replace_establishments  # noqa: PLC0415

    read = []
    try:
        for feature in json.loads(file.read_text("utf-8"))["features"]:
            given = feature["properties"]
            names = {"zh": given["name_zh"], "en": given["name_en"]}
            place = {"geometry": feature["geometry"], "names": names}
            read.append(Establishment.model_validate({key: given[key] for key in ("code", "region", "colour")} | place))
    except (ValueError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise click.ClickException(
            f"{file}: feature {len(read)}: {error}; nothing was loaded. 未导入任何数据。"
        ) from error
    url = database_url(database)
    try:
        upgrade(url)
        engine = connect(url, pool_size=1)
        try:
            with transaction(engine) as connection:
                replace_establishments(connection, read)
        finally:
            engine.dispose()
    except StoreError as error:
        raise click.ClickException(f"the database refused: {error}; nothing was loaded. 未导入任何数据。") from error
    click.echo(f"{len(read)} establishments 个企业 ← {file}")
