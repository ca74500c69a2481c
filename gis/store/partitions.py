"""Day partitions of the histories. A partition holds one UTC day; the day of a track chunk is that of its first fix."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from sqlalchemy import Connection

HISTORIES = ("track_chunk", "reading", "journal")
DAY_NS = 86_400_000_000_000
_EPOCH = date(1970, 1, 1)
_PARTS = text(
    "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
    " WHERE inhparent = CAST(:history AS regclass)"
)


def day_of(t_ns: int) -> date:
    """The UTC day of an instant."""
    return datetime.fromtimestamp(t_ns // 1_000_000_000, UTC).date()


def begin_ns(day: date) -> int:
    """The instant at which a day begins, UTC ns."""
    return (day - _EPOCH).days * DAY_NS


def ensure_days(conn: Connection, from_day: date, to_day: date) -> None:
    """Make the partitions of all histories for the days from one to another, both included."""
    for number in range((to_day - from_day).days + 1):
        for history in HISTORIES:
            _ensure(conn, history, from_day + timedelta(days=number))


def ensure_for(conn: Connection, history: str, t_ns: ArrayLike) -> None:
    """Make the partitions of one history that rows of these instants (UTC ns) need."""
    for number in np.unique(np.asarray(t_ns, np.int64) // DAY_NS):
        _ensure(conn, history, _EPOCH + timedelta(days=int(number)))


def days_of(conn: Connection, history: str) -> list[date]:
    """The days a history has partitions for, the oldest first."""
    names = conn.scalars(_PARTS, {"history": history}).all()
    return sorted(datetime.strptime(name.rpartition("_")[2], "%Y%m%d").replace(tzinfo=UTC).date() for name in names)


def _ensure(conn: Connection, history: str, day: date) -> None:
    conn.execute(
        text("SELECT ensure_history_day(CAST(:history AS regclass), CAST(:day AS date))"),
        {"history": history, "day": day},
    )
