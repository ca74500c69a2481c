"""One sensor's readings as they came, for whoever must see each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from gis.store.readings import QUALITIES, StoredReading

if TYPE_CHECKING:
    from sqlalchemy import Connection

_VALUES = text("""
SELECT t_ns, value, quality FROM reading
WHERE plant = :plant AND sensor = :sensor AND t_ns >= :from_ns AND t_ns < :to_ns ORDER BY t_ns LIMIT :most
""")
_BEFORE = text("""
SELECT t_ns, value, quality FROM reading
WHERE plant = :plant AND sensor = :sensor AND t_ns < :from_ns AND t_ns >= :oldest_ns ORDER BY t_ns DESC LIMIT 1
""")


def sensor_values(
    conn: Connection, plant_code: str, sensor: str, from_ns: int, to_ns: int, *, most: int = 100_000
) -> list[StoredReading]:
    """The readings with from_ns ≤ t < to_ns in order of time, after the one that held at from_ns if it is stored.

    Args:
        conn: in a transaction.
        plant_code: plant code.
        sensor: sensor code.
        from_ns: first instant, UTC ns.
        to_ns: first instant no more, UTC ns.
        most: further readings are left out.
    """
    asked = {"plant": plant_code, "sensor": sensor, "from_ns": from_ns, "to_ns": to_ns, "most": most}
    before = conn.execute(_BEFORE, asked | {"oldest_ns": from_ns - 86_400 * 10**9}).all()
    rows = [*before, *conn.execute(_VALUES, asked)]
    return [StoredReading(sensor, row.t_ns, row.value, QUALITIES[row.quality]) for row in rows]
