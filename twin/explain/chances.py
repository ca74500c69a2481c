"""How likely each stored fix was inside a fence as it was drawn then, and what the two thresholds say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin.core.fences import inside_probability, prisms_at, relative_likelihood
from twin.core.parameters import Parameters
from twin.explain.rerun import SIGMA_Z_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.frames import SiteFrame
    from gis.plant import Fence


class Chances(NamedTuple):
    """What n fixes say, (n,) each."""

    inside: NDArray[np.float64]
    """Probability of being inside; compared with the enter threshold."""
    still_inside: NDArray[np.float64]
    """How well being inside the grown fence explains the fix; compared with the exit threshold."""


class Ellipse(NamedTuple):
    """The ellipse that holds a position with 95 %: half axes in metres, and where the longer one points."""

    major_m: float
    minor_m: float
    bearing_deg: float
    """Clockwise from north."""


def chances(fence: Fence, frame: SiteFrame, xyz_m: NDArray[np.float64], cov_m2: NDArray[np.float64]) -> Chances:
    """What the core made of fixes at one fence version.

    Args:
        fence: the version that held.
        frame: the plant's site frame.
        xyz_m: (n, 3) site metres.
        cov_m2: (n, 3) horizontal covariance xx, xy, yy.
    """
    known = Parameters()
    prisms = prisms_at(
        (fence,), frame, fence.valid_from, margin_m=known.exit_margin_m, margin_z_m=known.exit_margin_z_m
    )
    n = len(xyz_m)
    if not n or not len(prisms):
        return Chances(np.zeros(n), np.zeros(n))
    sigma_z = np.full(n, SIGMA_Z_M)
    drawn, grown = np.zeros(n, np.int64), np.ones(n, np.int64)
    inside = inside_probability(prisms, drawn, xyz_m, cov_m2, sigma_z)
    near = inside_probability(prisms, grown, xyz_m, cov_m2, sigma_z)
    return Chances(inside, relative_likelihood(prisms, grown, near, cov_m2, sigma_z))


def ellipse(cov_m2: tuple[float, float, float]) -> Ellipse:
    """The 95 % ellipse of a covariance xx, xy, yy (chi-square with 2 degrees of freedom)."""
    xx, xy, yy = cov_m2
    mean, half = 0.5 * (xx + yy), float(np.hypot(0.5 * (xx - yy), xy))
    scale = float(np.sqrt(-2.0 * np.log(0.05)))
    east_of_north = 0.5 * float(np.arctan2(2.0 * xy, xx - yy))
    return Ellipse(
        major_m=scale * float(np.sqrt(max(mean + half, 0.0))),
        minor_m=scale * float(np.sqrt(max(mean - half, 0.0))),
        bearing_deg=(90.0 - float(np.degrees(east_of_north))) % 180.0,
    )
