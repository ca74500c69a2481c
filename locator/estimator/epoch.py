"""One epoch of one tag: begin, or predict, fold, watch; then say what is known and how well."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from locator.estimator import layout as at
from locator.estimator.compiled import compiled
from locator.estimator.modes import mix, predict_modes, start, update_mode, weigh
from locator.estimator.motion import observe, place, predict_constant, update, variance_along
from locator.estimator.multilateration import robust_cost, solve, surmise
from locator.estimator.quality import bias_slot, geometry, hear, mirrored
from locator.estimator.suspicion import alarmed, disagrees, doubt, fingerprint, noise, seen_before, watch

if TYPE_CHECKING:
    from numpy.typing import NDArray

CV, IMM, MODE, TIME, STARTED = at.CV, at.IMM, at.MODE, at.TIME, at.STARTED
WATCH_BITS, WATCH_COUNT = at.WATCH_BITS, at.WATCH_COUNT
SAME_COUNT, RESTART_TIME, HEIGHT, FROZEN_AFTER = at.SAME_COUNT, at.RESTART_TIME, at.HEIGHT, at.FROZEN_AFTER
GATE_NIS, SUSPECT_NIS, STUDENT_DOF = at.GATE_NIS, at.SUSPECT_NIS, at.STUDENT_DOF
LONGEST_GAP_S, WALK_MPS, MODE_STAY_S = at.LONGEST_GAP_S, at.WALK_MPS, at.MODE_STAY_S


@compiled
def recent_scalars(ring: NDArray[np.float64], count: int, now: float, ms: NDArray[np.float64]) -> int:
    """Copy the scalars of the last second up to now, oldest first; returns how many."""
    n = 0
    for k in range(count):
        if now - 1.0 <= ring[k, 0] <= now:
            ms[n] = ring[k]
            n += 1
    return n


@compiled
def distinct_statements(ms: NDArray[np.float64], n: int) -> int:
    """How many independent statements about the plan position n scalars make: anchors, pairs, or coordinates."""
    found = 0
    for k in range(n):
        new = True
        for j in range(k):
            if ms[j, 1] == ms[k, 1] and ms[j, 2] == ms[k, 2] and ms[j, 3] == ms[k, 3]:
                new = False
        if new:
            found += 2 if ms[k, 1] == 2.0 else 1
    return found


@compiled
def _begin(s: NDArray[np.float64], result: NDArray[np.float64], t: float) -> None:
    speed = WALK_MPS * WALK_MPS
    place(s, CV, result[0], result[1], result[2], result[3], result[4], speed)
    start(s, IMM, MODE, result[0], result[1], result[2], result[3], result[4])
    s[TIME] = t
    s[STARTED] = 1.0
    s[WATCH_BITS] = 0.0
    s[WATCH_COUNT] = 0.0


@compiled
def _fold(
    s: NDArray[np.float64],
    ms: NDArray[np.float64],
    lo: int,
    hi: int,
    t: float,
    anchors: NDArray[np.float64],
    sigma_z: float,
    modes: bool,
    misses: NDArray[np.float64],
) -> int:
    """Fold the scalars of one epoch into the row already predicted to t; returns how many were believed."""
    h = np.empty(4)
    likelihood = np.zeros(3)
    believed = 0
    doubted = np.empty(hi - lo, np.bool_)
    doubt(s, ms, lo, hi, anchors, sigma_z, doubted)
    for k in range(lo, hi):
        m = ms[k]
        observe(s[CV], s[CV + 1], m, anchors, h)
        r = noise(m, h, sigma_z)
        innovation = m[4] - h[0]
        expected = variance_along(s, CV, h[1], h[2])
        misses[k, 0] = innovation
        misses[k, 1] = expected
        slot = bias_slot(s, m, t)
        bias = 0.0
        if slot >= 0:
            bias = s[slot]
            innovation -= bias
            r += s[slot + 1]
        nis = innovation * innovation / (expected + r)
        watch(s, nis > SUSPECT_NIS or doubted[k - lo])
        if nis > GATE_NIS or doubted[k - lo]:
            continue
        r *= max((STUDENT_DOF + nis) / (STUDENT_DOF + 1.0), 1.0)
        if slot >= 0:
            gain = s[slot + 1] / (expected + r)
            s[slot] += gain * innovation
            s[slot + 1] *= 1.0 - gain
        update(s, CV, h[1], h[2], innovation, r)
        believed += 1
        if m[1] == 0.0:
            hear(s, m[2], t, m[6])
        elif m[1] == 1.0:
            hear(s, m[2], t, m[6])
            hear(s, m[3], t, m[6])
        if modes:
            for j in range(3):
                o = IMM + j * 14
                observe(s[o], s[o + 1], m, anchors, h)
                likelihood[j] += update_mode(s, o, h[1], h[2], m[4] - bias - h[0], r)
    if modes and believed > 0:
        weigh(s, MODE, likelihood)
    return believed


@compiled
def _predict(s: NDArray[np.float64], t: float, q: float, modes: bool, scratch: NDArray[np.float64]) -> None:
    dt = t - s[TIME]
    if dt <= 0.0:
        return
    if dt > LONGEST_GAP_S:
        # Nobody knows the speed after so long: the place spreads as fast as a person walks.
        spread = (WALK_MPS * dt) ** 2
        place(s, CV, s[CV], s[CV + 1], s[CV + 4] + spread, s[CV + 5], s[CV + 8] + spread, WALK_MPS * WALK_MPS)
        start(s, IMM, MODE, s[CV], s[CV + 1], s[CV + 4], s[CV + 5], s[CV + 8])
    else:
        predict_constant(s, CV, dt, q)
        if modes:
            mix(s, IMM, MODE, 1.0 - 0.6666666666666666 * (1.0 - math.exp(-1.5 * dt / MODE_STAY_S)), scratch)
            predict_modes(s, IMM, dt, q)
    s[TIME] = t


@compiled
def try_restart(
    s: NDArray[np.float64],
    ring: NDArray[np.float64],
    count: int,
    t: float,
    anchors: NDArray[np.float64],
    ms: NDArray[np.float64],
    result: NDArray[np.float64],
) -> bool:
    """Begin again from the last second's scalars if that explains them clearly better than the present state."""
    n = recent_scalars(ring, count, t, ms)
    if distinct_statements(ms, n) < 3:
        return False
    solve(ms, n, t, anchors, result)
    present = robust_cost(s[CV], s[CV + 1], ms, n, t, anchors)
    if result[5] < 0.6 * present:
        if result[6] > result[5] + at.CLEAR_COST:
            _begin(s, result, t)
        else:
            # Lost, and two places explain the ranges alike: admit it.
            s[CV + 4] += (2.0 * at.WIDE_M) ** 2
            s[CV + 8] += (2.0 * at.WIDE_M) ** 2
            s[WATCH_BITS] = 0.0
            s[WATCH_COUNT] = 0.0
        s[RESTART_TIME] = t
        return True
    # The present place is as good as any: only let it move more easily.
    s[WATCH_BITS] = 0.0
    s[WATCH_COUNT] = 0.0
    s[CV + 4] += 0.04
    s[CV + 8] += 0.04
    return False


@compiled
def reconsider(
    s: NDArray[np.float64],
    ring: NDArray[np.float64],
    count: int,
    t: float,
    anchors: NDArray[np.float64],
    ms: NDArray[np.float64],
    result: NDArray[np.float64],
) -> bool:
    """After a gated range: begin anew if four anchors together say another place, far better than the present one.

    Anchors nearly in one line cannot tell a place from its mirror image; the first anchor off the line can, and it
    must not be gated for it.
    """
    n = recent_scalars(ring, count, t, ms)
    if distinct_statements(ms, n) < 4:
        return False
    present = robust_cost(s[CV], s[CV + 1], ms, n, t, anchors)
    if present < at.CLEAR_COST:
        return False
    solve(ms, n, t, anchors, result)
    if result[5] > 0.4 * present or result[6] < result[5] + at.CLEAR_COST:
        return False
    _begin(s, result, t)
    s[RESTART_TIME] = t
    return True


@compiled
def _report(
    s: NDArray[np.float64],
    anchors: NDArray[np.float64],
    sigma_z: float,
    linear: float,
    reasons: int,
    believed: int,
    out: NDArray[np.float64],
) -> None:
    """Publish the row: position, covariance with floor, status and reasons."""
    floor = np.zeros(5)
    if linear > 0.0:
        floor[0] = floor[2] = linear * linear
        floor[4] = 0.0
    else:
        geometry(s, s[CV], s[CV + 1], anchors, sigma_z, floor)
        surrounded = floor[4] >= at.BIAS_ANCHORS and floor[3] < at.BIAS_HDOP
        s[at.SURROUNDED] = 1.0 if surrounded else 0.0
        if floor[4] < 3.0:
            reasons |= at.FEW_ANCHORS
        elif floor[3] > 4.0 or mirrored(s, s[CV], s[CV + 1], anchors):
            reasons |= at.POOR_GEOMETRY
    status = at.FIX
    if reasons & (at.FEW_ANCHORS | at.POOR_GEOMETRY | at.FROZEN | at.REINITIALISED | at.OUTLIERS):
        status = at.DEGRADED
    if believed == 0:
        status = at.PREDICTED
        reasons |= at.NO_RANGES
    out[at.O_X] = s[CV]
    out[at.O_Y] = s[CV + 1]
    out[at.O_Z] = s[HEIGHT]
    out[at.O_XX] = s[CV + 4] + floor[0]
    out[at.O_XY] = s[CV + 5] + floor[1]
    out[at.O_YY] = s[CV + 8] + floor[2]
    out[at.O_VX] = s[CV + 2]
    out[at.O_VY] = s[CV + 3]
    out[at.O_SIGMA_Z] = sigma_z
    out[at.O_STILL] = s[MODE]
    out[at.O_STATUS] = status
    out[at.O_REASONS] = reasons
    out[at.O_ANCHORS] = floor[4]
    out[at.O_HDOP] = floor[3]


@compiled
def report_place(
    s: NDArray[np.float64], result: NDArray[np.float64], anchors_heard: int, reasons: int, out: NDArray[np.float64]
) -> None:
    """Publish a place that no filter stands behind yet."""
    out[:] = 0.0
    out[at.O_X] = result[0]
    out[at.O_Y] = result[1]
    out[at.O_Z] = s[HEIGHT]
    out[at.O_XX] = result[2]
    out[at.O_XY] = result[3]
    out[at.O_YY] = result[4]
    out[at.O_SIGMA_Z] = 0.3
    out[at.O_STILL] = 1.0 / 3.0
    out[at.O_STATUS] = at.DEGRADED
    out[at.O_REASONS] = reasons
    out[at.O_ANCHORS] = anchors_heard
    out[at.O_HDOP] = np.inf


@compiled
def assumptions(ms: NDArray[np.float64], lo: int, hi: int, sigma_z: float) -> int:
    """Reasons that lie in what was measured, not in how well it fits."""
    reasons = 0
    for k in range(lo, hi):
        if ms[k, 1] != 2.0 and sigma_z > 0.0:
            reasons |= at.HEIGHT_ASSUMED
        if ms[k, 1] != 2.0 and ms[k, 6] >= at.UNCALIBRATED_M:
            reasons |= at.UNCALIBRATED
    return reasons


@compiled
def _position_floor(ms: NDArray[np.float64], lo: int, hi: int) -> float:
    """Systematic floor of solved positions in the epoch; 0 if there are none."""
    floor = 0.0
    for k in range(lo, hi):
        if ms[k, 1] == 2.0:
            floor = max(floor, ms[k, 6])
    return float(floor)


@compiled
def _wide(s: NDArray[np.float64]) -> bool:
    """Whether the place is so uncertain that ranges no longer are nearly straight across it."""
    xx, xy, yy = s[CV + 4], s[CV + 5], s[CV + 8]
    return bool(0.5 * (xx + yy) + math.sqrt(0.25 * (xx - yy) ** 2 + xy * xy) > at.WIDE_M**2)


@compiled
def _believed(s: NDArray[np.float64], dt: float) -> NDArray[np.float64]:
    """Place and covariance believed before, for `surmise`; a lost tag may have walked on in one direction.

    A walk of unknown direction spreads the place by a speed, not by a diffusion: σ grows with time.
    """
    prior = np.zeros(5)
    if s[STARTED] == 1.0:
        prior[0], prior[1], prior[2], prior[3], prior[4] = s[CV], s[CV + 1], s[CV + 4], s[CV + 5], s[CV + 8]
        sigma = math.sqrt(0.5 * (prior[2] + prior[4]))
        prior[2:] *= ((sigma + 0.5 * WALK_MPS * dt) / sigma) ** 2
    return prior


@compiled
def _start(
    s: NDArray[np.float64],
    ms: NDArray[np.float64],
    lo: int,
    hi: int,
    t: float,
    dt: float,
    anchors: NDArray[np.float64],
    ring: NDArray[np.float64],
    count: int,
    recent: NDArray[np.float64],
    result: NDArray[np.float64],
) -> int:
    """Place the row without linearising; returns reasons.

    From the last second's scalars where they suffice, else from the epoch and what was believed dt seconds before.
    """
    n = recent_scalars(ring, count, t, recent)
    distinct = distinct_statements(recent, n)
    solved = _position_floor(ms, lo, hi) > 0.0
    if distinct >= 3 or solved:
        solve(recent, n, t, anchors, result)
        if solved or result[6] > result[5] + at.CLEAR_COST:
            _begin(s, result, t)
            for k in range(n):
                if recent[k, 1] == 0.0:
                    hear(s, recent[k, 2], recent[k, 0], recent[k, 6])
            return 0
    why = at.POOR_GEOMETRY if distinct >= 3 else at.FEW_ANCHORS
    if ms[lo, 1] == 0.0:
        surmise(ms[lo:hi], hi - lo, t, anchors, _believed(s, dt), result)
        for k in range(lo, hi):
            hear(s, ms[k, 2], t, ms[k, 6])
        _begin(s, result, t)
    elif s[STARTED] == 0.0:
        # Differences alone, too few to solve: somewhere around the anchors.
        a = int(ms[lo, 2])
        result[0], result[1] = anchors[a, 0], anchors[a, 1]
        result[2], result[3], result[4] = at.ANYWHERE_M**2, 0.0, at.ANYWHERE_M**2
        _begin(s, result, t)
    return why


@compiled
def advance(
    s: NDArray[np.float64],
    ms: NDArray[np.float64],
    lo: int,
    hi: int,
    t: float,
    anchors: NDArray[np.float64],
    parameters: NDArray[np.float64],
    ring: NDArray[np.float64],
    count: int,
    recent: NDArray[np.float64],
    result: NDArray[np.float64],
    scratch: NDArray[np.float64],
    misses: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """One epoch in its turn: begin, or predict, fold, watch; then report.

    What each scalar missed the prediction by, and the variance the prediction had, go into misses (hi or more, 2).
    """
    q, sigma_z = parameters[0], parameters[1]
    s[HEIGHT] = ms[lo, 7]
    linear = _position_floor(ms, lo, hi)
    reasons = assumptions(ms, lo, hi, sigma_z)
    dt = 0.0
    if s[STARTED] == 1.0:
        dt = t - s[TIME]
        _predict(s, t, q, True, scratch)
    believed = 0
    if s[STARTED] == 0.0 or _wide(s):
        reasons |= _start(s, ms, lo, hi, t, dt, anchors, ring, count, recent, result)
        believed = hi - lo
    elif seen_before(s, fingerprint(ms, lo, hi)) and disagrees(s, ms, lo, hi, anchors, sigma_z):
        for _ in range(lo, hi):
            watch(s, True)
    else:
        believed = _fold(s, ms, lo, hi, t, anchors, sigma_z, True, misses)
    if s[SAME_COUNT] >= FROZEN_AFTER:
        reasons |= at.FROZEN
    if alarmed(s):
        try_restart(s, ring, count, t, anchors, recent, result)
    elif believed < hi - lo:
        reconsider(s, ring, count, t, anchors, recent, result)
    if s[RESTART_TIME] > 0.0 and t - s[RESTART_TIME] < 0.5:
        reasons |= at.REINITIALISED
    if believed < hi - lo and (believed < 4 or 2 * believed < hi - lo):
        reasons |= at.OUTLIERS
    _report(s, anchors, sigma_z, linear, reasons, believed, out)
