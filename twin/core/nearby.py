"""Which fences are near a movement: a raster over the plant for short ones, a tree for long ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_CELL_M = 16.0
_LONGEST_M = 16.0
"""A movement whose box, with its reach, is not longer than this is looked up by the cell of its middle."""
_MOST_CELLS = 1 << 20


@dataclass(frozen=True, eq=False)
class Nearby:
    """Bounding boxes of n fences, indexed.

    Attributes:
        bounds_m: (n, 4) west, south, east, north.
        tree: over the same boxes.
        origin_m: (2,) south-west corner of the raster.
        cell_m: side of a cell.
        shape: columns and rows of the raster.
        start: (cells + 1,) where each cell's fences begin in `rows`.
        rows: fence rows, cell by cell.
    """

    bounds_m: NDArray[np.float64]
    tree: shapely.STRtree
    origin_m: NDArray[np.float64]
    cell_m: float
    shape: tuple[int, int]
    start: NDArray[np.int64]
    rows: NDArray[np.int64]

    def pairs(
        self, from_xy_m: NDArray[np.float64], to_xy_m: NDArray[np.float64], reach_m: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which of m movements (from, to; (m, 2) each) come within their reach (m,) of which fence's bounding box.

        Returns:
            movement numbers and fence rows, (p,) each.
        """
        low, high, is_short = boxes(from_xy_m, to_xy_m, reach_m)
        short = np.flatnonzero(is_short)
        which, row = self._by_cell(low[short], high[short])
        long, more = self.by_tree(low, high, ~is_short)
        return np.concatenate([short[which], long]), np.concatenate([row, more])

    def by_tree(
        self, low: NDArray[np.float64], high: NDArray[np.float64], wanted: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Numbers of the wanted boxes (m, 2) and fence rows whose bounding boxes they meet, sorted by both."""
        boxes_of = np.flatnonzero(wanted)
        if not len(boxes_of):
            return boxes_of, boxes_of
        west, south, east, north = *low[boxes_of].T, *high[boxes_of].T
        found, row = self.tree.query(shapely.box(west, south, east, north))
        order = np.lexsort((row, found))
        return boxes_of[found[order]], row[order]

    def cells(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.int64]:
        """(m,) cell of the middle of each box, −1 outside the raster."""
        columns, rows = self.shape
        at = np.floor((0.5 * (low + high) - self.origin_m) / self.cell_m)
        within = (at[:, 0] >= 0) & (at[:, 1] >= 0) & (at[:, 0] < columns) & (at[:, 1] < rows)
        # Only now whole numbers: a position beyond all reason would not fit into one.
        return np.where(within, at[:, 1] * columns + at[:, 0], -1.0).astype(np.int64)

    def _by_cell(
        self, low: NDArray[np.float64], high: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        cells = self.cells(low, high)
        within = np.flatnonzero(cells >= 0)
        cell = cells[within]
        count = self.start[cell + 1] - self.start[cell]
        which = np.repeat(within, count)
        offset = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
        row = self.rows[np.repeat(self.start[cell], count) + offset]
        box = self.bounds_m[row]
        meets = (box[:, :2] <= high[which]).all(axis=1) & (box[:, 2:] >= low[which]).all(axis=1)
        return which[meets], row[meets]


def boxes(
    from_xy_m: NDArray[np.float64], to_xy_m: NDArray[np.float64], reach_m: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """South-west and north-east corners (m, 2) of movements with their reach, and whether each is a short one."""
    low = np.minimum(from_xy_m, to_xy_m) - reach_m[:, None]
    high = np.maximum(from_xy_m, to_xy_m) + reach_m[:, None]
    size = high - low
    return low, high, np.maximum(size[:, 0], size[:, 1]) <= _LONGEST_M


def nearby_of(shapes: Sequence[BaseGeometry]) -> Nearby:
    """The index of n shapes, site metres."""
    bounds = np.reshape(shapely.bounds(shapes), (-1, 4)).astype(float)
    half = 0.5 * _LONGEST_M
    origin = bounds[:, :2].min(axis=0, initial=np.inf) - half if len(bounds) else np.zeros(2)
    extent = bounds[:, 2:].max(axis=0) + half - origin if len(bounds) else np.zeros(2)
    # A raster of a plant many kilometres wide gets coarser cells instead of more of them.
    cell = max(_CELL_M, float(np.sqrt(max(extent.prod(), 0.0) / _MOST_CELLS)), float(extent.max()) / _MOST_CELLS)
    columns, rows = (int(n) for n in np.floor(extent / cell).astype(np.int64) + 1)
    cells: list[NDArray[np.int64]] = []
    for box in bounds:
        first = np.floor((box[:2] - half - origin) / cell).astype(np.int64)
        last = np.floor((box[2:] + half - origin) / cell).astype(np.int64)
        across = np.arange(max(first[0], 0), min(last[0], columns - 1) + 1)
        up = np.arange(max(first[1], 0), min(last[1], rows - 1) + 1)
        cells.append((up[:, None] * columns + across[None, :]).ravel())
    cell_of = np.concatenate([np.zeros(0, np.int64), *cells])
    fence_of = np.repeat(np.arange(len(bounds)), [len(part) for part in cells])
    order = np.argsort(cell_of, kind="stable")
    start = np.searchsorted(cell_of[order], np.arange(columns * rows + 1))
    return Nearby(bounds, shapely.STRtree(shapes), origin, cell, (columns, rows), start, fence_of[order])
