"""One call over many epochs of many tags: the compiled heart of the locator.

An epoch is one message: a tag, a time, some scalars. Epochs come sorted by row and time. Late ones, up to a second
behind the tag's newest, are put in their place: the row goes back to a checkpoint and its remembered scalars run again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from locator.estimator import layout as at
from locator.estimator.compiled import compiled
from locator.estimator.epoch import advance, distinct_statements, report_place
from locator.estimator.multilateration import RESULT_SIZE, solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

CV, TIME, STARTED, HEIGHT = at.CV, at.TIME, at.STARTED, at.HEIGHT
RING, CHECKPOINTS, CHECKPOINT_EVERY_S, ROLL_BACK_S = at.RING, at.CHECKPOINTS, at.CHECKPOINT_EVERY_S, at.ROLL_BACK_S
FRESH, STALE, TOO_LATE = 0, 1, 2
PRUNE_AT = 48
KEEP_S = 5.0


@compiled
def _remember(
    ring: NDArray[np.float64], meta: NDArray[np.float64], ms: NDArray[np.float64], lo: int, hi: int, t: float
) -> None:
    """Insert an epoch's scalars into the ring by time; the oldest make room. meta = count, newest time lost."""
    n = hi - lo
    count = int(meta[0])
    drop = 0
    if count + n > RING:
        drop = min(count, max(count + n - RING, RING // 4))
    elif count + n > PRUNE_AT:
        # Slow tags leave most of the ring untouched, and untouched pages cost no memory.
        while drop < count and ring[drop, 0] < t - KEEP_S:
            drop += 1
    if drop > 0:
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
    distinct = distinct_statements(recent, n)
    if distinct >= 3 or ms[lo, 1] == 2.0:
        solve(recent, n, t, anchors, result)
        report_place(s, result, distinct, at.LATE, out)
    else:
        result[:] = 0.0
        report_place(s, result, distinct, at.LATE | at.FEW_ANCHORS, out)
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
    again = np.empty((RING, 2))
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
        advance(s, ring, k, end, now, anchors, parameters, ring, end, recent, result, scratch, again, one)
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
    misses: NDArray[np.float64],
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
        misses: (m, 2) by how much each scalar missed the prediction, and the variance that had; left as it is where
            nothing was predicted.
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
            advance(s, ms, lo, hi, t, anchors, fixed, ring, int(meta[0]), recent, result, scratch, misses, out[e])
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
