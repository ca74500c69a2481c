"""Where people and vehicles go: beside equipment, at desks, at muster points, and how to get there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry import LineString, Point

from gis.kinds import Building, Road
from gis.obstacles import Obstacles, is_entered, obstacles
from gis.plant import FencePurpose
from twin.simulate.errors import SimulationError
from twin.simulate.ways import Spur, Way, WayNet, build_net

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from gis.plant import Asset, Fence, Plant

_TANKS = ("fixed_roof_tank", "floating_roof_tank", "sphere_tank", "bullet_tank")
_EQUIPMENT = (*_TANKS, "column", "reactor", "heat_exchanger", "pump")
_SEATS = {
    "control_room": 24,
    "office": 24,
    "canteen": 36,
    "laboratory": 8,
    "fire_station": 14,
    "workshop": 12,
    "other": 30,
}
_LONGEST_SPUR_M = 30.0


@dataclass(frozen=True, slots=True)
class Spot:
    """One place to be.

    Attributes:
        kind: asset kind, or `seat:USE` for a place in a building.
        asset: the asset it belongs to.
        parent: the unit or farm of that asset, if any.
        xy: site metres.
        forbidden: codes of the forbidden fences it lies in.
    """

    kind: str
    asset: str
    parent: str | None
    xy: tuple[float, float]
    forbidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terrain:
    """The ground of a plant as the simulator sees it."""

    things: Obstacles
    forbidden: dict[str, BaseGeometry]
    """Forbidden fences, site metres."""
    fences: dict[str, Fence]
    walk: WayNet
    walk_spots: list[Spot]
    drive: WayNet
    drive_spots: list[Spot]


def survey(plant: Plant, at_ns: int) -> Terrain:
    """Read the ground off a plant's assets and the fences that hold at an instant.

    Raises:
        SimulationError: the plant has no ways.
    """
    frame = plant.head.frame
    shapes = {asset.code: frame.shape_to_site(asset.geometry) for asset in plant.assets}
    things = obstacles((asset.attributes, shapes[asset.code], asset.base_m) for asset in plant.assets)
    # A fence around a vehicle bars no place.
    barred = [f for f in plant.fences if f.purpose == FencePurpose.FORBIDDEN and f.rules.moving_with is None]
    fences = {f.code: f for f in barred if f.valid_at(at_ns)}
    forbidden = {code: frame.shape_to_site(fence.geometry) for code, fence in fences.items()}
    walkable, drivable = _ways(plant, shapes)
    if not walkable:
        raise SimulationError("the plant has no roads or walkways to move on")
    bunds = [(shapes[asset.code], 2.0) for asset in plant.assets_of("bund")]
    costly = [*bunds, *((area, 25.0) for area in forbidden.values())]
    spots, spurs = _people_spots(plant, shapes, walkable, things)
    walk = build_net(walkable, spurs, costly)
    stops, stop_spurs = _vehicle_spots(plant, shapes, drivable)
    drive = build_net(drivable, stop_spurs, costly)
    return Terrain(
        things=things,
        forbidden=forbidden,
        fences=fences,
        walk=walk,
        walk_spots=[_fenced(spot, forbidden) for spot in spots],
        drive=drive,
        drive_spots=[_fenced(spot, forbidden) for spot in stops],
    )


def _ways(plant: Plant, shapes: dict[str, BaseGeometry]) -> tuple[list[Way], list[Way]]:
    walkable, drivable = [], []
    for asset in plant.assets:
        road, shape = asset.attributes, shapes[asset.code]
        if isinstance(road, Road) and isinstance(shape, LineString):
            walkable.append(Way(shape, road.width_m))
            if road.surface != "walkway":
                drivable.append(Way(shape, road.width_m))
    return walkable, drivable or walkable


def _fenced(spot: Spot, forbidden: dict[str, BaseGeometry]) -> Spot:
    inside = tuple(code for code, area in forbidden.items() if shapely.contains_xy(area, *spot.xy))
    return Spot(spot.kind, spot.asset, spot.parent, spot.xy, inside)


def _free(start: tuple[float, float], end: tuple[float, float], things: Obstacles) -> bool:
    """Whether one can walk straight from start to end."""
    steps = max(2, int(np.hypot(end[0] - start[0], end[1] - start[1]) / 0.25))
    points = np.linspace(start, end, steps)
    return not bool((things.solid_at(points) | _in_buildings(things, points)).any())


def _in_buildings(things: Obstacles, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    box = things.box[things.box_entered & (things.box_z[:, 0] < 2.0)]
    x, y = points[:, 0, None], points[:, 1, None]
    return np.asarray(((x > box[:, 0]) & (x < box[:, 2]) & (y > box[:, 1]) & (y < box[:, 3])).any(axis=1))


def _people_spots(
    plant: Plant, shapes: dict[str, BaseGeometry], ways: list[Way], things: Obstacles
) -> tuple[list[Spot], list[Spur]]:
    net = shapely.union_all([way.line for way in ways])
    spots: list[Spot] = []
    spurs: list[Spur] = []

    def add(kind: str, asset: Asset, place: tuple[float, float], door: tuple[float, float] | None = None) -> None:
        spots.append(Spot(kind, asset.code, asset.parent, place, ()))
        spurs.append(Spur(place, door))

    for asset in plant.assets:
        shape = shapes[asset.code]
        if asset.kind in _EQUIPMENT:
            place = _beside(asset, shape, net, things)
            if place is not None:
                add(asset.kind, asset, place)
        elif asset.kind == "muster_point":
            add("muster_point", asset, (shape.centroid.x, shape.centroid.y))
        elif asset.kind == "loading_bay":
            for share in (0.2, 0.5, 0.8):
                west, south, east, north = shape.bounds
                add("loading_bay", asset, (west + (east - west) * share, (south + north) / 2))
        elif _entered(asset):
            for place, door in _seats(asset, shape, net):
                kind = asset.attributes.use if isinstance(asset.attributes, Building) else "warehouse"
                add(f"seat:{kind}", asset, place, door)
    return spots, spurs


def _entered(asset: Asset) -> bool:
    return asset.kind == "warehouse" or (isinstance(asset.attributes, Building) and is_entered(asset.attributes))


def _beside(asset: Asset, shape: BaseGeometry, net: BaseGeometry, things: Obstacles) -> tuple[float, float] | None:
    """A standing place at the side of the equipment that faces the nearest way, or None when it cannot be walked to."""
    attributes = asset.attributes
    centre = Point(shape.centroid.x, shape.centroid.y)
    foot = net.interpolate(net.project(centre))
    gap = centre.distance(foot)
    if not 0.0 < gap < 90.0:
        return None
    round_ = asset.kind in (*_TANKS[:3], "column", "reactor")
    reach = getattr(attributes, "diameter_m", 2.0) / 2 + 0.9 if round_ else _half_reach(asset, centre, foot)
    if gap - reach > _LONGEST_SPUR_M:
        return None
    place = (
        (foot.x, foot.y)
        if gap <= reach
        else (centre.x + (foot.x - centre.x) / gap * reach, centre.y + (foot.y - centre.y) / gap * reach)
    )
    return place if _free((foot.x, foot.y), place, things) else None


def _half_reach(asset: Asset, centre: Point, foot: Point) -> float:
    """From the middle of an oblong to 0.9 m outside it towards `foot`."""
    attributes = asset.attributes
    length: float = getattr(attributes, "length_m", 2.0)
    width: float = getattr(attributes, "diameter_m", getattr(attributes, "width_m", 1.0))
    bearing = np.degrees(np.arctan2(foot.x - centre.x, foot.y - centre.y)) - getattr(attributes, "heading_deg", 0.0)
    cos, sin = abs(np.cos(np.radians(bearing))), abs(np.sin(np.radians(bearing)))
    return float(min(length / 2 / max(cos, 1e-6), width / 2 / max(sin, 1e-6)) + 0.9)


def _seats(
    asset: Asset, shape: BaseGeometry, net: BaseGeometry
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Places in a building on a grid, each with the door: the point of the wall nearest to a way."""
    use = asset.attributes.use if isinstance(asset.attributes, Building) else "other"
    west, south, east, north = shape.bounds
    wanted = min(_SEATS.get(use, 6), max(2, int(shape.area / 25.0)))
    across = max(1, round(np.sqrt(wanted * (east - west) / max(north - south, 1.0))))
    along = max(1, -(-wanted // across))
    outline = shape.exterior if hasattr(shape, "exterior") else shape
    door = Point(shapely.shortest_line(outline, net).coords[0])
    inset = 1.5 if min(east - west, north - south) > 5.0 else 0.8
    return [
        ((float(x), float(y)), (float(door.x), float(door.y)))
        for x in np.linspace(west + inset, east - inset, across)
        for y in np.linspace(south + inset, north - inset, along)
        if shapely.contains_xy(shape, x, y)
    ][:wanted]


def _vehicle_spots(plant: Plant, shapes: dict[str, BaseGeometry], ways: list[Way]) -> tuple[list[Spot], list[Spur]]:
    net = shapely.union_all([way.line for way in ways])
    spots: list[Spot] = []
    spurs: list[Spur] = []
    for asset in plant.assets_of("building", "warehouse", "loading_bay", "muster_point", "unit"):
        centre = shapes[asset.code].centroid
        foot = net.interpolate(net.project(centre))
        if shapes[asset.code].distance(foot) > 40.0:
            continue
        use = asset.attributes.use if isinstance(asset.attributes, Building) else asset.kind
        spots.append(Spot(use, asset.code, asset.parent, (foot.x, foot.y), ()))
        spurs.append(Spur((foot.x, foot.y)))
    return spots, spurs
