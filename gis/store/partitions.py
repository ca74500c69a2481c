"""Day partitions of the histories. A partition holds one UTC day; the day of a track chunk is that of its first fix."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import text

from gis.errors import StoreError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from sqlalchemy import Connection

HISTORIES = ("track_chunk", "reading", "journal")
DAY_NS = 86_400_000_000_000
_EPOCH = date(1970, 1, 1)


def day_of(t_ns: int) -> date:
    """The UTC day of an instant."""
    return datetime.fromtimestamp(t_ns // 1_000_000_000, UTC).date()


def ensure_days(conn: Connection, from_day: date, to_day: date) -> None:
    """Make the partitions of all histories for the days from one to another, both included."""
    for number in range((to_day - from_day).days + 1):
        for history in HISTORIES:
            _ensure(conn, history, from_day + timedelta(days=number))


def ensure_for(conn: Connection, history: str, t_ns: ArrayLike) -> None:
    """Make the partitions of one history that rows of these instants (UTC ns) need."""
    for number in np.unique(np.asarray(t_ns, np.int64) // DAY_NS):
        _ensure(conn, history, _EPOCH + timedelta(days=int(number)))


def drop_before(conn: Connection, history: str, day: date) -> list[str]:
    """Drop a history's partitions that end before a day begins; needs the owner's rights.

    Returns:
        The names of what was dropped.

    Raises:
        StoreError: the journal, whose chain must tell: see `gis.store.journal_chain.retire`.
    """
    if history == "journal":
        raise StoreError("the journal is dropped by gis.store.journal_chain.retire, which tells its chain")
    return drop_days(conn, history, day)


def drop_days(conn: Connection, history: str, day: date) -> list[str]:
    """What `drop_before` and `journal_chain.retire` do to the tables."""
    names = conn.scalars(
        text(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = CAST(:history AS regclass) ORDER BY 1"
        ),
        {"history": history},
    ).all()
    old = [name for name in names if name.rpartition("_")[2] < f"{day:%Y%m%d}"]
    for name in old:
        conn.execute(text(f'DROP TABLE "{name}"'))
    return old


def _ensure(conn: Connection, history: str, day: date) -> None:
    conn.execute(
        text("SELECT ensure_history_day(CAST(:history AS regclass), CAST(:day AS date))"),
        {"history": history, "day": day},
    )
