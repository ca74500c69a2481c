"""A recording run through the very filters that run live, then smoothed on request. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.fix import FixStatus, r95_m
from locator.calibration import Calibration, Residuals, residuals
from locator.errors import RecordingError
from locator.estimator import layout as at
from locator.estimator.anchors import Anchors, PairCalibration
from locator.estimator.bank import (
    LONGEST_EPOCH,
    UNCALIBRATED_FLOOR_M,
    WALKING_Q,
    FilterBank,
    Results,
)
from locator.smoothing import smooth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray


EPOCH_GAP_S = 0.003
"""Ranges of one tag closer than this, each to another anchor, are one epoch."""
DEFAULT_SIGMA_M = 0.1
SIGMA_Z_M = 0.15
PORTION = 2000


@dataclass(frozen=True, slots=True)
class RangeTable:
    """Recorded ranges: (n,) times in seconds, tags, anchors, metres."""

    t_s: NDArray[np.float64]
    tag: list[str]
    anchor: list[str]
    range_m: NDArray[np.float64]

    def between(self, from_s: float | None, until_s: float | None) -> RangeTable:
        """The ranges with from_s ≤ t < until_s; None leaves that side open."""
        low = -np.inf if from_s is None else from_s
        high = np.inf if until_s is None else until_s
        kept = np.flatnonzero((self.t_s >= low) & (self.t_s < high))
        chosen = kept.tolist()
        return RangeTable(
            self.t_s[kept], [self.tag[k] for k in chosen], [self.anchor[k] for k in chosen], self.range_m[kept]
        )


@dataclass(frozen=True, slots=True)
class Epoch:
    """Ranges of one tag at one time: the time of the last of them."""

    t_s: float
    tag: str
    anchors: list[str]
    d_m: list[float]


@dataclass(frozen=True, slots=True)
class Fixes:
    """n fixes of a recording in order of time, in the recording's frame.

    Args:
        t_s: (n,) seconds.
        tag: n tags.
        xyz_m: (n, 3).
        velocity_mps: (n, 2).
        cov_m2: (n, 3) xx, xy, yy, floor included.
        p_still: (n,).
        status: (n,) `FixStatus`.
        reasons: (n,) `Reason` bits.
        anchors_used: (n,).
        hdop: (n,), infinite where unknown.
    """

    t_s: NDArray[np.float64]
    tag: list[str]
    xyz_m: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]
    cov_m2: NDArray[np.float64]
    p_still: NDArray[np.float64]
    status: NDArray[np.uint8]
    reasons: NDArray[np.uint32]
    anchors_used: NDArray[np.uint8]
    hdop: NDArray[np.float64]

    @property
    def r95_m(self) -> NDArray[np.float64]:
        """Radius (n,) of the 95 % circle."""
        return r95_m(self.cov_m2)

    @property
    def status_text(self) -> list[str]:
        """N status names: fix, degraded, predicted, lost."""
        return [FixStatus(value).name.lower() for value in self.status.tolist()]


def epochs(ranges: RangeTable) -> list[Epoch]:
    """Group recorded ranges into epochs, in order of time; nothing later than an epoch's time is in it."""
    made: list[Epoch] = []
    begun: dict[str, tuple[float, list[str], list[float]]] = {}

    def end(tag: str) -> None:
        t, anchors, d = begun.pop(tag)
        made.append(Epoch(t, tag, anchors, d))

    for k in np.argsort(ranges.t_s, kind="stable").tolist():
        t, tag, anchor, d = float(ranges.t_s[k]), ranges.tag[k], ranges.anchor[k], float(ranges.range_m[k])
        if d < 0.0:
            continue
        if tag in begun:
            last, anchors, values = begun[tag]
            if t - last > EPOCH_GAP_S or anchor in anchors or len(anchors) >= LONGEST_EPOCH:
                end(tag)
            else:
                anchors.append(anchor)
                values.append(d)
                begun[tag] = (t, anchors, values)
                continue
        begun[tag] = (t, [anchor], [d])
    for tag in list(begun):
        end(tag)
    return sorted(made, key=lambda epoch: epoch.t_s)


def locate(
    ranges: RangeTable,
    anchors: Mapping[str, NDArray[np.float64]],
    *,
    calibration: Calibration | None = None,
    height_m: float = 1.6,
    smoothed: bool = False,
) -> Iterator[float | Fixes]:
    """Fixes of a recording.

    Args:
        ranges: what was recorded.
        anchors: antenna positions (3,) by code.
        calibration: biases learnt elsewhere; without it every anchor counts as uncalibrated.
        height_m: height of every tag's antenna in the recording's frame.
        smoothed: let later measurements correct earlier fixes.

    Yields:
        The share done (0…1) after each portion, and at last the fixes.

    Raises:
        RecordingError: a range names an unknown anchor, or there is nothing to locate.
    """
    strangers = sorted(set(ranges.anchor) - set(anchors))
    if strangers:
        raise RecordingError(f"ranges to anchors that are not in the list of anchors: {', '.join(strangers[:10])}")
    all_epochs = epochs(ranges)
    if not all_epochs:
        raise RecordingError("no ranges")
    site = Anchors()
    for code, place in anchors.items():
        site.put(code, place.tolist(), 0.0, DEFAULT_SIGMA_M, UNCALIBRATED_FLOOR_M)
    bank = FilterBank(site)
    rows: dict[str, int] = {}
    t0 = all_epochs[0].t_s
    parts: list[Results] = []
    for done in range(0, len(all_epochs), PORTION):
        for epoch in all_epochs[done : done + PORTION]:
            if epoch.tag not in rows:
                rows[epoch.tag] = bank.add_tag(WALKING_Q, SIGMA_Z_M)
                _calibrate(bank, rows[epoch.tag], epoch.tag, calibration)
            numbers = [site.number[code] for code in epoch.anchors]
            bank.add_ranges(rows[epoch.tag], round((epoch.t_s - t0) * 1e9), numbers, epoch.d_m, height_m)
        parts.append(bank.run(keep_track=smoothed))
        yield min(1.0, (done + PORTION) / len(all_epochs))
    yield _fixes(parts, list(rows), t0, smoothed=smoothed)


def _calibrate(bank: FilterBank, row: int, tag: str, calibration: Calibration | None) -> None:
    if calibration is None:
        return
    for code, number in bank.anchors.number.items():
        known = calibration.of(tag, code)
        if known is not None:
            bank.calibrate_pair(row, number, PairCalibration(known.bias_m, known.sigma_m, known.floor_m))


def _fixes(parts: list[Results], tags: list[str], t0: float, *, smoothed: bool) -> Fixes:
    row = np.concatenate([part.row for part in parts])
    t_s = t0 + np.concatenate([part.t_ns for part in parts]) * 1e-9
    values = np.concatenate([part.values for part in parts])
    if smoothed:
        track = np.concatenate([part.track for part in parts])
        values = values.copy()
        for number in range(len(tags)):
            own = np.flatnonzero(row == number)
            broken = (values[own, at.O_REASONS].astype(np.int64) & at.REINITIALISED) != 0
            better = smooth(t_s[own], track[own], WALKING_Q, broken)
            floor = values[own][:, [at.O_XX, at.O_XY, at.O_YY]] - track[own][:, [4, 5, 8]]
            known = track[own, 4] > 0.0
            columns = [at.O_X, at.O_Y, at.O_VX, at.O_VY]
            values[np.ix_(own[known], columns)] = better[known, :4]
            values[np.ix_(own[known], [at.O_XX, at.O_XY, at.O_YY])] = better[known][:, [4, 5, 8]] + floor[known]
    return Fixes(
        t_s,
        [tags[k] for k in row.tolist()],
        values[:, at.O_X : at.O_Z + 1],
        values[:, at.O_VX : at.O_VY + 1],
        values[:, at.O_XX : at.O_YY + 1],
        values[:, at.O_STILL],
        values[:, at.O_STATUS].astype(np.uint8),
        values[:, at.O_REASONS].astype(np.uint32),
        values[:, at.O_ANCHORS].astype(np.uint8),
        values[:, at.O_HDOP],
    )


def compare(
    ranges: RangeTable, anchors: Mapping[str, NDArray[np.float64]], truth: Mapping[str, NDArray[np.float64]]
) -> dict[tuple[str, str], Residuals]:
    """Range − true distance by (tag, anchor), of everything both sides know.

    Args:
        ranges: what was recorded.
        anchors: antenna positions (3,) by code.
        truth: by tag the path (m, 4) as t, x, y, z.
    """
    by_pair: dict[tuple[str, str], list[int]] = {}
    for k, pair in enumerate(zip(ranges.tag, ranges.anchor, strict=True)):
        if pair[0] in truth and pair[1] in anchors:
            by_pair.setdefault(pair, []).append(k)
    found = {}
    for (tag, code), chosen in by_pair.items():
        order = np.array(chosen)[np.argsort(ranges.t_s[chosen], kind="stable")]
        path = truth[tag]
        found[tag, code] = residuals(ranges.t_s[order], ranges.range_m[order], anchors[code], path[:, 0], path[:, 1:])
    return found
