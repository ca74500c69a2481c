"""Writing one fence: a new version follows the one that held, which keeps its place in the past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from gis.errors import StaleVersionError, UnknownPlantError
from gis.store import tables
from gis.store.plants import announce
from gis.store.rows import to_row

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gis.plant import Fence


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
    plant, table = tables.plant, tables.fence
    revised = (
        plant.update().where(plant.c.code == plant_code).values(revision=plant.c.revision + 1, changed_at=func.now())
    )
    if conn.execute(revised).rowcount == 0:
        raise UnknownPlantError(f"no plant {plant_code!r}")
    of_fence = (table.c.plant == plant_code, table.c.code == fence.code)
    newest = conn.execute(
        select(table.c.version, table.c.valid_from_ns, table.c.valid_to_ns)
        .where(*of_fence)
        .order_by(table.c.version.desc())
        .limit(1)
    ).first()
    if (newest.version if newest is not None else None) != follows:
        raise StaleVersionError(f"fence {fence.code!r} is at version {newest.version if newest is not None else None}")
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
