"""The journal, and the crossings and alarms that follow from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gis.errors import StoreError
from gis.store.database import transaction
from gis.store.journal import (
    JournalEntry,
    alarm_story,
    alarms_at,
    append_entries,
    last_seq,
    list_alarms,
    list_crossings,
    open_alarms,
    read_entries,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

pytestmark = pytest.mark.servers

T0 = 1_795_391_970_000_000_000
S = 1_000_000_000


def crossing(seq: int, second: int, subject: str, fence: str, direction: str) -> JournalEntry:
    body = {"fence": fence, "fence_version": 1, "direction": direction, "probability": 0.97}
    return JournalEntry(seq, T0 + second * S, "crossing", subject, body)


def alarm(seq: int, second: int, name: str, state: str, raised: int, **more: Any) -> JournalEntry:
    told = {
        "id": name,
        "kind": "INTRUSION",
        "priority": 3,
        "state": state,
        "raised_ns": T0 + raised * S,
        "changed_ns": T0 + second * S,
        "subject": "P-1",
        "fence": "F-1",
        "evidence": [{"t_ns": T0, "probability": 0.9}],
        **more,
    }
    return JournalEntry(seq, T0 + second * S, "alarm", "P-1", {"alarm": told, "cause": "raised"})


def test_entries_come_back_in_order_once(conn: Connection) -> None:
    entries = [crossing(2, 1, "P-1", "F-1", "enter"), JournalEntry(1, T0, "gap", "", {"why": "database away"})]
    append_entries(conn, "X", entries)
    append_entries(conn, "X", [*entries, crossing(3, 90, "P-1", "F-1", "exit")])
    assert [entry.seq for entry in read_entries(conn, "X", T0, T0 + 100 * S)] == [1, 2, 3]
    assert read_entries(conn, "X", T0, T0 + 100 * S, ["gap"]) == entries[1:]
    assert last_seq(conn, "X") == 3
    assert last_seq(conn, "Y") is None
    parts = conn.scalars(text("SELECT DISTINCT tableoid::regclass::text FROM journal ORDER BY 1")).all()
    assert parts == ["journal_20261122", "journal_20261123"]


def test_crossings_are_listed_page_by_page(conn: Connection) -> None:
    made = [crossing(k, k // 2, f"P-{k % 3}", f"F-{k % 2}", "enter") for k in range(10)]
    append_entries(conn, "X", made)
    pages, before = [], None
    while page := list_crossings(conn, "X", limit=3, before=before):
        pages += [one["seq"] for one in page]
        before = (page[-1]["t_ns"], page[-1]["seq"])
    assert pages == list(range(9, -1, -1))
    assert {one["seq"] for one in list_crossings(conn, "X", subject="P-1", fence="F-1")} == {1, 7}
    assert [one["seq"] for one in list_crossings(conn, "X", from_ns=T0 + S, to_ns=T0 + 2 * S)] == [3, 2]
    assert list_crossings(conn, "X", limit=1)[0]["probability"] == 0.97


def test_an_alarm_stands_as_its_newest_entry_says(conn: Connection) -> None:
    append_entries(conn, "X", [alarm(1, 0, "A", "unacknowledged", 0), alarm(2, 3, "B", "unacknowledged", 3)])
    append_entries(conn, "X", [alarm(5, 9, "A", "normal", 0)])
    # Told late: it belongs before what is known.
    append_entries(conn, "X", [alarm(4, 6, "A", "acknowledged", 0), alarm(3, 5, "B", "acknowledged", 3, note="seen")])
    assert [one["id"] for one in open_alarms(conn, "X")] == ["B"]
    assert open_alarms(conn, "X")[0]["note"] == "seen"
    assert open_alarms(conn, "X")[0]["evidence"] == [{"t_ns": T0, "probability": 0.9}]
    assert [(one["id"], one["state"]) for one in list_alarms(conn, "X")] == [("B", "acknowledged"), ("A", "normal")]
    assert [one["id"] for one in list_alarms(conn, "X", only_open=True)] == ["B"]
    assert [one["id"] for one in list_alarms(conn, "X", limit=1, before=(T0 + 3 * S, "B"))] == ["A"]
    assert list_alarms(conn, "X", kind="SOS") == list_alarms(conn, "X", subject="P-2") == []
    assert [entry.seq for entry in alarm_story(conn, "X", "A")] == [1, 4, 5]


def test_alarms_as_they_stood_then(conn: Connection) -> None:
    append_entries(conn, "X", [alarm(1, 0, "A", "unacknowledged", 0), alarm(2, 6, "A", "acknowledged", 0)])
    append_entries(conn, "X", [alarm(3, 8, "B", "unacknowledged", 8), alarm(4, 9, "A", "normal", 0)])

    def stood(second: int) -> list[tuple[str, str]]:
        return [(one["id"], one["state"]) for one in alarms_at(conn, "X", T0 + second * S)]

    assert stood(-1) == []
    assert stood(5) == [("A", "unacknowledged")]
    assert stood(8) == [("A", "acknowledged"), ("B", "unacknowledged")]
    assert stood(9) == [("B", "unacknowledged")]


@given(st.permutations(range(6)), st.lists(st.integers(0, 5), max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_and_any_repetition_end_alike(engine: Engine, order: list[int], again: list[int]) -> None:
    states = ["unacknowledged", "acknowledged", "returned_unacknowledged", "unacknowledged", "acknowledged", "normal"]
    story = [alarm(k, k, "A", state, 0) for k, state in enumerate(states)]
    with transaction(engine) as connection:
        for table in ("journal", "journal_head", "alarm"):
            connection.execute(text(f"DELETE FROM {table}"))
    for k in [*order, *again]:
        with transaction(engine) as connection:
            append_entries(connection, "X", [story[k]])
    with transaction(engine) as connection:
        assert open_alarms(connection, "X") == []
        assert list_alarms(connection, "X") == [story[-1].body["alarm"]]
        assert alarm_story(connection, "X", "A") == story


def test_an_entry_that_lacks_its_fence_is_refused(conn: Connection) -> None:
    with pytest.raises(StoreError, match="fence"):
        append_entries(conn, "X", [JournalEntry(1, T0, "crossing", "P-1", {"direction": "enter"})])
    with pytest.raises(StoreError, match="kind"):
        append_entries(conn, "X", [JournalEntry(1, T0, "alarm", "P-1", {"alarm": {"id": "A"}})])
    append_entries(conn, "X", [])
