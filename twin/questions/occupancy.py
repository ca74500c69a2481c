"""How many were where, for how long, and where they went next: tables, curves and matrices from visits."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.time import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from twin.questions.tracks import Track
    from twin.questions.visits import Visit

OUTSIDE = ""
"""The name of being in none of the areas."""


@dataclass(frozen=True, slots=True)
class Occupancy:
    """One area over a span.

    Attributes:
        people: distinct subjects.
        visits: stays.
        dwell_s: all stays together.
        mean_s, longest_s: of one stay.
        most: the most at once, and since when (UTC ns; 0 when nobody came).
        open_visits: stays whose beginning or end nobody saw.
    """

    people: int
    visits: int
    dwell_s: float
    mean_s: float
    longest_s: float
    most: int
    most_ns: int
    open_visits: int


def occupancy(visits: Sequence[Visit]) -> Occupancy:
    """The table row of one area."""
    dwell = [visit.dwell_s for visit in visits]
    changes = sorted([(visit.from_ns, 1) for visit in visits] + [(visit.to_ns + 1, -1) for visit in visits])
    most, most_ns, here = 0, 0, 0
    for t_ns, change in changes:
        here += change
        if here > most:
            most, most_ns = here, t_ns
    return Occupancy(
        people=len({visit.subject for visit in visits}),
        visits=len(visits),
        dwell_s=float(sum(dwell)),
        mean_s=float(np.mean(dwell)) if dwell else 0.0,
        longest_s=max(dwell, default=0.0),
        most=most,
        most_ns=most_ns,
        open_visits=sum(visit.began_open or visit.ended_open for visit in visits),
    )


def curve(visits: Sequence[Visit], from_ns: int, to_ns: int, steps: int) -> list[int]:
    """The most subjects at once in each of `steps` equal parts of [from_ns, to_ns)."""
    edges = [from_ns + (to_ns - from_ns) * step // steps for step in range(steps + 1)]
    most = []
    for begin, end in itertools.pairwise(edges):
        here = [visit for visit in visits if visit.from_ns < end and visit.to_ns >= begin]
        most.append(_at_once(here, begin))
    return most


def _at_once(visits: Sequence[Visit], begin_ns: int) -> int:
    changes = sorted([(max(v.from_ns, begin_ns), 1) for v in visits] + [(v.to_ns + 1, -1) for v in visits])
    most = here = 0
    for _, change in changes:
        here += change
        most = max(most, here)
    return most


def transitions(
    by_area: Mapping[str, Sequence[Visit]], longest_s: float = 1800.0
) -> dict[tuple[str, str], tuple[int, float]]:
    """How often subjects went from one area to the next, and the mean time between, seconds.

    A stay that follows later than `longest_s` after the last one, or after a silence, is no transition.

    Returns:
        (from, to) → (how often, mean seconds from leaving to entering).
    """
    stays: defaultdict[str, list[tuple[Visit, str]]] = defaultdict(list)
    for area, visits in by_area.items():
        for visit in visits:
            stays[visit.subject].append((visit, area))
    times: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for mine in stays.values():
        mine.sort(key=lambda stay: (stay[0].from_ns, stay[0].to_ns))
        for (left, a), (entered, b) in itertools.pairwise(mine):
            between_s = (entered.from_ns - left.to_ns) / NS_PER_S
            if a != b and not left.ended_open and not entered.began_open and between_s <= longest_s:
                times[a, b].append(max(between_s, 0.0))
    return {pair: (len(found), float(np.mean(found))) for pair, found in sorted(times.items())}


@dataclass(frozen=True, slots=True)
class Passage:
    """One way of one subject from one area to another."""

    subject: str
    left_ns: int
    entered_ns: int

    @property
    def duration_s(self) -> float:
        """Seconds on the way."""
        return (self.entered_ns - self.left_ns) / NS_PER_S


def passages(start: Sequence[Visit], end: Sequence[Visit], longest_s: float) -> list[Passage]:
    """Ways from one area to another: left the first, entered the second next, within a time."""
    arrivals: defaultdict[str, list[int]] = defaultdict(list)
    leaves: defaultdict[str, list[int]] = defaultdict(list)
    for visit in end:
        arrivals[visit.subject].append(visit.from_ns)
    for visit in start:
        leaves[visit.subject].append(visit.to_ns)
    found = []
    for subject, left in leaves.items():
        entered = np.sort(np.array(arrivals.get(subject, []), np.int64))
        left_ns = np.sort(np.array(left, np.int64))
        for i, t_ns in enumerate(left_ns.tolist()):
            row = int(np.searchsorted(entered, t_ns))
            if row == len(entered):
                continue
            arrival = int(entered[row])
            # Back in the first area meanwhile: the way begins with the last leaving.
            again = i + 1 < len(left_ns) and int(left_ns[i + 1]) <= arrival
            if not again and arrival - t_ns <= longest_s * NS_PER_S:
                found.append(Passage(subject, t_ns, arrival))
    return sorted(found, key=lambda one: (one.left_ns, one.subject))


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """Seconds spent in squares of the site.

    Attributes:
        west_m, south_m: corner of square (0, 0), site metres.
        cell_m: side of a square.
        seconds: (rows, columns), northward and eastward.
    """

    west_m: float
    south_m: float
    cell_m: float
    seconds: NDArray[np.float64]


def heat(
    tracks: Iterable[Track],
    bounds_m: tuple[float, float, float, float],
    cell_m: float,
    from_ns: int,
    to_ns: int,
    gap_s: float,
) -> Heat:
    """Where time was spent: each fix counts until the next, never longer than the gap allowed.

    Args:
        tracks: of whom.
        bounds_m: west, south, east, north, site metres.
        cell_m: side of a square, metres.
        from_ns: first instant, UTC ns.
        to_ns: first instant no more.
        gap_s: a fix before a longer silence counts for one second.
    """
    west, south, east, north = bounds_m
    shape = (max(1, int(np.ceil((north - south) / cell_m))), max(1, int(np.ceil((east - west) / cell_m))))
    seconds = np.zeros(shape[0] * shape[1])
    for track in tracks:
        lasted = np.append(np.diff(track.t_ns) / NS_PER_S, np.inf)
        lasted = np.where(lasted <= gap_s, lasted, 1.0)
        column = np.floor((track.xyz_m[:, 0] - west) / cell_m).astype(np.int64)
        row = np.floor((track.xyz_m[:, 1] - south) / cell_m).astype(np.int64)
        counted = (track.t_ns >= from_ns) & (track.t_ns < to_ns)
        counted &= (column >= 0) & (column < shape[1]) & (row >= 0) & (row < shape[0])
        cell = row[counted] * shape[1] + column[counted]
        seconds += np.bincount(cell, weights=lasted[counted], minlength=len(seconds))
    return Heat(west, south, cell_m, seconds.reshape(shape))
