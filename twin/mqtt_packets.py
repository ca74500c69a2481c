"""MQTT 5 as a subscriber at QoS 1 needs it: packets to send as bytes, and received bytes cut into packets. Pure.

After the OASIS standard MQTT Version 5.0 (section numbers below). Only what a subscriber meets is read; anything else
from a broker is a `PacketError`, upon which the connection ends and another is tried.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gis.errors import FeedError
from gis.messages import Arrival

PINGREQ = b"\xc0\x00"
DISCONNECT = b"\xe0\x00"
FAILED = 0x80
"""Reason codes from here on mean no."""

_PUBLISH, _CONNACK, _SUBACK, _PINGRESP, _DISCONNECT = 3, 2, 9, 13, 14
_TOPIC_BYTES = 65_535
_TOPICS_KEPT = 10_000
_KEEPALIVE = 0x13
# Section 2.2.2.2: bytes that the value of a property takes; −1 and −2 are one and two strings, 0 a varying number.
_SIZES = {
    0x0B: 0,
    **dict.fromkeys((0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A), 1),
    **dict.fromkeys((0x13, 0x21, 0x22, 0x23), 2),
    **dict.fromkeys((0x02, 0x11, 0x18, 0x27), 4),
    **dict.fromkeys((0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1A, 0x1C, 0x1F), -1),
    0x26: -2,
}
_REASONS = {
    0x81: "malformed packet",
    0x82: "protocol error",
    0x84: "it does not speak MQTT 5",
    0x85: "client name not allowed",
    0x86: "user name or password wrong",
    0x87: "not authorised",
    0x88: "not available",
    0x89: "busy",
    0x8A: "banned",
    0x8B: "shutting down",
    0x8D: "it heard nothing from here for too long",
    0x8E: "the session was taken over by another client of the same name",
    0x8F: "topic filter not allowed",
    0x97: "quota exceeded",
}


class PacketError(FeedError):
    """What the broker sent is no MQTT 5 that a subscriber can meet."""


def reason_words(code: int) -> str:
    """A reason code of section 2.4 in words."""
    return _REASONS.get(code, f"reason {code:#04x}")


def connect(
    client_id: str,
    username: str | None,
    password: str | None,
    *,
    clean_start: bool,
    keepalive_s: int,
    session_s: int,
    at_once: int,
) -> bytes:
    """A CONNECT packet (3.1).

    Args:
        client_id: name of the session.
        username: login, if any.
        password: login, if any.
        clean_start: forget what a former session kept.
        keepalive_s: the broker hears from us at least so often.
        session_s: how long the broker keeps the session after the connection.
        at_once: most messages on their way here unacknowledged.
    """
    flags = clean_start << 1 | (password is not None) << 6 | (username is not None) << 7
    properties = b"\x21" + at_once.to_bytes(2)
    if session_s:
        properties += b"\x11" + session_s.to_bytes(4)
    login = b"".join(_text(part) for part in (client_id, username, password) if part is not None)
    head = _text("MQTT") + bytes((5, flags)) + keepalive_s.to_bytes(2)
    return _packet(0x10, head + _varying(len(properties)) + properties + login)


def subscribe(number: int, filters: tuple[str, ...]) -> bytes:
    """A SUBSCRIBE packet (3.8) at QoS 1, answered under the same number."""
    return _packet(0x82, number.to_bytes(2) + b"\x00" + b"".join(_text(one) + b"\x01" for one in filters))


def _packet(first: int, body: bytes) -> bytes:
    return bytes((first,)) + _varying(len(body)) + body


def _text(value: str) -> bytes:
    data = value.encode()
    return len(data).to_bytes(2) + data


def _varying(value: int) -> bytes:
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | 0x80 if value else low)
        if not value:
            return bytes(out)


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker's answer to CONNECT: a reason code, below 0x80 for yes, and its keepalive if it sets one."""

    reason: int
    keepalive_s: int | None


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The broker's answer to SUBSCRIBE: a reason code for each filter."""

    reasons: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """The broker ends the connection."""

    reason: int


@dataclass(slots=True)
class Portion:
    """What one piece of the stream held.

    Attributes:
        arrivals: messages, in order.
        acknowledgements: PUBACK packets for them, to be sent once they are kept.
        oversized: topic and size of messages too large to be held; acknowledged as well.
        answers: everything else that matters.
    """

    arrivals: list[Arrival] = field(default_factory=list)
    acknowledgements: bytes = b""
    oversized: list[tuple[str, int]] = field(default_factory=list)
    answers: list[Connected | Subscribed | Ended] = field(default_factory=list)


@dataclass(slots=True)
class _Skipped:
    topic: str
    number: bytes
    size: int
    left: int


class Stream:
    """What a broker sends over one connection, cut into packets.

    A message longer than `longest` is thrown away while it comes, so that a connection holds no more than that.

    Args:
        longest: most bytes of a message's payload that are held.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest + _TOPIC_BYTES
        self._rest = b""
        self._skipped: _Skipped | None = None
        self._topics: dict[bytes, str] = {}

    def take(self, data: bytes, received_ns: int) -> Portion:  # noqa: C901, PLR0912 - one loop, the hot one
        """Read the next bytes, which came at a UTC time in nanoseconds.

        Raises:
            PacketError: they are nothing that a subscriber can meet.
        """
        portion = Portion()
        numbers: list[bytes] = []
        if self._skipped is not None:
            data = self._skip(data, portion, numbers)
        elif self._rest:
            data = self._rest + data
        at, end = 0, len(data)
        topics, arrivals = self._topics, portion.arrivals
        try:
            while at + 2 <= end:
                first, length, begin = data[at], data[at + 1], at + 2
                if length > 0x7F:
                    try:
                        length, begin = _read_varying(data, at + 1)
                    except IndexError:
                        break
                after = begin + length
                if after > end:
                    if length > self._longest and self._begin_skip(data, first, begin, after):
                        at = end
                    break
                if first >> 4 == _PUBLISH:
                    rest = begin + 2 + (data[begin] << 8 | data[begin + 1])
                    name = data[begin + 2 : rest]
                    topic = topics.get(name) or self._topic(name)
                    if first & 6 == 2:
                        numbers.append(data[rest : rest + 2])
                        rest += 2
                    elif first & 6:
                        raise PacketError("the broker sent a message at QoS 2")
                    properties = data[rest]
                    rest += 1
                    if properties:
                        properties, rest = _read_varying(data, rest - 1)
                        rest += properties
                    if rest > after:
                        raise PacketError("the broker sent a malformed message")
                    arrivals.append(Arrival(topic, data[rest:after], received_ns))
                else:
                    _answer(first >> 4, data[begin:after], portion.answers)
                at = after
        except IndexError:
            raise PacketError("the broker sent a malformed packet") from None
        self._rest = data[at:]
        if numbers:
            portion.acknowledgements = b"\x40\x02" + b"\x40\x02".join(numbers)
        return portion

    def _topic(self, name: bytes) -> str:
        # A name that is no text is still a message to count and refuse.
        topic = name.decode(errors="replace")
        if not topic:
            raise PacketError("the broker sent a message without a topic")
        if len(self._topics) >= _TOPICS_KEPT:
            self._topics.clear()
        self._topics[name] = topic
        return topic

    def _begin_skip(self, data: bytes, first: int, begin: int, after: int) -> bool:
        """Throw away what is here of a message that is too long; False until its topic is here."""
        if first >> 4 != _PUBLISH:
            raise PacketError("the broker sent a packet longer than any that is no message")
        if len(data) < begin + 2:
            return False
        rest = begin + 2 + (data[begin] << 8 | data[begin + 1])
        if len(data) < rest + 2:
            return False
        number = data[rest : rest + 2] if first & 6 else b""
        self._skipped = _Skipped(self._topic(data[begin + 2 : rest]), number, after - rest, after - len(data))
        return True

    def _skip(self, data: bytes, portion: Portion, numbers: list[bytes]) -> bytes:
        skipped = self._skipped
        assert skipped is not None, "only asked for while something is thrown away"
        gone = min(skipped.left, len(data))
        skipped.left -= gone
        if not skipped.left:
            portion.oversized.append((skipped.topic, skipped.size))
            if skipped.number:
                numbers.append(skipped.number)
            self._skipped = None
        return data[gone:]


def _read_varying(data: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer (1.5.5), and where it ends. IndexError: it is not all there."""
    value = 0
    for shift in (0, 7, 14, 21):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise PacketError("the broker sent a malformed length")


def _answer(kind: int, body: bytes, answers: list[Connected | Subscribed | Ended]) -> None:
    if kind == _CONNACK:
        answers.append(Connected(body[1], _property(body, 2, _KEEPALIVE)))
    elif kind == _SUBACK:
        length, at = _read_varying(body, 2)
        answers.append(Subscribed(tuple(body[at + length :])))
    elif kind == _DISCONNECT:
        answers.append(Ended(body[0] if body else 0))
    elif kind != _PINGRESP:
        raise PacketError(f"the broker sent a packet of kind {kind}")


def _property(body: bytes, at: int, wanted: int) -> int | None:
    """The value of a two-byte property, or None; properties begin with their length."""
    length, at = _read_varying(body, at)
    end = at + length
    while at < end:
        which, at = body[at], at + 1
        size = _SIZES.get(which)
        if size is None:
            raise PacketError(f"the broker sent an unknown property {which:#04x}")
        if which == wanted:
            return int.from_bytes(body[at : at + 2])
        if size == 0:
            _, at = _read_varying(body, at)
        for _ in range(-size):
            at += 2 + (body[at] << 8 | body[at + 1])
        at += max(size, 0)
    return None
