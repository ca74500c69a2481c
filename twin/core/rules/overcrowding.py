"""OVERCROWD: more distinct people in a fence than its most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.core.conditions import Condition
from twin.core.rulebook import CONTRACTOR, NOBODY, STAFF, VISITOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from twin.core.rules.scene import Scene

OVERCROWD = "OVERCROWD"
RULE_VERSION = 1
PEOPLE = (STAFF, CONTRACTOR, VISITOR)


def overcrowding(scene: Scene) -> Iterator[Condition]:
    """Every fence with too many people, those lost inside counted among them."""
    for row in scene.enforced(scene.book.limited):
        fence = scene.fence(row)
        most = fence.rules.max_people
        inside = scene.inside(row)
        people = people_of(scene, inside)
        if most is None or len(people) <= most:
            continue
        yield Condition(
            key=(OVERCROWD, fence.code, ""),
            priority=2 if fence.colour == "red" else 3,
            place=scene.centre(row),
            rule_version=RULE_VERSION,
            on_delay_s=fence.rules.overcrowd_on_s,
            off_delay_s=fence.rules.overcrowd_off_s,
            subjects=scene.names(people),
            fence=fence.code,
            fence_version=fence.version,
            value=float(len(people)),
            limit=float(most),
            unit="people",
            parameters=counted(scene, inside),
            root=f"fence:{fence.code}",
        )


def people_of(scene: Scene, inside: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of the subjects inside those who are people somebody knows."""
    what = scene.what[inside]
    return inside[(what >= STAFF) & (what <= VISITOR)]


def counted(scene: Scene, inside: NDArray[np.int64]) -> dict[str, float]:
    """How many there are as an interval: surely, at most (with those lost inside and tags nobody carries)."""
    people = people_of(scene, inside)
    sure = int(scene.seen[people].sum())
    strangers = int((scene.what[inside] == NOBODY).sum())
    return {"sure": float(sure), "at_most": float(len(people) + strangers), "lost": float(len(people) - sure)}
