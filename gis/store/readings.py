"""Sensor readings in the database: values in, trends and last values out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sqlalchemy import text

from gis.errors import StoreError
from gis.store import partitions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from sqlalchemy import Connection

QUALITIES = ("good", "bad", "stale", "maintenance")
"""A reading's quality is stored as its place in this list."""

_NUMBER = {quality: number for number, quality in enumerate(QUALITIES)}

_INSERT = """
INSERT INTO reading (plant, sensor, t_ns, value, quality)
SELECT %s, sensor, t_ns, value, quality FROM unnest(%s::text[], %b, %b, %b) AS given (sensor, t_ns, value, quality)
ON CONFLICT DO NOTHING
"""

# Buckets are cut from from_ns on; a bucket without a value is left out, so a gap stays a gap.
_SERIES = text("""
SELECT (:from_ns + (bucket + 0.5) * :width)::bigint AS t_ns, least, mean, most FROM (
    SELECT (t_ns - :from_ns) / :width AS bucket, min(value) AS least, avg(value) AS mean, max(value) AS most
    FROM reading
    WHERE plant = :plant AND sensor = :sensor AND t_ns >= :from_ns AND t_ns < :to_ns AND quality = ANY(:qualities)
    GROUP BY 1
) AS buckets ORDER BY bucket
""")

# One backward step along the primary key per sensor, however long the history is.
_LATEST = text("""
SELECT known.code AS sensor, last.t_ns, last.value, last.quality
FROM (SELECT DISTINCT code FROM sensor WHERE plant = :plant) AS known
CROSS JOIN LATERAL (
    SELECT t_ns, value, quality FROM reading
    WHERE plant = :plant AND sensor = known.code AND t_ns <= :at_ns AND t_ns > :oldest_ns
    ORDER BY t_ns DESC LIMIT 1
) AS last ORDER BY known.code
""")


_BEYOND = text("""
SELECT reading.sensor, t_ns, value
FROM unnest(CAST(:sensors AS text[]), CAST(:low AS float8[]), CAST(:high AS float8[])) AS asked (sensor, low, high)
JOIN reading ON reading.plant = :plant AND reading.sensor = asked.sensor
WHERE t_ns >= :from_ns AND t_ns < :to_ns AND quality = 0 AND (value <= asked.low OR value >= asked.high)
ORDER BY reading.sensor, t_ns
""")


class StoredReading(NamedTuple):
    """One reading as stored."""

    sensor: str
    t_ns: int
    value: float
    quality: str


def append_readings(
    conn: Connection, plant_code: str, sensor: Sequence[str], t_ns: ArrayLike, value: ArrayLike, quality: Sequence[str]
) -> None:
    """Store n readings; one that is already there (same plant, sensor and instant) is left as it is.

    Args:
        conn: in a transaction.
        plant_code: plant code.
        sensor: (n,) sensor codes.
        t_ns: (n,) UTC ns.
        value: (n,) in each sensor's unit.
        quality: (n,) of `QUALITIES`.

    Raises:
        StoreError: lengths differ, or a quality is not one of `QUALITIES`.
        sqlalchemy.exc.DBAPIError: the database refused.
    """
    times, values = np.asarray(t_ns, np.int64), np.asarray(value, np.float64)
    if not len(sensor) == len(times) == len(values) == len(quality):
        raise StoreError("sensor, time, value and quality differ in length")
    if len(times) == 0:
        return
    try:
        qualities = np.array([_NUMBER[word] for word in quality], np.int16)
    except KeyError as error:
        raise StoreError(f"no such quality: {error}") from error
    partitions.ensure_for(conn, "reading", times)
    conn.exec_driver_sql(_INSERT, (plant_code, list(sensor), times, values, qualities))


def read_series(
    conn: Connection,
    plant_code: str,
    sensor: str,
    from_ns: int,
    to_ns: int,
    max_points: int,
    qualities: Sequence[str] = ("good",),
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """A sensor's trend with from_ns ≤ t < to_ns in at most `max_points` equal buckets of time.

    Returns:
        (n,) middle of each bucket that holds a value (UTC ns), and its least, mean and greatest value.
    """
    width = max(1, -(-(to_ns - from_ns) // max(1, max_points)))
    numbers = [_NUMBER[quality] for quality in qualities]
    asked = {"plant": plant_code, "sensor": sensor, "from_ns": from_ns, "to_ns": to_ns, "width": width}
    rows = conn.execute(_SERIES, asked | {"qualities": numbers}).all()
    t_ns = np.array([row.t_ns for row in rows], np.int64)
    least, mean, most = (np.array([row[column] for row in rows], float) for column in (1, 2, 3))
    return t_ns, least, mean, most


def latest(
    conn: Connection, plant_code: str, at_ns: int | None = None, *, oldest_s: float = 86_400.0
) -> list[StoredReading]:
    """The last reading up to an instant (None: of all) of each sensor the plant has, by sensor code.

    Args:
        conn: in a transaction.
        plant_code: plant code.
        at_ns: UTC ns.
        oldest_s: readings older than this before `at_ns` are left out; it bounds how far back is searched.
    """
    at = at_ns if at_ns is not None else 2**63 - 1
    oldest = at_ns - round(oldest_s * 1e9) if at_ns is not None else 0
    rows = conn.execute(_LATEST, {"plant": plant_code, "at_ns": at, "oldest_ns": oldest})
    return [StoredReading(row.sensor, row.t_ns, row.value, QUALITIES[row.quality]) for row in rows]


def readings_beyond(
    conn: Connection,
    plant_code: str,
    from_ns: int,
    to_ns: int,
    limits: Sequence[tuple[str, float, float]],
) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Good readings with from_ns ≤ t < to_ns at or beyond a limit, by sensor: times rising, and values.

    Args:
        conn: in a transaction.
        plant_code: plant code.
        from_ns: first instant, UTC ns.
        to_ns: first instant no more, UTC ns.
        limits: (sensor, low, high): a value at or below low, or at or above high, is beyond; infinite for none.
    """
    sensors, low, high = zip(*limits, strict=True) if limits else ((), (), ())
    asked = {"plant": plant_code, "from_ns": from_ns, "to_ns": to_ns}
    asked |= {"sensors": list(sensors), "low": list(low), "high": list(high)}
    rows = conn.execute(_BEYOND, asked).all()
    found: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
    names = np.array([row.sensor for row in rows], object)
    t_ns = np.array([row.t_ns for row in rows], np.int64)
    value = np.array([row.value for row in rows], np.float64)
    for name in dict.fromkeys(names.tolist()):
        mine = names == name
        found[name] = (t_ns[mine], value[mine])
    return found
