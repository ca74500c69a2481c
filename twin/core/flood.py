"""Floods of alarms: more within ten minutes than an operator can answer."""

from __future__ import annotations

from gis.time import NS_PER_S

Rate = tuple[tuple[int, int], ...]
"""(second of UTC, alarms raised in it), in order; at most one entry a second of the window."""


def counted(rate: Rate, now_ns: int, new: int, window_s: float) -> tuple[Rate, int]:
    """The rate with `new` alarms more and without what is older than the window, and their sum."""
    now_s = now_ns // NS_PER_S
    if new and rate and rate[-1][0] >= now_s:
        rate = (*rate[:-1], (rate[-1][0], rate[-1][1] + new))
    elif new:
        rate = (*rate, (now_s, new))
    if rate and rate[0][0] <= now_s - window_s:
        rate = tuple(entry for entry in rate if entry[0] > now_s - window_s)
    return rate, sum(count for _, count in rate)


def flood_since(since_ns: int | None, total: int, now_ns: int, begins: int, ends: int) -> int | None:
    """When the flood began that is on after so many alarms within the window; None when there is none."""
    if since_ns is None:
        return now_ns if total > begins else None
    return None if total < ends else since_ns
