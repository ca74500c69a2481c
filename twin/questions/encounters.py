"""Who was within some metres of a person, for how long, and how near."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.time import NS_PER_S
from twin.questions.tracks import GAP_S, stretches, tracks_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from gis.store.paths import TrackChunk
    from twin.questions.tracks import Track

MARGIN_SHARE = 1.15
"""An encounter ends only beyond this multiple of the radius, so that somebody at its edge does not come and go."""


@dataclass(frozen=True, slots=True)
class Encounter:
    """One stay of one subject near another.

    Attributes:
        subject: the other one.
        from_ns, to_ns: first and last fix near, UTC ns.
        began_open, ended_open: nothing is known of before, or after.
        nearest_m: the smallest distance.
        nearest_ns: when it was.
        xy_m: where the other one was then, site metres.
        sigma_m: standard deviation of that distance, both positions taken together.
    """

    subject: str
    from_ns: int
    to_ns: int
    began_open: bool
    ended_open: bool
    nearest_m: float
    nearest_ns: int
    xy_m: tuple[float, float]
    sigma_m: float

    @property
    def dwell_s(self) -> float:
        """Seconds from the first to the last fix near."""
        return (self.to_ns - self.from_ns) / NS_PER_S


def corridor(track: Track, radius_m: float) -> BaseGeometry:
    """Everywhere that is within a radius of a track, site metres; for finding whose tracks to read."""
    if len(track) == 1:
        return shapely.Point(track.xyz_m[0, :2]).buffer(radius_m)
    return shapely.LineString(track.xyz_m[:, :2]).simplify(1.0).buffer(radius_m + 1.0)


def placed_at(track: Track, t_ns: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Positions (n, 2) of a subject at instants between its fixes, and whether they are known: no gap lies there."""
    after = np.clip(np.searchsorted(track.t_ns, t_ns), 1, max(len(track) - 1, 1))
    if len(track) == 1:
        near = np.abs(t_ns - track.t_ns[0]) <= NS_PER_S
        return np.repeat(track.xyz_m[:1, :2], len(t_ns), axis=0), near
    before = after - 1
    step = (track.t_ns[after] - track.t_ns[before]).astype(float)
    share = np.clip((t_ns - track.t_ns[before]) / step, 0.0, 1.0)[:, None]
    xy = (1.0 - share) * track.xyz_m[before, :2] + share * track.xyz_m[after, :2]
    within = (t_ns >= track.t_ns[before] - NS_PER_S) & (t_ns <= track.t_ns[after] + NS_PER_S)
    return xy, within & (step <= GAP_S * NS_PER_S)


def encounters(
    track: Track, others: Iterable[TrackChunk], radius_m: float, from_ns: int, to_ns: int, least_s: float = 0.0
) -> list[Encounter]:
    """Who came within a radius of a subject, by time.

    Args:
        track: of whom one asks.
        others: chunks ordered by subject; those of the subject itself are passed over.
        radius_m: metres in the plane.
        from_ns: first instant, UTC ns.
        to_ns: first instant no more.
        least_s: shorter encounters are left out.
    """
    found: list[Encounter] = []
    for other in tracks_of(others):
        if other.subject == track.subject:
            continue
        inside = (other.t_ns >= from_ns) & (other.t_ns < to_ns)
        xy, known = placed_at(track, other.t_ns)
        distance = np.where(known & inside, np.hypot(*(other.xyz_m[:, :2] - xy).T), np.inf)
        doubted = (distance > radius_m) & (distance <= MARGIN_SHARE * radius_m)
        for stretch in stretches(other.t_ns, distance <= radius_m, doubted):
            rows = slice(stretch.first, stretch.last + 1)
            nearest = stretch.first + int(np.argmin(distance[rows]))
            one = Encounter(
                subject=other.subject,
                from_ns=int(other.t_ns[stretch.first]),
                to_ns=int(other.t_ns[stretch.last]),
                began_open=stretch.began_open,
                ended_open=stretch.ended_open,
                nearest_m=float(distance[nearest]),
                nearest_ns=int(other.t_ns[nearest]),
                xy_m=(float(other.xyz_m[nearest, 0]), float(other.xyz_m[nearest, 1])),
                sigma_m=_sigma_m(track, other, nearest),
            )
            if one.dwell_s >= least_s:
                found.append(one)
    found.sort(key=lambda one: (one.from_ns, one.subject))
    return found


def _sigma_m(track: Track, other: Track, row: int) -> float:
    mine = int(np.clip(np.searchsorted(track.t_ns, other.t_ns[row]), 0, len(track) - 1))
    variance = track.cov_m2[mine, [0, 2]].mean() + other.cov_m2[row, [0, 2]].mean()
    return float(np.sqrt(max(float(variance), 0.0)))
