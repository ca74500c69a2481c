"""LEAPS RTLS (successor of DRTLS): solved positions with their own standard deviations over MQTT. Pure.

`{prefix}/{panId}/node/uplink/location/{deviceId}`: `{"location":{"x","y","z","quality","sd_x","sd_y","sd_z","r95"},
"timestamp"}`, metres; the timestamp is epoch microseconds, mostly as text, beside or within `location`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gis.messages import Reader
from gis.refusal import RefusalReason
from locator.adapters.drtls import placed
from locator.adapters.engine_time import of_microseconds
from locator.adapters.port import R95_SIGMAS, Covariance, Identity, Sieve, Taken

if TYPE_CHECKING:
    from locator.codec import Known

TOPIC = "+/+/node/uplink/location/+"


class _Location(msgspec.Struct, gc=False):
    x: float | str | None
    y: float | str | None
    z: float | str | None = None
    quality: float | None = None
    sd_x: float | None = None
    sd_y: float | None = None
    r95: float | None = None
    timestamp: str | int | None = None


class _Message(msgspec.Struct, gc=False):
    location: _Location | None
    timestamp: str | int | None = None


_READER = Reader(_Message)


class LeapsAdapter:
    """Positions of LEAPS networks.

    Args:
        identity: names and claims.
    """

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def decode(self, topic: str, payload: bytes, received_ns: int, known: Known) -> Taken:
        """What is in one message (`Adapter`)."""
        sieve = Sieve(self._identity, topic, received_ns, known)
        parts = topic.split("/")
        if parts[-4:-1] != ["node", "uplink", "location"]:
            sieve.refuse(RefusalReason.UNKNOWN_TOPIC, "not …/node/uplink/location/{deviceId}")
            return sieve.taken
        messages, bad = _READER.read(topic, payload)
        sieve.taken.refusals += bad
        for message in messages:
            self._one(sieve, parts[-1], message)
        return sieve.taken

    def _one(self, sieve: Sieve, device: str, message: _Message) -> None:
        tag = sieve.tag(device)
        if tag is None:
            return
        at = message.location or _Location(None, None)
        place = placed(sieve, tag, (at.x, at.y, at.z), at.quality)
        if place is None:
            return
        told = message.timestamp if message.timestamp is not None else at.timestamp
        if told is None:
            sieve.refuse(RefusalReason.MISSING_FIELD, f"{tag}: timestamp")
            return
        t_ns = sieve.timed(tag, of_microseconds(told, sieve.received_ns, sieve.identity.tolerance), told)
        if t_ns is None:
            return
        cov: Covariance | None = None
        variances = _variances(at)
        if variances is not None:
            cov = sieve.covariance(tag, variances[0], 0.0, variances[1])
            if cov is None:
                return
        sieve.position(tag, t_ns, t_ns, place, cov)


def _variances(location: _Location) -> tuple[float, float] | None:
    """Of x and y in m²: from the standard deviations, else from the radius that holds 95 %; None if neither is told.

    A standard deviation below zero is no smaller one: it is handed on as a variance that no check lets through.
    """
    if location.sd_x is not None and location.sd_y is not None:
        return location.sd_x * abs(location.sd_x), location.sd_y * abs(location.sd_y)
    if location.r95 is not None:
        sigma = location.r95 / R95_SIGMAS
        return sigma * abs(sigma), sigma * abs(sigma)
    return None
