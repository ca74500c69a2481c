"""What a replay reads beside tracks: values of all sensors at once, thinned; how much happened in a stretch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from gis.store.histories import journal
from gis.store.readings import QUALITIES, StoredReading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

# The last value of each step is one that really was measured; a mean would not be.
_THINNED = text("""
SELECT DISTINCT ON (sensor, bucket) sensor, t_ns, value, quality FROM (
    SELECT sensor, t_ns, value, quality, (t_ns - :from_ns) / :width AS bucket FROM reading
    WHERE plant = :plant AND t_ns >= :from_ns AND t_ns < :to_ns
) AS readings ORDER BY sensor, bucket, t_ns DESC
""")


def thinned_readings(
    conn: Connection, plant_code: str, from_ns: int, to_ns: int, max_points: int
) -> list[StoredReading]:
    """The last reading of each of `max_points` equal steps of from_ns ≤ t < to_ns, by sensor and time."""
    width = max(1, -(-(to_ns - from_ns) // max(1, max_points)))
    asked = {"plant": plant_code, "from_ns": from_ns, "to_ns": to_ns, "width": width}
    return [
        StoredReading(row.sensor, row.t_ns, row.value, QUALITIES[row.quality]) for row in conn.execute(_THINNED, asked)
    ]


def entries_between(conn: Connection, plant_code: str, from_ns: int, to_ns: int, kinds: Sequence[str]) -> int:
    """How many entries of these kinds the journal holds with from_ns ≤ t < to_ns."""
    query = select(func.count()).where(
        journal.c.plant == plant_code,
        journal.c.t_ns >= from_ns,
        journal.c.t_ns < to_ns,
        journal.c.kind.in_(list(kinds)),
    )
    return int(conn.scalar(query) or 0)
