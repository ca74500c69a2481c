"""Fences that travel with a vehicle: people are tested against them as seen from it.

The prism stays where it was drawn; what moves is everybody else, relative to the vehicle. That is done at every tick,
so both a vehicle that comes near and a person who walks up are noticed within a second.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gis.fix import FixStatus
from gis.time import NS_PER_S
from locator.estimator.compiled import COMPILED
from twin.core.fences import REACH_SIGMA, largest_sigma_m
from twin.core.membership import tested
from twin.core.movements import Movements

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.core.membership import Crossing, Membership
    from twin.core.world import World

FRESH_S = 3.0
"""Older fixes say nothing about who is near a vehicle that moves."""


def travelled(world: World, now_ns: int) -> tuple[Membership, list[Crossing]]:
    """The membership after everybody with a new fix, or near a vehicle with one, was tested; and what was crossed.

    A vehicle that is lost takes its fence with it: nobody enters or leaves until it is found again.
    """
    membership, found = world.membership, []
    for fence in np.flatnonzero(world.prisms.travels).tolist():
        vehicle = world.roster.row.get(world.prisms.fences[fence].rules.moving_with or "")
        if vehicle is None or not _is_fresh(world, now_ns)[vehicle]:
            continue
        offset = world.tracks["ref_xyz_m"][vehicle][:2] - world.prisms.anchors_m[fence]
        moves = _seen_from(world, now_ns, vehicle, offset)
        near = _near(membership, world, fence, moves)
        fences = np.full(len(near), fence)
        membership, crossings = tested(membership, world.prisms, moves, near, fences, compiled=COMPILED)
        found += [_put_back(crossing, offset) for crossing in crossings]
    found.sort(key=lambda crossing: (crossing.t_ns, crossing.subject, crossing.fence))
    return membership, found


def _is_fresh(world: World, now_ns: int) -> NDArray[np.bool_]:
    tracks = world.tracks
    young = now_ns - tracks["ref_t_ns"] <= FRESH_S * NS_PER_S
    return np.asarray(young & (tracks["ref_t_ns"] > 0) & (tracks["status"] <= FixStatus.DEGRADED), bool)


def _seen_from(world: World, now_ns: int, vehicle: int, offset: NDArray[np.float64]) -> Movements:
    """Everybody else with a fresh fix, where they would be if the vehicle stood at the fence as drawn."""
    fresh = _is_fresh(world, now_ns)
    fresh[vehicle] = False
    tracks, car = world.tracks, world.tracks[vehicle]
    newest = np.maximum(tracks["ref_t_ns"], car["ref_t_ns"])
    rows = np.flatnonzero(fresh & (newest > world.watch.observed_ns))
    xyz = tracks["ref_xyz_m"][rows].copy()
    xyz[:, :2] -= offset
    cov = tracks["ref_cov_m2"][rows] + car["ref_cov_m2"]
    sigma_z = np.hypot(tracks["ref_sigma_z_m"][rows], float(car["ref_sigma_z_m"]))
    before = np.full(len(rows), world.watch.observed_ns, np.int64)
    return Movements(rows, newest[rows], xyz, cov, sigma_z, before, xyz, cov, sigma_z, np.zeros(len(rows), bool))


def _near(membership: Membership, world: World, fence: int, moves: Movements) -> NDArray[np.int64]:
    """Numbers of the movements near the fence's box, and of those whose pair is remembered."""
    west, south, east, north = world.prisms.nearby.bounds_m[fence]
    reach = REACH_SIGMA * largest_sigma_m(moves.cov_m2)
    x, y = moves.xyz_m[:, 0], moves.xyz_m[:, 1]
    near = (x >= west - reach) & (x <= east + reach) & (y >= south - reach) & (y <= north + reach)
    which, kept = membership.of_subjects(moves.subject)
    near[which[kept == fence]] = True
    return np.flatnonzero(near)


def _put_back(crossing: Crossing, offset: NDArray[np.float64]) -> Crossing:
    """A crossing where it happened on the site; its evidence as seen from where the vehicle is now."""
    dx, dy = (float(value) for value in offset)
    x, y, z = crossing.xyz_m
    evidence = tuple(
        type(fix)(fix.t_ns, fix.x_m + dx, fix.y_m + dy, fix.z_m, fix.cov_m2, fix.probability)
        for fix in crossing.evidence
    )
    return replace(crossing, xyz_m=(x + dx, y + dy, z), evidence=evidence, first_seen=False)
