"""Fences in the making: each editor's unfinished work on a fence, kept until it is published or thrown away.

Two editors never share a row: a draft belongs to a person and to the screen it is made on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from gis.errors import UnknownPlantError
from gis.store import tables
from gis.store.plants import plant_exists

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

MOST_DRAFTS = 500


@dataclass(frozen=True, slots=True)
class FenceDraft:
    """One editor's work on one fence.

    Attributes:
        code: of the fence.
        author: who makes it.
        desk: on which screen.
        base_version: the version it began from; None for a fence that is new.
        body: the fields as they stand, valid or not.
        changed_ns: when it was last changed, UTC ns.
    """

    code: str
    author: str
    desk: str
    base_version: int | None
    body: Mapping[str, Any]
    changed_ns: int


def write_draft(conn: Connection, plant: str, draft: FenceDraft) -> None:
    """Keep a draft in place of what the same editor had; beyond `MOST_DRAFTS` a plant's oldest goes.

    Raises:
        UnknownPlantError: no such plant.
    """
    if not plant_exists(conn, plant):
        raise UnknownPlantError(f"no plant {plant!r}")
    table = tables.fence_draft
    row = {
        "plant": plant, "code": draft.code, "author": draft.author, "desk": draft.desk,
        "base_version": draft.base_version, "body": dict(draft.body), "changed_ns": draft.changed_ns,
    }  # fmt: skip
    changed = {name: row[name] for name in ("base_version", "body", "changed_ns")}
    conn.execute(
        insert(table)
        .values(row)
        .on_conflict_do_update(index_elements=["plant", "code", "author", "desk"], set_=changed)
    )
    count = conn.scalar(select(func.count()).select_from(table).where(table.c.plant == plant)) or 0
    if count > MOST_DRAFTS:
        oldest = (
            select(table.c.code, table.c.author, table.c.desk)
            .where(table.c.plant == plant)
            .order_by(table.c.changed_ns)
            .limit(count - MOST_DRAFTS)
        )
        for code, author, desk in conn.execute(oldest).all():
            delete_draft(conn, plant, code, author, desk)


def list_drafts(conn: Connection, plant: str, code: str | None = None) -> list[FenceDraft]:
    """The drafts of a plant, or those of one fence, the newest first."""
    table = tables.fence_draft
    query = select(table).where(table.c.plant == plant).order_by(table.c.changed_ns.desc())
    if code is not None:
        query = query.where(table.c.code == code)
    return [
        FenceDraft(row["code"], row["author"], row["desk"], row["base_version"], row["body"], row["changed_ns"])
        for row in conn.execute(query).mappings()
    ]


def delete_draft(conn: Connection, plant: str, code: str, author: str, desk: str) -> bool:
    """Throw a draft away; whether there was one."""
    table = tables.fence_draft
    gone = conn.execute(
        delete(table).where(
            table.c.plant == plant, table.c.code == code, table.c.author == author, table.c.desk == desk
        )
    )
    return gone.rowcount > 0
