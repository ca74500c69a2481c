"""Musters as records: names, teams and places beside what the core knows (pure)."""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from gis.plant import FencePurpose
from gis.time import NS_PER_S, format_time
from twin.api.movers import zones_of
from twin.api.muster_schemas import (
    MusterHeadRecord,
    MusterPointRecord,
    MusterRecord,
    MusterRowRecord,
    MusterSummary,
    WordRecord,
)
from twin.api.records import subject_ref
from twin.effects import Muster, MusterRow, Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twin.api.directory import Directory

STANDINGS = tuple(standing.value for standing in Standing)


def muster_from(body: Mapping[str, Any]) -> Muster:
    """A muster as the journal keeps it."""
    return msgspec.convert(body, Muster)


def with_rows(muster: Muster, head: Muster, rows: Iterable[MusterRow]) -> Muster:
    """A muster after some of its rows and its head changed."""
    known = {row.subject: row for row in muster.rows}
    known.update({row.subject: row for row in rows})
    return msgspec.structs.replace(head, rows=tuple(known.values()))


def muster_record(muster: Muster, directory: Directory) -> MusterRecord:
    """A muster with its roll, the ones to worry about first."""
    rows = muster_rows(sorted(muster.rows, key=_worry), directory)
    present = Counter(row.point for row in muster.rows if row.standing is Standing.SAFE and row.point is not None)
    points = [
        MusterPointRecord(fence=fence.code, names=fence.names, present=present[fence.code])
        for fence in directory.fences.values()
        if fence.purpose is FencePurpose.MUSTER
    ]
    unseen = [subject_ref(subject, directory) for subject in muster.unseen]
    return MusterRecord(**muster_head(muster).model_dump(), rows=rows, unseen=unseen, points=points)


def muster_rows(rows: Sequence[MusterRow], directory: Directory) -> list[MusterRowRecord]:
    """Rows of the roll with names, teams and the risk zone around the last place."""
    places = np.array([(row.x_m, row.y_m, row.z_m) for row in rows], float).reshape(-1, 3)
    return [
        _row(row, next(iter(zones), None), directory)
        for row, zones in zip(rows, zones_of(directory, places), strict=True)
    ]


def _row(row: MusterRow, near: str | None, directory: Directory) -> MusterRowRecord:
    person = directory.people.get(row.subject)
    seen = row.seen_ns > 0
    word = row.word
    return MusterRowRecord(
        subject=subject_ref(row.subject, directory),
        team=person.team if person is not None else None,
        employer=person.employer if person is not None else None,
        standing=row.standing.value,
        since=format_time(row.since_ns),
        seen=format_time(row.seen_ns) if seen else None,
        x_m=row.x_m if seen else None,
        y_m=row.y_m if seen else None,
        r95_m=row.r95_m if seen else None,
        near=near if seen else None,
        point=row.point,
        reasons=list(row.reasons),
        word=None
        if word is None
        else WordRecord(standing=word.standing.value, by=word.by, t=format_time(word.t_ns), note=word.note),
    )


def muster_summary(muster: Muster, story: Sequence[tuple[int, str, list[dict[str, Any]]]]) -> MusterSummary:
    """One line of the list of musters: how everybody stands, and how fast they came to be safe.

    Args:
        muster: with its rows.
        story: (UTC ns, cause, rows that changed) in order.
    """
    counts = Counter(row.standing.value for row in muster.rows)
    half, most, everybody = _times(story, muster.started_ns)
    return MusterSummary(
        **muster_head(muster).model_dump(),
        people=len(muster.rows),
        counts={name: counts[name] for name in STANDINGS},
        half_safe_s=half,
        nine_tenths_safe_s=most,
        all_safe_s=everybody,
    )


def _times(
    story: Sequence[tuple[int, str, list[dict[str, Any]]]], started_ns: int
) -> tuple[float | None, float | None, float | None]:
    """Seconds after the start from which at least 50, 90 and 100 % of the roll were safe for the first time."""
    standing: dict[str, str] = {}
    shares = [0.5, 0.9, 1.0]
    found: list[float | None] = [None, None, None]
    for t_ns, _cause, rows in story:
        standing.update({row["subject"]: row["standing"] for row in rows})
        safe = sum(value == Standing.SAFE for value in standing.values())
        for i, share in enumerate(shares):
            if found[i] is None and standing and safe >= share * len(standing):
                found[i] = (t_ns - started_ns) / NS_PER_S
    return found[0], found[1], found[2]


_COLUMNS = {
    "zh": (
        *("编号", "姓名", "班组", "单位", "状态", "自", "最后定位", "东 m", "北 m", "误差半径 m", "附近"),
        *("集合点", "原因", "口头确认", "备注"),
    ),
    "en": (
        *("Code", "Name", "Team", "Employer", "Standing", "Since", "Last seen", "East m", "North m", "r95 m", "Near"),
        *("Muster point", "Reasons", "Word of", "Note"),
    ),
}
_STANDING_WORDS = {
    "zh": {"safe": "安全", "moving": "移动中", "not_safe": "未安全", "not_known": "不明"},
    "en": {"safe": "safe", "moving": "moving", "not_safe": "not safe", "not_known": "not known"},
}


class _Lines(list[str]):
    """What a CSV writer writes to."""

    write = list.append


def muster_csv(muster: MusterRecord, language: str, teams: Mapping[str, str]) -> str:
    """The roll as CSV with a header in one language; those to worry about first.

    Args:
        muster: with its roll.
        language: zh or en.
        teams: team names by code in that language.
    """
    lines = _Lines()
    writer = csv.writer(lines)
    writer.writerow(_COLUMNS[language])
    for row in muster.rows:
        word = row.word
        writer.writerow(
            _plain(value)
            for value in (
                row.subject.id,
                getattr(row.subject.names, language),
                teams.get(row.team or "", row.team or ""),
                row.employer or "",
                _STANDING_WORDS[language][row.standing],
                row.since,
                row.seen or "",
                "" if row.x_m is None else f"{row.x_m:.1f}",
                "" if row.y_m is None else f"{row.y_m:.1f}",
                "" if row.r95_m is None else f"{row.r95_m:.1f}",
                row.near or "",
                row.point or "",
                " ".join(row.reasons),
                "" if word is None else word.by,
                "" if word is None else word.note,
            )
        )
    return "\ufeff" + "".join(lines)


def _plain(value: str) -> str:
    """A cell that no table program takes for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "@", "\t") or (value[:1] == "-" and not _number(value)) else value


def _number(value: str) -> bool:
    return value.lstrip("-").replace(".", "", 1).isdigit()


_ORDER = {Standing.NOT_KNOWN: 1, Standing.NOT_SAFE: 2, Standing.MOVING: 3, Standing.SAFE: 4}


def _worry(row: MusterRow) -> tuple[int, int, str]:
    """SOS first, then whom positions contradict, then not known, not safe, moving, safe; the longest so first."""
    first = 0 if "sos" in row.reasons or "contradicted" in row.reasons else _ORDER[row.standing]
    return first, row.since_ns, row.subject


def muster_head(muster: Muster) -> MusterHeadRecord:
    """A muster without its roll."""
    return MusterHeadRecord(
        id=muster.id,
        drill=muster.drill,
        reason=muster.reason,
        started=format_time(muster.started_ns),
        started_by=muster.started_by,
        ended=None if muster.ended_ns is None else format_time(muster.ended_ns),
        ended_by=muster.ended_by,
        result=muster.result,
    )
