"""What later measurements say of earlier states: the backward pass, and the speeds' covariance won back from places.

The backward pass is that of Rauch, Tung and Striebel (AIAA Journal 3(8), 1965). States are east, north, east speed,
north speed; covariances 4×4.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from locator.estimator.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

STARTED_ANEW = 4.0
"""A place this many times less certain (in variance) than the motion since the last one explains is a new start."""


@compiled
def forward(p: NDArray[np.float64], dt: float, q: float, a: NDArray[np.float64], m: NDArray[np.float64]) -> None:
    """Predict a covariance (4, 4) by constant velocity over dt: a = P Fᵀ, m = F P Fᵀ + Q with white acceleration q."""
    for i in range(4):
        a[i, 0] = p[i, 0] + dt * p[i, 2]
        a[i, 1] = p[i, 1] + dt * p[i, 3]
        a[i, 2] = p[i, 2]
        a[i, 3] = p[i, 3]
    for j in range(4):
        m[0, j] = a[0, j] + dt * a[2, j]
        m[1, j] = a[1, j] + dt * a[3, j]
        m[2, j] = a[2, j]
        m[3, j] = a[3, j]
    for i in range(2):
        m[i, i] += q * dt * dt * dt / 3.0
        m[i, i + 2] += q * dt * dt / 2.0
        m[i + 2, i] += q * dt * dt / 2.0
        m[i + 2, i + 2] += q * dt


@compiled
def factor(m: NDArray[np.float64], low: NDArray[np.float64]) -> bool:
    """Cholesky: m = L Lᵀ with L in the lower triangle of low; False where m is not positive."""
    for i in range(4):
        for j in range(i + 1):
            total = m[i, j]
            for k in range(j):
                total -= low[i, k] * low[j, k]
            if i != j:
                low[i, j] = total / low[j, j]
            elif total <= 0.0:
                return False
            else:
                low[i, i] = math.sqrt(total)
    return True


@compiled
def solve(low: NDArray[np.float64], right: NDArray[np.float64], g: NDArray[np.float64]) -> None:
    """L Lᵀ g = right for g (4,)."""
    for i in range(4):
        total = right[i]
        for k in range(i):
            total -= low[i, k] * g[k]
        g[i] = total / low[i, i]
    for i in range(3, -1, -1):
        total = g[i]
        for k in range(i + 1, 4):
            total -= low[k, i] * g[k]
        g[i] = total / low[i, i]


@compiled
def step_back(
    x: NDArray[np.float64],
    p: NDArray[np.float64],
    dt: float,
    q: float,
    xs: NDArray[np.float64],
    ps: NDArray[np.float64],
    work: NDArray[np.float64],
) -> None:
    """Turn the smoothed state and covariance of the next epoch, in xs (4,) and ps (4, 4), into those of this one.

    Args:
        x: (4,) filtered state of this epoch.
        p: (4, 4) filtered covariance of this epoch.
        dt: seconds to the next epoch.
        q: white acceleration, m²/s³.
        xs: (4,) in and out.
        ps: (4, 4) in and out.
        work: (4, 4, 4) scratch.
    """
    a, m, low, gain = work[0], work[1], work[2], work[3]
    forward(p, dt, q, a, m)
    if not factor(m, low):  # what has no variance cannot be corrected
        xs[:] = x
        ps[:, :] = p
        return
    for r in range(4):
        solve(low, a[r], gain[r])
    xs[0] -= x[0] + dt * x[2]
    xs[1] -= x[1] + dt * x[3]
    xs[2] -= x[2]
    xs[3] -= x[3]
    for i in range(4):
        a[0, i] = x[i] + gain[i, 0] * xs[0] + gain[i, 1] * xs[1] + gain[i, 2] * xs[2] + gain[i, 3] * xs[3]
    xs[:] = a[0]
    ps -= m
    for i in range(4):
        for j in range(4):
            a[i, j] = gain[i, 0] * ps[0, j] + gain[i, 1] * ps[1, j] + gain[i, 2] * ps[2, j] + gain[i, 3] * ps[3, j]
    for i in range(4):
        for j in range(i, 4):
            total = p[i, j]
            for k in range(4):
                total += a[i, k] * gain[j, k]
            ps[i, j] = total
            ps[j, i] = total


@compiled
def smooth_states(
    t: NDArray[np.float64],
    x: NDArray[np.float64],
    p: NDArray[np.float64],
    q: float,
    cut: NDArray[np.bool_],
    lag: float,
    xs: NDArray[np.float64],
    ps: NDArray[np.float64],
) -> None:
    """Smoothed states and covariances into xs (n, 4) and ps (n, 4, 4).

    Args:
        t: (n,) seconds, not falling.
        x: (n, 4) filtered states.
        p: (n, 4, 4) filtered covariances.
        q: white acceleration, m²/s³.
        cut: (n,) nothing is carried back from this epoch to the one before.
        lag: each state uses what was measured up to this many seconds after it; infinite for all.
        xs: (n, 4) out.
        ps: (n, 4, 4) out.
    """
    n = len(t)
    work = np.zeros((4, 4, 4))
    xs[:] = x
    ps[:] = p
    if lag == math.inf:
        for k in range(n - 2, -1, -1):
            if not cut[k + 1]:
                xs[k] = xs[k + 1]
                ps[k] = ps[k + 1]
                step_back(x[k], p[k], t[k + 1] - t[k], q, xs[k], ps[k], work)
        return
    last = 0
    for k in range(n):
        last = max(last, k)
        while last + 1 < n and not cut[last + 1] and t[last + 1] - t[k] <= lag:
            last += 1
        xs[k] = x[last]
        ps[k] = p[last]
        for j in range(last - 1, k - 1, -1):
            step_back(x[j], p[j], t[j + 1] - t[j], q, xs[k], ps[k], work)


@compiled
def complete(
    t: NDArray[np.float64],
    place: NDArray[np.float64],
    q: float,
    speed_variance: float,
    cut: NDArray[np.bool_],
    p: NDArray[np.float64],
) -> None:
    """The whole covariance of a filter of which only the places' covariance is known.

    Whatever is measured of a place alone leaves the speed's distribution given the place as it was. So the filter can
    be run again without its measurements: predict, then put the known covariance of the place in, exact for linear
    measurements. Certainty that got lost without motion is no measurement and changes nothing; much of it is a start.

    Args:
        t: (n,) seconds, not falling.
        place: (n, 3) xx, xy, yy of each epoch, m².
        q: white acceleration, m²/s³.
        speed_variance: of each speed at a start, m²/s².
        cut: (n,) starts; further ones found are added.
        p: (n, 4, 4) out.
    """
    a, m = np.zeros((4, 4)), np.zeros((4, 4))
    for k in range(len(t)):
        xx, xy, yy = place[k, 0], place[k, 1], place[k, 2]
        begins = k == 0 or cut[k]
        if not begins:
            forward(p[k - 1], t[k] - t[k - 1], q, a, m)
            begins = xx + yy > STARTED_ANEW * (m[0, 0] + m[1, 1])
            cut[k] = begins
        if begins:
            p[k] = 0.0
            p[k, 0, 0], p[k, 0, 1], p[k, 1, 0], p[k, 1, 1] = xx, xy, xy, yy
            p[k, 2, 2] = p[k, 3, 3] = speed_variance
            continue
        # What was learnt, e = predicted − known, cut to its positive part.
        exx, exy, eyy = m[0, 0] - xx, m[0, 1] - xy, m[1, 1] - yy
        mean, away = 0.5 * (exx + eyy), math.sqrt(0.25 * (exx - eyy) ** 2 + exy * exy)
        if mean + away <= 0.0:
            exx = exy = eyy = 0.0
        elif mean - away < 0.0:
            share = 0.5 * (mean + away) / away
            exx, exy, eyy = share * (exx - mean + away), share * exy, share * (eyy - mean + away)
        det = m[0, 0] * m[1, 1] - m[0, 1] * m[0, 1]
        # K = m[:, :2] S⁻¹ carries what was learnt of the place to everything: P = m − K e Kᵀ.
        for i in range(4):
            a[i, 0] = (m[i, 0] * m[1, 1] - m[i, 1] * m[0, 1]) / det
            a[i, 1] = (m[i, 1] * m[0, 0] - m[i, 0] * m[0, 1]) / det
        for i in range(4):
            for j in range(4):
                p[k, i, j] = m[i, j] - (
                    a[i, 0] * (exx * a[j, 0] + exy * a[j, 1]) + a[i, 1] * (exy * a[j, 0] + eyy * a[j, 1])
                )
