"""Where a verb finds its plant: a plant directory, or the code of a plant in the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gis.errors import TwinError
from twin.commands.here import told

if TYPE_CHECKING:
    from gis.plant import Plant


def read(source: str, database: str | None) -> tuple[Plant, Path | None]:
    """The plant, and its directory when it came from one.

    Args:
        source: path of a plant directory, or a plant's code.
        database: URL of the database; None takes that of the twin running from this folder.

    Raises:
        click.ClickException: when there is no such plant, with every fault found.
    """
    directory = Path(source)
    try:
        if directory.is_dir():
            from gis.files.reader import read_plant  # noqa: PLC0415 - a verb starts fast

            return read_plant(directory), directory
        return _from_database(source, database or _running()), None
    except TwinError as error:
        raise click.ClickException(str(error)) from error


def _running() -> str:
    try:
        url = told()["database"]
    except KeyError as error:
        raise click.ClickException("no such directory, and no database: set DATABASE_URL or start the twin") from error
    return str(url)


def _from_database(code: str, url: str) -> Plant:
    from gis.store.database import connect  # noqa: PLC0415 - a verb starts fast
    from gis.store.plants import load_plant  # noqa: PLC0415

    engine = connect(url)
    try:
        with engine.connect() as connection:
            return load_plant(connection, code)
    finally:
        engine.dispose()
