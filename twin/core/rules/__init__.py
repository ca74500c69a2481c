"""Rules: pure questions about the world — does this condition hold now? The alarm machine acts on the answers.

One module a rule, and one page of meaning each under docs/rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.core.rules.absence import absences
from twin.core.rules.anchors import silent_anchors
from twin.core.rules.batteries import low_batteries
from twin.core.rules.distress import distress
from twin.core.rules.escorting import unescorted
from twin.core.rules.forbidden import intrusions
from twin.core.rules.gathering import gatherings
from twin.core.rules.overcrowding import overcrowding
from twin.core.rules.overstaying import overstays
from twin.core.rules.patrols import missed_patrols
from twin.core.rules.scene import Scene
from twin.core.rules.silence import silent_tags
from twin.core.rules.stillness import stillness
from twin.core.rules.understaffing import understaffing
from twin.core.rules.wrong_post import wrong_posts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.core.conditions import AlarmKey, Condition
    from twin.core.world import World

RULES = (
    intrusions,
    distress,
    stillness,
    gatherings,
    overcrowding,
    understaffing,
    absences,
    overstays,
    unescorted,
    wrong_posts,
    silent_tags,
    low_batteries,
    silent_anchors,
    missed_patrols,
)


def holding(world: World, now_ns: int) -> Mapping[AlarmKey, Condition]:
    """Every condition about people and devices that holds now."""
    scene = Scene(world, now_ns)
    return {condition.key: condition for rule in RULES for condition in rule(scene)}
