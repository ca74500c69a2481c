"""Where the UWB anchors stand: chosen one by one so that people on the ways are heard from all around."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.kinds import AnchorPoint
from twin.demoplant.grid import FENCE_LINE
from twin.demoplant.units import UNITS
from twin.simulate.obstacles import Obstacles, obstacles, shadow_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.demoplant.draft import Draft

ENGINE = "UWB-1"
INDOORS = {"B-06": 3, "B-01": 1, "B-03": 1, "B-04": 1, "B-09": 1}
"""Buildings with anchors under their ceilings, and how many."""
OUTDOORS = 91
_REACH_M = 80.0


def _demand(draft: Draft) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points every 8 m along roads and walkways, (k, 2), and how much each matters, (k,)."""
    points, weights = [], []
    units = shapely.union_all([unit.rect.polygon() for unit in UNITS])
    for asset in draft.of_kind("road"):
        shape = draft.shapes[asset.code]
        count = max(2, round(shape.length / 8.0))
        for share in np.linspace(0.0, 1.0, count):
            at = shape.interpolate(share, normalized=True)
            points.append((at.x, at.y))
            ring = abs(at.x) > 560 or at.y > 370
            weights.append(2.2 if units.contains(at) else 0.5 if ring else 1.0)
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
            for along in np.arange(6.0, run.length, 24.0):
                at = run.interpolate(along)
                places.append((round(at.x, 1), round(at.y, 1), height))
    found = np.unique(np.array(places), axis=0)
    box = FENCE_LINE.inset(2.0)
    inside = (found[:, 0] > box.x0) & (found[:, 0] < box.x1) & (found[:, 1] > box.y0) & (found[:, 1] < box.y1)
    roads = shapely.union_all(
        [draft.shapes[a.code].buffer(getattr(a.attributes, "width_m", 4.0) / 2 + 0.3) for a in draft.of_kind("road")]
    )
    on_way = shapely.contains_xy(roads, found[:, 0], found[:, 1]) & (found[:, 2] < 7.0)
    free = ~things.solid_at(found[:, :2]) & ~_indoors(things, found[:, :2])
    return np.asarray(found[inside & free & ~on_way], float)


def _indoors(things: Obstacles, xy: NDArray[np.float64]) -> NDArray[np.bool_]:
    x, y = xy[:, 0, None], xy[:, 1, None]
    box = things.box
    return np.asarray(((x > box[:, 0]) & (x < box[:, 2]) & (y > box[:, 1]) & (y < box[:, 3])).any(axis=1))


def _sight(
    candidates: NDArray[np.float64], points: NDArray[np.float64], things: Obstacles
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Which candidate hears which point in clear sight, and from which of six directions, both (n, k)."""
    heard = np.zeros((len(candidates), len(points)), bool)
    sector = np.zeros((len(candidates), len(points)), np.intp)
    for index, place in enumerate(candidates):
        delta = place[None, :2] - points
        near = np.flatnonzero(np.hypot(delta[:, 0], delta[:, 1]) < _REACH_M)
        sector[index] = ((np.degrees(np.arctan2(delta[:, 1], delta[:, 0])) + 360.0) % 360.0 // 60.0).astype(np.intp)
        steel, wall = shadow_m(points[near], place, things)
        heard[index, near] = (steel + wall) < 0.2
    return heard, sector


def chosen_sites(draft: Draft) -> NDArray[np.float64]:
    """Greedy choice of outdoor antenna positions, (n, 3) site metres.

    Each step takes the candidate that adds most: a first anchor in a direction counts most, the fourth and
    later ones in sight of a point little. A greedy choice is within 1 - 1/e of the best for such a gain.
    """
    things = obstacles((a.attributes, draft.shapes[a.code], a.base_m) for a in draft.assets)
    points, weights = _demand(draft)
    candidates = _candidates(draft, things)
    heard, sector = _sight(candidates, points, things)
    by_sector = np.zeros((len(points), 6))
    total = np.zeros(len(points))
    chosen: list[int] = []
    columns = np.arange(len(points))[None, :]
    for _ in range(OUTDOORS):
        fresh = 0.45 ** by_sector[columns, sector]
        crowd = np.where(total < 3, 1.0, np.where(total < 5, 0.45, 0.1))
        gain = (heard * fresh * crowd * weights).sum(axis=1)
        for taken in chosen:
            apart = np.hypot(*(candidates[:, :2] - candidates[taken, :2]).T)
            gain[apart < 14.0] = -1.0
        best = int(np.argmax(gain))
        chosen.append(best)
        by_sector[np.flatnonzero(heard[best]), sector[best, heard[best]]] += 1
        total += heard[best]
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
            AnchorPoint(engine=ENGINE, antenna_m=z, bias_m=float(bias), sigma_m=0.1),
            parent=building or None,
        )  # fmt: skip
