"""Where the UWB anchors stand: chosen one by one so that people on the ways are heard from all around."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.kinds import AnchorPoint
from gis.obstacles import Obstacles, obstacles, shadow_m
from twin.demoplant.front import DRILL_YARD
from twin.demoplant.grid import FENCE_LINE, GATE_X, GOODS_X
from twin.demoplant.units import UNITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.demoplant.draft import Draft

ENGINE = "UWB-1"
INDOORS = {"B-06": 4, "B-01": 1, "B-03": 2, "B-04": 2, "B-05": 2, "B-08": 1, "B-09": 2}
"""Buildings with anchors under their ceilings, and how many."""
OUTDOORS = 94
SIGMA_M = 0.2
"""What a calibration walk finds for one range among people and steel."""
_REACH_M = 84.0


def _demand(draft: Draft) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points every 11 m along roads and walkways, (k, 2), and how much each matters, (k,)."""
    points, weights = [], []
    units = shapely.union_all([unit.rect.polygon() for unit in UNITS])
    farms = shapely.union_all([draft.shapes[bund.code] for bund in draft.of_kind("bund")])
    for asset in draft.of_kind("road"):
        shape = draft.shapes[asset.code]
        for share in np.linspace(0.0, 1.0, max(2, round(shape.length / 11.0))):
            at = shape.interpolate(share, normalized=True)
            points.append((at.x, at.y))
            gate = min(abs(at.x - GATE_X), abs(at.x - GOODS_X)) < 45 and at.y < -340
            ring = abs(at.x) > 560 or abs(at.y) > 370
            weights.append(
                1.6 if units.contains(at) else 2.6 if farms.contains(at) else 2.0 if gate else 0.6 if ring else 1.0
            )
    return np.array(points), np.array(weights)


def _candidates(draft: Draft, things: Obstacles) -> NDArray[np.float64]:
    """Lamp posts beside the roads and posts on the unit racks, (n, 3) antenna positions."""
    places = []
    for asset in draft.of_kind("road", "pipe_rack"):
        shape = draft.shapes[asset.code]
        rack = asset.kind == "pipe_rack"
        offset = 0.0 if rack else getattr(asset.attributes, "width_m", 4.0) / 2 + 1.5
        height = 8.5 if rack else 6.0
        for side in (0.0,) if rack else (-offset, offset):
            run = shapely.offset_curve(shape, side) if side else shape
            for along in np.arange(6.0, run.length, 30.0):
                at = run.interpolate(along)
                places.append((round(at.x, 1), round(at.y, 1), height))
    found = np.unique(np.array(places), axis=0)
    box = FENCE_LINE.inset(2.0)
    inside = (found[:, 0] > box.x0) & (found[:, 0] < box.x1) & (found[:, 1] > box.y0) & (found[:, 1] < box.y1)
    roads = shapely.union_all(
        [draft.shapes[a.code].buffer(getattr(a.attributes, "width_m", 4.0) / 2 + 0.3) for a in draft.of_kind("road")]
    )
    on_way = shapely.contains_xy(roads, found[:, 0], found[:, 1]) & (found[:, 2] < 7.0)
    yard = DRILL_YARD.inset(-2.0).polygon()
    free = ~things.solid_at(found[:, :2]) & ~_indoors(things, found[:, :2])
    free &= ~shapely.contains_xy(yard, found[:, 0], found[:, 1])
    return np.asarray(found[inside & free & ~on_way], float)


def _indoors(things: Obstacles, xy: NDArray[np.float64]) -> NDArray[np.bool_]:
    x, y = xy[:, 0, None], xy[:, 1, None]
    box = things.box
    return np.asarray(((x > box[:, 0]) & (x < box[:, 2]) & (y > box[:, 1]) & (y < box[:, 3])).any(axis=1))


def _sight(
    candidates: NDArray[np.float64], points: NDArray[np.float64], things: Obstacles
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Every pair in clear sight of each other: candidate, point, and from which of six directions, each (q,)."""
    pairs: list[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]] = []
    for index, place in enumerate(candidates):
        delta = place[None, :2] - points
        near = np.flatnonzero(np.hypot(delta[:, 0], delta[:, 1]) < _REACH_M)
        steel, wall = shadow_m(points[near], place, things.near(place[:2], _REACH_M))
        near = near[(steel < 0.2) & (wall < 0.5)]
        sector = ((np.degrees(np.arctan2(delta[near, 1], delta[near, 0])) + 360.0) % 360.0 // 60.0).astype(np.intp)
        pairs.append((np.full(len(near), index, np.intp), near, sector))
    candidate, point, sector = (np.concatenate(column) for column in zip(*pairs, strict=True))
    return candidate, point, sector


def chosen_sites(draft: Draft) -> NDArray[np.float64]:
    """Greedy choice of outdoor antenna positions, (n, 3) site metres.

    Each step takes the candidate that adds most: the first three anchors in sight of a point count most, from a new
    direction more than from one it has. For a gain with diminishing returns a greedy choice is within 1 - 1/e of
    the best (Nemhauser, Wolsey and Fisher 1978).
    """
    things = obstacles((a.attributes, draft.shapes[a.code], a.base_m) for a in draft.assets)
    points, weights = _demand(draft)
    candidates = _candidates(draft, things)
    candidate, point, sector = _sight(candidates, points, things)
    by_sector = np.zeros((len(points), 6))
    total = np.zeros(len(points))
    taken = np.zeros(len(candidates), bool)
    chosen: list[int] = []
    for _ in range(OUTDOORS):
        fresh = 0.5 ** by_sector[point, sector]
        crowd = np.select([total < 2, total < 3, total < 4], [1.3, 1.0, 0.35], 0.06) * weights
        gain = np.bincount(candidate, weights=fresh * crowd[point], minlength=len(candidates))
        gain[taken] = -1.0
        best = int(np.argmax(gain))
        chosen.append(best)
        taken |= np.hypot(*(candidates[:, :2] - candidates[best, :2]).T) < 14.0
        seen = candidate == best
        by_sector[point[seen], sector[seen]] += 1
        total[point[seen]] += 1
    sites = candidates[chosen]
    return np.asarray(sites[np.lexsort((sites[:, 0], -np.round(sites[:, 1] / 50.0)))], float)


def draw_anchors(draft: Draft) -> None:
    """Outdoor anchors by choice, indoor ones under the ceilings of the manned buildings."""
    sites = [(float(x), float(y), float(z), "") for x, y, z in chosen_sites(draft)]
    for code, count in INDOORS.items():
        west, south, east, north = draft.shapes[code].bounds
        sites += [
            (west + (east - west) * (i + 1) / (count + 1), south + (north - south) * (0.3 if i % 2 else 0.7), 4.0, code)
            for i in range(count)
        ]
    for number, (x, y, z, building) in enumerate(sites, start=1):
        code = f"A-{number:03d}"
        bias = round(0.06 * np.sin(number * 2.399), 3)
        draft.put(
            code, f"定位基站 {code}", f"Anchor {code}", (x, y),
            AnchorPoint(engine=ENGINE, antenna_m=z, bias_m=float(bias), sigma_m=SIGMA_M),
            parent=building or None,
        )  # fmt: skip
