"""The world after its conditions were asked: the way of every rule's answer into the alarm machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gis.time import NS_PER_S
from twin.core import rules
from twin.core.conditions import Condition
from twin.core.panel import Panel
from twin.core.process import LINE, distrusted
from twin.core.process_tuning import COMMS, SILENT_S

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from twin.core.conditions import AlarmKey
    from twin.core.ledger import Ledger
    from twin.core.world import World


def settled(
    world: World,
    holding: Mapping[AlarmKey, Condition],
    now_ns: int,
    out: Ledger,
    *,
    asked: Collection[AlarmKey] | None = None,
) -> World:
    """Start on-delays, raise, return after off-delays, latch, re-alarm, escalate.

    Args:
        world: before.
        holding: the conditions that hold.
        now_ns: when they were asked, UTC ns.
        out: where the effects go.
        asked: the keys that were asked about; None when all were, so that whatever is not `holding` is over, and what
            waits for time is looked at.
    """
    panel = Panel(world, out)
    panel.settle(holding, now_ns, asked)
    if asked is None:
        panel.passes(now_ns)
    return panel.world()


def reconciled(world: World, now_ns: int, out: Ledger) -> World:
    """The world after everything was asked: whatever is no condition any more is over."""
    holding = {
        **silent_engines(world, now_ns),
        **distrusted(
            world.process,
            now_ns,
            now_ns if world.started_ns is None else world.started_ns,
            is_down=LINE in world.annunciator.standing,
        ),
        **world.process.holding,
        **rules.holding(world, now_ns),
    }
    return settled(world, holding, now_ns, out)


def silent_engines(world: World, now_ns: int) -> dict[AlarmKey, Condition]:
    """Positioning engines that were heard once and say nothing any more: of nobody they watch is the place known."""
    found: dict[AlarmKey, Condition] = {}
    for engine, last_ns in world.engines.items():
        if now_ns - last_ns > SILENT_S * NS_PER_S:
            key = (COMMS, engine, "")
            found[key] = Condition(key, priority=3, place=(0.0, 0.0, 0.0), off_delay_s=60.0, root=f"engine:{engine}")
    return found
