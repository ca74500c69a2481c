"""What each kind of database account may do; the owner, who migrates, may do everything.

reader      sees everything (API for regulators, reports, GIS desktops)
writer      and appends to the histories; cannot change or remove what is written, nor create tables
editor      and writes new versions of records, closing old ones; cannot remove any but drafts
importer    and replaces whole plants
keeper      a writer that also puts tracks in order: chunks into larger ones
archivist   a writer that also takes days out that lie in the archive, and brings them back; nothing else can go
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import text

from gis.errors import StoreError
from gis.store import histories, tables

if TYPE_CHECKING:
    from sqlalchemy import Connection

_HISTORIES = (histories.track_chunk, histories.reading, histories.journal, histories.crossing)
_DERIVED = (histories.stay, histories.alarm, histories.muster, histories.journal_head)
_ARCHIVE = histories.archived_day
_RECORDS = tuple(
    table
    for table in tables.metadata.sorted_tables
    if table not in (*_HISTORIES, *_DERIVED, _ARCHIVE) and table.name != "spatial_ref_sys"
)
_LATER = {
    "writer": ("reader",),
    "editor": ("reader", "writer"),
    "importer": ("reader", "writer", "editor"),
    "keeper": ("reader", "writer"),
    "archivist": ("reader", "writer"),
}


class Right(StrEnum):
    """The kinds of accounts, each with the rights of those before it; keepers and archivists with those of a writer."""

    READER = "reader"
    WRITER = "writer"
    EDITOR = "editor"
    IMPORTER = "importer"
    KEEPER = "keeper"
    ARCHIVIST = "archivist"


def grant(conn: Connection, account: str, right: Right) -> None:
    """Give an account of the database server its rights; to be called by the owner.

    Raises:
        StoreError: an account name that cannot be one.
        sqlalchemy.exc.DBAPIError: no such account, or the caller is not the owner.
    """
    if not account or "\0" in account:
        raise StoreError("an account has a name")
    name = '"' + account.replace('"', '""') + '"'
    for kind in (*_LATER.get(right, ()), right):
        for statement in _STATEMENTS[Right(kind)]:
            conn.execute(text(statement.format(account=name).replace(":", r"\:")))


def _on(rights: str, some: tuple[object, ...]) -> str:
    return f"GRANT {rights} ON {', '.join(map(str, some))} TO {{account}}"


_STATEMENTS = {
    Right.READER: (
        "GRANT USAGE ON SCHEMA public TO {account}",
        # The version table tells that there is nothing to migrate.
        _on("SELECT", (*_RECORDS, *_HISTORIES, *_DERIVED, _ARCHIVE, "alembic_version")),
    ),
    Right.WRITER: (
        _on("INSERT", (*_HISTORIES, *_DERIVED)),
        _on("UPDATE", _DERIVED),
        "GRANT EXECUTE ON FUNCTION ensure_history_day(regclass, date) TO {account}",
    ),
    # A draft is nobody's record yet.
    Right.EDITOR: (_on("INSERT, UPDATE", _RECORDS), _on("DELETE", (tables.fence_draft,))),
    Right.IMPORTER: (_on("DELETE", _RECORDS),),
    # Rows are locked while they are merged, which asks for the right to change them.
    Right.KEEPER: (_on("UPDATE, DELETE", (histories.track_chunk,)),),
    Right.ARCHIVIST: (
        _on("INSERT, UPDATE", (_ARCHIVE,)),
        "GRANT EXECUTE ON FUNCTION drop_archived_day(regclass, date) TO {account}",
    ),
}
