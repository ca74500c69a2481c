"""What may be wrong with measurements: contradictions, stale and frozen vectors, a filter that is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from locator.estimator import layout as at
from locator.estimator.compiled import compiled
from locator.estimator.motion import observe, variance_along

if TYPE_CHECKING:
    from numpy.typing import NDArray

CV, GATE_NIS, SUSPECT_NIS = at.CV, at.GATE_NIS, at.SUSPECT_NIS
WATCH_BITS, WATCH_COUNT, WATCH_WINDOW = at.WATCH_BITS, at.WATCH_COUNT, at.WATCH_WINDOW
SAME_COUNT, PRINTS, PRINT_SLOTS, PRINT_NEXT = at.SAME_COUNT, at.PRINTS, at.PRINT_SLOTS, at.PRINT_NEXT


@compiled
def watch(s: NDArray[np.float64], suspect: bool) -> None:
    """Note whether the newest scalar was beyond three sigma."""
    bits = (int(s[WATCH_BITS]) << 1) & ((1 << WATCH_WINDOW) - 1)
    s[WATCH_BITS] = float(bits | 1) if suspect else float(bits)
    s[WATCH_COUNT] = min(s[WATCH_COUNT] + 1.0, float(WATCH_WINDOW))


@compiled
def alarmed(s: NDArray[np.float64]) -> bool:
    """The watchdog: whether so many of the last scalars were suspect that the filter is probably lost."""
    bits = int(s[WATCH_BITS])
    suspects = 0
    while bits:
        suspects += bits & 1
        bits >>= 1
    # More than half of a full window, or everything of the first few: a wrong start shows at once.
    return suspects * 2 > WATCH_WINDOW or (s[WATCH_COUNT] >= 6.0 and suspects >= s[WATCH_COUNT])


@compiled
def fingerprint(ms: NDArray[np.float64], lo: int, hi: int) -> float:
    """A number that equal range vectors share; 0 for vectors too short to be told from chance."""
    if hi - lo < 3:
        return 0.0
    total = 0.0
    for k in range(lo, hi):
        total += ms[k, 4] * (1.0 + 0.6180339887498949 * (ms[k, 2] + 1.0)) + ms[k, 2]
    return total


@compiled
def seen_before(s: NDArray[np.float64], finger: float) -> bool:
    """Whether this vector came before; remembers it, and counts how often it came in a row."""
    if finger == 0.0:
        s[SAME_COUNT] = 0.0
        return False
    newest = PRINTS + (int(s[PRINT_NEXT]) + PRINT_SLOTS - 1) % PRINT_SLOTS
    if s[newest] == finger:
        s[SAME_COUNT] += 1.0
        return True
    s[SAME_COUNT] = 0.0
    known = False
    for k in range(PRINT_SLOTS):
        known = known or s[PRINTS + k] == finger
    s[PRINTS + int(s[PRINT_NEXT])] = finger
    s[PRINT_NEXT] = (s[PRINT_NEXT] + 1.0) % PRINT_SLOTS
    return known


@compiled
def noise(m: NDArray[np.float64], h: NDArray[np.float64], sigma_z: float) -> float:
    """Variance of a scalar: its noise, half its wandering bias, and the height nobody measured."""
    return float(m[5] * m[5] + 0.25 * m[6] * m[6] + (h[3] * sigma_z) ** 2)


@compiled
def disagrees(
    s: NDArray[np.float64], ms: NDArray[np.float64], lo: int, hi: int, anchors: NDArray[np.float64], sigma_z: float
) -> bool:
    """Whether any scalar of the epoch is further than three sigma from the prediction."""
    h = np.empty(4)
    for k in range(lo, hi):
        observe(s[CV], s[CV + 1], ms[k], anchors, h)
        innovation = ms[k, 4] - h[0]
        total = variance_along(s, CV, h[1], h[2]) + noise(ms[k], h, sigma_z)
        if innovation * innovation > SUSPECT_NIS * total:
            return True
    return False


@compiled
def doubt(
    s: NDArray[np.float64],
    ms: NDArray[np.float64],
    lo: int,
    hi: int,
    anchors: NDArray[np.float64],
    sigma_z: float,
    doubted: NDArray[np.bool_],
) -> None:
    """Mark scalars that contradict the others of the epoch although a loose prediction lets them pass the gate.

    A tag heard once a second may have gone anywhere, so one range that is metres too long would drag it along.
    Iterated reweighted least squares with the prediction as one more statement; Geman–McClure weights.
    """
    n = hi - lo
    doubted[:n] = False
    if n < 4:
        return
    h = np.empty(4)
    loose = False
    for k in range(lo, hi):
        observe(s[CV], s[CV + 1], ms[k], anchors, h)
        innovation = ms[k, 4] - h[0]
        loose = loose or innovation * innovation > GATE_NIS * noise(ms[k], h, sigma_z)
    if not loose:
        return
    xx, xy, yy = s[CV + 4], s[CV + 5], s[CV + 8]
    det = xx * yy - xy * xy
    ia, ib, ic = yy / det, -xy / det, xx / det
    x, y = s[CV], s[CV + 1]
    for _ in range(8):
        a, b, c = ia, ib, ic
        g0 = ia * (s[CV] - x) + ib * (s[CV + 1] - y)
        g1 = ib * (s[CV] - x) + ic * (s[CV + 1] - y)
        for k in range(lo, hi):
            observe(x, y, ms[k], anchors, h)
            r = noise(ms[k], h, sigma_z)
            away = ms[k, 4] - h[0]
            w = 1.0 / (1.0 + away * away / (9.0 * r)) ** 2 / r
            a += w * h[1] * h[1]
            b += w * h[1] * h[2]
            c += w * h[2] * h[2]
            g0 += w * h[1] * away
            g1 += w * h[2] * away
        det = a * c - b * b
        x += (c * g0 - b * g1) / det
        y += (a * g1 - b * g0) / det
    against = 0
    for k in range(lo, hi):
        observe(x, y, ms[k], anchors, h)
        away = ms[k, 4] - h[0]
        doubted[k - lo] = away * away > GATE_NIS * noise(ms[k], h, sigma_z)
        if doubted[k - lo]:
            against += 1
    if n - against < 3:
        doubted[:n] = False
