"""Who was inside at an instant, by stays that follow from the crossings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gis.store.database import transaction
from gis.store.journal import JournalEntry, append_entries
from gis.store.migrate import configuration
from gis.store.stays import inside_at

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

pytestmark = pytest.mark.servers

T0 = 1_795_391_970_000_000_000
S = 1_000_000_000
DAY_S = 86_400

Told = tuple[int, str, str, str]
"""Second, subject, fence, direction."""


def entry(seq: int, told: Told) -> JournalEntry:
    second, subject, fence, direction = told
    body = {"fence": fence, "fence_version": 1, "direction": direction, "probability": 0.97}
    return JournalEntry(seq, T0 + second * S, "crossing", subject, body)


def expected(story: list[Told], at_ns: int) -> list[tuple[str, str, int]]:
    """By going through all crossings in the order of time and number."""
    since: dict[tuple[str, str], int] = {}
    for second, subject, fence, direction in sorted(story, key=lambda told: told[0]):
        if T0 + second * S <= at_ns:
            since.pop((subject, fence), None)
            if direction == "enter":
                since[subject, fence] = T0 + second * S
    return [(*pair, t_ns) for pair, t_ns in sorted(since.items())]


def test_who_was_inside_at_an_instant(conn: Connection) -> None:
    story: list[Told] = [(0, "P-1", "F-1", "enter"), (5, "P-2", "F-1", "enter"), (10, "P-1", "F-1", "exit")]
    append_entries(conn, "X", [entry(seq, told) for seq, told in enumerate([*story, (20, "P-1", "F-1", "enter")])])
    assert inside_at(conn, "X", T0 - 1) == []
    assert inside_at(conn, "X", T0 + 7 * S) == [("P-1", "F-1", T0), ("P-2", "F-1", T0 + 5 * S)]
    assert inside_at(conn, "X", T0 + 10 * S) == [("P-2", "F-1", T0 + 5 * S)]
    assert inside_at(conn, "X", T0 + 20 * S)[0] == ("P-1", "F-1", T0 + 20 * S)
    assert inside_at(conn, "Y", T0 + 20 * S) == []


def test_whoever_was_not_seen_to_leave_is_not_inside_for_ever(conn: Connection) -> None:
    append_entries(conn, "X", [entry(1, (0, "P-1", "F-1", "enter"))])
    assert len(inside_at(conn, "X", T0 + (7 * DAY_S - 1) * S)) == 1
    assert inside_at(conn, "X", T0 + 7 * DAY_S * S) == []


told = st.tuples(
    st.integers(0, 6),
    st.sampled_from(["P-1", "P-2"]),
    st.sampled_from(["F-1", "F-2"]),
    st.sampled_from(["enter", "exit"]),
)


@given(st.lists(told, min_size=1, max_size=9).map(lambda story: sorted(story, key=lambda one: one[0])), st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_of_storing_gives_the_same_stays(engine: Engine, story: list[Told], data: st.DataObject) -> None:
    entries = [entry(seq, told) for seq, told in enumerate(story)]
    shuffled = data.draw(st.permutations(entries))
    cut = data.draw(st.integers(0, len(entries)))
    with transaction(engine) as connection:
        for table in ("journal", "journal_head", "crossing", "stay"):
            connection.execute(text(f"DELETE FROM {table}"))
        append_entries(connection, "X", shuffled[:cut])
        append_entries(connection, "X", shuffled[cut:])
        append_entries(connection, "X", shuffled[:2])
        for half_s in range(-1, 15):
            at_ns = T0 + half_s * S // 2
            assert inside_at(connection, "X", at_ns) == expected(story, at_ns)


def test_an_upgrade_makes_the_stays_of_the_crossings_there_are(engine: Engine) -> None:
    story: list[Told] = [
        (0, "P-1", "F-1", "enter"),
        (3, "P-1", "F-1", "enter"),
        (4, "P-1", "F-1", "exit"),
        (5, "P-2", "F-2", "enter"),
    ]
    with transaction(engine) as connection:
        append_entries(connection, "X", [entry(seq, told) for seq, told in enumerate(story)])
    with engine.connect() as connection:
        command.downgrade(configuration(connection), "0009")
    with engine.connect() as connection:
        command.upgrade(configuration(connection), "head")
    with transaction(engine) as connection:
        for second in range(7):
            assert inside_at(connection, "X", T0 + second * S) == expected(story, T0 + second * S)
