"""Two-way ranges between tags and anchors, with what steel, walls and bodies do to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.kinds import AnchorPoint
from gis.obstacles import Obstacles, shadow_m
from twin.simulate.errors import SimulationError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.plant import Plant

REACH_M = 104.0
_CELL_M = 2.0
MOST_RANGES = 8
NOISE_M = 0.09
"""White noise of one clear range; what an anchor's own sigma holds beyond it comes from bodies, walls and steel."""


@dataclass(frozen=True, slots=True)
class Ranges:
    """k ranges in structure of arrays.

    Attributes:
        who: (k,) index of the tag, ascending.
        anchor: (k,) index of the anchor.
        distance_m: (k,) as measured.
        clear: (k,) bool, nothing stood in between.
        rssi_dbm: (k,) received power, whole dB.
    """

    who: NDArray[np.intp]
    anchor: NDArray[np.intp]
    distance_m: NDArray[np.float64]
    clear: NDArray[np.bool_]
    rssi_dbm: NDArray[np.int64]


class RadioField:
    """The anchors of one engine, and maps of what each is hidden from.

    The maps hold metres of steel and number of walls on the straight path from each cell of 2 m to the anchor,
    worked out once from circles and boxes, so that a measurement later costs one look-up.
    """

    def __init__(self, plant: Plant, engine: str, things: Obstacles) -> None:
        """Take the engine's anchors from the plant.

        Raises:
            SimulationError: the engine has no anchors.
        """
        frame = plant.head.frame
        found = []
        for asset in plant.assets:
            point = asset.attributes
            if isinstance(point, AnchorPoint) and point.engine == engine:
                place = frame.shape_to_site(asset.geometry).centroid
                found.append((asset.code, place.x, place.y, asset.base_m + point.antenna_m, point.bias_m))
        if not found:
            raise SimulationError(f"engine {engine} has no anchors")
        self.codes = [row[0] for row in found]
        numbers = np.array([row[1:] for row in found], float)
        self.xyz_m, self.bias_m = numbers[:, :3], numbers[:, 3]
        self._side = int(2 * REACH_M / _CELL_M)
        self._steel, self._wall = self._shadows(things)

    def _shadows(self, things: Obstacles) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
        ticks = (np.arange(self._side) + 0.5) * _CELL_M - REACH_M
        grid = np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 2)
        near_grid = np.hypot(grid[:, 0], grid[:, 1]) < REACH_M
        steel = np.zeros((len(self.codes), len(grid)), np.float16)
        wall = np.zeros_like(steel)
        for index, anchor in enumerate(self.xyz_m):
            close = things.near(anchor[:2], REACH_M)
            if len(close.circle) + len(close.box) == 0:
                continue
            a, b = shadow_m(grid[near_grid] + anchor[:2], anchor, close)
            steel[index, near_grid], wall[index, near_grid] = a, b
        shape = (len(self.codes), self._side, self._side)
        return steel.reshape(shape), wall.reshape(shape)

    def measure(self, xyz_m: NDArray[np.float64], heading_rad: NDArray[np.float64], rng: np.random.Generator) -> Ranges:
        """One epoch of every tag: at most eight ranges each, the nearest anchors heard.

        Args:
            xyz_m: (n, 3) antenna positions of the tags, site metres.
            heading_rad: (n,) where the wearers face, mathematical angle.
            rng: the source of chance.
        """
        dx = self.xyz_m[None, :, 0] - xyz_m[:, 0, None]
        dy = self.xyz_m[None, :, 1] - xyz_m[:, 1, None]
        who, anchor = np.nonzero(dx * dx + dy * dy < REACH_M**2)
        east, north = dx[who, anchor], dy[who, anchor]
        up = self.xyz_m[anchor, 2] - xyz_m[who, 2]
        distance = np.sqrt(east * east + north * north + up * up)
        # The map is centred on the anchor: the tag is at minus the direction to it.
        column = np.clip(((REACH_M - east) / _CELL_M).astype(np.intp), 0, self._side - 1)
        row = np.clip(((REACH_M - north) / _CELL_M).astype(np.intp), 0, self._side - 1)
        steel = self._steel[anchor, column, row].astype(float)
        wall = self._wall[anchor, column, row].astype(float)
        behind = (east * np.cos(heading_rad[who]) + north * np.sin(heading_rad[who])) / distance < -0.35
        reach = 90.0 - 9.0 * behind - np.minimum(steel * 6.0, 48.0) - np.minimum(wall * 16.0, 48.0)
        hears = rng.random(len(who)) < 0.985 / (1.0 + np.exp((distance - reach) / 3.5))
        who, anchor, distance, steel, wall, behind = (v[hears] for v in (who, anchor, distance, steel, wall, behind))
        kept = _nearest(who, distance)
        who, anchor, distance, steel, wall, behind = (v[kept] for v in (who, anchor, distance, steel, wall, behind))
        hidden = (steel > 0.2) | (wall > 0.5)
        k = len(who)
        sigma = NOISE_M * np.where(hidden, 1.6, np.where(behind, 1.3, 1.0))
        extra = np.where(steel > 0.2, 0.25 + 0.9 * (1.0 - np.exp(-steel / 6.0)), 0.0)
        extra += 0.11 * np.minimum(wall, 4.0) + 0.10 * behind
        measured = distance + self.bias_m[anchor] + extra + rng.normal(0.0, 1.0, k) * sigma
        measured += np.where(hidden, rng.exponential(0.12, k), 0.0)
        measured += np.where(rng.random(k) < 0.004, rng.uniform(2.0, 14.0, k), 0.0)
        rssi = (
            -58.0
            - 20.0 * np.log10(np.maximum(distance, 1.0)) / 1.3
            - 8.0 * hidden
            - 4.0 * behind
            + rng.normal(0.0, 1.5, k)
        )
        return Ranges(
            who=who,
            anchor=anchor,
            distance_m=np.round(np.maximum(measured, 0.05), 3),
            clear=~hidden,
            rssi_dbm=np.round(rssi).astype(np.int64),
        )


def _nearest(who: NDArray[np.intp], distance: NDArray[np.float64]) -> NDArray[np.intp]:
    """Indices of the nearest `MOST_RANGES` rows of each `who`, in ascending order of `who`, then distance."""
    order = np.lexsort((distance, who))
    ranked = who[order]
    first = np.searchsorted(ranked, ranked, side="left")
    return np.asarray(order[np.arange(len(order)) - first < MOST_RANGES], np.intp)
