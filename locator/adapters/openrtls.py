"""OpenRTLS: ranges of tags to anchors as UDP datagrams. Pure.

`{"id":"0xDECA…","timestamp","msgid","coordinates":{"x","y","z","heading","pqf"},"meas":[{"anchor","dist","tqf","rssi"}]}`;
metres, epoch seconds. The ranges feed this project's own filter; the position the engine solved from the same ranges
would count them twice and is left out, unless the feed says to take positions instead. Messages are told apart by
tag and time; `msgid` is not needed for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gis.messages import Reader
from gis.refusal import RefusalReason
from locator.adapters.engine_time import of_seconds
from locator.adapters.port import Identity, Sieve, Skip, Taken

if TYPE_CHECKING:
    from locator.codec import Known


class _Coordinates(msgspec.Struct, gc=False):
    x: float
    y: float
    z: float | None = None


class _Range(msgspec.Struct, gc=False):
    anchor: str
    dist: float


class _Message(msgspec.Struct, gc=False):
    id: str
    timestamp: float
    coordinates: _Coordinates | None = None
    meas: list[_Range] | None = None


_READER = Reader(_Message)


class OpenRtlsAdapter:
    """Ranges (or positions) of one OpenRTLS engine.

    Args:
        identity: names and claims.
        positions: take the engine's positions, and not its ranges.
    """

    def __init__(self, identity: Identity, *, positions: bool = False) -> None:
        self._identity = identity
        self._positions = positions

    def decode(self, topic: str, payload: bytes, received_ns: int, known: Known) -> Taken:
        """What is in one datagram (`Adapter`)."""
        sieve = Sieve(self._identity, topic, received_ns, known)
        messages, bad = _READER.read(topic, payload)
        sieve.taken.refusals += bad
        for message in messages:
            self._one(sieve, message)
        return sieve.taken

    def _one(self, sieve: Sieve, message: _Message) -> None:
        tag = sieve.tag(message.id)
        if tag is None:
            return
        read = of_seconds(message.timestamp, sieve.received_ns, sieve.identity.tolerance)
        t_ns = sieve.timed(tag, read, message.timestamp)
        if t_ns is None:
            return
        if self._positions:
            at = message.coordinates
            if at is None:
                sieve.skip(Skip.NO_POSITION)
            else:
                sieve.position(tag, t_ns, t_ns, (at.x, at.y, at.z), None)
        elif message.meas is None:
            sieve.refuse(RefusalReason.MISSING_FIELD, f"{tag}: meas")
        elif not message.meas:
            sieve.skip(Skip.NO_POSITION)
        else:
            sieve.ranges(tag, t_ns, t_ns, ((part.anchor, part.dist) for part in message.meas))
