"""Stored chunks as one track a subject, and stretches of time during which something held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.fix import FixStatus
from gis.time import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from gis.store.paths import TrackChunk

GAP_S = 10.0
"""Between two fixes further apart nobody knows where somebody was; no stretch is taken to go on across it."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """n believed fixes of one subject in order of time, whatever tag measured them.

    Attributes:
        subject: person code, vehicle code, or `tag:CODE`.
        t_ns: (n,) UTC ns, strictly rising.
        xyz_m: (n, 3) site metres.
        cov_m2: (n, 3) horizontal covariance xx, xy, yy.
        p_still: (n,) probability of standing still.
    """

    subject: str
    t_ns: NDArray[np.int64]
    xyz_m: NDArray[np.float64]
    cov_m2: NDArray[np.float64]
    p_still: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.t_ns)


def tracks_of(chunks: Iterable[TrackChunk]) -> Iterator[Track]:
    """One track a subject, in order of subjects; predicted and lost fixes are left out: nobody measured them.

    The chunks must come ordered by subject, as the store gives them.
    """
    held: list[TrackChunk] = []
    for chunk in chunks:
        if held and held[0].subject != chunk.subject:
            yield from _joined(held)
            held = []
        held.append(chunk)
    yield from _joined(held)


def _joined(chunks: list[TrackChunk]) -> Iterator[Track]:
    if not chunks:
        return
    t_ns = np.concatenate([chunk.t_ns for chunk in chunks])
    believed = np.concatenate([chunk.status for chunk in chunks]) <= FixStatus.DEGRADED
    rows: slice | NDArray[np.intp] = slice(None)
    if not (believed.all() and np.all(np.diff(t_ns) > 0)):
        _, first = np.unique(np.where(believed, t_ns, -1), return_index=True)
        rows = first[believed[first]]
    if len(t_ns[rows]):
        yield Track(
            subject=chunks[0].subject,
            t_ns=t_ns[rows],
            xyz_m=np.concatenate([chunk.xyz_m for chunk in chunks])[rows],
            cov_m2=np.concatenate([chunk.cov_m2 for chunk in chunks])[rows],
            p_still=np.concatenate([chunk.p_still for chunk in chunks])[rows],
        )


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of fixes first … last (both included) during which something held.

    Attributes:
        first, last: rows of the track.
        began_open: nothing says that it did not hold before: the track, or the knowledge of it, begins there.
        ended_open: nothing says that it did not go on.
    """

    first: int
    last: int
    began_open: bool
    ended_open: bool


def stretches(
    t_ns: NDArray[np.int64], holds: NDArray[np.bool_], doubted: NDArray[np.bool_], gap_s: float = GAP_S
) -> list[Stretch]:
    """Where something holds along a track, with hysteresis: in doubt what held before goes on holding.

    Args:
        t_ns: (n,) rising.
        holds: (n,) whether it holds for certain.
        doubted: (n,) whether neither it nor its contrary is certain.
        gap_s: a longer silence ends a stretch, open.
    """
    n = len(t_ns)
    if n == 0:
        return []
    fresh = np.concatenate([[True], np.diff(t_ns) > round(gap_s * NS_PER_S)])
    # Row of the last fix that was certain, not before the silence that came last.
    certain = np.where(~doubted, np.arange(n), -1)
    segment = np.maximum.accumulate(np.where(fresh, np.arange(n), 0))
    last_certain = np.maximum.accumulate(certain)
    on = (last_certain >= segment) & holds[np.maximum(last_certain, 0)]
    begins = np.flatnonzero(on & (fresh | ~np.concatenate([[False], on[:-1]])))
    ends = np.flatnonzero(on & np.concatenate([fresh[1:] | ~on[1:], [True]]))
    return [
        Stretch(int(first), int(last), bool(fresh[first]), bool(last == n - 1 or fresh[last + 1]))
        for first, last in zip(begins, ends, strict=True)
    ]
