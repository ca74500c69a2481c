"""Tracks in the database: chunks of fixes in, the fixes of any span of time out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import text

from gis.store import partitions
from gis.store.paths import (
    LONGEST_NS,
    TrackChunk,
    decode_covariance,
    decode_paths,
    encode_covariance,
    encode_paths,
    encode_probability,
    encode_velocity,
    storable,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shapely.geometry.base import BaseGeometry
    from sqlalchemy import Connection

    from gis.frames import SiteFrame

__all__ = ["TrackChunk", "append_chunks", "positions_at", "read_tracks", "read_tracks_near"]

_INSERT = """
INSERT INTO track_chunk (plant, subject, from_ns, tag, to_ns, first_seq, last_seq, path, sigma_x, sigma_y, correlation,
                         vx_mmps, vy_mmps, p_still, status, reasons)
VALUES (%s, %s, %s, %s, %s, %s, %s, %b::bytea::geometry, %b::int2[], %b::int2[], %b::int2[],
        %b::int2[], %b::int2[], %b, %b, %b::int4[])
ON CONFLICT DO NOTHING
"""
_COLUMNS = """
SELECT subject, tag, from_ns, to_ns, first_seq, last_seq, path::bytea AS path, sigma_x, sigma_y, correlation,
       vx_mmps, vy_mmps, p_still, status, reasons
FROM track_chunk """
_OVERLAPS = "WHERE plant = :plant AND from_ns > :began_ns AND from_ns < :to_ns AND to_ns >= :from_ns "
_IN_ORDER = "ORDER BY subject, from_ns, tag"
_SPAN = text(_COLUMNS + _OVERLAPS + _IN_ORDER)
_OF_SOME = "AND subject = ANY(:subjects) "
_SPAN_OF_SOME = text(_COLUMNS + _OVERLAPS + _OF_SOME + _IN_ORDER)
# One box in longitude, latitude, height and time, against the index over the paths' boxes. Its heights are open ends.
_NEAR = (
    "AND path &&& ST_SetSRID(ST_MakeLine("
    "ST_MakePoint(:west, :south, -1e6, :from_s), ST_MakePoint(:east, :north, 1e6, :to_s)), 4326) "
)
_SPAN_NEAR = text(_COLUMNS + _OVERLAPS + _NEAR + _IN_ORDER)
_SPAN_NEAR_OF_SOME = text(_COLUMNS + _OVERLAPS + _NEAR + _OF_SOME + _IN_ORDER)
# Chunks that are running at the instant, and of each subject the one that ended last before it. Found by their keys
# first, so that only the chosen ones are unpacked.
_AT = text(
    "WITH chosen AS MATERIALIZED ("  # noqa: S608 - joined of constants above; values are parameters
    " SELECT subject, from_ns, tag FROM track_chunk"
    " WHERE plant = :plant AND from_ns > :began_ns AND from_ns <= :at_ns AND to_ns >= :at_ns"
    " UNION ALL ("
    "  SELECT DISTINCT ON (subject) subject, from_ns, tag FROM track_chunk"
    "  WHERE plant = :plant AND from_ns > :long_ago_ns AND from_ns <= :at_ns"
    "  AND to_ns < :at_ns AND to_ns >= :oldest_ns ORDER BY subject, to_ns DESC)"
    ") "
    + _COLUMNS
    + "JOIN chosen USING (subject, from_ns, tag) WHERE plant = :plant AND from_ns > :long_ago_ns AND from_ns <= :at_ns"
)


def append_chunks(conn: Connection, plant_code: str, frame: SiteFrame, chunks: Iterable[TrackChunk]) -> None:
    """Store chunks; one that is already there (same plant, subject, tag and first instant) is left as it is.

    Positions come back within 1 mm, times to the millisecond, σ within 0.1 %.

    Raises:
        StoreError: a position is not finite.
        sqlalchemy.exc.DBAPIError: the database refused.
    """
    parts = [part for chunk in chunks for part in storable(chunk)]
    if not parts:
        return
    partitions.ensure_for(conn, "track_chunk", [int(part.t_ns[0]) for part in parts])
    paths = encode_paths(parts, frame)
    conn.exec_driver_sql(_INSERT, [_row(plant_code, part, path) for part, path in zip(parts, paths, strict=True)])


def read_tracks(
    conn: Connection,
    plant_code: str,
    frame: SiteFrame,
    from_ns: int,
    to_ns: int,
    subjects: Sequence[str] | None = None,
) -> list[TrackChunk]:
    """The fixes with from_ns ≤ t < to_ns, as chunks ordered by subject and first time.

    Args:
        conn: in a transaction.
        plant_code: plant code.
        frame: the plant's site frame.
        from_ns: first instant, UTC ns.
        to_ns: first instant no more, UTC ns.
        subjects: only these; None for all.
    """
    asked = {"plant": plant_code, "from_ns": from_ns, "to_ns": to_ns, "began_ns": from_ns - LONGEST_NS}
    if subjects is None:
        rows = conn.execute(_SPAN, asked).all()
    else:
        rows = conn.execute(_SPAN_OF_SOME, asked | {"subjects": list(subjects)}).all()
    chunks = []
    for chunk in _decoded(rows, frame):
        inside = (chunk.t_ns >= from_ns) & (chunk.t_ns < to_ns)
        if inside.all():
            chunks.append(chunk)
        elif inside.any():
            chunks.append(chunk.part(inside))
    return chunks


def read_tracks_near(
    conn: Connection,
    plant_code: str,
    frame: SiteFrame,
    shape_lonlat: BaseGeometry,
    from_ns: int,
    to_ns: int,
    subjects: Sequence[str] | None = None,
) -> list[TrackChunk]:
    """The chunks with fixes in from_ns ≤ t < to_ns whose path comes near a shape, whole, by subject and first time.

    Near means that the box about the path, grown by two metres and five minutes at most, meets the box about the
    shape; whether a fix is inside the shape, and inside the span, is for the caller to see: the fixes before and after
    tell how long it was.

    Args:
        conn: in a transaction.
        plant_code: plant code.
        frame: the plant's site frame.
        shape_lonlat: any geometry in degrees.
        from_ns: first instant, UTC ns.
        to_ns: first instant no more, UTC ns.
        subjects: only these; None for all.
    """
    if shape_lonlat.is_empty:
        return []
    west, south, east, north = shape_lonlat.bounds
    asked = {"plant": plant_code, "from_ns": from_ns, "to_ns": to_ns, "began_ns": from_ns - LONGEST_NS}
    asked |= {"west": west, "south": south, "east": east, "north": north, "from_s": from_ns / 1e9, "to_s": to_ns / 1e9}
    if subjects is None:
        rows = conn.execute(_SPAN_NEAR, asked).all()
    else:
        rows = conn.execute(_SPAN_NEAR_OF_SOME, asked | {"subjects": list(subjects)}).all()
    return [chunk for chunk in _decoded(rows, frame) if np.any((chunk.t_ns >= from_ns) & (chunk.t_ns < to_ns))]


def positions_at(
    conn: Connection, plant_code: str, frame: SiteFrame, at_ns: int, *, oldest_s: float = 600.0
) -> list[TrackChunk]:
    """Each subject's last fix up to an instant, as chunks of one; those older than `oldest_s` are left out."""
    oldest_ns = at_ns - round(oldest_s * 1e9)
    began_ns = at_ns - LONGEST_NS
    asked = {"plant": plant_code, "at_ns": at_ns, "oldest_ns": oldest_ns, "began_ns": began_ns}
    rows = conn.execute(_AT, asked | {"long_ago_ns": oldest_ns - LONGEST_NS}).all()
    last: dict[str, TrackChunk] = {}
    for chunk in _decoded(rows, frame):
        known = last.get(chunk.subject)
        until = int(np.searchsorted(chunk.t_ns, at_ns, side="right"))
        if until and chunk.t_ns[until - 1] >= oldest_ns and (known is None or chunk.t_ns[until - 1] > known.t_ns[-1]):
            last[chunk.subject] = chunk.part(slice(until - 1, until))
    return [last[subject] for subject in sorted(last)]


def _decoded(rows: Sequence[Any], frame: SiteFrame) -> Iterator[TrackChunk]:
    if not rows:
        return
    lengths = [len(row.status) for row in rows]
    xyz_m, t_ns = decode_paths([row.path for row in rows], lengths, frame)
    start = 0
    for row, length in zip(rows, lengths, strict=True):
        yield _chunk(row, xyz_m[start : start + length], t_ns[start : start + length].copy())
        start += length


def _row(plant: str, chunk: TrackChunk, path: bytes) -> tuple[Any, ...]:
    sigma_x, sigma_y, correlation = encode_covariance(chunk.cov_m2)
    velocity = encode_velocity(chunk.velocity_mps)
    return (
        plant,
        chunk.subject,
        int(chunk.t_ns[0]),
        chunk.tag_id,
        int(chunk.t_ns[-1]),
        chunk.first_seq,
        chunk.last_seq,
        path,
        sigma_x,
        sigma_y,
        correlation,
        velocity[:, 0],
        velocity[:, 1],
        encode_probability(chunk.p_still),
        np.asarray(chunk.status, np.uint8).tobytes(),
        np.asarray(chunk.reasons, np.uint32).view(np.int32),
    )


def _chunk(row: Any, xyz_m: np.ndarray[Any, np.dtype[np.float64]], t_ns: np.ndarray[Any, Any]) -> TrackChunk:
    # The ends are stored to the nanosecond.
    t_ns[0], t_ns[-1] = row.from_ns, row.to_ns
    covariance = (np.array(channel, np.int16) for channel in (row.sigma_x, row.sigma_y, row.correlation))
    return TrackChunk(
        subject=row.subject,
        tag_id=row.tag,
        t_ns=t_ns,
        xyz_m=xyz_m,
        cov_m2=decode_covariance(*covariance),
        velocity_mps=np.column_stack([row.vx_mmps, row.vy_mmps]) / 1000.0,
        p_still=np.frombuffer(row.p_still, np.uint8) / 255.0,
        status=np.frombuffer(row.status, np.uint8),
        reasons=np.array(row.reasons, np.int32).view(np.uint32),
        first_seq=row.first_seq,
        last_seq=row.last_seq,
    )
