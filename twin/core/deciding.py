"""One decision round as machine code: every movement against every fence near it, in one pass over the fixes.

Says exactly what the NumPy path of `twin.core.judging` says: the same probabilities (Owen's T and the normal deviate
are SciPy's own), the same order.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from locator.estimator.compiled import COMPILED, compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

TURNED, STREAKING, GONE_BY, CLEAR = 1, 2, 4, 8
_FAR_SIGMA = 6.0
_SMALLEST_SIGMA_M = 1e-3

owens_t: Any
deviate: Any
if COMPILED:
    import llvmlite.binding
    from numba import types
    from numba.extending import get_cython_function_address

    # By name, so that compiled code kept on disk finds it at the address of the day.
    _NAME = "plant_twin_owens_t"
    llvmlite.binding.add_symbol(_NAME, get_cython_function_address("scipy.special.cython_special", "owens_t"))
    owens_t = types.ExternalFunction(_NAME, types.float64(types.float64, types.float64, types.int32))
    _DEVIATE = "plant_twin_ndtri"
    llvmlite.binding.add_symbol(_DEVIATE, get_cython_function_address("scipy.special.cython_special", "ndtri"))
    deviate = types.ExternalFunction(_DEVIATE, types.float64(types.float64, types.int32))
else:
    from scipy import special

    def owens_t(h: float, a: float, _: int) -> float:
        """Owen's T function."""
        return float(special.owens_t(h, a))

    def deviate(share: float, _: int) -> float:
        """The normal deviate below which a share lies."""
        return float(special.ndtri(share))


@compiled
def _below(x: float) -> float:
    """Standard normal distribution function."""
    if abs(x) < 1.0:
        return 0.5 + 0.5 * math.erf(x * math.sqrt(0.5))
    tail = 0.5 * math.erfc(abs(x) * math.sqrt(0.5))
    return 1.0 - tail if x > 0.0 else tail


@compiled
def _distance2(x: float, y: float, x1: float, y1: float, x2: float, y2: float) -> float:
    """Squared distance of a point from an edge."""
    dx, dy = x2 - x1, y2 - y1
    length2 = dx * dx + dy * dy
    share = ((x - x1) * dx + (y - y1) * dy) / length2 if length2 > 0.0 else 0.0
    share = min(max(share, 0.0), 1.0)
    ex, ey = x - x1 - share * dx, y - y1 - share * dy
    return ex * ex + ey * ey


@compiled
def _contains(edges: NDArray[np.float64], first: int, last: int, x: float, y: float) -> bool:
    """Whether a ray to the east crosses the rings an odd number of times."""
    inside = False
    for k in range(first, last):
        y1, y2 = edges[k, 1], edges[k, 3]
        if (y1 > y) != (y2 > y) and x < edges[k, 0] + (y - y1) / (y2 - y1) * (edges[k, 2] - edges[k, 0]):
            inside = not inside
    return inside


@compiled
def _mass(
    edges: NDArray[np.float64], first: int, last: int, x: float, y: float, xx: float, xy: float, yy: float
) -> float:
    """Mass of a normal over a polygon, edge by edge; see `twin.core.fences`."""
    sx = max(math.sqrt(max(xx, 0.0)), _SMALLEST_SIGMA_M)
    lean = xy / sx
    sy = math.sqrt(max(yy - lean * lean, _SMALLEST_SIGMA_M * _SMALLEST_SIGMA_M))
    mass = 0.0
    for k in range(first, last):
        ax = (edges[k, 0] - x) / sx
        ay = (edges[k, 1] - y - lean * ax) / sy
        bx = (edges[k, 2] - x) / sx
        by = (edges[k, 3] - y - lean * bx) / sy
        length = math.hypot(bx - ax, by - ay)
        if length == 0.0:
            continue
        ux, uy = (bx - ax) / length, (by - ay) / length
        height = ax * uy - ay * ux
        if height == 0.0:
            continue
        distance = max(abs(height), 1e-12)
        from_a, to_b = (ax * ux + ay * uy) / distance, (bx * ux + by * uy) / distance
        turn = (math.atan(to_b) - math.atan(from_a)) / (2.0 * math.pi)
        beyond = owens_t(distance, to_b, 0) - owens_t(distance, from_a, 0)
        mass += turn - beyond if height > 0.0 else beyond - turn
    return mass


@compiled
def _largest_sigma(cov: NDArray[np.float64]) -> float:
    """Standard deviation along the longer axis."""
    longer = 0.5 * (cov[0] + cov[2]) + math.hypot(0.5 * (cov[0] - cov[2]), cov[1])
    return max(math.sqrt(max(longer, 0.0)), _SMALLEST_SIGMA_M)


@compiled
def _probability(
    edges: NDArray[np.float64],
    first: int,
    last: int,
    z_min: float,
    z_max: float,
    place: NDArray[np.float64],
    cov: NDArray[np.float64],
    sigma_z: float,
) -> float:
    """Probability that a position lies inside a prism; see `twin.core.fences.inside_probability`."""
    x, y, z = place[0], place[1], place[2]
    reach = _FAR_SIGMA * _largest_sigma(cov)
    near = False
    for k in range(first, last):
        if _distance2(x, y, edges[k, 0], edges[k, 1], edges[k, 2], edges[k, 3]) <= reach * reach:
            near = True
            break
    if near:
        level = _mass(edges, first, last, x, y, cov[0], cov[1], cov[2])
    elif _contains(edges, first, last, x, y):
        level = 1.0
    else:
        return 0.0
    sigma = max(sigma_z, _SMALLEST_SIGMA_M)
    return min(max(level * (_below((z_max - z) / sigma) - _below((z_min - z) / sigma)), 0.0), 1.0)


@compiled
def probabilities(
    row: NDArray[np.int64],
    edges: NDArray[np.float64],
    edge_start: NDArray[np.int64],
    z_min_m: NDArray[np.float64],
    z_max_m: NDArray[np.float64],
    xyz_m: NDArray[np.float64],
    cov_m2: NDArray[np.float64],
    sigma_z_m: NDArray[np.float64],
    chance: NDArray[np.float64],
) -> None:
    """Fill chance (p,) as `twin.core.fences.inside_probability` says, from the columns of its prisms."""
    for j in range(len(row)):
        first, last = edge_start[row[j]], edge_start[row[j] + 1]
        low, high = z_min_m[row[j]], z_max_m[row[j]]
        chance[j] = _probability(edges, first, last, low, high, xyz_m[j], cov_m2[j], sigma_z_m[j])


@compiled
def probability(
    row: int,
    edges: NDArray[np.float64],
    edge_start: NDArray[np.int64],
    z_min_m: NDArray[np.float64],
    z_max_m: NDArray[np.float64],
    x: float,
    y: float,
    z: float,
    xx: float,
    xy: float,
    yy: float,
    sigma_z_m: float,
) -> float:
    """That of one position, and of one prism."""
    place, cov = np.array([x, y, z]), np.array([xx, xy, yy])
    first, last = edge_start[row], edge_start[row + 1]
    return _probability(edges, first, last, z_min_m[row], z_max_m[row], place, cov, sigma_z_m)


@compiled
def _side(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> float:
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax)


@compiled
def stretch(
    edges: NDArray[np.float64], first: int, last: int, ax: float, ay: float, bx: float, by: float
) -> tuple[float, float]:
    """The longest stretch inside a polygon of the straight way from a to b: shares of the way, (0, 0) for none."""
    shares = np.empty(2 + 2 * (last - first))
    shares[0], shares[1] = 0.0, 1.0
    n = 2
    for k in range(first, last):
        cx, cy, dx, dy = edges[k, 0], edges[k, 1], edges[k, 2], edges[k, 3]
        c, d = _side(ax, ay, bx, by, cx, cy), _side(ax, ay, bx, by, dx, dy)
        a, b = _side(cx, cy, dx, dy, ax, ay), _side(cx, cy, dx, dy, bx, by)
        if (c > 0.0) != (d > 0.0) and a != b and 0.0 <= a / (a - b) <= 1.0:
            shares[n] = a / (a - b)
            n += 1
    shares[:n].sort()
    begin, since, until = -1.0, 0.0, 0.0
    for k in range(n - 1):
        middle = 0.5 * (shares[k] + shares[k + 1])
        if shares[k + 1] > shares[k] and _contains(
            edges, first, last, ax + middle * (bx - ax), ay + middle * (by - ay)
        ):
            if begin < 0.0:
                begin = shares[k]
            if shares[k + 1] - begin > until - since:
                since, until = begin, shares[k + 1]
        elif shares[k + 1] > shares[k]:
            begin = -1.0
    return since, until


@compiled
def _within(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> bool:
    """Whether a point on the line through a and b is between them."""
    return min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by)


@compiled
def _meets(edges: NDArray[np.float64], first: int, last: int, ax: float, ay: float, bx: float, by: float) -> bool:
    """Whether a straight way touches a polygon."""
    if _contains(edges, first, last, ax, ay):
        return True
    for k in range(first, last):
        cx, cy, dx, dy = edges[k, 0], edges[k, 1], edges[k, 2], edges[k, 3]
        c, d = _side(ax, ay, bx, by, cx, cy), _side(ax, ay, bx, by, dx, dy)
        a, b = _side(cx, cy, dx, dy, ax, ay), _side(cx, cy, dx, dy, bx, by)
        if ((c > 0.0) != (d > 0.0)) and ((a > 0.0) != (b > 0.0)) and c != 0.0 and d != 0.0 and a != 0.0 and b != 0.0:
            return True
        if (
            (c == 0.0 and _within(ax, ay, bx, by, cx, cy))
            or (d == 0.0 and _within(ax, ay, bx, by, dx, dy))
            or (a == 0.0 and _within(cx, cy, dx, dy, ax, ay))
            or (b == 0.0 and _within(cx, cy, dx, dy, bx, by))
        ):
            return True
    return False


@compiled
def gather(  # noqa: C901, PLR0912 - two sorted lists merged in one loop
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    is_short: NDArray[np.bool_],
    cell: NDArray[np.int64],
    start: NDArray[np.int64],
    rows: NDArray[np.int64],
    bounds_m: NDArray[np.float64],
    long_which: NDArray[np.int64],
    long_row: NDArray[np.int64],
    subject: NDArray[np.int64],
    stride: int,
    keys: NDArray[np.int64],
    passed_over: NDArray[np.bool_],
    which: NDArray[np.int64],
    fence: NDArray[np.int64],
) -> int:
    """The pairs to judge, by movement and fence: what is near each movement, and what is remembered of its subject.

    Args:
        low: (m, 2) south-west corner of each movement's box with its reach.
        high: (m, 2) the north-east one.
        is_short: (m,) whether it is looked up in the raster.
        cell: (m,) its cell there, −1 outside.
        start: as in `twin.core.nearby.Nearby`.
        rows: as there.
        bounds_m: as there.
        long_which: (l,) movements of the pairs found for the long ones, sorted.
        long_row: (l,) their fences, sorted.
        subject: (m,) subject rows.
        stride: of the keys.
        keys: of the remembered pairs, sorted.
        passed_over: (n,) fences that are left out.
        which: filled: movement.
        fence: filled: row of the fence.

    Returns:
        how many pairs there are.
    """
    n = 0
    far = 0
    for i in range(len(subject)):
        kept = np.searchsorted(keys, subject[i] * stride)
        above = (subject[i] + 1) * stride
        k, end = 0, 0
        if is_short[i] and cell[i] >= 0:
            k, end = start[cell[i]], start[cell[i] + 1]
        while True:
            # The next fence that is near, if any.
            near = -1
            if is_short[i]:
                while k < end:
                    box = bounds_m[rows[k]]
                    if box[0] <= high[i, 0] and box[1] <= high[i, 1] and box[2] >= low[i, 0] and box[3] >= low[i, 1]:
                        near = rows[k]
                        break
                    k += 1
            elif far < len(long_which) and long_which[far] == i:
                near = long_row[far]
            held = keys[kept] - subject[i] * stride if kept < len(keys) and keys[kept] < above else -1
            if near < 0 and held < 0:
                break
            first = held if held >= 0 and (near < 0 or held <= near) else near
            if first == held:
                kept += 1
            if first == near:
                if is_short[i]:
                    k += 1
                else:
                    far += 1
            if not passed_over[first]:
                which[n], fence[n] = i, first
                n += 1
    return n


@compiled
def _staying(p: float, best: float, sigma_m: float, margin_m: float, exit_sigma: float) -> float:
    """How well "still inside" explains a fix; see `twin.core.fences.staying_likelihood`."""
    likelihood = min(p / max(best, 1e-12), 1.0)
    wider = exit_sigma - margin_m / sigma_m
    return _below(deviate(likelihood, 0) + wider) if wider > 0.0 else likelihood


@compiled
def judge(
    which: NDArray[np.int64],
    fence: NDArray[np.int64],
    inside: NDArray[np.bool_],
    streaking: NDArray[np.bool_],
    edges: NDArray[np.float64],
    edge_start: NDArray[np.int64],
    z_min_m: NDArray[np.float64],
    z_max_m: NDArray[np.float64],
    centres_m: NDArray[np.float64],
    enter: NDArray[np.float64],
    leave: NDArray[np.float64],
    margin_m: float,
    exit_sigma: float,
    xyz_m: NDArray[np.float64],
    cov_m2: NDArray[np.float64],
    sigma_z_m: NDArray[np.float64],
    from_xyz_m: NDArray[np.float64],
    path: NDArray[np.bool_],
    chance: NDArray[np.float64],
    other: NDArray[np.float64],
    said: NDArray[np.uint8],
) -> None:
    """Judge p pairs of movement and fence.

    Args:
        which: (p,) movement.
        fence: (p,) row of the fence.
        inside: (p,) whether the subject is held to be inside.
        streaking: (p,) whether it is on its way from one side to the other.
        edges: as in `twin.core.fences.Prisms`.
        edge_start: as there.
        z_min_m: as there.
        z_max_m: as there.
        centres_m: as there.
        enter: as there.
        leave: its `exit`.
        margin_m: as there.
        exit_sigma: by so many standard deviations a fence is left at least.
        xyz_m: as in `twin.core.movements.Movements`.
        cov_m2: as there.
        sigma_z_m: as there.
        from_xyz_m: as there.
        path: as there.
        chance: (p,) filled: probability of being inside the prism, of the grown one where the pair is inside.
        other: (p,) filled: the probability the fix gives to the other side.
        said: (p,) filled: TURNED, STREAKING, GONE_BY, CLEAR.
    """
    n = len(enter)
    for j in range(len(which)):
        i, f = which[j], fence[j]
        row = f + n if inside[j] else f
        first, last = edge_start[row], edge_start[row + 1]
        p = _probability(edges, first, last, z_min_m[row], z_max_m[row], xyz_m[i], cov_m2[i], sigma_z_m[i])
        turned, by, clear = p >= enter[f], False, p <= leave[f]
        chance[j], other[j] = p, p
        if inside[j]:
            turned, other[j] = clear, 0.0
        elif not turned:
            by = streaking[j]
            if not by and path[i]:
                by = _meets(edges, first, last, from_xyz_m[i, 0], from_xyz_m[i, 1], xyz_m[i, 0], xyz_m[i, 1])
        sigma = _largest_sigma(cov_m2[i])
        if (inside[j] and turned) or (by and clear and exit_sigma * sigma > margin_m):
            grown = f + n
            first, last, low, high = edge_start[grown], edge_start[grown + 1], z_min_m[grown], z_max_m[grown]
            if not inside[j]:
                p = _probability(edges, first, last, low, high, xyz_m[i], cov_m2[i], sigma_z_m[i])
            best = _probability(edges, first, last, low, high, centres_m[grown], cov_m2[i], sigma_z_m[i])
            staying = _staying(p, best, sigma, margin_m, exit_sigma)
            clear = staying <= leave[f]
            if inside[j]:
                turned, other[j] = clear, 1.0 - staying
        said[j] = TURNED * turned + STREAKING * streaking[j] + GONE_BY * by + CLEAR * clear
