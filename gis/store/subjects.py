"""Who has a track in a stretch of time: names only, so that long stretches can be read a few subjects at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from gis.store.histories import track_chunk
from gis.store.paths import LONGEST_NS

if TYPE_CHECKING:
    from sqlalchemy import Connection


def tracked_subjects(conn: Connection, plant_code: str, from_ns: int, to_ns: int) -> list[str]:
    """Subjects with stored fixes that may fall in from_ns ≤ t < to_ns, by code.

    A chunk that spans the stretch without a fix in it names its subject too.
    """
    query = (
        select(track_chunk.c.subject)
        .distinct()
        .where(
            track_chunk.c.plant == plant_code,
            track_chunk.c.from_ns > from_ns - LONGEST_NS,
            track_chunk.c.from_ns < to_ns,
            track_chunk.c.to_ns >= from_ns,
        )
    )
    return sorted(conn.scalars(query))
