"""The way to the database: one engine per process, transactions whose errors are ours."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError, TimeoutError  # noqa: A004 - that of the connection pool

from gis.errors import StoreError, StoreUnavailableError
from gis.store import arrays

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine


def connect(url: str, *, pool_size: int = 4, connect_timeout_s: int = 5) -> Engine:
    """An engine for a PostGIS database; nothing is opened yet.

    Args:
        url: `postgresql://user:password@host:port/name`, with or without `+psycopg`.
        pool_size: connections kept open; as many again may be opened under load.
        connect_timeout_s: seconds to wait for the server before giving up.

    Raises:
        StoreError: the URL is not one of PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError("not a database URL (expected postgresql://user@host:port/name)") from error
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise StoreError(f"not a PostgreSQL URL: {parsed.drivername}://…")
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": connect_timeout_s,
            "application_name": "plant-twin",
            # A peer that vanished without a word is noticed in about 15 s instead of hours.
            "keepalives_idle": 5,
            "keepalives_interval": 3,
            "keepalives_count": 3,
            # The same for a peer that takes nothing any more (milliseconds).
            "tcp_user_timeout": 15_000,
        },
    )
    event.listen(engine, "connect", lambda connection, _record: arrays.register(connection))
    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction: committed at the end, rolled back on any error.

    Raises:
        StoreUnavailableError: the server is away, restarting or out of connections: repeat later.
        StoreError: the server refused what was asked.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except TimeoutError as error:
        raise StoreUnavailableError("no free connection to the database") from error
    except (OperationalError, InterfaceError) as error:
        raise StoreUnavailableError(_first_line(error)) from error
    except DBAPIError as error:
        raise StoreError(_first_line(error)) from error


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().partition("\n")[0]
