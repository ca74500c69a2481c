"""Smoothing for replay: the Rauch–Tung–Striebel pass over filtered states (AIAA Journal 3(8), 1965). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_GAP_S = 10.0
_UPPER = np.triu_indices(4)


def unpack(packed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Packed upper triangles (n, 10) as symmetric matrices (n, 4, 4)."""
    full = np.zeros((len(packed), 4, 4))
    full[:, _UPPER[0], _UPPER[1]] = packed
    full[:, _UPPER[1], _UPPER[0]] = packed
    return full


def transition(dt: float, q: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Transition (4, 4) and process noise (4, 4) of constant velocity with white acceleration q over dt seconds."""
    f = np.eye(4)
    f[0, 2] = f[1, 3] = dt
    noise = np.zeros((4, 4))
    noise[0, 0] = noise[1, 1] = q * dt**3 / 3.0
    noise[0, 2] = noise[2, 0] = noise[1, 3] = noise[3, 1] = q * dt**2 / 2.0
    noise[2, 2] = noise[3, 3] = q * dt
    return f, noise


def smooth(
    t_s: NDArray[np.float64], track: NDArray[np.float64], q: float, broken: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """Filtered states corrected by everything that came after them.

    Args:
        t_s: (n,) seconds, not falling.
        track: (n, 14) filtered state (4) and packed covariance (10); a row with no variance is a gap.
        q: white acceleration of the filter, m²/s³.
        broken: (n,) where the filter began anew: nothing is carried back across.

    Returns:
        (n, 14) smoothed; gaps as they were.
    """
    out = track.copy()
    covariance = unpack(track[:, 4:])
    for k in range(len(t_s) - 2, -1, -1):
        dt = float(t_s[k + 1] - t_s[k])
        cut = broken is not None and bool(broken[k + 1])
        if cut or dt > LONGEST_GAP_S or track[k, 4] <= 0.0 or track[k + 1, 4] <= 0.0:
            continue
        f, noise = transition(dt, q)
        predicted = f @ covariance[k] @ f.T + noise
        gain = np.linalg.solve(predicted, f @ covariance[k]).T
        out[k, :4] += gain @ (out[k + 1, :4] - f @ track[k, :4])
        later = unpack(out[k + 1 : k + 2, 4:])[0]
        better = covariance[k] + gain @ (later - predicted) @ gain.T
        out[k, 4:] = (0.5 * (better + better.T))[_UPPER]
    return out
