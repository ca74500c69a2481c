"""ANCHOROFF: the locator has heard nothing of an anchor for too long.

While its whole engine says nothing, that is a consequence, and suppressed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gis.time import NS_PER_S
from twin.core.conditions import Condition
from twin.core.process_tuning import COMMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.core.rules.scene import Scene

ANCHOROFF = "ANCHOROFF"
RULE_VERSION = 1
_MANY = 4


def silent_anchors(scene: Scene) -> Iterator[Condition]:
    """Every anchor that is silent; where most of the plant's are, that is one thing wrong, not many."""
    off: dict[str, list[str]] = {}
    for code, anchor in sorted(scene.world.watch.silent.items()):
        if scene.now_ns - anchor.silent_ns >= scene.known.anchor_after_s * NS_PER_S:
            off.setdefault(anchor.engine, []).append(code)
    for engine, codes in off.items():
        if len(codes) >= _MANY and 2 * len(codes) > len(scene.book.anchors):
            yield _off(scene, engine, engine, codes)
        else:
            for code in codes:
                yield _off(scene, engine, code, [code])


def _off(scene: Scene, engine: str, where: str, codes: list[str]) -> Condition:
    silent_ns = min(scene.world.watch.silent[code].silent_ns for code in codes)
    return Condition(
        key=(ANCHOROFF, where, ""),
        priority=4 if where in codes else 3,
        place=scene.book.anchors.get(codes[0], (0.0, 0.0, 0.0)),
        rule_version=RULE_VERSION,
        asset=where if where in codes else None,
        value=(scene.now_ns - silent_ns) / NS_PER_S,
        limit=scene.known.anchor_after_s,
        unit="s",
        parameters={"anchors": float(len(codes))},
        since_ns=silent_ns,
        root=f"engine:{engine}",
        parent=(COMMS, engine, ""),
    )
