"""Whether a fence is wide enough to be entered at all with the error that positions have there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twin.core.fences import inside_probability, prisms_at

if TYPE_CHECKING:
    from gis.frames import SiteFrame
    from gis.plant import Fence

_FINEST_M, _COARSEST_M = 0.01, 1000.0
_CARRIED_M = 1.2
"""Height of a tag above the ground; a fence that does not reach it is tried at its nearer end."""


@dataclass(frozen=True, slots=True)
class Narrowness:
    """What a fence makes of a position in the very middle of it.

    Attributes:
        probability: of being inside, at best, with the error given.
        needed: the fence's enter probability; below it nobody ever enters.
        largest_sigma_m: the largest error (standard deviation of each coordinate) with which it can be entered.
    """

    probability: float
    needed: float
    largest_sigma_m: float

    @property
    def is_too_narrow(self) -> bool:
        """Whether nobody can ever be said to have entered."""
        return self.probability < self.needed


def narrowness(fence: Fence, frame: SiteFrame, sigma_m: float, sigma_z_m: float = 0.5) -> Narrowness:
    """How a fence does under an error of so many metres; a strip needs a width of about 2.6 of them."""
    prisms = prisms_at([fence.model_copy(update={"valid_to": None})], frame, fence.valid_from)

    # The point furthest from the border may be near an end of a long strip: the centroid is tried as well.
    z_m = min(max(_CARRIED_M, float(prisms.z_min_m[0])), float(prisms.z_max_m[0]))
    at = np.array([[*prisms.centres_m[0, :2], z_m], [*prisms.anchors_m[0], z_m]])

    def best(sigma: float) -> float:
        cov = np.tile([sigma**2, 0.0, sigma**2], (2, 1))
        return float(inside_probability(prisms, np.zeros(2, np.int64), at, cov, np.full(2, sigma_z_m)).max())

    fine, coarse = _FINEST_M, _COARSEST_M
    needed = fence.enter_probability
    if best(fine) < needed:
        return Narrowness(best(sigma_m), needed, 0.0)
    for _ in range(40):
        middle = float(np.sqrt(fine * coarse))
        fine, coarse = (middle, coarse) if best(middle) >= needed else (fine, middle)
    return Narrowness(best(sigma_m), needed, fine)
