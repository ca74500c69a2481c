"""UTC instants: integer nanoseconds inside, ISO 8601 with `Z` outside. Naive times are refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NewType

from gis.errors import TimeError

UtcNs = NewType("UtcNs", int)
"""Nanoseconds since 1970-01-01T00:00:00Z."""

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(
    r"(?P<head>\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2})(?:[.,](?P<frac>\d{1,9}))?(?P<zone>Z|z|[+-]\d{2}:?\d{2})?$"
)
# Epoch numbers outside 2000…2100 are seconds, microseconds or garbage taken for milliseconds.
MIN_MS, MAX_MS = 946_684_800_000, 4_102_444_800_000


def parse_time(value: object) -> UtcNs:
    """Read an ISO 8601 time with zone, or epoch milliseconds, as UTC nanoseconds.

    Raises:
        TimeError: naive, unreadable, or outside the years 2000 to 2100.
    """
    if isinstance(value, bool):
        raise TimeError("a boolean is no time")
    if isinstance(value, int | float):
        if not MIN_MS <= value <= MAX_MS:
            raise TimeError(f"epoch milliseconds out of range: {value!r}")
        whole = int(value)
        return UtcNs(whole * NS_PER_MS + round((value - whole) * NS_PER_MS))
    if not isinstance(value, str):
        raise TimeError(f"a time is text or a number, not {type(value).__name__}")
    match = _ISO.match(value)
    if match is None:
        raise TimeError(f"not an ISO 8601 time: {value[:40]!r}")
    if match["zone"] is None:
        raise TimeError(f"time without zone: {value[:40]!r}")
    try:
        moment = datetime.fromisoformat(match["head"] + match["zone"].upper())
    except ValueError as error:
        raise TimeError(f"no such time: {value[:40]!r}") from error
    fraction_ns = int((match["frac"] or "").ljust(9, "0"))
    seconds = (moment - _EPOCH) // timedelta(seconds=1)
    if not MIN_MS <= seconds * 1000 <= MAX_MS:
        raise TimeError(f"time outside 2000 to 2100: {value[:40]!r}")
    return UtcNs(seconds * NS_PER_S + fraction_ns)


def format_time(t_ns: int) -> str:
    """Write an instant as ISO 8601 UTC with milliseconds and `Z`."""
    second, rest_ns = divmod(t_ns, NS_PER_S)
    return f"{_whole_second(second)}.{rest_ns // 1_000_000:03d}Z"


@lru_cache(maxsize=256)  # ten thousand fixes of a moment share a few seconds
def _whole_second(second: int) -> str:
    return format_moment(second * NS_PER_S).isoformat(timespec="seconds")[:19]


def format_moment(t_ns: int) -> datetime:
    """The instant as an aware UTC datetime (microseconds; the rest is cut)."""
    return _EPOCH + timedelta(microseconds=t_ns // 1000)


def moment_ns(moment: datetime) -> UtcNs:
    """An aware datetime as UTC nanoseconds.

    Raises:
        TimeError: the datetime is naive.
    """
    if moment.tzinfo is None:
        raise TimeError("a naive datetime is refused")
    return UtcNs((moment - _EPOCH) // timedelta(microseconds=1) * 1000)
