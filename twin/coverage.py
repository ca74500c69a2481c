"""How well a plant's anchors can locate a tag, place by place: clear anchors, their geometry, and the error to expect.

Pure. An anchor is clear where neither steel nor a wall stands on the straight line to it; what stands there shortens
its reach and makes its ranges long. The covariance of one fix is (Σ hhᵀ/σ²)⁻¹ + (Σ hhᵀ/f²)⁻¹ over the nearest anchors
heard, with h the horizontal part of the direction to the anchor, σ the noise of its ranges and f the systematic floor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.fix import r95_m
from gis.kinds import AnchorPoint
from gis.obstacles import obstacles, shadow_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.obstacles import Obstacles
    from gis.plant import Plant

REACH_M = 90.0
"""How far a range carries in the open."""
STEEL_COST, MOST_STEEL_COST_M = 6.0, 48.0
"""Metres of reach lost for each metre of steel on the line, and at most. Assumed: no survey of this plant's radio."""
WALL_COST_M, MOST_WALL_COST_M = 16.0, 48.0
STEEL_FLOOR_M, WALL_FLOOR_M = 0.6, 0.25
"""Systematic error of a range that came through or around steel, or through a wall."""
CARRY_M = 1.2
MOST_ANCHORS = 8
LEAST_ANCHORS = 3
WORST_HDOP = 20.0
"""Beyond this the anchors stand in a line as seen from there."""
CALIBRATED_FLOOR_M = 0.05
UNCALIBRATED_FLOOR_M = 0.15
_CLEAR_STEEL_M = 0.2
MOST_CELLS = 400_000


@dataclass(frozen=True, slots=True, eq=False)
class AnchorSet:
    """k anchors of one engine.

    Attributes:
        xyz_m: (k, 3) antennas, site metres.
        sigma_m: (k,) noise of a range.
        floor_m: (k,) systematic floor of a range.
    """

    xyz_m: NDArray[np.float64]
    sigma_m: NDArray[np.float64]
    floor_m: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """A grid of squares, row by row from the south, each row from the west.

    Attributes:
        x_m: west edge of the grid, site metres.
        y_m: south edge of the grid, site metres.
        step_m: side of a square.
        r95_m: (rows, columns) expected radius that holds a tag with 95 %; NaN where no fix is to be expected.
        clear: (rows, columns) number of clear anchors among the nearest, of the engine that locates best there.
        inside: (rows, columns) bool, whether the middle of the square is inside the plant.
    """

    x_m: float
    y_m: float
    step_m: float
    r95_m: NDArray[np.float64]
    clear: NDArray[np.int64]
    inside: NDArray[np.bool_]


def anchor_sets(plant: Plant) -> list[AnchorSet]:
    """The anchors of a plant, engine by engine; engines without any are left out."""
    frame = plant.head.frame
    sets = []
    for engine in plant.engines:
        rows = []
        for asset in plant.assets:
            point = asset.attributes
            if isinstance(point, AnchorPoint) and point.engine == engine.code:
                place = frame.shape_to_site(asset.geometry).centroid
                floor = CALIBRATED_FLOOR_M if point.bias_m != 0.0 else UNCALIBRATED_FLOOR_M
                rows.append((place.x, place.y, asset.base_m + point.antenna_m, point.sigma_m, floor))
        if rows:
            numbers = np.array(rows, float)
            sets.append(AnchorSet(numbers[:, :3], numbers[:, 3], numbers[:, 4]))
    return sets


def coverage(plant: Plant, level_m: float, step_m: float) -> Coverage:
    """The error to expect on one level of a plant.

    Args:
        plant: its anchors and what stands between them.
        level_m: height of the walking surface; tags are carried 1.2 m above it.
        step_m: side of a square; made larger where the plant would have more than `MOST_CELLS`.
    """
    frame = plant.head.frame
    boundary = frame.shape_to_site(plant.head.boundary)
    west, south, east, north = shapely.bounds(boundary)
    step_m = max(step_m, float(np.sqrt((east - west) * (north - south) / MOST_CELLS)))
    columns, rows = int(np.ceil((east - west) / step_m)), int(np.ceil((north - south) / step_m))
    x = west + (np.arange(columns) + 0.5) * step_m
    y = south + (np.arange(rows) + 0.5) * step_m
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    things = obstacles((asset.attributes, frame.shape_to_site(asset.geometry), asset.base_m) for asset in plant.assets)
    inside = np.asarray(shapely.contains_xy(boundary, grid[:, 0], grid[:, 1]), bool)
    best = np.full(len(grid), np.nan)
    clear = np.zeros(len(grid), np.int64)
    for anchors in anchor_sets(plant):
        radius, count = expected_error(grid, level_m + CARRY_M, anchors, things)
        better = (np.isnan(best) & ((count > clear) | ~np.isnan(radius))) | (radius < best)
        best, clear = np.where(better, radius, best), np.where(better, count, clear)
    shape = (rows, columns)
    return Coverage(float(west), float(south), step_m, best.reshape(shape), clear.reshape(shape), inside.reshape(shape))


def expected_error(
    grid: NDArray[np.float64], height_m: float, anchors: AnchorSet, things: Obstacles
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The error to expect at places, and how many anchors are clear from there.

    Args:
        grid: (n, 2) site metres.
        height_m: height of the tag there.
        anchors: of one engine.
        things: what may stand in between.

    Returns:
        r95 (n,) in metres, NaN without a fix; clear anchors (n,), at most `MOST_ANCHORS`.
    """
    cells, numbers, away, floors = [], [], [], []
    for number, place in enumerate(anchors.xyz_m):
        near = np.flatnonzero((np.abs(grid[:, 0] - place[0]) < REACH_M) & (np.abs(grid[:, 1] - place[1]) < REACH_M))
        distance = np.sqrt(((grid[near] - place[:2]) ** 2).sum(axis=1) + (place[2] - height_m) ** 2)
        near, distance = near[distance < REACH_M], distance[distance < REACH_M]
        if not len(near):
            continue
        steel, walls = shadow_m(grid[near], place, things.near(place[:2], REACH_M), height_m)
        lost = np.minimum(STEEL_COST * steel, MOST_STEEL_COST_M) + np.minimum(WALL_COST_M * walls, MOST_WALL_COST_M)
        heard = distance < REACH_M - lost
        hidden = np.where(steel > _CLEAR_STEEL_M, STEEL_FLOOR_M, np.where(walls > 0.5, WALL_FLOOR_M, 0.0))
        cells.append(near[heard])
        numbers.append(np.full(int(heard.sum()), number))
        away.append(distance[heard])
        floors.append(hidden[heard])
    if not cells:
        return np.full(len(grid), np.nan), np.zeros(len(grid), np.int64)
    cell, anchor, distance, hidden = _nearest(*(np.concatenate(part) for part in (cells, numbers, away, floors)))
    h = (grid[cell] - anchors.xyz_m[anchor, :2]) / np.maximum(distance, 1e-3)[:, None]
    count = np.bincount(cell, minlength=len(grid))
    geometry = _information(cell, h, np.ones(len(cell)), len(grid))
    trace, determinant = geometry[:, 0] + geometry[:, 2], _determinant(geometry)
    located = (count >= LEAST_ANCHORS) & (determinant > trace / WORST_HDOP**2)
    noise = _inverse(_information(cell, h, anchors.sigma_m[anchor] ** -2.0, len(grid))[located])
    systematic = np.maximum(anchors.floor_m[anchor], hidden)
    floor = _inverse(_information(cell, h, systematic**-2.0, len(grid))[located])
    radius = np.full(len(grid), np.nan)
    radius[located] = r95_m(noise + floor)
    return radius, np.bincount(cell, weights=hidden == 0.0, minlength=len(grid)).astype(np.int64)


def _nearest(
    cell: NDArray[np.intp], anchor: NDArray[np.intp], distance: NDArray[np.float64], hidden: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    order = np.lexsort((distance, cell))
    ranked = cell[order]
    first = np.searchsorted(ranked, ranked, side="left")
    kept = order[np.arange(len(order)) - first < MOST_ANCHORS]
    return cell[kept], anchor[kept], distance[kept], hidden[kept]


def _information(
    cell: NDArray[np.intp], h: NDArray[np.float64], weight: NDArray[np.float64], n: int
) -> NDArray[np.float64]:
    """Σ w hhᵀ by cell: (n, 3) xx, xy, yy."""
    parts = (h[:, 0] * h[:, 0], h[:, 0] * h[:, 1], h[:, 1] * h[:, 1])
    return np.stack([np.bincount(cell, weights=weight * part, minlength=n) for part in parts], axis=1)


def _determinant(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(matrix[:, 0] * matrix[:, 2] - matrix[:, 1] ** 2, float)


def _inverse(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    turned = np.stack([matrix[:, 2], -matrix[:, 1], matrix[:, 0]], axis=1)
    return np.asarray(turned / _determinant(matrix)[:, None], float)
