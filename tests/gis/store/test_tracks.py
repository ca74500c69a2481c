"""Tracks: what goes in comes out, once, as exactly as promised."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Polygon
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from gis.errors import StoreError
from gis.frames import SiteFrame
from gis.store import partitions
from gis.store.database import transaction
from gis.store.histories import track_chunk
from gis.store.paths import LONGEST_NS, storable
from gis.store.tracks import TrackChunk, append_chunks, read_tracks, read_tracks_near

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

FRAME = SiteFrame(118.95, 37.95, 4.0)
# 2026-11-22T23:59:30Z: the tests pass midnight.
T0 = 1_795_391_970_000_000_000
S, MS = 1_000_000_000, 1_000_000


def chunk(subject: str, n: int, start_ns: int = T0, step_ns: int = S, seed: int = 0, tag: str = "T1") -> TrackChunk:
    random = np.random.default_rng(seed)
    sigma, rho = random.uniform(0.05, 3, (n, 2)), random.uniform(-0.9, 0.9, n)
    covariance = [sigma[:, 0] ** 2, rho * sigma[:, 0] * sigma[:, 1], sigma[:, 1] ** 2]
    return TrackChunk(
        subject,
        tag,
        start_ns + step_ns * np.arange(n, dtype=np.int64),
        random.uniform((-600, -400, -2), (600, 400, 30), (n, 3)),
        np.column_stack(covariance),
        random.uniform(-2, 2, (n, 2)),
        random.uniform(0, 1, n),
        random.integers(0, 4, n).astype(np.uint8),
        random.integers(0, 2**32, n, dtype=np.uint32),
        100,
        100 + n,
    )


def assert_same(stored: TrackChunk, given_: TrackChunk) -> None:
    assert (stored.subject, stored.tag_id) == (given_.subject, given_.tag_id)
    assert np.max(np.abs(stored.xyz_m - given_.xyz_m)) < 3.1e-3
    assert np.array_equal(stored.t_ns, given_.t_ns)
    sigma = np.sqrt(given_.cov_m2[:, [0, 2]])
    assert np.allclose(np.sqrt(stored.cov_m2[:, [0, 2]]), sigma, rtol=1.1e-2)
    assert np.allclose(stored.cov_m2[:, 1], given_.cov_m2[:, 1], atol=4e-2 * np.max(sigma) ** 2)
    assert np.allclose(stored.velocity_mps, given_.velocity_mps, atol=6e-3)
    assert np.allclose(stored.p_still, given_.p_still, atol=0.009)
    assert np.array_equal(stored.status, given_.status)
    assert np.array_equal(stored.reasons, given_.reasons)


@pytest.mark.servers
@pytest.mark.parametrize("n", [1, 2, 60, 300])
def test_a_chunk_comes_back(conn: Connection, n: int) -> None:
    given_ = chunk("P-1", n)
    append_chunks(conn, "X", FRAME, [given_])
    (stored,) = read_tracks(conn, "X", FRAME, T0, T0 + n * S)
    assert len(stored) == n
    assert_same(stored, given_)
    assert (stored.first_seq, stored.last_seq) == (100, 100 + n)


@pytest.mark.servers
def test_the_same_chunk_again_changes_nothing(conn: Connection) -> None:
    for _ in range(2):
        append_chunks(conn, "X", FRAME, [chunk("P-1", 10), chunk("P-2", 10)])
    assert conn.scalar(select(func.count()).select_from(track_chunk)) == 2
    # Two tags of one person may begin at one instant; neither hides the other.
    append_chunks(conn, "X", FRAME, [chunk("P-1", 10, tag="T2")])
    assert conn.scalar(select(func.count()).select_from(track_chunk)) == 3


@pytest.mark.servers
def test_the_span_asked_for_is_cut_exactly(conn: Connection) -> None:
    chunks = [chunk(f"P-{k}", 60, T0 + m * 60 * S, seed=k) for k in (2, 1) for m in range(3)]
    append_chunks(conn, "X", FRAME, chunks)
    found = read_tracks(conn, "X", FRAME, T0 + 30 * S, T0 + 90 * S)
    assert [one.subject for one in found] == ["P-1", "P-1", "P-2", "P-2"]
    for first, second in (found[:2], found[2:]):
        times = np.concatenate([first.t_ns, second.t_ns])
        assert np.array_equal(times, T0 + S * np.arange(30, 90))
        assert len(first) == len(first.xyz_m) == len(first.cov_m2) == len(first.status)
    assert read_tracks(conn, "X", FRAME, T0 + 180 * S, T0 + 900 * S) == []
    assert read_tracks(conn, "Y", FRAME, T0, T0 + 900 * S) == []
    only = read_tracks(conn, "X", FRAME, T0, T0 + 900 * S, subjects=["P-2"])
    assert {one.subject for one in only} == {"P-2"}
    assert sum(map(len, only)) == 180


@pytest.mark.servers
def test_chunks_lie_in_the_partition_of_their_first_day(conn: Connection) -> None:
    append_chunks(conn, "X", FRAME, [chunk("P-1", 60), chunk("P-1", 60, T0 + 60 * S)])
    names = conn.scalars(text("SELECT tableoid::regclass::text FROM track_chunk ORDER BY from_ns")).all()
    assert names == ["track_chunk_20261122", "track_chunk_20261123"]
    assert partitions.days_of(conn, "track_chunk") == [date(2026, 11, 22), date(2026, 11, 23)]


@pytest.mark.servers
def test_days_can_be_made_beforehand_and_again(conn: Connection) -> None:
    for _ in range(2):
        partitions.ensure_days(conn, date(2026, 12, 30), date(2027, 1, 2))
    made = conn.scalar(text("SELECT count(*) FROM pg_inherits WHERE inhparent = 'reading'::regclass"))
    assert made == 4


@pytest.mark.servers
def test_many_writers_may_open_the_same_days(engine: Engine) -> None:
    def write(number: int) -> None:
        for day in range(3):
            with transaction(engine) as connection:
                append_chunks(connection, f"X-{number}", FRAME, [chunk("P-1", 60, T0 + day * partitions.DAY_NS)])

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(write, number) for number in range(6)]:
            done.result()
    with transaction(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(track_chunk)) == 18
        names = connection.scalars(text("SELECT DISTINCT tableoid::regclass::text FROM track_chunk ORDER BY 1")).all()
    assert names == ["track_chunk_20261122", "track_chunk_20261123", "track_chunk_20261124"]


@pytest.mark.servers
def test_only_histories_have_partitions(conn: Connection) -> None:
    with pytest.raises(DBAPIError, match="is no history"):
        partitions.ensure_for(conn, "plant", [T0])


@pytest.mark.servers
def test_the_database_knows_where_and_when(conn: Connection) -> None:
    given_ = chunk("P-1", 60)
    append_chunks(conn, "X", FRAME, [given_])
    row = conn.execute(
        text(
            "SELECT ST_M(ST_StartPoint(path)) AS m, ST_X(ST_EndPoint(path)) AS lon, ST_NPoints(path) AS n"
            " FROM track_chunk"
        )
    ).one()
    assert row.m == T0 / S
    assert row.lon == pytest.approx(float(FRAME.to_lonlat(*given_.xyz_m[-1, :2])[0]), abs=2e-7)
    assert row.n == 60


def _shape(x: float, y: float, half_m: float) -> Polygon:
    """A square about a place, in degrees."""
    corners = [(x + i * half_m, y + j * half_m) for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    lon, lat = FRAME.to_lonlat(*np.array(corners).T)
    return Polygon(list(zip(lon, lat, strict=True)))


def _walk(subject: str, x: float, y: float, start_ns: int = T0, n: int = 60, tag: str = "T1") -> TrackChunk:
    """Fixes within three metres of a place."""
    given_ = chunk(subject, n, start_ns, seed=7, tag=tag)
    given_.xyz_m[:, :2] = np.random.default_rng(1).uniform((x - 3, y - 3), (x + 3, y + 3), (n, 2))
    return given_


@pytest.mark.servers
def test_tracks_near_a_shape_are_whole_chunks_of_its_place_and_time(conn: Connection) -> None:
    there = [_walk("P-1", 100, 50), _walk("P-1", 100, 50, T0 + 600 * S, tag="T2"), _walk("P-2", 104, 50)]
    append_chunks(conn, "X", FRAME, [*there, _walk("P-3", 200, 50), _walk("P-4", 100, 90), _walk("P-5", -100, -50)])
    shape = _shape(100, 50, 2)
    found = list(read_tracks_near(conn, "X", FRAME, shape, T0 + 10 * S, T0 + 20 * S))
    assert [(one.subject, len(one)) for one in found] == [("P-1", 60), ("P-2", 60)]
    assert_same(found[0], there[0])
    later = list(read_tracks_near(conn, "X", FRAME, shape, T0 + 60 * S, T0 + 700 * S))
    assert [(one.subject, one.tag_id) for one in later] == [("P-1", "T2")]
    only = list(read_tracks_near(conn, "X", FRAME, shape, T0, T0 + 900 * S, subjects=["P-2", "P-3"]))
    assert [one.subject for one in only] == ["P-2"]
    assert list(read_tracks_near(conn, "X", FRAME, shape, T0 + 60 * S, T0 + 600 * S)) == []
    assert list(read_tracks_near(conn, "Y", FRAME, shape, T0, T0 + 900 * S)) == []
    assert list(read_tracks_near(conn, "X", FRAME, Polygon(), T0, T0 + 900 * S)) == []


@pytest.mark.servers
@given(
    st.lists(st.tuples(st.integers(-30, 30), st.integers(-30, 30), st.integers(0, 40)), min_size=1, max_size=12),
    st.tuples(st.integers(-30, 30), st.integers(-30, 30), st.integers(1, 20)),
    st.tuples(st.integers(0, 40), st.integers(0, 40)),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_fix_inside_a_shape_is_missed(
    engine: Engine,
    walks: list[tuple[int, int, int]],
    where: tuple[int, int, int],
    when: tuple[int, int],
) -> None:
    chunks = [_walk(f"P-{i}", 10.0 * x, 10.0 * y, T0 + 60 * m * S) for i, (x, y, m) in enumerate(walks)]
    x, y, half = 10.0 * where[0], 10.0 * where[1], 10.0 * where[2]
    from_ns, to_ns = (T0 + 60 * m * S for m in (min(when), max(when) + 1))
    inside = {
        one.subject
        for one in chunks
        if np.any(
            (np.abs(one.xyz_m[:, 0] - x) < half - 0.01)
            & (np.abs(one.xyz_m[:, 1] - y) < half - 0.01)
            & (one.t_ns >= from_ns)
            & (one.t_ns < to_ns)
        )
    }
    with engine.connect() as connection:
        append_chunks(connection, "X", FRAME, chunks)
        found = {one.subject for one in read_tracks_near(connection, "X", FRAME, _shape(x, y, half), from_ns, to_ns)}
        assert inside <= found
        connection.rollback()


@pytest.mark.servers
def test_tracks_near_a_shape_are_found_by_the_index(conn: Connection) -> None:
    append_chunks(conn, "X", FRAME, [_walk(f"P-{i}", i, i % 40) for i in range(400)])
    conn.execute(text("SET LOCAL enable_seqscan = off"))
    conn.execute(text("SET LOCAL enable_bitmapscan = on"))
    plan = "\n".join(
        conn.scalars(
            text(
                "EXPLAIN SELECT subject FROM track_chunk WHERE path &&& ST_SetSRID(ST_MakeLine("
                "ST_MakePoint(118.95, 37.95, -1e6, 0), ST_MakePoint(118.9501, 37.9501, 1e6, 2e9)), 4326)"
            )
        ).all()
    )
    assert "track_chunk_20261122_path_idx" in plan


@pytest.mark.servers
def test_a_position_that_is_no_number_is_refused(conn: Connection) -> None:
    broken = chunk("P-1", 3)
    broken.xyz_m[1, 0] = np.nan
    with pytest.raises(StoreError):
        append_chunks(conn, "X", FRAME, [broken])
    append_chunks(conn, "X", FRAME, [])


def test_long_and_disordered_chunks_are_put_right() -> None:
    long = chunk("P-1", 100, step_ns=30 * S)
    shuffled = long.part(np.random.default_rng(0).permutation(100))
    parts = storable(shuffled)
    assert np.array_equal(np.concatenate([part.t_ns for part in parts]), long.t_ns)
    assert np.array_equal(np.concatenate([part.xyz_m for part in parts]), long.xyz_m)
    assert all(part.t_ns[-1] - part.t_ns[0] < LONGEST_NS for part in parts)
    assert storable(long.part(slice(0, 0))) == []
