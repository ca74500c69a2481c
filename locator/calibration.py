"""What recorded ranges and a true path teach about each anchor: bias, noise, and what is left over. Pure.

Steel near an anchor shifts its ranges by a nearly constant amount that no filter can see (measured: −0.32 m with a
spread of 5 cm); the median of range − true distance takes it away. What then still wanders with the place is the
systematic floor.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from locator.errors import CalibrationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

FEWEST = 20
"""Ranges of one pair below which nothing is learnt of it."""
LEAST_SIGMA_M = 0.06
LEAST_FLOOR_M = 0.05
MAD_TO_SIGMA = 1.4826
BLOCK_S = 1.0


class AnchorCalibration(msgspec.Struct, frozen=True):
    """What was learnt of one anchor, with one tag or with any.

    Attributes:
        anchor: anchor code.
        bias_m: median of range − true distance.
        sigma_m: noise from one range to the next.
        floor_m: how far the bias wanders with the place.
        ranges: how many were looked at.
        tag: the tag it holds for; None for any.
    """

    anchor: str
    bias_m: float
    sigma_m: float
    floor_m: float
    ranges: int
    tag: str | None = None


class Calibration(msgspec.Struct, frozen=True):
    """The contents of a bias file: every anchor for any tag, and every pair that was recorded."""

    anchors: list[AnchorCalibration] = field(default_factory=list)
    pairs: list[AnchorCalibration] = field(default_factory=list)

    def of(self, tag: str, anchor: str) -> AnchorCalibration | None:
        """The pair's own calibration, else the anchor's, else None."""
        for known in (*self.pairs, *self.anchors):
            if known.anchor == anchor and known.tag in (tag, None):
                return known
        return None


@dataclass(frozen=True, slots=True)
class Residuals:
    """Range − true distance of one tag with one anchor, in order of time: (n,) seconds, (n,) metres."""

    t_s: NDArray[np.float64]
    metres: NDArray[np.float64]


def residuals(
    t_s: NDArray[np.float64],
    d_m: NDArray[np.float64],
    anchor_m: NDArray[np.float64],
    truth_t_s: NDArray[np.float64],
    truth_m: NDArray[np.float64],
    longest_gap_s: float = 0.5,
) -> Residuals:
    """Compare ranges with the true path, interpolated in time.

    Args:
        t_s: (n,) times of the ranges.
        d_m: (n,) ranges.
        anchor_m: (3,) antenna.
        truth_t_s: (m,) times of the path, rising.
        truth_m: (m, 3) the path.
        longest_gap_s: ranges in a longer gap of the path are left out.
    """
    after = np.searchsorted(truth_t_s, t_s)
    inside = (after > 0) & (after < len(truth_t_s))
    inside[inside] = truth_t_s[after[inside]] - truth_t_s[after[inside] - 1] <= longest_gap_s
    inside |= np.isin(t_s, truth_t_s)
    path = np.column_stack([np.interp(t_s[inside], truth_t_s, truth_m[:, axis]) for axis in range(3)])
    return Residuals(t_s[inside], d_m[inside] - np.linalg.norm(path - anchor_m, axis=1))


def learn(found: Mapping[tuple[str, str], Residuals]) -> Calibration:
    """Biases from residuals by (tag, anchor).

    Raises:
        CalibrationError: no pair has enough ranges with truth.
    """
    pairs = [_pair(tag, anchor, r) for (tag, anchor), r in sorted(found.items()) if len(r.metres) >= FEWEST]
    if not pairs:
        raise CalibrationError(f"no tag and anchor have {FEWEST} ranges with a true position")
    anchors = []
    for code in sorted({pair.anchor for pair in pairs}):
        own = [pair for pair in pairs if pair.anchor == code]
        biases = np.array([pair.bias_m for pair in own])
        floor = max(pair.floor_m for pair in own)
        anchors.append(
            AnchorCalibration(
                code,
                round(float(np.median(biases)), 4),
                max(pair.sigma_m for pair in own),
                # Another tag differs from these as much as these differ among themselves.
                round(float(np.hypot(floor, np.ptp(biases) / 2.0)), 4),
                sum(pair.ranges for pair in own),
            )
        )
    return Calibration(anchors, pairs)


def _pair(tag: str, anchor: str, r: Residuals) -> AnchorCalibration:
    bias = float(np.median(r.metres))
    spread = MAD_TO_SIGMA * float(np.median(np.abs(r.metres - bias)))
    # Noise shows from one range to the next, the wandering part from second to second.
    noise = MAD_TO_SIGMA * float(np.median(np.abs(np.diff(r.metres)))) / np.sqrt(2.0)
    sigma = max(min(float(noise), spread), LEAST_SIGMA_M)
    block = np.floor((r.t_s - r.t_s[0]) / BLOCK_S)
    means = np.array([np.median(r.metres[block == b]) for b in np.unique(block)])
    floor = max(float(np.sqrt(np.mean((means - bias) ** 2))), LEAST_FLOOR_M)
    return AnchorCalibration(anchor, round(bias, 4), round(sigma, 4), round(floor, 4), len(r.metres), tag)
