"""Runs migrations on the connection that `gis.store.migrate` hands over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from alembic import context

import gis.store.histories
from gis.store.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Importing the histories has added their tables to the same metadata.
assert gis.store.histories.journal.metadata is metadata

_PARTITION = re.compile(r"_\d{8}$")
_PARTS_OF_POSTGIS = {"spatial_ref_sys"}


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """Leaves day partitions and PostGIS's own table out of comparisons."""
    return not (kind == "table" and name is not None and (_PARTITION.search(name) or name in _PARTS_OF_POSTGIS))


connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    include_name=include_name,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
