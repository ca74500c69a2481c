"""How many alarms in how much time: averages, peaks, floods. Floods begin above 10 in 10 minutes and end below 5."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.time import NS_PER_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

MINUTE_S = 60
TEN_MINUTES_S = 600
HOUR_S = 3600
FLOOD_BEGINS_ABOVE = 10
FLOOD_ENDS_BELOW = 5


@dataclass(frozen=True, slots=True)
class Flood:
    """A stretch with more alarms than one can answer: [from_ns, to_ns), the alarms in it, the most in 10 minutes."""

    from_ns: int
    to_ns: int
    alarms: int
    peak: int


def peak(t_ns: NDArray[np.int64], window_s: int) -> tuple[int, int | None]:
    """The most in one window of the clock (whole minutes, hours …), and when that window began; (0, None) for none."""
    if not len(t_ns):
        return 0, None
    window, count = np.unique(t_ns // (window_s * NS_PER_S), return_counts=True)
    most = int(np.argmax(count))
    return int(count[most]), int(window[most]) * window_s * NS_PER_S


def windows_above(t_ns: NDArray[np.int64], from_ns: int, to_ns: int, window_s: int, most: int) -> float:
    """The share of windows, counted from `from_ns` on, in which there were more than `most`; 0 … 1."""
    width = window_s * NS_PER_S
    windows = max(1, -(-(to_ns - from_ns) // width))
    held = t_ns[(t_ns >= from_ns) & (t_ns < to_ns)]
    _, count = np.unique((held - from_ns) // width, return_counts=True)
    return float((count > most).sum()) / windows


def floods(t_ns: NDArray[np.int64], to_ns: int) -> list[Flood]:
    """Every flood of alarms at sorted times, by the number in the 10 minutes up to each moment.

    Args:
        t_ns: (n,) when operators were called, sorted.
        to_ns: end of the period; a flood that still goes on ends there.
    """
    width = TEN_MINUTES_S * NS_PER_S
    found: list[Flood] = []
    begun: int | None = None
    most = 0
    moments = np.unique(np.concatenate([t_ns, t_ns + width]))
    moments = moments[moments < to_ns]
    # In the 10 minutes (t − 10 min, t] up to each moment at which that number changes.
    number = np.searchsorted(t_ns, moments, side="right") - np.searchsorted(t_ns, moments - width, side="right")
    for moment, count in zip(moments.tolist(), number.tolist(), strict=True):
        if begun is None and count > FLOOD_BEGINS_ABOVE:
            begun, most = moment, count
        elif begun is not None:
            most = max(most, count)
            if count < FLOOD_ENDS_BELOW:
                found.append(_flood(t_ns, begun, moment, most))
                begun = None
    if begun is not None:
        found.append(_flood(t_ns, begun, to_ns, most))
    return found


def _flood(t_ns: NDArray[np.int64], from_ns: int, to_ns: int, most: int) -> Flood:
    held = int(((t_ns >= from_ns) & (t_ns < to_ns)).sum())
    return Flood(from_ns, to_ns, held, most)


def per_hour(t_ns: NDArray[np.int64], priority: NDArray[np.int64], from_ns: int, to_ns: int) -> NDArray[np.int64]:
    """(hours, 4) alarms of each priority in each hour of the clock that touches [from_ns, to_ns)."""
    width = HOUR_S * NS_PER_S
    first = from_ns // width
    counts = np.zeros((max(1, -(-to_ns // width) - first), 4), np.int64)
    held = (t_ns >= from_ns) & (t_ns < to_ns)
    np.add.at(counts, (t_ns[held] // width - first, np.clip(priority[held], 1, 4) - 1), 1)
    return counts
