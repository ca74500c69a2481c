"""Who is inside which fence: hysteresis on probability, confirmation by several fixes, and the path between fixes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gis.time import NS_PER_S
from locator.estimator.compiled import COMPILED
from twin.core.fences import Prisms, probability_at
from twin.core.judging import STRIDE, judged, pairs, remembered
from twin.core.passage import passage
from twin.effects import Direction, EvidenceFix

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from twin.core.movements import Movement, Movements

ODDS_IN, ODDS_OUT = math.log(1e3), math.log(9e3)
"""An entry is believed when its fixes together make inside a thousand times likelier, an exit with nine times more
doubt: who is forgotten inside is worse off than who is counted there a little longer ..."""
MOST_ODDS = math.log(100.0)
"""... of which one fix, whatever it says of itself, gives a hundred at most ..."""
INDEPENDENT_S = 0.5
"""... and fixes that follow one another faster than this, sharing their errors, proportionally less."""
_LONGEST_STREAK = 20
"""So many fixes are kept of a streak that must last some seconds."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What is known of one subject and one fence while it is inside or on its way in or out.

    Attributes:
        inside: on which side it is held to be.
        entered_ns: when it entered; 0 outside.
        streak: the fixes so far that speak for the other side; of a long one the first and the newest.
        left: the last fix that was outside, while later ones are in doubt or speak for inside; where a passage began.
        before_ns: time of the believed fix before the streak; 0 when there was none.
        odds: how much the streak speaks for the other side: logarithm of how many times likelier it is by now.
    """

    inside: bool = False
    entered_ns: int = 0
    streak: tuple[EvidenceFix, ...] = ()
    left: EvidenceFix | None = None
    before_ns: int = 0
    odds: float = 0.0

    @property
    def is_on_its_way(self) -> bool:
        """Whether it was outside or inside for certain some fixes ago, and is not now."""
        return bool(self.streak) or self.left is not None


OUTSIDE = Pair()


@dataclass(frozen=True, slots=True)
class Crossing:
    """One subject crossed one fence, not before `after_ns` (0: nobody knows) and not after `t_ns`.

    `evidence` are the fixes that prove it. `first_seen`: it was inside when it was first seen, or seen again.
    """

    t_ns: int
    subject: int
    fence: int
    direction: Direction
    probability: float
    xyz_m: tuple[float, float, float]
    evidence: tuple[EvidenceFix, ...]
    dwell_s: float | None = None
    after_ns: int = 0
    first_seen: bool = False


@dataclass(frozen=True, eq=False)
class Membership:
    """All pairs worth remembering; every other subject is outside every other fence.

    Attributes:
        pairs: key → pair.
        keys: the keys, sorted.
        inside: for each key, whether it is inside.
        streaking: for each key, whether it is on its way from one side to the other.
    """

    pairs: Mapping[int, Pair] = field(default_factory=dict)
    keys: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    inside: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    streaking: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))

    def get(self, subject: int, fence: int) -> Pair:
        """The pair of a subject row and a fence row."""
        return self.pairs.get(subject * STRIDE + fence, OUTSIDE)

    @staticmethod
    def key(subject: int, fence: int) -> int:
        """The key of a subject row and a fence row."""
        return subject * STRIDE + fence

    def inside_rows(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Subject rows and fence rows of all pairs that are inside."""
        keys = self.keys[self.inside]
        return keys // STRIDE, keys % STRIDE

    def entries(self) -> list[tuple[int, int, Pair]]:
        """(subject row, fence row, pair) of all remembered pairs, in order of the rows."""
        return [(int(key) // STRIDE, int(key) % STRIDE, self.pairs[int(key)]) for key in self.keys]

    def with_pairs(self, changed: Mapping[int, Pair]) -> Membership:
        """The same with some pairs changed; a pair outside and not on its way is forgotten."""
        if not changed:
            return self
        pairs = {**self.pairs, **changed}
        gone = [key for key, pair in changed.items() if not pair.inside and not pair.is_on_its_way]
        for key in gone:
            del pairs[key]
        touched = np.sort(np.fromiter(changed, np.int64, len(changed)))
        low = np.searchsorted(self.keys, touched)
        there = self._at(touched, low)
        keys = np.delete(self.keys, low[there])
        stay = touched[np.isin(touched, np.array(gone, np.int64), assume_unique=True, invert=True)]
        into = np.searchsorted(keys, stay)
        inside = [pairs[key].inside for key in stay.tolist()]
        streaking = [pairs[key].is_on_its_way for key in stay.tolist()]
        return Membership(
            pairs,
            np.insert(keys, into, stay),
            np.insert(np.delete(self.inside, low[there]), into, inside),
            np.insert(np.delete(self.streaking, low[there]), into, streaking),
        )

    def _at(self, keys: NDArray[np.int64], low: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each key is the one its search position `low` points at."""
        found = np.zeros(len(keys), bool)
        within = np.flatnonzero(low < len(self.keys))
        found[within] = self.keys[low[within]] == keys[within]
        return found

    def known(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """For each key (p,), whether its pair is inside, and whether it has a streak."""
        low = np.searchsorted(self.keys, keys)
        here = np.flatnonzero(self._at(keys, low))
        inside, streaking = np.zeros((2, len(keys)), bool)
        inside[here], streaking[here] = self.inside[low[here]], self.streaking[low[here]]
        return inside, streaking

    def of_subjects(self, subjects: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Positions in `subjects` (n,) and fence rows of all remembered pairs of these subjects."""
        return remembered(self.keys, subjects)


def membership_of(entries: Iterable[tuple[int, int, Pair]]) -> Membership:
    """A membership of (subject row, fence row, pair)."""
    return Membership().with_pairs({subject * STRIDE + fence: pair for subject, fence, pair in entries})


def moved(
    membership: Membership, prisms: Prisms, moves: Movements, *, compiled: bool = COMPILED
) -> tuple[Membership, list[Crossing]]:
    """Fold one fix of each of n subjects into the membership.

    A subject enters when `confirm_fixes` in a row are inside with at least the fence's enter probability, and leaves
    when being inside the fence grown by the exit margin explains as many with a relative likelihood of at most its exit
    probability. One that was outside and is outside again but whose path led through the fence entered and left it.

    Args:
        membership: before.
        prisms: the fences.
        moves: one movement of each subject.
        compiled: in machine code, else in NumPy; by default what the machine has.

    Returns:
        the new membership, and the crossings by time, subject and fence.
    """
    if not len(prisms) or not len(moves.subject):
        return membership, []
    return tested(
        membership, prisms, moves, *pairs(membership.keys, prisms, moves, compiled=compiled), compiled=compiled
    )


def tested(
    membership: Membership,
    prisms: Prisms,
    moves: Movements,
    which: NDArray[np.int64],
    fence: NDArray[np.int64],
    *,
    compiled: bool,
) -> tuple[Membership, list[Crossing]]:
    """Fold movements (numbers `which`, (p,)) against fences (rows, (p,)) they may have to do with; as `moved`."""
    if not len(which):
        return membership, []
    inside, streaking = membership.known(moves.subject[which] * STRIDE + fence)
    verdicts = judged(prisms, moves, which, fence, inside, streaking, compiled=compiled)
    changed: dict[int, Pair] = {}
    crossings: list[Crossing] = []
    columns = (column.tolist() for column in verdicts[1:])
    for move, row, chance, other, turned, gone_by, clear in zip(moves.at(verdicts.which), *columns, strict=True):
        key = move.subject * STRIDE + row
        before = membership.pairs.get(key, OUTSIDE)
        seen = Seen(move, row, chance, turned, gone_by, odds_of(other, (move.t_ns - move.from_t_ns) / NS_PER_S), clear)
        after, crossed = folded(before, prisms, seen)
        if after is not before:
            changed[key] = after
        crossings += crossed
    crossings.sort(key=lambda crossing: (crossing.t_ns, crossing.subject, crossing.fence))
    return membership.with_pairs(changed), crossings


class Seen(NamedTuple):
    """One movement against one fence: what the arrays say."""

    move: Movement
    fence: int
    chance: float
    turned: bool
    gone_by: bool
    odds: float
    clear: bool = True
    """Outside for certain, for one that is not inside."""


def odds_of(other: float, after_s: float) -> float:
    """What one fix adds for the other side (negative: against it), by the probability it gives to it."""
    bounded = min(max(other, 1e-9), 1.0 - 1e-9)
    share = min(max(after_s / INDEPENDENT_S, 0.1), 1.0)
    return share * min(max(math.log(bounded / (1.0 - bounded)), -MOST_ODDS), MOST_ODDS)


def folded(before: Pair, prisms: Prisms, seen: Seen) -> tuple[Pair, list[Crossing]]:
    """One pair after one fix, and what it crossed."""
    if not seen.turned:
        return _undecided(before, prisms, seen)
    move, subject = seen.move, seen.move.subject
    fix = move.fix(seen.chance)
    streak = (
        (*before.streak, fix) if len(before.streak) < _LONGEST_STREAK else (before.streak[0], *before.streak[2:], fix)
    )
    begun_ns = before.before_ns if before.streak else move.from_t_ns
    odds = before.odds + max(seen.odds, 0.0)
    left = before.left
    if left is None and not before.inside and not before.streak and move.path:
        left = move.origin
    if odds < (ODDS_OUT if before.inside else ODDS_IN) or not _is_confirmed(prisms, seen.fence, streak):
        return Pair(before.inside, before.entered_ns, streak, left, begun_ns, odds), []
    place = (fix.x_m, fix.y_m, fix.z_m)
    if before.inside:
        dwell_s = (fix.t_ns - before.entered_ns) / NS_PER_S
        out = Crossing(fix.t_ns, subject, seen.fence, Direction.EXIT, fix.probability, place, streak, dwell_s, begun_ns)
        return OUTSIDE, [out]
    was_inside = left is None or (
        probability_at(prisms, seen.fence, left, move.sigma_z_m) >= float(prisms.enter[seen.fence])
    )
    into = Crossing(
        fix.t_ns,
        subject,
        seen.fence,
        Direction.ENTER,
        fix.probability,
        place,
        streak,
        after_ns=begun_ns,
        first_seen=was_inside,
    )
    return Pair(inside=True, entered_ns=fix.t_ns), [into]


def _is_confirmed(prisms: Prisms, fence: int, streak: tuple[EvidenceFix, ...]) -> bool:
    """Whether enough fixes agree, or for long enough."""
    long_s = float(prisms.confirm_s[fence])
    if long_s > 0.0:
        return len(streak) >= 2 and streak[-1].t_ns - streak[0].t_ns >= long_s * NS_PER_S
    return len(streak) >= int(prisms.confirm[fence])


def _undecided(before: Pair, prisms: Prisms, seen: Seen) -> tuple[Pair, list[Crossing]]:
    """A pair after a fix that does not speak for the other side."""
    odds = before.odds + seen.odds
    if before.inside:
        if before.streak and odds > 0.0:
            return Pair(True, before.entered_ns, before.streak, before.left, before.before_ns, odds), []
        return (Pair(True, before.entered_ns, (), before.left) if before.streak else before), []
    if not seen.gone_by:
        return OUTSIDE, []
    if seen.clear:
        return OUTSIDE, _passage(before, prisms, seen)
    # In doubt: the way it came is remembered until it is out for certain, in or on the other side.
    if not seen.move.path:
        return OUTSIDE, []
    left = before.left or seen.move.origin
    goes_on = before.streak and odds > 0.0
    return Pair(False, before.entered_ns, before.streak, left, before.before_ns, odds) if goes_on else Pair(
        left=left
    ), []


def _passage(before: Pair, prisms: Prisms, seen: Seen) -> list[Crossing]:
    """Entry and exit of a subject whose path since it was last outside led through the fence; usually none."""
    move, subject = seen.move, seen.move.subject
    if before.left is None and (before.streak or not move.path):
        return []
    begin, end = before.left or move.origin, move.fix(seen.chance)
    found = passage(prisms, seen.fence, begin, end, max(move.sigma_z_m, move.from_sigma_z_m))
    if found is None:
        return []
    into, middle, out = found
    proof = (begin, *before.streak, middle, end)
    dwell_s = (out.t_ns - into.t_ns) / NS_PER_S
    return [
        Crossing(t.t_ns, subject, seen.fence, way, middle.probability, (t.x_m, t.y_m, t.z_m), proof, dwell, begin.t_ns)
        for t, way, dwell in ((into, Direction.ENTER, None), (out, Direction.EXIT, dwell_s))
    ]
