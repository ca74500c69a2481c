"""What an adapter is, and the checks every adapter shares: who is known, what is possible, what an engine disowns.

A message is taken, refused or skipped, element by element. Refused is what should have been a measurement and is not a
good one. Skipped is what the engine itself says is no measurement: a tag it lost, a position it repeats.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import msgspec

from gis.messages import STRICT, TimeTolerance
from gis.refusal import Refusal, RefusalReason
from locator.codec import MAX_COORDINATE_M, MAX_RANGE_M, MAX_SIGMA_M, Known
from locator.measurements import Measurement, Position, Ranges

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Covariance = tuple[float, float, float]
"""Of x and y in the engine's frame: xx, xy, yy in m²."""

MAX_ANSWER_BYTES = 16 << 20
"""The longest answer of an engine that is asked: it tells of all its tags at once."""

R95_SIGMAS = math.sqrt(-2.0 * math.log(0.05))
"""Radius that holds 95 % of a circular normal distribution, in standard deviations."""


class Skip(StrEnum):
    """Why an element is no measurement, in the words of its own engine. A closed set; counted, never logged."""

    NO_POSITION = "no_position"
    LOST = "lost"
    UNCHANGED = "unchanged"
    ANCHOR = "anchor"
    ELSEWHERE = "elsewhere"
    OTHER = "other"


class TagState(msgspec.Struct, frozen=True, gc=False):
    """What a tag says of itself beside its position.

    Attributes:
        tag: tag code.
        t_ns: UTC nanoseconds of the report.
        sos: whether its alarm key is held.
    """

    tag: str
    t_ns: int
    sos: bool


@dataclass(slots=True)
class Taken:
    """What became of one message."""

    measurements: list[Measurement] = field(default_factory=list)
    states: list[TagState] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    skipped: Counter[Skip] = field(default_factory=Counter)


class Adapter(Protocol):
    """Reads the messages of one feed. Not for several threads at once."""

    def decode(self, topic: str, payload: bytes, received_ns: int, known: Known) -> Taken:
        """What is in one message.

        Args:
            topic: where it came from; MQTT topic, or the name of the feed for transports without topics.
            payload: as the engine sent it.
            received_ns: arrival, UTC nanoseconds; only judges and anchors the engine's own time.
            known: codes the engine may speak of.
        """
        ...


@dataclass(frozen=True)
class Identity:
    """How an engine's names and claims translate.

    Attributes:
        tags: the engine's tag ids → tag codes; an id that is not here is taken as the code.
        anchors: the engine's anchor ids → anchor codes, likewise.
        sigma_m: standard deviation of its positions where the engine states none; None: the pipeline's own.
        use_height: whether the engine's heights are worth taking.
        level: code of the walking level its positions are on, if it has but one.
        tolerance: how far its times and the arrivals may differ.
    """

    tags: Mapping[str, str] = field(default_factory=dict)
    anchors: Mapping[str, str] = field(default_factory=dict)
    sigma_m: float | None = None
    use_height: bool = True
    level: str | None = None
    tolerance: TimeTolerance = STRICT


@dataclass(slots=True)
class Sieve:
    """One message on its way through an adapter: collects what is good, counts the rest."""

    identity: Identity
    topic: str
    received_ns: int
    known: Known
    taken: Taken = field(default_factory=Taken)

    def refuse(self, reason: RefusalReason, detail: str) -> None:
        """Count one refused element."""
        self.taken.refusals.append(Refusal(reason, self.topic, detail[:200]))

    def skip(self, reason: Skip) -> None:
        """Count one element that the engine itself disowns."""
        self.taken.skipped[reason] += 1

    def tag(self, vendor_id: str) -> str | None:
        """The code of a known tag; others are counted, the engine's own anchors apart from strangers."""
        code = self.identity.tags.get(vendor_id, vendor_id)
        if code in self.known.tags:
            return code
        if self.identity.anchors.get(vendor_id, vendor_id) in self.known.anchors:
            self.skip(Skip.ANCHOR)
        else:
            self.refuse(RefusalReason.UNKNOWN_TAG, vendor_id[:64] or "no tag named")
        return None

    def timed(self, tag: str, t_ns: int | RefusalReason, shown: object) -> int | None:
        """The time if it is one; otherwise the refusal is counted."""
        if isinstance(t_ns, RefusalReason):
            self.refuse(t_ns, f"{tag}: {shown!r:.60}")
            return None
        return t_ns

    def position(
        self,
        tag: str,
        t_ns: int,
        seq: int,
        place: tuple[float, float, float | None],
        cov_m2: Covariance | None,
    ) -> None:
        """Take a position in metres of the engine's frame, if it is possible.

        Args:
            tag: a known code.
            t_ns: UTC nanoseconds.
            seq: message number; the time where the engine counts nothing.
            place: x, y, z; z None if the engine does not measure it.
            cov_m2: as the engine states it; None for the one of the feed's description.
        """
        x, y, z = place
        if not all(abs(value) <= MAX_COORDINATE_M for value in (x, y, 0.0 if z is None else z)):
            self.refuse(RefusalReason.OUT_OF_RANGE, f"{tag}: {x!r}, {y!r}, {z!r}")
            return
        if not 0 <= seq < 1 << 63:
            self.refuse(RefusalReason.OUT_OF_RANGE, f"{tag}: sequence number")
            return
        stated = cov_m2
        if stated is None and self.identity.sigma_m is not None:
            stated = round_covariance(self.identity.sigma_m)
        level = self.identity.level if self.identity.level in self.known.levels else None
        height = z if self.identity.use_height else None
        self.taken.measurements.append(Position(tag, t_ns, seq, x, y, height, stated, level))

    def ranges(self, tag: str, t_ns: int, seq: int, parts: Iterable[tuple[str, float]]) -> None:
        """Take two-way ranges in metres, each by itself: (the engine's anchor id, distance)."""
        anchors: list[str] = []
        d_m: list[float] = []
        for vendor_id, d in parts:
            anchor = self.identity.anchors.get(vendor_id, vendor_id)
            if anchor not in self.known.anchors:
                self.refuse(RefusalReason.UNKNOWN_ANCHOR, vendor_id[:64])
            elif not 0.0 <= d <= MAX_RANGE_M:
                self.refuse(RefusalReason.OUT_OF_RANGE, f"{anchor}: {d!r} m")
            else:
                anchors.append(anchor)
                d_m.append(d)
        if not anchors:
            return
        if not 0 <= seq < 1 << 63:
            self.refuse(RefusalReason.OUT_OF_RANGE, f"{tag}: sequence number")
            return
        self.taken.measurements.append(Ranges(tag, t_ns, seq, anchors, d_m))

    def covariance(self, tag: str, xx: float, xy: float, yy: float) -> Covariance | None:
        """A covariance if it is one; otherwise the refusal is counted."""
        possible = 0.0 < xx <= MAX_SIGMA_M**2 and 0.0 < yy <= MAX_SIGMA_M**2 and xx * yy - xy * xy > 0.0
        if not possible or not math.isfinite(xy):
            self.refuse(RefusalReason.OUT_OF_RANGE, f"{tag}: no covariance: {xx!r}, {xy!r}, {yy!r}")
            return None
        return (xx, xy, yy)


def round_covariance(sigma_m: float) -> Covariance:
    """The covariance of the same standard deviation in every direction, metres."""
    return (sigma_m * sigma_m, 0.0, sigma_m * sigma_m)


def sigmas_of_radius(probability: float) -> float:
    """Radius, in standard deviations, that holds the given share of a circular normal distribution."""
    return math.sqrt(-2.0 * math.log1p(-probability))
