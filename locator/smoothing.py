"""Smoothing for replay: filtered states, or stored tracks, corrected by what was measured after them. Pure.

The pass is that of Rauch, Tung and Striebel (AIAA Journal 3(8), 1965), over everything or over a fixed lag. A stored
track holds the place's covariance, floor included, but not that of the speed; `estimator.backward.complete` wins it
back, and the floor, which no later measurement takes away, stands aside and is added again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.fix import FixStatus, Reason
from locator.estimator import layout as at
from locator.estimator.backward import complete, smooth_states

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_GAP_S = at.LONGEST_GAP_S
SHORT_LAG_S = 0.3
"""The lag of a picture that is almost live."""
FLOOR_SHARE = 0.75
"""At most this much of a stored variance is taken for floor, so that something is left to smooth."""
_UPPER = np.triu_indices(4)


@dataclass(frozen=True, slots=True, eq=False)
class SmoothedTrack:
    """A track corrected by what came after: (n, 2) places in metres, (n, 3) covariance xx, xy, yy, (n, 2) speeds."""

    xy_m: NDArray[np.float64]
    cov_m2: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]


def unpack(packed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Packed upper triangles (n, 10) as symmetric matrices (n, 4, 4)."""
    full = np.zeros((len(packed), 4, 4))
    full[:, _UPPER[0], _UPPER[1]] = packed
    full[:, _UPPER[1], _UPPER[0]] = packed
    return full


def smooth(
    t_s: NDArray[np.float64],
    track: NDArray[np.float64],
    q: float,
    broken: NDArray[np.bool_] | None = None,
    lag_s: float = np.inf,
) -> NDArray[np.float64]:
    """Filtered states corrected by everything that came after them, or what came within a lag.

    Args:
        t_s: (n,) seconds, not falling.
        track: (n, 14) filtered state (4) and packed covariance (10); a row with no variance is a gap.
        q: white acceleration of the filter, m²/s³.
        broken: (n,) where the filter began anew: nothing is carried back across.
        lag_s: later measurements this many seconds after a state are used, no others.

    Returns:
        (n, 14) smoothed; gaps as they were.
    """
    empty = track[:, 4] <= 0.0
    cut = _cuts(t_s, broken)
    cut[1:] |= empty[1:] | empty[:-1]
    xs, ps = np.empty((len(track), 4)), np.empty((len(track), 4, 4))
    x = np.ascontiguousarray(track[:, :4])
    smooth_states(np.asarray(t_s, float), x, unpack(track[:, 4:]), float(q), cut, float(lag_s), xs, ps)
    return np.column_stack([xs, ps[:, _UPPER[0], _UPPER[1]]])


def smooth_track(
    t_ns: NDArray[np.int64],
    xy_m: NDArray[np.float64],
    cov_m2: NDArray[np.float64],
    velocity_mps: NDArray[np.float64],
    *,
    q: float,
    floor_m2: NDArray[np.float64] | float = 0.0,
    broken: NDArray[np.bool_] | None = None,
    lag_s: float = np.inf,
    speed_sigma_mps: float = at.WALK_MPS,
) -> SmoothedTrack:
    """A stored track of one tag, smoothed.

    No variance grows, none falls under the floor. Gaps of more than ten seconds and starts of the filter part the
    track into stretches that know nothing of each other.

    Args:
        t_ns: (n,) UTC ns, not falling.
        xy_m: (n, 2) filtered places, site metres.
        cov_m2: (n, 3) xx, xy, yy as published, floor included.
        velocity_mps: (n, 2) filtered speeds.
        q: white acceleration of the filter, m²/s³.
        floor_m2: systematic variance of each axis in `cov_m2`, (n,) or one; at most `FLOOR_SHARE` of what is there.
        broken: (n,) where the filter began anew.
        lag_s: seconds after each fix whose measurements may correct it; infinite for all there are.
        speed_sigma_mps: standard deviation of each speed at a start.
    """
    n = len(t_ns)
    if n == 0:
        return SmoothedTrack(xy_m.copy(), cov_m2.copy(), velocity_mps.copy())
    t_s = (t_ns - t_ns[0]) * 1e-9
    xx, xy, yy = cov_m2.T
    least = 0.5 * (xx + yy) - np.hypot(0.5 * (xx - yy), xy)
    floor = np.minimum(floor_m2, FLOOR_SHARE * np.maximum(least, 0.0))
    filtered = cov_m2 - floor[:, None] * np.array([1.0, 0.0, 1.0])
    cut = _cuts(t_s, broken)
    p, xs, ps = np.empty((n, 4, 4)), np.empty((n, 4)), np.empty((n, 4, 4))
    complete(t_s, np.ascontiguousarray(filtered), float(q), speed_sigma_mps**2, cut, p)
    smooth_states(t_s, np.hstack([xy_m, velocity_mps]), p, float(q), cut, float(lag_s), xs, ps)
    # What the passage took away is taken from what was published: where that was wider, it stays wider.
    gained = (p - ps)[:, [0, 0, 1], [0, 1, 1]]
    return SmoothedTrack(xs[:, :2].copy(), cov_m2 - gained, xs[:, 2:].copy())


def starts(status: NDArray[np.uint8], reasons: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Where nothing may be carried back (n,): the filter began anew, or the tag was lost here or just before."""
    lost = status == FixStatus.LOST
    found = lost | ((reasons & Reason.REINITIALISED) != 0)
    found[1:] |= lost[:-1]
    return np.asarray(found, bool)


def usual_floor_m2(reasons: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Systematic variance (n,) of each axis that a fix of this kind usually carries: four anchors all around."""
    raw = (reasons & Reason.UNCALIBRATED) != 0
    # (Σ hhᵀ/σ²)⁻¹ = σ²/2 for four anchors in four directions.
    return np.where(raw, 0.5 * at.UNCALIBRATED_M**2, 0.5 * at.CALIBRATED_M**2)


def _cuts(t_s: NDArray[np.float64], broken: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    cut = np.zeros(len(t_s), bool) if broken is None else np.array(broken, bool)
    cut[1:] |= np.diff(t_s) > LONGEST_GAP_S
    return cut
