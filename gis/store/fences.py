"""Writing one fence: a new version follows the one that held, which keeps its place in the past.

A fence that is taken out of force ends; who ended it and why is kept beside the version that ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from gis.errors import StaleVersionError, UnknownPlantError
from gis.plant import Fence
from gis.store import tables
from gis.store.plants import announce
from gis.store.rows import from_rows, to_row

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class FenceRetired:
    """A version of a fence was taken out of force: when (UTC ns), by whom, why."""

    version: int
    t_ns: int
    author: str
    reason: str


def write_fence(conn: Connection, plant_code: str, fence: Fence, follows: int | None) -> Fence:
    """Store a fence as the version after the one the writer saw, and announce the change.

    Args:
        conn: in a transaction; writers of one plant wait for each other.
        plant_code: plant code.
        fence: what shall hold from its `valid_from` on, for ever; its version is not looked at.
        follows: version it replaces; None for a fence that is new.

    Returns:
        The fence as stored: version counted on, `valid_from` never before that of the version it replaces.

    Raises:
        UnknownPlantError: no such plant.
        StaleVersionError: another version holds than the one it is to replace.
    """
    table = tables.fence
    _revise(conn, plant_code)
    of_fence = (table.c.plant == plant_code, table.c.code == fence.code)
    newest = _newest(conn, plant_code, fence.code, follows)
    valid_from = fence.valid_from
    if newest is not None:
        valid_from = max(valid_from, newest.valid_from_ns + 1)
        if newest.valid_to_ns is None or newest.valid_to_ns > valid_from:
            conn.execute(
                table.update().where(*of_fence, table.c.version == newest.version).values(valid_to_ns=valid_from)
            )
    version = newest.version + 1 if newest is not None else 1
    stored = fence.model_copy(update={"version": version, "valid_from": valid_from, "valid_to": None})
    last = conn.scalar(select(func.max(table.c.ordinal)).where(table.c.plant == plant_code))
    conn.execute(table.insert(), {"plant": plant_code, "ordinal": 0 if last is None else last + 1} | to_row(stored))
    announce(conn, plant_code)
    return stored


def retire_fence(conn: Connection, plant_code: str, code: str, retired: FenceRetired) -> None:
    """End a fence's newest version, and announce the change.

    Args:
        conn: in a transaction.
        plant_code: plant code.
        code: fence code.
        retired: its version is the one that is to end; never before it began.

    Raises:
        UnknownPlantError: no such plant.
        StaleVersionError: another version is the newest, or it has ended already.
    """
    table = tables.fence
    _revise(conn, plant_code)
    newest = _newest(conn, plant_code, code, retired.version)
    ends = max(retired.t_ns, newest.valid_from_ns + 1)
    if newest.valid_to_ns is not None and newest.valid_to_ns <= ends:
        raise StaleVersionError(f"fence {code!r} is retired already")
    of_version = (table.c.plant == plant_code, table.c.code == code, table.c.version == retired.version)
    conn.execute(table.update().where(*of_version).values(valid_to_ns=ends))
    row = {"version": retired.version, "t_ns": ends, "author": retired.author, "reason": retired.reason}
    conn.execute(tables.fence_retirement.insert(), {"plant": plant_code, "code": code} | row)
    announce(conn, plant_code)


def fence_history(conn: Connection, plant_code: str, code: str) -> tuple[list[Fence], dict[int, FenceRetired]]:
    """Every version of a fence, the first first, and which of them were taken out of force."""
    table, ended = tables.fence, tables.fence_retirement
    rows: list[Any] = list(
        conn.execute(
            select(table).where(table.c.plant == plant_code, table.c.code == code).order_by(table.c.version)
        ).mappings()
    )
    retired = conn.execute(
        select(ended.c.version, ended.c.t_ns, ended.c.author, ended.c.reason).where(
            ended.c.plant == plant_code, ended.c.code == code
        )
    )
    return from_rows(Fence, rows), {row.version: FenceRetired(*row) for row in retired}


def _revise(conn: Connection, plant_code: str) -> None:
    plant = tables.plant
    revised = (
        plant.update().where(plant.c.code == plant_code).values(revision=plant.c.revision + 1, changed_at=func.now())
    )
    if conn.execute(revised).rowcount == 0:
        raise UnknownPlantError(f"no plant {plant_code!r}")


def _newest(conn: Connection, plant_code: str, code: str, wanted: int | None) -> Any:
    """The newest version's row; None for a fence that was never there.

    Raises:
        StaleVersionError: it is not the wanted one.
    """
    table = tables.fence
    newest = conn.execute(
        select(table.c.version, table.c.valid_from_ns, table.c.valid_to_ns)
        .where(table.c.plant == plant_code, table.c.code == code)
        .order_by(table.c.version.desc())
        .limit(1)
    ).first()
    if (newest.version if newest is not None else None) != wanted:
        raise StaleVersionError(f"fence {code!r} is at version {newest.version if newest is not None else None}")
    return newest
