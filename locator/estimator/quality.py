"""What the filter's own covariance leaves out: systematic range errors, the assumed height, the geometry.

The filter's covariance shrinks with every range although the errors near steel do not average out; the published one
is P + (Σ hhᵀ/σ_sys²)⁻¹ over the anchors heard lately, plus what a wrong height does to the plan position.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from locator.estimator.compiled import compiled
from locator.estimator.layout import (
    BIAS_SIGMA_M,
    BIAS_TAU_S,
    CLEAR_COST,
    HEARD,
    HEARD_SIZE,
    HEARD_SLOTS,
    HEIGHT,
    SURROUNDED,
    TIME,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

WINDOW_S = 1.0
NEAR_LINE_M = 0.5
"""So near the line the mirror image is as good an answer."""
USUAL_SIGMA_M = 0.1
FORGET_S = 2.0
FARTHEST_FLOOR_M = 5.0
G_XX, G_XY, G_YY, G_HDOP, G_COUNT = range(5)


@compiled
def hear(s: NDArray[np.float64], anchor: float, t: float, floor: float) -> None:
    """Remember that an anchor's range was used at time t, and its floor; the one silent for longest makes room."""
    slot = HEARD
    oldest = math.inf
    for k in range(HEARD_SLOTS):
        at = HEARD + HEARD_SIZE * k
        if s[at] == anchor:
            s[at + 1] = t
            s[at + 2] = floor
            return
        if s[at + 1] < oldest:
            oldest = s[at + 1]
            slot = at
    s[slot] = anchor
    s[slot + 3] = 0.0
    s[slot + 4] = BIAS_SIGMA_M * BIAS_SIGMA_M
    s[slot + 1] = t
    s[slot + 2] = floor


@compiled
def bias_slot(s: NDArray[np.float64], m: NDArray[np.float64], t: float) -> int:
    """Where the bias of an uncalibrated range's anchor stands, brought forward to time t; −1 for none.

    Gauss–Markov: the bias forgets itself within tens of seconds, as the tag walks on and other steel stands between.
    """
    if s[SURROUNDED] == 0.0 or m[1] != 0.0 or m[3] == 0.0:
        return -1
    for k in range(HEARD_SLOTS):
        at = HEARD + HEARD_SIZE * k
        if s[at] == m[2]:
            keep = math.exp(-max(t - s[at + 1], 0.0) / BIAS_TAU_S)
            s[at + 3] *= keep
            s[at + 4] = keep * keep * s[at + 4] + (1.0 - keep * keep) * BIAS_SIGMA_M * BIAS_SIGMA_M
            return int(at + 3)
    return -1


@compiled
def geometry(
    s: NDArray[np.float64], x: float, y: float, anchors: NDArray[np.float64], sigma_z: float, out: NDArray[np.float64]
) -> None:
    """Floor covariance, horizontal dilution of precision and number of anchors heard within a second.

    Args:
        s: the row.
        x: east, metres.
        y: north, metres.
        anchors: (k, ≥ 3) east, north, up, metres.
        sigma_z: standard deviation of the assumed height, metres.
        out: (5,) floor xx, xy, yy in m², HDOP, count.
    """
    a, b, c = 1.0 / FARTHEST_FLOOR_M**2, 0.0, 1.0 / FARTHEST_FLOOR_M**2
    ga, gb, gc = 0.0, 0.0, 0.0
    zx, zy = 0.0, 0.0
    count = 0.0
    for k in range(HEARD_SLOTS):
        at = HEARD + HEARD_SIZE * k
        if s[at] < 0.0:
            continue
        i = int(s[at])
        age = s[TIME] - s[at + 1]
        if age > 10.0 * FORGET_S:
            continue
        dx, dy, dz = x - anchors[i, 0], y - anchors[i, 1], s[HEIGHT] - anchors[i, 2]
        d = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1e-3)
        hx, hy, hz = dx / d, dy / d, dz / d
        w = math.exp(-2.0 * age / FORGET_S) / (s[at + 2] * s[at + 2])
        a += w * hx * hx
        b += w * hx * hy
        c += w * hy * hy
        zx += w * hx * hz
        zy += w * hy * hz
        if age <= WINDOW_S:
            count += 1.0
            ga += hx * hx
            gb += hx * hy
            gc += hy * hy
    det = a * c - b * b
    xx, xy, yy = c / det, -b / det, a / det
    # A height wrong by sigma_z shifts the plan position by N⁻¹ Σ w h h_z.
    jx = (xx * zx + xy * zy) * sigma_z
    jy = (xy * zx + yy * zy) * sigma_z
    out[0] = xx + jx * jx
    out[1] = xy + jx * jy
    out[2] = yy + jy * jy
    det = ga * gc - gb * gb
    out[3] = math.sqrt((ga + gc) / det) if det > 1e-9 else np.inf
    out[4] = count


@compiled
def mirrored(s: NDArray[np.float64], x: float, y: float, anchors: NDArray[np.float64]) -> bool:
    """Whether the anchors heard within a second cannot tell (x, y) from its mirror image.

    They stand nearly in one line then, and a person who walked through the line may be followed on the wrong side of
    it with a small covariance.
    """
    n, ax, ay = 0.0, 0.0, 0.0
    for k in range(HEARD_SLOTS):
        at = HEARD + HEARD_SIZE * k
        if s[at] >= 0.0 and s[TIME] - s[at + 1] <= WINDOW_S:
            n += 1.0
            ax += anchors[int(s[at]), 0]
            ay += anchors[int(s[at]), 1]
    if n < 2.0:
        return True
    ax /= n
    ay /= n
    xx, xy, yy = 0.0, 0.0, 0.0
    for k in range(HEARD_SLOTS):
        at = HEARD + HEARD_SIZE * k
        if s[at] >= 0.0 and s[TIME] - s[at + 1] <= WINDOW_S:
            dx, dy = anchors[int(s[at]), 0] - ax, anchors[int(s[at]), 1] - ay
            xx += dx * dx
            xy += dx * dy
            yy += dy * dy
    angle = 0.5 * math.atan2(2.0 * xy, xx - yy)
    nx, ny = -math.sin(angle), math.cos(angle)
    off = (x - ax) * nx + (y - ay) * ny
    if abs(off) < NEAR_LINE_M:
        return False
    cost = 0.0
    for k in range(HEARD_SLOTS):
        at = HEARD + HEARD_SIZE * k
        if s[at] >= 0.0 and s[TIME] - s[at + 1] <= WINDOW_S:
            i = int(s[at])
            dx, dy = x - anchors[i, 0], y - anchors[i, 1]
            beside = (anchors[i, 0] - ax) * nx + (anchors[i, 1] - ay) * ny
            d = max(math.sqrt(dx * dx + dy * dy), 1.0)
            longer = 2.0 * off * beside / d
            cost += math.log1p(longer * longer / (4.0 * (USUAL_SIGMA_M**2 + s[at + 2] * s[at + 2])))
    return cost < CLEAR_COST
