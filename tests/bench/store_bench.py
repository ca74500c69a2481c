"""Tracks into PostGIS and out again: how fast, how small, and what one row per fix costs in the same run.

The fixes are those of the locator's filters over the simulated plant, repeated under other names.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import text

from gis.files import read_plant
from gis.store.compaction import compact
from gis.store.database import connect, transaction
from gis.store.paths import TrackChunk
from gis.store.plants import save_plant
from gis.store.tracks import read_tracks
from locator.pipeline import Pipeline
from tests.bench.database import fresh_database
from tests.bench.figure import Figure, at_least, at_most, told
from twin.simulate.messages import outgoing
from twin.simulate.simulation import Simulation
from twin.sinks.harvest import Batch
from twin.sinks.writer import SinkVitals, StoreWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from gis.plant import Plant

DEMO_PLANT = Path(__file__).resolve().parents[2] / "data" / "demo-plant"
# 2026-11-23T01:00:00Z, a working morning, and the beginning of a compaction window.
START_NS = 1_795_395_600_000_000_000
SIMULATED_S, COPIES = 1200, 5
CHUNK = 60
ROW_BATCH = 20_000


def figures() -> Iterator[Figure]:
    """Speed and size of the packed store, and of the plain one."""
    plant = read_plant(DEMO_PLANT)
    tracks = _tracks(plant)
    with fresh_database() as url:
        engine = connect(url)
        with transaction(engine) as connection:
            save_plant(connection, plant)
        yield from _packed(engine, plant, tracks)
        yield from _plain(engine, plant, tracks)
        engine.dispose()


def _tracks(plant: Plant) -> list[TrackChunk]:
    """Twenty minutes of everybody's fixes, a chunk a tag, as often as `COPIES` says under other names."""
    simulation = Simulation(plant, seed=7, start_ns=START_NS)
    pipeline = Pipeline({plant.head.code: plant})
    batches = []
    for _ in range(SIMULATED_S):
        step = simulation.advance()
        for message in outgoing(simulation, step):
            if message.topic.endswith("/ranges"):
                pipeline.accept(message.topic, message.payload, message.due_ns)
        batches += pipeline.flush(step.start_ns)
    tag = np.concatenate([np.array(batch.tag) for batch in batches])
    names = ("t_ns", "xyz_m", "cov_m2", "velocity_mps", "p_still", "status", "reasons")
    columns = [np.concatenate([getattr(batch, name) for batch in batches]) for name in names]
    tracks = []
    for code in sorted(set(tag.tolist())):
        own = np.flatnonzero(tag == code)
        own = own[np.argsort(columns[0][own], kind="stable")]
        tracks.append(TrackChunk(code, code, *(column[own] for column in columns), 1, len(own)))  # type: ignore[call-arg, arg-type] # one array a channel
    return [
        replace(track, subject=f"{track.subject}-{copy}", tag_id=f"{track.tag_id}-{copy}")
        for copy in range(COPIES)
        for track in tracks
    ]


def _packed(engine: Engine, plant: Plant, tracks: list[TrackChunk]) -> Iterator[Figure]:
    code, frame = plant.head.code, plant.head.frame
    fixes = sum(map(len, tracks))
    longest = max(map(len, tracks))
    # In the order of time, as they would come: everybody's first minute, then everybody's second.
    minutes = [
        [track.part(slice(first, first + CHUNK)) for track in tracks if first < len(track)]
        for first in range(0, longest, CHUNK)
    ]
    writer = StoreWriter(engine, Path(), SinkVitals())
    began_s = time.perf_counter()
    for chunks in minutes:
        writer.write(Batch(chunks={code: chunks}))
    took_s = time.perf_counter() - began_s
    yield at_least("store_fixes_per_s", round(fixes / took_s), "fixes/s, chunks of a minute", 300_000)
    with transaction(engine) as connection:
        fresh = _bytes(connection, "track_chunk_20261123")
    began_s = time.perf_counter()
    compact(engine, code, frame, START_NS, START_NS + 1200 * 10**9)
    settled_s = time.perf_counter() - began_s
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM FULL track_chunk_20261123"))
        settled = _bytes(connection, "track_chunk_20261123")
        parts = connection.execute(
            text("SELECT sum(pg_column_size(path)), sum(pg_column_size(channels)), count(*) FROM track_chunk_20261123")
        ).one()
        path, channels, rows = (float(value) for value in parts)
    beside = f"compacted, {fixes / rows:.0f} fixes a row: path {path / fixes:.1f}, channels {channels / fixes:.1f}"
    yield at_most("store_bytes_per_fix", round(settled / fixes, 2), f"B, all of the table ({beside})", 16)
    yield told("store_fresh_bytes_per_fix", round(fresh / fixes, 2), "B", "as written, before compaction")
    yield told(
        "store_compacted_fixes_per_s", round(fixes / settled_s), "fixes/s", "chunks of a minute into chunks of twenty"
    )
    with transaction(engine) as connection:
        began_s = time.perf_counter()
        read = sum(map(len, read_tracks(connection, code, frame, START_NS, START_NS + 1200 * 10**9)))
        took_s = time.perf_counter() - began_s
    yield told("read_fixes_per_s", round(read / took_s), "fixes/s", f"{read} of {fixes} read back whole")


def _plain(engine: Engine, plant: Plant, tracks: list[TrackChunk]) -> Iterator[Figure]:
    """One row per fix with the same qualities, by COPY, its index and a spatial one as GIS desktops make them."""
    frame = plant.head.frame
    some = tracks[: len(tracks) // COPIES]
    fixes = sum(map(len, some))
    with transaction(engine) as connection:
        connection.execute(
            text(
                "CREATE TABLE fix (subject text, tag text, t timestamptz, place geometry(PointZ, 4326), sigma_x real,"
                " sigma_y real, correlation real, vx real, vy real, p_still real, status smallint, reasons int,"
                " PRIMARY KEY (subject, t, tag))"
            )
        )
        connection.execute(text("CREATE INDEX ON fix USING gist (place)"))
    rows = []
    began_s = time.perf_counter()
    for track in some:
        lon, lat = frame.to_lonlat(track.xyz_m[:, 0], track.xyz_m[:, 1])
        sigma = np.sqrt(track.cov_m2[:, [0, 2]])
        rho = track.cov_m2[:, 1] / sigma.prod(axis=1)
        for i in range(len(track)):
            place = f"SRID=4326;POINT Z ({lon[i]:.8f} {lat[i]:.8f} {track.xyz_m[i, 2]:.3f})"
            when = np.datetime64(int(track.t_ns[i]), "ns").astype("datetime64[us]").item()
            quality = (*sigma[i].tolist(), float(rho[i]), *track.velocity_mps[i].tolist(), float(track.p_still[i]))
            rows.append(
                (track.subject, track.tag_id, when, place, *quality, int(track.status[i]), int(track.reasons[i]))
            )
    made_s = time.perf_counter() - began_s
    began_s = time.perf_counter()
    for first in range(0, len(rows), ROW_BATCH):
        with transaction(engine) as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            with driver.cursor() as cursor, cursor.copy("COPY fix FROM STDIN") as copy:
                for row in rows[first : first + ROW_BATCH]:
                    copy.write_row(row)
    took_s = made_s + time.perf_counter() - began_s
    with transaction(engine) as connection:
        size = _bytes(connection, "fix")
    yield told("store_rows_fixes_per_s", round(fixes / took_s), "fixes/s", f"one row per fix by COPY, {fixes} fixes")
    yield told("store_rows_bytes_per_fix", round(size / fixes, 1), "B", "one row per fix, all of the table")


def _bytes(connection: Connection, table: str) -> int:
    """Table, TOAST and indexes."""
    return int(connection.scalar(text("SELECT pg_total_relation_size(CAST(:table AS regclass))"), {"table": table}))
