"""STILL: somebody has not moved for too long where nobody should be motionless."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.fix import FixStatus
from gis.time import NS_PER_S
from twin.core.conditions import Condition
from twin.core.fences import largest_sigma_m

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from twin.core.rules.scene import Scene

STILL = "STILL"
RULE_VERSION = 1
_LONGEST_STEP_S = 5.0
_SETTLES_S = 10.0
"""For so long the anchor is the mean of the fixes; then it stays."""


def observe_still(scene: Scene, table: NDArray[np.void]) -> None:
    """Bring the stillness columns of a fresh copy of the watch table up to date."""
    watched, radius_m, _ = _asked(scene)
    table["still_ns"][~watched] = 0
    table["still_s"][~watched] = 0.0
    rows = np.flatnonzero(watched)
    if not len(rows):
        return
    tracks, entry = scene.world.tracks[rows], table[rows]
    xy = scene.xy_m[rows]
    sigma = largest_sigma_m(tracks["ref_cov_m2"])
    gone_m = np.hypot(*(xy - entry["still_xy_m"]).T)
    anew = (entry["still_ns"] == 0) | (gone_m > radius_m[rows] + scene.known.still_sigmas * sigma)
    begun_ns = np.minimum(np.maximum(tracks["ref_t_ns"], 1), scene.now_ns)
    step_s = min((scene.now_ns - scene.world.watch.observed_ns) / NS_PER_S, _LONGEST_STEP_S)
    # Half a probability is what an engine says that knows nothing of motion; time without a fix proves nothing.
    measured = tracks["status"] <= FixStatus.DEGRADED
    gained = np.where(measured, step_s * np.minimum(1.0, 2.0 * tracks["p_still"]), 0.0)
    share = np.where(entry["still_s"] < _SETTLES_S, 1.0 / (entry["still_s"] + 2.0), 0.0)
    moved = entry["still_xy_m"] + share[:, None] * (xy - entry["still_xy_m"])
    entry["still_ns"] = np.where(anew, begun_ns, entry["still_ns"])
    entry["still_xy_m"] = np.where(anew[:, None], xy, moved)
    entry["still_s"] = np.where(anew, 0.0, entry["still_s"] + gained)
    table[rows] = entry


def stillness(scene: Scene) -> Iterator[Condition]:
    """Everybody motionless for longer than the strictest fence around allows."""
    table = scene.world.watch.of(scene.n)
    if not table["still_ns"].any():
        return
    watched, radius_m, fence_row = _asked(scene)
    for subject in np.flatnonzero(watched & (table["still_ns"] > 0)).tolist():
        fence = scene.fence(int(fence_row[subject]))
        still_s, limit_s = float(table["still_s"][subject]), fence.rules.still_s or 0.0
        if still_s < limit_s:
            continue
        name = scene.world.roster.carriers[subject].subject
        yield Condition(
            key=(STILL, fence.code, name),
            priority=2,
            place=scene.place(subject),
            rule_version=RULE_VERSION,
            subject=name,
            fence=fence.code,
            fence_version=fence.version,
            evidence=scene.evidence(subject),
            value=still_s,
            limit=limit_s,
            unit="s",
            parameters={
                "radius_m": float(radius_m[subject]),
                "p_still": float(scene.world.tracks["p_still"][subject]),
                "seen": float(scene.seen[subject]),
            },
            since_ns=int(table["still_ns"][subject]),
            root=f"fence:{fence.code}",
        )


def _asked(scene: Scene) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.int64]]:
    """(n,) who is watched, within which radius, for which fence: of several the one that allows the shortest time."""
    watched, radius_m, row_of = np.zeros(scene.n, bool), np.zeros(scene.n), np.zeros(scene.n, np.int64)
    rows = scene.enforced(scene.book.quiet)
    for row in sorted(rows, key=lambda row: scene.fence(row).rules.still_s or 0.0, reverse=True):
        inside = scene.inside(row)
        inside = inside[scene.on_foot[inside]]
        watched[inside], radius_m[inside], row_of[inside] = True, scene.fence(row).rules.still_radius_m, row
    return watched & ~scene.inside_any(scene.enforced(scene.book.restful)), radius_m, row_of
