"""The journal's chain: whatever is changed, taken away, put in or put elsewhere is found, and nothing else."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from gis.store.database import transaction
from gis.store.journal import JournalEntry, append_entries, read_entries
from gis.store.journal_chain import Head, Proof, beginning, link_hash, proof_of, proved, relink, retire
from tests.gis.store.test_journal import T0, S, alarm, crossing
from twin.cli import main

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

DAY = 86_400
ENTRIES = [
    crossing(10, 0, "P-1", "F-1", "enter"),
    alarm(11, 0, "A", "unacknowledged", 0, note="进入", value=1e16, unit="m³/h"),
    JournalEntry(12, T0 + S, "gap", "", {"reason": "missed", "deep": [1.0, -0.0, 1e-9, 2.5e300, None, {"é": True}]}),
    alarm(13, 2, "A", "acknowledged", 0),
    alarm(14, DAY, "A", "normal", 0),
    crossing(15, 2 * DAY, "P-1", "F-1", "exit"),
]
COPY = (
    "INSERT INTO journal SELECT plant, seq + 100, t_ns, kind, subject, alarm, body, {link}, hash FROM journal"
    " WHERE seq = 12"
)


def stored(conn: Connection, plant: str = "X") -> Head:
    append_entries(conn, plant, ENTRIES[:3])
    append_entries(conn, plant, ENTRIES[3:])
    return proved(conn, plant).head


def fault(proof: Proof) -> tuple[int, str] | None:
    return None if proof.fault is None else (proof.fault.link, proof.fault.why)


@pytest.mark.servers
def test_a_journal_that_nobody_touched_is_whole(conn: Connection) -> None:
    head = stored(conn)
    proof = proved(conn, "X")
    assert (proof.entries, proof.dropped, proof.fault, head.link) == (6, 0, None, 6)
    assert proved(conn, "NOBODY").fault is None


@pytest.mark.servers
def test_what_is_delivered_twice_or_late_is_chained_once(conn: Connection) -> None:
    append_entries(conn, "X", ENTRIES[4:])
    append_entries(conn, "X", [*ENTRIES, *ENTRIES[:2]])
    append_entries(conn, "X", ENTRIES)
    assert (proved(conn, "X").entries, fault(proved(conn, "X"))) == (6, None)
    assert [entry.seq for entry in read_entries(conn, "X", 0, 2**62)] == list(range(10, 16))


@pytest.mark.servers
@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("UPDATE journal SET subject = 'P-2' WHERE seq = 10", (1, "altered")),
        ("UPDATE journal SET kind = 'ack' WHERE seq = 13", (4, "altered")),
        ("UPDATE journal SET t_ns = t_ns + 1 WHERE seq = 12", (3, "altered")),
        ("UPDATE journal SET seq = 99 WHERE seq = 15", (6, "altered")),
        ("UPDATE journal SET alarm = 'B' WHERE seq = 11", (2, "altered")),
        ("""UPDATE journal SET body = jsonb_set(body, '{alarm,note}', '"出去"') WHERE seq = 11""", (2, "altered")),
        ('UPDATE journal SET body = body || \'{"why": ""}\' WHERE seq = 14', (5, "altered")),
        ("UPDATE journal SET hash = decode(repeat('00', 32), 'hex') WHERE seq = 12", (3, "altered")),
        ("DELETE FROM journal WHERE seq = 10", (1, "missing")),
        ("DELETE FROM journal WHERE seq = 13", (4, "missing")),
        ("DELETE FROM journal WHERE seq >= 14", (5, "end_missing")),
        ("DELETE FROM journal", (1, "end_missing")),
        ("UPDATE journal SET link = CASE link WHEN 2 THEN 4 ELSE 2 END WHERE link IN (2, 4)", (2, "altered")),
        ("UPDATE journal_head SET link = 5", (6, "inserted")),
        ("UPDATE journal_head SET hash = decode(repeat('00', 32), 'hex')", (6, "head_altered")),
        (COPY.format(link="link"), (4, "inserted")),
        (COPY.format(link="7"), (7, "inserted")),
    ],
)
def test_whatever_is_done_to_a_row_is_found(conn: Connection, change: str, where: tuple[int, str]) -> None:
    stored(conn)
    conn.execute(text(change.replace(":", r"\:")))
    assert fault(proved(conn, "X")) == where


@pytest.mark.servers
def test_a_row_of_another_plant_does_not_fit(conn: Connection) -> None:
    stored(conn, "X")
    stored(conn, "Y")
    conn.execute(text("DELETE FROM journal WHERE plant = 'Y'"))
    conn.execute(text("UPDATE journal SET plant = 'Y'"))
    assert fault(proved(conn, "Y")) == (1, "altered")


@pytest.mark.servers
def test_a_chain_built_anew_does_not_pass_through_a_head_written_down(conn: Connection) -> None:
    head = stored(conn)
    append_entries(conn, "X", [crossing(16, 3 * DAY, "P-1", "F-1", "enter")])
    assert fault(proved(conn, "X", head)) is None
    conn.execute(text("DELETE FROM journal_head"))
    conn.execute(text("UPDATE journal SET subject = 'P-9' WHERE seq = 10"))
    relink(conn)
    assert fault(proved(conn, "X")) is None
    assert fault(proved(conn, "X", head)) == (head.link, "unexpected")
    assert fault(proved(conn, "NOBODY", head)) == (head.link, "unexpected")


def gone(conn: Connection, day: date, now_ns: int) -> None:
    retire(conn, day, now_ns)
    conn.execute(text(f"DROP TABLE journal_{day:%Y%m%d}"))


@pytest.mark.servers
def test_days_dropped_by_retention_are_told_and_the_rest_is_still_proved(conn: Connection) -> None:
    head = stored(conn)
    append_entries(conn, "X", [crossing(5, -5, "P-1", "F-1", "exit")])  # late: of the first day, linked last
    for day in (22, 23):
        gone(conn, date(2026, 11, day), T0 + 5 * DAY * S)
    proof = proved(conn, "X", head)
    assert (proof.entries, proof.dropped, proof.fault) == (3, 6, None)
    append_entries(conn, "X", [crossing(17, 6 * DAY, "P-1", "F-1", "enter")])
    for day in (24, 27, 28):
        gone(conn, date(2026, 11, day), T0 + 9 * DAY * S)
    again = proved(conn, "X")
    assert (again.entries, again.dropped, again.fault) == (3, 10, None)
    assert fault(proved(conn, "X", head)) == (head.link, "dropped")
    # A day that went without a word is a hole.
    append_entries(conn, "X", [crossing(18 + k, day * DAY, "P-1", "F-1", "exit") for k, day in enumerate((8, 10))])
    assert fault(proved(conn, "X")) is None
    conn.execute(text("DROP TABLE journal_20261130"))
    assert fault(proved(conn, "X")) == (14, "missing")


@pytest.mark.servers
def test_several_writers_make_one_chain(engine: Engine) -> None:
    def write(start: int) -> None:
        for seq in range(start, start + 12):
            with transaction(engine) as connection:
                append_entries(connection, "X", [crossing(seq, seq, "P-1", "F-1", "enter")])

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(write, start) for start in (0, 6, 12, 100)]:
            done.result()
    proof = proof_of(engine, "X")
    assert (proof.entries, proof.fault) == (36, None)


@pytest.mark.servers
def test_what_was_rolled_back_leaves_no_link(engine: Engine) -> None:
    with transaction(engine) as connection:
        append_entries(connection, "X", ENTRIES[:2])
    with engine.connect() as connection:
        append_entries(connection, "X", ENTRIES[2:4])
        connection.rollback()
    with transaction(engine) as connection:
        append_entries(connection, "X", ENTRIES[2:])
    assert (proof_of(engine, "X").entries, proof_of(engine, "X").fault) == (6, None)


@pytest.mark.servers
def test_the_verb_names_the_first_broken_entry(engine: Engine, postgis_url: str) -> None:
    with transaction(engine) as connection:
        head = stored(connection)
    run = CliRunner()
    expect = f"{head.link}:{head.hash.hex()}"
    whole = run.invoke(main, ["verify", "journal", "--database", postgis_url, "--plant", "X", "--expect", expect])
    assert (whole.exit_code, whole.output) == (0, f"X: whole; 6 entries; head {expect}\n")
    with transaction(engine) as connection:
        connection.execute(text("UPDATE journal SET subject = 'nobody' WHERE seq IN (12, 14)"))
    broken = run.invoke(main, ["verify", "journal", "--database", postgis_url])
    assert broken.exit_code == 1
    assert broken.output.startswith("X: BROKEN at entry 3 (seq 12, 2026-11-22T")
    assert run.invoke(main, ["verify", "journal", "--database", postgis_url, "--expect", expect]).exit_code == 2
    assert run.invoke(main, ["verify", "journal", "--database", postgis_url, "--expect", "x"]).exit_code == 2


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), values, max_size=4))
def test_a_hash_does_not_depend_on_how_json_was_written(body: dict[str, Any]) -> None:
    row = {"seq": 1, "t_ns": T0, "kind": "gap", "subject": "", "alarm": None, "body": body}
    turned = json.loads(json.dumps(dict(reversed(list(body.items())))), parse_float=_stored)
    first = beginning("X").hash
    assert link_hash(first, "X", 1, row) == link_hash(first, "X", 1, {**row, "body": turned})
    assert link_hash(first, "X", 2, row) != link_hash(first, "X", 1, row)


def _stored(number: str) -> int | float:
    """A number as a JSONB column gives it back: without an exponent."""
    from decimal import Decimal  # noqa: PLC0415 - only here

    plain = f"{Decimal(number):f}"
    return float(plain) if "." in plain else int(plain)
