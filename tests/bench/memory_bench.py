"""A month of 500 people: the plant at a random instant, and who was inside a shape drawn now.

One shift of eight hours is lived and measured as `tests.bench.day` does and goes through the packing of the settled
store; the other 89 are the same fixes under their own times, copied in the database. Of a copied shift the path is
only the corners of its box, which is all a search looks at. Crossings, alarms and readings are as many as the
demonstration plant gives, in proportion to the people.
"""

from __future__ import annotations

import gc
import json
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from shapely.geometry import box
from sqlalchemy import text

from gis.fix import FixStatus
from gis.store.database import connect, transaction
from gis.store.packing import SETTLED_LEVEL
from gis.store.partitions import day_of, ensure_days
from gis.store.paths import TrackChunk
from gis.store.plants import save_plant
from gis.store.tracks import append_chunks, read_tracks_near
from gis.time import NS_PER_S
from tests.bench.database import fresh_database
from tests.bench.day import START_NS, demo_day, measured
from tests.bench.figure import Figure, at_most, missing, told
from twin.api.directory import Directory
from twin.api.routes.history import state_at
from twin.questions.visits import area_of, visits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from gis.plant import Plant
    from tests.bench.day import Day, Measured

PEOPLE, DAYS = 500, 30
SHIFT_S, SHIFTS_A_DAY = 8 * 3600, 3
CHUNK_S = 1200
CHUNKS_AT_ONCE = 500
ERROR_M = 0.3
CROSSINGS_PER_PERSON_H, ALARMS_PER_PERSON_H = 8, 0.27
READ_EVERY_S = 60
INSTANTS, SHAPES = 100, 60
SPACE_BYTES = 45 * 2**30
DATABASE_FOLDER = Path("/var/tmp")

# The time a chunk begins stands in its packed channels, little endian, from the seventh byte on (gis.store.packing).
_EARLIER = """
CREATE FUNCTION pg_temp.little_endian(value bigint) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT decode(string_agg(lpad(to_hex((value >> (8 * place)) & 255), 2, '0'), '' ORDER BY place), 'hex')
    FROM generate_series(0, 7) AS place
$$
"""
_COPY = """
INSERT INTO track_chunk (plant, subject, from_ns, tag, to_ns, first_seq, last_seq, fixes, path, channels)
SELECT plant, subject, from_ns - :back, tag, to_ns - :back, first_seq, last_seq, fixes,
    ST_SetSRID(ST_MakeLine(
        ST_MakePoint(ST_XMin(path), ST_YMin(path), ST_ZMin(path), (from_ns - :back) / 1e9),
        ST_MakePoint(ST_XMax(path), ST_YMax(path), ST_ZMax(path), (to_ns - :back) / 1e9)), 4326),
    overlay(channels PLACING pg_temp.little_endian(from_ns - :back) FROM 7 FOR 8)
FROM track_chunk WHERE from_ns >= :first_ns
"""
_READINGS = """
INSERT INTO reading (plant, sensor, t_ns, value, quality)
SELECT :plant, code, t_ns, 10 * random(), 0
FROM (SELECT DISTINCT code FROM sensor WHERE plant = :plant) AS known,
    generate_series(CAST(:from_ns AS bigint), :to_ns - 1, :every) AS t_ns
"""
# Everybody goes out of one fence and into another by turns.
_CROSSINGS = """
INSERT INTO crossing (plant, seq, t_ns, subject, fence, fence_version, direction, body)
SELECT :plant, row_number() OVER (ORDER BY t_ns, subject), t_ns, subject,
    (CAST(:fences AS text[]))[1 + (number / 2 + abs(hashtext(subject) % 1000)) % :many_fences], 1,
    CASE number % 2 WHEN 0 THEN 'enter' ELSE 'exit' END, '{}'
FROM (
    SELECT subject, number, :from_ns + CAST((number + random()) * :every AS bigint) AS t_ns
    FROM unnest(CAST(:subjects AS text[])) AS subject, generate_series(0, :most) AS number
) AS walked
"""
_STAYS = """
INSERT INTO stay (plant, seq, subject, fence, from_ns, until_ns)
SELECT plant, seq, subject, fence, t_ns, until_ns FROM (
    SELECT *, lead(t_ns) OVER (PARTITION BY subject, fence ORDER BY t_ns, seq) AS until_ns FROM crossing
) AS told WHERE direction = 'enter'
"""
_ALARMS = """
WITH raised AS (
    SELECT number, :from_ns + CAST((number + random()) * :every AS bigint) AS raised_ns,
        CAST(60e9 + 1800e9 * random() AS bigint) AS lasts_ns
    FROM generate_series(0, :most) AS number
), told AS (
    SELECT number * 2 + step AS seq, raised_ns + step * lasts_ns AS t_ns, number, raised_ns, jsonb_build_object(
        'id', 'A' || number, 'kind', 'INTRUSION', 'priority', 2,
        'state', CASE step WHEN 0 THEN 'unacknowledged' ELSE 'normal' END,
        'raised_ns', raised_ns, 'changed_ns', raised_ns + step * lasts_ns, 'subject', subject,
        'fence', NULL, 'fence_version', NULL, 'rule_version', 1, 'x_m', 0.0, 'y_m', 0.0, 'z_m', 0.0,
        'evidence', array_fill(CAST(:fix AS jsonb), ARRAY[5])) AS alarm, step, subject
    FROM raised, generate_series(0, 1) AS step,
        LATERAL (SELECT (CAST(:subjects AS text[]))[1 + number % :people] AS subject) AS whose
), written AS (
    INSERT INTO journal (plant, seq, t_ns, kind, subject, alarm, body, link, hash)
    SELECT :plant, seq, t_ns, 'alarm', subject, alarm ->> 'id', jsonb_build_object('alarm', alarm), seq, '' FROM told
)
INSERT INTO alarm (plant, id, seq, kind, priority, state, open, raised_ns, changed_ns, subject, fence, body)
SELECT :plant, alarm ->> 'id', seq, 'INTRUSION', 2, 'normal', false, raised_ns, t_ns, subject, NULL, alarm
FROM told WHERE step = 1
"""
_FIX = json.dumps(
    {"t_ns": START_NS, "x_m": 1.25, "y_m": 2.5, "z_m": 1.2, "cov_m2": [0.09, 0.01, 0.09], "probability": 0.97}
)


def figures(days: int = DAYS) -> Iterator[Figure]:
    """State at an instant and a drawn shape, over a store of so many days."""
    if shutil.disk_usage(DATABASE_FOLDER).free < SPACE_BYTES:
        why = f"needs {SPACE_BYTES / 2**30:.0f} GiB free in {DATABASE_FOLDER}"
        yield missing("state_at_p95_ms", "ms", why)
        yield missing("drawn_shape_p95_ms", "ms", why)
        return
    day = demo_day(PEOPLE, SHIFT_S, 5)
    with fresh_database() as url:
        engine = connect(url)
        began_s = time.perf_counter()
        with transaction(engine) as connection:
            save_plant(connection, day.plant)
        _fill(engine, day, measured(day, ERROR_M, 6), days)
        size = _settled(engine)
        took_s = time.perf_counter() - began_s
        yield told(
            "memory_filled_s", round(took_s), "s", f"{days} days × {PEOPLE} people at 1 Hz: {size / 2**30:.1f} GiB"
        )
        yield from _instants(engine, day.plant, days)
        yield from _shapes(engine, day)
        engine.dispose()


def _fill(engine: Engine, day: Day, seen: Measured, days: int) -> None:
    """The last shift as measured, those before as its copies, and what else a month holds."""
    code, frame = day.plant.head.code, day.plant.head.frame
    chunks = _chunks(day, seen)
    for first in range(0, len(chunks), CHUNKS_AT_ONCE):
        with transaction(engine) as connection:
            append_chunks(connection, code, frame, chunks[first : first + CHUNKS_AT_ONCE], SETTLED_LEVEL)
    shift_ns = SHIFT_S * NS_PER_S
    from_ns, to_ns = START_NS + shift_ns - days * SHIFTS_A_DAY * shift_ns, START_NS + shift_ns
    subjects = sorted({chunk.subject for chunk in chunks})
    hours = days * 24
    crossings, alarms = hours * CROSSINGS_PER_PERSON_H, round(hours * ALARMS_PER_PERSON_H * PEOPLE)
    fences = sorted({fence.code for fence in day.plant.fences})
    asked = {"plant": code, "from_ns": from_ns, "subjects": subjects}
    with transaction(engine) as connection:
        ensure_days(connection, day_of(from_ns), day_of(to_ns + SHIFT_S * NS_PER_S))
        connection.execute(text(_READINGS), asked | {"to_ns": to_ns, "every": READ_EVERY_S * NS_PER_S})
        pace = {"every": hours * 3600 * NS_PER_S // crossings, "most": crossings - 1}
        connection.execute(text(_CROSSINGS), asked | pace | {"fences": fences, "many_fences": len(fences)})
        connection.execute(text(_STAYS))
        pace = {"every": hours * 3600 * NS_PER_S // alarms, "most": alarms - 1}
        connection.execute(text(_ALARMS), asked | pace | {"people": len(subjects), "fix": _FIX})
    for back in range(1, days * SHIFTS_A_DAY):
        with transaction(engine) as connection:
            connection.execute(text(_EARLIER))
            connection.execute(text(_COPY), {"back": back * shift_ns, "first_ns": START_NS})
            connection.execute(text("DROP FUNCTION pg_temp.little_endian"))


def _chunks(day: Day, seen: Measured) -> list[TrackChunk]:
    """The shift as compaction leaves it: chunks of twenty minutes, everybody's first, then everybody's second."""
    velocity = np.gradient(seen.xy_m, axis=0)
    subjects = [(carrier.person or carrier.vehicle).code for carrier in day.carriers]  # type: ignore[union-attr] # one of them
    chunks = []
    for first in range(0, SHIFT_S, CHUNK_S):
        for place, carrier in enumerate(day.carriers):
            rows = first + np.flatnonzero(seen.heard[first : first + CHUNK_S, place])
            n = len(rows)
            phase_ns = (place * 7_919 % 1000) * 1_000_000
            chunks.append(
                TrackChunk(
                    subject=subjects[place],
                    tag_id=carrier.tag,
                    t_ns=START_NS + rows * NS_PER_S + phase_ns,
                    xyz_m=np.column_stack([seen.xy_m[rows, place], day.xyz_m[rows, place, 2]]).astype(float),
                    cov_m2=seen.cov_m2[rows, place].astype(float),
                    velocity_mps=velocity[rows, place].astype(float),
                    p_still=np.where(np.hypot(*velocity[rows, place].T) < 0.4, 0.95, 0.05),
                    status=np.full(n, FixStatus.FIX, np.uint8),
                    reasons=np.zeros(n, np.uint32),
                    first_seq=1,
                    last_seq=n,
                )
            )
    return chunks


def _settled(engine: Engine) -> int:
    """The store as it lies after its first nights; gives its bytes."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def _instants(engine: Engine, plant: Plant, days: int) -> Iterator[Figure]:
    """The answer to `/plants/{p}/state?at=`, written out, at instants all over the store."""
    rng = np.random.default_rng(8)
    # As the twin's processes do once they have begun.
    gc.collect()
    gc.freeze()
    to_ns = START_NS + SHIFT_S * NS_PER_S
    ages_s = rng.uniform(0, days * 86_400 - SHIFT_S, INSTANTS)
    took_ms, people, inside = [], [], []
    for age_s in ages_s:
        at_ns = to_ns - round(age_s * NS_PER_S)
        began_s = time.perf_counter()
        then = Directory(plant, at_ns)
        with transaction(engine) as connection:
            record = state_at(connection, then, at_ns, to_ns)
        record.model_dump_json()
        took_ms.append(1000 * (time.perf_counter() - began_s))
        people.append(len(record.people))
        inside.append(len(record.inside))
    yield at_most("state_at_p95_ms", round(float(np.percentile(took_ms, 95)), 1), "ms, read and written out", 150)
    beside = f"median; {np.median(people):.0f} people, {np.median(inside):.0f} stays in the answer"
    yield told("state_at_p50_ms", round(float(np.median(took_ms)), 1), "ms", beside)


def _shapes(engine: Engine, day: Day) -> Iterator[Figure]:
    """Rectangles of 20 to 120 m anywhere in the plant, over the last 24 hours."""
    rng = np.random.default_rng(9)
    plant = day.plant
    frame = plant.head.frame
    (west, south), (east, north) = day.xyz_m[:, :, :2].min((0, 1)), day.xyz_m[:, :, :2].max((0, 1))
    to_ns = START_NS + SHIFT_S * NS_PER_S
    from_ns = to_ns - 86_400 * NS_PER_S
    took_ms, fixes, stays = [], [], []
    for _ in range(SHAPES):
        x, y = rng.uniform((west, south), (east, north))
        width, height = rng.uniform(20, 120, 2)
        lon, lat = frame.to_lonlat(np.array([x, x + width]), np.array([y, y + height]))
        shape = box(lon[0], lat[0], lon[1], lat[1])
        looked = [0]

        def counted(chunks: Iterator[TrackChunk], looked: list[int] = looked) -> Iterator[TrackChunk]:
            for chunk in chunks:
                looked[0] += len(chunk)
                yield chunk

        began_s = time.perf_counter()
        with transaction(engine) as connection:
            chunks = read_tracks_near(connection, plant.head.code, frame, shape, from_ns, to_ns)
            found = visits(area_of(shape, frame), counted(chunks), from_ns, to_ns)
        took_ms.append(1000 * (time.perf_counter() - began_s))
        fixes.append(looked[0])
        stays.append(len(found))
    yield at_most("drawn_shape_p95_ms", round(float(np.percentile(took_ms, 95))), "ms, 24 h × 500 people", 1000)
    beside = f"median; looked at {np.median(fixes):,.0f} fixes, {np.median(stays):.0f} stays"
    yield told("drawn_shape_p50_ms", round(float(np.median(took_ms))), "ms", beside)
