"""The world after its conditions were asked: the way of every rule's answer into the alarm machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.core import rules
from twin.core.panel import Panel

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from twin.core.conditions import AlarmKey, Condition
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
        asked: the keys that were asked about; None when all were, so that whatever is not `holding` is over.
    """
    panel = Panel(world, out)
    panel.settle(holding, now_ns, asked)
    panel.passes(now_ns)
    return panel.world()


def reconciled(world: World, now_ns: int, out: Ledger) -> World:
    """The world after everything was asked: whatever is no condition any more is over."""
    return settled(world, rules.holding(world, now_ns), now_ns, out)
