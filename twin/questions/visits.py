"""Who was inside a shape drawn now, and for how long: the live decision, made over what was stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.plant import Fence, FencePurpose, Names
from gis.time import NS_PER_S
from twin.core.fences import FAR_SIGMA, inside_probability, largest_sigma_m, prisms_at
from twin.questions.tracks import stretches, tracks_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from gis.frames import SiteFrame
    from gis.store.paths import TrackChunk
    from twin.core.fences import Prisms
    from twin.questions.tracks import Track

ENTER, LEAVE = 0.8, 0.2
"""From this probability on somebody is inside, up to this one outside; between them what was goes on."""
_ALWAYS_NS = 10**18
SIGMA_Z_M = 0.5
"""The height of stored fixes is as good as this."""


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """A prism somebody asks about. Build it with `area_of`.

    Attributes:
        prisms: it as the only fence of a set.
        bounds_m: west, south, east, north in site metres.
    """

    prisms: Prisms
    bounds_m: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay of one subject in an area.

    Attributes:
        subject: who.
        from_ns, to_ns: first and last fix inside, UTC ns, cut to the span asked for.
        began_open: already inside when the span or the knowledge of them began.
        ended_open: still inside when it ended, or positions stopped while inside.
        surest: the highest probability of being inside.
        xy_m: where the surest fix was, site metres.
    """

    subject: str
    from_ns: int
    to_ns: int
    began_open: bool
    ended_open: bool
    surest: float
    xy_m: tuple[float, float]

    @property
    def dwell_s(self) -> float:
        """From the first to the last fix inside, seconds; the truth is longer by up to two periods of the tag."""
        return (self.to_ns - self.from_ns) / NS_PER_S


def area_of(shape_lonlat: BaseGeometry, frame: SiteFrame, z_min_m: float = -50.0, z_max_m: float = 300.0) -> Area:
    """A polygon in degrees with its heights as something to ask about."""
    drawn = Fence(
        code="DRAWN",
        names=Names(zh="所画区域", en="Drawn area"),
        purpose=FencePurpose.INFORMATION,
        geometry=shape_lonlat,
        z_min_m=z_min_m,
        z_max_m=z_max_m,
        valid_from=_ALWAYS_NS,
    )
    return Area(prisms_at((drawn,), frame, _ALWAYS_NS), frame.shape_to_site(shape_lonlat).bounds)


def chances(area: Area, track: Track) -> NDArray[np.float64]:
    """(n,) probability of each fix of being inside; those far from the area's box cost nothing."""
    chance = np.zeros(len(track))
    west, south, east, north = area.bounds_m
    reach = FAR_SIGMA * largest_sigma_m(track.cov_m2)
    x, y = track.xyz_m[:, 0], track.xyz_m[:, 1]
    near = np.flatnonzero((x >= west - reach) & (x <= east + reach) & (y >= south - reach) & (y <= north + reach))
    if near.size:
        chance[near] = inside_probability(
            area.prisms,
            np.zeros(len(near), np.int64),
            track.xyz_m[near],
            track.cov_m2[near],
            np.full(len(near), SIGMA_Z_M),
        )
    return chance


def visits(area: Area, chunks: Iterable[TrackChunk], from_ns: int, to_ns: int, least_s: float = 0.0) -> list[Visit]:
    """Every stay in an area during [from_ns, to_ns), by time and subject; stays shorter than `least_s` are left out.

    The chunks must come ordered by subject.
    """
    found: list[Visit] = []
    for track in tracks_of(chunks):
        chance = chances(area, track)
        if chance.max(initial=0.0) >= ENTER:
            found += _stays(track, chance, from_ns, to_ns)
    found = [visit for visit in found if visit.dwell_s >= least_s]
    found.sort(key=lambda visit: (visit.from_ns, visit.subject))
    return found


def _stays(track: Track, chance: NDArray[np.float64], from_ns: int, to_ns: int) -> list[Visit]:
    found = []
    for stretch in stretches(track.t_ns, chance >= ENTER, (chance > LEAVE) & (chance < ENTER)):
        rows = slice(stretch.first, stretch.last + 1)
        begin, end = int(track.t_ns[stretch.first]), int(track.t_ns[stretch.last])
        if end < from_ns or begin >= to_ns:
            continue
        best = stretch.first + int(np.argmax(chance[rows]))
        found.append(
            Visit(
                subject=track.subject,
                from_ns=max(begin, from_ns),
                to_ns=min(end, to_ns),
                began_open=stretch.began_open or begin < from_ns,
                ended_open=stretch.ended_open or end > to_ns,
                surest=float(chance[best]),
                xy_m=(float(track.xyz_m[best, 0]), float(track.xyz_m[best, 1])),
            )
        )
    return found
