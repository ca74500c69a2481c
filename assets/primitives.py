"""Solids of revolution, tubes, beams and flat pieces: what every model is made of. Pure; metres, z up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from assets.mesh import Colour, Floats, Mesh, empty, join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

_CREASE = np.cos(np.radians(32.0))


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(length > 1e-12, length, 1.0))


def directions(count: int, start_deg: float = 0.0, sweep_deg: float = 360.0) -> Floats:
    """(count, 2) unit vectors, clockwise from north; a full circle does not repeat its first."""
    closed = sweep_deg >= 360.0
    heading = np.radians(start_deg + np.linspace(0.0, sweep_deg, count, endpoint=not closed))
    return np.column_stack([np.sin(heading), np.cos(heading)])


def lathe(
    profile: Sequence[tuple[float, float]],
    sides: int,
    colour: Colour | Sequence[Colour],
    *,
    start_deg: float = 0.0,
    sweep_deg: float = 360.0,
    shade: Sequence[float] | None = None,
) -> Mesh:
    """A solid of revolution about z.

    Args:
        profile: (radius, z) points; walking up an outside wall gives an outward normal, walking inwards an upward one.
        sides: segments around.
        colour: one, or one for each of the len(profile) - 1 bands.
        start_deg: heading where a partial sweep begins.
        sweep_deg: how far it goes, clockwise.
        shade: brightness factor per profile point.
    """
    points = np.asarray(profile, float)
    bands = len(points) - 1
    steps = np.diff(points, axis=0)
    slopes = _unit(np.column_stack([steps[:, 1], -steps[:, 0]]))
    many = not isinstance(colour[0], float | int)
    colours = np.asarray(colour if many else [colour] * bands, float)
    shades = np.ones(len(points)) if shade is None else np.asarray(shade, float)
    closed = sweep_deg >= 360.0
    columns = sides if closed else sides + 1
    # Counter-clockwise seen from above, so that outward faces wind correctly.
    around = directions(columns, start_deg, sweep_deg)[::-1]

    rings: list[tuple[int, Floats, Floats]] = []
    spans: list[tuple[int, int]] = []
    for band in range(bands):
        if np.allclose(steps[band], 0.0):
            continue
        smooth_with_last = bool(
            spans
            and spans[-1][1] == len(rings) - 1
            and rings[-1][0] == band
            and slopes[band - 1] @ slopes[band] > _CREASE
            and np.allclose(colours[band - 1], colours[band])
        )
        if smooth_with_last:
            index, _, tint = rings[-1]
            rings[-1] = (index, _unit(slopes[band - 1] + slopes[band]), tint)
        else:
            rings.append((band, slopes[band], colours[band]))
        rings.append((band + 1, slopes[band], colours[band]))
        spans.append((len(rings) - 2, len(rings) - 1))

    vertices, normals, tints = [], [], []
    for index, slope, tint in rings:
        radius, z = points[index]
        vertices.append(np.column_stack([around * radius, np.full(columns, z)]))
        normals.append(np.column_stack([around * slope[0], np.full(columns, slope[1])]))
        tints.append(np.broadcast_to(tint * shades[index], (columns, 3)))
    here = np.arange(sides)
    there = (here + 1) % columns
    faces = []
    for low, high in spans:
        a, b = low * columns + here, low * columns + there
        c, d = high * columns + there, high * columns + here
        if points[rings[low][0]][0] > 1e-9:
            faces.append(np.column_stack([a, b, c]))
        if points[rings[high][0]][0] > 1e-9:
            faces.append(np.column_stack([a, c, d]))
    return Mesh(np.concatenate(vertices), np.concatenate(normals), np.concatenate(tints), np.concatenate(faces))


def dish(radius: float, depth: float, z: float, steps: int, *, up: bool = True) -> list[tuple[float, float]]:
    """Profile of an elliptical head: from its rim to its pole (up) or from its pole to its rim (down)."""
    angle = np.linspace(0.0, np.pi / 2, steps + 1)
    points = [(float(radius * np.cos(a)), float(depth * np.sin(a))) for a in angle]
    points[-1] = (0.0, depth)
    if up:
        return [(r, z + h) for r, h in points]
    return [(r, z - h) for r, h in reversed(points)]


def quads(corners: Floats, colour: Colour) -> Mesh:
    """Flat quadrilaterals.

    Args:
        corners: (n, 4, 3), counter-clockwise seen from the visible side.
        colour: of all of them.
    """
    corners = np.asarray(corners, float).reshape(-1, 4, 3)
    count = len(corners)
    if not count:
        return empty()
    normals = _unit(np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]))
    first = 4 * np.arange(count)[:, None]
    faces = np.concatenate([first + np.array([0, 1, 2]), first + np.array([0, 2, 3])], axis=1).reshape(-1, 3)
    return Mesh(
        corners.reshape(-1, 3),
        np.repeat(normals, 4, axis=0),
        np.broadcast_to(np.asarray(colour, float), (4 * count, 3)).copy(),
        faces,
    )


_BOX_FACES = np.array([[0, 1, 5, 4], [1, 3, 7, 5], [3, 2, 6, 7], [2, 0, 4, 6], [4, 5, 7, 6], [0, 2, 3, 1]])
_BOX_CORNERS = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)], float)


def box(low: Sequence[float], high: Sequence[float], colour: Colour, *, bottom: bool = False, top: bool = True) -> Mesh:
    """An axis-aligned box between two corners."""
    corners = np.asarray(low, float) + _BOX_CORNERS * (np.asarray(high, float) - np.asarray(low, float))
    picked = [0, 1, 2, 3, *([4] if top else []), *([5] if bottom else [])]
    return quads(corners[_BOX_FACES[picked]], colour)


def boxes(centres: Floats, size: Sequence[float], colour: Colour) -> Mesh:
    """Equal boxes standing on the given (n, 3) foot centres, without undersides."""
    centres = np.asarray(centres, float).reshape(-1, 3)
    corners = (_BOX_CORNERS - [0.5, 0.5, 0.0]) * np.asarray(size, float)
    picked = corners[_BOX_FACES[:5]]
    return quads((centres[:, None, None, :] + picked[None]).reshape(-1, 4, 3), colour)


def beams(starts: Floats, ends: Floats, size: float, colour: Colour, *, sides: int = 4) -> Mesh:
    """Straight members without end faces, all at once.

    Args:
        starts: (n, 3).
        ends: (n, 3).
        size: width across, metres.
        colour: of all of them.
        sides: 4 gives square sections with flat sides, any other number round bars.
    """
    starts, ends = np.atleast_2d(np.asarray(starts, float)), np.atleast_2d(np.asarray(ends, float))
    # A member of no length has no direction.
    real = np.linalg.norm(ends - starts, axis=1) > 1e-3
    starts, ends = starts[real], ends[real]
    count = len(starts)
    if not count:
        return empty()
    along = _unit(ends - starts)
    upright = np.abs(along[:, 2]) > 0.95
    side = _unit(np.cross(along, np.where(upright[:, None], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0])))
    other = np.cross(side, along)
    angle = 2 * np.pi * (np.arange(sides) + 0.5) / sides
    # A square section of the given width, or a round one of that diameter.
    radius = size / np.sqrt(2) if sides == 4 else size / 2
    spokes = side[:, None] * np.cos(angle)[None, :, None] + other[:, None] * np.sin(angle)[None, :, None]
    low, high = starts[:, None] + spokes * radius, ends[:, None] + spokes * radius
    after = np.roll(np.arange(sides), -1)
    if sides == 4:
        corners = np.stack([low, high, high[:, after], low[:, after]], axis=2)
        return quads(corners.reshape(-1, 4, 3), colour)
    vertices = np.stack([low, high], axis=1).reshape(-1, 3)
    first = 2 * sides * np.arange(count)[:, None, None]
    j = np.arange(sides)
    pattern = np.concatenate(
        [np.column_stack([j, j + sides, after + sides]), np.column_stack([j, after + sides, after])],
    )
    faces = (first + pattern[None]).reshape(-1, 3)
    normals = np.stack([spokes, spokes], axis=1).reshape(-1, 3)
    tints = np.broadcast_to(np.asarray(colour, float), vertices.shape).copy()
    return Mesh(vertices, normals, tints, faces)


def tube(
    path: Floats, radius: float, colour: Colour, *, sides: int = 6, closed: bool = False, caps: bool = False
) -> Mesh:
    """A pipe along a path with mitred corners.

    Args:
        path: (k, 3) centre line; consecutive points differ.
        radius: of the pipe.
        colour: of the pipe.
        sides: around.
        closed: the last point joins the first.
        caps: flat ends.
    """
    path = np.asarray(path, float)
    count = len(path)
    if closed:
        before, after = np.roll(path, 1, axis=0), np.roll(path, -1, axis=0)
    else:
        before, after = np.vstack([2 * path[0] - path[1], path[:-1]]), np.vstack([path[1:], 2 * path[-1] - path[-2]])
    incoming, outgoing = _unit(path - before), _unit(after - path)
    tangent = _unit(incoming + outgoing)
    stretch = 1.0 / np.clip(np.sum(tangent * outgoing, axis=1), 0.5, 1.0)
    # Carry one side vector along the path so that the pipe does not twist.
    side = np.empty_like(path)
    guess = np.array([0.0, 0.0, 1.0]) if abs(tangent[0, 2]) < 0.9 else np.array([0.0, 1.0, 0.0])
    for index in range(count):
        # Onto the plane across the straight piece first: two steps of 45° where one of 90° would lose the vector.
        guess = guess - incoming[index] * (guess @ incoming[index]) if index else guess
        flat = guess - tangent[index] * (guess @ tangent[index])
        guess = flat / max(float(np.linalg.norm(flat)), 1e-9)
        side[index] = guess
    other = np.cross(tangent, side)
    angle = 2 * np.pi * (np.arange(sides) + 0.5) / sides
    spokes = side[:, None] * np.cos(angle)[None, :, None] + other[:, None] * np.sin(angle)[None, :, None]
    bend = _unit(outgoing - incoming)
    reach = np.einsum("ksx,kx->ks", spokes, bend)[..., None] * bend[:, None]
    vertices = path[:, None] + radius * (spokes + reach * (stretch - 1.0)[:, None, None])
    j, after_j = np.arange(sides), np.roll(np.arange(sides), -1)
    rows = count if closed else count - 1
    k = np.arange(rows)[:, None]
    low, high = k * sides, ((k + 1) % count) * sides
    faces = np.concatenate(
        [
            np.stack([low + j, low + after_j, high + after_j], axis=-1).reshape(-1, 3),
            np.stack([low + j, high + after_j, high + j], axis=-1).reshape(-1, 3),
        ],
    )
    tints = np.broadcast_to(np.asarray(colour, float), (count * sides, 3)).copy()
    pipe = Mesh(vertices.reshape(-1, 3), spokes.reshape(-1, 3), tints, faces)
    if not caps or closed:
        return pipe
    return join([pipe, _fan(vertices[0][::-1], colour), _fan(vertices[-1], colour)])


def _fan(ring: Floats, colour: Colour) -> Mesh:
    count = len(ring)
    normal = _unit(np.cross(ring[1] - ring[0], ring[2] - ring[0]))
    fan = np.column_stack([np.zeros(count - 2, int), np.arange(1, count - 1), np.arange(2, count)])
    return Mesh(ring, np.tile(normal, (count, 1)), np.tile(np.asarray(colour, float), (count, 1)), fan)


def plate(shape: BaseGeometry, z: float, colour: Colour) -> Mesh:
    """A polygon (or several) as a flat surface facing up at one height; empty and line parts are left out."""
    corners = []
    for polygon in polygons(shape):
        for triangle in shapely.get_parts(shapely.constrained_delaunay_triangles(polygon)):
            ring = shapely.get_coordinates(triangle)[:3]
            (ax, ay), (bx, by), (cx, cy) = ring
            corners.append(ring if (bx - ax) * (cy - ay) > (by - ay) * (cx - ax) else ring[::-1])
    if not corners:
        return empty()
    flat = np.concatenate(corners)
    flat, index = np.unique(flat, axis=0, return_inverse=True)
    vertices = np.column_stack([flat, np.full(len(flat), z)])
    normals = np.tile([0.0, 0.0, 1.0], (len(flat), 1))
    tints = np.tile(np.asarray(colour, float), (len(flat), 1))
    return Mesh(vertices, normals, tints, index.reshape(-1, 3).astype(np.int64))


def walls(shape: BaseGeometry, z_low: float, z_high: float, colour: Colour) -> Mesh:
    """Upright walls along every ring of a polygon, facing out of its area."""
    corners = []
    for polygon in polygons(shape):
        ordered = shapely.geometry.polygon.orient(polygon)
        for ring in (ordered.exterior, *ordered.interiors):
            line = shapely.get_coordinates(ring)
            a, b = line[:-1], line[1:]
            low, high = np.full((len(a), 1), z_low), np.full((len(a), 1), z_high)
            corners.append(
                np.stack(
                    [np.hstack([a, low]), np.hstack([b, low]), np.hstack([b, high]), np.hstack([a, high])], axis=1
                ),
            )
    return quads(np.concatenate(corners), colour) if corners else empty()


def slab(shape: BaseGeometry, z_low: float, z_high: float, colour: Colour, top: Colour | None = None) -> Mesh:
    """Walls and a top over a polygon."""
    return join([walls(shape, z_low, z_high, colour), plate(shape, z_high, top or colour)])


def polygons(shape: BaseGeometry) -> list[shapely.Polygon]:
    """The polygons in any geometry, without slivers under 1 cm²."""
    parts = (
        shapely.get_parts(shapely.get_parts(shape))
        if shape.geom_type == "GeometryCollection"
        else shapely.get_parts(shape)
    )
    return [part for part in parts if isinstance(part, shapely.Polygon) and part.area > 1e-4]
