"""Three motion models side by side (still, walking, fast) and their probabilities: interacting multiple models.

After Blom and Bar-Shalom, IEEE Trans. Automatic Control 33(8), 1988. Stay probabilities follow the time between
epochs, so that radio asking a hundred times a second does not make a person restless.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from locator.estimator.compiled import compiled
from locator.estimator.motion import place, predict_constant, predict_still, update, variance_along

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MODELS = 3
SIZE = 14


@compiled
def start(s: NDArray[np.float64], first: int, mode: int, x: float, y: float, xx: float, xy: float, yy: float) -> None:
    """All models at one place, equally probable."""
    for j in range(MODELS):
        place(s, first + j * SIZE, x, y, xx, xy, yy, 1.0)
        s[mode + j] = 1.0 / MODELS


@compiled
def _add_spread(s: NDArray[np.float64], of: int, w: float, out: NDArray[np.float64], to: int) -> None:
    """Add to a mixture's covariance one model's own and its distance from the mean, weighted."""
    at = 4
    for row in range(4):
        dr = s[of + row] - out[to + row]
        for column in range(row, 4):
            out[to + at] += w * (s[of + at] + dr * (s[of + column] - out[to + column]))
            at += 1


@compiled
def mix(s: NDArray[np.float64], first: int, mode: int, stay: float, scratch: NDArray[np.float64]) -> None:
    """Exchange between the models: each becomes the mixture of all by where it may have come from.

    Args:
        s: the row.
        first: where the models lie.
        mode: where their probabilities lie; become the predicted ones.
        stay: probability of staying in a mode; the others share the rest.
        scratch: (≥ 45,) room.
    """
    leave = (1.0 - stay) / (MODELS - 1)
    for j in range(MODELS):
        c = 0.0
        for i in range(MODELS):
            c += (stay if i == j else leave) * s[mode + i]
        scratch[MODELS * SIZE + j] = c
        to = j * SIZE
        for k in range(SIZE):
            scratch[to + k] = 0.0
        for i in range(MODELS):
            w = (stay if i == j else leave) * s[mode + i] / c
            for k in range(4):
                scratch[to + k] += w * s[first + i * SIZE + k]
        for i in range(MODELS):
            w = (stay if i == j else leave) * s[mode + i] / c
            _add_spread(s, first + i * SIZE, w, scratch, to)
    for k in range(MODELS * SIZE):
        s[first + k] = scratch[k]
    for j in range(MODELS):
        s[mode + j] = scratch[MODELS * SIZE + j]


@compiled
def predict_modes(s: NDArray[np.float64], first: int, dt: float, q: float) -> None:
    """Each model by its own motion over dt seconds; q is the walking acceleration density, m²/s³."""
    predict_still(s, first, dt, 0.02, 0.15)
    predict_constant(s, first + SIZE, dt, q)
    predict_constant(s, first + 2 * SIZE, dt, 10.0 * q)


@compiled
def update_mode(s: NDArray[np.float64], o: int, hx: float, hy: float, innovation: float, r: float) -> float:
    """Fold one scalar into one model; returns its log likelihood."""
    total = variance_along(s, o, hx, hy) + r
    update(s, o, hx, hy, innovation, r)
    return -0.5 * (innovation * innovation / total + math.log(2.0 * math.pi * total))


@compiled
def weigh(s: NDArray[np.float64], mode: int, log_likelihood: NDArray[np.float64]) -> None:
    """Mode probabilities after the epoch: prior times likelihood, never quite zero."""
    top = max(log_likelihood[0], log_likelihood[1], log_likelihood[2])
    total = 0.0
    for j in range(MODELS):
        s[mode + j] = max(s[mode + j] * math.exp(log_likelihood[j] - top), 1e-30)
        total += s[mode + j]
    for j in range(MODELS):
        s[mode + j] /= total


@compiled
def combined(s: NDArray[np.float64], first: int, mode: int, out: NDArray[np.float64]) -> None:
    """Mixture mean (4) and packed covariance (10) into out (14,)."""
    out[:SIZE] = 0.0
    for j in range(MODELS):
        for k in range(4):
            out[k] += s[mode + j] * s[first + j * SIZE + k]
    for j in range(MODELS):
        _add_spread(s, first + j * SIZE, s[mode + j], out, 0)
