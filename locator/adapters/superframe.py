"""Event time for engines that send only a counter of superframes: the counter is the clock, arrivals set its zero.

The zero of the counter is the least `arrival − counter × period` of the last half minute to minute: the quickest
message tells the truth best, and a message that waited in a queue keeps the time of its superframe. What remains is
the shortest delay between radio and arrival, which nothing in the messages shows: it is declared. Pure.
"""

from __future__ import annotations

from gis.refusal import RefusalReason
from gis.time import NS_PER_S

PERIOD_NS = NS_PER_S // 10
"""A superframe of PANS lasts 100 ms."""
WINDOW_NS = 30 * NS_PER_S
LATEST_NS = 5 * NS_PER_S
EARLIEST_NS = NS_PER_S
AGREEING = 5
"""So many messages in a row must agree on a new zero before it is believed."""


class SuperframeClock:
    """The clock of one network.

    Args:
        wraps_at: the counter runs from 0 to this, exclusive; None if unknown: a restart of the counter then costs the
            first few messages after it.
        latency_ns: shortest delay from radio to arrival.
    """

    def __init__(self, wraps_at: int | None, latency_ns: int) -> None:
        self._wraps_at = wraps_at
        self._latency_ns = latency_ns
        self._since_ns = 0
        self._zero_ns: int | None = None
        self._former_ns: int | None = None
        self._doubts: list[int] = []

    def read(self, frame: int, received_ns: int) -> tuple[int, int] | RefusalReason:
        """The time of a superframe, UTC nanoseconds, and its number counted on over the wraps.

        Args:
            frame: the counter as sent.
            received_ns: arrival, UTC nanoseconds.

        Returns:
            BAD_TIME while counter and arrival contradict what was learnt: more than five seconds late or one early.
        """
        if self._zero_ns is None:
            self._begin(received_ns - frame * PERIOD_NS, received_ns)
        zero_ns = self._least()
        if self._wraps_at is not None:
            whole_ns = self._wraps_at * PERIOD_NS
            frame += round((received_ns - zero_ns - frame * PERIOD_NS) / whole_ns) * self._wraps_at
        own_zero_ns = received_ns - frame * PERIOD_NS
        if not -EARLIEST_NS <= own_zero_ns - zero_ns <= LATEST_NS:
            if not self._agreed(own_zero_ns):
                return RefusalReason.BAD_TIME
            self._begin(min(self._doubts), received_ns)
        elif received_ns - self._since_ns > WINDOW_NS:
            # Only a message that fits opens the next window: doubtful ones must not set its zero.
            self._former_ns, self._zero_ns, self._since_ns = self._zero_ns, own_zero_ns, received_ns
        else:
            self._zero_ns = min(zero_ns if self._zero_ns is None else self._zero_ns, own_zero_ns)
        self._doubts.clear()
        return self._least() + frame * PERIOD_NS - self._latency_ns, frame

    def _begin(self, zero_ns: int, received_ns: int) -> None:
        self._zero_ns, self._former_ns, self._since_ns = zero_ns, None, received_ns

    def _least(self) -> int:
        return min(zero for zero in (self._zero_ns, self._former_ns) if zero is not None)

    def _agreed(self, own_zero: int) -> bool:
        if self._doubts and abs(own_zero - self._doubts[-1]) > EARLIEST_NS:
            self._doubts.clear()
        self._doubts.append(own_zero)
        return len(self._doubts) >= AGREEING
