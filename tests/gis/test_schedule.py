"""Weekly windows and dated exceptions in local time."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gis.schedule import Schedule, next_turn_ns, open_at
from tests.gis.plants import schedules

ZONE = "Asia/Shanghai"
S = 10**9


def at(text: str, zone: str = ZONE) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * S


NIGHTS = Schedule.model_validate({"weekly": [{"days": [5], "start": "22:00", "end": "06:00"}]})


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("2026-11-27T21:59:59", False),  # a Friday
        ("2026-11-27T22:00", True),
        ("2026-11-28T05:59:59", True),  # past midnight, still Friday's window
        ("2026-11-28T06:00", False),
        ("2026-11-28T22:30", False),
    ],
)
def test_a_window_may_pass_midnight(text: str, holds: bool) -> None:
    assert open_at(NIGHTS, at(text), ZONE) is holds


def test_a_date_beats_the_week_and_a_later_date_an_earlier_one() -> None:
    schedule = Schedule.model_validate(
        {
            "weekly": [{"start": "08:00", "end": "16:00"}],
            "dated": [
                {"starts": "2026-10-01T00:00", "ends": "2026-10-08T00:00", "open": False},
                {"starts": "2026-10-03T20:00", "ends": "2026-10-03T23:00", "open": True},
            ],
        }
    )
    assert open_at(schedule, at("2026-09-30T12:00"), ZONE)
    assert not open_at(schedule, at("2026-10-02T12:00"), ZONE)
    assert open_at(schedule, at("2026-10-03T21:00"), ZONE)
    assert not open_at(schedule, at("2026-10-03T23:00"), ZONE)


def test_nothing_said_holds_always_and_dates_alone_mean_what_they_say() -> None:
    assert open_at(Schedule(), at("2026-10-02T12:00"), ZONE)
    week = {"starts": "2026-10-01T00:00", "ends": "2026-10-08T00:00"}
    only = Schedule.model_validate({"dated": [week | {"open": True}]})
    never = Schedule.model_validate({"dated": [week | {"open": False}]})
    days = (at("2026-10-02T12:00"), at("2026-10-09T12:00"))
    assert [open_at(only, day, ZONE) for day in days] == [True, False]
    assert [open_at(never, day, ZONE) for day in days] == [False, True]


def test_the_same_hours_mean_the_whole_day() -> None:
    sundays = Schedule.model_validate({"weekly": [{"days": [7], "start": "00:00", "end": "00:00"}]})
    assert open_at(sundays, at("2026-11-29T23:59"), ZONE)
    assert not open_at(sundays, at("2026-11-30T00:00"), ZONE)


def test_local_hours_follow_the_clock_that_is_put_back() -> None:
    schedule = Schedule.model_validate({"weekly": [{"start": "08:00", "end": "09:00"}]})
    for day in ("2026-10-24", "2026-10-26"):  # the clock was put back between them
        assert open_at(schedule, at(f"{day}T08:30", "Europe/Berlin"), "Europe/Berlin")


@given(schedules(), st.integers(at("2026-01-01T00:00"), at("2030-12-31T00:00")), st.integers(0, 86_400 * S - 1))
def test_the_answer_holds_until_the_next_turn(given_schedule: dict[str, object], t_ns: int, later_ns: int) -> None:
    schedule = Schedule.model_validate(given_schedule)
    turn = next_turn_ns(schedule, t_ns, ZONE)
    assert turn > t_ns
    if t_ns + later_ns < turn:
        assert open_at(schedule, t_ns + later_ns, ZONE) is open_at(schedule, t_ns, ZONE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekly": [{"days": [], "start": "08:00", "end": "16:00"}]},
        {"weekly": [{"days": [1, 1], "start": "08:00", "end": "16:00"}]},
        {"weekly": [{"start": "24:00", "end": "16:00"}]},
        {"dated": [{"starts": "2026-10-08T00:00", "ends": "2026-10-01T00:00", "open": True}]},
        {"dated": [{"starts": "2026-02-30T00:00", "ends": "2026-10-01T00:00", "open": True}]},
    ],
)
def test_what_no_clock_shows_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Schedule.model_validate(wrong)
