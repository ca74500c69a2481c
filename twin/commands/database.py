"""Which database a verb speaks to: the one it is told, or that of the twin running from this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

from twin.commands.here import told

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., object]")


def database_option(function: F) -> F:
    """Adds `--database`, also read from DATABASE_URL."""
    return click.option(
        "--database",
        metavar="URL",
        envvar="DATABASE_URL",
        help="postgresql://user:password@host:port/name; by default that of the twin running here.",
    )(function)


def database_url(given: str | None) -> str:
    """The URL of the database to use.

    Raises:
        click.UsageError: none was given and no twin runs from this folder.
    """
    if given:
        return given
    try:
        url = told()["database"]
    except KeyError as error:
        raise click.UsageError("which database? Give --database or DATABASE_URL, or start the twin here.") from error
    return str(url)
