"""Motion and measurement of one model in closed form: predict, and update with one scalar.

Kalman filter with white-noise acceleration (Bar-Shalom, Li, Kirubarajan, Estimation with Applications to Tracking and
Navigation, §6.2), covariance packed as in `layout`. A model lies in the row at offset `o`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from locator.estimator.compiled import compiled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@compiled
def predict(s: NDArray[np.float64], o: int, a: float, b: float, qa: float, qb: float, qc: float) -> None:
    """Position gains a·velocity, velocity is multiplied by b; qa, qb, qc are the process noise of each axis."""
    s[o] += a * s[o + 2]
    s[o + 1] += a * s[o + 3]
    s[o + 2] *= b
    s[o + 3] *= b
    p = o + 4
    p02, p03, p12, p13 = s[p + 2], s[p + 3], s[p + 5], s[p + 6]
    p22, p23, p33 = s[p + 7], s[p + 8], s[p + 9]
    s[p] += 2.0 * a * p02 + a * a * p22 + qa
    s[p + 1] += a * (p03 + p12) + a * a * p23
    s[p + 4] += 2.0 * a * p13 + a * a * p33 + qa
    s[p + 2] = b * (p02 + a * p22) + qb
    s[p + 3] = b * (p03 + a * p23)
    s[p + 5] = b * (p12 + a * p23)
    s[p + 6] = b * (p13 + a * p33) + qb
    s[p + 7] = b * b * p22 + qc
    s[p + 8] = b * b * p23
    s[p + 9] = b * b * p33 + qc


@compiled
def predict_constant(s: NDArray[np.float64], o: int, dt: float, q: float) -> None:
    """Constant velocity over dt seconds with white acceleration q (m²/s³)."""
    predict(s, o, dt, 1.0, q * dt * dt * dt / 3.0, q * dt * dt / 2.0, q * dt)


@compiled
def predict_still(s: NDArray[np.float64], o: int, dt: float, q: float, tau: float) -> None:
    """Velocity dying away with time constant tau over dt seconds, driven by white acceleration q (m²/s³)."""
    b = math.exp(-dt / tau)
    a = tau * (1.0 - b)
    # Exact discretisation of the Ornstein–Uhlenbeck velocity and its integral.
    qc = q * tau * (1.0 - b * b) / 2.0
    qb = q * tau * tau * (1.0 - b) * (1.0 - b) / 2.0
    qa = q * tau * tau * (dt - 2.0 * tau * (1.0 - b) + tau * (1.0 - b * b) / 2.0)
    predict(s, o, a, b, max(qa, 0.0), qb, qc)


@compiled
def variance_along(s: NDArray[np.float64], o: int, hx: float, hy: float) -> float:
    """H P Hᵀ for a measurement row (hx, hy, 0, 0)."""
    p = o + 4
    return float(s[p] * hx * hx + 2.0 * s[p + 1] * hx * hy + s[p + 4] * hy * hy)


@compiled
def update(s: NDArray[np.float64], o: int, hx: float, hy: float, innovation: float, r: float) -> float:
    """Fold one scalar measurement with row (hx, hy, 0, 0) and variance r; returns the innovation's variance."""
    p = o + 4
    g0 = s[p] * hx + s[p + 1] * hy
    g1 = s[p + 1] * hx + s[p + 4] * hy
    g2 = s[p + 2] * hx + s[p + 5] * hy
    g3 = s[p + 3] * hx + s[p + 6] * hy
    total = hx * g0 + hy * g1 + r
    gain = innovation / total
    s[o] += g0 * gain
    s[o + 1] += g1 * gain
    s[o + 2] += g2 * gain
    s[o + 3] += g3 * gain
    i = 1.0 / total
    s[p] -= g0 * g0 * i
    s[p + 1] -= g0 * g1 * i
    s[p + 2] -= g0 * g2 * i
    s[p + 3] -= g0 * g3 * i
    s[p + 4] -= g1 * g1 * i
    s[p + 5] -= g1 * g2 * i
    s[p + 6] -= g1 * g3 * i
    s[p + 7] -= g2 * g2 * i
    s[p + 8] -= g2 * g3 * i
    s[p + 9] -= g3 * g3 * i
    return float(total)


@compiled
def place(s: NDArray[np.float64], o: int, x: float, y: float, xx: float, xy: float, yy: float, vv: float) -> None:
    """Put a model at a position with covariance, velocity zero with variance vv per axis."""
    for k in range(14):
        s[o + k] = 0.0
    s[o] = x
    s[o + 1] = y
    s[o + 4] = xx
    s[o + 5] = xy
    s[o + 8] = yy
    s[o + 11] = vv
    s[o + 13] = vv


@compiled
def observe(x: float, y: float, m: NDArray[np.float64], anchors: NDArray[np.float64], h: NDArray[np.float64]) -> None:
    """What scalar m would read at (x, y), and its derivatives: h = predicted, ∂/∂x, ∂/∂y, ∂/∂z."""
    if m[1] == 2.0:
        h[0] = m[2] * x + m[3] * y
        h[1] = m[2]
        h[2] = m[3]
        h[3] = 0.0
        return
    a = int(m[2])
    dx = x - anchors[a, 0]
    dy = y - anchors[a, 1]
    dz = m[7] - anchors[a, 2]
    d = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1e-3)
    h[0] = d
    h[1] = dx / d
    h[2] = dy / d
    h[3] = dz / d
    if m[1] == 1.0:
        b = int(m[3])
        dx = x - anchors[b, 0]
        dy = y - anchors[b, 1]
        dz = m[7] - anchors[b, 2]
        e = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1e-3)
        h[0] = e - h[0]
        h[1] = dx / e - h[1]
        h[2] = dy / e - h[2]
        h[3] = dz / e - h[3]
