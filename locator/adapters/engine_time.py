"""Vendors' clocks: seconds, microseconds as text, wall-clock text without a zone → UTC nanoseconds. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from gis.errors import TimeError
from gis.messages import TimeTolerance, event_time
from gis.refusal import RefusalReason
from gis.time import moment_ns

_DIGITS = re.compile(r"[0-9]{1,20}")
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>[01]\d|2[0-3]):(?P<minutes>[0-5]\d)")
_WALL_CLOCK = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?", re.ASCII)


def zone_of(text: str) -> tzinfo:
    """A zone by its name (`UTC`, `Asia/Shanghai`) or offset (`+08:00`).

    Raises:
        TimeError: there is no such zone.
    """
    match = _OFFSET.fullmatch(text)
    if match is not None:
        offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
        return timezone(-offset if match["sign"] == "-" else offset)
    try:
        return ZoneInfo(text)
    except (ValueError, OSError, KeyError) as error:
        raise TimeError(f"no such time zone: {text[:40]!r}") from error


def of_seconds(value: float, received_ns: int, tolerance: TimeTolerance) -> int | RefusalReason:
    """UTC nanoseconds of epoch seconds; doubles hold them to a quarter of a microsecond."""
    return event_time(value * 1e3, received_ns, tolerance)


def of_microseconds(value: str | int, received_ns: int, tolerance: TimeTolerance) -> int | RefusalReason:
    """UTC nanoseconds of epoch microseconds, as a number or as text."""
    if isinstance(value, str):
        if _DIGITS.fullmatch(value) is None:
            return RefusalReason.BAD_TIME
        value = int(value)
    judged = event_time(value / 1e3, received_ns, tolerance)
    return judged if isinstance(judged, RefusalReason) else value * 1000


def of_wall_clock(value: str, zone: tzinfo, received_ns: int, tolerance: TimeTolerance) -> int | RefusalReason:
    """UTC nanoseconds of `YYYY-MM-DD hh:mm:ss.mmm` in a zone; text that carries its own zone is read by that.

    Hours that a zone has twice or not at all (change to and from summer time) are refused: which one is meant would be
    a guess.
    """
    match = _WALL_CLOCK.fullmatch(value)
    if match is None:
        return event_time(value, received_ns, tolerance)
    try:
        moment = datetime.fromisoformat(f"{match[1]}T{match[2]}").replace(tzinfo=zone)
        # Both readings of a doubtful hour differ; the sure ones agree.
        if moment.utcoffset() != moment.replace(fold=1).utcoffset():
            return RefusalReason.BAD_TIME
        t_ns = moment_ns(moment) + int((match[3] or "").ljust(9, "0"))
    except (ValueError, OverflowError):
        return RefusalReason.BAD_TIME
    judged = event_time(t_ns // 1_000_000, received_ns, tolerance)
    return judged if isinstance(judged, RefusalReason) else t_ns
