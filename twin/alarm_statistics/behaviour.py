"""Alarms that misbehave: chattering, fleeting, stale; and how long operators took."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from gis.time import NS_PER_S, format_moment, moment_ns
from twin.alarm_statistics.changes import SOUNDING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.alarm_statistics.changes import Changes

CHATTER_TIMES = 3
CHATTER_S = 60
"""A point that calls this often within this time chatters."""
FLEETING_S = 30
"""An alarm that is over within this time, before anybody had acknowledged it, could not be answered. Our own number."""
STALE_S = 86_400

_OVER = ("normal", "returned_unacknowledged", "latched_unacknowledged", "latched_acknowledged")


def chattering(t_ns: NDArray[np.int64], point: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) whether each call belongs to `CHATTER_TIMES` of its point within `CHATTER_S`."""
    order = np.lexsort((t_ns, point))
    times, points = t_ns[order], point[order]
    last = CHATTER_TIMES - 1
    close = (points[last:] == points[:-last]) & (times[last:] - times[:-last] <= CHATTER_S * NS_PER_S)
    within = np.zeros(len(times), bool)
    for step in range(CHATTER_TIMES):
        within[step : len(within) - last + step] |= close
    found = np.zeros(len(times), bool)
    found[order] = within
    return found


def fleeting(changes: Changes) -> NDArray[np.bool_]:
    """(n,) calls whose condition was over within `FLEETING_S` before anybody had acknowledged them."""
    found = np.zeros(len(changes), bool)
    sounding = changes.sounding
    waiting: dict[str, int] = {}
    for i, (alarm, cause) in enumerate(zip(changes.alarm.tolist(), changes.cause.tolist(), strict=True)):
        if sounding[i]:
            waiting[alarm] = i
        elif alarm in waiting and cause in ("acknowledged", "returned"):
            called = waiting.pop(alarm)
            quick = changes.t_ns[i] - changes.t_ns[called] <= FLEETING_S * NS_PER_S
            found[called] = quick and cause == "returned"
    return found


def acknowledged_after_s(changes: Changes) -> NDArray[np.float64]:
    """(k,) seconds from each call to its acknowledgement, for those that were acknowledged."""
    taken: list[float] = []
    sounding = changes.sounding
    waiting: dict[str, int] = {}
    for i, (alarm, cause) in enumerate(zip(changes.alarm.tolist(), changes.cause.tolist(), strict=True)):
        if sounding[i]:
            waiting.setdefault(alarm, int(changes.t_ns[i]))
        elif cause == "acknowledged" and alarm in waiting:
            taken.append((int(changes.t_ns[i]) - waiting.pop(alarm)) / NS_PER_S)
    return np.array(taken, float)


def active_spans(changes: Changes, to_ns: int) -> list[tuple[str, int, int]]:
    """(alarm, from, to) of every stretch in which an alarm's condition held; what still holds ends at `to_ns`."""
    spans: list[tuple[str, int, int]] = []
    since: dict[str, int] = {}
    rows = zip(
        changes.alarm.tolist(), changes.cause.tolist(), changes.state.tolist(), changes.t_ns.tolist(), strict=True
    )
    for alarm, cause, state, t_ns in rows:
        if cause in SOUNDING:
            since.setdefault(alarm, t_ns)
        elif alarm in since and (cause == "returned" or state in _OVER):
            spans.append((alarm, since.pop(alarm), t_ns))
    spans += [(alarm, begun, to_ns) for alarm, begun in since.items()]
    return spans


def day_starts(from_ns: int, to_ns: int, timezone: str) -> NDArray[np.int64]:
    """The beginnings (UTC ns) of the local days that touch [from_ns, to_ns), and the end of the last."""
    zone = ZoneInfo(timezone)
    first = format_moment(from_ns).astimezone(zone).date()
    starts = []
    while True:
        start = int(moment_ns(datetime(first.year, first.month, first.day, tzinfo=zone)))
        starts.append(start)
        if start >= to_ns:
            return np.array(starts, np.int64)
        first += timedelta(days=1)


def stale_by_day(changes: Changes, days_ns: NDArray[np.int64], to_ns: int) -> NDArray[np.int64]:
    """(days,) how many alarms were, at some time of each day, active for longer than 24 h."""
    counts = np.zeros(len(days_ns) - 1, np.int64)
    for _, begun, ended in active_spans(changes, to_ns):
        stale = begun + STALE_S * NS_PER_S
        if ended > stale:
            first = max(0, int(np.searchsorted(days_ns, stale, side="right")) - 1)
            last = int(np.searchsorted(days_ns, ended, side="left"))
            counts[first:last] += 1
    return counts
