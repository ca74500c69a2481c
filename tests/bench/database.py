"""A database of a benchmark's own: durable, private, gone afterwards."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gis.store import migrate
from twin.servers import mosquitto, postgres
from twin.servers.home import Home
from twin.servers.postgres import PostgresServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def fresh_database() -> Iterator[str]:
    """The address of an empty PostGIS with the tables of the day."""
    home = Home(
        Path("/var/tmp") / f"plant-twin-bench-{os.getpid()}-{secrets.token_hex(4)}",
        postgres.account(),
        mosquitto.account(),
    )
    server = PostgresServer(home)
    try:
        server.launch()
        server.wait_ready()
        migrate.upgrade(server.url)
        yield server.url
    finally:
        server.stop()
        home.discard()
