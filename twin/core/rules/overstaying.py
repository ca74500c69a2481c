"""OVERSTAY: somebody is in a timed zone longer than anybody may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gis.time import NS_PER_S
from twin.core.conditions import Condition
from twin.core.rules.overcrowding import people_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.core.rules.scene import Scene

OVERSTAY = "OVERSTAY"
RULE_VERSION = 1


def overstays(scene: Scene) -> Iterator[Condition]:
    """Every person inside too long; one lost inside goes on counting."""
    for row in scene.enforced(scene.book.timed):
        fence = scene.fence(row)
        limit_s = fence.rules.overstay_s or 0.0
        for subject in people_of(scene, scene.inside(row)).tolist():
            entered_ns = scene.entered_ns(subject, row)
            stayed_s = (scene.now_ns - entered_ns) / NS_PER_S
            if stayed_s < limit_s:
                continue
            name = scene.world.roster.carriers[subject].subject
            yield Condition(
                key=(OVERSTAY, fence.code, name),
                priority=3,
                place=scene.place(subject),
                rule_version=RULE_VERSION,
                subject=name,
                fence=fence.code,
                fence_version=fence.version,
                evidence=scene.evidence(subject),
                value=stayed_s,
                limit=limit_s,
                unit="s",
                parameters={"seen": float(scene.seen[subject])},
                since_ns=entered_ns,
                root=f"fence:{fence.code}",
            )
