"""Everything flat or low: roads, walkways, bund walls and floors, unit paving. Pure; site metres, z up.

Flat surfaces lie at different small heights, so that none fights with another for the same depth.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import shapely

from assets.footprint import lines_of, offset_line
from assets.mesh import Floats, Mesh, empty, join, shaded
from assets.palette import (
    ASPHALT,
    BUND,
    GRAVEL,
    KERB,
    MARKING,
    PAVING,
    RAIL,
    WALKWAY,
    tinted,
)
from assets.primitives import plate, polygons, quads, slab, walls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shapely.geometry.base import BaseGeometry

    from gis.kinds import Bund, Road, Unit

UNIT_Z_M = 0.04
BUND_FLOOR_Z_M = 0.08
WALKWAY_Z_M = 0.12
ROAD_Z_M = 0.16
MARK_Z_M = 0.2
_KERB_M = 0.3


def unit(area: Unit, shape: BaseGeometry, *, high: bool) -> Mesh:
    """The paved or gravelled ground of a unit, with a pale edge.

    Args:
        area: its attributes.
        shape: footprint, metres.
        high: the finer of the two levels of detail.
    """
    tone = PAVING if area.unit_kind in {"process", "loading", "utility"} else tinted(GRAVEL, 1.02)
    if not high:
        return plate(shape, UNIT_Z_M, tone)
    inner = shape.buffer(-0.5, join_style="mitre")
    return join([plate(inner, UNIT_Z_M, tone), plate(shape.difference(inner), UNIT_Z_M, tinted(KERB, 0.98))])


def bund(wall: Bund, shape: BaseGeometry, *, high: bool) -> Mesh:
    """A bund wall along every ring of the polygon, the gravel floor inside, and in the fine model a stile over it.

    Args:
        wall: its attributes; the polygon runs along the wall's middle.
        shape: polygon, metres.
        high: the finer of the two levels of detail.
    """
    half = wall.thickness_m / 2
    boundary = shape.boundary.buffer(half, join_style="mitre")
    parts = [
        walls(boundary, 0.0, wall.height_m, BUND),
        plate(boundary, wall.height_m, tinted(BUND, 1.16)),
        plate(shape.difference(boundary), BUND_FLOOR_Z_M, GRAVEL),
    ]
    if high:
        parts += [_stile(polygon, wall) for polygon in polygons(shape)]
    return shaded(join(parts), reach_m=0.5, floor=0.8)


def _stile(polygon: shapely.Polygon, wall: Bund) -> Mesh:
    """Steps over the wall in the middle of its longest side."""
    line = shapely.get_coordinates(shapely.geometry.polygon.orient(polygon).exterior)
    steps = np.diff(line, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    longest = int(np.argmax(lengths))
    head = steps[longest] / lengths[longest]
    out = np.array([head[1], -head[0]])
    middle = line[longest] + head * lengths[longest] / 2
    parts = []
    rise, half = wall.height_m, wall.thickness_m / 2
    for side in (1.0, -1.0):
        for step in range(3):
            near, far = half + 0.32 * step, half + 0.32 * (step + 1)
            corners = [
                middle + head * a + out * side * b for a, b in ((-0.5, near), (0.5, near), (0.5, far), (-0.5, far))
            ]
            parts.append(slab(shapely.Polygon(corners), 0.0, rise * (3 - step) / 4, RAIL, tinted(RAIL, 1.4)))
    return join(parts)


def lie_of_roads(roads: Mapping[str, tuple[Road, BaseGeometry]]) -> dict[str, Mesh]:
    """Fine meshes of all roads together: nothing overlaps, kerbs and lane marks stop at junctions.

    Args:
        roads: attributes and centre line (site metres) by code.

    Returns:
        A mesh by code.
    """
    order = sorted(roads, key=lambda code: (roads[code][0].surface == "walkway", -roads[code][0].width_m, code))
    areas = {code: _carriageway(*roads[code]) for code in order}
    driven = shapely.union_all([areas[code] for code in order if roads[code][0].surface != "walkway"])
    core = driven.buffer(-_KERB_M, join_style="mitre")
    taken: BaseGeometry = shapely.Polygon()
    meshes = {}
    for code in order:
        road, line = roads[code]
        own = areas[code].difference(taken)
        if road.surface == "walkway":
            meshes[code] = plate(own.difference(driven), WALKWAY_Z_M, WALKWAY)
        else:
            parts = [plate(own.intersection(core), ROAD_Z_M, ASPHALT), plate(own.difference(core), ROAD_Z_M, KERB)]
            others = shapely.union_all([areas[c] for c in order if c != code and roads[c][0].surface != "walkway"])
            parts.append(_marks(road, line, others))
            meshes[code] = join(parts)
        taken = shapely.union_all([taken, own])
    return meshes


def coarse_road(road: Road, line: BaseGeometry) -> Mesh:
    """A road as a plain band."""
    walkway = road.surface == "walkway"
    return plate(_carriageway(road, line), WALKWAY_Z_M if walkway else ROAD_Z_M, WALKWAY if walkway else ASPHALT)


def _carriageway(road: Road, line: BaseGeometry) -> BaseGeometry:
    if line.geom_type in {"Polygon", "MultiPolygon"}:
        return line
    return line.buffer(road.width_m / 2, cap_style="flat", join_style="mitre", mitre_limit=2.0)


def _marks(road: Road, line: BaseGeometry, others: BaseGeometry) -> Mesh:
    """A dashed middle line on wide roads, whole edge lines on fire lanes; none inside a junction."""
    if line.geom_type in {"Polygon", "MultiPolygon"} or road.width_m < 5.5:
        return empty()
    clear = others.buffer(1.5)
    parts = []
    for points in lines_of(line):
        if road.surface == "fire_lane":
            for side in (-1, 1):
                edge = shapely.LineString(offset_line(points, side * (road.width_m / 2 - 0.7))).difference(clear)
                parts.append(plate(edge.buffer(0.09, cap_style="flat"), MARK_Z_M, MARKING))
        dashes = _dashes(points, clear)
        parts.append(quads(dashes, MARKING) if len(dashes) else empty())
    return join(parts)


def _dashes(points: Floats, clear: BaseGeometry) -> Floats:
    """(n, 4, 3) dashes of 4 m every 10 m along a line, left out where `clear` is."""
    corners = []
    for a, b in itertools.pairwise(points):
        length = float(np.hypot(*(b - a)))
        head = (b - a) / length
        side = np.array([head[1], -head[0]]) * 0.1
        starts = np.arange(3.0, length - 4.0, 10.0)
        if not len(starts):
            continue
        first = a + head * starts[:, None]
        last = first + head * 4.0
        free = ~(shapely.contains_xy(clear, *first.T) | shapely.contains_xy(clear, *last.T))
        first, last = first[free], last[free]
        z = np.full((len(first), 1), MARK_Z_M)
        corners.append(
            np.stack([np.hstack([p, z]) for p in (first + side, last + side, last - side, first - side)], axis=1),
        )
    return np.concatenate(corners) if corners else np.zeros((0, 4, 3))
