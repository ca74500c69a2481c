"""MQTT 5 in bytes: what is sent is what the standard says, what comes is read however the stream is cut."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from twin.mqtt_packets import Connected, Ended, PacketError, Portion, Stream, Subscribed, connect, subscribe

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 1000


def _number(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def _published(topic: bytes, payload: bytes, number: int | None, properties: bytes = b"\x00") -> bytes:
    body = len(topic).to_bytes(2) + topic + (b"" if number is None else number.to_bytes(2)) + properties + payload
    return bytes([0x30 if number is None else 0x32]) + _number(len(body)) + body


def _read(pieces: Sequence[bytes], longest: int = LONGEST) -> Portion:
    """What all pieces of a stream hold together."""
    stream, all_of_it = Stream(longest), Portion()
    for piece in pieces:
        portion = stream.take(piece, 7)
        all_of_it.arrivals += portion.arrivals
        all_of_it.acknowledgements += portion.acknowledgements
        all_of_it.oversized += portion.oversized
        all_of_it.answers += portion.answers
    return all_of_it


def _cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    marks = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in pairwise(marks)]


def test_connect_is_as_in_the_standard() -> None:
    packet = connect("me", "user", "secret", clean_start=True, keepalive_s=15, session_s=3600, at_once=1000)
    assert packet == (
        b"\x10\x25\x00\x04MQTT\x05\xc2\x00\x0f\x08\x21\x03\xe8\x11\x00\x00\x0e\x10\x00\x02me\x00\x04user\x00\x06secret"
    )
    bare = connect("me", None, None, clean_start=False, keepalive_s=15, session_s=0, at_once=1)
    assert bare == b"\x10\x12\x00\x04MQTT\x05\x00\x00\x0f\x03\x21\x00\x01\x00\x02me"


def test_subscribe_is_as_in_the_standard() -> None:
    assert subscribe(258, ("a/+", "b")) == b"\x82\x0d\x01\x02\x00\x00\x03a/+\x01\x00\x01b\x01"


@given(
    messages=st.lists(
        st.tuples(st.text(min_size=1, max_size=9), st.binary(max_size=300), st.none() | st.integers(1, 65_535))
    ),
    places=st.lists(st.integers(0, 10_000), max_size=20),
)
def test_a_stream_says_the_same_however_it_is_cut(
    messages: list[tuple[str, bytes, int | None]], places: list[int]
) -> None:
    data = b"".join(_published(topic.encode(), payload, number) for topic, payload, number in messages)
    portion = _read(_cut(data, places))
    assert [(a.topic, a.payload, a.received_ns) for a in portion.arrivals] == [(t, p, 7) for t, p, _ in messages]
    numbers = [number for _, _, number in messages if number is not None]
    assert portion.acknowledgements == b"".join(b"\x40\x02" + number.to_bytes(2) for number in numbers)


@given(places=st.lists(st.integers(0, 300_000), max_size=20), number=st.none() | st.integers(1, 65_535))
def test_a_message_too_long_to_hold_is_thrown_away_and_acknowledged(places: list[int], number: int | None) -> None:
    before, after = _published(b"a", b"before", 1), _published(b"a", b"after", 3)
    long = _published(b"long", b"x" * 200_000, number)
    portion = _read(_cut(before + long + after, places))
    first, last = portion.arrivals[0], portion.arrivals[-1]
    assert (first.payload, last.payload) == (b"before", b"after")
    if portion.oversized:  # a stream that comes in one piece holds it anyway
        assert [topic for topic, _ in portion.oversized] == ["long"]
        assert len(portion.arrivals) == 2
    else:
        assert portion.arrivals[1].payload == b"x" * 200_000
    expected = [1, 3] if number is None else [1, number, 3]
    assert portion.acknowledgements == b"".join(b"\x40\x02" + n.to_bytes(2) for n in expected)


def test_a_long_message_is_never_held() -> None:
    stream = Stream(LONGEST)
    stream.take(_published(b"t", b"x" * 200_000, 5)[:100], 0)
    portion = stream.take(b"x" * 90_000, 0)
    assert portion == Portion()
    assert stream._rest == b""


def test_properties_of_a_message_are_passed_over() -> None:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho leaves it untyped
    properties.ContentType, properties.UserProperty = "text/plain" * 30, ("key", "value")
    packed: bytes = properties.pack()  # type: ignore[no-untyped-call]  # as above
    (arrival,) = _read([_published(b"t", b"text", 9, packed)]).arrivals
    assert arrival.payload == b"text"


def test_answers_are_read() -> None:
    said = Properties(PacketTypes.CONNACK)  # type: ignore[no-untyped-call]  # paho leaves it untyped
    said.SessionExpiryInterval, said.ReasonString, said.UserProperty = 60, "welcome", ("a", "b")
    said.MaximumQoS, said.ServerKeepAlive, said.TopicAliasMaximum = 1, 30, 10
    packed: bytes = said.pack()  # type: ignore[no-untyped-call]  # as above
    body = b"\x01\x00" + packed
    stream = (
        b"\x20" + _number(len(body)) + body + b"\x20\x03\x00\x87\x00" + b"\x90\x05\x00\x01\x00\x01\x87\xd0\x00\xe0\x00"
    )
    assert _read([stream]).answers == [Connected(0, 30), Connected(0x87, None), Subscribed((1, 0x87)), Ended(0)]


@pytest.mark.parametrize(
    "data",
    [
        b"\x32\xff\xff\xff\xff\x01",  # a length of five bytes
        b"\x34\x06\x00\x01a\x00\x01\x00",  # QoS 2, which was not asked for
        b"\x30\x04\x00\x00\x00x",  # no topic, and no alias was granted
        b"\x32\x05\x00\x01a\x00\x01",  # ends before its properties
        b"\x30\x05\x00\x01a\x09x",  # properties longer than the packet
        b"\x50\x02\x00\x01",  # a packet for publishers
        b"\x20\xff\xff\xff\x00\x00",  # an answer of two megabytes
        b"\x20\x06\x00\x00\x02\x7f\x00\x00",  # a property that does not exist
        b"\x20\x01\x00",  # an answer without a reason
    ],
)
def test_what_is_no_mqtt_ends_the_connection(data: bytes) -> None:
    with pytest.raises(PacketError):
        _read([data])


@given(st.binary(max_size=200))
def test_nothing_else_is_raised_whatever_comes(data: bytes) -> None:
    with suppress(PacketError):
        _read([data])


def test_a_topic_that_is_no_text_is_still_a_message() -> None:
    (arrival,) = _read([_published(b"a/\xff", b"", 1)]).arrivals
    assert arrival.topic == "a/�"
