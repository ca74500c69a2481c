from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.refusal import RefusalReason
from locator.adapters.superframe import AGREEING, LATEST_NS, PERIOD_NS, WINDOW_NS, SuperframeClock
from tests.locator.adapters.payload_files import settled
from tests.locator.yard import T0

MS = 1_000_000
BAD = RefusalReason.BAD_TIME


@given(st.lists(st.integers(0, 900), min_size=1, max_size=200), st.integers(0, 1_000_000), st.integers(0, 200))
def test_times_follow_the_counter_and_are_never_early(delays: list[int], start: int, latency: int) -> None:
    clock = SuperframeClock(None, latency * MS)
    for k, delay in enumerate(delays):
        measured = T0 + k * PERIOD_NS
        read = clock.read(start + k, measured + (latency + delay) * MS)
        if isinstance(read, RefusalReason):
            assert k < AGREEING + 20  # the zero is not known yet
            continue
        t_ns, frame = read
        assert frame == start + k
        # Late at most by the shortest extra delay of the messages that were believed.
        assert 0 <= t_ns - measured <= delay * MS


def test_a_zero_is_believed_after_a_second_of_agreement() -> None:
    clock = SuperframeClock(None, 0)
    reads = [clock.read(k, T0 + k * PERIOD_NS) for k in range(12)]
    assert reads[:10] == [BAD] * 10
    assert reads[10:] == [(T0 + k * PERIOD_NS, k) for k in (10, 11)]


def test_a_slow_tag_is_believed_after_five_messages() -> None:
    clock = SuperframeClock(None, 0)
    reads = [clock.read(50 * k, T0 + 50 * k * PERIOD_NS) for k in range(6)]
    assert [read is BAD for read in reads] == [True] * 4 + [False] * 2


def test_a_backlog_that_comes_in_one_burst_is_not_taken_for_now() -> None:
    clock = SuperframeClock(None, 0)
    # Ten minutes of messages, all within 60 ms; then the present.
    assert {clock.read(k, T0 + k * 10_000) for k in range(6000)} == {BAD}
    reads = [clock.read(6000 + k, T0 + k * PERIOD_NS) for k in range(1, 20)]
    taken = [(k, read) for k, read in enumerate(reads, 1) if read is not BAD]
    assert taken
    assert all(read == (T0 + k * PERIOD_NS, 6000 + k) for k, read in taken)


def test_what_a_broker_kept_does_not_hold_the_clock_back() -> None:
    clock = SuperframeClock(None, 0)
    assert {clock.read(frame, T0) for frame in (10, 12, 900, 901, 4000)} == {BAD}
    reads = [clock.read(6010 + k, T0 + k * PERIOD_NS) for k in range(12)]
    assert reads[-1] == (T0 + 11 * PERIOD_NS, 6021)


@given(st.integers(256, 70_000), st.integers(1, 300))
def test_a_known_wrap_costs_nothing(wraps_at: int, steps: int) -> None:
    clock = settled(wraps_at - 3, T0 + (wraps_at - 3) * PERIOD_NS, wraps_at=wraps_at)
    for k in range(wraps_at - 3, wraps_at - 3 + steps):
        assert clock.read(k % wraps_at, T0 + k * PERIOD_NS) == (T0 + k * PERIOD_NS, k)


def test_an_unknown_restart_costs_a_second_and_no_wrong_time() -> None:
    clock = settled(5000, T0)
    reads = [clock.read(k, T0 + (k + 1) * PERIOD_NS) for k in range(14)]
    assert reads[:10] == [BAD] * 10
    assert reads[10:] == [(T0 + (k + 1) * PERIOD_NS, k) for k in range(10, 14)]


def test_wild_counters_move_no_clock() -> None:
    clock = settled(100, T0)
    for k in range(1, 200):
        # Once a second, each of another network: they never agree.
        assert clock.read(50_000 + 977 * (k % 7), T0 + 10 * k * PERIOD_NS) is BAD
    assert clock.read(2100, T0 + 2000 * PERIOD_NS) == (T0 + 2000 * PERIOD_NS, 2100)


@pytest.mark.parametrize("drift_ppm", [-20.0, 20.0])
def test_a_drifting_counter_is_followed(drift_ppm: float) -> None:
    clock = settled(1000, T0)
    worst = 0
    for k in range(0, 36_000, 10):
        measured = T0 + round(k * PERIOD_NS * (1 + drift_ppm * 1e-6))
        read = clock.read(1000 + k, measured)
        assert not isinstance(read, RefusalReason)
        worst = max(worst, abs(read[0] - measured))
    assert worst <= 2 * WINDOW_NS * 21e-6


def test_what_is_five_seconds_late_is_refused() -> None:
    clock = settled(100, T0)
    assert clock.read(101, T0 + PERIOD_NS + LATEST_NS) == (T0 + PERIOD_NS, 101)
    assert clock.read(102, T0 + 2 * PERIOD_NS + LATEST_NS + 1) is BAD


@given(
    st.none() | st.integers(256, 70_000),
    st.lists(st.tuples(st.integers(0, 2**40 - 1) | st.integers(990, 1010), st.integers(0, 90_000)), max_size=60),
)
def test_whatever_comes_the_clock_is_right_or_refuses(wraps_at: int | None, messages: list[tuple[int, int]]) -> None:
    clock = SuperframeClock(wraps_at, 0)
    now_ns = T0
    for frame, pause_ms in messages:
        now_ns += pause_ms * MS
        read = clock.read(frame, now_ns)
        assert read is BAD or (not isinstance(read, RefusalReason) and now_ns - LATEST_NS <= read[0] <= now_ns)
