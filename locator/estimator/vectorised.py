"""`kernel.run` without a compiler: ordinary epochs of many tags at once in NumPy, the rare ones one by one.

An epoch is ordinary when its tag is tracked, it comes in order, and nothing about it is suspicious. Everything else
(beginnings, late messages, stale vectors, contradictions, a watchdog that barks) goes through the very functions the
compiler would have compiled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from locator.estimator import columns, kernel
from locator.estimator import layout as at
from locator.estimator.epoch import reconsider, try_restart
from locator.estimator.multilateration import RESULT_SIZE
from locator.estimator.quality import FARTHEST_FLOOR_M, FORGET_S, NEAR_LINE_M, USUAL_SIGMA_M, WINDOW_S
from locator.estimator.suspicion import alarmed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_MODES = slice(at.IMM, at.IMM + at.MODELS * at.MODEL_SIZE)
_CHANCES = slice(at.MODE, at.MODE + at.MODELS)


def run(
    rows: Ints,
    times: Floats,
    starts: Ints,
    ms: Floats,
    state: Floats,
    parameters: Floats,
    rings: Floats,
    metas: Floats,
    checkpoints: Floats,
    anchors: Floats,
    out: Floats,
    verdict: Ints,
    track: Floats,
    misses: Floats,
) -> None:
    """As `kernel.run`: same arguments, same results but for rounding."""
    first = np.concatenate([[True], rows[1:] != rows[:-1]])
    begins = np.flatnonzero(first)
    turn = np.arange(len(rows)) - np.repeat(begins, np.diff(np.append(begins, len(rows))))
    for number in range(int(turn.max()) + 1):
        chosen = np.flatnonzero(turn == number)
        done = _ordinary(
            chosen, rows, times, starts, ms, state, parameters, rings, metas, checkpoints, anchors, out, track, misses
        )
        verdict[chosen[done]] = kernel.FRESH
        for e in chosen[~done].tolist():
            lo, hi = starts[e], starts[e + 1]
            kernel.run(
                rows[e : e + 1],
                times[e : e + 1],
                np.array([0, hi - lo]),
                ms[lo:hi],
                state,
                parameters,
                rings,
                metas,
                checkpoints,
                anchors,
                out[e : e + 1],
                verdict[e : e + 1],
                track[e : e + 1],
                misses[lo:hi],
            )


def _ordinary(
    chosen: Ints,
    rows: Ints,
    times: Floats,
    starts: Ints,
    ms: Floats,
    state: Floats,
    parameters: Floats,
    rings: Floats,
    metas: Floats,
    checkpoints: Floats,
    anchors: Floats,
    out: Floats,
    track: Floats,
    misses: Floats,
) -> Flags:
    """Do what is ordinary among one epoch each of different tags; True where done. The others are untouched."""
    row, t, lo = rows[chosen], times[chosen], starts[chosen]
    n = starts[chosen + 1] - lo
    dt = t - state[row, at.TIME]
    tracked = (state[row, at.STARTED] == 1.0) & (dt >= 0.0) & (dt <= at.LONGEST_GAP_S)
    plain: Flags = np.asarray(tracked & (metas[row, 0] + n <= at.RING), bool)
    width = int(n.max())
    spread = np.minimum(lo[:, None] + np.arange(width), len(ms) - 1)
    m = ms[spread]
    there = np.arange(width) < n[:, None]
    s = state[row].T.copy()
    s[at.HEIGHT] = m[:, 0, at.S_HEIGHT]
    q, sigma_z = parameters[row, at.P_ACCELERATION], parameters[row, at.P_SIGMA_Z]
    columns.predict_constant(s[: at.MODEL_SIZE], np.maximum(np.where(plain, dt, 0.0), 0.0), q)
    plain &= ~_wide(s)
    # Biases that are followed on the way are left to the compiled functions' own text.
    uncalibrated = (there & (m[:, :, at.S_KIND] == at.KIND_RANGE) & (m[:, :, at.S_B] > 0.0)).any(axis=1)
    plain &= ~((s[at.SURROUNDED] > 0.0) & uncalibrated)
    plain &= _unsuspicious(s, m, there, n, sigma_z, anchors)
    if not plain.any():
        return plain
    if not plain.all():
        row, t, lo, n, dt, m, there, s = (
            row[plain],
            t[plain],
            lo[plain],
            n[plain],
            dt[plain],
            m[plain],
            there[plain],
            np.ascontiguousarray(s[:, plain]),
        )
        q, sigma_z = q[plain], sigma_z[plain]
    _keep(checkpoints, state, row)
    _remember(rings, metas, row, m, there, n)
    _predict_modes(s, dt, q)
    s[at.TIME] = t
    _note_prints(s, m, there, n)
    believed = _fold(s, m, there, t, sigma_z, anchors, misses, lo)
    state[row] = s.T
    for k in np.flatnonzero(_many_suspects(s) | (believed < n)).tolist():
        _bark(state, rings, metas, int(row[k]), float(t[k]), anchors)
        s[:, k] = state[row[k]]
    epoch = chosen[plain]
    out[epoch] = _report(s, m, there, n, t, sigma_z, believed, anchors)
    state[row, at.SURROUNDED] = s[at.SURROUNDED]
    if len(track):
        track[epoch] = s[: at.MODEL_SIZE].T
    return plain


def _wide(s: Floats) -> Flags:
    xx, xy, yy = s[4], s[5], s[8]
    return np.asarray(0.5 * (xx + yy) + np.sqrt(0.25 * (xx - yy) ** 2 + xy * xy) > at.WIDE_M**2, bool)


def _noise(m: Floats, hz: Floats, sigma_z: Floats) -> Floats:
    return np.asarray(m[:, at.S_SIGMA] ** 2 + 0.25 * m[:, at.S_SYSTEMATIC] ** 2 + (hz * sigma_z) ** 2, float)


def _prints(m: Floats, there: Flags, n: Ints) -> Floats:
    terms = m[:, :, at.S_VALUE] * (1.0 + 0.6180339887498949 * (m[:, :, at.S_A] + 1.0)) + m[:, :, at.S_A]
    total = np.zeros(len(m))
    for k in range(m.shape[1]):
        # In the order of the compiled sum, so that equal vectors give equal numbers in both.
        total = np.where(there[:, k], total + terms[:, k], total)
    return np.where(n < 3, 0.0, total)


def _unsuspicious(s: Floats, m: Floats, there: Flags, n: Ints, sigma_z: Floats, anchors: Floats) -> Flags:
    """Neither a vector seen before that disagrees, nor a contradiction a loose prediction would let pass."""
    known = (s[at.PRINTS : at.PRINT_NEXT] == _prints(m, there, n)).any(axis=0) & (n >= 3)
    loose, disagrees = np.zeros(len(m), bool), np.zeros(len(m), bool)
    for k in range(m.shape[1]):
        h, hx, hy, hz = columns.observe(s[0], s[1], m[:, k], anchors)
        square = (m[:, k, at.S_VALUE] - h) ** 2
        r = _noise(m[:, k], hz, sigma_z)
        total = columns.variance_along(s, hx, hy) + r
        loose |= there[:, k] & (square > at.GATE_NIS * r)
        disagrees |= there[:, k] & (square > at.SUSPECT_NIS * total)
    return np.asarray(~(known & disagrees) & ~(loose & (n >= 4)), bool)


def _note_prints(s: Floats, m: Floats, there: Flags, n: Ints) -> None:
    prints = _prints(m, there, n)
    who = np.arange(len(prints))
    following = s[at.PRINT_NEXT].astype(np.int64)
    same = s[at.PRINTS + (following + at.PRINT_SLOTS - 1) % at.PRINT_SLOTS, who] == prints
    same &= prints != 0.0
    s[at.SAME_COUNT] = np.where(same, s[at.SAME_COUNT] + 1.0, 0.0)
    new = ~same & (prints != 0.0)
    s[at.PRINTS + following[new], who[new]] = prints[new]
    s[at.PRINT_NEXT, new] = (following[new] + 1) % at.PRINT_SLOTS


def _predict_modes(s: Floats, dt: Floats, q: Floats) -> None:
    moved = dt > 0.0
    modes, chances = s[_MODES], s[_CHANCES]
    before = None if moved.all() else (modes.copy(), chances.copy())
    columns.mix(modes, chances, 1.0 - (1.0 - np.exp(-1.5 * dt / at.MODE_STAY_S)) * 2.0 / 3.0)
    columns.predict_still(modes[:14], dt)
    columns.predict_constant(modes[14:28], dt, q)
    columns.predict_constant(modes[28:], dt, at.FAST_FACTOR * q)
    if before is not None:
        modes[:, ~moved], chances[:, ~moved] = before[0][:, ~moved], before[1][:, ~moved]


def _fold(
    s: Floats, m: Floats, there: Flags, t: Floats, sigma_z: Floats, anchors: Floats, misses: Floats, lo: Ints
) -> Ints:
    """Fold the scalars one after the other into all tags; returns how many each believed."""
    believed = np.zeros(len(t), np.int64)
    likelihood = np.zeros((3, len(t)))
    window = (1 << at.WATCH_WINDOW) - 1
    for k in range(m.shape[1]):
        scalar, here = m[:, k], there[:, k]
        h, hx, hy, hz = columns.observe(s[0], s[1], scalar, anchors)
        r = _noise(scalar, hz, sigma_z)
        innovation = scalar[:, at.S_VALUE] - h
        expected = columns.variance_along(s, hx, hy)
        misses[lo[here] + k] = np.column_stack([innovation[here], expected[here]])
        nis = innovation**2 / (expected + r)
        bits = (s[at.WATCH_BITS].astype(np.int64) << 1 & window) | (nis > at.SUSPECT_NIS)
        s[at.WATCH_BITS] = np.where(here, bits, s[at.WATCH_BITS])
        s[at.WATCH_COUNT] = np.where(here, np.minimum(s[at.WATCH_COUNT] + 1, at.WATCH_WINDOW), s[at.WATCH_COUNT])
        taken = here & (nis <= at.GATE_NIS)
        r = np.where(taken, r * np.maximum((at.STUDENT_DOF + nis) / (at.STUDENT_DOF + 1.0), 1.0), np.inf)
        columns.update(s[: at.MODEL_SIZE], hx, hy, innovation, r)
        believed += taken
        _hear(s, scalar, taken, t)
        for j in range(at.MODELS):
            model = s[at.IMM + 14 * j : at.IMM + 14 * (j + 1)]
            h, hx, hy, _ = columns.observe(model[0], model[1], scalar, anchors)
            innovation = scalar[:, at.S_VALUE] - h
            total = columns.update(model, hx, hy, innovation, r)
            finite = np.where(taken, total, 1.0)
            likelihood[j] += np.where(taken, -0.5 * (innovation**2 / finite + np.log(2.0 * np.pi * finite)), 0.0)
    weighed = np.maximum(s[_CHANCES] * np.exp(likelihood - likelihood.max(axis=0)), 1e-30)
    s[_CHANCES] = np.where(believed > 0, weighed / weighed.sum(axis=0), s[_CHANCES])
    return believed


def _hear(s: Floats, scalar: Floats, taken: Flags, t: Floats) -> None:
    kind = scalar[:, at.S_KIND]
    for column, of in ((at.S_A, kind != at.KIND_LINEAR), (at.S_B, kind == at.KIND_DIFFERENCE)):
        who = np.flatnonzero(taken & of)
        if not len(who):
            continue
        anchor = scalar[who, column]
        slots = np.arange(at.HEARD, at.PRINTS, at.HEARD_SIZE)
        known = s[slots][:, who] == anchor
        old = known.any(axis=0)
        slot = slots[np.where(old, known.argmax(axis=0), s[slots + 1][:, who].argmin(axis=0))]
        s[slot, who], s[slot + 1, who], s[slot + 2, who] = anchor, t[who], scalar[who, at.S_SYSTEMATIC]
        s[slot[~old] + 3, who[~old]], s[slot[~old] + 4, who[~old]] = 0.0, at.BIAS_SIGMA_M**2


def _many_suspects(s: Floats) -> Flags:
    suspects, count = np.bitwise_count(s[at.WATCH_BITS].astype(np.int64)), s[at.WATCH_COUNT]
    many = (suspects * 2 > at.WATCH_WINDOW) | ((count >= 6.0) & (suspects >= count))
    return np.asarray(many, bool)


def _bark(state: Floats, rings: Floats, metas: Floats, row: int, t: float, anchors: Floats) -> None:
    recent, result = np.empty((at.RING, at.SCALAR_SIZE)), np.empty(RESULT_SIZE)
    again = try_restart if alarmed(state[row]) else reconsider
    again(state[row], rings[row], int(metas[row, 0]), t, anchors, recent, result)


def _keep(checkpoints: Floats, state: Floats, row: Ints) -> None:
    newest = checkpoints[row, 0, at.TIME]
    old = row[(newest == np.inf) | (state[row, at.TIME] - newest >= at.CHECKPOINT_EVERY_S)]
    checkpoints[old, 1:] = checkpoints[old, :-1]
    checkpoints[old, 0] = state[old]


def _remember(rings: Floats, metas: Floats, row: Ints, m: Floats, there: Flags, n: Ints) -> None:
    count = metas[row, 0].astype(np.int64)
    tag, scalar = np.nonzero(there)
    rings[row[tag], count[tag] + scalar] = m[tag, scalar]
    metas[row, 0] += n


def _report(
    s: Floats, m: Floats, there: Flags, n: Ints, t: Floats, sigma_z: Floats, believed: Ints, anchors: Floats
) -> Floats:
    """As `epoch._report`, (n, OUT_SIZE)."""
    solved = there & (m[:, :, at.S_KIND] == at.KIND_LINEAR)
    floor_m = np.where(solved, m[:, :, at.S_SYSTEMATIC], 0.0).max(axis=1)
    radio = there & ~solved
    reasons = np.where(radio.any(axis=1) & (sigma_z > 0.0), at.HEIGHT_ASSUMED, 0)
    strange = there & (m[:, :, at.S_KIND] != at.KIND_LINEAR) & (m[:, :, at.S_SYSTEMATIC] >= at.UNCALIBRATED_M)
    reasons |= np.where(strange.any(axis=1), at.UNCALIBRATED, 0)
    reasons |= np.where(s[at.SAME_COUNT] >= at.FROZEN_AFTER, at.FROZEN, 0)
    began_anew = (s[at.RESTART_TIME] > 0.0) & (t - s[at.RESTART_TIME] < 0.5)
    reasons |= np.where(began_anew, at.REINITIALISED, 0)
    reasons |= np.where((believed < n) & ((believed < 4) | (2 * believed < n)), at.OUTLIERS, 0)
    xx, xy, yy, hdop, count = _geometry(s, sigma_z, anchors)
    alone = floor_m > 0.0
    xx, xy, yy = np.where(alone, floor_m**2, xx), np.where(alone, 0.0, xy), np.where(alone, floor_m**2, yy)
    surrounded = (count >= at.BIAS_ANCHORS) & (hdop < at.BIAS_HDOP)
    s[at.SURROUNDED] = np.where(alone, s[at.SURROUNDED], surrounded)
    hdop, count = np.where(alone, 0.0, hdop), np.where(alone, 0.0, count)
    reasons |= np.where(~alone & (count < 3.0), at.FEW_ANCHORS, 0)
    poor = ~alone & (count >= 3.0) & ((hdop > 4.0) | _mirrored(s, anchors))
    reasons |= np.where(poor, at.POOR_GEOMETRY, 0)
    weak = at.FEW_ANCHORS | at.POOR_GEOMETRY | at.FROZEN | at.REINITIALISED | at.OUTLIERS
    status = np.where(reasons & weak, at.DEGRADED, at.FIX)
    status = np.where(believed == 0, at.PREDICTED, status)
    reasons |= np.where(believed == 0, at.NO_RANGES, 0)
    made = (s[0], s[1], s[at.HEIGHT], s[4] + xx, s[5] + xy, s[8] + yy, s[2], s[3], sigma_z, s[at.MODE])
    return np.column_stack([*made, status, reasons, count, hdop])


def _geometry(s: Floats, sigma_z: Floats, anchors: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """As `quality.geometry`: floor xx, xy, yy, HDOP, anchors heard within a second, each (n,)."""
    a = np.full(s.shape[1], 1.0 / FARTHEST_FLOOR_M**2)
    b, c = np.zeros_like(a), a.copy()
    ga, gb, gc, zx, zy, count = (np.zeros_like(a) for _ in range(6))
    for slot in range(at.HEARD, at.PRINTS, at.HEARD_SIZE):
        age = s[at.TIME] - s[slot + 1]
        used = (s[slot] >= 0.0) & (age <= 10.0 * FORGET_S)
        place = anchors[np.where(used, s[slot], 0).astype(np.int64)]
        dx, dy, dz = s[0] - place[:, 0], s[1] - place[:, 1], s[at.HEIGHT] - place[:, 2]
        d = np.maximum(np.sqrt(dx * dx + dy * dy + dz * dz), 1e-3)
        hx, hy, hz = dx / d, dy / d, dz / d
        age = np.where(used, age, 0.0)
        w = np.where(used, np.exp(-2.0 * age / FORGET_S) / np.where(used, s[slot + 2], 1.0) ** 2, 0.0)
        a += w * hx * hx
        b += w * hx * hy
        c += w * hy * hy
        zx += w * hx * hz
        zy += w * hy * hz
        near = np.where(used & (age <= WINDOW_S), 1.0, 0.0)
        count += near
        ga += near * hx * hx
        gb += near * hx * hy
        gc += near * hy * hy
    det = a * c - b * b
    xx, xy, yy = c / det, -b / det, a / det
    jx, jy = (xx * zx + xy * zy) * sigma_z, (xy * zx + yy * zy) * sigma_z
    det = ga * gc - gb * gb
    enough = det > 1e-9
    hdop = np.where(enough, np.sqrt((ga + gc) / np.where(enough, det, 1.0)), np.inf)
    return xx + jx * jx, xy + jx * jy, yy + jy * jy, hdop, count


def _mirrored(s: Floats, anchors: Floats) -> Flags:
    """As `quality.mirrored`."""
    slots = np.arange(at.HEARD, at.PRINTS, at.HEARD_SIZE)
    near = (s[slots] >= 0.0) & (s[at.TIME] - s[slots + 1] <= WINDOW_S)
    place = anchors[np.where(near, s[slots], 0).astype(np.int64)]
    n = np.maximum(near.sum(axis=0), 1)
    ax, ay = ((place[:, :, k] * near).sum(axis=0) / n for k in (0, 1))
    dx, dy = (place[:, :, 0] - ax) * near, (place[:, :, 1] - ay) * near
    angle = 0.5 * np.arctan2(2.0 * (dx * dy).sum(axis=0), (dx * dx).sum(axis=0) - (dy * dy).sum(axis=0))
    nx, ny = -np.sin(angle), np.cos(angle)
    off = (s[0] - ax) * nx + (s[1] - ay) * ny
    d = np.maximum(np.hypot(s[0] - place[:, :, 0], s[1] - place[:, :, 1]), 1.0)
    longer = 2.0 * off * (dx * nx + dy * ny) / d
    cost = (np.log1p(longer**2 / (4.0 * (USUAL_SIGMA_M**2 + s[slots + 2] ** 2))) * near).sum(axis=0)
    return np.asarray((near.sum(axis=0) < 2) | ((np.abs(off) >= NEAR_LINE_M) & (cost < at.CLEAR_COST)), bool)
