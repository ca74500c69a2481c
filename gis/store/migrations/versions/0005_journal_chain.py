"""The journal becomes a chain of hashes; what it holds already is chained in the order of its numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from gis.store.journal_chain import relink

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add links and hashes."""
    op.create_table(
        "journal_head",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("link", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("plant", name="journal_head_pkey"),
    )
    op.add_column("journal", sa.Column("link", sa.BigInteger(), nullable=True))
    op.add_column("journal", sa.Column("hash", sa.LargeBinary(), nullable=True))
    relink(op.get_bind())
    op.alter_column("journal", "link", nullable=False)
    op.alter_column("journal", "hash", nullable=False)
    op.create_index("journal_link_idx", "journal", ["plant", "link"], unique=False)
    # Accounts made before get the right their kind has now.
    op.execute(GRANTS)


def downgrade() -> None:
    """Take the chain away; the entries stay."""
    op.drop_index("journal_link_idx", table_name="journal")
    op.drop_column("journal", "hash")
    op.drop_column("journal", "link")
    op.drop_table("journal_head")


GRANTS = """
DO $$
DECLARE account record;
BEGIN
    FOR account IN
        SELECT DISTINCT grantee, bool_or(privilege_type = 'INSERT') AS writes FROM information_schema.role_table_grants
        WHERE table_name = 'journal' AND table_schema = current_schema() AND grantee <> current_user GROUP BY grantee
    LOOP
        EXECUTE format('GRANT SELECT ON journal_head TO %I', account.grantee);
        IF account.writes THEN
            EXECUTE format('GRANT INSERT, UPDATE ON journal_head TO %I', account.grantee);
        END IF;
    END LOOP;
END $$
"""
