"""Musters: which there were, derived from the journal in the same transaction, and how each went.

A journal entry of kind `muster` holds `{"cause", "muster", "rows"}`: the muster without its rows, and the rows that
changed (all of them when it began or ended).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from gis.store.histories import journal, muster

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

KIND = "muster"


def keep_musters(conn: Connection, plant_code: str, entries: Iterable[tuple[int, dict[str, Any]]]) -> None:
    """What (seq, body) of the journal say of musters; an older word never overrules a newer one."""
    newest: dict[str, dict[str, Any]] = {}
    for seq, body in sorted(entries, key=lambda entry: entry[0]):
        told = body["muster"]
        row = {"plant": plant_code, "seq": seq, "body": told}
        newest[told["id"]] = row | {name: told[name] for name in ("id", "started_ns", "ended_ns")}
    if newest:
        statement = insert(muster)
        columns = {column.name: statement.excluded[column.name] for column in muster.c if not column.primary_key}
        newer = muster.c.seq < statement.excluded.seq
        statement = statement.on_conflict_do_update(index_elements=["plant", "id"], set_=columns, where=newer)
        conn.execute(statement, [newest[name] for name in sorted(newest)])


def list_musters(
    conn: Connection, plant_code: str, *, limit: int = 100, before: tuple[int, str] | None = None
) -> list[dict[str, Any]]:
    """Musters without their rows, the last begun first; `before` is (started_ns, id) of the last of the page before."""
    query = select(muster.c.body).where(muster.c.plant == plant_code)
    if before is not None:
        query = query.where(tuple_(muster.c.started_ns, muster.c.id) < before)
    return list(conn.scalars(query.order_by(muster.c.started_ns.desc(), muster.c.id.desc()).limit(limit)))


def muster_whole(conn: Connection, plant_code: str, muster_id: str, at_ns: int | None = None) -> dict[str, Any] | None:
    """One muster with its rows as they stood at an instant (UTC ns), by default at its end or now; None if unknown."""
    head = conn.scalar(select(muster.c.body).where(muster.c.plant == plant_code, muster.c.id == muster_id))
    if head is None:
        return None
    query = (
        select(journal.c.body)
        .where(journal.c.plant == plant_code, journal.c.kind == KIND, journal.c.t_ns >= head["started_ns"])
        .order_by(journal.c.seq)
    )
    last_ns = min((t for t in (at_ns, head["ended_ns"]) if t is not None), default=None)
    if last_ns is not None:
        query = query.where(journal.c.t_ns <= last_ns)
    return folded([body for body in conn.scalars(query) if body["muster"]["id"] == muster_id])


def muster_at(conn: Connection, plant_code: str, at_ns: int) -> dict[str, Any] | None:
    """The muster that was on at an instant (UTC ns), as it stood then."""
    query = select(muster.c.id).where(
        muster.c.plant == plant_code,
        muster.c.started_ns <= at_ns,
        or_(muster.c.ended_ns.is_(None), muster.c.ended_ns > at_ns),
    )
    found = conn.scalar(query.order_by(muster.c.started_ns.desc()).limit(1))
    return None if found is None else muster_whole(conn, plant_code, found, at_ns)


def muster_story(conn: Connection, plant_code: str, muster_id: str) -> list[tuple[int, str, list[dict[str, Any]]]]:
    """(UTC ns, cause, rows that changed) of one muster, in order."""
    head = conn.scalar(select(muster.c.body).where(muster.c.plant == plant_code, muster.c.id == muster_id))
    if head is None:
        return []
    query = (
        select(journal.c.t_ns, journal.c.body)
        .where(journal.c.plant == plant_code, journal.c.kind == KIND, journal.c.t_ns >= head["started_ns"])
        .order_by(journal.c.seq)
    )
    if head["ended_ns"] is not None:
        query = query.where(journal.c.t_ns <= head["ended_ns"])
    return [
        (row.t_ns, row.body["cause"], row.body["rows"])
        for row in conn.execute(query)
        if row.body["muster"]["id"] == muster_id
    ]


def folded(bodies: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """A muster with its rows from what the journal says of it, in order; None from nothing."""
    if not bodies:
        return None
    rows: dict[str, dict[str, Any]] = {}
    for body in bodies:
        for row in body["rows"]:
            rows[row["subject"]] = row
    return {**bodies[-1]["muster"], "rows": list(rows.values())}
