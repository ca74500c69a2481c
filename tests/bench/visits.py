"""Crossings held against the truth. The words are written down in docs/rules/truth.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.time import NS_PER_S
from tests.bench.day import START_NS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from gis.plant import Fence
    from tests.bench.day import Day, Measured
    from twin.effects import Crossed

MARGIN_M = 0.5
"""Whoever goes out no further than this must not be told to have left: half the exit margin."""
DEEP_SIGMAS = 2.0
LONG_FIXES = 3
SLACK_S = 10.0


@dataclass(frozen=True, slots=True)
class Visit:
    """A stretch of somebody's true path inside a fence; seconds of the day. `must` be noticed, or only may."""

    who: int
    begins_s: float
    ends_s: float
    must: bool


@dataclass(frozen=True, slots=True)
class Score:
    """How crossings did against the truth."""

    visits: int
    missed: int
    events: int
    false: int
    flaps: int

    def __add__(self, other: Score) -> Score:
        return Score(
            self.visits + other.visits,
            self.missed + other.missed,
            self.events + other.events,
            self.false + other.false,
            self.flaps + other.flaps,
        )


def visits(day: Day, seen: Measured, fence: Fence, sigma_m: float) -> list[Visit]:
    """Everybody's visits to a fence."""
    shape = day.plant.head.frame.shape_to_site(fence.geometry)
    shapely.prepare(shape)
    depth = _depth(day, shape)
    found: list[Visit] = []
    for who in np.flatnonzero((depth > -MARGIN_M).any(axis=0)).tolist():
        found += _visits_of(who, depth[:, who], seen.heard[:, who], DEEP_SIGMAS * sigma_m)
    return found


def _depth(day: Day, shape: shapely.geometry.base.BaseGeometry) -> NDArray[np.float32]:
    """(t, n) how deep inside everybody is, metres; −1e9 for whoever is far away."""
    west, south, east, north = shape.bounds
    x, y = day.xyz_m[:, :, 0], day.xyz_m[:, :, 1]
    depth = np.full(x.shape, -1e9, np.float32)
    reach = MARGIN_M + 1.0
    near = (x > west - reach) & (x < east + reach) & (y > south - reach) & (y < north + reach)
    points = shapely.points(x[near].astype(float), y[near].astype(float))
    gap = shapely.distance(shape.boundary, points)
    depth[near] = np.where(shapely.contains(shape, points), gap, -gap)
    return depth


def _visits_of(who: int, depth: NDArray[np.float32], heard: NDArray[np.bool_], deep_m: float) -> Iterator[Visit]:
    near = depth > -MARGIN_M
    edges = np.diff(np.concatenate([[False], near, [False]]).astype(np.int8))
    for begin, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        part = depth[begin:end]
        if not (part > 0).any():
            continue
        inside = np.flatnonzero(part > 0)
        sure = (part > deep_m) & heard[begin:end]
        run = np.convolve(sure.astype(int), np.ones(LONG_FIXES, int), "valid") if len(sure) >= LONG_FIXES else sure * 0
        must = bool((run == LONG_FIXES).any())
        yield Visit(who, float(begin + inside[0]), float(begin + inside[-1]), must)


def scored(found: list[Visit], crossed: Iterable[Crossed], who_of: dict[str, int], end_s: float) -> Score:
    """The crossings of one fence against the visits to it."""
    stays = _stays(crossed, who_of, end_s)
    by_visitor: dict[int, list[Visit]] = {}
    for visit in found:
        by_visitor.setdefault(visit.who, []).append(visit)
    told: dict[Visit, int] = {}
    false, noticed = 0, set()
    for who, theirs in stays.items():
        for stay in theirs:
            meeting = [visit for visit in by_visitor.get(who, ()) if _meets(stay, visit)]
            noticed.update(meeting)
            if meeting:
                best = max(meeting, key=lambda visit: _overlap_s(stay, visit))
                told[best] = told.get(best, 0) + 1
            else:
                false += 1
    missed = sum(visit.must and visit not in noticed for visit in found)
    flaps = sum(count - 1 for count in told.values())
    events = sum(len(theirs) for theirs in stays.values())
    return Score(sum(visit.must for visit in found), missed, events, false, flaps)


def _overlap_s(stay: tuple[float, float], visit: Visit) -> float:
    return min(stay[1], visit.ends_s) - max(stay[0], visit.begins_s)


def _meets(stay: tuple[float, float], visit: Visit) -> bool:
    return stay[0] <= visit.ends_s + SLACK_S and visit.begins_s - SLACK_S <= stay[1]


def _stays(crossed: Iterable[Crossed], who_of: dict[str, int], end_s: float) -> dict[int, list[tuple[float, float]]]:
    """(from, to) of each stay that was told, seconds of the day: the earliest it can have begun, and ended."""
    stays: dict[int, list[tuple[float, float]]] = {}
    open_: dict[int, float] = {}
    for effect in crossed:
        who, at_s = who_of[effect.subject], ((effect.after_ns or effect.t_ns) - START_NS) / NS_PER_S
        if effect.direction == "enter":
            open_[who] = at_s
        else:
            stays.setdefault(who, []).append((open_.pop(who), at_s))
    for who, at_s in open_.items():
        stays.setdefault(who, []).append((at_s, end_s))
    return stays
