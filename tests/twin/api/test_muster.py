"""Musters over HTTP and on the live connection."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from gis.store.database import transaction
from gis.store.journal import append_entries
from gis.wire import decode
from tests.twin.api.small import T0, snapshot
from twin.api.live_messages import MusterMessage
from twin.effects import Muster, MusterCause, MusterChanged, MusterRow, Standing, Word
from twin.events import MusterAccounted, MusterEnded, MusterStarted
from twin.sinks.harvest import entry_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.twin.api.conftest import Twin

S = 10**9
P = "/api/v1/plants/TEST-1"
ROWS = (
    MusterRow("P001", Standing.SAFE, T0 - 30 * S, seen_ns=T0 - S, x_m=1.0, y_m=2.0, z_m=1.0, r95_m=0.4, point="M-01"),
    MusterRow("P000", Standing.NOT_KNOWN, T0 - 20 * S, seen_ns=T0 - 40 * S, x_m=5.0, reasons=("silent",)),
    MusterRow("=SUM(A1)", Standing.MOVING, T0 - 10 * S, word=Word(Standing.SAFE, "op", T0, "=cmd")),
)


def changed(seq: int, cause: MusterCause, rows: tuple[MusterRow, ...], **head: object) -> MusterChanged:
    muster = Muster("M1", drill=True, reason="leak 泄漏", started_ns=T0 - 60 * S, started_by="op", **head)  # type: ignore[arg-type]
    return MusterChanged(seq, T0, cause, muster, rows)


def begun(twin: Twin) -> None:
    twin.fold(snapshot(0), changed(1, MusterCause.STARTED, ROWS, unseen=("P002",)))


def test_commands_become_events(lonely: Twin) -> None:
    lonely.fold(snapshot(0))
    refused = lonely.client.post(f"{P}/musters", json={"drill": True, "reason": ""})
    assert refused.status_code == 422
    name = lonely.client.post(f"{P}/musters", json={"drill": True, "reason": "季度演练"}).json()["muster"]
    started = decode(lonely.sent[-1][1], MusterStarted)
    assert (started.id, started.by, started.drill, started.reason) == (name, "operator", True, "季度演练")
    begun(lonely)
    again = lonely.client.post(f"{P}/musters", json={"drill": False, "reason": "x"})
    assert again.status_code == 412
    word = {"subject": "P000", "standing": "safe", "note": "seen"}
    assert lonely.client.post(f"{P}/musters/M1/account", json=word).status_code == 202
    said = decode(lonely.sent[-1][1], MusterAccounted)
    assert (said.subject, said.standing, said.note) == ("P000", "safe", "seen")
    assert lonely.client.post(f"{P}/musters/M1/account", json=word | {"subject": "P002"}).status_code == 202
    assert lonely.client.post(f"{P}/musters/M1/account", json=word | {"subject": "NOBODY"}).status_code == 404
    assert lonely.client.post(f"{P}/musters/M2/end", json={}).status_code == 404
    assert lonely.client.post(f"{P}/musters/M1/end", json={"note": "all well"}).status_code == 202
    assert decode(lonely.sent[-1][1], MusterEnded).note == "all well"


def test_the_roll_is_told_live_and_works_without_the_database(lonely: Twin) -> None:
    begun(lonely)
    record = lonely.client.get(f"{P}/musters/M1").json()
    assert [(row["subject"]["id"], row["standing"]) for row in record["rows"]] == [
        ("P000", "not_known"),
        ("=SUM(A1)", "moving"),
        ("P001", "safe"),
    ]
    assert [ref["id"] for ref in record["unseen"]] == ["P002"]
    (message,) = lonely.model.apply(changed(2, MusterCause.MOVED, (ROWS[1],)), T0)
    assert isinstance(message, MusterMessage)
    assert [row.subject.id for row in message.rows] == ["P000"]
    assert lonely.model.snapshot(T0, lonely.deps.health).muster is not None
    lonely.fold(changed(3, MusterCause.ENDED, ROWS, ended_ns=T0))
    assert lonely.model.muster is None


def test_the_table_is_safe_to_open(lonely: Twin) -> None:
    begun(lonely)
    answer = lonely.client.get(f"{P}/musters/M1/roll.csv?lang=en")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0][0] == "Code"
    assert len(rows) == 1 + len(ROWS)
    assert not [cell for row in rows for cell in row if cell.startswith("=")]


@pytest.mark.servers
def test_the_past_is_listed_with_how_long_it_took(twin: Twin, engine: Engine) -> None:
    times = [(1, -60, MusterCause.STARTED, ROWS[:2]), (2, -20, MusterCause.MOVED, (_safe(ROWS[1]),))]
    told = [changed(seq, cause, rows) for seq, _, cause, rows in times]
    entries = [entry_of(one) for one in told]
    entries = [
        type(entry)(entry.seq, T0 + second * S, entry.kind, entry.subject, entry.body)
        for entry, (_, second, _, _) in zip(entries, times, strict=True)
    ]
    entries.append(entry_of(changed(3, MusterCause.ENDED, (ROWS[0], _safe(ROWS[1])), ended_ns=T0)))
    with transaction(engine) as connection:
        append_entries(connection, "TEST-1", entries)
    (item,) = twin.client.get(f"{P}/musters").json()["items"]
    assert item["counts"] == {"safe": 2, "moving": 0, "not_safe": 0, "not_known": 0}
    assert (item["people"], item["half_safe_s"], item["all_safe_s"]) == (2, 0.0, 40.0)
    assert len(twin.client.get(f"{P}/musters/M1").json()["rows"]) == 2
    assert twin.client.get(f"{P}/musters/NONE").status_code == 404
    assert twin.client.get(f"{P}/musters?after=x").json()["code"] == "bad_page"


def _safe(row: MusterRow) -> MusterRow:
    return MusterRow(row.subject, Standing.SAFE, T0 - 20 * S, point="M-01")
