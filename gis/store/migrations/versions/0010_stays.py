"""Stays inside fences, derived from the crossings; alarms by the time they stood."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FROM_CROSSINGS = """
INSERT INTO stay (plant, seq, subject, fence, from_ns, until_ns)
SELECT plant, seq, subject, fence, t_ns, until_ns FROM (
    SELECT plant, seq, subject, fence, direction, t_ns,
        lead(t_ns) OVER (PARTITION BY plant, subject, fence ORDER BY t_ns, seq) AS until_ns
    FROM crossing
) AS told WHERE direction = 'enter'
"""


def upgrade() -> None:
    """Make them of the crossings there are."""
    op.create_table(
        "stay",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("fence", sa.Text(), nullable=False),
        sa.Column("from_ns", sa.BigInteger(), nullable=False),
        sa.Column("until_ns", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("plant", "seq", name="stay_pkey"),
    )
    op.execute(FROM_CROSSINGS)
    op.create_index("stay_pair_idx", "stay", ["plant", "subject", "fence", "from_ns"])
    op.create_index(
        "alarm_stood_idx",
        "alarm",
        [sa.text("int8range(raised_ns, GREATEST(raised_ns, changed_ns))")],
        postgresql_using="gist",
        postgresql_where=sa.text("NOT open"),
    )
    op.create_index("stay_time_idx", "stay", [sa.text("int8range(from_ns, until_ns)")], postgresql_using="gist")


def downgrade() -> None:
    """Take them away."""
    op.drop_index("alarm_stood_idx", "alarm")
    op.drop_table("stay")
