"""Statistics of alarms over HTTP: what the journal on a real database holds is what is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from gis.store.alarm_changes import alarm_changes, recorded_from
from gis.store.database import transaction
from gis.store.journal import JournalEntry, append_entries
from tests.twin.api.small import T0, S, alarm
from twin.api.alarm_desk_schemas import JournalPage
from twin.api.alarm_statistics_schemas import AlarmStatistics
from twin.effects import AlarmState

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.twin.api.conftest import Twin

pytestmark = pytest.mark.servers
P = "/api/v1/plants/TEST-1/alarm-statistics"
HOUR = 3600 * S


def entry(seq: int, t_ns: int, name: str, state: AlarmState, cause: str, raised_ns: int, **more: Any) -> JournalEntry:
    told = msgspec.to_builtins(alarm(name, state, raised_ns=raised_ns, changed_ns=t_ns)) | more
    kind = "ack" if cause == "acknowledged" else "alarm"
    return JournalEntry(seq, t_ns, kind, "P002", {"cause": cause, "alarm": told})


@pytest.fixture
def journal(engine: Engine) -> list[JournalEntry]:
    """One alarm open since two days, one over long ago, two of today of which one was shelved."""
    raised, over = AlarmState.UNACKNOWLEDGED, AlarmState.NORMAL
    shelved = {
        "by": "operator",
        "since_ns": T0 - 5 * HOUR,
        "until_ns": T0 + HOUR,
        "reason": "work on the fence",
        "one_shot": False,
    }
    entries = [
        entry(1, T0 - 50 * HOUR, "OLD", raised, "raised", T0 - 50 * HOUR),
        entry(2, T0 - 49 * HOUR, "GONE", raised, "raised", T0 - 49 * HOUR),
        entry(3, T0 - 48 * HOUR, "GONE", over, "returned", T0 - 49 * HOUR),
        entry(4, T0 - 5 * HOUR, "A", raised, "raised", T0 - 5 * HOUR, priority=1),
        entry(5, T0 - 5 * HOUR + 20 * S, "A", AlarmState.ACKNOWLEDGED, "acknowledged", T0 - 5 * HOUR, priority=1),
        entry(6, T0 - 4 * HOUR, "B", raised, "raised", T0 - 4 * HOUR, shelved=shelved),
        JournalEntry(
            7, T0 - 3 * HOUR, "gap", "", {"from_ns": T0 - 4 * HOUR, "to_ns": T0 - 3 * HOUR, "reason": "missed"}
        ),
    ]
    with transaction(engine) as connection:
        append_entries(connection, "TEST-1", entries)
    return entries


def test_the_store_gives_the_period_and_what_was_open_before_it(engine: Engine, journal: list[JournalEntry]) -> None:
    with transaction(engine) as connection:
        rows = alarm_changes(connection, "TEST-1", T0 - 24 * HOUR, T0)
        assert recorded_from(connection, "TEST-1") == journal[0].t_ns
        assert recorded_from(connection, "NONE") is None
        assert alarm_changes(connection, "NONE", 0, T0) == []
    assert [(row["alarm"], row["cause"]) for row in rows] == [
        ("OLD", "raised"),
        ("A", "raised"),
        ("A", "acknowledged"),
        ("B", "raised"),
    ]
    assert [row["quiet"] for row in rows] == [False, False, False, True]
    assert (rows[3]["by"], rows[3]["reason"], rows[0]["by"]) == ("operator", "work on the fence", None)
    assert (rows[1]["kind"], rows[1]["priority"], rows[1]["fence"]) == ("INTRUSION", 1, "F-1")


def test_a_day_of_alarms_in_figures(twin: Twin, journal: list[JournalEntry]) -> None:
    del journal
    said = twin.client.get(P)
    told = AlarmStatistics.model_validate_json(said.text)
    assert said.json() == told.model_dump(mode="json")
    assert (told.t_from, told.t_to) == ("2026-11-22T00:00:00.000Z", "2026-11-23T00:00:00.000Z")
    assert (told.calls, told.gaps, told.enough_data) == (1, 1, False)
    (kind,) = told.kinds
    assert (kind.raised, kind.acknowledged, kind.quiet, kind.open) == (2, 1, 1, 2)
    assert told.answer_median_s == 20.0
    assert told.top["fences"][0].names.en == "Fence"
    assert told.top["people"][0].code == "P002"
    assert max(told.stale) == 1
    by_key = {one.key: one for one in told.indicators}
    assert by_key["peak_minute"].value == 1
    assert by_key["stale"].verdict == "within"


def test_figures_never_reach_back_before_the_record(twin: Twin, journal: list[JournalEntry]) -> None:
    del journal
    told = twin.client.get(P, params={"from": "2026-11-01T00:00:00Z"}).json()
    assert (told["asked_from"], told["t_from"]) == ("2026-11-01T00:00:00.000Z", "2026-11-20T22:00:00.000Z")
    assert told["calls"] == 3


def test_a_plant_without_a_journal_has_no_alarms_and_no_fault(twin: Twin) -> None:
    told = twin.client.get(P).json()
    assert (told["calls"], told["kinds"], told["top"]["points"]) == (0, [], [])


@pytest.mark.parametrize("query", ["from=2026-06-01T00:00:00Z", "from=soon", "operators=0"])
def test_impossible_periods_are_refused(twin: Twin, query: str) -> None:
    assert twin.client.get(f"{P}?{query}").status_code in (400, 422)


def test_the_journal_tells_every_change_page_by_page(twin: Twin, journal: list[JournalEntry]) -> None:
    del journal
    address = "/api/v1/plants/TEST-1/alarm-journal"
    first = twin.client.get(f"{address}?limit=2").json()
    second = twin.client.get(first["next"]).json()
    lines = first["items"] + second["items"]
    assert [(line["alarm"], line["cause"]) for line in lines] == [
        ("B", "raised"),
        ("A", "acknowledged"),
        ("A", "raised"),
    ]
    assert second["next"] is None
    assert JournalPage.model_validate(first)
    assert lines[0]["place"]["code"] == "F-1"
    month = f"{address}?from=2026-11-01T00:00:00Z"
    assert len(twin.client.get(month).json()["items"]) == 6
    assert len(twin.client.get(f"{month}&fence=F-1&subject=P002&kind=INTRUSION").json()["items"]) == 6
    for other in ("fence=F-2", "subject=P001", "kind=SOS"):
        assert twin.client.get(f"{month}&{other}").json()["items"] == []
    assert twin.client.get(f"{address}?after=x").status_code == 400
