"""Rules: pure questions about the world — does this condition hold now? The alarm machine acts on the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.core.rules.forbidden import intrusions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.core.conditions import AlarmKey, Condition
    from twin.core.world import World


def holding(world: World, now_ns: int) -> Mapping[AlarmKey, Condition]:  # noqa: ARG001 - rules to come ask for the time
    """Every condition about people and devices that holds now."""
    return intrusions(world)
