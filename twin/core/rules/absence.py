"""ABSENT: somebody on duty is off every post of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.schedule import local_time
from gis.time import NS_PER_S
from twin.core.conditions import Condition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gis.plant import Shift
    from twin.core.rules.scene import Scene

ABSENT = "ABSENT"
RULE_VERSION = 1


def away(scene: Scene) -> NDArray[np.bool_]:
    """(n,) who is on duty and on site, has a post that is manned now, and is at none of theirs."""
    rostered, there = np.zeros((2, scene.n), bool)
    for row in scene.enforced(scene.book.posts):
        posted = scene.posted(row)
        rostered |= posted
        inside = scene.inside(row)
        there[inside[posted[inside]]] = True
    if not rostered.any():
        return rostered
    return rostered & ~there & scene.on_site & on_duty(scene)


def absences(scene: Scene) -> Iterator[Condition]:
    """Everybody away longer than their post grants."""
    column = scene.world.watch.of(scene.n)["away_ns"]
    rows = np.flatnonzero(column)
    if not len(rows):
        return
    posts = scene.enforced(scene.book.posts)
    for subject in rows.tolist():
        since_ns = int(column[subject])
        post = next((row for row in posts if scene.posted(row)[subject]), None)
        if post is None:
            continue
        fence = scene.fence(post)
        away_s = (scene.now_ns - since_ns) / NS_PER_S
        if away_s < fence.rules.absent_s:
            continue
        name = scene.world.roster.carriers[subject].subject
        yield Condition(
            key=(ABSENT, fence.code, name),
            priority=3,
            place=scene.place(subject),
            rule_version=RULE_VERSION,
            subject=name,
            fence=fence.code,
            fence_version=fence.version,
            evidence=scene.evidence(subject),
            value=away_s,
            limit=fence.rules.absent_s,
            unit="s",
            parameters={"seen": float(scene.seen[subject])},
            since_ns=since_ns,
            root=f"fence:{fence.code}",
        )


def on_duty(scene: Scene) -> NDArray[np.bool_]:
    """(n,) whose shift runs now; who has no shift is on duty always."""
    book = scene.book
    local = local_time(scene.now_ns, book.timezone)
    clock = f"{local.hour:02d}:{local.minute:02d}"
    # The last entry answers for shift −1: none.
    runs = np.array([*(_runs(shift, clock) for shift in book.shifts), True], bool)
    shift = np.full(scene.n, -1, np.int64)
    shift[: len(book.shift)] = book.shift
    return runs[shift]


def _runs(shift: Shift, clock: str) -> bool:
    if shift.start < shift.end:
        return shift.start <= clock < shift.end
    return clock >= shift.start or clock < shift.end
