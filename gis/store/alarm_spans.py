"""Alarms by when they stood, not by when they were raised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from gis.store.histories import alarm

if TYPE_CHECKING:
    from sqlalchemy import Connection


def alarms_between(
    conn: Connection, plant_code: str, from_ns: int | None, to_ns: int | None, limit: int
) -> list[dict[str, Any]]:
    """Alarms raised at or before `to_ns` that were still changing, or are still open, at or after `from_ns`.

    An alarm that came to its end before `from_ns` but was spoken of later is among them: look at its own times.

    Args:
        conn: in a transaction.
        plant_code: plant code.
        from_ns: UTC ns; None for the beginning of time.
        to_ns: UTC ns; None for the end of time.
        limit: at most so many, the last raised first.
    """
    query = select(alarm.c.body).where(alarm.c.plant == plant_code)
    if to_ns is not None:
        query = query.where(alarm.c.raised_ns <= to_ns)
    if from_ns is not None:
        query = query.where(or_(alarm.c.open, alarm.c.changed_ns >= from_ns))
    return list(conn.scalars(query.order_by(alarm.c.raised_ns.desc(), alarm.c.id.desc()).limit(limit)))
