"""Brings a database to this version's tables (Alembic), safe to call from several processes at once."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from gis.store.database import connect, transaction

# Any number will do, as long as every version of the twin takes the same one.
_LOCK = 7_254_001


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for one open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(url: str) -> None:
    """Create or upgrade all tables, and the extensions postgis and btree_gist where that is allowed.

    Raises:
        StoreUnavailableError: the server is not reachable.
        StoreError: the server refused, for instance because PostGIS is not installed.
    """
    engine = connect(url, pool_size=1)
    try:
        with transaction(engine) as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            command.upgrade(configuration(connection), "head")
    finally:
        engine.dispose()
