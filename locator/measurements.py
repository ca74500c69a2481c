"""What a positioning engine measured, as typed frozen values: ranges, differences of arrival, solved positions.

Every measurement carries the tag, its own event time (UTC ns, never of arrival) and a sequence number. Lengths are
metres. Anchors are named by their code in the plant; positions are in the engine's own frame.
"""

from __future__ import annotations

import msgspec


class Ranges(msgspec.Struct, frozen=True, gc=False):
    """Two-way ranges from one tag to n anchors at one time.

    Attributes:
        tag: tag code.
        t_ns: UTC nanoseconds of measurement.
        seq: the tag's or engine's message number.
        anchors: n anchor codes.
        d_m: n distances, metres.
    """

    tag: str
    t_ns: int
    seq: int
    anchors: list[str]
    d_m: list[float]


class TimeDifferences(msgspec.Struct, frozen=True, gc=False):
    """Differences of distance from one tag to n pairs of anchors at one time: |p − b| − |p − a|.

    Attributes:
        tag: tag code.
        t_ns: UTC nanoseconds of measurement.
        seq: the tag's or engine's message number.
        a: n codes of the anchors subtracted.
        b: n codes of the anchors they are subtracted from.
        d_m: n differences, metres.
    """

    tag: str
    t_ns: int
    seq: int
    a: list[str]
    b: list[str]
    d_m: list[float]


class Position(msgspec.Struct, frozen=True, gc=False):
    """A position some engine solved by itself, in the engine's frame.

    Attributes:
        tag: tag code.
        t_ns: UTC nanoseconds of measurement.
        seq: the tag's or engine's message number.
        x_m: east of the engine's frame, metres.
        y_m: north of the engine's frame, metres.
        z_m: height in the engine's frame, metres, if it was measured.
        cov_m2: covariance xx, xy, yy in m², if the engine states any.
        floor: level code, if the engine knows it.
    """

    tag: str
    t_ns: int
    seq: int
    x_m: float
    y_m: float
    z_m: float | None = None
    cov_m2: tuple[float, float, float] | None = None
    floor: str | None = None


Measurement = Ranges | TimeDifferences | Position
