from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from locator.duplicates import KEEP_NS, Duplicates


def test_a_key_is_known_for_thirty_seconds_and_forgotten_in_the_end() -> None:
    known = Duplicates()
    assert not known.seen("a", 0)
    assert known.seen("a", KEEP_NS)
    assert not known.seen("b", KEEP_NS)
    assert not known.seen("a", 4 * KEEP_NS)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 10 * 10**9)), max_size=40))
def test_no_repetition_within_the_time_is_missed(steps: list[tuple[int, int]]) -> None:
    known, now, last = Duplicates(), 0, dict[int, int]()
    for key, pause in steps:
        now += pause
        came = known.seen(key, now)
        if key in last and now - last[key] <= KEEP_NS:
            assert came
        if key not in last:
            assert not came
        if not came:
            last[key] = now


def test_memory_is_bounded() -> None:
    known = Duplicates(largest=10)
    for key in range(100):
        known.seen(key, 0)
    assert len(known) <= 20
