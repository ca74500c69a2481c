"""Small chunks of one subject and tag into one chunk of twenty minutes; late fixes come to stand in their place.

What is written while people walk is in chunks of seconds, so that it is safe soon; every such chunk has a row, index
entries and a path of its own. Once a window of time is past, its chunks become one, packed with more effort. A window
is put in order in one transaction, which a kill undoes whole; one that is in order already is left alone, so doing it
again changes nothing. A fix stored twice (same tag, same nanosecond) becomes one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sqlalchemy import text

from gis.fix import Reason
from gis.store.database import transaction
from gis.store.packing import SETTLED_LEVEL
from gis.store.paths import TrackChunk
from gis.store.tracks import append_chunks, decoded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Engine

    from gis.frames import SiteFrame

WINDOW_NS = 1200 * 1_000_000_000
_TRACKS_AT_ONCE = 100

_UNSETTLED = text("""
SELECT subject, tag, from_ns / :window AS number FROM track_chunk
WHERE plant = :plant AND from_ns >= :from_ns AND from_ns < :to_ns
GROUP BY subject, tag, number HAVING count(*) > 1 ORDER BY number, subject, tag LIMIT :most
""")
# Locked, so that two who compact do not both merge the same; a late fix may still be added meanwhile.
_CHUNKS = text("""
SELECT subject, tag, from_ns, from_ns / :window AS number, first_seq, last_seq, channels
FROM track_chunk JOIN unnest(CAST(:subjects AS text[]), CAST(:tags AS text[]), CAST(:numbers AS bigint[]))
    AS wanted (subject, tag, number) USING (subject, tag)
WHERE plant = :plant AND from_ns >= wanted.number * :window AND from_ns < (wanted.number + 1) * :window
    AND from_ns >= :from_ns AND from_ns < :to_ns
ORDER BY subject, tag, from_ns FOR UPDATE OF track_chunk
""")
_REMOVE = """
DELETE FROM track_chunk USING unnest(%b::text[], %b::text[], %b::int8[]) AS gone (subject, tag, from_ns)
WHERE track_chunk.plant = %s AND track_chunk.subject = gone.subject AND track_chunk.tag = gone.tag
    AND track_chunk.from_ns = gone.from_ns AND track_chunk.from_ns >= %s AND track_chunk.from_ns < %s
"""


class Compacted(NamedTuple):
    """How many chunks became how many, and how many fixes were there twice."""

    before: int = 0
    after: int = 0
    doubled: int = 0

    def plus(self, other: Compacted) -> Compacted:
        """Both together."""
        return Compacted(self.before + other.before, self.after + other.after, self.doubled + other.doubled)


def compact(
    engine: Engine, plant_code: str, frame: SiteFrame, from_ns: int, to_ns: int, *, most: int | None = None
) -> Compacted:
    """Put the windows that lie in [from, to) in order, some tracks at a time.

    Args:
        engine: the database; the account may delete chunks.
        plant_code: plant code.
        frame: the plant's site frame.
        from_ns: UTC ns; rounded up to a window.
        to_ns: UTC ns; rounded down to a window.
        most: stop after so many tracks' windows; None for all.

    Raises:
        StoreUnavailableError: the database is away; what was done is done.
        StoreError: the database refused.
    """
    asked = {
        "plant": plant_code,
        "from_ns": -(-from_ns // WINDOW_NS) * WINDOW_NS,
        "to_ns": to_ns // WINDOW_NS * WINDOW_NS,
        "window": WINDOW_NS,
    }
    done, tracks = Compacted(), 0
    while most is None or tracks < most:
        with transaction(engine) as connection:
            at_once = _TRACKS_AT_ONCE if most is None else min(_TRACKS_AT_ONCE, most - tracks)
            found = connection.execute(_UNSETTLED, asked | {"most": at_once}).all()
            if not found:
                break
            wanted = {
                "subjects": [row.subject for row in found],
                "tags": [row.tag for row in found],
                "numbers": [row.number for row in found],
            }
            rows = connection.execute(_CHUNKS, asked | wanted).all()
            groups: dict[tuple[str, str, int], list[TrackChunk]] = {}
            for row, chunk in zip(rows, decoded(rows, frame), strict=True):
                groups.setdefault((row.subject, row.tag, row.number), []).append(chunk)
            merged = [merge(chunks) for chunks in groups.values() if len(chunks) > 1]
            old = [row for row in rows if len(groups[row.subject, row.tag, row.number]) > 1]
            keys = ([row.subject for row in old], [row.tag for row in old], np.array([row.from_ns for row in old]))
            connection.exec_driver_sql(_REMOVE, (*keys, plant_code, asked["from_ns"], asked["to_ns"]))
            append_chunks(connection, plant_code, frame, merged, SETTLED_LEVEL)
        tracks += len(found)
        fixes = sum(len(chunk) for chunks in groups.values() if len(chunks) > 1 for chunk in chunks)
        done = done.plus(Compacted(len(old), len(merged), fixes - sum(map(len, merged))))
    return done


def merge(chunks: Sequence[TrackChunk]) -> TrackChunk:
    """Chunks of one subject and tag as one in order of time, each fix once (pure).

    The sequence numbers are those of the fixes that came in order, if there are any: by them a sink that starts again
    knows what is stored.
    """
    t_ns = np.concatenate([chunk.t_ns for chunk in chunks])
    _, order = np.unique(t_ns, return_index=True)
    in_order = [chunk for chunk in chunks if not np.all(chunk.reasons & Reason.LATE)] or list(chunks)

    def joined(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(chunk, name) for chunk in chunks])[order]

    return TrackChunk(
        subject=chunks[0].subject,
        tag_id=chunks[0].tag_id,
        t_ns=t_ns[order],
        xyz_m=joined("xyz_m"),
        cov_m2=joined("cov_m2"),
        velocity_mps=joined("velocity_mps"),
        p_still=joined("p_still"),
        status=joined("status"),
        reasons=joined("reasons"),
        first_seq=min(chunk.first_seq for chunk in in_order),
        last_seq=max(chunk.last_seq for chunk in in_order),
    )
