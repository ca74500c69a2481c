"""The payload files, in the shapes that the vendors document, and the yard they speak of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from locator.adapters.port import Identity
from locator.adapters.superframe import PERIOD_NS, SuperframeClock
from locator.codec import Known
from tests.locator.yard import PLACES, T0

FILES = Path(__file__).parent / "payloads"
T_NS = T0 + 100_000_000
"""When every payload was measured."""
RECEIVED_NS = T0 + 200_000_000
KNOWN = Known(frozenset(f"T{k}" for k in range(1, 9)), frozenset(PLACES), frozenset({"L0", "L1"}))
TAGS = {
    "0d13": "T1", "DECA0D13": "T1", "26467": "T1", "26468": "T2", "18": "T1", "0xDECA3431303025AF": "T1",
    **{f"a4da22e1dc9{digit}": f"T{k}" for k, digit in enumerate("bcde", start=1)},
}  # fmt: skip
ANCHORS = {f"0xDECA34313930256{2 + k}": f"A{k}" for k in range(1, 5)}
IDENTITY = Identity(TAGS, ANCHORS)


def settled(frame: int, at_ns: int, *, wraps_at: int | None = None, latency_ns: int = 0) -> SuperframeClock:
    """A clock that has learnt that this frame was measured at this moment."""
    clock = SuperframeClock(wraps_at, latency_ns)
    for k in range(12, 0, -1):
        clock.read((frame - k) % (wraps_at or 1 << 62), at_ns + latency_ns - k * PERIOD_NS)
    return clock


def sent(name: str) -> bytes:
    return (FILES / f"{name}.json").read_bytes()


def changed(name: str, **fields: Any) -> bytes:
    """A payload with some top-level fields replaced, or removed (None stands for removal only of `...`)."""
    message = msgspec.json.decode(sent(name))
    for field, value in fields.items():
        if value is ...:
            del message[field]
        else:
            message[field] = value
    return msgspec.json.encode(message)
