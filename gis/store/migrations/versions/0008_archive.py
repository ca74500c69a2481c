"""Days of the histories that were written to archive files, and the only way in which such a day may be dropped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# What a day holds of each plant, told in two numbers: the sum of the hashes does not depend on the order of the rows.
DIGEST = """
CREATE FUNCTION history_day_digest(history regclass, day date)
RETURNS TABLE (plant text, row_count bigint, digest numeric)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT SET bytea_output = 'hex' SET extra_float_digits = 1 AS $$
DECLARE
    first_ns bigint := (day - date '1970-01-01')::bigint * 86400000000000;
    at text := CASE history::text WHEN 'track_chunk' THEN 'from_ns' ELSE 't_ns' END;
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT one.plant, count(*), sum(hashtextextended(one::text, 0)::numeric) FROM %s AS one'
        ' WHERE %I >= $1 AND %I < $1 + 86400000000000 GROUP BY one.plant', history, at, at
    ) USING first_ns;
END
$$
"""

# Runs with the owner's rights. It believes nobody: what is dropped is counted again, with writers kept out, and must be
# what the catalogue says was written; and the chain of the journal must have been told.
DROP_DAY = """
CREATE FUNCTION drop_archived_day(history regclass, day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    part text := history::text || '_' || to_char(day, 'YYYYMMDD');
    first_ns bigint := (day - date '1970-01-01')::bigint * 86400000000000;
BEGIN
    IF history::text NOT IN ('track_chunk', 'reading', 'journal') THEN
        RAISE EXCEPTION '% is no history', history;
    END IF;
    IF day > (now() AT TIME ZONE 'UTC')::date - 2 THEN
        RAISE EXCEPTION 'the day % is not over for long enough', day;
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = history AND relname = part
    ) THEN
        RETURN false;
    END IF;
    EXECUTE format('LOCK TABLE %I IN SHARE ROW EXCLUSIVE MODE', part);
    IF EXISTS (
        SELECT FROM history_day_digest(history, day) AS held
        LEFT JOIN archived_day AS kept
            ON kept.plant = held.plant AND kept.history = drop_archived_day.history::text
            AND kept.day = drop_archived_day.day
        WHERE (kept.row_count, kept.digest) IS DISTINCT FROM (held.row_count, held.digest)
    ) THEN
        RAISE EXCEPTION 'the day % of % is not what was written to its archive files', day, history;
    END IF;
    IF history::text = 'journal' AND EXISTS (
        SELECT FROM journal AS going WHERE going.t_ns >= first_ns AND going.t_ns < first_ns + 86400000000000
        AND NOT EXISTS (
            SELECT FROM jsonb_array_elements((
                SELECT told.body -> 'gone' FROM journal AS told
                WHERE told.plant = going.plant AND told.kind = 'retention' ORDER BY told.link DESC LIMIT 1
            )) AS run WHERE going.link BETWEEN (run ->> 0)::bigint AND (run ->> 1)::bigint
        )
    ) THEN
        RAISE EXCEPTION 'the chain of the journal was not told that the day % goes', day;
    END IF;
    UPDATE archived_day SET state = 'archived'
    WHERE archived_day.history = drop_archived_day.history::text AND archived_day.day = drop_archived_day.day;
    EXECUTE format('DROP TABLE %I', part);
    RETURN true;
END
$$
"""

# Whoever could read the histories may read what became of them.
GRANTS = """
DO $$
DECLARE account record;
BEGIN
    FOR account IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_name = 'journal' AND table_schema = current_schema() AND grantee <> current_user
    LOOP
        EXECUTE format('GRANT SELECT ON archived_day TO %I', account.grantee);
    END LOOP;
END $$
"""


def upgrade() -> None:
    """Make them; find gaps without reading everything that happened since."""
    op.create_table(
        "archived_day",
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("history", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", postgresql.BYTEA(), nullable=False),
        sa.Column("file_bytes", sa.BigInteger(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Numeric(), nullable=False),
        sa.Column("links", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("plant", "history", "day", name="archived_day_pkey"),
    )
    op.create_index(
        "journal_gap_idx", "journal", ["plant", "t_ns"], unique=False, postgresql_where=sa.text("kind = 'gap'")
    )
    for function in (DIGEST, DROP_DAY):
        op.execute(function)
    op.execute("REVOKE ALL ON FUNCTION drop_archived_day(regclass, date) FROM PUBLIC")
    op.execute(GRANTS)


def downgrade() -> None:
    """Drop them; what was archived is in its files."""
    op.execute("DROP FUNCTION drop_archived_day")
    op.execute("DROP FUNCTION history_day_digest")
    op.drop_index("journal_gap_idx", table_name="journal")
    op.drop_table("archived_day")
