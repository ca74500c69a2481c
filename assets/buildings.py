"""Buildings and warehouses over their footprints. Pure; metres, z up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from assets.footprint import box_of
from assets.mesh import Colour, Floats, Mesh, empty, join, shaded
from assets.palette import (
    DOOR,
    FLAT_ROOF,
    GLASS,
    MACHINE,
    METAL_ROOF,
    PIPE_DARK,
    PLINTH,
    ROOF_RIB,
    STEEL,
    WALL,
    WALL_SHADE,
    tinted,
)
from assets.primitives import beams, box, plate, polygons, quads, slab, walls

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from shapely.geometry.base import BaseGeometry

    from gis.kinds import Building, Warehouse

_PARAPET_M = 0.7
_PROUD_M = 0.04
"""How far windows and doors stand off the wall, so that they never fight with it for the same depth."""

# Share of the storey's height the window takes, its sill above the floor, pane width and gap; a blast-resistant control
# room has slits, a substation louvres high up, a gatehouse is nearly all glass.
_WINDOWS: dict[str, tuple[float, float, float, float]] = {
    "control_room": (0.16, 0.62, 1.4, 4.6),
    "substation": (0.14, 0.7, 2.2, 3.8),
    "workshop": (0.22, 0.64, 3.0, 1.6),
    "gatehouse": (0.5, 0.3, 2.4, 0.3),
    "fire_station": (0.34, 0.52, 1.8, 1.4),
}
_USUAL_WINDOWS = (0.44, 0.34, 2.2, 1.0)
_ROLLER_DOORS = {"workshop", "fire_station"}


def building(house: Building, shape: BaseGeometry, *, high: bool) -> Mesh:
    """Walls with a plinth, window bands per storey, an entrance, a parapet and plant on the roof.

    Args:
        house: its attributes; the parapet's top is at height_m.
        shape: footprint, metres.
        high: the finer of the two levels of detail.
    """
    height = house.height_m
    parapet = min(_PARAPET_M, height * 0.2)
    roof_z = height - parapet
    plinth = min(0.6, height * 0.15)
    inner = shape.buffer(-0.35, join_style="mitre")
    parts = [
        walls(shape, 0.0, plinth, PLINTH),
        walls(shape, plinth, roof_z - 0.15, WALL),
        walls(shape, roof_z - 0.15, height, WALL_SHADE),
    ]
    if inner.is_empty:
        parts.append(plate(shape, height, FLAT_ROOF))
    else:
        parts += [
            plate(shape.difference(inner), height, ROOF_RIB),
            _inward(inner, roof_z, height),
            plate(inner, roof_z, FLAT_ROOF),
        ]
    storey = roof_z / house.storeys
    for polygon in polygons(shape):
        edges = _edges(polygon)
        longest = int(np.argmax([length for _, _, length in edges]))
        for number, edge in enumerate(edges):
            entrance = number == longest
            parts += _facade(edge, house, storey, entrance=entrance, high=high)
    parts.append(_roof_plant(house, shape, inner, roof_z, high))
    return shaded(join(parts), reach_m=2.0)


Edge = tuple[Floats, Floats, float]


def _edges(polygon: shapely.Polygon) -> list[Edge]:
    """(start, unit direction, length) of the outer walls, the building on their left."""
    line = shapely.get_coordinates(shapely.geometry.polygon.orient(polygon).exterior)
    steps = np.diff(line, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    return [(a, s / n, float(n)) for a, s, n in zip(line[:-1], steps, lengths, strict=True) if n > 0.05]


def _inward(shape: BaseGeometry, low: float, top: float) -> Mesh:
    """Walls facing into the area: the inside of a parapet."""
    outside = walls(shape, low, top, tinted(WALL_SHADE, 0.9))
    return Mesh(outside.vertices, -outside.normals, outside.colours, outside.faces[:, ::-1])


def _panels(
    edge: Edge, at: ArrayLike, width: float, low: float, top: float, colour: Colour, proud: float = _PROUD_M
) -> Mesh:
    """Upright panels on a wall, `at` metres (their left ends) along it."""
    start, head, _ = edge
    out = np.array([head[1], -head[0]]) * proud
    a = start + out + head * np.asarray(at)[:, None]
    b = a + head * width
    low_z, top_z = np.full((len(a), 1), low), np.full((len(a), 1), top)
    corners = np.stack(
        [np.hstack([a, low_z]), np.hstack([b, low_z]), np.hstack([b, top_z]), np.hstack([a, top_z])], axis=1
    )
    return quads(corners, colour)


def _facade(edge: Edge, house: Building, storey: float, *, entrance: bool, high: bool) -> list[Mesh]:
    length = edge[2]
    share, sill, pane, gap = _WINDOWS.get(house.use, _USUAL_WINDOWS)
    margin = 0.8
    # A hall of one tall storey has a band of windows, no shop front.
    tall = min(storey * share, 2.6)
    parts: list[Mesh] = []
    if length > 2 * margin + 1.2 and storey > 1.8:
        count = int(np.clip((length - 2 * margin + gap) / (pane + gap), 1, 60))
        step = (length - 2 * margin + gap) / count
        at = margin + step * np.arange(count, dtype=np.float64)
        for number in range(house.storeys):
            low = storey * (number + sill)
            if high:
                keep = np.abs(at + pane / 2 - length / 2) > 2.2 if entrance and number == 0 else np.full(count, True)
                parts.append(_panels(edge, at[keep], min(pane, step - 0.15), low, low + tall, GLASS))
            else:
                parts.append(
                    _panels(edge, np.array([margin]), length - 2 * margin, low, low + tall, tinted(GLASS, 1.5))
                )
    if entrance and length > 3:
        parts += _entrance(edge, house, storey, high)
    return parts


def _entrance(edge: Edge, house: Building, storey: float, high: bool) -> list[Mesh]:
    """The door in the middle of the longest wall, with a canopy; big roller doors where vehicles go in."""
    length = edge[2]
    tall = min(2.4, storey * 0.8)
    if house.use in _ROLLER_DOORS and length > 10:
        tall = min(4.2, storey * 0.85)
        count = int(min((length - 2.0) / 5.2, 4))
        at = length / 2 - count * 2.6 + 5.2 * np.arange(count) + 0.5
        return [_panels(edge, at, 4.2, 0.02, tall, DOOR, 0.07)]
    door = _panels(edge, np.array([length / 2 - 1.0]), 2.0, 0.02, tall, DOOR, 0.07)
    if not high:
        return [door]
    start, head, _ = edge
    out = np.array([head[1], -head[0]])
    middle = start + head * length / 2
    corners = np.array(
        [middle - head * 1.6, middle + head * 1.6, middle + head * 1.6 + out * 1.5, middle - head * 1.6 + out * 1.5]
    )
    return [door, slab(shapely.Polygon(corners), tall + 0.15, tall + 0.4, WALL_SHADE, FLAT_ROOF)]


def _roof_plant(house: Building, shape: BaseGeometry, inner: BaseGeometry, roof_z: float, high: bool) -> Mesh:
    """Air handling and a stair head on the roof, where it is large enough."""
    if inner.is_empty or shape.area < 60:
        return empty()
    placed = box_of(shape)
    parts = []
    if house.storeys >= 2 and placed.width > 8:
        x = -placed.length * 0.32
        parts.append(box([x - 2.4, -1.6, roof_z], [x + 2.4, 1.6, roof_z + 2.5], WALL_SHADE))
    count = int(np.clip(placed.length / 9, 1, 4)) if high else 1
    for number in range(count):
        x = placed.length * (0.02 + 0.36 * number / max(count, 1))
        size = min(1.3, placed.width * 0.14)
        parts.append(box([x - size, -size * 0.8, roof_z], [x + size, size * 0.8, roof_z + 1.15], MACHINE))
        if high:
            parts.append(
                box([x - size * 0.6, -size * 0.5, roof_z + 1.15], [x + size * 0.6, size * 0.5, roof_z + 1.3], PIPE_DARK)
            )
    plant = join(parts).turned(placed.heading_deg - 90.0).moved(placed.x, placed.y)
    inside = shapely.contains_xy(shape, plant.vertices[:, 0], plant.vertices[:, 1])
    return plant if bool(inside.all()) else empty()


def warehouse(hall: Warehouse, shape: shapely.Polygon, *, high: bool) -> Mesh:
    """A hall with a gabled metal roof, ridge vent, roof lights and roller doors; flat-roofed on an odd footprint.

    Args:
        hall: its attributes; the ridge is at height_m.
        shape: footprint, metres.
        high: the finer of the two levels of detail.
    """
    placed = box_of(shape)
    if placed.filled < 0.93:
        return _flat_hall(hall, shape)
    half_x, half_y = placed.length / 2, placed.width / 2
    ridge = hall.height_m
    eaves = ridge - min(half_y * 0.24, ridge * 0.35)
    ridge -= 0.45 if high else 0.0
    parts = _gabled(half_x, half_y, eaves, ridge)
    door_top = min(4.5, eaves * 0.75)
    south = (np.array([-half_x, -half_y]), np.array([1.0, 0.0]), placed.length)
    north = (np.array([half_x, half_y]), np.array([-1.0, 0.0]), placed.length)
    count = int(np.clip(placed.length / 16, 1, 6))
    at = placed.length * (np.arange(count) + 0.5) / count - 2.2
    for side in (south, north):
        parts.append(_panels(side, at, 4.4, 0.05, door_top, DOOR))
        if high:
            parts.append(_panels(side, at - 0.3, 5.0, door_top, door_top + 0.35, ROOF_RIB, 0.1))
            parts.append(
                _panels(side, np.array([1.0]), placed.length - 2.0, eaves - 1.2, eaves - 0.5, tinted(GLASS, 1.35))
            )
    if high:
        parts += _roof_dress(half_x, half_y, eaves, ridge)
    return shaded(join(parts), reach_m=2.0).turned(placed.heading_deg - 90.0).moved(placed.x, placed.y)


def _gabled(half_x: float, half_y: float, eaves: float, ridge: float) -> list[Mesh]:
    w, e = -half_x, half_x
    sides = [
        [[w, -half_y, 1.0], [e, -half_y, 1.0], [e, -half_y, eaves], [w, -half_y, eaves]],
        [[e, half_y, 1.0], [w, half_y, 1.0], [w, half_y, eaves], [e, half_y, eaves]],
        [[e, -half_y, 1.0], [e, half_y, 1.0], [e, half_y, eaves], [e, -half_y, eaves]],
        [[w, half_y, 1.0], [w, -half_y, 1.0], [w, -half_y, eaves], [w, half_y, eaves]],
    ]
    lip, over = eaves - 0.08, 0.3
    drop = (ridge - eaves) * over / half_y
    roof = [
        [[w, -half_y - over, lip - drop], [e, -half_y - over, lip - drop], [e, 0.0, ridge], [w, 0.0, ridge]],
        [[w, 0.0, ridge], [e, 0.0, ridge], [e, half_y + over, lip - drop], [w, half_y + over, lip - drop]],
    ]
    gable_e = np.array([[e, -half_y, eaves], [e, half_y, eaves], [e, 0.0, ridge]])
    gable_w = np.array([[w, half_y, eaves], [w, -half_y, eaves], [w, 0.0, ridge]])
    return [
        box([w, -half_y, 0.0], [e, half_y, 1.0], PLINTH, top=False),
        quads(np.array(sides), WALL),
        _triangle(gable_e, WALL),
        _triangle(gable_w, WALL),
        quads(np.array(roof), METAL_ROOF),
        quads(np.array(roof)[:, ::-1] - [0.0, 0.0, 0.02], STEEL),
    ]


def _triangle(corners: Floats, colour: Colour) -> Mesh:
    normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
    normal = normal / np.linalg.norm(normal)
    return Mesh(corners, np.tile(normal, (3, 1)), np.tile(np.asarray(colour), (3, 1)), np.array([[0, 1, 2]]))


def _roof_dress(half_x: float, half_y: float, eaves: float, ridge: float) -> list[Mesh]:
    """Ridge vent, standing seams and roof lights."""
    vent = box([-half_x * 0.9, -0.7, ridge - 0.25], [half_x * 0.9, 0.7, ridge + 0.45], ROOF_RIB)
    x = np.arange(-half_x + 3.0, half_x, max(6.0, half_x / 30))
    parts = [vent]
    for side in (-1.0, 1.0):
        low = np.column_stack([x, np.full(len(x), side * (half_y + 0.2)), np.full(len(x), eaves)])
        top = np.column_stack(
            [x, np.full(len(x), side * 0.7), np.full(len(x), ridge - (ridge - eaves) * 0.7 / half_y + 0.03)]
        )
        parts.append(beams(low, top, 0.14, ROOF_RIB, sides=3))
    lights = []
    for x0 in x[:-1][::2] + 2.0:
        for y0, y1 in ((-half_y * 0.75, -half_y * 0.3), (half_y * 0.3, half_y * 0.75)):

            def z(y: float) -> float:
                return ridge - (ridge - eaves) * abs(y) / half_y + 0.06

            lights.append([[x0, y0, z(y0)], [x0 + 1.6, y0, z(y0)], [x0 + 1.6, y1, z(y1)], [x0, y1, z(y1)]])
    parts.append(quads(np.array(lights), tinted(GLASS, 1.7)) if lights else empty())
    return parts


def _flat_hall(hall: Warehouse, shape: BaseGeometry) -> Mesh:
    height = hall.height_m
    parts = [
        walls(shape, 0.0, min(1.0, height * 0.3), PLINTH),
        walls(shape, min(1.0, height * 0.3), height, WALL),
        plate(shape, height, METAL_ROOF),
    ]
    for polygon in polygons(shape):
        for edge in _edges(polygon):
            count = min(int(edge[2] / 16), 12)
            if count:
                at = edge[2] * (np.arange(count) + 0.5) / count - 2.2
                parts.append(_panels(edge, at, 4.4, 0.05, min(4.5, height * 0.7), DOOR))
    return shaded(join(parts), reach_m=2.0)
