"""When something holds: weekly windows and dated exceptions in a plant's local time, as records and as answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from gis.record import Record
from gis.time import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterator

Hours = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""A time of day, `HH:MM`, in the plant's local time."""
LocalMinute = Annotated[str, Field(pattern=r"^\d{4}-[01]\d-[0-3]\dT([01]\d|2[0-3]):[0-5]\d$")]
"""A minute of a day, `YYYY-MM-DDTHH:MM`, in the plant's local time."""
Weekday = Annotated[int, Field(ge=1, le=7)]

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
_FOREVER_NS = (1 << 63) - 1
_DAYS_AHEAD = 8


class Weekly(Record):
    """A window that comes again every week. Where `end` is not after `start` it passes midnight."""

    days: tuple[Weekday, ...] = Field(default=EVERY_DAY, min_length=1, max_length=7)
    """On which days it begins, Monday = 1."""
    start: Hours
    end: Hours

    @field_validator("days")
    @classmethod
    def _each_once(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(days)) != len(days):
            raise ValueError("a day is given twice")
        return tuple(sorted(days))


class Dated(Record):
    """An exception during [starts, ends): open for once, or closed for once."""

    starts: LocalMinute
    ends: LocalMinute
    open: bool

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if _minute(self.ends) <= _minute(self.starts):
            raise ValueError("ends must be after starts")
        return self


class Schedule(Record):
    """When something holds. A date beats the week, a later date an earlier one in the list; empty holds always."""

    weekly: tuple[Weekly, ...] = Field(default=(), max_length=64)
    dated: tuple[Dated, ...] = Field(default=(), max_length=400)

    @property
    def is_always(self) -> bool:
        """Whether it never closes."""
        return not self.weekly and not self.dated


def open_at(schedule: Schedule, t_ns: int, timezone: str) -> bool:
    """Whether the schedule holds at an instant (UTC ns)."""
    local = _local(t_ns, ZoneInfo(timezone))
    for exception in reversed(schedule.dated):
        if _minute(exception.starts) <= local < _minute(exception.ends):
            return exception.open
    if not schedule.weekly:
        # Dates that only ever open leave nothing open between them.
        return not schedule.dated or any(not exception.open for exception in schedule.dated)
    return any(start <= local < end for window in schedule.weekly for start, end in windows_near(window, local))


def next_turn_ns(schedule: Schedule, t_ns: int, timezone: str) -> int:
    """An instant after `t_ns` until which `open_at` gives the same answer; never later than the next turn."""
    if schedule.is_always:
        return _FOREVER_NS
    zone = ZoneInfo(timezone)
    local = _local(t_ns, zone)
    bounds = [_minute(text) for exception in schedule.dated for text in (exception.starts, exception.ends)]
    bounds += [bound for window in schedule.weekly for pair in windows_near(window, local) for bound in pair]
    # The clock may be put forward or back in between, so a bound is never taken for further away than a day.
    later = [utc_ns(bound, zone) for bound in bounds if bound > local]
    return min([*(turn for turn in later if turn > t_ns), t_ns + 86_400 * NS_PER_S])


def windows_near(window: Weekly, local: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The window's occurrences (start, end; naive local) that may hold at a local time, and those of the week after."""
    start, end = (datetime.strptime(text, "%H:%M").time() for text in (window.start, window.end))  # noqa: DTZ007 - a time of day
    for ahead in range(-1, _DAYS_AHEAD):
        day = local.date() + timedelta(days=ahead)
        if day.isoweekday() in window.days:
            begins = datetime.combine(day, start)
            ends = datetime.combine(day, end)
            yield begins, ends if ends > begins else ends + timedelta(days=1)


def utc_ns(local: datetime, zone: ZoneInfo) -> int:
    """A naive local time as UTC ns."""
    return round(local.replace(tzinfo=zone).astimezone(UTC).timestamp()) * NS_PER_S


def local_time(t_ns: int, timezone: str) -> datetime:
    """An instant as naive local time, whole seconds."""
    return _local(t_ns, ZoneInfo(timezone))


def _local(t_ns: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(t_ns // NS_PER_S, zone).replace(tzinfo=None)


def _minute(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - naive local time
