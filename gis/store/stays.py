"""Stays inside fences, derived from the crossings in the same transaction: who was inside at an instant.

A stay lasts from a crossing in to the next crossing of the same subject and fence, whichever way; the last one has no
end. By its times a stay is found at once, however many crossings there were before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

# Stays of the same subjects and fences that reach beyond what is new may end earlier now.
_CUT = text("""
UPDATE stay SET until_ns = (
    SELECT min(t_ns) FROM crossing AS later
    WHERE later.plant = stay.plant AND later.subject = stay.subject AND later.fence = stay.fence
      AND later.t_ns >= stay.from_ns AND (later.t_ns, later.seq) > (stay.from_ns, stay.seq)
)
FROM (
    SELECT plant, subject, fence, max(t_ns) AS last_ns, min(t_ns) AS first_ns FROM crossing
    WHERE plant = :plant AND seq = ANY(:seqs) GROUP BY plant, subject, fence
) AS new
WHERE stay.plant = new.plant AND stay.subject = new.subject AND stay.fence = new.fence
  AND stay.from_ns <= new.last_ns AND (stay.until_ns IS NULL OR stay.until_ns >= new.first_ns)
""")
_BEGIN = text("""
INSERT INTO stay (plant, seq, subject, fence, from_ns, until_ns)
SELECT plant, seq, subject, fence, t_ns, (
    SELECT min(t_ns) FROM crossing AS later
    WHERE later.plant = new.plant AND later.subject = new.subject AND later.fence = new.fence
      AND later.t_ns >= new.t_ns AND (later.t_ns, later.seq) > (new.t_ns, new.seq)
)
FROM crossing AS new WHERE plant = :plant AND seq = ANY(:seqs) AND direction = 'enter'
ON CONFLICT DO NOTHING
""")
_INSIDE = text("""
SELECT subject, fence, from_ns FROM stay
WHERE plant = :plant AND int8range(from_ns, until_ns) @> CAST(:at_ns AS bigint) AND from_ns > :oldest_ns
ORDER BY subject, fence
""")


def keep_stays(conn: Connection, plant_code: str, seqs: Sequence[int]) -> None:
    """Take in crossings that were stored just now, told by their numbers; they may be older than what is known."""
    if seqs:
        new = {"plant": plant_code, "seqs": list(seqs)}
        conn.execute(_CUT, new)
        conn.execute(_BEGIN, new)


def inside_at(
    conn: Connection, plant_code: str, at_ns: int, *, oldest_s: float = 7 * 86_400.0
) -> list[tuple[str, str, int]]:
    """Who was inside which fence at an instant, by the crossings: (subject, fence, entered at UTC ns).

    Args:
        conn: in a transaction.
        plant_code: plant code.
        at_ns: UTC ns.
        oldest_s: whoever entered longer ago than this and was not seen to leave is not inside any more.
    """
    asked = {"plant": plant_code, "at_ns": at_ns, "oldest_ns": at_ns - round(oldest_s * 1e9)}
    return [(row.subject, row.fence, row.from_ns) for row in conn.execute(_INSIDE, asked)]
