"""A bank of filters: one row per tag of one engine, filled message by message, run in one call."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, repeat
from typing import TYPE_CHECKING

import numpy as np

from locator.estimator import kernel, vectorised
from locator.estimator import layout as at
from locator.estimator.compiled import COMPILED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from locator.estimator.anchors import Anchors, AnchorWatch, PairCalibration

CALIBRATED_FLOOR_M = at.CALIBRATED_M
UNCALIBRATED_FLOOR_M = at.UNCALIBRATED_M
POSITION_FLOOR_M = 0.10
WALKING_Q = at.WALKING_Q
VEHICLE_Q = at.VEHICLE_Q
LONGEST_EPOCH = at.RING // 2


@dataclass(frozen=True, slots=True)
class Results:
    """What a run gave, one row per epoch, ordered by time of measurement.

    Args:
        row: (n,) row of the tag.
        t_ns: (n,) UTC nanoseconds.
        values: (n, OUT_SIZE) as in `layout`.
        verdict: (n,) 0 in order, 1 late and put in its place, 2 too late.
        track: (n, 14) state and packed covariance of the main filter, zero rows where there is none; (0, 14) if not
            asked for.
    """

    row: NDArray[np.int64]
    t_ns: NDArray[np.int64]
    values: NDArray[np.float64]
    verdict: NDArray[np.int64]
    track: NDArray[np.float64]


class FilterBank:
    """Filters of all tags of one engine. Not for several threads at once.

    Args:
        anchors: the engine's anchors; may be changed between runs.
        capacity: tags to make room for at first; grows by doubling.
        compiled: machine code, else NumPy; by default what the machine has.
        watch: learns each anchor's noise and shift from what the ranges miss the predictions by.
    """

    def __init__(
        self, anchors: Anchors, capacity: int = 64, *, compiled: bool = COMPILED, watch: AnchorWatch | None = None
    ) -> None:
        self._run = kernel.run if compiled else vectorised.run
        self._watch = watch
        self.anchors = anchors
        self.tags = 0
        self.began_ns: int | None = None
        """Time zero of the rows, UTC nanoseconds; None before the first run."""
        self._state = np.zeros((0, at.ROW_SIZE))
        self._parameters = np.zeros((0, at.PARAMETER_SIZE))
        self._rings = np.zeros((0, at.RING, at.SCALAR_SIZE))
        self._metas = np.zeros((0, 2))
        self._checkpoints = np.zeros((0, at.CHECKPOINTS, at.ROW_SIZE))
        self._pairs: dict[tuple[int, int], PairCalibration] = {}
        self._grow(capacity)
        self._clear()

    def add_tag(self, q: float = WALKING_Q, sigma_z_m: float = 0.2) -> int:
        """A row for one more tag: its acceleration density (m²/s³) and how sure its assumed height is (m)."""
        if self.tags == len(self._state):
            self._grow(2 * self.tags)
        row = self.tags
        self.tags += 1
        self._parameters[row] = (q, sigma_z_m)
        state = self._state[row]
        state[at.TIME] = -np.inf
        state[at.HEARD : at.PRINTS : at.HEARD_SIZE] = -1.0
        state[at.HEARD + 1 : at.PRINTS : at.HEARD_SIZE] = -np.inf
        self._checkpoints[row, :, at.TIME] = np.inf
        self._metas[row, 1] = -np.inf
        return row

    def calibrate_pair(self, row: int, anchor: int, calibration: PairCalibration) -> None:
        """What was learnt of one tag with one anchor, in place of what holds for the anchor."""
        self._pairs[row, anchor] = calibration

    def add_ranges(self, row: int, t_ns: int, anchors: Sequence[int], d_m: Sequence[float], height_m: float) -> None:
        """Queue the ranges of one message; height of the tag's antenna in site metres."""
        self._head.append((row, t_ns, len(anchors), height_m, at.KIND_RANGE))
        self._a += anchors
        self._value += d_m

    def add_differences(
        self, row: int, t_ns: int, a: Sequence[int], b: Sequence[int], d_m: Sequence[float], height_m: float
    ) -> None:
        """Queue the differences |p − b| − |p − a| of one message."""
        self._head.append((row, t_ns, len(a), height_m, at.KIND_DIFFERENCE))
        self._b += zip(count(len(self._a)), b, repeat(0.0))
        self._a += a
        self._value += d_m

    def add_position(
        self, row: int, t_ns: int, x_m: float, y_m: float, cov_m2: tuple[float, float, float], height_m: float
    ) -> None:
        """Queue a solved position in site metres with its covariance xx, xy, yy, as two independent scalars."""
        xx, xy, yy = cov_m2
        slope = xy / xx
        self._head.append((row, t_ns, 2, height_m, at.KIND_LINEAR))
        first = len(self._a)
        self._b += ((first, 0.0, xx**0.5), (first + 1, 1.0, (yy - slope * xy) ** 0.5))
        self._a += (1.0, -slope)
        self._value += (x_m, y_m - slope * x_m)

    def __len__(self) -> int:
        return len(self._head)

    def modes_of(self, row: int) -> NDArray[np.float64]:
        """Probabilities (3,) that a tag stands, walks, moves fast."""
        return self._state[row, at.MODE : at.MODE + at.MODELS].copy()

    def run(self, *, keep_track: bool = False) -> Results:
        """Fold everything queued, in order of time within each tag; keep_track for smoothing afterwards."""
        n = len(self._head)
        if n == 0:
            none = np.zeros(0, np.int64)
            return Results(none, none, np.zeros((0, at.OUT_SIZE)), none, np.zeros((0, at.MODEL_SIZE)))
        head = self._head
        of_rows, of_times, of_counts, of_heights, of_kinds = zip(*head, strict=True)
        rows, t_ns, counts = (np.array(column, np.int64) for column in (of_rows, of_times, of_counts))
        if self.began_ns is None:
            self.began_ns = int(t_ns.min())
        times: NDArray[np.float64] = np.asarray((t_ns - self.began_ns) * 1e-9, np.float64)
        starts = np.zeros(n + 1, np.int64)
        np.cumsum(counts, out=starts[1:])
        ms = self._scalars(rows, times, counts, np.array(of_heights), np.array(of_kinds))
        self._clear()
        order = np.lexsort((times, rows))
        if not (order == np.arange(n)).all():
            rows, times, t_ns, counts = rows[order], times[order], t_ns[order], counts[order]
            old = starts[:-1][order]
            starts = np.zeros(n + 1, np.int64)
            np.cumsum(counts, out=starts[1:])
            ms = ms[np.repeat(old - starts[:-1], counts) + np.arange(starts[-1])]
        out = np.zeros((n, at.OUT_SIZE))
        verdict = np.zeros(n, np.int64)
        track = np.zeros((n if keep_track else 0, at.MODEL_SIZE))
        misses = np.full((len(ms), 2), np.nan)
        self._run(
            rows,
            times,
            starts,
            ms,
            self._state,
            self._parameters,
            self._rings,
            self._metas,
            self._checkpoints,
            self.anchors.place,
            out,
            verdict,
            track,
            misses,
        )
        if self._watch is not None:
            self._watch.take(ms, misses, t_ns[np.repeat(np.arange(n), counts)], self.anchors)
        by_time = np.argsort(t_ns, kind="stable")
        kept = track[by_time] if keep_track else track
        return Results(rows[by_time], t_ns[by_time], out[by_time], verdict[by_time], kept)

    def _scalars(
        self,
        rows: NDArray[np.int64],
        times: NDArray[np.float64],
        counts: NDArray[np.int64],
        height: NDArray[np.float64],
        kind: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        ms = np.zeros((len(self._value), at.SCALAR_SIZE))
        ms[:, at.S_TIME] = np.repeat(times, counts)
        ms[:, at.S_KIND] = np.repeat(kind, counts)
        ms[:, at.S_A] = self._a
        ms[:, at.S_VALUE] = self._value
        if self._b:
            where, second, given = zip(*self._b, strict=True)
            ms[where, at.S_B], ms[where, at.S_SIGMA] = second, given
        ms[:, at.S_SYSTEMATIC] = POSITION_FLOOR_M
        ms[:, at.S_HEIGHT] = np.repeat(height, counts)
        radio = ms[:, at.S_KIND] != at.KIND_LINEAR
        if not radio.any():
            return ms
        known = self.anchors
        a = ms[radio, at.S_A].astype(np.int64)
        sigma = known.sigma_m if self._watch is None else self._watch.sigma_m(known)
        variance = sigma[a] ** 2
        floor = known.place[a, 3]
        bias = known.bias_m[a]
        strange = floor >= at.UNCALIBRATED_M
        if self._pairs:
            of = np.repeat(rows, counts)[radio]
            for (row, anchor), pair in self._pairs.items():
                here = (of == row) & (a == anchor)
                bias[here], variance[here], floor[here] = pair.bias_m, pair.sigma_m**2, pair.floor_m
                strange[here] = False
        two = ms[radio, at.S_KIND] == at.KIND_DIFFERENCE
        if two.any():
            b = ms[radio, at.S_B].astype(np.int64)
            variance = np.where(two, variance + sigma[b] ** 2, variance)
            floor = np.where(two, np.maximum(floor, known.place[b, 3]), floor)
            bias = np.where(two, known.bias_m[b] - bias, bias)
        ms[radio, at.S_B] = np.where(two, ms[radio, at.S_B], strange)
        ms[radio, at.S_VALUE] -= bias
        ms[radio, at.S_SIGMA] = np.sqrt(variance)
        ms[radio, at.S_SYSTEMATIC] = floor
        return ms

    def _clear(self) -> None:
        # Row, time, number of scalars, height and kind of each epoch.
        self._head: list[tuple[int, int, int, float, float]] = []
        self._a: list[float] = []
        # Which scalar, and its second number and sigma: only of those that have them.
        self._b: list[tuple[int, float, float]] = []
        self._value: list[float] = []

    def _grow(self, capacity: int) -> None:
        """Make room; memory that no tag has used yet stays untouched, so the system has not given it either."""

        def grown(table: NDArray[np.float64]) -> NDArray[np.float64]:
            more = np.zeros((capacity, *table.shape[1:]))
            more[: self.tags] = table[: self.tags]
            return more

        self._state, self._parameters = grown(self._state), grown(self._parameters)
        self._rings, self._metas = grown(self._rings), grown(self._metas)
        self._checkpoints = grown(self._checkpoints)
