from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.refusal import RefusalReason
from locator.adapters.superframe import AGREEING, LATEST_NS, PERIOD_NS, WINDOW_NS, SuperframeClock
from tests.locator.yard import T0

MS = 1_000_000


@given(
    st.lists(st.integers(0, 900), min_size=1, max_size=200),
    st.integers(0, 1_000_000),
    st.integers(0, 200),
)
def test_times_follow_the_counter_and_never_lie_in_the_future(delays: list[int], start: int, latency: int) -> None:
    clock = SuperframeClock(None, latency * MS)
    least = min(delays)
    for k, delay in enumerate(delays):
        measured = T0 + k * PERIOD_NS
        read = clock.read(start + k, measured + (latency + delay) * MS)
        assert not isinstance(read, RefusalReason)
        t_ns, frame = read
        assert frame == start + k
        # Never earlier than the truth by the counter, late at most by the shortest extra delay met so far.
        assert 0 <= t_ns - measured <= min(delays[: k + 1]) * MS
    assert least >= 0


@given(st.integers(256, 70_000), st.integers(1, 300))
def test_a_known_wrap_costs_nothing(wraps_at: int, steps: int) -> None:
    clock = SuperframeClock(wraps_at, 0)
    for k in range(wraps_at - 3, wraps_at - 3 + steps):
        read = clock.read(k % wraps_at, T0 + k * PERIOD_NS)
        assert read == (T0 + k * PERIOD_NS, k)


def test_an_unknown_restart_costs_a_few_messages_and_no_wrong_time() -> None:
    clock = SuperframeClock(None, 0)
    assert clock.read(5000, T0) == (T0, 5000)
    reads = [clock.read(k, T0 + (k + 1) * PERIOD_NS) for k in range(8)]
    assert reads[: AGREEING - 1] == [RefusalReason.BAD_TIME] * (AGREEING - 1)
    assert reads[AGREEING - 1 :] == [(T0 + (k + 1) * PERIOD_NS, k) for k in range(AGREEING - 1, 8)]


def test_one_wild_counter_moves_no_clock() -> None:
    clock = SuperframeClock(None, 0)
    assert clock.read(100, T0) == (T0, 100)
    for wild in (7, 90_000, 3, 12_345, 77_777, 1):
        assert clock.read(wild, T0 + PERIOD_NS) is RefusalReason.BAD_TIME
    assert clock.read(101, T0 + PERIOD_NS) == (T0 + PERIOD_NS, 101)


def test_a_retained_message_of_long_ago_does_not_hold_the_clock_back() -> None:
    clock = SuperframeClock(None, 0)
    # The broker hands on what it kept: frame 10, sent ten minutes before.
    clock.read(10, T0)
    reads = [clock.read(6010 + k, T0 + k * PERIOD_NS) for k in range(AGREEING + 1)]
    assert reads[-1] == (T0 + AGREEING * PERIOD_NS, 6010 + AGREEING)


@pytest.mark.parametrize("drift_ppm", [-20.0, 20.0])
def test_a_drifting_counter_is_followed(drift_ppm: float) -> None:
    clock = SuperframeClock(None, 0)
    worst = 0
    for k in range(0, 36_000, 10):
        measured = T0 + round(k * PERIOD_NS * (1 + drift_ppm * 1e-6))
        read = clock.read(k, measured)
        assert not isinstance(read, RefusalReason)
        worst = max(worst, abs(read[0] - measured))
    assert worst <= 2 * WINDOW_NS * 21e-6


def test_what_is_five_seconds_late_is_refused() -> None:
    clock = SuperframeClock(None, 0)
    clock.read(100, T0)
    assert clock.read(101, T0 + PERIOD_NS + LATEST_NS) == (T0 + PERIOD_NS, 101)
    assert clock.read(102, T0 + 2 * PERIOD_NS + LATEST_NS + 1) is RefusalReason.BAD_TIME


@given(
    st.none() | st.integers(256, 70_000),
    st.lists(st.tuples(st.integers(0, 2**40 - 1) | st.integers(990, 1010), st.integers(0, 90_000)), max_size=60),
)
def test_whatever_comes_the_clock_is_right_refuses_or_begins_anew(
    wraps_at: int | None, messages: list[tuple[int, int]]
) -> None:
    clock = SuperframeClock(wraps_at, 0)
    now_ns = T0
    for frame, pause_ms in messages:
        now_ns += pause_ms * MS
        read = clock.read(frame, now_ns)
        if isinstance(read, RefusalReason):
            assert read is RefusalReason.BAD_TIME
        else:
            assert now_ns - LATEST_NS - MS <= read[0] <= now_ns


def test_doubtful_messages_alone_do_not_become_the_clock_with_time() -> None:
    clock = SuperframeClock(None, 0)
    assert clock.read(100, T0) == (T0, 100)
    for k in range(1, 200):
        # Once a second, each of another network: they never agree.
        wild = 50_000 + 977 * (k % 7)
        assert clock.read(wild, T0 + 10 * k * PERIOD_NS) is RefusalReason.BAD_TIME
    assert clock.read(2100, T0 + 2000 * PERIOD_NS) == (T0 + 2000 * PERIOD_NS, 2100)
