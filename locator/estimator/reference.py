"""The same filter made of filterpy's parts, one object per tag: slow, independent, and what the kernels are held to.

It knows gates, weights and motion modes, but neither late messages nor restarts: it is for comparison, not for use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from filterpy.kalman import IMMEstimator, KalmanFilter

from locator.estimator import layout as at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def constant_velocity(dt: float, q: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Transition and noise (4, 4) of a walking or driving tag: white acceleration q (m²/s³) over dt seconds."""
    f = np.eye(4)
    f[0, 2] = f[1, 3] = dt
    noise = np.zeros((4, 4))
    noise[0, 0] = noise[1, 1] = q * dt**3 / 3.0
    noise[0, 2] = noise[2, 0] = noise[1, 3] = noise[3, 1] = q * dt**2 / 2.0
    noise[2, 2] = noise[3, 3] = q * dt
    return f, noise


def still(dt: float, q: float, tau: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Transition and noise (4, 4) of a tag whose velocity dies away with time constant tau."""
    decay = np.exp(-dt / tau)
    f = np.eye(4)
    f[0, 2] = f[1, 3] = tau * (1.0 - decay)
    f[2, 2] = f[3, 3] = decay
    qc = q * tau * (1.0 - decay**2) / 2.0
    qb = q * tau**2 * (1.0 - decay) ** 2 / 2.0
    qa = q * tau**2 * (dt - 2.0 * tau * (1.0 - decay) + tau * (1.0 - decay**2) / 2.0)
    noise = np.zeros((4, 4))
    noise[0, 0] = noise[1, 1] = qa
    noise[0, 2] = noise[2, 0] = noise[1, 3] = noise[3, 1] = qb
    noise[2, 2] = noise[3, 3] = qc
    return f, noise


class ReferenceTag:
    """One tag's filters in filterpy.

    Args:
        state: (4,) east, north, speeds.
        covariance: (4, 4).
        q: white acceleration, m²/s³.
        anchors: (k, 3) antennas.
        sigma_z_m: standard deviation of the assumed height.
    """

    def __init__(
        self,
        state: NDArray[np.float64],
        covariance: NDArray[np.float64],
        q: float,
        anchors: NDArray[np.float64],
        sigma_z_m: float,
    ) -> None:
        self._q = q
        self._anchors = anchors
        self._sigma_z = sigma_z_m
        self.main = _filter(state, covariance)
        models = [_filter(state, _slow(covariance)) for _ in range(3)]
        self.modes = IMMEstimator(models, np.full(3, 1.0 / 3.0), np.eye(3))

    def epoch(self, dt: float, height_m: float, ranges: Sequence[tuple[int, float, float, float]]) -> None:
        """Predict over dt seconds and fold ranges given as (anchor, metres, sigma, floor)."""
        if dt > 0.0:
            self._predict(dt)
        likelihood = np.zeros(3)
        for anchor, value, sigma, floor in ranges:
            h, row, slope = self._observe(self.main.x, anchor, height_m)
            r = sigma**2 + 0.25 * floor**2 + (slope * self._sigma_z) ** 2
            nis = (value - h) ** 2 / float(row @ self.main.P @ row + r)
            if nis > at.GATE_NIS:
                continue
            r *= max((at.STUDENT_DOF + nis) / (at.STUDENT_DOF + 1.0), 1.0)
            _update(self.main, value - h, row, r)
            for k, model in enumerate(self.modes.filters):
                h, row, _ = self._observe(model.x, anchor, height_m)
                likelihood[k] += _update(model, value - h, row, r)
        self.modes.mu = self.modes.mu * np.exp(likelihood - likelihood.max())
        self.modes.mu /= self.modes.mu.sum()

    def _predict(self, dt: float) -> None:
        self.main.F, self.main.Q = constant_velocity(dt, self._q)
        self.main.predict()
        leave = (1.0 - np.exp(-1.5 * dt / at.MODE_STAY_S)) / 3.0
        self.modes.M = np.full((3, 3), leave) + np.eye(3) * (1.0 - 3.0 * leave)
        self.modes._compute_mixing_probabilities()  # noqa: SLF001 - filterpy does it only after its own update
        motions = (
            still(dt, at.STILL_Q, at.STILL_TAU_S),
            constant_velocity(dt, self._q),
            constant_velocity(dt, at.FAST_FACTOR * self._q),
        )
        for model, (f, noise) in zip(self.modes.filters, motions, strict=True):
            model.F, model.Q = f, noise
        self.modes.predict()
        self.modes.mu = self.modes.cbar.copy()

    def _observe(
        self, x: NDArray[np.float64], anchor: int, height_m: float
    ) -> tuple[float, NDArray[np.float64], float]:
        away = np.array([x[0], x[1], height_m]) - self._anchors[anchor]
        d = float(np.linalg.norm(away))
        return d, np.array([away[0] / d, away[1] / d, 0.0, 0.0]), float(away[2] / d)


def _filter(state: NDArray[np.float64], covariance: NDArray[np.float64]) -> KalmanFilter:
    made = KalmanFilter(dim_x=4, dim_z=1)
    made.x, made.P = state.copy(), covariance.copy()
    return made


def _slow(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """The modes begin with a speed known to 1 m/s."""
    made = np.zeros((4, 4))
    made[:2, :2] = covariance[:2, :2]
    made[2, 2] = made[3, 3] = 1.0
    return made


def _update(model: KalmanFilter, innovation: float, row: NDArray[np.float64], r: float) -> float:
    """Fold one linearised scalar; returns its log likelihood."""
    total = float(row @ model.P @ row + r)
    model.update(np.array([innovation + row @ model.x]), R=np.array([[r]]), H=row[None, :])
    return -0.5 * (innovation**2 / total + float(np.log(2.0 * np.pi * total)))
