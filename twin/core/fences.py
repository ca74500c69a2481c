"""Fences as prisms in site metres, and the probability that an uncertain position is inside one.

The horizontal probability is exact for any polygon, holes and parts included, under a normal distribution with full
covariance. After whitening with the Cholesky factor the position is the origin of a standard normal, and the mass over
the triangle (origin, edge) is a difference of Owen's T function, so the mass over the polygon is a sum over its edges
(D. B. Owen, Tables for computing bivariate normal probabilities, Annals of Mathematical Statistics 27, 1956).
Height is independent of it and normal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.special import ndtr, ndtri, owens_t
from shapely import MultiPolygon, Polygon

from locator.estimator.compiled import COMPILED
from twin.core.deciding import probabilities, probability
from twin.core.nearby import Nearby, nearby_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from gis.frames import SiteFrame
    from gis.plant import Fence
    from twin.effects import EvidenceFix

FAR_SIGMA = 6.0
"""Further than this from every edge a position is inside or outside for certain (the doubt is below 1e-8)."""
EXIT_SIGMA = 2.0
"""A fence is left by so many standard deviations, where that is more than the exit margin."""
REACH_SIGMA = 2.0
"""A fix whose centre is further than this from a fence is inside with less than the 0.5 no entry may be set below."""
_SMALLEST_SIGMA_M = 1e-3
_TWO_PI = 2.0 * np.pi


@dataclass(frozen=True, eq=False)
class Prisms:
    """The fences that hold at one time, one row per fence code.

    Rows 0 … n−1 of `shapes`, `borders`, `z_min_m`, `z_max_m` and the edge table are the fences as drawn, rows
    n … 2n−1 the same grown by the exit margin.

    Attributes:
        fences: n fence records.
        row: fence code → row.
        shapes: (2n,) polygons, site metres, prepared.
        borders: (2n,) their rings, prepared.
        nearby: index over the bounding boxes of the first n shapes.
        z_min_m, z_max_m: (2n,) metres above the site plane.
        enter, exit: (n,) probabilities of the hysteresis.
        confirm: (n,) how many fixes must agree.
        confirm_s: (n,) or, when positive, for how many seconds (two fixes at least).
        travels: (n,) whether a fence moves with a vehicle: its prism is drawn around that vehicle at `anchors_m`.
        anchors_m: (n, 2) centroid of each fence as drawn.
        edges: (e, 4) x1, y1, x2, y2 of all rings in metres, outer rings counter-clockwise, holes clockwise.
        edge_start: (2n + 1,) where each shape's edges begin.
        centres_m: (2n, 3) a point well inside each prism.
        until_ns: the next instant at which another set of fences holds.
        margin_m: the exit margin.
    """

    fences: tuple[Fence, ...]
    row: Mapping[str, int]
    shapes: NDArray[np.object_]
    borders: NDArray[np.object_]
    nearby: Nearby
    z_min_m: NDArray[np.float64]
    z_max_m: NDArray[np.float64]
    enter: NDArray[np.float64]
    exit: NDArray[np.float64]
    confirm: NDArray[np.int64]
    confirm_s: NDArray[np.float64]
    travels: NDArray[np.bool_]
    anchors_m: NDArray[np.float64]
    edges: NDArray[np.float64]
    edge_start: NDArray[np.int64]
    centres_m: NDArray[np.float64]
    until_ns: int
    margin_m: float = 0.0

    def __len__(self) -> int:
        return len(self.fences)


def prisms_at(
    fences: Sequence[Fence], frame: SiteFrame, t_ns: int, *, margin_m: float = 0.0, margin_z_m: float = 0.0
) -> Prisms:
    """The prisms of the fence versions that hold at an instant; of several, the highest version."""
    held: dict[str, Fence] = {}
    for fence in fences:
        if fence.valid_at(t_ns) and (fence.code not in held or held[fence.code].version < fence.version):
            held[fence.code] = fence
    chosen = tuple(held[code] for code in sorted(held))
    plain = [shapely.orient_polygons(frame.shape_to_site(fence.geometry)) for fence in chosen]
    grown = [shapely.orient_polygons(shape.buffer(margin_m, join_style="mitre", mitre_limit=2.0)) for shape in plain]
    shapes = _objects([*plain, *grown])
    borders = _objects([shape.boundary for shape in shapes])
    shapely.prepare(shapes)
    shapely.prepare(borders)
    edges = [_edges(shape) for shape in shapes]
    z_min = np.array([fence.z_min_m for fence in chosen], float)
    z_max = np.array([fence.z_max_m for fence in chosen], float)
    middle = [_middle(shape) for shape in shapes]
    turns = [t for fence in fences for t in (fence.valid_from, fence.valid_to) if t is not None and t > t_ns]
    return Prisms(
        fences=chosen,
        row={fence.code: i for i, fence in enumerate(chosen)},
        shapes=shapes,
        borders=borders,
        nearby=nearby_of(plain),
        z_min_m=np.concatenate([z_min, z_min - margin_z_m]),
        z_max_m=np.concatenate([z_max, z_max + margin_z_m]),
        enter=np.array([fence.enter_probability for fence in chosen], float),
        exit=np.array([fence.exit_probability for fence in chosen], float),
        confirm=np.array([fence.confirm_fixes for fence in chosen], np.int64),
        confirm_s=np.array([fence.confirm_s or 0.0 for fence in chosen], float),
        travels=np.array([fence.rules.moving_with is not None for fence in chosen], bool),
        anchors_m=np.reshape([(shape.centroid.x, shape.centroid.y) for shape in plain], (-1, 2)).astype(float),
        edges=np.concatenate([np.zeros((0, 4)), *edges]),
        edge_start=np.concatenate([[0], np.cumsum([len(part) for part in edges])]).astype(np.int64),
        centres_m=np.column_stack([np.reshape(middle, (-1, 2)), np.tile(0.5 * (z_min + z_max), 2)]),
        until_ns=min(turns, default=np.iinfo(np.int64).max),
        margin_m=margin_m,
    )


def _objects(items: Sequence[Any]) -> NDArray[np.object_]:
    array = np.empty(len(items), object)
    array[:] = items
    return array


def _middle(shape: BaseGeometry) -> tuple[float, float]:
    """The point of a shape that is furthest from its border; some point of it when it has no area."""
    if isinstance(shape, Polygon | MultiPolygon) and shape.area > 0:
        circle = shapely.maximum_inscribed_circle(shape, tolerance=0.01 * float(np.sqrt(shape.area)))
        x, y = circle.coords[0] if circle is not None else shape.representative_point().coords[0]
    else:
        x, y = shape.representative_point().coords[0]
    return float(x), float(y)


def _edges(shape: BaseGeometry) -> NDArray[np.float64]:
    """(e, 4) edges of all rings of a polygon or multipolygon; nothing for shapes without area."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    parts = [np.hstack([xy[:-1], xy[1:]]) for xy in (shapely.get_coordinates(ring) for ring in rings)]
    return np.concatenate([np.zeros((0, 4)), *parts])


def largest_sigma_m(cov_m2: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) standard deviation along the longer axis of (n, 3) covariances xx, xy, yy."""
    xx, xy, yy = cov_m2[:, 0], cov_m2[:, 1], cov_m2[:, 2]
    return np.asarray(np.sqrt(np.maximum(0.5 * (xx + yy) + np.hypot(0.5 * (xx - yy), xy), 0.0)), float)


def inside_probability(
    prisms: Prisms,
    row: NDArray[np.int64],
    xyz_m: NDArray[np.float64],
    cov_m2: NDArray[np.float64],
    sigma_z_m: NDArray[np.float64],
    *,
    compiled: bool = COMPILED,
) -> NDArray[np.float64]:
    """Probability (p,) that the true position of each fix lies inside a prism.

    Args:
        prisms: the fences.
        row: (p,) row of the prism to test each fix against (see `Prisms`).
        xyz_m: (p, 3) positions, site metres.
        cov_m2: (p, 3) horizontal covariance xx, xy, yy.
        sigma_z_m: (p,) standard deviation of the height.
        compiled: in machine code, else in NumPy; by default what the machine has.
    """
    if compiled:
        chance = np.empty(len(row))
        xyz_m, cov_m2, sigma_z_m = (np.ascontiguousarray(each, float) for each in (xyz_m, cov_m2, sigma_z_m))
        edges, starts, low, high = prisms.edges, prisms.edge_start, prisms.z_min_m, prisms.z_max_m
        probabilities(np.asarray(row, np.int64), edges, starts, low, high, xyz_m, cov_m2, sigma_z_m, chance)
        return chance
    sigma_z = np.maximum(sigma_z_m, _SMALLEST_SIGMA_M)
    z = xyz_m[:, 2]
    vertical = ndtr((prisms.z_max_m[row] - z) / sigma_z) - ndtr((prisms.z_min_m[row] - z) / sigma_z)
    horizontal = shapely.contains_xy(prisms.shapes[row], xyz_m[:, 0], xyz_m[:, 1]).astype(float)
    reach = FAR_SIGMA * np.maximum(largest_sigma_m(cov_m2), _SMALLEST_SIGMA_M)
    points = shapely.points(xyz_m[:, :2])
    near = np.flatnonzero(shapely.dwithin(prisms.borders[row], points, reach))  # type: ignore[call-overload] # stub lacks arrays of distances
    if near.size:
        horizontal[near] = _polygon_mass(prisms, row[near], xyz_m[near, :2], cov_m2[near])
    return np.asarray(np.clip(horizontal * vertical, 0.0, 1.0), float)


def probability_at(prisms: Prisms, row: int, fix: EvidenceFix, sigma_z_m: float) -> float:
    """Probability that the true position of one fix lies inside one prism."""
    if COMPILED:
        edges, starts, low, high = prisms.edges, prisms.edge_start, prisms.z_min_m, prisms.z_max_m
        return float(probability(row, edges, starts, low, high, fix.x_m, fix.y_m, fix.z_m, *fix.cov_m2, sigma_z_m))
    place, cov = np.array([[fix.x_m, fix.y_m, fix.z_m]]), np.array([fix.cov_m2])
    return float(inside_probability(prisms, np.array([row]), place, cov, np.array([sigma_z_m]), compiled=False)[0])


def _polygon_mass(
    prisms: Prisms, row: NDArray[np.int64], xy_m: NDArray[np.float64], cov_m2: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mass (p,) of a 2-D normal over each fix's polygon, edge by edge."""
    count = prisms.edge_start[row + 1] - prisms.edge_start[row]
    pair = np.repeat(np.arange(len(row)), count)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    edge = prisms.edges[prisms.edge_start[row][pair] + within]

    sx = np.maximum(np.sqrt(np.maximum(cov_m2[:, 0], 0.0)), _SMALLEST_SIGMA_M)
    lean = cov_m2[:, 1] / sx
    sy = np.sqrt(np.maximum(cov_m2[:, 2] - lean**2, _SMALLEST_SIGMA_M**2))
    ax, ay = _whiten(edge[:, 0:2] - xy_m[pair], sx[pair], lean[pair], sy[pair])
    bx, by = _whiten(edge[:, 2:4] - xy_m[pair], sx[pair], lean[pair], sy[pair])

    length = np.hypot(bx - ax, by - ay)
    ok = length > 0
    ux, uy = (
        np.divide(bx - ax, length, where=ok, out=np.zeros_like(ax)),
        np.divide(by - ay, length, where=ok, out=np.zeros_like(ay)),
    )
    height = ax * uy - ay * ux
    distance = np.maximum(np.abs(height), 1e-12)
    from_a, to_b = (ax * ux + ay * uy) / distance, (bx * ux + by * uy) / distance
    turn = (np.arctan(to_b) - np.arctan(from_a)) / _TWO_PI
    beyond = owens_t(distance, to_b) - owens_t(distance, from_a)
    mass = np.where(ok, np.sign(height) * (turn - beyond), 0.0)
    return np.bincount(pair, weights=mass, minlength=len(row)).astype(float)


def _whiten(
    d: NDArray[np.float64], sx: NDArray[np.float64], lean: NDArray[np.float64], sy: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    first = d[:, 0] / sx
    return first, (d[:, 1] - lean * first) / sy


def staying_likelihood(
    prisms: Prisms,
    row: NDArray[np.int64],
    chance: NDArray[np.float64],
    cov_m2: NDArray[np.float64],
    sigma_z_m: NDArray[np.float64],
    *,
    compiled: bool = COMPILED,
) -> NDArray[np.float64]:
    """How well "still inside" explains fixes (p,), between 0 and 1; rows are those of grown prisms.

    It is the relative likelihood, as it would be with a prism grown by `EXIT_SIGMA` standard deviations where those are
    wider than the exit margin (for a straight border, that is a shift of the normal deviate): a blurred fix near a
    fence does not say that somebody left.
    """
    likelihood = relative_likelihood(prisms, row, chance, cov_m2, sigma_z_m, compiled=compiled)
    sigma = np.maximum(largest_sigma_m(cov_m2), _SMALLEST_SIGMA_M)
    wider = np.maximum(EXIT_SIGMA - prisms.margin_m / sigma, 0.0)
    return np.asarray(np.where(wider > 0.0, ndtr(ndtri(likelihood) + wider), likelihood), float)


def relative_likelihood(
    prisms: Prisms,
    row: NDArray[np.int64],
    chance: NDArray[np.float64],
    cov_m2: NDArray[np.float64],
    sigma_z_m: NDArray[np.float64],
    *,
    compiled: bool = COMPILED,
) -> NDArray[np.float64]:
    """How well "inside" explains fixes (p,), between 0 and 1: their probability over that of a fix in the middle.

    A blurred fix has a low probability of being inside any small fence, wherever it is. It speaks against being inside
    only as far as one in the middle of the fence, equally blurred, would have had a higher one.
    """
    best = inside_probability(prisms, row, prisms.centres_m[row], cov_m2, sigma_z_m, compiled=compiled)
    return np.asarray(np.minimum(chance / np.maximum(best, 1e-12), 1.0), float)
