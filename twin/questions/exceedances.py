"""When a sensor stood beyond a limit, and who was near it meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.time import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gis.plant import Limits


@dataclass(frozen=True, slots=True)
class Exceedance:
    """One stretch of good readings beyond a limit.

    Attributes:
        limit: ll, l, h, hh: the worst that was passed.
        from_ns, to_ns: first and last reading beyond, UTC ns.
        worst: the value furthest beyond, and when.
    """

    limit: str
    from_ns: int
    to_ns: int
    worst: float
    worst_ns: int


def exceedances(
    t_ns: NDArray[np.int64], value: NDArray[np.float64], limits: Limits, gap_s: float = 60.0
) -> list[Exceedance]:
    """Stretches of readings at or beyond the outermost limits that are set (H and HH, L and LL), in order.

    Args:
        t_ns: (n,) times of good readings, rising.
        value: (n,) values.
        limits: those of the sensor.
        gap_s: readings further apart belong to two stretches.
    """
    if not len(t_ns):
        return []
    found = [*_beyond(t_ns, value, limits.h, limits.hh, gap_s, high=True)]
    found += _beyond(t_ns, value, limits.l, limits.ll, gap_s, high=False)
    return sorted(found, key=lambda one: one.from_ns)


def _beyond(
    t_ns: NDArray[np.int64],
    value: NDArray[np.float64],
    mild: float | None,
    severe: float | None,
    gap_s: float,
    *,
    high: bool,
) -> list[Exceedance]:
    first = mild if mild is not None else severe
    if first is None:
        return []
    sign = 1.0 if high else -1.0
    over = sign * (value - first) >= 0
    fresh = np.concatenate([[True], np.diff(t_ns) > round(gap_s * NS_PER_S)])
    begins = np.flatnonzero(over & (fresh | ~np.concatenate([[False], over[:-1]])))
    ends = np.flatnonzero(over & np.concatenate([fresh[1:] | ~over[1:], [True]]))
    found = []
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        worst = begin + int(np.argmax(sign * value[begin : end + 1]))
        is_severe = severe is not None and sign * (value[worst] - severe) >= 0
        name = {(True, True): "hh", (True, False): "h", (False, True): "ll", (False, False): "l"}[high, is_severe]
        found.append(Exceedance(name, int(t_ns[begin]), int(t_ns[end]), float(value[worst]), int(t_ns[worst])))
    return found


def overlapping(found: Sequence[Exceedance], from_ns: int, to_ns: int) -> list[Exceedance]:
    """Those that were on during some of [from_ns, to_ns]."""
    return [one for one in found if one.from_ns <= to_ns and one.to_ns >= from_ns]
