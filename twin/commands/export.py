"""`twin export plant CODE DIR`: a plant from the database as files that import to the same plant."""

from __future__ import annotations

from pathlib import Path

import click

from gis.errors import StoreError
from gis.files import write_plant
from gis.store.database import connect, transaction
from gis.store.plants import load_plant
from twin.commands.database import database_option, database_url


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
