"""Who is inside which fence: hysteresis on probability, confirmation by several fixes, and the path between fixes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.time import NS_PER_S
from twin.core.fences import (
    EXIT_SIGMA,
    REACH_SIGMA,
    Prisms,
    inside_probability,
    largest_sigma_m,
    staying_likelihood,
)
from twin.core.passage import passage
from twin.effects import Direction, EvidenceFix

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

_STRIDE = 1 << 20
"""A pair's key is subject row × stride + fence row; more fences than this a plant cannot have."""
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
        return self.pairs.get(subject * _STRIDE + fence, OUTSIDE)

    @staticmethod
    def key(subject: int, fence: int) -> int:
        """The key of a subject row and a fence row."""
        return subject * _STRIDE + fence

    def inside_rows(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Subject rows and fence rows of all pairs that are inside."""
        keys = self.keys[self.inside]
        return keys // _STRIDE, keys % _STRIDE

    def entries(self) -> list[tuple[int, int, Pair]]:
        """(subject row, fence row, pair) of all remembered pairs, in order of the rows."""
        return [(int(key) // _STRIDE, int(key) % _STRIDE, self.pairs[int(key)]) for key in self.keys]

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
        low = np.searchsorted(self.keys, subjects * _STRIDE)
        count = np.searchsorted(self.keys, (subjects + 1) * _STRIDE) - low
        which = np.repeat(np.arange(len(subjects)), count)
        within = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
        return which, self.keys[low[which] + within] % _STRIDE


def membership_of(entries: Iterable[tuple[int, int, Pair]]) -> Membership:
    """A membership of (subject row, fence row, pair)."""
    return Membership().with_pairs({subject * _STRIDE + fence: pair for subject, fence, pair in entries})


@dataclass(frozen=True, eq=False)
class Movements:
    """n movements of n different subjects to be tested against the fences, structure of arrays.

    Attributes:
        subject: (n,) subject rows.
        t_ns: (n,) time of the new fix.
        xyz_m, cov_m2, sigma_z_m: (n, 3), (n, 3), (n,) the new fix.
        from_t_ns, from_xyz_m, from_cov_m2, from_sigma_z_m: the believed fix before.
        path: (n,) whether the straight line from there to here was really gone.
    """

    subject: NDArray[np.int64]
    t_ns: NDArray[np.int64]
    xyz_m: NDArray[np.float64]
    cov_m2: NDArray[np.float64]
    sigma_z_m: NDArray[np.float64]
    from_t_ns: NDArray[np.int64]
    from_xyz_m: NDArray[np.float64]
    from_cov_m2: NDArray[np.float64]
    from_sigma_z_m: NDArray[np.float64]
    path: NDArray[np.bool_]


def moved(membership: Membership, prisms: Prisms, moves: Movements) -> tuple[Membership, list[Crossing]]:
    """Fold one fix of each of n subjects into the membership.

    A subject enters when `confirm_fixes` in a row are inside with at least the fence's enter probability, and leaves
    when being inside the fence grown by the exit margin explains as many with a relative likelihood of at most its exit
    probability. One that was outside and is outside again but whose path led through the fence entered and left it.

    Returns:
        the new membership, and the crossings by time, subject and fence.
    """
    if not len(prisms) or not len(moves.subject):
        return membership, []
    reach = REACH_SIGMA * largest_sigma_m(moves.cov_m2)
    start = np.where(moves.path[:, None], moves.from_xyz_m[:, :2], moves.xyz_m[:, :2])
    near, fence = prisms.nearby.pairs(start, moves.xyz_m[:, :2], reach)
    kept, kept_fence = membership.of_subjects(moves.subject)
    both = np.unique(np.concatenate([near * _STRIDE + fence, kept * _STRIDE + kept_fence]))
    both = both[~prisms.travels[both % _STRIDE]]
    return tested(membership, prisms, moves, both // _STRIDE, both % _STRIDE)


def tested(
    membership: Membership, prisms: Prisms, moves: Movements, which: NDArray[np.int64], fence: NDArray[np.int64]
) -> tuple[Membership, list[Crossing]]:
    """Fold movements (numbers `which`, (p,)) against fences (rows, (p,)) they may have to do with; as `moved`."""
    if not len(which):
        return membership, []
    key = moves.subject[which] * _STRIDE + fence
    inside, streaking = membership.known(key)

    row = np.where(inside, fence + len(prisms), fence)
    chance = inside_probability(prisms, row, moves.xyz_m[which], moves.cov_m2[which], moves.sigma_z_m[which])
    turned = np.where(inside, chance <= prisms.exit[fence], chance >= prisms.enter[fence])
    away = np.flatnonzero(inside & turned)
    likelihood = staying_likelihood(
        prisms, row[away], chance[away], moves.cov_m2[which[away]], moves.sigma_z_m[which[away]]
    )
    turned[away] = likelihood <= prisms.exit[fence[away]]
    # Where it plainly stays inside, nothing speaks for the other side.
    other = np.where(inside, 0.0, chance)
    other[away] = 1.0 - likelihood
    gone_by = ~inside & ~turned
    gone_by[gone_by] = streaking[gone_by] | path_meets(prisms, moves, which[gone_by], fence[gone_by])
    clear = chance <= prisms.exit[fence]
    sigma = largest_sigma_m(moves.cov_m2[which])
    blurred = np.flatnonzero(gone_by & clear & (EXIT_SIGMA * sigma > prisms.margin_m))
    clear[blurred] = is_past(prisms, fence[blurred], moves, which[blurred])

    changed: dict[int, Pair] = {}
    crossings: list[Crossing] = []
    for j in np.flatnonzero(turned | streaking | gone_by):
        before = membership.pairs.get(int(key[j]), OUTSIDE)
        move = int(which[j])
        odds = odds_of(float(other[j]), (int(moves.t_ns[move]) - int(moves.from_t_ns[move])) / NS_PER_S)
        seen = Seen(move, int(fence[j]), float(chance[j]), bool(turned[j]), bool(gone_by[j]), odds, bool(clear[j]))
        after, crossed = folded(before, prisms, moves, seen)
        if after is not before:
            changed[int(key[j])] = after
        crossings += crossed
    crossings.sort(key=lambda crossing: (crossing.t_ns, crossing.subject, crossing.fence))
    return membership.with_pairs(changed), crossings


def path_meets(
    prisms: Prisms, moves: Movements, which: NDArray[np.int64], fence: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """(p,) whether the line of each movement touches the fence."""
    meets = np.zeros(len(which), bool)
    gone = np.flatnonzero(moves.path[which])
    ends = np.stack([moves.from_xyz_m[which[gone], :2], moves.xyz_m[which[gone], :2]], axis=1)
    meets[gone] = shapely.intersects(prisms.shapes[fence[gone]], shapely.linestrings(ends))
    return meets


@dataclass(frozen=True, slots=True)
class Seen:
    """One movement against one fence: what the arrays say."""

    move: int
    fence: int
    chance: float
    turned: bool
    gone_by: bool
    odds: float
    clear: bool = True
    """Outside for certain, for one that is not inside."""


def is_past(prisms: Prisms, fence: NDArray[np.int64], moves: Movements, which: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(p,) whether blurred fixes are so far outside that whoever went through has left again."""
    row = fence + len(prisms)
    at = (moves.xyz_m[which], moves.cov_m2[which], moves.sigma_z_m[which])
    likelihood = staying_likelihood(prisms, row, inside_probability(prisms, row, *at), *at[1:])
    return np.asarray(likelihood <= prisms.exit[fence], bool)


def odds_of(other: float, after_s: float) -> float:
    """What one fix adds for the other side (negative: against it), by the probability it gives to it."""
    bounded = min(max(other, 1e-9), 1.0 - 1e-9)
    share = min(max(after_s / INDEPENDENT_S, 0.1), 1.0)
    return share * min(max(math.log(bounded / (1.0 - bounded)), -MOST_ODDS), MOST_ODDS)


def folded(before: Pair, prisms: Prisms, moves: Movements, seen: Seen) -> tuple[Pair, list[Crossing]]:
    """One pair after one fix, and what it crossed."""
    subject = int(moves.subject[seen.move])
    if not seen.turned:
        return _undecided(before, prisms, moves, seen, subject)
    fix = _evidence(moves, seen.move, seen.chance)
    streak = (
        (*before.streak, fix) if len(before.streak) < _LONGEST_STREAK else (before.streak[0], *before.streak[2:], fix)
    )
    begun_ns = before.before_ns if before.streak else int(moves.from_t_ns[seen.move])
    odds = before.odds + max(seen.odds, 0.0)
    if odds < (ODDS_OUT if before.inside else ODDS_IN) or not _is_confirmed(prisms, seen.fence, streak):
        left = before.left
        if not before.inside and not before.streak and moves.path[seen.move]:
            left = left or _origin(moves, seen.move)
        return replace(before, streak=streak, left=left, before_ns=begun_ns, odds=odds), []
    place = (fix.x_m, fix.y_m, fix.z_m)
    if before.inside:
        dwell_s = (fix.t_ns - before.entered_ns) / NS_PER_S
        out = Crossing(fix.t_ns, subject, seen.fence, Direction.EXIT, fix.probability, place, streak, dwell_s, begun_ns)
        return OUTSIDE, [out]
    left = before.left
    if left is None and not before.streak and moves.path[seen.move]:
        left = _origin(moves, seen.move)
    was_inside = left is None or _was_inside(prisms, seen.fence, left, float(moves.sigma_z_m[seen.move]))
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


def _was_inside(prisms: Prisms, fence: int, fix: EvidenceFix, sigma_z_m: float) -> bool:
    """Whether the fix a streak began from was inside already: the fence came to the subject, not the other way."""
    chance = inside_probability(
        prisms,
        np.array([fence]),
        np.array([[fix.x_m, fix.y_m, fix.z_m]]),
        np.array([fix.cov_m2]),
        np.array([sigma_z_m]),
    )
    return float(chance[0]) >= float(prisms.enter[fence])


def _undecided(before: Pair, prisms: Prisms, moves: Movements, seen: Seen, subject: int) -> tuple[Pair, list[Crossing]]:
    """A pair after a fix that does not speak for the other side."""
    odds = before.odds + seen.odds
    if before.inside:
        if before.streak and odds > 0.0:
            return replace(before, odds=odds), []
        return (replace(before, streak=(), before_ns=0, odds=0.0) if before.streak else before), []
    if not seen.gone_by:
        return OUTSIDE, []
    if seen.clear:
        return OUTSIDE, _passage(before, prisms, moves, seen, subject)
    # In doubt: the way it came is remembered until it is out for certain, in or on the other side.
    if not moves.path[seen.move]:
        return OUTSIDE, []
    left = before.left or _origin(moves, seen.move)
    return (replace(before, left=left, odds=odds) if before.streak and odds > 0.0 else Pair(left=left)), []


def _passage(before: Pair, prisms: Prisms, moves: Movements, seen: Seen, subject: int) -> list[Crossing]:
    """Entry and exit of a subject whose path since it was last outside led through the fence; usually none."""
    if before.left is None and (before.streak or not moves.path[seen.move]):
        return []
    begin = before.left if before.left is not None else _origin(moves, seen.move)
    end = _evidence(moves, seen.move, seen.chance)
    sigma_z = max(float(moves.sigma_z_m[seen.move]), float(moves.from_sigma_z_m[seen.move]))
    found = passage(prisms, seen.fence, begin, end, sigma_z)
    if found is None:
        return []
    into, middle, out = found
    proof = (begin, *before.streak, middle, end)
    dwell_s = (out.t_ns - into.t_ns) / NS_PER_S
    return [
        Crossing(t.t_ns, subject, seen.fence, way, middle.probability, (t.x_m, t.y_m, t.z_m), proof, dwell, begin.t_ns)
        for t, way, dwell in ((into, Direction.ENTER, None), (out, Direction.EXIT, dwell_s))
    ]


def _evidence(moves: Movements, i: int, probability: float) -> EvidenceFix:
    x, y, z = (float(value) for value in moves.xyz_m[i])
    xx, xy, yy = (float(value) for value in moves.cov_m2[i])
    return EvidenceFix(int(moves.t_ns[i]), x, y, z, (xx, xy, yy), probability)


def _origin(moves: Movements, i: int) -> EvidenceFix:
    x, y, z = (float(value) for value in moves.from_xyz_m[i])
    xx, xy, yy = (float(value) for value in moves.from_cov_m2[i])
    return EvidenceFix(int(moves.from_t_ns[i]), x, y, z, (xx, xy, yy), 0.0)
