"""Establishments of a region: points for maps of more than one plant."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "establishment",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("geometry", Geometry("POINT", srid=4326, spatial_index=False), nullable=False),
        sa.Column("u", sa.Double(), nullable=False),
        sa.Column("v", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="establishment_pkey"),
    )
    op.create_index("establishment_geometry_idx", "establishment", ["geometry"], postgresql_using="gist")


def downgrade() -> None:
    """Drop it."""
    op.drop_index("establishment_geometry_idx", table_name="establishment", postgresql_using="gist")
    op.drop_table("establishment")
