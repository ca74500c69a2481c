"""Musters, derived from the journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "muster",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("started_ns", sa.BigInteger(), nullable=False),
        sa.Column("ended_ns", sa.BigInteger(), nullable=True),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("plant", "id", name="muster_pkey"),
    )
    op.create_index("muster_started_idx", "muster", ["plant", "started_ns", "id"])


def downgrade() -> None:
    """Take it away."""
    op.drop_index("muster_started_idx", table_name="muster")
    op.drop_table("muster")
