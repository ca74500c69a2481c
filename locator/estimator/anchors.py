"""The anchors of one engine: where they are, their known errors, and what their ranges say of their health."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from locator.estimator import layout as at
from locator.estimator.attendance import Attendance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FORGET = 1000
"""Ranges after which what was learnt of an anchor has faded to a third."""
LEARNT = 300
"""Ranges before which nothing is said of an anchor."""
SHIFT_M = 0.10
"""Usual miss beyond which an anchor has moved, or something new stands before it."""
UNRELIABLE = 0.2
"""Share of gated ranges beyond which an anchor is unreliable."""
RECENT_NS = 60 * 1_000_000_000
"""Heard so lately, an anchor is judged by what it said."""
WIDEST = 2.0
"""How far learnt noise may exceed the noise on record. It never falls below: quiet hours in the open would leave the
same anchor unprotected against the next tank in between (measured: 90 % in the 95 % ellipse became 86 %)."""


@dataclass(frozen=True, slots=True)
class PairCalibration:
    """Range bias, noise and systematic floor of one tag with one anchor, metres."""

    bias_m: float
    sigma_m: float
    floor_m: float


class Anchors:
    """The anchors of one engine; an anchor keeps its number for as long as the bank lives."""

    def __init__(self) -> None:
        self.number: dict[str, int] = {}
        self.place = np.zeros((0, 4))
        self.bias_m = np.zeros(0)
        self.sigma_m = np.zeros(0)

    def put(self, code: str, xyz_m: Sequence[float], bias_m: float, sigma_m: float, floor_m: float) -> None:
        """Add or move an anchor: antenna in site metres, range bias and noise, systematic floor, metres."""
        number = self.number.setdefault(code, len(self.number))
        if number == len(self.place):
            self.place = np.vstack([self.place, np.zeros((1, 4))])
            self.bias_m = np.append(self.bias_m, 0.0)
            self.sigma_m = np.append(self.sigma_m, 0.0)
        self.place[number] = (*xyz_m, floor_m)
        self.bias_m[number] = bias_m
        self.sigma_m[number] = sigma_m


@dataclass(frozen=True, slots=True)
class AnchorHealth:
    """How one anchor does.

    Args:
        anchor: its code.
        ranges: how many were compared with predictions.
        noise_m: noise learnt, metres.
        shift_m: by how much its ranges usually miss the predictions, metres.
        gated: share of its ranges that were not believed.
        last_ns: newest range, UTC nanoseconds; 0 for none.
        state: ok, learning, idle (not heard lately, and nobody near), silent (not heard though somebody was near),
            shifted, or unreliable.
    """

    anchor: str
    ranges: int
    noise_m: float
    shift_m: float
    gated: float
    last_ns: int
    state: str


class AnchorWatch:
    """Learns of each anchor while the filters run: noise, usual miss, share of gross errors."""

    def __init__(self) -> None:
        self._ranges = np.zeros(0)
        self._noise2 = np.zeros(0)
        self._shift = np.zeros(0)
        self._gated = np.zeros(0)
        self._last_ns = np.zeros(0, np.int64)
        self._attendance = Attendance()

    def take(
        self, ms: NDArray[np.float64], misses: NDArray[np.float64], t_ns: NDArray[np.int64], anchors: Anchors
    ) -> None:
        """Learn from scalars (m, SCALAR_SIZE), their misses (m, 2) and times (m,)."""
        self._grow(len(anchors.sigma_m))
        ranged = ms[:, at.S_KIND] == at.KIND_RANGE
        number = ms[ranged, at.S_A].astype(np.int64)
        np.maximum.at(self._last_ns, number, t_ns[ranged])
        self._attendance.answered(number, ms[ranged, at.S_VALUE], len(anchors.sigma_m))
        judged = np.flatnonzero(ranged)[~np.isnan(misses[ranged, 0])]
        if not len(judged):
            return
        number = ms[judged, at.S_A].astype(np.int64)
        miss, expected = misses[judged, 0], misses[judged, 1]
        given = ms[judged, at.S_SIGMA] ** 2 + 0.25 * ms[judged, at.S_SYSTEMATIC] ** 2
        gross = miss**2 > at.GATE_NIS * (expected + given)
        noise2 = np.clip(miss**2 - expected, 0.0, 9.0 * given) - 0.25 * ms[judged, at.S_SYSTEMATIC] ** 2
        count = np.bincount(number, minlength=len(self._ranges)).astype(float)
        self._ranges += count
        # Plain averages at first, then forgetting.
        weight = np.where(
            count > 0, np.maximum(1.0 - np.exp(-count / FORGET), count / np.maximum(self._ranges, 1.0)), 0.0
        )
        share = weight / np.maximum(count, 1.0)
        weighed = np.where(gross, 9.0 * given, noise2)
        self._noise2 += share * np.bincount(number, weights=weighed, minlength=len(count)) - weight * self._noise2
        self._gated += share * np.bincount(number, weights=gross, minlength=len(count)) - weight * self._gated
        # Huber's location: a gross error moves it no more than one of two sigma.
        reach = 2.0 * np.sqrt(given)
        off = np.clip(miss - self._shift[number], -reach, reach)
        self._shift += share * np.bincount(number, weights=off, minlength=len(count))

    def stood(self, xy_m: NDArray[np.float64], t_ns: int, anchors: Anchors) -> None:
        """Fixes (n, 2) in site metres, the newest at UTC `t_ns`: who is near must be heard."""
        self._attendance.stood(xy_m, t_ns, anchors.place)

    def sigma_m(self, anchors: Anchors) -> NDArray[np.float64]:
        """Noise (k,) to use: learnt where enough was seen, near the noise on record, else that itself."""
        self._grow(len(anchors.sigma_m))
        record = anchors.sigma_m
        learnt = np.sqrt(np.clip(self._noise2, record**2, (WIDEST * record) ** 2))
        return np.where(self._ranges >= LEARNT, learnt, record)

    def health(self, anchors: Anchors, now_ns: int) -> list[AnchorHealth]:
        """Every anchor's health, in the order in which they became known."""
        self._grow(len(anchors.sigma_m))
        noise = self.sigma_m(anchors)
        silent = self._attendance.silent(len(anchors.sigma_m))
        return [
            AnchorHealth(
                code,
                int(self._ranges[k]),
                float(noise[k]),
                float(self._shift[k]),
                float(self._gated[k]),
                int(self._last_ns[k]),
                "silent" if silent[k] else self._state(k, now_ns),
            )
            for code, k in anchors.number.items()
        ]

    def _state(self, k: int, now_ns: int) -> str:
        if now_ns - int(self._last_ns[k]) > RECENT_NS:
            return "idle"
        if self._ranges[k] < LEARNT:
            return "learning"
        if self._gated[k] > UNRELIABLE:
            return "unreliable"
        return "shifted" if abs(self._shift[k]) > SHIFT_M else "ok"

    def _grow(self, anchors: int) -> None:
        more = anchors - len(self._ranges)
        if more > 0:
            self._ranges = np.append(self._ranges, np.zeros(more))
            self._noise2 = np.append(self._noise2, np.zeros(more))
            self._shift = np.append(self._shift, np.zeros(more))
            self._gated = np.append(self._gated, np.zeros(more))
            self._last_ns = np.append(self._last_ns, np.zeros(more, np.int64))
