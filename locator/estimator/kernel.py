"""One call over many epochs of many tags: the compiled heart of the locator.

An epoch is one message: a tag, a time, some scalars. Epochs come sorted by row and time. Late ones, up to a second
behind the tag's newest, are put in their place: the row goes back to a checkpoint and its remembered scalars run again.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from locator.estimator import layout as at
from locator.estimator.compiled import compiled
from locator.estimator.modes import mix, predict_modes, start, update_mode, weigh
from locator.estimator.motion import observe, place, predict_constant, update, variance_along
from locator.estimator.multilateration import RESULT_SIZE, robust_cost, solve, surmise
from locator.estimator.quality import geometry, hear

if TYPE_CHECKING:
    from numpy.typing import NDArray

CV, IMM, MODE, TIME, STARTED = at.CV, at.IMM, at.MODE, at.TIME, at.STARTED
WATCH_BITS, WATCH_COUNT, WATCH_WINDOW = at.WATCH_BITS, at.WATCH_COUNT, at.WATCH_WINDOW
SAME_COUNT, RESTART_TIME, HEIGHT = at.SAME_COUNT, at.RESTART_TIME, at.HEIGHT
PRINTS, PRINT_SLOTS, PRINT_NEXT, FROZEN_AFTER = at.PRINTS, at.PRINT_SLOTS, at.PRINT_NEXT, at.FROZEN_AFTER
GATE_NIS, SUSPECT_NIS, STUDENT_DOF = at.GATE_NIS, at.SUSPECT_NIS, at.STUDENT_DOF
LONGEST_GAP_S, WALK_MPS, MODE_STAY_S = at.LONGEST_GAP_S, at.WALK_MPS, at.MODE_STAY_S
RING, CHECKPOINTS, CHECKPOINT_EVERY_S, ROLL_BACK_S = at.RING, at.CHECKPOINTS, at.CHECKPOINT_EVERY_S, at.ROLL_BACK_S
FRESH, STALE, TOO_LATE = 0, 1, 2


@compiled
def _recent(ring: NDArray[np.float64], count: int, now: float, ms: NDArray[np.float64]) -> int:
    """Copy the scalars of the last second up to now, oldest first; returns how many."""
    n = 0
    for k in range(count):
        if now - 1.0 <= ring[k, 0] <= now:
            ms[n] = ring[k]
            n += 1
    return n


@compiled
def _distinct(ms: NDArray[np.float64], n: int) -> int:
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
def _watch(s: NDArray[np.float64], suspect: bool) -> None:
    bits = (int(s[WATCH_BITS]) << 1) & ((1 << WATCH_WINDOW) - 1)
    s[WATCH_BITS] = float(bits | 1) if suspect else float(bits)
    s[WATCH_COUNT] = min(s[WATCH_COUNT] + 1.0, float(WATCH_WINDOW))


@compiled
def _alarmed(s: NDArray[np.float64]) -> bool:
    bits = int(s[WATCH_BITS])
    suspects = 0
    while bits:
        suspects += bits & 1
        bits >>= 1
    # More than half of a full window, or everything of the first few: a wrong start shows at once.
    return suspects * 2 > WATCH_WINDOW or (s[WATCH_COUNT] >= 6.0 and suspects >= s[WATCH_COUNT])


@compiled
def _fingerprint(ms: NDArray[np.float64], lo: int, hi: int) -> float:
    """A number that equal range vectors share; 0 for vectors too short to be told from chance."""
    if hi - lo < 3:
        return 0.0
    total = 0.0
    for k in range(lo, hi):
        total += ms[k, 4] * (1.0 + 0.6180339887498949 * (ms[k, 2] + 1.0)) + ms[k, 2]
    return total


@compiled
def _seen_before(s: NDArray[np.float64], finger: float) -> bool:
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
def _noise(m: NDArray[np.float64], h: NDArray[np.float64], sigma_z: float) -> float:
    """Variance of a scalar: its noise, half its wandering bias, and the height nobody measured."""
    return float(m[5] * m[5] + 0.25 * m[6] * m[6] + (h[3] * sigma_z) ** 2)


@compiled
def _disagrees(
    s: NDArray[np.float64], ms: NDArray[np.float64], lo: int, hi: int, anchors: NDArray[np.float64], sigma_z: float
) -> bool:
    """Whether any scalar of the epoch is further than three sigma from the prediction."""
    h = np.empty(4)
    for k in range(lo, hi):
        observe(s[CV], s[CV + 1], ms[k], anchors, h)
        innovation = ms[k, 4] - h[0]
        total = variance_along(s, CV, h[1], h[2]) + _noise(ms[k], h, sigma_z)
        if innovation * innovation > SUSPECT_NIS * total:
            return True
    return False


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
) -> int:
    """Fold the scalars of one epoch into the row already predicted to t; returns how many were believed."""
    h = np.empty(4)
    likelihood = np.zeros(3)
    believed = 0
    for k in range(lo, hi):
        m = ms[k]
        observe(s[CV], s[CV + 1], m, anchors, h)
        r = _noise(m, h, sigma_z)
        innovation = m[4] - h[0]
        nis = innovation * innovation / (variance_along(s, CV, h[1], h[2]) + r)
        _watch(s, nis > SUSPECT_NIS)
        if nis > GATE_NIS:
            continue
        r *= max((STUDENT_DOF + nis) / (STUDENT_DOF + 1.0), 1.0)
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
                likelihood[j] += update_mode(s, o, h[1], h[2], m[4] - h[0], r)
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
def _try_restart(
    s: NDArray[np.float64],
    ring: NDArray[np.float64],
    count: int,
    t: float,
    anchors: NDArray[np.float64],
    ms: NDArray[np.float64],
    result: NDArray[np.float64],
) -> bool:
    """Begin again from the last second's scalars if that explains them clearly better than the present state."""
    n = _recent(ring, count, t, ms)
    if _distinct(ms, n) < 3:
        return False
    solve(ms, n, t, anchors, result)
    present = robust_cost(s[CV], s[CV + 1], ms, n, t, anchors)
    if result[5] < 0.6 * present and result[6] > 1.2 * result[5]:
        _begin(s, result, t)
        s[RESTART_TIME] = t
        return True
    # The present place is as good as any: only let it move more easily.
    s[WATCH_BITS] = 0.0
    s[WATCH_COUNT] = 0.0
    s[CV + 4] += 0.04
    s[CV + 8] += 0.04
    return False


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
        if floor[4] < 3.0:
            reasons |= at.FEW_ANCHORS
        elif floor[3] > 4.0:
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
def _report_place(
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
def _assumptions(ms: NDArray[np.float64], lo: int, hi: int, sigma_z: float) -> int:
    """Reasons that lie in what was measured, not in how well it fits."""
    reasons = 0
    for k in range(lo, hi):
        if ms[k, 1] != 2.0 and sigma_z > 0.0:
            reasons |= at.HEIGHT_ASSUMED
        if ms[k, 6] > 0.1:
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
def _start(
    s: NDArray[np.float64],
    t: float,
    anchors: NDArray[np.float64],
    sigma_z: float,
    ring: NDArray[np.float64],
    count: int,
    linear: float,
    reasons: int,
    recent: NDArray[np.float64],
    result: NDArray[np.float64],
    out: NDArray[np.float64],
) -> bool:
    """Begin from the last second's scalars. True when the epoch is done with, its result written to out."""
    n = _recent(ring, count, t, recent)
    distinct = _distinct(recent, n)
    enough = distinct >= 3 or linear > 0.0
    if enough:
        solve(recent, n, t, anchors, result)
    if enough and (linear > 0.0 or result[6] > result[5] + 2.0):
        _begin(s, result, t)
        for k in range(n):
            if recent[k, 1] == 0.0:
                hear(s, recent[k, 2], recent[k, 0], recent[k, 6])
        _report(s, anchors, sigma_z, linear, reasons, n, out)
        return True
    if s[STARTED] == 1.0:
        return False
    s[TIME] = t
    if not enough:
        surmise(recent, n, t, anchors, result)
    _report_place(s, result, distinct, reasons | (at.POOR_GEOMETRY if enough else at.FEW_ANCHORS), out)
    return True


@compiled
def _advance(
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
    out: NDArray[np.float64],
) -> None:
    """One epoch in its turn: begin, or predict, fold, watch; then report."""
    q, sigma_z = parameters[0], parameters[1]
    s[HEIGHT] = ms[lo, 7]
    linear = _position_floor(ms, lo, hi)
    reasons = _assumptions(ms, lo, hi, sigma_z)
    blank = s[STARTED] == 0.0 or t - s[TIME] > LONGEST_GAP_S
    if blank and _start(s, t, anchors, sigma_z, ring, count, linear, reasons, recent, result, out):
        return
    _predict(s, t, q, True, scratch)
    believed = 0
    if _seen_before(s, _fingerprint(ms, lo, hi)) and _disagrees(s, ms, lo, hi, anchors, sigma_z):
        for _ in range(lo, hi):
            _watch(s, True)
    else:
        believed = _fold(s, ms, lo, hi, t, anchors, sigma_z, True)
    if s[SAME_COUNT] >= FROZEN_AFTER:
        reasons |= at.FROZEN
    if _alarmed(s):
        _try_restart(s, ring, count, t, anchors, recent, result)
    if s[RESTART_TIME] > 0.0 and t - s[RESTART_TIME] < 0.5:
        reasons |= at.REINITIALISED
    if 2 * believed < hi - lo:
        reasons |= at.OUTLIERS
    _report(s, anchors, sigma_z, linear, reasons, believed, out)


@compiled
def _remember(
    ring: NDArray[np.float64], meta: NDArray[np.float64], ms: NDArray[np.float64], lo: int, hi: int, t: float
) -> None:
    """Insert an epoch's scalars into the ring by time; the oldest make room. meta = count, newest time lost."""
    n = hi - lo
    count = int(meta[0])
    if count + n > RING:
        drop = min(count, max(count + n - RING, RING // 4))
        meta[1] = ring[drop - 1, 0]
        for k in range(count - drop):
            ring[k] = ring[k + drop]
        count -= drop
    place_at = count
    while place_at > 0 and ring[place_at - 1, 0] > t:
        place_at -= 1
    for k in range(count - 1, place_at - 1, -1):
        ring[k + n] = ring[k]
    for k in range(n):
        ring[place_at + k] = ms[lo + k]
    meta[0] = count + n


@compiled
def _keep(checkpoints: NDArray[np.float64], s: NDArray[np.float64]) -> None:
    """Keep a checkpoint of the row if the newest one is old enough. Newest first; infinite time: none."""
    newest = checkpoints[0, TIME]
    if newest != np.inf and s[TIME] - newest < CHECKPOINT_EVERY_S:
        return
    for k in range(CHECKPOINTS - 1, 0, -1):
        checkpoints[k] = checkpoints[k - 1]
    checkpoints[0] = s


@compiled
def _rewind(checkpoints: NDArray[np.float64], meta: NDArray[np.float64], t: float) -> int:
    """The newest checkpoint before t whose scalars since are all remembered, or −1."""
    for k in range(CHECKPOINTS):
        if checkpoints[k, TIME] < t:
            return k if checkpoints[k, TIME] >= meta[1] else -1
    return -1


@compiled
def _alone(
    s: NDArray[np.float64],
    ms: NDArray[np.float64],
    lo: int,
    hi: int,
    t: float,
    anchors: NDArray[np.float64],
    recent: NDArray[np.float64],
    result: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """A place from one late epoch by itself, for the history."""
    n = min(hi - lo, RING)
    for k in range(n):
        recent[k] = ms[lo + k]
    height = s[HEIGHT]
    s[HEIGHT] = ms[lo, 7]
    distinct = _distinct(recent, n)
    if distinct >= 3 or ms[lo, 1] == 2.0:
        solve(recent, n, t, anchors, result)
        _report_place(s, result, distinct, at.LATE, out)
    else:
        result[:] = 0.0
        _report_place(s, result, distinct, at.LATE | at.FEW_ANCHORS, out)
        out[at.O_STATUS] = at.LOST
    s[HEIGHT] = height


@compiled
def _replay(
    s: NDArray[np.float64],
    back: int,
    t: float,
    anchors: NDArray[np.float64],
    parameters: NDArray[np.float64],
    ring: NDArray[np.float64],
    count: int,
    checkpoints: NDArray[np.float64],
    recent: NDArray[np.float64],
    result: NDArray[np.float64],
    scratch: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Go back to a checkpoint and run the remembered scalars again; out gets the epoch at time t."""
    spare = np.empty(at.OUT_SIZE)
    s[:] = checkpoints[back]
    # The checkpoints after the late epoch are void; the replay makes them again.
    for k in range(CHECKPOINTS):
        if k + back < CHECKPOINTS:
            checkpoints[k] = checkpoints[k + back]
        else:
            checkpoints[k, TIME] = np.inf
    k = 0
    while k < count and ring[k, 0] <= s[TIME]:
        k += 1
    while k < count:
        end = k + 1
        while end < count and ring[end, 0] == ring[k, 0]:
            end += 1
        now = ring[k, 0]
        _keep(checkpoints, s)
        one = out if now == t else spare
        _advance(s, ring, k, end, now, anchors, parameters, ring, end, recent, result, scratch, one)
        k = end


@compiled
def run(
    rows: NDArray[np.int64],
    times: NDArray[np.float64],
    starts: NDArray[np.int64],
    ms: NDArray[np.float64],
    state: NDArray[np.float64],
    parameters: NDArray[np.float64],
    rings: NDArray[np.float64],
    metas: NDArray[np.float64],
    checkpoints: NDArray[np.float64],
    anchors: NDArray[np.float64],
    out: NDArray[np.float64],
    verdict: NDArray[np.int64],
    track: NDArray[np.float64],
) -> None:
    """Run n epochs through their tags' filters.

    Args:
        rows: (n,) row of each epoch's tag.
        times: (n,) seconds.
        starts: (n + 1,) where each epoch's scalars begin in ms.
        ms: (m, SCALAR_SIZE) scalars; every epoch has at least one and at most RING / 2.
        state: (tags, ROW_SIZE).
        parameters: (tags, PARAMETER_SIZE).
        rings: (tags, RING, SCALAR_SIZE) remembered scalars.
        metas: (tags, 2) count of them, newest time forgotten.
        checkpoints: (tags, CHECKPOINTS, ROW_SIZE).
        anchors: (k, 4) east, north, up, systematic sigma, metres.
        out: (n, OUT_SIZE) results.
        verdict: (n,) FRESH, STALE (late, put in its place) or TOO_LATE (not folded; out holds a place by itself where
            three anchors allow one, else its status is LOST).
        track: (n, MODEL_SIZE) the main filter after each epoch, zero where there is none; (0, …) if not wanted.
    """
    recent = np.empty((RING, 8))
    result = np.empty(RESULT_SIZE)
    scratch = np.empty(64)
    for e in range(len(rows)):
        row, t, lo, hi = rows[e], times[e], starts[e], starts[e + 1]
        s, ring, meta, marks, fixed = state[row], rings[row], metas[row], checkpoints[row], parameters[row]
        if s[TIME] <= t:
            _keep(marks, s)
            _remember(ring, meta, ms, lo, hi, t)
            verdict[e] = FRESH
            _advance(s, ms, lo, hi, t, anchors, fixed, ring, int(meta[0]), recent, result, scratch, out[e])
            if len(track) > 0 and s[STARTED] == 1.0:
                track[e] = s[CV : CV + at.MODEL_SIZE]
            continue
        back = _rewind(marks, meta, t) if s[TIME] - t <= ROLL_BACK_S else -1
        if back < 0:
            verdict[e] = TOO_LATE
            _alone(s, ms, lo, hi, t, anchors, recent, result, out[e])
            continue
        verdict[e] = STALE
        _remember(ring, meta, ms, lo, hi, t)
        _replay(s, back, t, anchors, fixed, ring, int(meta[0]), marks, recent, result, scratch, out[e])
        out[e, at.O_REASONS] += at.LATE
