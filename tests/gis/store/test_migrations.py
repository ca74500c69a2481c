"""Migrations make the tables that the models describe, from nothing and again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest
from alembic import command
from sqlalchemy import text

from gis.errors import StoreError, StoreUnavailableError
from gis.store.database import connect, transaction
from gis.store.migrate import configuration, upgrade
from gis.store.tracks import append_chunks, read_tracks
from tests.gis.store.test_tracks import FRAME, T0, S, assert_same, chunk

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


def test_tracks_of_the_old_layout_are_kept_both_ways(engine: Engine, postgis_url: str) -> None:
    given = chunk("P-1", 60)
    with transaction(engine) as connection:
        append_chunks(connection, "GONE", FRAME, [given, chunk("P-2", 1)])
        command.downgrade(configuration(connection), "0005")
        row = connection.execute(text("SELECT * FROM track_chunk WHERE subject = 'P-1'")).one()
        assert len(row.sigma_x) == len(row.reasons) == len(row.status) == 60
        # As the old layout had it: a finer path.
        lon, lat = FRAME.to_lonlat(*given.xyz_m[:, :2].T)
        points = np.column_stack([lon, lat, given.xyz_m[:, 2], given.t_ns / 1e9]).tolist()
        line = ", ".join(" ".join(map(repr, point)) for point in points)
        connection.execute(
            text("UPDATE track_chunk SET path = ST_GeomFromEWKT(:line) WHERE subject = 'P-1'"),
            {"line": f"SRID=4326;LINESTRING ZM ({line})"},
        )
    upgrade(postgis_url)
    with transaction(engine) as connection:
        stored, single = read_tracks(connection, "GONE", FRAME, T0, T0 + 900 * S)
        command.check(configuration(connection))
    assert_same(stored, given)
    assert len(single) == 1


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
