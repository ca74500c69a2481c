"""The plant's records change under a running world: new fences, other carriers, other rights."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from gis.time import NS_PER_S
from twin.core.enforcement import enforcement_at
from twin.core.membership import Crossing, Pair, membership_of
from twin.core.presence import crossed, crossing_effect
from twin.core.process import process_of
from twin.core.roster import Roster, roster_of
from twin.core.rulebook import rulebook_of
from twin.core.rules.forbidden import intrusion_key, is_intrusion
from twin.core.settling import reconciled
from twin.core.tracks import carried_over
from twin.core.watch import carried_watch
from twin.core.world import fences_at
from twin.effects import Direction

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gis.plant import Plant
    from twin.core.fences import Prisms
    from twin.core.ledger import Ledger
    from twin.core.world import World


def with_plant(world: World, plant: Plant, t_ns: int, out: Ledger) -> World:
    """The world under new records: tracks, memberships and alarms stay where subject and fence still exist."""
    roster = roster_of(plant)
    roster = roster.following((carrier.subject for carrier in world.roster.carriers), world.parameters.stranger_limit)
    return _under(world, plant, roster, t_ns, out)


def with_fences_of(world: World, t_ns: int, out: Ledger) -> World:
    """The world with the fence versions that hold at an instant."""
    return _under(world, world.plant, world.roster, t_ns, out)


def _under(world: World, plant: Plant, roster: Roster, t_ns: int, out: Ledger) -> World:
    prisms = fences_at(plant, t_ns, world.parameters)
    enforcement = enforcement_at(prisms.fences, plant.head.timezone, t_ns)
    kept: list[tuple[int, int, Pair]] = []
    gone: list[tuple[int, int, Pair]] = []
    for subject, fence, pair in world.membership.entries():
        new_subject = roster.row.get(world.roster.carriers[subject].subject)
        new_fence = prisms.row.get(world.prisms.fences[fence].code)
        if new_subject is not None and new_fence is not None:
            kept.append((new_subject, new_fence, Pair(inside=pair.inside, entered_ns=pair.entered_ns)))
        elif pair.inside:
            gone.append((subject, fence, pair))
    for subject, fence, pair in gone:
        out.add(partial(crossing_effect, world, world.prisms, _left(world, subject, fence, pair, t_ns)))
    for name, code, entered_ns in world.restored:
        if name not in roster.row or code not in prisms.row:
            continue
        if not enforcement.holds[prisms.row[code]] or _is_settled(world, roster, prisms, name, code):
            kept.append((roster.row[name], prisms.row[code], Pair(inside=True, entered_ns=entered_ns)))
    same = roster is world.roster
    world = replace(
        world,
        plant=plant,
        roster=roster,
        prisms=prisms,
        rulebook=rulebook_of(plant, roster, prisms.fences, t_ns, world.parameters.rules.gate_m),
        enforcement=enforcement,
        watch=carried_watch(world.watch, world.roster, roster),
        tracks=carried_over(world.tracks, world.roster, roster),
        membership=membership_of(kept),
        process=process_of(plant, t_ns, world.readings.values(), world.process.holding),
        parts=world.parts if same else {},
        restored=(),
        started_ns=t_ns if world.started_ns is None else world.started_ns,
    )
    return reconciled(world, t_ns, out)


def _is_settled(world: World, roster: Roster, prisms: Prisms, subject: str, fence: str) -> bool:
    """Whether a presence left behind may be taken up: not that of an intruder whose alarm was never raised."""
    record = prisms.fences[prisms.row[fence]]
    alarm = world.alarms.get(intrusion_key(record, subject))
    return not is_intrusion(roster.carriers[roster.row[subject]], record) or (alarm is not None and alarm.is_active)


def abandoned(world: World, t_ns: int, rows: NDArray[np.int64], out: Ledger) -> World:
    """End the presence of lost subjects whose last tag was taken from them: nothing will ever report them out."""
    lost = set(rows.tolist())
    closing = [
        (subject, fence, pair)
        for subject, fence, pair in world.membership.entries()
        if pair.inside and subject in lost and not world.roster.has_tag_at(subject, t_ns)
    ]
    if not closing:
        return world
    shut = {(subject, fence) for subject, fence, _ in closing}
    entries = [entry for entry in world.membership.entries() if entry[:2] not in shut]
    left = [_left(world, subject, fence, pair, t_ns) for subject, fence, pair in closing]
    return crossed(replace(world, membership=membership_of(entries)), left, out)


def _left(world: World, subject: int, fence: int, pair: Pair, t_ns: int) -> Crossing:
    """The end of a presence that no fix reported; probability 0 says that nobody saw it."""
    x, y, z = (float(value) for value in world.tracks["ref_xyz_m"][subject])
    dwell_s = (t_ns - pair.entered_ns) / NS_PER_S
    return Crossing(t_ns, subject, fence, Direction.EXIT, 0.0, (x, y, z), (), dwell_s)
