"""Compile every kernel, or load it compiled, before the first message needs it: `python -m twin.warm`."""

from __future__ import annotations

import numpy as np
from shapely import box

from gis.frames import SiteFrame
from gis.plant import Fence, FencePurpose, Names
from gis.time import NS_PER_S
from locator.warm import warm_up
from twin.core.fences import prisms_at
from twin.core.membership import Membership, moved
from twin.core.movements import Movements

_PLACE = (120.0, 30.0)
_LONG_AGO_NS = 10**18
_WEST = np.array([[-5.0, 5.0, 1.2]])


def warm_core() -> int:
    """Decide about movements into a fence and right through it; returns how many crossings came of them."""
    frame = SiteFrame(*_PLACE)
    fence = Fence(
        code="WARM",
        names=Names(zh="预热", en="warm-up"),
        geometry=frame.shape_to_lonlat(box(0.0, 0.0, 10.0, 10.0)),
        purpose=FencePurpose.INFORMATION,
        valid_from=_LONG_AGO_NS,
        confirm_fixes=1,
    )
    prisms = prisms_at([fence], frame, _LONG_AGO_NS, margin_m=1.0, margin_z_m=0.5)
    membership, before, crossings = Membership(), _WEST, 0
    one, cov, sigma_z, path = np.zeros(1, np.int64), np.array([[0.1, 0.0, 0.1]]), np.full(1, 0.2), np.ones(1, bool)
    for second in (1, 2):
        t_ns, there = one + _LONG_AGO_NS + second * NS_PER_S, np.array([[4.0 + second, 5.0, 1.2]])
        moves = Movements(one, t_ns, there, cov, sigma_z, t_ns - NS_PER_S, before, cov, sigma_z, path)
        membership, found = moved(membership, prisms, moves)
        before, crossings = there, crossings + len(found)
    through = Movements(
        one + 1, t_ns, np.array([[15.0, 5.0, 1.2]]), cov, sigma_z, t_ns - NS_PER_S, _WEST, cov, sigma_z, path
    )
    return crossings + len(moved(membership, prisms, through)[1])


if __name__ == "__main__":
    warm_up()
    warm_core()
