"""CQL2: what a filter finds, that missing is unknown, and that nonsense is refused."""

from __future__ import annotations

import contextlib

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from twin.exchange.cql2 import read_filter
from twin.exchange.crs import LONLAT
from twin.exchange.errors import FilterError

VALUES = {
    "kind": "tank", "n": 5, "t": "2026-01-01T00:00:00Z", "none": None, "since": "2026-01-01T00:00:00Z", "until": None,
    "yes": True,
}  # fmt: skip
HERE = shapely.Point(1, 2)


def judged(text: str, language: str = "cql2-text") -> bool | None:
    return read_filter(text, language, LONLAT, frozenset(VALUES)).judge(VALUES, HERE)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("kind='tank'", True),
        ("kind <> 'tank'", False),
        ("'tank' = kind", True),
        ("n > 3 AND n <= 5", True),
        ("n BETWEEN 4 AND 6", True),
        ("n NOT IN (1, 2)", True),
        ("kind LIKE 't%'", True),
        ("kind LIKE 't_nk'", True),
        ("kind LIKE 'an'", False),
        ("CASEI(kind) = CASEI('TANK')", True),
        ("CASEI(kind) LIKE CASEI('TAN%')", True),
        ("none IS NULL", True),
        ("kind IS NOT NULL", True),
        ("none = 1", None),
        ("NOT (none = 1)", None),
        ("none = 1 AND n = 3", False),
        ("none = 1 OR n = 5", True),
        ("n > 'a'", None),
        ("n + 1 = 6 AND n * 2 - 4 = 6 AND n div 2 = 2 AND n % 2 = 1", True),
        ("n / 0 = 1", None),
        ("yes", True),
        ("yes = false", False),
        ("t > TIMESTAMP('2025-01-01T00:00:00Z')", True),
        ("T_AFTER(t, TIMESTAMP('2026-01-01T00:00:00Z'))", False),
        ("T_DURING(t, INTERVAL('2025-12-31', '2026-01-02'))", True),
        ("T_INTERSECTS(t, DATE('2026-01-01'))", True),
        ("T_INTERSECTS(INTERVAL(since, until), INTERVAL('2030-01-01T00:00:00Z', '..'))", True),
        ("T_BEFORE(INTERVAL(since, until), TIMESTAMP('2030-01-01T00:00:00Z'))", False),
        ("S_INTERSECTS(geometry, BBOX(0, 0, 3, 3))", True),
        ("S_WITHIN(geometry, POLYGON((0 0, 3 0, 3 3, 0 3, 0 0)))", True),
        ("S_DISJOINT(geometry, POINT(1 2))", False),
        ("S_EQUALS(geometry, POINT(1 2))", True),
    ],
)
def test_a_filter_says_what_the_standard_says(text: str, answer: bool | None) -> None:
    assert judged(text) is answer


@pytest.mark.parametrize(
    "text",
    ["", "kind =", "missing = 1", "foo(n) = 3", "geometry = 3", "ACCENTI(kind) = 'tank'", "kind", "5", "n = [1]",
     "S_INTERSECTS(kind, POINT(1 2))", "t > TIMESTAMP('yesterday')", "x" * 9000, "(" * 50 + "yes" + ")" * 50],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused_or_unknown(text: str) -> None:
    if text == "kind":
        assert judged(text) is None
        return
    with pytest.raises(FilterError):
        judged(text)


@given(st.text(max_size=60))
def test_garbage_is_refused_in_words(text: str) -> None:
    with contextlib.suppress(FilterError):
        assert judged(text) in {True, False, None}


@pytest.mark.parametrize(
    "text",
    ["[]", "3", '{"op":"not","args":[]}', '{"op":"=","args":[{"property":"n"}]}', '{"op":"in","args":[]}',
     '{"op":"like","args":[{"property":"kind"},3]}',
     '{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[1]}]}'],
)  # fmt: skip
def test_broken_trees_are_refused(text: str) -> None:
    with pytest.raises(FilterError):
        judged(text, "cql2-json")
