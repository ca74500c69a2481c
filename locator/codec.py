"""Bytes and topic → typed measurements, or the reason why not. Pure.

Topics `twin/v1/{plant}/uwb/{engine}/{ranges|tdoa|fix}`; payloads as in the interface description: one JSON object or
an array. What is wrong in part is refused in part: one bad element of an array, one bad range of a message.
"""

from __future__ import annotations

import math
from collections.abc import Container
from typing import TYPE_CHECKING, TypeVar

import msgspec

from gis.messages import STRICT, Reader, TimeTolerance, event_time
from gis.refusal import Refusal, RefusalReason
from locator.measurements import Measurement, Position, Ranges, TimeDifferences

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_RANGE_M = 1000.0
MAX_COORDINATE_M = 50_000.0
MAX_SIGMA_M = 1000.0
KINDS = ("ranges", "tdoa", "fix")


class Topic(msgspec.Struct, frozen=True):
    """Where a measurement came from."""

    plant: str
    engine: str
    kind: str


class Known(msgspec.Struct, frozen=True, eq=False):
    """What an engine may speak of: codes of tags, of its anchors, and of walking levels."""

    tags: Container[str]
    anchors: frozenset[str]
    levels: Container[str] = frozenset()


class _Range(msgspec.Struct, gc=False):
    anchor: str
    d: float
    rssi: float | None = None


class _RangesMessage(msgspec.Struct, gc=False):
    tag: str
    t: str | float
    seq: int
    ranges: list[_Range]


class _Difference(msgspec.Struct, gc=False):
    a: str
    b: str
    d: float


class _TdoaMessage(msgspec.Struct, gc=False):
    tag: str
    t: str | float
    seq: int
    tdoa: list[_Difference]


class _FixMessage(msgspec.Struct, gc=False):
    tag: str
    t: str | float
    seq: int
    x: float
    y: float
    z: float | None = None
    sd: float | None = None
    cov: list[float | list[float]] | None = None
    floor: str | int | None = None


M = TypeVar("M", _RangesMessage, _TdoaMessage, _FixMessage)

_RANGES = Reader(_RangesMessage)
_TDOA = Reader(_TdoaMessage)
_FIX = Reader(_FixMessage)


def read_topic(topic: str) -> Topic | Refusal:
    """Split a topic of the positioning branch; `kind` is one of `ranges`, `tdoa`, `fix`, `tag`."""
    parts = topic.split("/")
    match parts:
        case ["twin", "v1", plant, "uwb", engine, "ranges" | "tdoa" | "fix" | "tag" as kind] if plant and engine:
            return Topic(plant, engine, kind)
        case _:
            return Refusal(RefusalReason.UNKNOWN_TOPIC, topic, "not twin/v1/{plant}/uwb/{engine}/{kind}")


def decode(
    kind: str, topic: str, payload: bytes, received_ns: int, known: Known, tolerance: TimeTolerance = STRICT
) -> tuple[list[Measurement], list[Refusal]]:
    """The measurements of one message and what of it was refused.

    Args:
        kind: `ranges`, `tdoa` or `fix`.
        topic: for the refusals.
        payload: JSON, UTF-8.
        received_ns: arrival, UTC nanoseconds; only the event time is judged by it.
        known: codes the message may speak of.
        tolerance: how far event time and arrival may differ.

    Returns:
        Measurements in the order of the message; refusals, one for each element or part that was not taken.
    """
    good: list[Measurement] = []
    if kind == "ranges":
        messages, bad = _RANGES.read(topic, payload)
        _each(messages, _ranges, good, bad, topic, received_ns, known, tolerance)
    elif kind == "tdoa":
        differences, bad = _TDOA.read(topic, payload)
        _each(differences, _tdoa, good, bad, topic, received_ns, known, tolerance)
    elif kind == "fix":
        fixes, bad = _FIX.read(topic, payload)
        _each(fixes, _fix, good, bad, topic, received_ns, known, tolerance)
    else:
        bad = [Refusal(RefusalReason.UNKNOWN_TOPIC, topic, kind[:40])]
    return good, bad


def _each(
    messages: list[M],
    build: Callable[[M, int, Known, str, list[Refusal]], Measurement | None],
    good: list[Measurement],
    bad: list[Refusal],
    topic: str,
    received_ns: int,
    known: Known,
    tolerance: TimeTolerance,
) -> None:
    for message in messages:
        if message.tag not in known.tags:
            bad.append(Refusal(RefusalReason.UNKNOWN_TAG, topic, message.tag[:64] or "no tag named"))
            continue
        t_ns = event_time(message.t, received_ns, tolerance)
        if isinstance(t_ns, RefusalReason):
            bad.append(Refusal(t_ns, topic, f"{message.tag}: {message.t!r:.60}"))
            continue
        if not 0 <= message.seq < 1 << 63:
            bad.append(Refusal(RefusalReason.OUT_OF_RANGE, topic, f"{message.tag[:64]}: sequence number"))
            continue
        built = build(message, t_ns, known, topic, bad)
        if built is not None:
            good.append(built)


def _ranges(message: _RangesMessage, t_ns: int, known: Known, topic: str, bad: list[Refusal]) -> Ranges | None:
    parts = message.ranges
    anchors = [part.anchor for part in parts]
    d_m = [part.d for part in parts]
    known_anchors = known.anchors
    # The usual message is good as a whole, and is then not looked at part by part.
    if anchors and known_anchors.issuperset(anchors) and min(d_m) >= 0.0 and max(d_m) <= MAX_RANGE_M:
        return Ranges(message.tag, t_ns, message.seq, anchors, d_m)
    anchors, d_m = [], []
    for part in parts:
        if part.anchor not in known_anchors:
            bad.append(Refusal(RefusalReason.UNKNOWN_ANCHOR, topic, part.anchor[:64]))
        elif not 0.0 <= part.d <= MAX_RANGE_M:
            bad.append(Refusal(RefusalReason.OUT_OF_RANGE, topic, f"{part.anchor}: {part.d!r} m"))
        else:
            anchors.append(part.anchor)
            d_m.append(part.d)
    if not anchors:
        if not parts:
            bad.append(Refusal(RefusalReason.MISSING_FIELD, topic, f"{message.tag}: no ranges"))
        return None
    return Ranges(message.tag, t_ns, message.seq, anchors, d_m)


def _tdoa(message: _TdoaMessage, t_ns: int, known: Known, topic: str, bad: list[Refusal]) -> TimeDifferences | None:
    a: list[str] = []
    b: list[str] = []
    d_m: list[float] = []
    for part in message.tdoa:
        if part.a not in known.anchors or part.b not in known.anchors:
            bad.append(Refusal(RefusalReason.UNKNOWN_ANCHOR, topic, f"{part.a[:64]}, {part.b[:64]}"))
        elif not abs(part.d) <= MAX_RANGE_M or part.a == part.b:
            bad.append(Refusal(RefusalReason.OUT_OF_RANGE, topic, f"{part.a}–{part.b}: {part.d!r} m"))
        else:
            a.append(part.a)
            b.append(part.b)
            d_m.append(part.d)
    if not a:
        if not message.tdoa:
            bad.append(Refusal(RefusalReason.MISSING_FIELD, topic, f"{message.tag}: no differences"))
        return None
    return TimeDifferences(message.tag, t_ns, message.seq, a, b, d_m)


def _fix(message: _FixMessage, t_ns: int, known: Known, topic: str, bad: list[Refusal]) -> Position | None:
    heights = (message.z,) if message.z is not None else ()
    if not all(abs(value) <= MAX_COORDINATE_M for value in (message.x, message.y, *heights)):
        bad.append(Refusal(RefusalReason.OUT_OF_RANGE, topic, f"{message.tag}: {message.x!r}, {message.y!r}"))
        return None
    cov = _covariance(message)
    if isinstance(cov, str):
        bad.append(Refusal(RefusalReason.OUT_OF_RANGE, topic, f"{message.tag}: {cov}"))
        return None
    floor = None if message.floor is None else str(message.floor)
    return Position(
        message.tag,
        t_ns,
        message.seq,
        message.x,
        message.y,
        message.z,
        cov,
        floor if floor in known.levels else None,
    )


def _covariance(message: _FixMessage) -> tuple[float, float, float] | str | None:
    """Covariance xx, xy, yy in m² from `cov` (xx, xy, yy or a 2×2 or 3×3 matrix) or `sd`; text if it is none."""
    if message.cov is not None:
        rows = message.cov
        flat = [value for row in rows for value in (row if isinstance(row, list) else [row])]
        shapes = {3: (0, 1, 2), 4: (0, 1, 3), 9: (0, 1, 4)}
        if len(flat) not in shapes:
            return f"covariance of {len(flat)} numbers"
        xx, xy, yy = (flat[at] for at in shapes[len(flat)])
        sane = 0.0 < xx <= MAX_SIGMA_M**2 and 0.0 < yy <= MAX_SIGMA_M**2 and xx * yy - xy * xy > 0.0
        return (xx, xy, yy) if sane and math.isfinite(xy) else "covariance not positive"
    if message.sd is not None:
        if not 0.0 < message.sd <= MAX_SIGMA_M:
            return f"standard deviation {message.sd!r} m"
        variance = message.sd**2
        return (variance, 0.0, variance)
    return None
