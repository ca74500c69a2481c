"""ANCHOROFF: the locator has heard nothing of an anchor for too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gis.time import NS_PER_S
from twin.core.conditions import Condition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.core.rules.scene import Scene

ANCHOROFF = "ANCHOROFF"
RULE_VERSION = 1


def silent_anchors(scene: Scene) -> Iterator[Condition]:
    """Every anchor that is silent."""
    for code, anchor in sorted(scene.world.watch.silent.items()):
        silent_s = (scene.now_ns - anchor.silent_ns) / NS_PER_S
        if silent_s < scene.known.anchor_after_s:
            continue
        yield Condition(
            key=(ANCHOROFF, code, ""),
            priority=4,
            place=scene.book.anchors.get(code, (0.0, 0.0, 0.0)),
            rule_version=RULE_VERSION,
            asset=code,
            value=silent_s,
            limit=scene.known.anchor_after_s,
            unit="s",
            since_ns=anchor.silent_ns,
            root=f"engine:{anchor.engine}",
        )
