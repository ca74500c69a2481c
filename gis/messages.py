"""Messages from outside: JSON bytes to typed values, or the reason why not. Pure; nothing here raises on bad input.

A payload is one object or an array of objects. Of an array, only the elements that are wrong are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, NamedTuple, TypeVar

import msgspec

from gis.errors import TimeError
from gis.refusal import Refusal, RefusalReason
from gis.time import MAX_MS, MIN_MS, NS_PER_MS, NS_PER_S, parse_time

MAX_BYTES = 1_000_000
"""The longest payload that is looked at."""

T = TypeVar("T")

_NOT_A_NUMBER = re.compile(rb"[:\[,]\s*[-+]?(?:nan|inf(?:inity)?)\s*[,}\]]", re.IGNORECASE)
_USUAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3}|\.\d{6})?Z$")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DETAIL = 200
_EVERYTHING = (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError)


class Arrival(NamedTuple):
    """One message as it came in."""

    topic: str
    payload: bytes
    received_ns: int


@dataclass(frozen=True, slots=True)
class TimeTolerance:
    """How far the time of a measurement may be from the time it arrived.

    Args:
        future_ns: how much later than the arrival, for clocks that run fast.
        past_ns: how much earlier, for engines that store and forward.
    """

    future_ns: int = 100 * NS_PER_MS
    past_ns: int = 3600 * NS_PER_S


STRICT = TimeTolerance()
"""100 ms ahead, an hour behind."""


class Reader(Generic[T]):
    """Reads payloads of one message type (a msgspec struct)."""

    def __init__(self, kind: type[T]) -> None:
        self._one = msgspec.json.Decoder(kind)
        self._many = msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]  # the class is an argument
        self._parts = msgspec.json.Decoder(list[msgspec.Raw])

    def read(self, topic: str, payload: bytes) -> tuple[list[T], list[Refusal]]:
        """The well-formed elements of a payload in order, and a refusal for every other one."""
        if len(payload) > MAX_BYTES:
            return [], [Refusal(RefusalReason.TOO_LARGE, topic, f"{len(payload)} bytes")]
        array = payload[:1] == b"[" or payload.lstrip()[:1] == b"["
        try:
            return (self._many.decode(payload) if array else [self._one.decode(payload)]), []
        except _EVERYTHING as error:
            if not array:
                return [], [_refusal(error, topic, payload)]
        try:
            parts = self._parts.decode(payload)
        except _EVERYTHING as error:
            return [], [_refusal(error, topic, payload)]
        good: list[T] = []
        bad: list[Refusal] = []
        for part in parts:
            try:
                good.append(self._one.decode(part))
            except _EVERYTHING as error:
                bad.append(_refusal(error, topic, bytes(part)))
        return good, bad


def event_time(value: str | float, received_ns: int, tolerance: TimeTolerance = STRICT) -> int | RefusalReason:
    """The event time of a message as UTC nanoseconds, or why it has none.

    Args:
        value: ISO 8601 with zone, or epoch milliseconds.
        received_ns: when the message arrived, UTC nanoseconds.
        tolerance: how far the two may differ.
    """
    t_ns = _read_time(value)
    if isinstance(t_ns, RefusalReason):
        return t_ns
    if t_ns > received_ns + tolerance.future_ns:
        return RefusalReason.FUTURE_TIME
    if t_ns < received_ns - tolerance.past_ns:
        return RefusalReason.TOO_OLD
    return t_ns


def _read_time(value: str | float) -> int | RefusalReason:
    # Whole milliseconds are read at once. The usual spelling `2026-01-02T03:04:05.678Z` goes through C; everything else
    # through the strict reader.
    if isinstance(value, float) and value.is_integer() and MIN_MS <= value <= MAX_MS:
        return int(value) * NS_PER_MS
    if (
        isinstance(value, str)
        and len(value) in (20, 24, 27)
        and value[-1] == "Z"
        and value[4] == "-"
        and value[10] == "T"
    ):
        try:
            since = datetime.fromisoformat(value) - _EPOCH
        except ValueError:
            return RefusalReason.BAD_TIME
        if 10_957 <= since.days < 47_482:
            return (since.days * 86_400 + since.seconds) * NS_PER_S + since.microseconds * 1000
    try:
        return parse_time(value)
    except (TimeError, ValueError, OverflowError):
        return RefusalReason.NAIVE_TIME if _is_naive(value) else RefusalReason.BAD_TIME


def _is_naive(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parse_time(value + "Z")
    except (TimeError, ValueError, OverflowError):
        return False
    return True


def _refusal(error: Exception, topic: str, payload: bytes) -> Refusal:
    text = str(error)
    if isinstance(error, msgspec.ValidationError):
        if "missing required field" in text:
            reason = RefusalReason.MISSING_FIELD
        elif "out of range" in text:
            reason = RefusalReason.NOT_FINITE
        else:
            reason = RefusalReason.WRONG_TYPE
    elif _NOT_A_NUMBER.search(payload):
        reason = RefusalReason.NOT_FINITE
    else:
        reason = RefusalReason.NOT_JSON
    return Refusal(reason, topic, text[:_DETAIL])
