"""The journal as a chain: each entry's hash covers the entry and the hash before it.

So nothing of it can be changed, taken away or put elsewhere unnoticed. Every plant has a chain of its own, in the order
its entries were stored (which is not always that of their numbers: what was late is stored late). The head of each
chain is a row that whoever appends holds locked, so several writers make one chain. When an old day goes to the
archive, an entry of kind `retention` says which links went and what the hash at the end of each missing stretch was;
the newest one names all of them. Of a day that is attached again, the catalogue of the archive says between which
hashes its entries belong.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from gis.errors import StoreError
from gis.store import partitions
from gis.store.database import transaction
from gis.store.histories import archived_day, journal, journal_head

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection, Engine

RETENTION = "retention"
_FETCH = 5_000
_ENTRY = tuple(journal.c[name] for name in ("seq", "t_ns", "kind", "subject", "alarm", "body"))
_STILL = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many links it has, and the hash of the last."""

    link: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place where a chain does not hold.

    Attributes:
        link: number of the link.
        seq, t_ns: the entry there, as it is found now; None when it is not there.
        why: missing, inserted, altered, end_missing, head_altered, unexpected; dropped: the expected head went with old
            days.
    """

    link: int
    seq: int | None
    t_ns: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What the check of one plant's chain came to: entries checked, links dropped by retention, its head."""

    plant: str
    entries: int
    dropped: int
    head: Head
    fault: Fault | None = None


def beginning(plant: str) -> Head:
    """A chain without links."""
    return Head(0, sha256(f"plant-twin journal 1 {plant}".encode()).digest())


def link_hash(before: bytes, plant: str, link: int, row: Mapping[str, Any]) -> bytes:
    """The hash of a link: over the hash before it and all of the entry, in a form storing does not change."""
    told = [plant, link, *(row[name] for name in ("seq", "t_ns", "kind", "subject", "alarm")), _plain(row["body"])]
    words = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(before + words.encode()).digest()


def _plain(value: Any) -> Any:
    """A JSON value whose numbers look the same whether they were stored or not (1e16 comes back as an integer)."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    # Storing keeps the decimal digits, not the binary value behind them.
    return int(Decimal(repr(value))) if isinstance(value, float) and value.is_integer() else value


def linked(conn: Connection, plant: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows the journal has not got yet, each with its link; the chain's head moves to the last of them.

    The head stays locked until the caller's transaction ends.
    """
    head = _locked_head(conn, plant)
    numbers = [row["seq"] for row in rows]
    there = {
        (row.seq, row.t_ns)
        for row in conn.execute(
            select(journal.c.seq, journal.c.t_ns).where(journal.c.plant == plant, journal.c.seq.in_(numbers))
        )
    }
    new: list[dict[str, Any]] = []
    for row in rows:
        if (row["seq"], row["t_ns"]) not in there:
            there.add((row["seq"], row["t_ns"]))
            head = Head(head.link + 1, link_hash(head.hash, plant, head.link + 1, row))
            new.append({**row, "link": head.link, "hash": head.hash})
    if new:
        conn.execute(update(journal_head).where(journal_head.c.plant == plant).values(link=head.link, hash=head.hash))
    return new


def _locked_head(conn: Connection, plant: str) -> Head:
    first = beginning(plant)
    conn.execute(insert(journal_head).values(plant=plant, link=0, hash=first.hash).on_conflict_do_nothing())
    row = conn.execute(select(journal_head).where(journal_head.c.plant == plant).with_for_update()).one()
    return Head(row.link, row.hash)


def plants_with_journal(conn: Connection) -> list[str]:
    """The plants that have a chain."""
    return list(conn.scalars(select(journal_head.c.plant).order_by(journal_head.c.plant)))


def proved(conn: Connection, plant: str, expected: Head | None = None) -> Proof:
    """Walk a plant's chain from its beginning to its head.

    Args:
        conn: in a transaction; while others append, one that reads repeatably (`proof_of` takes care of it).
        plant: plant code.
        expected: a head that was written down elsewhere: the chain must pass through it.

    Returns:
        the proof, with the first fault when there is one.
    """
    row = conn.execute(select(journal_head).where(journal_head.c.plant == plant)).one_or_none()
    if row is None:
        return Proof(plant, 0, 0, beginning(plant), _unexpected(expected))
    head = Head(row.link, row.hash)
    gone, ends = _gone(conn, plant)
    at, entries, dropped = beginning(plant), 0, 0
    is_met = expected is None or expected == at
    for entry in _links(conn, plant, head.link):
        while entry["link"] > at.link + 1 and at.link + 1 in gone:
            last = gone[at.link + 1]
            dropped += last.link - at.link
            is_met = is_met or last == expected
            at = last
        if entry["link"] != at.link + 1:
            why = "missing" if entry["link"] > at.link + 1 else "inserted"
            seq, t_ns = (None, None) if why == "missing" else (entry["seq"], entry["t_ns"])
            return Proof(plant, entries, dropped, head, Fault(at.link + 1, seq, t_ns, why))
        if entry["hash"] != link_hash(at.hash, plant, entry["link"], entry) or (
            entry["hash"] != ends.get(entry["link"], entry["hash"])
        ):
            return Proof(plant, entries, dropped, head, Fault(entry["link"], entry["seq"], entry["t_ns"], "altered"))
        at, entries = Head(entry["link"], entry["hash"]), entries + 1
        is_met = is_met or at == expected
    while at.link + 1 in gone:
        dropped += gone[at.link + 1].link - at.link
        at = gone[at.link + 1]
    fault = None
    if at.link < head.link:
        fault = Fault(at.link + 1, None, None, "end_missing")
    elif at != head:
        fault = Fault(at.link, None, None, "head_altered")
    elif expected is not None and not is_met:
        is_gone = any(first <= expected.link <= last.link for first, last in gone.items())
        fault = Fault(expected.link, None, None, "dropped" if is_gone else "unexpected")
    return Proof(plant, entries, dropped, head, fault)


def proof_of(engine: Engine, plant: str, expected: Head | None = None) -> Proof:
    """The proof of a plant's chain at one moment, whoever appends to it meanwhile.

    Raises:
        StoreError: the database is away or refuses.
    """
    with transaction(engine) as connection:
        connection.execute(_STILL)
        return proved(connection, plant, expected)


def _unexpected(expected: Head | None) -> Fault | None:
    return None if expected is None else Fault(expected.link, None, None, "unexpected")


def _links(conn: Connection, plant: str, most: int) -> Iterator[Mapping[str, Any]]:
    """A plant's entries by link, some thousand at a time, and those beyond the head at the end."""
    after, last = -1, (-1, -1)
    place = (journal.c.link, journal.c.seq, journal.c.t_ns)
    while True:
        query = select(*_ENTRY, journal.c.link, journal.c.hash).where(
            journal.c.plant == plant, tuple_(*place) > (after, *last)
        )
        rows = [dict(row) for row in conn.execute(query.order_by(*place).limit(_FETCH)).mappings()]
        for row in rows:
            # Beyond the head there is nothing: whatever stands there was put there by somebody else.
            yield row if row["link"] <= most else {**row, "link": -1}
        if len(rows) < _FETCH:
            return
        after, last = rows[-1]["link"], (rows[-1]["seq"], rows[-1]["t_ns"])


def _told_gone(conn: Connection, plant: str) -> dict[int, Head]:
    """First link of each stretch that retention took → its last link and the hash there."""
    query = (
        select(journal.c.body)
        .where(journal.c.plant == plant, journal.c.kind == RETENTION)
        .order_by(journal.c.link.desc())
        .limit(1)
    )
    body = conn.scalar(query)
    runs: list[list[Any]] = body["gone"] if body is not None else []
    return {int(first): Head(int(last), bytes.fromhex(hashed)) for first, last, hashed in runs}


def _gone(conn: Connection, plant: str) -> tuple[dict[int, Head], dict[int, bytes]]:
    """The stretches that are not there now; by its last link, the hash that each stretch that is back must end with."""
    gone = _told_gone(conn, plant)
    ends: dict[int, bytes] = {}
    back = select(archived_day.c.links).where(
        archived_day.c.plant == plant, archived_day.c.history == "journal", archived_day.c.state != "archived"
    )
    for a, before, b, hashed in sorted(run for links in conn.scalars(back) for run in links):
        first = max((one for one in gone if one <= a), default=None)
        if first is None or gone[first].link < b:
            continue  # still there: retention did not take it yet
        last = gone.pop(first)
        if first < a:
            gone[first] = Head(a - 1, bytes.fromhex(before))
        if b < last.link:
            gone[b + 1] = last
        ends[b] = bytes.fromhex(hashed)
    return gone, ends


def day_links(conn: Connection, plant: str, day: date) -> list[list[Any]]:
    """The stretches of a plant's chain that a day holds: first link, hash before it, last link, its hash.

    Raises:
        StoreError: the chain does not hold before one of them.
    """
    from_ns = partitions.begin_ns(day)
    query = select(journal.c.link, journal.c.hash).where(
        journal.c.plant == plant, journal.c.t_ns >= from_ns, journal.c.t_ns < from_ns + partitions.DAY_NS
    )
    held = [(row.link, Head(row.link, row.hash)) for row in conn.execute(query.order_by(journal.c.link))]
    gone, _ = _gone(conn, plant)
    ends = {last.link: last.hash for last in gone.values()} | {0: beginning(plant).hash}
    runs = []
    for first, last in _runs(held, {}):
        before = ends.get(first - 1) or conn.scalar(
            select(journal.c.hash).where(journal.c.plant == plant, journal.c.link == first - 1)
        )
        if before is None:
            raise StoreError(f"the journal of {plant} does not hold before link {first}: prove it first")
        runs.append([first, before.hex(), last.link, last.hash.hex()])
    return runs


def retire(conn: Connection, day: date, now_ns: int) -> None:
    """Say in every chain that a day's entries go; dropping them is the next thing to do in this transaction.

    Args:
        conn: in a transaction.
        day: the UTC day that goes.
        now_ns: UTC now: the time of the entries that say so.
    """
    from_ns = partitions.begin_ns(day)
    for plant in plants_with_journal(conn):
        _locked_head(conn, plant)
        rows = conn.execute(
            select(journal.c.link, journal.c.hash)
            .where(journal.c.plant == plant, journal.c.t_ns >= from_ns, journal.c.t_ns < from_ns + partitions.DAY_NS)
            .order_by(journal.c.link)
        )
        told = _told_gone(conn, plant)
        # What was attached is told already.
        going = [Head(*row) for row in rows if not any(a <= row.link <= last.link for a, last in told.items())]
        if not going:
            continue
        runs = _runs([(head.link, head) for head in going], told)
        body = {"day": f"{day:%Y-%m-%d}", "gone": [[first, last.link, last.hash.hex()] for first, last in runs]}
        # One number a day, though several days go at one instant.
        row = {
            "seq": -now_ns - day.toordinal(),
            "t_ns": now_ns,
            "kind": RETENTION,
            "subject": "",
            "alarm": None,
            "body": body,
        }
        partitions.ensure_for(conn, "journal", [now_ns])
        conn.execute(insert(journal), linked(conn, plant, [{"plant": plant, **row}]))


def _runs(going: Iterable[tuple[int, Head]], gone: Mapping[int, Head]) -> list[tuple[int, Head]]:
    """Stretches of links that are not there: those that go and those that went, joined where they touch."""
    joined: list[tuple[int, Head]] = []
    for first, last in sorted([*going, *gone.items()], key=lambda run: run[0]):
        if joined and joined[-1][1].link + 1 == first:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def relink(conn: Connection) -> None:
    """Chain whatever is stored, plant by plant in the order of the numbers: for databases older than the chain."""
    for plant in conn.scalars(select(journal.c.plant).distinct().order_by(journal.c.plant)).all():
        head = beginning(plant)
        query = select(*_ENTRY).where(journal.c.plant == plant).order_by(journal.c.seq, journal.c.t_ns)
        for entry in map(dict, conn.execute(query).mappings()):
            head = Head(head.link + 1, link_hash(head.hash, plant, head.link + 1, entry))
            conn.execute(
                update(journal)
                .where(journal.c.plant == plant, journal.c.seq == entry["seq"], journal.c.t_ns == entry["t_ns"])
                .values(link=head.link, hash=head.hash)
            )
        conn.execute(insert(journal_head).values(plant=plant, link=head.link, hash=head.hash))
        assert head.link == conn.scalar(select(func.count()).where(journal.c.plant == plant))
