"""How good fixes are against a true path: errors, containment, excursions. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHI2_95 = 5.991464547107979
SETTLE_S = 2.0
EXCURSION_M = 3.0


@dataclass(frozen=True, slots=True)
class Score:
    """Plan errors of one tag.

    Args:
        tag: tag code.
        fixes: how many fixes were compared.
        rmse_m: root mean square error.
        median_m: median error.
        p95_m: 95th percentile.
        max_m: largest error.
        in95_pct: share of true positions inside the 95 % ellipse.
        excursion_s: longest time for which the error stayed beyond 3 m.
        errors_m: (n,) the errors themselves.
    """

    tag: str
    fixes: int
    rmse_m: float
    median_m: float
    p95_m: float
    max_m: float
    in95_pct: float
    excursion_s: float
    errors_m: NDArray[np.float64]


def score(
    tag: str,
    t_s: NDArray[np.float64],
    xy_m: NDArray[np.float64],
    cov_m2: NDArray[np.float64],
    path: NDArray[np.float64],
    settle_s: float = SETTLE_S,
) -> Score | None:
    """Compare one tag's fixes with its true path.

    Args:
        tag: tag code.
        t_s: (n,) seconds, rising.
        xy_m: (n, 2) fixes.
        cov_m2: (n, 3) xx, xy, yy.
        path: (m, ≥ 3) t, x, y; interpolated in time, not beyond its ends.
        settle_s: fixes this soon after the first one are left out.

    Returns:
        None if no fix falls on the path.
    """
    if len(t_s) == 0:
        return None
    keep = (t_s >= t_s[0] + settle_s) & (t_s >= path[0, 0]) & (t_s <= path[-1, 0])
    if not keep.any():
        return None
    t, cov = t_s[keep], cov_m2[keep]
    true = np.column_stack([np.interp(t, path[:, 0], path[:, 1]), np.interp(t, path[:, 0], path[:, 2])])
    d = xy_m[keep] - true
    errors = np.hypot(d[:, 0], d[:, 1])
    return Score(
        tag,
        len(t),
        float(np.sqrt(np.mean(errors**2))),
        float(np.median(errors)),
        float(np.percentile(errors, 95)),
        float(errors.max()),
        100.0 * float(np.mean(mahalanobis2(d, cov) <= CHI2_95)),
        longest_true(t, errors > EXCURSION_M),
        errors,
    )


def mahalanobis2(d_m: NDArray[np.float64], cov_m2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared Mahalanobis lengths (n,) of differences (n, 2) under covariances (n, 3)."""
    xx, xy, yy = cov_m2[:, 0], cov_m2[:, 1], cov_m2[:, 2]
    x, y = d_m[:, 0], d_m[:, 1]
    return np.asarray((x * x * yy - 2.0 * x * y * xy + y * y * xx) / (xx * yy - xy * xy), float)


def longest_true(t_s: NDArray[np.float64], flag: NDArray[np.bool_]) -> float:
    """Longest time in seconds for which the flag stayed set."""
    longest, since = 0.0, None
    for t, on in zip(t_s.tolist(), flag.tolist(), strict=True):
        if not on:
            since = None
        elif since is None:
            since = t
        else:
            longest = max(longest, t - since)
    return longest
