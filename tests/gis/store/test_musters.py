"""Musters follow from the journal: once each, as the newest word has it, whole again at any instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gis.store.journal import JournalEntry, append_entries
from gis.store.musters import list_musters, muster_at, muster_story, muster_whole

if TYPE_CHECKING:
    from sqlalchemy import Connection

pytestmark = pytest.mark.servers

T0 = 1_795_391_970_000_000_000
S = 1_000_000_000


def entry(
    seq: int, second: int, cause: str, standing: dict[str, str], *, name: str = "M1", begun: int = 0
) -> JournalEntry:
    head: dict[str, Any] = {
        "id": name,
        "started_ns": T0 + begun * S,
        "ended_ns": T0 + second * S if cause == "ended" else None,
    }
    rows = [{"subject": subject, "standing": value} for subject, value in standing.items()]
    return JournalEntry(seq, T0 + second * S, "muster", "", {"cause": cause, "muster": head, "rows": rows})


STORY = [
    entry(1, 0, "started", {"A": "moving", "B": "not_known"}),
    entry(2, 20, "moved", {"A": "safe"}),
    entry(3, 40, "accounted", {"B": "safe"}),
    entry(4, 60, "ended", {"A": "safe", "B": "safe"}),
]


def standing(body: dict[str, Any] | None) -> dict[str, str]:
    assert body is not None
    return {row["subject"]: row["standing"] for row in body["rows"]}


def test_a_muster_is_whole_at_any_instant(conn: Connection) -> None:
    append_entries(conn, "X", STORY)
    append_entries(conn, "X", STORY[:2])
    assert standing(muster_at(conn, "X", T0 + 30 * S)) == {"A": "safe", "B": "not_known"}
    assert standing(muster_whole(conn, "X", "M1")) == {"A": "safe", "B": "safe"}
    assert standing(muster_whole(conn, "X", "M1", T0 + 10 * S)) == {"A": "moving", "B": "not_known"}
    assert muster_at(conn, "X", T0 - S) is None
    assert muster_at(conn, "X", T0 + 60 * S) is None
    assert muster_whole(conn, "X", "OTHER") is None
    assert muster_whole(conn, "Y", "M1") is None


def test_an_older_word_never_overrules_a_newer_one(conn: Connection) -> None:
    for part in (STORY[3:], STORY[:3]):
        append_entries(conn, "X", part)
    (head,) = list_musters(conn, "X")
    assert head["ended_ns"] == T0 + 60 * S


def test_its_story_is_its_own(conn: Connection) -> None:
    append_entries(conn, "X", [*STORY, entry(9, 70, "started", {"C": "safe"}, name="M2", begun=70)])
    assert [(cause, len(rows)) for _, cause, rows in muster_story(conn, "X", "M1")] == [
        ("started", 2),
        ("moved", 1),
        ("accounted", 1),
        ("ended", 2),
    ]
    assert muster_story(conn, "X", "NONE") == []


def test_the_last_begun_comes_first_and_pages_join(conn: Connection) -> None:
    for i in range(5):
        append_entries(conn, "X", [entry(i + 1, 10 * i, "started", {"A": "safe"}, name=f"M{i}", begun=10 * i)])
    first = list_musters(conn, "X", limit=2)
    second = list_musters(conn, "X", limit=9, before=(first[-1]["started_ns"], first[-1]["id"]))
    assert [head["id"] for head in first + second] == ["M4", "M3", "M2", "M1", "M0"]
