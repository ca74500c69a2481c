"""For how long each anchor has said nothing while somebody stood where it is usually heard.

An anchor ranges only with tags near it, so silence alone tells nothing: in a tank farm at night nobody comes by for an
hour. Counted is the time during which a fix lay well within the range at which the anchor usually answers. What stands
in between may hide it even then; how long it stayed quiet before and was heard again afterwards is learnt of each one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import KDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUIET_S = 60.0
"""Quiet for so long with somebody near, and for twice its longest such spell before, an anchor is silent."""
LONGEST_S = 300.0
"""The longest spell that is learnt: an anchor that was really dead for hours is not excused for hours."""
LEARNT_S = 60
"""Heard in fewer seconds than this, an anchor's habits are not known, and nothing is said of its silence."""
NEAR = 0.7
"""Somebody within this share of the usual range counts as near."""
EVERY_NS = 1_000_000_000


class Attendance:
    """Who was near which anchor, and what the anchor said meanwhile. A row for each anchor, as in `Anchors`."""

    def __init__(self) -> None:
        self._usual_m = np.zeros(0)
        self._quiet_s = np.zeros(0)
        self._longest_s = np.zeros(0)
        self._heard = np.zeros(0, bool)
        self._seconds = np.zeros(0, np.int64)
        self._spots: list[NDArray[np.float64]] = []
        self._counted_ns: int | None = None

    def answered(self, number: NDArray[np.int64], d_m: NDArray[np.float64], anchors: int) -> None:
        """Ranges were heard: (m,) anchors and (m,) metres; how many anchors there are."""
        self._grow(anchors)
        count = np.bincount(number, minlength=len(self._usual_m))
        here = count > 0
        mean = np.bincount(number, weights=d_m, minlength=len(count))[here] / count[here]
        before = self._usual_m[here]
        self._usual_m[here] = np.where(before == 0.0, mean, before + 0.02 * (mean - before))
        self._heard |= here

    def stood(self, xy_m: NDArray[np.float64], t_ns: int, place_m: NDArray[np.float64]) -> None:
        """Fixes (n, 2) in site metres, the newest at UTC `t_ns`; anchors stand at (k, 2+). Counted once a second."""
        self._grow(len(place_m))
        self._spots.append(xy_m)
        if self._counted_ns is None:
            self._counted_ns = t_ns
        past_ns = t_ns - self._counted_ns
        if past_ns < EVERY_NS:
            return
        away_m, _ = KDTree(np.concatenate(self._spots), balanced_tree=False, compact_nodes=False).query(place_m[:, :2])
        self._spots, self._counted_ns = [], t_ns
        reach = NEAR * self._usual_m
        # A gap in the stream is nobody's silence but the engine's.
        passed = min(past_ns / 1e9, 2.0)
        self._quiet_s += np.where(~self._heard & (away_m <= reach), passed, 0.0)
        spell = np.minimum(self._quiet_s, LONGEST_S)
        self._longest_s = np.where(self._heard, np.maximum(self._longest_s, spell), self._longest_s)
        self._quiet_s[self._heard] = 0.0
        self._seconds += self._heard
        self._heard[:] = False

    def silent(self, anchors: int) -> NDArray[np.bool_]:
        """Which anchors (k,) should have been heard and were not."""
        self._grow(anchors)
        known = self._seconds >= LEARNT_S
        return np.asarray(known & (self._quiet_s > np.maximum(QUIET_S, 2.0 * self._longest_s)))

    def _grow(self, anchors: int) -> None:
        more = anchors - len(self._usual_m)
        if more > 0:
            self._usual_m = np.append(self._usual_m, np.zeros(more))
            self._quiet_s = np.append(self._quiet_s, np.zeros(more))
            self._longest_s = np.append(self._longest_s, np.zeros(more))
            self._heard = np.append(self._heard, np.zeros(more, bool))
            self._seconds = np.append(self._seconds, np.zeros(more, np.int64))
