"""Stretches of time as standards ask for them: `a`, `a/b`, `../b`, `a/..`, and how two of them lie (pure)."""

from __future__ import annotations

import math
from typing import NamedTuple

from gis.errors import TimeError
from gis.time import parse_time
from twin.exchange.errors import FilterError

_OPEN_END = ("", "..")


class Span(NamedTuple):
    """A stretch of time, ends included, UTC ns; None is open."""

    begin_ns: int | None
    end_ns: int | None

    @property
    def first(self) -> float:
        """Its begin as a number that can always be compared."""
        return -math.inf if self.begin_ns is None else self.begin_ns

    @property
    def last(self) -> float:
        """Its end as a number that can always be compared."""
        return math.inf if self.end_ns is None else self.end_ns

    def touches(self, from_ns: int, to_ns: int | None) -> bool:
        """Whether it has an instant in common with [from, to); an instant is [t, t + 1)."""
        return from_ns <= self.last and (to_ns is None or to_ns > self.first)


EVER = Span(None, None)


def parse_span(text: str | None) -> Span | None:
    """Read `a`, `a/b`, `../b` or `a/..`.

    Raises:
        FilterError: not a stretch of time.
    """
    if text is None:
        return None
    begin, slash, end = text.strip().replace(" ", "+").partition("/")
    try:
        if not slash:
            t_ns = int(parse_time(begin))
            return Span(t_ns, t_ns)
        span = Span(*(None if part in _OPEN_END else int(parse_time(part)) for part in (begin, end)))
    except TimeError as error:
        raise FilterError(f"datetime is a, a/b, ../b or a/..: {error}") from error
    if span.first > span.last:
        raise FilterError("datetime ends before it begins")
    return span


def instant_of(value: object) -> int | None:
    """A value of a feature as UTC ns; None when it is no instant."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        return None
    try:
        return int(parse_time(value))
    except TimeError:
        return None


def relation(name: str, a: Span, b: Span) -> bool:
    """Allen's relations between two stretches, by the names of CQL2."""
    return {
        "after": a.first > b.last,
        "before": a.last < b.first,
        "contains": a.first < b.first and a.last > b.last,
        "disjoint": a.first > b.last or a.last < b.first,
        "during": a.first > b.first and a.last < b.last,
        "equals": a.first == b.first and a.last == b.last,
        "finishedby": a.first < b.first and a.last == b.last,
        "finishes": a.first > b.first and a.last == b.last,
        "intersects": a.first <= b.last and a.last >= b.first,
        "meets": a.last == b.first,
        "metby": a.first == b.last,
        "overlappedby": b.first < a.first < b.last < a.last,
        "overlaps": a.first < b.first < a.last < b.last,
        "startedby": a.first == b.first and a.last > b.last,
        "starts": a.first == b.first and a.last < b.last,
    }[name]
