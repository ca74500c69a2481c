"""What a fence would have raised in the past, an hour at a time so that it can say how far it is and be stopped.

Membership and rules start anew with each stretch, as they do after a restart; a stretch therefore begins some minutes
early, and an alarm counts where it was raised. Pure: the tracks are handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.time import NS_PER_S
from twin.core.retrospect import Past, retrospect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from gis.plant import Fence, Plant
    from gis.store.paths import TrackChunk
    from twin.effects import Alarm

STRETCH_S = 3600
RUN_UP_S = 900
MOST_FIXES = 2_000_000
"""Of one stretch; a fence around everything in a crowded plant would take the memory of a whole process."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What one stretch told.

    Attributes:
        done: share of the whole, 0 … 1.
        alarms: each with when it returned; None while it still stood at the end of the stretch.
        subjects: who came near.
        fixes: how many positions of theirs there were.
        cut: the stretch held more fixes than can be tried, and the rest was left out.
    """

    done: float
    alarms: tuple[tuple[Alarm, int | None], ...]
    subjects: frozenset[str]
    fixes: int
    cut: bool


def trials(
    plant: Plant, fence: Fence, from_ns: int, to_ns: int, read: Callable[[int, int], Sequence[TrackChunk]]
) -> Iterator[Trial]:
    """One trial a stretch, from the earliest on.

    Args:
        plant: whose people and roles are asked.
        fence: as drawn.
        from_ns: where the past to look at begins, UTC ns.
        to_ns: where it ends.
        read: the tracks near the fence between two instants.
    """
    begin = from_ns
    while begin < to_ns:
        end = min(begin + STRETCH_S * NS_PER_S, to_ns)
        past, cut = gathered(read(begin - RUN_UP_S * NS_PER_S, end), begin - RUN_UP_S * NS_PER_S, end)
        found = retrospect(plant, fence, past)
        alarms = tuple((alarm, found.returned_ns.get(alarm.id)) for alarm in found.alarms if alarm.raised_ns >= begin)
        # The first stretch has nothing before it to count in its run-up.
        counted = past.t_ns >= begin
        near = frozenset(past.subject[i] for i in np.unique(past.who[counted]))
        yield Trial((end - from_ns) / (to_ns - from_ns), alarms, near, int(counted.sum()), cut)
        begin = end


def gathered(tracks: Sequence[TrackChunk], from_ns: int, to_ns: int) -> tuple[Past, bool]:
    """Tracks as one table of the fixes in from_ns ≤ t < to_ns, and whether some had to be left out."""
    subjects = sorted({track.subject for track in tracks})
    number = {subject: i for i, subject in enumerate(subjects)}
    whole: list[tuple[TrackChunk, NDArray[np.bool_]]] = []
    count, cut = 0, False
    for track in tracks:
        within = (track.t_ns >= from_ns) & (track.t_ns < to_ns)
        count += int(within.sum())
        if count > MOST_FIXES:
            cut = True
            break
        whole.append((track, within))

    def column(name: str, empty: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.concatenate([empty, *(getattr(track, name)[within] for track, within in whole)])

    who = [np.full(int(within.sum()), number[track.subject], np.int64) for track, within in whole]
    past = Past(
        subject=subjects,
        who=np.concatenate([np.zeros(0, np.int64), *who]),
        t_ns=np.asarray(column("t_ns", np.zeros(0, np.int64)), np.int64),
        xyz_m=np.asarray(column("xyz_m", np.zeros((0, 3))), float),
        cov_m2=np.asarray(column("cov_m2", np.zeros((0, 3))), float),
        status=np.asarray(column("status", np.zeros(0, np.uint8)), np.uint8),
        reasons=np.asarray(column("reasons", np.zeros(0, np.uint32)), np.uint32),
        p_still=np.asarray(column("p_still", np.zeros(0)), float),
    )
    return past, cut
