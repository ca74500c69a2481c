"""CROSSPOST: staff who have no business in a post enter and stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gis.time import NS_PER_S
from twin.core.conditions import Condition
from twin.core.rulebook import STAFF

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.core.rules.scene import Scene

CROSSPOST = "CROSSPOST"
RULE_VERSION = 1


def wrong_posts(scene: Scene) -> Iterator[Condition]:
    """Every member of staff inside a post longer than strangers to it may stay."""
    for row in scene.enforced(scene.book.guarded):
        fence, inside = scene.fence(row), scene.inside(row)
        limit_s = fence.rules.wrong_post_s or 0.0
        welcome = scene.allowed(row) | scene.posted(row)
        for subject in inside[(scene.what[inside] == STAFF) & ~welcome[inside]].tolist():
            entered_ns = scene.entered_ns(subject, row)
            stayed_s = (scene.now_ns - entered_ns) / NS_PER_S
            if stayed_s < limit_s:
                continue
            name = scene.world.roster.carriers[subject].subject
            yield Condition(
                key=(CROSSPOST, fence.code, name),
                priority=4,
                place=scene.place(subject),
                rule_version=RULE_VERSION,
                subject=name,
                fence=fence.code,
                fence_version=fence.version,
                evidence=scene.evidence(subject),
                value=stayed_s,
                limit=limit_s,
                unit="s",
                since_ns=entered_ns,
                root=f"fence:{fence.code}",
            )
