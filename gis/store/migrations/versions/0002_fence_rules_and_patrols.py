"""Fences with schedules and rules, patrol routes, what kind of people a role has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What a fence or role stored before had without saying so.
_FILLED = (
    ("fence", "schedule", postgresql.JSONB(), "{}"),
    ("fence", "rules", postgresql.JSONB(), "{}"),
    ("fence", "author", sa.Text(), ""),
    ("fence", "reason", sa.Text(), ""),
    ("role", "kind", sa.Text(), "staff"),
)


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("fence", sa.Column("confirm_s", sa.Double(), nullable=True))
    op.add_column("fence", sa.Column("level", sa.Text(), nullable=True))
    op.add_column("fence", sa.Column("drawn", postgresql.JSONB(none_as_null=True), nullable=True))
    for table, column, kind, default in _FILLED:
        op.add_column(table, sa.Column(column, kind, nullable=False, server_default=default))
        op.alter_column(table, column, server_default=None)
    op.create_table(
        "patrol",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("points", postgresql.JSONB(), nullable=False),
        sa.Column("windows", postgresql.JSONB(), nullable=False),
        sa.Column("grace_s", sa.Double(), nullable=False),
        sa.Column("ordered", sa.Boolean(), nullable=False),
        sa.Column("persons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("teams", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["plant"], ["plant.code"], name="patrol_plant_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "code", name="patrol_pkey"),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("patrol")
    for table, column, _, _ in reversed(_FILLED):
        op.drop_column(table, column)
    for column in ("drawn", "level", "confirm_s"):
        op.drop_column("fence", column)
