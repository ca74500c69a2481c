"""The straight way between two fixes that are both outside a fence: did it lead through?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.core.deciding import stretch
from twin.core.fences import probability_at
from twin.effects import EvidenceFix

if TYPE_CHECKING:
    from twin.core.fences import Prisms


def passage(
    prisms: Prisms, fence: int, begin: EvidenceFix, end: EvidenceFix, sigma_z_m: float
) -> tuple[EvidenceFix, EvidenceFix, EvidenceFix] | None:
    """Where and when somebody entered and left a fence between two fixes, or None when that is not believed.

    Believed when the beginning is outside with the fence's exit probability, and the middle of the longest stretch
    inside is inside with its enter probability, under the covariance between those of the two ends. `end` is known to
    be outside.

    Returns:
        the points of entry, middle and exit; only the middle one's probability is known.
    """
    first, last = int(prisms.edge_start[fence]), int(prisms.edge_start[fence + 1])
    since, until = stretch(prisms.edges, first, last, begin.x_m, begin.y_m, end.x_m, end.y_m)
    if until <= since:
        return None
    middle = _between(begin, end, 0.5 * (since + until))
    if probability_at(prisms, fence, begin, sigma_z_m) > prisms.exit[fence]:
        return None
    inside = probability_at(prisms, fence, middle, sigma_z_m)
    if inside < prisms.enter[fence]:
        return None
    return (
        _between(begin, end, since),
        EvidenceFix(middle.t_ns, middle.x_m, middle.y_m, middle.z_m, middle.cov_m2, inside),
        _between(begin, end, until),
    )


def _between(a: EvidenceFix, b: EvidenceFix, share: float) -> EvidenceFix:
    """The point at a share of the way from a to b, with the covariance between theirs."""

    def mix(first: float, second: float) -> float:
        return (1.0 - share) * first + share * second

    cov = (mix(a.cov_m2[0], b.cov_m2[0]), mix(a.cov_m2[1], b.cov_m2[1]), mix(a.cov_m2[2], b.cov_m2[2]))
    t_ns = a.t_ns + round(share * (b.t_ns - a.t_ns))
    return EvidenceFix(t_ns, mix(a.x_m, b.x_m), mix(a.y_m, b.y_m), mix(a.z_m, b.z_m), cov, 0.0)
