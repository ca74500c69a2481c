"""ESCORT: a contractor or visitor is where he may only be with somebody, and nobody is with him."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin.core.conditions import Condition
from twin.core.fences import largest_sigma_m
from twin.core.rulebook import CONTRACTOR, STAFF, VISITOR
from twin.core.watch import since

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from twin.core.rules.scene import Scene

ESCORT = "ESCORT"
RULE_VERSION = 1


def observe_alone(scene: Scene, table: NDArray[np.void]) -> None:
    """Bring the escort column of a fresh copy of the watch table up to date."""
    alone = np.zeros(scene.n, bool)
    for row in scene.enforced(scene.book.escorted):
        guests = _guests(scene, row)
        # Of somebody lost nothing new is known: what was, goes on.
        alone[guests[~scene.seen[guests]]] |= table["alone_ns"][guests[~scene.seen[guests]]] > 0
        guests = guests[scene.seen[guests]]
        alone[guests[_gap_m(scene, row, guests) > scene.fence(row).rules.escort_m]] = True
    table["alone_ns"] = since(table["alone_ns"], alone, scene.now_ns)


def unescorted(scene: Scene) -> Iterator[Condition]:
    """Every guest who has nobody."""
    column = scene.world.watch.of(scene.n)["alone_ns"]
    if not column.any():
        return
    for row in scene.enforced(scene.book.escorted):
        fence, guests = scene.fence(row), _guests(scene, row)
        guests = guests[column[guests] > 0]
        gap_m = _gap_m(scene, row, guests)
        for subject, gap in zip(guests.tolist(), gap_m.tolist(), strict=True):
            name = scene.world.roster.carriers[subject].subject
            yield Condition(
                key=(ESCORT, fence.code, name),
                priority=3,
                place=scene.place(subject),
                rule_version=RULE_VERSION,
                on_delay_s=fence.rules.escort_s,
                subject=name,
                fence=fence.code,
                fence_version=fence.version,
                evidence=scene.evidence(subject),
                value=round(gap, 1) if np.isfinite(gap) else None,
                limit=fence.rules.escort_m,
                unit="m",
                since_ns=int(column[subject]),
                root=f"fence:{fence.code}",
            )


def _guests(scene: Scene, row: int) -> NDArray[np.int64]:
    """Who is inside and needs an escort."""
    inside = scene.inside(row)
    is_guest = np.isin(scene.what[inside], (CONTRACTOR, VISITOR)) & ~scene.allowed(row)[inside]
    return inside[is_guest]


def _gap_m(scene: Scene, row: int, guests: NDArray[np.int64]) -> NDArray[np.float64]:
    """(g,) least distance from each guest to somebody who may escort, with the doubt in the guest's favour."""
    allowed = scene.allowed(row)
    staff = scene.what == STAFF
    escorts = np.flatnonzero(scene.seen & (allowed & staff if (allowed & staff).any() else staff))
    if not len(guests) or not len(escorts):
        return np.full(len(guests), np.inf)
    cov = scene.world.tracks["ref_cov_m2"]
    gap = np.linalg.norm(scene.xy_m[guests][:, None, :] - scene.xy_m[escorts][None, :, :], axis=-1)
    doubt = np.hypot(largest_sigma_m(cov[guests])[:, None], largest_sigma_m(cov[escorts])[None, :])
    return np.asarray(np.maximum(gap - 2.0 * doubt, 0.0).min(axis=1), float)
