"""Migrations make the tables that the models describe, from nothing and again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from alembic import command
from sqlalchemy import text

from gis.errors import StoreError, StoreUnavailableError
from gis.store.database import connect, transaction
from gis.store.migrate import configuration, upgrade

if TYPE_CHECKING:
    from sqlalchemy import Engine

pytestmark = pytest.mark.servers


def test_migrations_and_models_agree(engine: Engine) -> None:
    with transaction(engine) as connection:
        command.check(configuration(connection))


def test_down_and_up_again_ends_in_the_same_tables(engine: Engine, postgis_url: str) -> None:
    with transaction(engine) as connection:
        command.downgrade(configuration(connection), "base")
        left = connection.scalars(
            text(
                "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
                " AND tablename NOT IN ('alembic_version', 'spatial_ref_sys')"
            )
        ).all()
        assert left == []
    upgrade(postgis_url)
    with transaction(engine) as connection:
        command.check(configuration(connection))


def test_several_processes_may_upgrade_at_once(engine: Engine, postgis_url: str) -> None:
    with transaction(engine) as connection:
        command.downgrade(configuration(connection), "base")
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(upgrade, postgis_url) for _ in range(4)]:
            done.result()
    with transaction(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM plant")) == 0


def test_a_server_that_is_away_is_told_from_one_that_refuses(engine: Engine) -> None:
    # Port 1 is reserved and nobody listens there.
    with pytest.raises(StoreUnavailableError):
        upgrade("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(StoreError) as caught, transaction(engine) as connection:
        connection.execute(text("SELECT * FROM nowhere"))
    assert not isinstance(caught.value, StoreUnavailableError)
    assert "nowhere" in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://x@y/z", "nonsense", "http://x"])
def test_only_postgresql_is_taken(url: str) -> None:
    with pytest.raises(StoreError):
        connect(url)
