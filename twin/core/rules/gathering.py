"""GATHER: too many people close together for too long, anywhere in the plant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gis.time import NS_PER_S
from twin.core.conditions import Condition
from twin.core.rulebook import STAFF, VISITOR
from twin.core.watch import since

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from twin.core.rules.scene import Scene

GATHER = "GATHER"
RULE_VERSION = 1
_NO_ZONE = 1 << 30


def observe_gathered(scene: Scene, table: NDArray[np.void]) -> None:
    """Bring the gathering column of a fresh copy of the watch table up to date."""
    known = scene.known
    rows = _crowd(scene)
    gathered = np.zeros(scene.n, bool)
    least = min(known.gather_limits)
    if len(rows) > least:
        place = scene.world.tracks["ref_xyz_m"][rows]
        tree = cKDTree(place)
        wider = _neighbours(tree, place, known.gather_release_m)
        many = np.flatnonzero(wider > least)
        near = _neighbours(tree, place[many], known.gather_radius_m)
        limit = _limits(scene, rows[many])
        # Who is gathered already stays so within the wider radius.
        count = np.where(table["gathered_ns"][rows[many]] > 0, wider[many], near)
        gathered[rows[many][count > limit]] = True
    table["gathered_ns"] = since(table["gathered_ns"], gathered, scene.now_ns)


def gatherings(scene: Scene) -> Iterator[Condition]:
    """One condition a risk zone in which somebody has had too many around for too long."""
    column = scene.world.watch.of(scene.n)["gathered_ns"]
    rows = np.flatnonzero(column)
    long_ns = scene.now_ns - round(scene.known.gather_s * NS_PER_S)
    rows = rows[column[rows] <= long_ns]
    if not len(rows):
        return
    zone = _zones(scene, rows)
    crowd = _crowd(scene)
    tree = cKDTree(scene.world.tracks["ref_xyz_m"][crowd])
    for which in np.unique(zone).tolist():
        members = rows[zone == which]
        around = tree.query_ball_point(
            scene.world.tracks["ref_xyz_m"][members], scene.known.gather_release_m, return_sorted=True
        )
        sizes = np.array([len(found) for found in around])
        middle = int(members[int(np.argmax(sizes))])
        people = crowd[np.unique(np.concatenate([np.asarray(found, np.int64) for found in around]))]
        code = scene.book.zones[which].code if which < _NO_ZONE else ""
        yield Condition(
            key=(GATHER, code, ""),
            priority=2,
            place=scene.place(middle),
            rule_version=RULE_VERSION,
            subjects=scene.names(people),
            evidence=scene.evidence(middle),
            value=float(sizes.max()),
            limit=float(_limits(scene, members[:1])[0]),
            unit="people",
            parameters={"radius_m": scene.known.gather_radius_m, "held_s": scene.known.gather_s},
            since_ns=int(column[members].min()),
            root=f"zone:{code}",
        )


def _crowd(scene: Scene) -> NDArray[np.int64]:
    """Rows of the people whose place is known now, without those where crowds mean nothing."""
    people = (scene.what >= STAFF) & (scene.what <= VISITOR) & scene.seen
    return np.flatnonzero(people & ~scene.inside_any(scene.enforced(scene.book.calm)))


def _neighbours(tree: cKDTree, place: NDArray[np.float64], radius_m: float) -> NDArray[np.int64]:
    """How many people are within the radius of each place (r, 3), whoever stands there among them."""
    return np.asarray(tree.query_ball_point(place, radius_m, return_length=True), np.int64)


def _zones(scene: Scene, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """(r,) the most dangerous zone each is in."""
    zone = np.full(len(rows), _NO_ZONE, np.int64)
    if len(rows) and scene.book.zones:
        who, found = scene.book.zone_tree.query(shapely.points(scene.xy_m[rows]), predicate="intersects")
        np.minimum.at(zone, who, found)
    return zone


def _limits(scene: Scene, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """(r,) how many may be together where each is."""
    red, orange, other = scene.known.gather_limits
    by_colour = {"red": red, "orange": orange}
    of_zone = [by_colour.get(zone.colour.value, other) for zone in scene.book.zones]
    return np.array([of_zone[zone] if zone < _NO_ZONE else other for zone in _zones(scene, rows).tolist()], np.int64)
