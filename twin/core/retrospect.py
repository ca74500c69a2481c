"""What a fence would have told of the past: the same membership and the same rules, over stored fixes at once.

Pure. Nothing but this one fence is asked, with a memory that is empty at the first fix, so whatever began before it
counts from there. Probabilities of all fixes are found in one go; what follows from them is folded as it is live.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gis.fix import FixStatus, Reason
from gis.plant import Plant, TagAssignment
from gis.time import NS_PER_S
from twin.core.enforcement import enforcement_at
from twin.core.fences import EXIT_SIGMA, FAR_SIGMA, inside_probability, largest_sigma_m, staying_likelihood
from twin.core.judging import path_meets
from twin.core.ledger import Ledger
from twin.core.membership import OUTSIDE, Crossing, Pair, Seen, folded, odds_of
from twin.core.movements import Movements
from twin.core.observing import observed
from twin.core.presence import crossed
from twin.core.settling import reconciled
from twin.core.step import step
from twin.core.tracks import aged, copied
from twin.core.world import new_world
from twin.effects import AlarmChanged, AlarmState, Crossed, Direction
from twin.events import Ticked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from gis.plant import Fence
    from twin.core.world import World
    from twin.effects import Alarm

NOT_OF_A_FENCE = frozenset({"GATHER", "TAGOFF", "PATROL", "LOWBATT", "ANCHOROFF", "SOS"})
_LONG_AGO_NS = 10**17
IDLE_S = 60.0
"""How often rules are asked while nobody is inside."""


@dataclass(frozen=True, eq=False)
class Past:
    """n stored fixes of some people and vehicles, structure of arrays; each subject's in order of time.

    Attributes:
        subject: their codes.
        who: (n,) index into `subject`.
        t_ns, xyz_m, cov_m2: (n,), (n, 3), (n, 3) xx, xy, yy.
        status, reasons: (n,) as in `gis.fix`.
        p_still: (n,); None where it was not kept.
    """

    subject: Sequence[str]
    who: NDArray[np.int64]
    t_ns: NDArray[np.int64]
    xyz_m: NDArray[np.float64]
    cov_m2: NDArray[np.float64]
    status: NDArray[np.uint8]
    reasons: NDArray[np.uint32]
    p_still: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class Retrospect:
    """What would have been: crossings in order of time, alarms as they were raised, and when each returned (by id)."""

    crossings: list[Crossed]
    alarms: list[Alarm]
    returned_ns: dict[str, int]


def retrospect(plant: Plant, fence: Fence, past: Past, *, tick_s: float = 10.0) -> Retrospect:
    """Run one fence over the past. A fence that travels with a vehicle cannot be: it gives nothing.

    Args:
        plant: its people, vehicles, roles and shifts as they are to be asked.
        fence: as drawn; its validity is not looked at, its schedule is.
        past: the fixes of those who came near, and of those whose post it is.
        tick_s: how often rules are asked while somebody is inside.
    """
    found = Retrospect([], [], {})
    if not len(past.t_ns) or fence.rules.moving_with is not None:
        return found
    world = _world(plant, fence, past, int(past.t_ns.min()))
    order = np.lexsort((past.t_ns, past.who))
    rows = np.array([world.roster.row.get(subject, -1) for subject in past.subject], np.int64)[past.who[order]]
    order, rows = order[rows >= 0], rows[rows >= 0]
    crossings = _crossings(world, _movements(world, past, order, rows))
    for effect in _ruled(world, past, order, rows, crossings, tick_s):
        if isinstance(effect, Crossed):
            found.crossings.append(effect)
        elif isinstance(effect, AlarmChanged) and effect.alarm.kind not in NOT_OF_A_FENCE:
            if effect.cause == "raised":
                found.alarms.append(effect.alarm)
            elif effect.alarm.state in (AlarmState.NORMAL, AlarmState.RETURNED_UNACKNOWLEDGED):
                found.returned_ns[effect.alarm.id] = effect.t_ns
            elif effect.cause == "reraised":
                found.returned_ns.pop(effect.alarm.id, None)
    return found


def _world(plant: Plant, fence: Fence, past: Past, t_ns: int) -> World:
    """A world with this one fence, in which everybody of the past carries a tag."""
    vehicles, people = {one.code for one in plant.vehicles}, {one.code for one in plant.people}
    carried = [
        TagAssignment(
            tag=f"past-{i}", valid_from=1 + 10**17, **({"person": who} if who in people else {"vehicle": who})
        )
        for i, who in enumerate(past.subject)
        if who in people or who in vehicles
    ]
    alone = fence.model_copy(update={"valid_from": 0, "valid_to": None})
    nothing: dict[str, tuple[()]] = dict.fromkeys(("patrols", "zones", "tags", "sensors"), ())
    changes = {**nothing, "fences": (alone,), "assignments": tuple(carried)}
    return step(new_world(plant.model_copy(update=changes), 1), Ticked(t_ns))[0]


def _movements(world: World, past: Past, order: NDArray[np.int64], rows: NDArray[np.int64]) -> Movements:
    """Every believed fix with the one before it of the same subject."""
    doubted = (past.reasons[order] & np.uint32(Reason.OUTLIERS)) > 0
    believed = (past.status[order] <= FixStatus.DEGRADED) & ~doubted
    order, rows = order[believed], rows[believed]
    before = np.maximum(np.arange(len(order)) - 1, 0)
    first = rows != rows[before]
    first[:1] = True
    gap_s = (past.t_ns[order] - past.t_ns[order[before]]) / NS_PER_S
    anew = (past.reasons[order] & np.uint32(Reason.REINITIALISED)) > 0
    sigma_z = np.full(len(order), 1.0)
    return Movements(
        subject=rows,
        t_ns=past.t_ns[order],
        xyz_m=past.xyz_m[order],
        cov_m2=past.cov_m2[order],
        sigma_z_m=sigma_z,
        from_t_ns=np.where(first, 0, past.t_ns[order[before]]),
        from_xyz_m=past.xyz_m[order[before]],
        from_cov_m2=past.cov_m2[order[before]],
        from_sigma_z_m=sigma_z,
        path=~first & ~anew & (gap_s <= world.parameters.segment_gap_s),
    )


def _crossings(world: World, moves: Movements) -> list[Crossing]:
    """What everybody crossed, in order of time."""
    prisms, n = world.prisms, len(moves.t_ns)
    west, south, east, north = prisms.nearby.bounds_m[0]
    reach = FAR_SIGMA * largest_sigma_m(moves.cov_m2)[:, None] + world.parameters.exit_margin_m
    low = np.minimum(moves.xyz_m[:, :2], moves.from_xyz_m[:, :2]) - reach
    high = np.maximum(moves.xyz_m[:, :2], moves.from_xyz_m[:, :2]) + reach
    near = np.flatnonzero((low <= (east, north)).all(axis=1) & (high >= (west, south)).all(axis=1))
    plain = np.zeros(len(near), np.int64)
    at = (moves.xyz_m[near], moves.cov_m2[near], moves.sigma_z_m[near])
    chance, wider, likelihood, meets = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n, bool)
    chance[near] = inside_probability(prisms, plain, *at)
    wider[near] = inside_probability(prisms, plain + 1, *at)
    likelihood[near] = staying_likelihood(prisms, plain + 1, wider[near], *at[1:])
    meets[near] = path_meets(prisms, moves, near, plain)
    blurred = EXIT_SIGMA * largest_sigma_m(moves.cov_m2) > prisms.margin_m
    enters, leaves = chance >= prisms.enter[0], likelihood <= prisms.exit[0]
    found: list[Crossing] = []
    pair, last = OUTSIDE, -1
    for i, subject in enumerate(moves.subject.tolist()):
        if subject != last:
            pair, last = OUTSIDE, subject
        turned = bool(leaves[i] if pair.inside else enters[i])
        gone_by = not pair.inside and not turned and (pair.is_on_its_way or bool(meets[i]))
        if not (turned or gone_by or pair.is_on_its_way):
            continue
        other = 1.0 - float(likelihood[i]) if pair.inside else float(chance[i])
        odds = odds_of(other, (int(moves.t_ns[i]) - int(moves.from_t_ns[i])) / NS_PER_S)
        clear = bool(likelihood[i] <= prisms.exit[0] if blurred[i] else chance[i] <= prisms.exit[0])
        (move,) = moves.at(np.array([i]))
        seen = Seen(move, 0, float(wider[i] if pair.inside else chance[i]), turned, gone_by, odds, clear)
        pair, more = folded(pair, prisms, seen)
        found += more
    return sorted(found, key=lambda crossing: (crossing.t_ns, crossing.subject))


def _ruled(
    world: World,
    past: Past,
    order: NDArray[np.int64],
    rows: NDArray[np.int64],
    crossings: list[Crossing],
    tick_s: float,
) -> Iterator[object]:
    """The effects of the crossings, and of the rules asked as time goes by."""
    starts = {int(row): int(np.searchsorted(rows, row)) for row in np.unique(rows)}
    times = {row: past.t_ns[order[rows == row]] for row in starts}
    now_ns, end_ns = int(past.t_ns.min()), int(past.t_ns.max())
    waiting = list(reversed(crossings))
    while now_ns < end_ns:
        idle = not world.membership.inside.any()
        now_ns += round((IDLE_S if idle else tick_s) * NS_PER_S)
        if waiting and idle:
            now_ns = min(now_ns, waiting[-1].t_ns)
        now_ns = min(now_ns, end_ns)
        out = Ledger(world.next_seq)
        world = _seen(replace(world, now_ns=now_ns), past, order, starts, times)
        while waiting and waiting[-1].t_ns <= now_ns:
            crossing = waiting.pop()
            into = crossing.direction is Direction.ENTER
            pair = Pair(inside=True, entered_ns=crossing.t_ns) if into else OUTSIDE
            key = world.membership.key(crossing.subject, crossing.fence)
            world = replace(world, membership=world.membership.with_pairs({key: pair}))
            world = crossed(world, [crossing], out)
        world = reconciled(observed(_scheduled(world), now_ns), now_ns, out)
        world = replace(world, next_seq=out.next_seq)
        yield from out.effects


def _scheduled(world: World) -> World:
    if world.now_ns < world.enforcement.until_ns:
        return world
    timezone = world.plant.head.timezone
    return replace(world, enforcement=enforcement_at(world.prisms.fences, timezone, world.now_ns))


def _seen(
    world: World,
    past: Past,
    order: NDArray[np.int64],
    starts: dict[int, int],
    times: dict[int, NDArray[np.int64]],
) -> World:
    """The world whose tracks hold everybody's newest fix by now."""
    tracks = copied(world.tracks)
    for row, start in starts.items():
        at = int(np.searchsorted(times[row], world.now_ns, side="right")) - 1
        if at < 0:
            continue
        i = order[start + at]
        tracks["t_ns"][row] = tracks["ref_t_ns"][row] = past.t_ns[i]
        tracks["xyz_m"][row] = tracks["ref_xyz_m"][row] = past.xyz_m[i]
        tracks["cov_m2"][row] = tracks["ref_cov_m2"][row] = past.cov_m2[i]
        tracks["status"][row], tracks["reasons"][row] = past.status[i], past.reasons[i]
        tracks["p_still"][row] = 0.5 if past.p_still is None else past.p_still[i]
    known = world.parameters
    stale, status = aged(
        tracks,
        world.now_ns,
        predicted_after_s=known.predicted_after_s,
        predicted_periods=known.predicted_periods,
        lost_after_s=known.lost_after_s,
        lost_periods=known.lost_periods,
    )
    tracks["status"][stale] = status
    return replace(world, tracks=tracks)
