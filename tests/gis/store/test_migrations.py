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
    from sqlalchemy import Connection, Engine

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


def test_the_index_of_paths_stays_sound_through_the_change_of_layout(engine: Engine, postgis_url: str) -> None:
    # More chunks than one page of the index holds, so that boxes are compared when a path is written again.
    given = [chunk(f"P-{i}", 3) for i in range(600)]
    with transaction(engine) as connection:
        append_chunks(connection, "GONE", FRAME, given)
        command.downgrade(configuration(connection), "0005")
        assert box_storages(connection) == {"p"}
    upgrade(postgis_url)
    with transaction(engine) as connection:
        assert box_storages(connection) == {"p"}
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        found = "SELECT count(*) FROM track_chunk WHERE path &&& (SELECT path FROM track_chunk WHERE subject = 'P-7')"
        assert connection.scalar(text(found)) == len(given)


def test_an_index_left_with_packed_boxes_is_built_anew(engine: Engine, postgis_url: str) -> None:
    with transaction(engine) as connection:
        append_chunks(connection, "GONE", FRAME, [chunk("P-1", 3)])
        command.downgrade(configuration(connection), "0008")
        connection.execute(text("ALTER TABLE track_chunk ALTER path SET STORAGE EXTENDED"))
        assert box_storages(connection) == {"x"}
    upgrade(postgis_url)
    with transaction(engine) as connection:
        assert box_storages(connection) == {"p"}


def box_storages(connection: Connection) -> set[str]:
    """How the indexes of paths store their boxes: p plainly, as PostGIS needs them."""
    return set(
        connection.scalars(
            text(
                "SELECT a.attstorage FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indexrelid"
                " WHERE a.attname = 'path' AND i.indrelid IN (SELECT relid FROM pg_partition_tree('track_chunk'))"
            )
        )
    )


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
