"""What stands in the way, of feet and of radio: equipment as upright circles, walls as boxes (site metres)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.kinds import (
    Building,
    BulletTank,
    Column,
    FixedRoofTank,
    Flare,
    FloatingRoofTank,
    HeatExchanger,
    LoadingBay,
    Pump,
    Reactor,
    SphereTank,
    Warehouse,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from gis.kinds import Attributes


_ENTERED_USES = frozenset({"office", "gatehouse", "canteen", "control_room", "laboratory", "fire_station", "workshop"})
_STEEL_SHEET_M = 1.0
"""A wall of steel sheet weakens a range about as much as this much path through equipment, metres."""


def is_entered(building: Building) -> bool:
    """Whether people walk into it. A block of one storey without a stated use houses machines."""
    return building.use in _ENTERED_USES or (building.use == "other" and building.storeys > 1)


@dataclass(frozen=True, slots=True)
class Obstacles:
    """n circles and m boxes.

    Attributes:
        circle: (n, 3) x, y, radius in metres.
        circle_z: (n, 2) underside and top above the ground, metres.
        box: (m, 4) west, south, east, north in metres.
        box_z: (m, 2) underside and top above the ground, metres.
        circle_steel: (n,) bool, steel to radio.
        box_steel: (m,) bool, steel to radio, through and through or, when hollow, in its walls.
        box_hollow: (m,) bool, a building: only its walls hinder radio.
        box_entered: (m,) bool, people walk into it by its doors.
    """

    circle: NDArray[np.float64]
    circle_z: NDArray[np.float64]
    circle_steel: NDArray[np.bool_]
    box: NDArray[np.float64]
    box_z: NDArray[np.float64]
    box_steel: NDArray[np.bool_]
    box_hollow: NDArray[np.bool_]
    box_entered: NDArray[np.bool_]

    def near(self, centre: NDArray[np.float64], reach_m: float, taller_than_m: float = 1.5) -> Obstacles:
        """Only what stands within reach of a point and is tall enough to matter."""
        gap = np.hypot(self.circle[:, 0] - centre[0], self.circle[:, 1] - centre[1]) - self.circle[:, 2]
        beside = np.clip(centre, self.box[:, :2], self.box[:, 2:]) - centre
        box_gap = np.hypot(beside[:, 0], beside[:, 1])
        round_ = (gap < reach_m) & (self.circle_z[:, 1] > taller_than_m)
        square = (box_gap < reach_m) & (self.box_z[:, 1] > taller_than_m)
        return Obstacles(
            circle=self.circle[round_],
            circle_z=self.circle_z[round_],
            circle_steel=self.circle_steel[round_],
            box=self.box[square],
            box_z=self.box_z[square],
            box_steel=self.box_steel[square],
            box_hollow=self.box_hollow[square],
            box_entered=self.box_entered[square],
        )

    def solid_at(self, xy: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of the (k, 2) points on the ground lie inside something nobody can stand in."""
        inside = np.zeros(len(xy), bool)
        for x, y, radius in self.circle[self.circle_z[:, 0] < 2.0]:
            inside |= (xy[:, 0] - x) ** 2 + (xy[:, 1] - y) ** 2 < radius**2
        for x0, y0, x1, y1 in self.box[~self.box_entered & (self.box_z[:, 0] < 2.0)]:
            inside |= (xy[:, 0] > x0) & (xy[:, 0] < x1) & (xy[:, 1] > y0) & (xy[:, 1] < y1)
        return inside


def _round(attributes: Attributes) -> tuple[float, float, float] | None:
    """Radius, underside and top of what is round, or None."""
    match attributes:
        case FixedRoofTank() | FloatingRoofTank():
            return (attributes.diameter_m / 2, 0.0, attributes.height_m)
        case SphereTank():
            # The legs stand almost at the equator: for feet and for low radio paths it is a closed round.
            return (attributes.diameter_m / 2, 0.0, attributes.clearance_m + attributes.diameter_m)
        case Column():
            return (attributes.diameter_m / 2, 0.0, attributes.height_m)
        case Reactor():
            return (attributes.diameter_m / 2, 0.0, attributes.clearance_m + attributes.height_m)
        case Flare():
            return (max(attributes.diameter_m, 4.0) / 2, 0.0, attributes.height_m)
        case _:
            return None


def _oblong(attributes: Attributes) -> tuple[float, float, float, float, float] | None:
    """Length, width, heading, underside and top of what is long, or None."""
    match attributes:
        case BulletTank() | HeatExchanger():
            top = attributes.clearance_m + attributes.diameter_m
            return (attributes.length_m, attributes.diameter_m, attributes.heading_deg, 0.0, top)
        case Pump():
            return (attributes.length_m, attributes.width_m, attributes.heading_deg, 0.0, 1.3)
        case _:
            return None


def _footprint(attributes: Attributes) -> tuple[float, float, bool, bool, bool] | None:
    """Underside, top, steel, hollow, entered, of what has a footprint, or None."""
    match attributes:
        case Building():
            return (0.0, attributes.height_m, attributes.use == "workshop", True, is_entered(attributes))
        case Warehouse():
            return (0.0, attributes.height_m, True, True, True)
        case LoadingBay():
            return (attributes.height_m - 1.0, attributes.height_m, True, False, True)
        case _:
            return None


def obstacles(standing: Iterable[tuple[Attributes, BaseGeometry, float]]) -> Obstacles:
    """Collect obstacles from attributes, site-metre geometry and base height. An oblique heading widens the box."""
    circles: list[tuple[float, ...]] = []
    boxes: list[tuple[float, ...]] = []
    for attributes, shape, base in standing:
        if (round_ := _round(attributes)) is not None:
            radius, low, top = round_
            circles.append((shape.centroid.x, shape.centroid.y, radius, base + low, base + top, 1.0))
        elif (oblong := _oblong(attributes)) is not None:
            length, width, heading, low, top = oblong
            sin, cos = abs(np.sin(np.radians(heading))), abs(np.cos(np.radians(heading)))
            half_x, half_y = (length * sin + width * cos) / 2, (length * cos + width * sin) / 2
            x, y = shape.centroid.x, shape.centroid.y
            boxes.append((x - half_x, y - half_y, x + half_x, y + half_y, base + low, base + top, 1.0, 0.0, 0.0))
        elif (footprint := _footprint(attributes)) is not None:
            low, top, steel, hollow, entered = footprint
            boxes.append((*shape.bounds, base + low, base + top, float(steel), float(hollow), float(entered)))
    circle = np.array(circles, float).reshape(-1, 6)
    box = np.array(boxes, float).reshape(-1, 9)
    return Obstacles(
        circle=circle[:, :3],
        circle_z=circle[:, 3:5],
        circle_steel=circle[:, 5] > 0,
        box=box[:, :4],
        box_z=box[:, 4:6],
        box_steel=box[:, 6] > 0,
        box_hollow=box[:, 7] > 0,
        box_entered=box[:, 8] > 0,
    )


def chord_in_circles(
    start: NDArray[np.float64], end: NDArray[np.float64], circle: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How much of each straight path lies inside each circle, and where along the path that is.

    Args:
        start: (k, 2) site metres.
        end: (k, 2) or (1, 2) site metres.
        circle: (n, 3) x, y, radius.

    Returns:
        Chord length (k, n) in metres, and the middle of the chord (k, n) as a share of the path.
    """
    along = end - start
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
    unit = along / length[:, None]
    rel_x = circle[None, :, 0] - start[:, None, 0]
    rel_y = circle[None, :, 1] - start[:, None, 1]
    foot = rel_x * unit[:, None, 0] + rel_y * unit[:, None, 1]
    aside2 = rel_x**2 + rel_y**2 - foot**2
    half = np.sqrt(np.maximum(circle[None, :, 2] ** 2 - aside2, 0.0))
    enter = np.clip(foot - half, 0.0, length[:, None])
    leave = np.clip(foot + half, 0.0, length[:, None])
    return leave - enter, (enter + leave) / 2 / length[:, None]


def span_in_boxes(
    start: NDArray[np.float64], end: NDArray[np.float64], box: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where along each straight path it enters and leaves each box (slab test).

    Args:
        start: (k, 2) site metres.
        end: (k, 2) or (1, 2) site metres.
        box: (m, 4) west, south, east, north.

    Returns:
        Enter and leave (k, m) as shares of the path in 0…1; equal where it misses the box.
    """
    along = end - start
    step = np.where(np.abs(along) < 1e-9, 1e-9, along)
    to_west = (box[None, :, 0] - start[:, None, 0]) / step[:, None, 0]
    to_east = (box[None, :, 2] - start[:, None, 0]) / step[:, None, 0]
    to_south = (box[None, :, 1] - start[:, None, 1]) / step[:, None, 1]
    to_north = (box[None, :, 3] - start[:, None, 1]) / step[:, None, 1]
    enter = np.maximum(np.minimum(to_west, to_east), np.minimum(to_south, to_north))
    leave = np.minimum(np.maximum(to_west, to_east), np.maximum(to_south, to_north))
    hit = (leave > enter) & (leave > 0.0) & (enter < 1.0)
    enter, leave = np.clip(enter, 0.0, 1.0), np.clip(leave, 0.0, 1.0)
    return enter, np.where(hit, leave, enter)


def shadow_m(
    points: NDArray[np.float64], anchor: NDArray[np.float64], things: Obstacles, height_m: float = 1.2
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres of steel, and number of walls, between an anchor and points at carry height.

    Args:
        points: (k, 2) site metres.
        anchor: (3,) site metres.
        things: what stands around.
        height_m: height of the tags above the ground.

    Returns:
        Steel (k,) in metres of path, walls (k,) counted.
    """
    end = anchor[None, :2]
    steel = np.zeros(len(points))
    wall = np.zeros(len(points))
    if len(things.circle):
        chord, middle = chord_in_circles(points, end, things.circle)
        z = height_m + (anchor[2] - height_m) * middle
        hit = (z > things.circle_z[:, 0]) & (z < things.circle_z[:, 1])
        steel += (chord * hit)[:, things.circle_steel].sum(axis=1)
    if len(things.box):
        length = np.hypot(*(end - points).T)
        enter, leave = span_in_boxes(points, end, things.box)
        z = height_m + (anchor[2] - height_m) * (enter + leave) / 2
        hit = (leave > enter) & (z > things.box_z[:, 0]) & (z < things.box_z[:, 1])
        massive = hit & ~things.box_hollow & things.box_steel
        steel += ((leave - enter) * length[:, None] * massive).sum(axis=1)
        # Coming in from outside and going out again are a wall each; both ends in one room are none.
        crossed = (hit & things.box_hollow) * ((enter > 0.0).astype(float) + (leave < 1.0))
        steel += _STEEL_SHEET_M * crossed[:, things.box_steel].sum(axis=1)
        wall += crossed[:, ~things.box_steel].sum(axis=1)
    return steel, wall
