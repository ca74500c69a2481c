"""SOS: somebody holds the key of their tag. It stays until an operator resets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.core.conditions import Condition
from twin.core.rules.batteries import carried_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.core.rules.scene import Scene
    from twin.effects import TagChanged

SOS = "SOS"
RULE_VERSION = 1


def distress(scene: Scene) -> Iterator[Condition]:
    """Everybody who calls."""
    for code in sorted(scene.world.watch.calling):
        yield call(scene, scene.world.tags[code])


def call(scene: Scene, tag: TagChanged) -> Condition:
    """The call of one tag."""
    place, evidence = carried_place(scene, tag.subject)
    return Condition(
        key=(SOS, "", tag.subject),
        priority=1,
        place=place,
        rule_version=RULE_VERSION,
        latched=True,
        may_shelve=False,
        subject=tag.subject,
        evidence=evidence,
        parameters={"placed": float(bool(evidence))},
        since_ns=tag.t_ns,
        root=f"person:{tag.subject}",
    )
