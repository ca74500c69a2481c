"""Sewio RTLS Studio and SICK Tag-LOC: feeds of tags over a WebSocket. Pure.

`{"body":{"id","datastreams":[{"id":"posX","current_value":" 6.34","at":"YYYY-MM-DD hh:mm:ss.mmm"}],…},"resource"}`:
numbers are padded text in metres, the time is UTC without a mark. Changes of zones (`{"feed_id","zone_id","status"}`)
come on the same connection and are no measurements.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

import msgspec

from gis.messages import Reader
from gis.refusal import RefusalReason
from locator.adapters.engine_time import of_wall_clock
from locator.adapters.port import Identity, Sieve, Skip, Taken

if TYPE_CHECKING:
    from locator.codec import Known

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_COORDINATES = ("posX", "posY", "posZ")


class _Stream(msgspec.Struct, gc=False):
    id: str
    current_value: str | float | None = None
    at: str | None = None


class _Body(msgspec.Struct, gc=False):
    id: str | int | None = None
    datastreams: list[_Stream] | None = None
    zone_id: str | int | None = None


class _Message(msgspec.Struct, gc=False):
    body: _Body | None = None
    zone_id: str | int | None = None


_READER = Reader(_Message)


def subscription(resource: str, api_key: str) -> str:
    """The text that asks for a feed.

    Args:
        resource: such as `/feeds/18`.
        api_key: of the installation.
    """
    return json.dumps({"headers": {"X-ApiKey": api_key}, "method": "subscribe", "resource": resource})


def read_number(text: str | float) -> float | RefusalReason:
    """A padded number; not what Python would read beyond that (`1_0`, `nan`)."""
    if not isinstance(text, str):
        return float(text)
    bare = text.strip()
    if _NUMBER.fullmatch(bare) is not None:
        return float(bare)
    infinite = bare.lstrip("+-").lower() in {"nan", "inf", "infinity"}
    return RefusalReason.NOT_FINITE if infinite else RefusalReason.WRONG_TYPE


class SewioAdapter:
    """Positions of one Sewio server.

    Args:
        identity: names and claims; tags go by the number of their feed.
        zone: of the times.
    """

    def __init__(self, identity: Identity, zone: tzinfo = UTC) -> None:
        self._identity = identity
        self._zone = zone

    def decode(self, topic: str, payload: bytes, received_ns: int, known: Known) -> Taken:
        """What is in one message (`Adapter`)."""
        sieve = Sieve(self._identity, topic, received_ns, known)
        messages, bad = _READER.read(topic, payload)
        sieve.taken.refusals += bad
        for message in messages:
            body = message.body
            if message.zone_id is not None or (body is not None and body.zone_id is not None):
                sieve.skip(Skip.OTHER)
            elif body is None or body.id is None or body.datastreams is None:
                sieve.refuse(RefusalReason.MISSING_FIELD, "body, its id or its datastreams")
            else:
                self._one(sieve, str(body.id), body.datastreams)
        return sieve.taken

    def _one(self, sieve: Sieve, feed: str, datastreams: list[_Stream]) -> None:
        tag = sieve.tag(feed)
        if tag is None:
            return
        texts = _texts(sieve, tag, datastreams)
        if texts is None:
            return
        at, *coordinates = texts
        t_ns = sieve.timed(tag, of_wall_clock(at, self._zone, sieve.received_ns, sieve.identity.tolerance), at)
        if t_ns is None:
            return
        place: list[float | None] = []
        for text in coordinates:
            value = None if text is None else read_number(text)
            if isinstance(value, RefusalReason):
                sieve.refuse(value, f"{tag}: {text!r:.40}")
                return
            place.append(value)
        x, y, z = place
        assert x is not None
        assert y is not None
        sieve.position(tag, t_ns, t_ns, (x, y, z), None)


_Text = str | float


def _texts(sieve: Sieve, tag: str, datastreams: list[_Stream]) -> tuple[str, _Text, _Text, _Text | None] | None:
    """Time, x, y and z of one moment, as sent; None if there is no position, which is counted."""
    streams = {stream.id: stream for stream in datastreams if stream.id in _COORDINATES}
    x, y, z = (streams.get(name) for name in _COORDINATES)
    if x is None and y is None:
        # Other streams of a tag (battery, signal) come by themselves.
        sieve.skip(Skip.OTHER)
    elif x is None or y is None or x.at is None or y.at is None:
        sieve.refuse(RefusalReason.MISSING_FIELD, f"{tag}: posX, posY or their time")
    elif x.at != y.at:
        sieve.refuse(RefusalReason.BAD_TIME, f"{tag}: posX and posY are of {x.at[:40]} and {y.at[:40]}")
    elif x.current_value is None or y.current_value is None:
        sieve.skip(Skip.NO_POSITION)
    else:
        # A height of another moment is not the height of this one.
        return x.at, x.current_value, y.current_value, z.current_value if z is not None and z.at == x.at else None
    return None
