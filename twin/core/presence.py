"""What follows from presence: crossings become effects, and alarms follow who is inside what."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from twin.core import alarms as machine
from twin.core.alarms import RAISED, RERAISED, RETURNED
from twin.core.rules import INTRUSION, is_intrusion
from twin.effects import Alarm, AlarmChanged, AlarmState, Crossed, Direction, EvidenceFix

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twin.core.alarms import AlarmKey
    from twin.core.fences import Prisms
    from twin.core.ledger import Ledger
    from twin.core.membership import Crossing
    from twin.core.world import World


def crossed(world: World, crossings: Iterable[Crossing], out: Ledger) -> World:
    """Write crossings down and let the alarms follow them."""
    for crossing in crossings:
        out.add(partial(crossing_effect, world, world.prisms, crossing))
        carrier = world.roster.carriers[crossing.subject]
        fence = world.prisms.fences[crossing.fence]
        key = (INTRUSION, fence.code, carrier.subject)
        if crossing.direction is Direction.EXIT:
            world = ended(world, key, crossing.t_ns, out)
        elif is_intrusion(carrier, fence):
            place = EvidenceFix(crossing.t_ns, *crossing.xyz_m, crossing.evidence[-1].cov_m2, crossing.probability)
            world = began(world, key, crossing.t_ns, crossing.evidence, place, out)
    return world


def crossing_effect(world: World, prisms: Prisms, crossing: Crossing, seq: int) -> Crossed:
    """A crossing of one of the given prisms as an effect."""
    fence = prisms.fences[crossing.fence]
    x_m, y_m, z_m = crossing.xyz_m
    return Crossed(
        seq=seq,
        t_ns=crossing.t_ns,
        subject=world.roster.carriers[crossing.subject].subject,
        fence=fence.code,
        fence_version=fence.version,
        direction=crossing.direction,
        probability=crossing.probability,
        x_m=x_m,
        y_m=y_m,
        z_m=z_m,
        dwell_s=crossing.dwell_s,
    )


def began(
    world: World, key: AlarmKey, t_ns: int, evidence: Sequence[EvidenceFix], place: EvidenceFix, out: Ledger
) -> World:
    """An intrusion's condition holds from now on."""
    _, fence, subject = key
    before = world.alarms.get(key)
    if before is None:
        record = world.prisms.fences[world.prisms.row[fence]]
        after, cause = machine.intrusion(record, subject, t_ns, evidence, place), RAISED
    else:
        after, cause = machine.raised_again(before, t_ns, evidence), RERAISED
    return changed(world, key, before, after, cause, out)


def ended(world: World, key: AlarmKey, t_ns: int, out: Ledger) -> World:
    """An alarm's condition holds no longer."""
    before = world.alarms.get(key)
    return world if before is None else changed(world, key, before, machine.returned(before, t_ns), RETURNED, out)


def changed(world: World, key: AlarmKey, before: Alarm | None, after: Alarm, cause: str, out: Ledger) -> World:
    """The world after an alarm went from one state to another; no effect when it did not."""
    if after is before:
        return world
    out.add(lambda seq: AlarmChanged(seq=seq, t_ns=after.changed_ns, alarm=after, cause=cause))
    alarms = {**world.alarms, key: after}
    if after.state is AlarmState.NORMAL:
        del alarms[key]
    return replace(world, alarms=alarms)


def reconciled(world: World, t_ns: int, out: Ledger) -> World:
    """Let the alarms follow records that changed: who is an intruder now, and who is one no longer."""
    intruders: dict[AlarmKey, EvidenceFix] = {}
    for row, fence_row, pair in world.membership.entries():
        carrier, fence = world.roster.carriers[row], world.prisms.fences[fence_row]
        if pair.inside and is_intrusion(carrier, fence):
            track = world.tracks[row]
            x, y, z = (float(value) for value in track["ref_xyz_m"])
            xx, xy, yy = (float(value) for value in track["ref_cov_m2"])
            fix = EvidenceFix(int(track["ref_t_ns"]), x, y, z, (xx, xy, yy), 1.0)
            intruders[(INTRUSION, fence.code, carrier.subject)] = fix
    for key, alarm in world.alarms.items():
        if key not in intruders and machine.is_active(alarm):
            world = ended(world, key, t_ns, out)
    for key, fix in intruders.items():
        open_alarm = world.alarms.get(key)
        if open_alarm is None or not machine.is_active(open_alarm):
            world = began(world, key, t_ns, [fix], fix, out)
    return world
