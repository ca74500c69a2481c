"""What follows from presence: crossings become effects, and conditions begin and end with them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from twin.core.panel import Panel
from twin.core.rules.forbidden import entered, intrusion_key
from twin.effects import Crossed, Direction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.core.fences import Prisms
    from twin.core.ledger import Ledger
    from twin.core.membership import Crossing
    from twin.core.world import World


def crossed(world: World, crossings: Sequence[Crossing], out: Ledger) -> World:
    """Write crossings down and let the alarms follow them, one by one: who only passed through was inside too."""
    if not crossings:
        return world
    panel = Panel(world, out)
    for crossing in crossings:
        out.add(partial(crossing_effect, world, world.prisms, crossing))
        if crossing.direction is Direction.EXIT:
            subject = world.roster.carriers[crossing.subject].subject
            panel.ends(intrusion_key(world.prisms.fences[crossing.fence], subject), crossing.t_ns)
        else:
            condition = entered(world, crossing)
            if condition is not None:
                panel.begins(condition, crossing.t_ns)
    return panel.world()


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
        after_ns=crossing.after_ns or None,
        first_seen=crossing.first_seen,
    )
