from __future__ import annotations

from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import TimeError
from gis.messages import STRICT, TimeTolerance
from gis.refusal import RefusalReason
from gis.time import format_moment, parse_time
from locator.adapters.engine_time import of_microseconds, of_seconds, of_wall_clock, zone_of
from tests.locator.yard import T0

WIDE = TimeTolerance(future_ns=10**18, past_ns=10**18)
CHINA = timezone(timedelta(hours=8))
BERLIN = zone_of("Europe/Berlin")


@pytest.mark.parametrize(("text", "hours"), [("UTC", 0), ("+08:00", 8), ("-03:30", -3.5), ("Asia/Shanghai", 8)])
def test_zones_are_names_or_offsets(text: str, hours: float) -> None:
    assert zone_of(text).utcoffset(format_moment(T0)) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "Mars/Base", "+8", "+25:00", "../../etc/passwd", "UTC\x00"])
def test_what_is_no_zone_is_an_error(text: str) -> None:
    with pytest.raises(TimeError):
        zone_of(text)


def test_wall_clocks_are_read_in_their_zone() -> None:
    received = parse_time("2026-11-23T01:00:01Z")
    expected = parse_time("2026-11-23T01:00:00.100Z")
    assert of_wall_clock("2026-11-23 01:00:00.100", UTC, received, STRICT) == expected
    assert of_wall_clock("2026-11-23 09:00:00.1", CHINA, received, STRICT) == expected
    # Text that carries its zone needs none.
    assert of_wall_clock("2026-11-23T09:00:00.100+08:00", UTC, received, STRICT) == expected
    # UTC taken for local time would be eight hours away: refused, not shown.
    assert of_wall_clock("2026-11-23 01:00:00.100", CHINA, received, STRICT) is RefusalReason.TOO_OLD
    assert of_wall_clock("2026-11-23 09:00:00.100", UTC, received, STRICT) is RefusalReason.FUTURE_TIME


@pytest.mark.parametrize("text", ["2026-10-25 02:30:00", "2026-03-29 02:30:00"])
def test_hours_that_come_twice_or_not_at_all_are_refused(text: str) -> None:
    assert of_wall_clock(text, BERLIN, T0, WIDE) is RefusalReason.BAD_TIME
    assert isinstance(of_wall_clock(text.replace("02:30", "04:30"), BERLIN, T0, WIDE), int)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-13-01 00:00:00", "2026-02-30 00:00:00", "0001-01-01 00:00:00", "2026-11-23 24:00:00"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    assert of_wall_clock(text, CHINA, T0, WIDE) is RefusalReason.BAD_TIME


@given(st.integers(T0 - 10**15, T0 + 10**15))
def test_a_wall_clock_round_trips_to_the_microsecond(t_ns: int) -> None:
    moment = format_moment(t_ns)
    text = moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S.%f")
    assert of_wall_clock(text, CHINA, t_ns, WIDE) == t_ns // 1000 * 1000


@given(st.integers(T0 - 10**15, T0 + 10**15))
def test_seconds_and_microseconds_keep_a_microsecond(t_ns: int) -> None:
    seconds = of_seconds(t_ns / 1e9, T0, WIDE)
    micros = of_microseconds(str(t_ns // 1000), T0, WIDE)
    assert isinstance(seconds, int)
    assert isinstance(micros, int)
    assert abs(seconds - t_ns) < 1000
    assert micros == t_ns // 1000 * 1000
    assert of_microseconds(t_ns // 1000, T0, WIDE) == micros


@pytest.mark.parametrize("text", ["", "-1", "1e15", "12 ", "١٢٣", "9" * 21])
def test_microseconds_as_other_text_are_refused(text: str) -> None:
    assert of_microseconds(text, T0, WIDE) is RefusalReason.BAD_TIME


def test_the_wrong_unit_is_no_time() -> None:
    assert of_seconds(T0 / 1e6, T0, WIDE) is RefusalReason.BAD_TIME
    assert of_microseconds(str(T0), T0, WIDE) is RefusalReason.BAD_TIME
