"""Tracks in the database: chunks of fixes in, the fixes of any span of time out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import text

from gis.store import partitions
from gis.store.packing import FRESH_LEVEL, Unpacked, packed
from gis.store.paths import LONGEST_NS, TrackChunk, encode_paths, storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shapely.geometry.base import BaseGeometry
    from sqlalchemy import Connection

    from gis.frames import SiteFrame

__all__ = ["TrackChunk", "append_chunks", "read_tracks", "read_tracks_near"]

# One statement a batch: the arrays are taken apart in the database.
_INSERT = """
INSERT INTO track_chunk (plant, subject, from_ns, tag, to_ns, first_seq, last_seq, fixes, path, channels)
SELECT %s, subject, from_ns, tag, to_ns, first_seq, last_seq, fixes, path::geometry, channels
FROM unnest(%b::text[], %b::int8[], %b::text[], %b::int8[], %b::int8[], %b::int8[], %b::int4[],
            %b::bytea[], %b::bytea[])
    AS given (subject, from_ns, tag, to_ns, first_seq, last_seq, fixes, path, channels)
ON CONFLICT DO NOTHING
"""
# So many chunks go in one statement: some megabytes.
_AT_ONCE = 1000
# So many bytes are unpacked at once, some ten thousand fixes: what is made of them stays in the processor's cache, and
# whoever needs but one after another never holds them all.
_BYTES_AT_ONCE = 250_000
_COLUMNS = "SELECT subject, tag, first_seq, last_seq, channels FROM track_chunk "
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


def append_chunks(
    conn: Connection, plant_code: str, frame: SiteFrame, chunks: Iterable[TrackChunk], level: int = FRESH_LEVEL
) -> None:
    """Store chunks; one that is already there (same plant, subject, tag and first instant) is left as it is.

    Places come back within 2.5 mm on each axis, times as they are, σ within 1 %, velocities within 5 mm/s.

    Raises:
        StoreError: a position is not finite.
        sqlalchemy.exc.DBAPIError: the database refused.
    """
    parts = [part for chunk in chunks for part in storable(chunk)]
    if not parts:
        return
    partitions.ensure_for(conn, "track_chunk", [int(part.t_ns[0]) for part in parts])
    for first in range(0, len(parts), _AT_ONCE):
        some = parts[first : first + _AT_ONCE]
        conn.exec_driver_sql(
            _INSERT, (plant_code, *_arrays(some), encode_paths(some, frame), packed(some, frame, level))
        )


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
    for chunk in decoded(rows, frame):
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
) -> Iterator[TrackChunk]:
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
        return iter(())
    west, south, east, north = shape_lonlat.bounds
    asked = {"plant": plant_code, "from_ns": from_ns, "to_ns": to_ns, "began_ns": from_ns - LONGEST_NS}
    asked |= {"west": west, "south": south, "east": east, "north": north, "from_s": from_ns / 1e9, "to_s": to_ns / 1e9}
    if subjects is None:
        rows = conn.execute(_SPAN_NEAR, asked).all()
    else:
        rows = conn.execute(_SPAN_NEAR_OF_SOME, asked | {"subjects": list(subjects)}).all()
    return (chunk for chunk in decoded(rows, frame) if np.any((chunk.t_ns >= from_ns) & (chunk.t_ns < to_ns)))


def decoded(rows: Sequence[Any], frame: SiteFrame) -> Iterator[TrackChunk]:
    """Rows with subject, tag, first_seq, last_seq and channels as chunks, in their order, some at a time."""
    first, size = 0, 0
    for number, row in enumerate(rows):
        size += len(row.channels)
        if size >= _BYTES_AT_ONCE or number == len(rows) - 1:
            yield from _chunks(rows[first : number + 1], frame)
            first, size = number + 1, 0


def _chunks(rows: Sequence[Any], frame: SiteFrame) -> Iterator[TrackChunk]:
    fixes = Unpacked([row.channels for row in rows], frame)
    start = 0
    for row, length in zip(rows, fixes.lengths.tolist(), strict=True):
        own = slice(start, start + length)
        yield TrackChunk(
            subject=row.subject,
            tag_id=row.tag,
            t_ns=fixes.t_ns[own],
            xyz_m=fixes.xyz_m[own],
            cov_m2=fixes.cov_m2[own],
            velocity_mps=fixes.velocity_mps[own],
            p_still=fixes.p_still[own],
            status=fixes.status[own],
            reasons=fixes.reasons[own],
            first_seq=row.first_seq,
            last_seq=row.last_seq,
        )
        start += length


def _arrays(chunks: Sequence[TrackChunk]) -> tuple[Any, ...]:
    """The plain columns of chunks."""
    return (
        [chunk.subject for chunk in chunks],
        np.array([chunk.t_ns[0] for chunk in chunks], np.int64),
        [chunk.tag_id for chunk in chunks],
        np.array([chunk.t_ns[-1] for chunk in chunks], np.int64),
        np.array([chunk.first_seq for chunk in chunks], np.int64),
        np.array([chunk.last_seq for chunk in chunks], np.int64),
        np.array([len(chunk) for chunk in chunks], np.int32),
    )
