"""What the journal says of alarms as plain columns, for whoever counts them; bodies stay in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, text, tuple_

from gis.store.histories import journal
from gis.store.journal import JournalEntry

if TYPE_CHECKING:
    from sqlalchemy import Connection

_COLUMNS = """
    t_ns, alarm, body->>'cause' AS cause, body->'alarm'->>'kind' AS kind,
    (body->'alarm'->>'priority')::int AS priority, body->'alarm'->>'state' AS state,
    body->'alarm'->>'fence' AS fence, body->'alarm'->>'sensor' AS sensor, body->'alarm'->>'asset' AS asset,
    body->'alarm'->>'subject' AS subject,
    coalesce(body->'alarm'->>'shelved', body->'alarm'->>'suppressed', body->'alarm'->>'out_of_service') IS NOT NULL
        AS quiet,
    coalesce(body->>'by', body->'alarm'->'shelved'->>'by', body->'alarm'->'out_of_service'->>'by') AS by,
    coalesce(body->'alarm'->'shelved'->>'reason', body->'alarm'->'out_of_service'->>'reason', body->>'why') AS reason,
    body->'alarm'->'handling'->-1->>'stage' AS stage
"""
_CHANGES = text(f"""
SELECT {_COLUMNS} FROM journal
WHERE plant = :plant AND t_ns >= :from_ns AND t_ns < :to_ns AND alarm IS NOT NULL
UNION ALL
SELECT {_COLUMNS} FROM journal
WHERE plant = :plant AND t_ns < :from_ns AND alarm IN (
    SELECT id FROM alarm WHERE plant = :plant AND raised_ns < :from_ns AND (open OR changed_ns >= :from_ns)
)
ORDER BY t_ns
""")  # noqa: S608 - constants of this module
_FIRST = text("SELECT min(t_ns) FROM journal WHERE plant = :plant")


def alarm_changes(conn: Connection, plant_code: str, from_ns: int, to_ns: int) -> list[dict[str, Any]]:
    """Every change of an alarm with from_ns ≤ t < to_ns, and before it those of alarms that were open at from_ns.

    Args:
        conn: in a transaction.
        plant_code: plant code.
        from_ns: first instant, UTC ns.
        to_ns: first instant no more, UTC ns.

    Returns:
        rows in order of time: t_ns, alarm (id), cause, kind, priority, state, fence, sensor, asset, subject, quiet
        (shelved, suppressed or out of service), by and reason of that, stage (last step of handling); None where
        there is nothing.
    """
    asked = {"plant": plant_code, "from_ns": from_ns, "to_ns": to_ns}
    return [dict(row) for row in conn.execute(_CHANGES, asked).mappings()]


def recorded_from(conn: Connection, plant_code: str) -> int | None:
    """When the plant's journal begins, UTC ns."""
    found: int | None = conn.scalar(_FIRST, {"plant": plant_code})
    return found


def alarm_lines(
    conn: Connection,
    plant_code: str,
    *,
    limit: int,
    before: tuple[int, int] | None = None,
    from_ns: int,
    to_ns: int,
    kind: str | None = None,
    subject: str | None = None,
    fence: str | None = None,
) -> list[JournalEntry]:
    """Changes of alarms with from_ns ≤ t < to_ns, the newest first.

    Args:
        conn: in a transaction.
        plant_code: plant code.
        limit: at most so many.
        before: (t_ns, seq) of the last line of the page before.
        from_ns: first instant, UTC ns.
        to_ns: first instant no more, UTC ns.
        kind: only this kind of alarm.
        subject: only about this subject, alone or among others.
        fence: only of this fence.
    """
    told = journal.c.body["alarm"]
    query = select(journal).where(
        journal.c.plant == plant_code,
        journal.c.t_ns >= from_ns,
        journal.c.t_ns < to_ns,
        journal.c.alarm.is_not(None),
    )
    if before is not None:
        query = query.where(tuple_(journal.c.t_ns, journal.c.seq) < before)
    if kind is not None:
        query = query.where(told["kind"].astext == kind)
    if subject is not None:
        query = query.where(or_(journal.c.subject == subject, told["subjects"].has_key(subject)))
    if fence is not None:
        query = query.where(told["fence"].astext == fence)
    rows = conn.execute(query.order_by(journal.c.t_ns.desc(), journal.c.seq.desc()).limit(limit)).mappings()
    return [JournalEntry(row["seq"], row["t_ns"], row["kind"], row["subject"], row["body"]) for row in rows]
