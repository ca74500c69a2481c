"""Which database a verb speaks to: the one it is told, or that of the twin running from this folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., object]")

_STATUS = Path("var/status.json")


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
        url = json.loads(_STATUS.read_text("utf-8"))["database"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise click.UsageError("which database? Give --database or DATABASE_URL, or start the twin here.") from error
    return str(url)
