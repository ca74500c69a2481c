"""Which movements have to do with which fences, and what each says of being inside: by compiled code, or by NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from twin.core.deciding import CLEAR, GONE_BY, TURNED, gather, judge
from twin.core.fences import EXIT_SIGMA, REACH_SIGMA, inside_probability, largest_sigma_m, staying_likelihood
from twin.core.nearby import boxes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.core.fences import Prisms
    from twin.core.movements import Movements

STRIDE = 1 << 20
"""A pair's key is subject row × stride + fence row; more fences than this a plant cannot have."""


class Verdicts(NamedTuple):
    """What p movements say of p fences, structure of arrays.

    Attributes:
        which: (p,) number of the movement.
        fence: (p,) row of the fence.
        chance: (p,) probability of being inside the prism, of the grown one where the pair is inside.
        other: (p,) the probability the fix gives to the other side; 0 where it plainly stays inside.
        turned: (p,) whether it speaks for the other side.
        gone_by: (p,) whether the subject, outside and not turned, may have been in the fence meanwhile.
        clear: (p,) whether it is outside for certain; of a pair that is inside it says nothing.
    """

    which: NDArray[np.int64]
    fence: NDArray[np.int64]
    chance: NDArray[np.float64]
    other: NDArray[np.float64]
    turned: NDArray[np.bool_]
    gone_by: NDArray[np.bool_]
    clear: NDArray[np.bool_]


def pairs(
    keys: NDArray[np.int64], prisms: Prisms, moves: Movements, *, compiled: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Movements and fences (p,) to be judged, sorted by both: those near, and those remembered of the subject.

    Fences that travel are left out: what is near them depends on where their vehicles are. `keys` (k,) are sorted.
    """
    start = np.where(moves.path[:, None], moves.from_xyz_m[:, :2], moves.xyz_m[:, :2])
    reach = REACH_SIGMA * largest_sigma_m(moves.cov_m2)
    if compiled:
        return _gathered(keys, prisms, moves, start, reach)
    near, fence = prisms.nearby.pairs(start, moves.xyz_m[:, :2], reach)
    kept, kept_fence = remembered(keys, moves.subject)
    both = np.unique(np.concatenate([near * STRIDE + fence, kept * STRIDE + kept_fence]))
    both = both[~prisms.travels[both % STRIDE]]
    return both // STRIDE, both % STRIDE


def _gathered(
    keys: NDArray[np.int64],
    prisms: Prisms,
    moves: Movements,
    start_m: NDArray[np.float64],
    reach_m: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    nearby = prisms.nearby
    low, high, is_short = boxes(start_m, moves.xyz_m[:, :2], reach_m)
    long_which, long_row = nearby.by_tree(low, high, ~is_short)
    cell = nearby.cells(low, high)
    kept = np.searchsorted(keys, (moves.subject + 1) * STRIDE)
    kept -= np.searchsorted(keys, moves.subject * STRIDE)
    looked_up = (nearby.start[cell + 1] - nearby.start[cell])[is_short & (cell >= 0)]
    most = int(looked_up.sum()) + len(long_which) + int(kept.sum())
    which, fence = np.empty(most, np.int64), np.empty(most, np.int64)
    n = gather(
        low, high, is_short, cell, nearby.start, nearby.rows, nearby.bounds_m, long_which, long_row,
        np.ascontiguousarray(moves.subject, np.int64), STRIDE, keys, prisms.travels, which, fence,
    )  # fmt: skip
    return which[:n], fence[:n]


def remembered(keys: NDArray[np.int64], subjects: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions in `subjects` (n,) and fence rows of all pairs of these subjects among the sorted keys."""
    low = np.searchsorted(keys, subjects * STRIDE)
    count = np.searchsorted(keys, (subjects + 1) * STRIDE) - low
    which = np.repeat(np.arange(len(subjects)), count)
    within = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    return which, keys[low[which] + within] % STRIDE


def judged(
    prisms: Prisms,
    moves: Movements,
    which: NDArray[np.int64],
    fence: NDArray[np.int64],
    inside: NDArray[np.bool_],
    streaking: NDArray[np.bool_],
    *,
    compiled: bool,
) -> Verdicts:
    """What the movements (numbers `which`, (p,)) say of the fences (rows, (p,)); only what there is to act on.

    `inside` and `streaking` (p,): on which side the subject is held to be, and whether it is on its way to the other.
    """
    if not compiled:
        return _compared(prisms, moves, which, fence, inside, streaking)
    chance, other, said = np.empty(len(which)), np.empty(len(which)), np.empty(len(which), np.uint8)
    # Columns of a track lie apart in memory; machine code is made for one layout only.
    xyz, cov, sigma_z, start_xyz = (
        np.ascontiguousarray(each, float) for each in (moves.xyz_m, moves.cov_m2, moves.sigma_z_m, moves.from_xyz_m)
    )
    judge(
        np.ascontiguousarray(which), np.ascontiguousarray(fence), inside, streaking, prisms.edges, prisms.edge_start,
        prisms.z_min_m, prisms.z_max_m, prisms.centres_m, prisms.enter, prisms.exit, prisms.margin_m, EXIT_SIGMA,
        xyz, cov, sigma_z, start_xyz, np.ascontiguousarray(moves.path, bool), chance, other, said,
    )  # fmt: skip
    told = np.flatnonzero(said & ~np.uint8(CLEAR))
    flags = (said[told] & flag != 0 for flag in (TURNED, GONE_BY, CLEAR))
    return Verdicts(which[told], fence[told], chance[told], other[told], *flags)


def _compared(
    prisms: Prisms,
    moves: Movements,
    which: NDArray[np.int64],
    fence: NDArray[np.int64],
    inside: NDArray[np.bool_],
    streaking: NDArray[np.bool_],
) -> Verdicts:
    row = np.where(inside, fence + len(prisms), fence)
    chance = inside_probability(
        prisms, row, moves.xyz_m[which], moves.cov_m2[which], moves.sigma_z_m[which], compiled=False
    )
    turned = np.where(inside, chance <= prisms.exit[fence], chance >= prisms.enter[fence])
    away = np.flatnonzero(inside & turned)
    likelihood = staying_likelihood(
        prisms, row[away], chance[away], moves.cov_m2[which[away]], moves.sigma_z_m[which[away]], compiled=False
    )
    turned[away] = likelihood <= prisms.exit[fence[away]]
    other = np.where(inside, 0.0, chance)
    other[away] = 1.0 - likelihood
    gone_by = ~inside & ~turned
    gone_by[gone_by] = streaking[gone_by] | path_meets(prisms, moves, which[gone_by], fence[gone_by])
    clear = chance <= prisms.exit[fence]
    blurred = np.flatnonzero(gone_by & clear & (EXIT_SIGMA * largest_sigma_m(moves.cov_m2[which]) > prisms.margin_m))
    clear[blurred] = _is_past(prisms, fence[blurred], moves, which[blurred])
    told = np.flatnonzero(turned | streaking | gone_by)
    return Verdicts(which[told], fence[told], chance[told], other[told], turned[told], gone_by[told], clear[told])


def path_meets(
    prisms: Prisms, moves: Movements, which: NDArray[np.int64], fence: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """(p,) whether the line of each movement touches the fence."""
    meets = np.zeros(len(which), bool)
    gone = np.flatnonzero(moves.path[which])
    ends = np.stack([moves.from_xyz_m[which[gone], :2], moves.xyz_m[which[gone], :2]], axis=1)
    meets[gone] = shapely.intersects(prisms.shapes[fence[gone]], shapely.linestrings(ends))
    return meets


def _is_past(prisms: Prisms, fence: NDArray[np.int64], moves: Movements, which: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(p,) whether blurred fixes are so far outside that whoever went through has left again."""
    row = fence + len(prisms)
    at = (moves.xyz_m[which], moves.cov_m2[which], moves.sigma_z_m[which])
    chance = inside_probability(prisms, row, *at, compiled=False)
    likelihood = staying_likelihood(prisms, row, chance, *at[1:], compiled=False)
    return np.asarray(likelihood <= prisms.exit[fence], bool)
