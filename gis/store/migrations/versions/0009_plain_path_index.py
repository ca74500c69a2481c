"""The index of paths is built anew where an earlier form of 0006 left it with packed boxes (see there)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

PACKED_BOXES = """
SELECT EXISTS (
    SELECT FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indexrelid
    WHERE a.attname = 'path' AND a.attstorage <> 'p'
      AND i.indrelid IN (SELECT relid FROM pg_partition_tree('track_chunk'))
)
"""


def upgrade() -> None:
    """Drop the index and build it again; nothing where its boxes are stored plainly."""
    if op.get_bind().scalar(sa.text(PACKED_BOXES)):
        op.drop_index("track_chunk_path_idx", "track_chunk")
        op.create_index(
            "track_chunk_path_idx",
            "track_chunk",
            ["path"],
            postgresql_using="gist",
            postgresql_ops={"path": "gist_geometry_ops_nd"},
        )


def downgrade() -> None:
    """Nothing: the index is what it was meant to be."""
