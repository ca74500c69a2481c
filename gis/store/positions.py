"""Where everybody was at an instant, by the last fixes up to it. The cost does not grow with the history.

Per subject a few steps back along the primary key find its last chunks; of these only the groups of fixes around the
instant are unpacked. Fixes that came out of order (`Reason.LATE`) are left out: nobody had seen them then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sqlalchemy import text

from gis.fix import Reason
from gis.store.packing import FEW, Unpacked
from gis.store.paths import LONGEST_NS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from gis.frames import SiteFrame

HORIZON_S = 7 * 86_400.0
"""Whoever was not heard for longer is not shown any more."""
# Of what is in order the newest chunks do; while people walk, chunks are of seconds, and so many hold the last `FEW`
# fixes of a tag that speaks once a second.
_CHUNKS, _FRESH_CHUNKS = 3, 12

_RECENT = text("""
SELECT wanted.subject, recent.from_ns, recent.to_ns, recent.tag, recent.fixes
FROM unnest(CAST(:subjects AS text[])) AS wanted (subject) CROSS JOIN LATERAL (
    SELECT from_ns, to_ns, tag, fixes FROM track_chunk
    WHERE plant = :plant AND subject = wanted.subject AND from_ns <= :at_ns AND from_ns > :oldest_ns
    ORDER BY from_ns DESC LIMIT :most
) AS recent
""")
_STRANGERS = text("""
SELECT DISTINCT subject FROM track_chunk
WHERE plant = :plant AND from_ns <= :at_ns AND from_ns > :oldest_ns AND subject LIKE 'tag:%'
""")
_CHANNELS = text("""
SELECT subject, tag, channels FROM track_chunk
JOIN unnest(CAST(:subjects AS text[]), CAST(:tags AS text[]), CAST(:froms AS bigint[]))
    AS chosen (subject, tag, from_ns) USING (subject, tag, from_ns)
WHERE plant = :plant AND from_ns >= :first_ns AND from_ns <= :at_ns
ORDER BY subject, from_ns
""")


class Standing(NamedTuple):
    """n subjects and the last fix of each: columns as of `TrackChunk`, and what else follows from the fixes before.

    Attributes:
        subject, tag: n names each.
        t_ns, xyz_m, cov_m2, velocity_mps, p_still, status, reasons: of the last fix.
        recent_ns: (n, FEW) times of the last fixes, the last one last; 0 where there were fewer.
    """

    subject: list[str]
    tag: list[str]
    t_ns: NDArray[np.int64]
    xyz_m: NDArray[np.float64]
    cov_m2: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]
    p_still: NDArray[np.float64]
    status: NDArray[np.uint8]
    reasons: NDArray[np.uint32]
    recent_ns: NDArray[np.int64]


def standing_at(conn: Connection, plant_code: str, frame: SiteFrame, at_ns: int, subjects: Sequence[str]) -> Standing:
    """The last fix up to an instant of each subject that has one, by subject.

    Args:
        conn: in a transaction.
        plant_code: plant code.
        frame: the plant's site frame.
        at_ns: UTC ns.
        subjects: whom to look for, back to `HORIZON_S`; tags that nobody carries are found besides when they spoke
            within `LONGEST_NS`.
    """
    asked = {"plant": plant_code, "at_ns": at_ns}
    strangers = conn.scalars(_STRANGERS, asked | {"oldest_ns": at_ns - LONGEST_NS}).all()
    names = sorted({*subjects, *strangers})
    oldest_ns = at_ns - round(HORIZON_S * 1e9)
    chosen: list[Any] = []
    wanting = names
    for most in (_CHUNKS, _FRESH_CHUNKS):
        newest = conn.execute(_RECENT, asked | {"subjects": wanting, "oldest_ns": oldest_ns, "most": most}).all()
        some, wanting = _chosen(newest, at_ns, most)
        chosen += some
        if not wanting:
            break
    found: list[Any] = []
    if chosen:
        keys = {
            "subjects": [row.subject for row in chosen],
            "tags": [row.tag for row in chosen],
            "froms": [row.from_ns for row in chosen],
            "first_ns": min(row.from_ns for row in chosen),
        }
        found = list(conn.execute(_CHANNELS, asked | keys))
    fixes = Unpacked([row.channels for row in found], frame, at_ns)
    row_of = np.repeat(np.arange(len(found)), fixes.lengths)
    code = {name: number for number, name in enumerate(sorted({row.subject for row in found}))}
    subject_of = np.array([code[row.subject] for row in found], np.int64)[row_of] if found else row_of
    kept = np.flatnonzero((fixes.reasons & Reason.LATE) == 0)
    order = kept[np.lexsort((fixes.t_ns[kept], subject_of[kept]))]
    owner = subject_of[order]
    last = np.flatnonzero(np.diff(owner, append=-1))
    final = order[last]
    recent = last[:, None] + np.arange(1 - FEW, 1)
    own = (recent >= 0) & (owner[np.maximum(recent, 0)] == owner[last][:, None]) if len(last) else recent > 0
    by_code = {number: name for name, number in code.items()}
    return Standing(
        subject=[by_code[number] for number in owner[last].tolist()],
        tag=[found[row].tag for row in row_of[final].tolist()],
        t_ns=fixes.t_ns[final],
        xyz_m=fixes.xyz_m[final],
        cov_m2=fixes.cov_m2[final],
        velocity_mps=fixes.velocity_mps[final],
        p_still=fixes.p_still[final],
        status=fixes.status[final],
        reasons=fixes.reasons[final],
        recent_ns=np.where(own, fixes.t_ns[order[np.maximum(recent, 0)]], 0) if len(last) else np.zeros((0, FEW), int),
    )


def _chosen(rows: Sequence[Any], at_ns: int, most: int) -> tuple[list[Any], list[str]]:
    """Of each subject's newest chunks, `most` of them or fewer, those that must hold its last `FEW` fixes.

    By what their rows say. Gives besides the subjects of whom more chunks may be needed; of these none is among the
    chosen, unless no more can be asked for.
    """
    by_subject: dict[str, list[Any]] = {}
    for row in rows:
        by_subject.setdefault(row.subject, []).append(row)
    chosen: list[Any] = []
    wanting = []
    for subject, own in by_subject.items():
        fixes, reached_ns = 0.0, None
        some = []
        for row in sorted(own, key=lambda row: -min(row.to_ns, at_ns)):
            if reached_ns is not None and fixes >= FEW and row.to_ns < reached_ns:
                break
            lasts_ns = max(row.to_ns - row.from_ns, 1)
            fixes += row.fixes * min(1.0, (at_ns - row.from_ns) / lasts_ns)
            reached_ns = row.from_ns if reached_ns is None else min(reached_ns, row.from_ns)
            some.append(row)
        if len(some) == most < _FRESH_CHUNKS:
            wanting.append(subject)
        else:
            chosen += some
    return chosen, wanting
