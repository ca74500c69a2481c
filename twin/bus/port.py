"""What a bus is. Payloads are bytes (`gis.wire`), so nothing that cannot travel passes unnoticed.

Topics: `events/{plant}` (towards the core), `effects/{plant}` (away from it), `snapshot/{plant}` (retained),
`health/{role}` (retained), `commissioning/{plant}` (retained). A subscription is lossless: a full queue makes the
publisher wait (in process) or the broker hold the message (MQTT), so whoever produces faster than the twin can follow
feels it at the ground floor, where dropping is counted and shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager


class Message(msgspec.Struct, frozen=True):
    """One message as a subscriber sees it."""

    topic: str
    payload: bytes


class Bus(Protocol):
    """Publish and subscribe by topic. A `+` in a pattern stands for one level."""

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Hand a message to every subscription that matches, in order per topic; waits while a queue is full."""
        ...

    def subscribe(self, *patterns: str) -> AbstractAsyncContextManager[AsyncIterator[Message]]:
        """Messages from the moment the context is entered, retained ones first."""
        ...


class RoleHealth(msgspec.Struct, frozen=True):
    """What a role says about itself once a second on `health/{role}`."""

    role: str
    t_ns: int
    status: str
    """ok or degraded."""
    detail: str = ""
    received: int = 0
    accepted: int = 0
    rejected: dict[str, int] = {}
    lag_ms: dict[str, float] = {}
    queues: dict[str, int] = {}
    """Length of each bounded queue; `NAME.dropped` counts what its overflow rule threw away."""


def matches(pattern: str, topic: str) -> bool:
    """Whether a topic belongs to a pattern; `+` stands for exactly one level."""
    if pattern == topic:
        return True
    wanted, given = pattern.split("/"), topic.split("/")
    return len(wanted) == len(given) and all(want in ("+", have) for want, have in zip(wanted, given, strict=True))
