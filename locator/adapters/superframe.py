"""Event time for engines that send only a counter of superframes: the counter is the clock, arrivals set its zero.

The zero of the counter is the least `arrival − counter × period` of the last half minute to minute: the quickest
message tells the truth best, and a message that waited in a queue keeps the time of its superframe. What remains is
the shortest delay between radio and arrival, which nothing in the messages shows: it is declared.

A zero is believed once several messages over a second agree on it; before, and after the counter began anew, messages
are refused. So neither what a broker kept nor a backlog that comes in one burst is ever taken for now. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from gis.refusal import RefusalReason
from gis.time import NS_PER_S

PERIOD_NS = NS_PER_S // 10
"""A superframe of PANS lasts 100 ms."""
WINDOW_NS = 30 * NS_PER_S
LATEST_NS = 5 * NS_PER_S
EARLIEST_NS = NS_PER_S
AGREEING = 5
AGREEING_NS = NS_PER_S
"""So many messages in a row, over so long, must agree on a zero before it is believed."""


@dataclass(slots=True)
class _Claim:
    """A zero that messages in a row agree on so far."""

    messages: int
    since_ns: int
    least_ns: int
    most_ns: int


class SuperframeClock:
    """The clock of one network.

    Args:
        wraps_at: the counter runs from 0 to this, exclusive; None if unknown: a restart of the counter then costs the
            first messages after it.
        latency_ns: shortest delay from radio to arrival.
    """

    def __init__(self, wraps_at: int | None, latency_ns: int) -> None:
        self._wraps_at = wraps_at
        self._latency_ns = latency_ns
        self._since_ns = 0
        self._zero_ns: int | None = None
        self._former_ns: int | None = None
        self._claim: _Claim | None = None

    def read(self, frame: int, received_ns: int) -> tuple[int, int] | RefusalReason:
        """The time of a superframe, UTC nanoseconds, and its number counted on over the wraps.

        Args:
            frame: the counter as sent.
            received_ns: arrival, UTC nanoseconds.

        Returns:
            BAD_TIME until the zero is known, and while counter and arrival contradict it: more than five seconds late
            or one early.
        """
        if self._zero_ns is None:
            return self._doubt(frame, received_ns)
        zero_ns = self._least(self._zero_ns)
        if self._wraps_at is not None:
            whole_ns = self._wraps_at * PERIOD_NS
            frame += round((received_ns - zero_ns - frame * PERIOD_NS) / whole_ns) * self._wraps_at
        own_zero_ns = received_ns - frame * PERIOD_NS
        if not -EARLIEST_NS <= own_zero_ns - zero_ns <= LATEST_NS:
            return self._doubt(frame, received_ns)
        if received_ns - self._since_ns > WINDOW_NS:
            self._former_ns, self._zero_ns, self._since_ns = self._zero_ns, own_zero_ns, received_ns
        else:
            self._zero_ns = min(self._zero_ns, own_zero_ns)
        self._claim = None
        return self._least(self._zero_ns) + frame * PERIOD_NS - self._latency_ns, frame

    def _least(self, zero_ns: int) -> int:
        return zero_ns if self._former_ns is None else min(zero_ns, self._former_ns)

    def _doubt(self, frame: int, received_ns: int) -> tuple[int, int] | RefusalReason:
        """Take a message for a claim on a new zero; the one that proves it is the first to be believed."""
        own_zero_ns = received_ns - frame * PERIOD_NS
        claim = self._claim
        if claim is not None:
            claim.messages += 1
            claim.least_ns = min(claim.least_ns, own_zero_ns)
            claim.most_ns = max(claim.most_ns, own_zero_ns)
        if claim is None or claim.most_ns - claim.least_ns > EARLIEST_NS:
            self._claim = claim = _Claim(1, received_ns, own_zero_ns, own_zero_ns)
        if claim.messages < AGREEING or received_ns - claim.since_ns < AGREEING_NS:
            return RefusalReason.BAD_TIME
        self._zero_ns, self._former_ns, self._since_ns, self._claim = claim.least_ns, None, received_ns, None
        return claim.least_ns + frame * PERIOD_NS - self._latency_ns, frame
