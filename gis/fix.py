"""Fixes: where tags were, how sure we are, and why not surer. One type from the estimator to the screen."""

from __future__ import annotations

from enum import IntEnum, IntFlag

import msgspec
import numpy as np
from numpy.typing import NDArray

# The factor that turns a standard deviation into the radius of the circle holding 95 % of a circular 2-D normal.
R95_OF_SIGMA = 2.4477468306808166


class FixStatus(IntEnum):
    """How far a position may be believed."""

    FIX = 0
    DEGRADED = 1
    PREDICTED = 2
    LOST = 3


class Reason(IntFlag):
    """Why a fix is not a plain good fix (bit mask)."""

    NONE = 0
    FEW_ANCHORS = 1
    POOR_GEOMETRY = 2
    OUTLIERS = 4
    REINITIALISED = 8
    UNCALIBRATED = 16
    LATE = 32
    NO_RANGES = 64
    HEIGHT_ASSUMED = 128
    FROZEN = 256
    """The engine repeats itself to the last digit: it may hang."""


class FixBatch(msgspec.Struct, frozen=True, eq=False):
    """n fixes of one plant, structure of arrays, ordered by time of measurement.

    Attributes:
        plant: plant code.
        engine: positioning engine that measured.
        tag: n tag identifiers.
        t_ns: (n,) int64, UTC nanoseconds of measurement, never of arrival.
        xyz_m: (n, 3) float64, site metres east, north, up.
        cov_m2: (n, 3) float64, horizontal covariance xx, xy, yy in m², systematic floor included.
        velocity_mps: (n, 2) float64, east and north.
        sigma_z_m: (n,) float64.
        p_still: (n,) float64, probability of standing still.
        status: (n,) uint8, `FixStatus`.
        reasons: (n,) uint32, `Reason` bits.
        anchors_used: (n,) uint8.
    """

    plant: str
    engine: str
    tag: list[str]
    t_ns: NDArray[np.int64]
    xyz_m: NDArray[np.float64]
    cov_m2: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]
    sigma_z_m: NDArray[np.float64]
    p_still: NDArray[np.float64]
    status: NDArray[np.uint8]
    reasons: NDArray[np.uint32]
    anchors_used: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.tag)


def r95_m(cov_m2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Radius (n,) in metres of the circle around each fix that holds the person with at least 95 %.

    Uses the larger principal axis of the (n, 3) covariance, so it never promises too much.
    """
    xx, xy, yy = cov_m2[:, 0], cov_m2[:, 1], cov_m2[:, 2]
    largest = 0.5 * (xx + yy) + np.sqrt(0.25 * (xx - yy) ** 2 + xy**2)
    return np.asarray(R95_OF_SIGMA * np.sqrt(largest), float)
