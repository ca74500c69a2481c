"""Fences in the making, and who took one out of force and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "fence_retirement",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("t_ns", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="fence_retirement_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "code", "version", name="fence_retirement_pkey"),
    )
    op.create_table(
        "fence_draft",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="fence_draft_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "code", "author", "desk", name="fence_draft_pkey"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("fence_draft")
    op.drop_table("fence_retirement")
