"""The pieces of the filter over many tags at once in NumPy, one array per number of the row.

Same formulas as `motion`, `modes`, `quality`; used where nothing can be compiled. A block `s` is (numbers, n): row i
holds number i of each of n tags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from locator.estimator import layout as at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def predict(s: Floats, a: Floats, b: Floats, qa: Floats, qb: Floats, qc: Floats) -> None:
    """As `motion.predict` for a block (14, n); every argument has one value per tag."""
    s[0] += a * s[2]
    s[1] += a * s[3]
    s[2] *= b
    s[3] *= b
    p02, p03, p12, p13, p22, p23, p33 = s[6], s[7], s[9], s[10], s[11], s[12], s[13]
    aa, bb = a * a, b * b
    s[4] += 2.0 * a * p02 + aa * p22 + qa
    s[5] += a * (p03 + p12) + aa * p23
    s[8] += 2.0 * a * p13 + aa * p33 + qa
    s[6] = b * (p02 + a * p22) + qb
    s[7] = b * (p03 + a * p23)
    s[9] = b * (p12 + a * p23)
    s[10] = b * (p13 + a * p33) + qb
    s[11] = bb * p22 + qc
    s[12] = bb * p23
    s[13] = bb * p33 + qc


def predict_constant(s: Floats, dt: Floats, q: Floats) -> None:
    """As `motion.predict_constant`; with velocity kept, most of the work falls away."""
    s[0] += dt * s[2]
    s[1] += dt * s[3]
    half = q * dt * dt / 2.0
    c = dt * s[11]
    d = dt * s[12]
    e = dt * s[13]
    s[4] += dt * (2.0 * s[6] + c) + half * dt * (2.0 / 3.0)
    s[5] += dt * (s[7] + s[9] + d)
    s[8] += dt * (2.0 * s[10] + e) + half * dt * (2.0 / 3.0)
    s[6] += c + half
    s[7] += d
    s[9] += d
    s[10] += e + half
    s[11] += q * dt
    s[13] += q * dt


def predict_still(s: Floats, dt: Floats) -> None:
    """As `motion.predict_still` with the constants of the still mode."""
    tau, q = at.STILL_TAU_S, at.STILL_Q
    b = np.exp(-dt / tau)
    rest = 1.0 - b
    qc = q * tau * (1.0 - b * b) / 2.0
    qb = q * tau * tau * rest * rest / 2.0
    qa = q * tau * tau * (dt - 2.0 * tau * rest + tau * (1.0 - b * b) / 2.0)
    predict(s, tau * rest, b, np.maximum(qa, 0.0), qb, qc)


def variance_along(s: Floats, hx: Floats, hy: Floats) -> Floats:
    """H P Hᵀ (n,)."""
    return np.asarray(s[4] * hx * hx + 2.0 * s[5] * hx * hy + s[8] * hy * hy, float)


def update(s: Floats, hx: Floats, hy: Floats, innovation: Floats, r: Floats) -> Floats:
    """As `motion.update`; returns the innovations' variances. An infinite r leaves a tag as it is."""
    g = (s[4] * hx + s[5] * hy, s[5] * hx + s[8] * hy, s[6] * hx + s[9] * hy, s[7] * hx + s[10] * hy)
    total = hx * g[0] + hy * g[1] + r
    inverse = 1.0 / total
    gain = innovation * inverse
    at_entry = 4
    for row in range(4):
        s[row] += g[row] * gain
        scaled = g[row] * inverse
        for column in range(row, 4):
            s[at_entry] -= scaled * g[column]
            at_entry += 1
    return np.asarray(total, float)


def observe(x: Floats, y: Floats, m: Floats, places: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """As `motion.observe` for scalars m (n, SCALAR_SIZE): predicted value, ∂/∂x, ∂/∂y, ∂/∂z, each (n,)."""
    kind = m[:, at.S_KIND]
    linear, pair = kind == at.KIND_LINEAR, kind == at.KIND_DIFFERENCE
    h, hx, hy, hz = _range_to(x, y, m[:, at.S_HEIGHT], places[np.where(linear, 0, m[:, at.S_A]).astype(np.int64)])
    if pair.any():
        other = _range_to(x, y, m[:, at.S_HEIGHT], places[np.where(pair, m[:, at.S_B], 0).astype(np.int64)])
        h, hx, hy, hz = (np.where(pair, b - a, a) for a, b in zip((h, hx, hy, hz), other, strict=True))
    if linear.any():
        a, b = m[:, at.S_A], m[:, at.S_B]
        h = np.where(linear, a * x + b * y, h)
        hx, hy, hz = np.where(linear, a, hx), np.where(linear, b, hy), np.where(linear, 0.0, hz)
    return h, hx, hy, hz


def _range_to(x: Floats, y: Floats, z: Floats, place: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    dx, dy, dz = x - place[:, 0], y - place[:, 1], z - place[:, 2]
    d = np.maximum(np.sqrt(dx * dx + dy * dy + dz * dz), 1e-3)
    return d, dx / d, dy / d, dz / d


def mix(s: Floats, mode: Floats, stay: Floats) -> None:
    """As `modes.mix` for a block (42, n) of three models and their probabilities (3, n)."""
    leave = (1.0 - stay) / 2.0
    models = s.reshape(3, 14, -1).copy()
    old = mode.copy()
    for j in range(3):
        weights = [(stay if i == j else leave) * old[i] for i in range(3)]
        c = weights[0] + weights[1] + weights[2]
        weights = [w / c for w in weights]
        mode[j] = c
        mean = sum(w[None] * models[i, :4] for i, w in enumerate(weights))
        out = s[14 * j : 14 * (j + 1)]
        out[:4] = mean
        out[4:] = 0.0
        for i, w in enumerate(weights):
            away = models[i, :4] - mean
            entry = 4
            for row in range(4):
                for column in range(row, 4):
                    out[entry] += w * (models[i, entry] + away[row] * away[column])
                    entry += 1
