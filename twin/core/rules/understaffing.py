"""UNDERSTAFF: fewer people of a role or team in a post than it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.core.conditions import Condition
from twin.core.rulebook import stretched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.core.rules.scene import Scene

UNDERSTAFF = "UNDERSTAFF"
RULE_VERSION = 1


def understaffing(scene: Scene) -> Iterator[Condition]:
    """Every demand of a fence that is not met, even with everybody who was lost inside."""
    for row in scene.enforced(scene.book.staffed):
        fence, inside = scene.fence(row), scene.inside(row)
        for asked, counts in scene.book.demanded[row]:
            people = inside[stretched(counts, scene.n)[inside]]
            if len(people) >= asked.people:
                continue
            who = "+".join(part for part in (asked.role, asked.team) if part)
            sure = float(scene.seen[people].sum())
            yield Condition(
                key=(UNDERSTAFF, fence.code, who),
                priority=3,
                place=scene.centre(row),
                rule_version=RULE_VERSION,
                on_delay_s=fence.rules.understaff_s,
                subjects=scene.names(people),
                fence=fence.code,
                fence_version=fence.version,
                value=float(len(people)),
                limit=float(asked.people),
                unit="people",
                parameters={"sure": sure, "at_most": float(len(people))},
                root=f"fence:{fence.code}",
            )
