"""The journal: every crossing, alarm change and gap, in order, never changed; crossings and alarms derived from it.

An entry of kind `crossing` carries `fence`, `fence_version` and `direction` in its body. An entry of any kind whose
body holds `alarm` (an object with at least `id`, `kind`, `priority`, `state`, `raised_ns`, `changed_ns`, `subject`)
says how that alarm stands from then on. Bodies are plain JSON values.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import BigInteger, and_, cast, func, or_, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert

from gis.errors import StoreError
from gis.store import journal_chain, partitions
from gis.store.histories import alarm, crossing, journal
from gis.store.musters import KIND as MUSTER
from gis.store.musters import keep_musters
from gis.store.stays import keep_stays

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Select

# Columns go as arrays: one statement for a burst of entries, not one each.
_ENTRY_COLUMNS = ("plant", "seq", "t_ns", "kind", "subject", "alarm", "body", "link", "hash")
_INSERT_ENTRIES = """
INSERT INTO journal (plant, seq, t_ns, kind, subject, alarm, body, link, hash)
SELECT plant, seq, t_ns, kind, subject, alarm, body::jsonb, link, hash
FROM unnest(%s::text[], %b::int8[], %b::int8[], %s::text[], %s::text[], %s::text[], %s::text[], %b::int8[], %b::bytea[])
    AS given (plant, seq, t_ns, kind, subject, alarm, body, link, hash)
"""
_CROSSING_COLUMNS = ("plant", "seq", "t_ns", "subject", "fence", "fence_version", "direction", "body")
_INSERT_CROSSINGS = """
INSERT INTO crossing (plant, seq, t_ns, subject, fence, fence_version, direction, body)
SELECT plant, seq, t_ns, subject, fence, fence_version, direction, body::jsonb
FROM unnest(%s::text[], %b::int8[], %b::int8[], %s::text[], %s::text[], %b::int4[], %s::text[], %s::text[])
    AS given (plant, seq, t_ns, subject, fence, fence_version, direction, body)
ON CONFLICT DO NOTHING RETURNING seq
"""

# Written out, so that the database sees that the index over gaps will do whatever the parameters.
_IS_GAP = text("kind = 'gap'")

NORMAL = "normal"
"""The state of an alarm that is over; every other state is open."""


class JournalEntry(msgspec.Struct, frozen=True):
    """One line of the journal.

    Attributes:
        seq: number of the effect, unique in its plant.
        t_ns: event time, UTC ns.
        kind: crossing, alarm, ack, gap, …
        subject: whom or what it is about; may be empty.
        body: plain JSON values.
    """

    seq: int
    t_ns: int
    kind: str
    subject: str
    body: dict[str, Any]


def append_entries(conn: Connection, plant_code: str, entries: Sequence[JournalEntry]) -> None:
    """Store entries, and what follows from them for crossings and alarms, in the caller's transaction.

    Entries that are already there (same plant and seq) change nothing; an older word on an alarm never overrules a
    newer one. What is new becomes the next links of the plant's chain.

    Raises:
        StoreError: an entry of a crossing or alarm lacks what its table needs.
        sqlalchemy.exc.DBAPIError: the database refused.
    """
    if not entries:
        return
    partitions.ensure_for(conn, "journal", [entry.t_ns for entry in entries])
    try:
        lines = [_line(plant_code, entry) for entry in entries]
        crossings = [_crossing(plant_code, entry) for entry in entries if entry.kind == "crossing"]
        alarms = _newest_alarms(plant_code, entries)
    except (KeyError, TypeError) as error:
        raise StoreError(f"a journal entry lacks {error}") from error
    new = journal_chain.linked(conn, plant_code, lines)
    if new:
        conn.exec_driver_sql(_INSERT_ENTRIES, _columns(new, _ENTRY_COLUMNS))
    if crossings:
        stored = conn.exec_driver_sql(_INSERT_CROSSINGS, _columns(crossings, _CROSSING_COLUMNS))
        keep_stays(conn, plant_code, list(stored.scalars()))
    keep_musters(conn, plant_code, [(entry.seq, entry.body) for entry in entries if entry.kind == MUSTER])
    if alarms:
        statement = insert(alarm)
        columns = {column.name: statement.excluded[column.name] for column in alarm.c if not column.primary_key}
        newer = alarm.c.seq < statement.excluded.seq
        conn.execute(statement.on_conflict_do_update(index_elements=["plant", "id"], set_=columns, where=newer), alarms)


def read_entries(
    conn: Connection, plant_code: str, from_ns: int, to_ns: int, kinds: Sequence[str] | None = None
) -> list[JournalEntry]:
    """The entries with from_ns ≤ t < to_ns, by seq."""
    query = select(journal).where(journal.c.plant == plant_code, *_between(journal.c.t_ns, from_ns, to_ns))
    if kinds is not None:
        query = query.where(journal.c.kind.in_(list(kinds)))
    return [_entry(row) for row in conn.execute(query.order_by(journal.c.seq)).mappings()]


def read_gaps(conn: Connection, plant_code: str, from_ns: int, to_ns: int) -> list[JournalEntry]:
    """The entries of kind `gap` with from_ns ≤ t < to_ns, by seq; by an index of their own, for they are few."""
    query = select(journal).where(journal.c.plant == plant_code, *_between(journal.c.t_ns, from_ns, to_ns), _IS_GAP)
    return [_entry(row) for row in conn.execute(query.order_by(journal.c.seq)).mappings()]


def last_seq(conn: Connection, plant_code: str) -> int | None:
    """The highest sequence number the journal holds of a plant."""
    found: int | None = conn.scalar(select(func.max(journal.c.seq)).where(journal.c.plant == plant_code))
    return found


def open_alarms(conn: Connection, plant_code: str) -> list[dict[str, Any]]:
    """All alarms that are not over, as they stand now, oldest first."""
    query = select(alarm.c.body).where(alarm.c.plant == plant_code, alarm.c.open)
    return list(conn.scalars(query.order_by(alarm.c.raised_ns, alarm.c.id)))


def alarms_at(conn: Connection, plant_code: str, at_ns: int) -> list[dict[str, Any]]:
    """The alarms that were not over at an instant (UTC ns), as they stood then, oldest first."""
    newest = (
        select(journal.c.body["alarm"].label("body"))
        .where(
            journal.c.plant == plant_code,
            journal.c.alarm == alarm.c.id,
            journal.c.t_ns <= at_ns,
            journal.c.t_ns >= alarm.c.raised_ns,
        )
        .order_by(journal.c.seq.desc())
        .limit(1)
        .lateral("newest")
    )
    # Each half has an index of its own.
    is_open = and_(alarm.c.open, alarm.c.raised_ns <= at_ns)
    stood = func.int8range(alarm.c.raised_ns, func.greatest(alarm.c.raised_ns, alarm.c.changed_ns))
    was_open = and_(~alarm.c.open, stood.op("@>")(cast(at_ns, BigInteger)))
    candidates = and_(alarm.c.plant == plant_code, or_(is_open, was_open))
    query = (
        select(newest.c.body)
        .select_from(alarm)
        .join(newest, newest.c.body["state"].astext != NORMAL)
        .where(candidates)
        .order_by(alarm.c.raised_ns, alarm.c.id)
    )
    return list(conn.scalars(query))


def alarm_story(conn: Connection, plant_code: str, alarm_id: str) -> list[JournalEntry]:
    """Every entry about one alarm, in order."""
    query = select(journal).where(journal.c.plant == plant_code, journal.c.alarm == alarm_id).order_by(journal.c.seq)
    return [_entry(row) for row in conn.execute(query).mappings()]


def list_alarms(
    conn: Connection,
    plant_code: str,
    *,
    limit: int = 100,
    before: tuple[int, str] | None = None,
    from_ns: int | None = None,
    to_ns: int | None = None,
    only_open: bool = False,
    kind: str | None = None,
    subject: str | None = None,
) -> list[dict[str, Any]]:
    """Alarms as they stand now, the last raised first.

    Args:
        conn: in a transaction.
        plant_code: plant code.
        limit: at most so many.
        before: (raised_ns, id) of the last alarm of the page before.
        from_ns: raised at or after, UTC ns.
        to_ns: raised before, UTC ns.
        only_open: leave out what is over.
        kind: only this kind.
        subject: only about this subject.
    """
    query = select(alarm.c.body).where(alarm.c.plant == plant_code, *_between(alarm.c.raised_ns, from_ns, to_ns))
    if before is not None:
        query = query.where(tuple_(alarm.c.raised_ns, alarm.c.id) < before)
    if only_open:
        query = query.where(alarm.c.open)
    query = _matching(query, (alarm.c.kind, kind), (alarm.c.subject, subject))
    return list(conn.scalars(query.order_by(alarm.c.raised_ns.desc(), alarm.c.id.desc()).limit(limit)))


def list_crossings(
    conn: Connection,
    plant_code: str,
    *,
    limit: int = 100,
    before: tuple[int, int] | None = None,
    from_ns: int | None = None,
    to_ns: int | None = None,
    subject: str | None = None,
    fence: str | None = None,
) -> list[dict[str, Any]]:
    """Crossings, the latest first: the body of each entry, with its seq, t_ns and subject.

    Args:
        conn: in a transaction.
        plant_code: plant code.
        limit: at most so many.
        before: (t_ns, seq) of the last crossing of the page before.
        from_ns: at or after, UTC ns.
        to_ns: before, UTC ns.
        subject: only of this subject.
        fence: only of this fence.
    """
    query = select(crossing).where(crossing.c.plant == plant_code, *_between(crossing.c.t_ns, from_ns, to_ns))
    if before is not None:
        query = query.where(tuple_(crossing.c.t_ns, crossing.c.seq) < before)
    query = _matching(query, (crossing.c.subject, subject), (crossing.c.fence, fence))
    rows = conn.execute(query.order_by(crossing.c.t_ns.desc(), crossing.c.seq.desc()).limit(limit)).mappings()
    return [row["body"] | {field: row[field] for field in ("seq", "t_ns", "subject")} for row in rows]


def _line(plant: str, entry: JournalEntry) -> dict[str, Any]:
    told = entry.body.get("alarm")
    about = told["id"] if isinstance(told, dict) else None
    return {"plant": plant, "alarm": about} | {field: getattr(entry, field) for field in JournalEntry.__struct_fields__}


def _entry(row: Any) -> JournalEntry:
    return JournalEntry(**{field: row[field] for field in JournalEntry.__struct_fields__})


def _crossing(plant: str, entry: JournalEntry) -> dict[str, Any]:
    needed = {field: entry.body[field] for field in ("fence", "fence_version", "direction")}
    told = {"plant": plant, "seq": entry.seq, "t_ns": entry.t_ns, "subject": entry.subject, "body": entry.body}
    return told | needed


def _columns(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> tuple[list[Any], ...]:
    """The rows' values as a list for each name, bodies as JSON."""
    return tuple(
        [json.dumps(row["body"], ensure_ascii=False, allow_nan=False) if name == "body" else row[name] for row in rows]
        for name in names
    )


def _newest_alarms(plant: str, entries: Sequence[JournalEntry]) -> list[dict[str, Any]]:
    newest: dict[str, dict[str, Any]] = {}
    for entry in sorted(entries, key=lambda entry: entry.seq):
        told = entry.body.get("alarm")
        if isinstance(told, dict):
            row = {
                field: told[field]
                for field in ("id", "kind", "priority", "state", "raised_ns", "changed_ns", "subject")
            }
            row |= {"plant": plant, "seq": entry.seq, "open": _is_open(told), "fence": told.get("fence")}
            newest[told["id"]] = row | {"body": told}
    # In one order always: two writers must not lock each other's rows crosswise.
    return [newest[name] for name in sorted(newest)]


def _is_open(told: dict[str, Any]) -> bool:
    """Whether anything about an alarm is unfinished: its state, its handling, or what lies over it."""
    steps = told.get("handling") or []
    in_work = bool(steps) and steps[-1]["stage"] != "closed"
    return told["state"] != NORMAL or in_work or bool(told.get("shelved") or told.get("out_of_service"))


def _between(column: ColumnElement[int], from_ns: int | None, to_ns: int | None) -> list[ColumnElement[bool]]:
    bounds = []
    if from_ns is not None:
        bounds.append(column >= from_ns)
    if to_ns is not None:
        bounds.append(column < to_ns)
    return bounds


def _matching(query: Select[Any], *wanted: tuple[ColumnElement[str], str | None]) -> Select[Any]:
    for column, value in wanted:
        if value is not None:
            query = query.where(column == value)
    return query
