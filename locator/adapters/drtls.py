"""Qorvo / Decawave DRTLS (PANS on DWM1001): solved positions of nodes over MQTT. Pure.

`dwm/node/{id}/uplink/location`: `{"position":{"x","y","z","quality"},"superFrameNumber"}`, metres, quality 0 to 100.
A node without a position sends texts such as "NaN" or quality 0. There is no time in a message, only the number of the
superframe: see `locator.adapters.superframe`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gis.messages import Reader
from gis.refusal import RefusalReason
from locator.adapters.port import Identity, Sieve, Skip, Taken

if TYPE_CHECKING:
    from locator.adapters.superframe import SuperframeClock
    from locator.codec import Known

TOPIC = "dwm/node/+/uplink/location"


class _Position(msgspec.Struct, gc=False):
    x: float | str | None
    y: float | str | None
    z: float | str | None = None
    quality: float | None = None


class _Message(msgspec.Struct, gc=False):
    position: _Position | None
    frame: int = msgspec.field(name="superFrameNumber")


_READER = Reader(_Message)


def placed(
    sieve: Sieve, tag: str, place: tuple[float | str | None, ...], quality: float | None
) -> tuple[float, float, float | None] | None:
    """A place as PANS and LEAPS send it, in metres; None if there is none, which is counted.

    Args:
        sieve: of the message.
        tag: a known code.
        place: x, y, z; null or the text "NaN" stand for a coordinate that is not known.
        quality: 0 to 100; 0 is no position.
    """
    read: list[float | None] = []
    for value in place:
        if isinstance(value, str) and value.strip().lower() not in {"nan", ""}:
            sieve.refuse(RefusalReason.WRONG_TYPE, f"{tag}: coordinate {value[:40]!r}")
            return None
        read.append(None if isinstance(value, str) else value)
    x, y, z = read
    if x is None or y is None or quality == 0:
        sieve.skip(Skip.NO_POSITION)
        return None
    return x, y, z


class DrtlsAdapter:
    """Positions of one DRTLS network.

    Args:
        identity: names and claims.
        clock: of the network.
    """

    def __init__(self, identity: Identity, clock: SuperframeClock) -> None:
        self._identity = identity
        self._clock = clock

    def decode(self, topic: str, payload: bytes, received_ns: int, known: Known) -> Taken:
        """What is in one message (`Adapter`)."""
        sieve = Sieve(self._identity, topic, received_ns, known)
        parts = topic.split("/")
        if len(parts) < 4 or parts[-2:] != ["uplink", "location"]:
            sieve.refuse(RefusalReason.UNKNOWN_TOPIC, "not …/node/{id}/uplink/location")
            return sieve.taken
        messages, bad = _READER.read(topic, payload)
        sieve.taken.refusals += bad
        for message in messages:
            self._one(sieve, parts[-3], message)
        return sieve.taken

    def _one(self, sieve: Sieve, node: str, message: _Message) -> None:
        tag = sieve.tag(node)
        if tag is None:
            return
        at = message.position or _Position(None, None)
        place = placed(sieve, tag, (at.x, at.y, at.z), at.quality)
        if place is None:
            return
        if not 0 <= message.frame < 1 << 40:
            sieve.refuse(RefusalReason.OUT_OF_RANGE, f"{tag}: superframe {message.frame}")
            return
        read = self._clock.read(message.frame, sieve.received_ns)
        if isinstance(read, RefusalReason):
            sieve.refuse(read, f"{tag}: superframe {message.frame}")
            return
        t_ns, frame = read
        sieve.position(tag, t_ns, frame if frame >= 0 else t_ns, place, None)
