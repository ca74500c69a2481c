"""Pozyx: solved positions of tags over MQTT. Pure.

Topic `tags` of the gateway: an array of `{"version","tagId","success","timestamp","data":{"coordinates":{"x","y","z"},
…}}`; millimetres; the timestamp is epoch seconds. An element whose `success` is false holds no position.
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

TOPIC = "tags"
M_PER_MM = 1e-3


class _Coordinates(msgspec.Struct, gc=False):
    x: float
    y: float
    z: float | None = None


class _Data(msgspec.Struct, gc=False):
    coordinates: _Coordinates | None = None


class _Message(msgspec.Struct, gc=False):
    tag_id: str | int = msgspec.field(name="tagId")
    success: bool
    timestamp: float
    data: _Data | None = None


_READER = Reader(_Message)


class PozyxAdapter:
    """Positions of one Pozyx gateway.

    Args:
        identity: names and claims.
    """

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def decode(self, topic: str, payload: bytes, received_ns: int, known: Known) -> Taken:
        """What is in one message (`Adapter`)."""
        sieve = Sieve(self._identity, topic, received_ns, known)
        messages, bad = _READER.read(topic, payload)
        sieve.taken.refusals += bad
        for message in messages:
            self._one(sieve, message)
        return sieve.taken

    def _one(self, sieve: Sieve, message: _Message) -> None:
        tag = sieve.tag(str(message.tag_id))
        if tag is None:
            return
        if not message.success:
            sieve.skip(Skip.NO_POSITION)
            return
        at = message.data.coordinates if message.data is not None else None
        if at is None:
            sieve.refuse(RefusalReason.MISSING_FIELD, f"{tag}: coordinates")
            return
        read = of_seconds(message.timestamp, sieve.received_ns, sieve.identity.tolerance)
        t_ns = sieve.timed(tag, read, message.timestamp)
        if t_ns is None:
            return
        z = None if at.z is None else at.z * M_PER_MM
        sieve.position(tag, t_ns, t_ns, (at.x * M_PER_MM, at.y * M_PER_MM, z), None)
