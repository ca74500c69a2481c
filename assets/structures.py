"""Pumps, pipe racks, loading bays and flares. Pure; metres, z up; lying axes along north."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from assets.access import handrail, ladder, platform, ring
from assets.footprint import box_of, offset_line, stations
from assets.mesh import Colour, Floats, Mesh, join, shaded
from assets.palette import (
    CONCRETE,
    CONCRETE_DARK,
    DECK,
    DEVICE_DARK,
    KERB,
    MACHINE,
    METAL_ROOF,
    MOTOR,
    PIPE,
    PIPE_DARK,
    PIPE_LIGHT,
    RAIL,
    ROOF_RIB,
    STEEL,
)
from assets.primitives import beams, box, boxes, directions, lathe, plate, quads, slab, tube, walls

if TYPE_CHECKING:
    from gis.kinds import Flare, LoadingBay, PipeRack, Pump


def pump(tank: Pump, *, high: bool) -> Mesh:
    """A centrifugal pump at the north end of its plinth, coupled to a finned motor.

    Args:
        tank: its attributes; the plinth is width_m × length_m.
        high: the finer of the two levels of detail.
    """
    half, length = tank.width_m / 2, tank.length_m
    radius = half * 0.52
    sides = 8 if high else 6
    axis = 0.3 + radius * 1.25

    def lying(profile: list[tuple[float, float]], colour: Colour, y: float) -> Mesh:
        return lathe(profile, sides, colour).tipped().moved(y=y, z=axis)

    motor = length * 0.42
    parts = [
        box([-half, -length / 2, 0.0], [half, length / 2, 0.22], CONCRETE),
        lying([(0.0, 0.0), (radius, 0.0), (radius, motor), (0.0, motor)], MOTOR, -length * 0.46),
        box([-radius * 0.3, -length * 0.35, axis], [radius * 0.75, -length * 0.18, axis + radius * 1.25], MOTOR),
        lying(
            [(0.0, 0.0), (radius * 1.15, 0.0), (radius * 1.15, length * 0.16), (0.0, length * 0.16)],
            MACHINE,
            length * 0.2,
        ),
        tube(
            np.array([[0.0, length * 0.28, axis + radius * 0.6], [0.0, length * 0.28, axis + radius * 2.2]]),
            radius * 0.36,
            PIPE,
            sides=6 if high else 3,
            caps=high,
        ),
    ]
    if high:
        parts += [
            lying([(radius * 0.35, 0.0), (radius * 0.35, length * 0.24)], DEVICE_DARK, -length * 0.04),
            lying([(radius * 1.04, 0.0), (radius * 1.04, 0.06), (radius, 0.06)], RAIL, -length * 0.46),
            lying([(radius * 0.45, 0.0), (radius * 0.45, length * 0.12), (0.0, length * 0.12)], PIPE, length * 0.36),
            box([-half * 0.62, -length * 0.46, 0.22], [half * 0.62, length * 0.42, 0.32], STEEL),
        ]
    return shaded(join(parts), reach_m=0.6)


_WIDEST_M = 16.0


def _pipes(width: float, tier: int) -> list[tuple[float, float, Colour]]:
    """Offsets from the middle, radii and tones of one tier's pipes: the same mixture on every rack."""
    mixture = [
        (0.18, PIPE),
        (0.11, PIPE_DARK),
        (0.26, PIPE_LIGHT),
        (0.11, PIPE),
        (0.15, PIPE_LIGHT),
        (0.22, PIPE_DARK),
        (0.11, PIPE),
    ]
    pipes: list[tuple[float, float, Colour]] = []
    # Narrow racks carry few pipes; very wide ones no more than can be told apart.
    at, index = -min(width, _WIDEST_M) / 2 + 0.55, tier * 3
    while True:
        radius, tone = mixture[index % len(mixture)]
        if at + radius > min(width, _WIDEST_M) / 2 - 0.4:
            return pipes
        # One place in five is left free, as every rack keeps room for the next line.
        if index % 5 != 4:
            pipes.append((at + radius, radius, tone))
        at += 2 * radius + 0.34
        index += 1


def tier_heights(rack: PipeRack) -> list[float]:
    """Heights of the tiers' beams, lowest first; the highest is the rack's height."""
    step = min(2.4, rack.height_m / (rack.tiers + 0.6))
    return [rack.height_m - step * (rack.tiers - 1 - tier) for tier in range(rack.tiers)]


def pipe_rack(rack: PipeRack, line: Floats, *, high: bool) -> Mesh:
    """Steel bents every span with pipes on every tier, along a line.

    Args:
        rack: its attributes.
        line: (k, 2) centre line, metres.
        high: the finer of the two levels of detail.
    """
    at, along = stations(line, rack.span_m)
    across = np.column_stack([along[:, 1], -along[:, 0]]) * rack.width_m / 2
    draw = _fine_rack if high else _coarse_rack
    return shaded(join(draw(rack, line, at - across, at + across)))


def _lift(points: Floats, z: float) -> Floats:
    return np.column_stack([points, np.full(len(points), z)])


def _fine_rack(rack: PipeRack, line: Floats, left: Floats, right: Floats) -> list[Mesh]:
    tiers = tier_heights(rack)
    feet = np.vstack([_lift(left, 0.0), _lift(right, 0.0)])
    parts = [beams(feet, feet + np.array([0.0, 0.0, rack.height_m]), 0.34, STEEL)]
    for tier, z in enumerate(tiers):
        parts.append(beams(_lift(left, z - 0.17), _lift(right, z - 0.17), 0.3, STEEL))
        for offset, radius, tone in _pipes(rack.width_m, tier):
            parts.append(tube(_lift(offset_line(line, offset), z + radius), radius, tone, sides=6))
        for side in (-rack.width_m / 2, rack.width_m / 2):
            path = offset_line(line, side)
            parts.append(beams(_lift(path[:-1], z - 0.45), _lift(path[1:], z - 0.45), 0.26, STEEL))
    # Bracing in every fourth bay, both sides.
    bays = np.arange(0, len(left) - 1, 4)
    for edge in (left, right):
        for a, b in ((bays, bays + 1), (bays + 1, bays)):
            parts.append(beams(_lift(edge[a], 0.3), _lift(edge[b], tiers[0] - 0.5), 0.16, STEEL, sides=3))
    return parts


def _coarse_rack(rack: PipeRack, line: Floats, left: Floats, right: Floats) -> list[Mesh]:
    """Every second bent, and each tier of pipes one pale band between dark edges."""
    half, count = rack.width_m / 2, len(left)
    drawn = np.unique(np.append(np.arange(0, count, 2), count - 1))
    feet = np.vstack([_lift(left[drawn], 0.0), _lift(right[drawn], 0.0)])
    parts = [beams(feet, feet + np.array([0.0, 0.0, rack.height_m]), 0.45, STEEL, sides=3)]
    whole = shapely.LineString(line)
    for z in tier_heights(rack):
        outline = whole.buffer(half, cap_style="flat", join_style="mitre", mitre_limit=2.0)
        pipes = whole.buffer(half * 0.8, cap_style="flat", join_style="mitre", mitre_limit=2.0)
        parts += [walls(outline, z - 0.4, z, STEEL), plate(outline.difference(pipes), z, STEEL)]
        parts.append(slab(pipes, z, z + 0.4, PIPE_DARK, PIPE))
    return parts


def loading_bay(bay: LoadingBay, shape: shapely.Polygon, *, high: bool) -> Mesh:
    """A canopy over truck lanes with islands, loading arms and working platforms between them.

    Args:
        bay: its attributes; the canopy's top is at height_m.
        shape: footprint, metres.
        high: the finer of the two levels of detail.
    """
    placed = box_of(shape)
    half_x, half_y = placed.length / 2, placed.width / 2
    top, eaves = bay.height_m, bay.height_m - 0.9
    lane = placed.length / bay.lanes
    roof = _canopy(half_x, half_y, eaves, top, high)
    islands = [-half_x + lane * number for number in range(bay.lanes + 1)]
    parts = [roof, box([-half_x, -half_y, 0.0], [half_x, half_y, 0.06], KERB)]
    for number, x in enumerate(islands):
        x_in = float(np.clip(x, -half_x + 0.5, half_x - 0.5))
        parts.append(box([x_in - 0.5, -half_y * 0.8, 0.06], [x_in + 0.5, half_y * 0.8, 0.28], CONCRETE))
        posts = np.array([[x_in, y, 0.0] for y in (-half_y * 0.86, half_y * 0.86)])
        parts.append(beams(posts, posts + np.array([0.0, 0.0, eaves]), 0.36, STEEL))
        if number < bay.lanes and lane > 2.5:
            parts += _arm(x_in, half_y, min(lane * 0.42, 2.2), eaves, high)
    return shaded(join(parts)).turned(placed.heading_deg - 90.0).moved(placed.x, placed.y)


def _canopy(half_x: float, half_y: float, eaves: float, top: float, high: bool) -> Mesh:
    """A shallow ridge along the long side with a deep fascia."""
    lip = eaves + 0.35
    a, b, c, d = [-half_x, -half_y], [half_x, -half_y], [half_x, half_y], [-half_x, half_y]
    ridge_w, ridge_e = [-half_x, 0.0, top], [half_x, 0.0, top]
    faces = [
        [[*a, lip], [*b, lip], ridge_e, ridge_w],
        [ridge_w, ridge_e, [*c, lip], [*d, lip]],
        [[*a, eaves], [*b, eaves], [*b, lip], [*a, lip]],
        [[*c, eaves], [*d, eaves], [*d, lip], [*c, lip]],
    ]
    gables = [
        [[*b, eaves], [*c, eaves], [*c, lip], [*b, lip]],
        [[*b, lip], [*c, lip], ridge_e, ridge_e],
        [[*d, eaves], [*a, eaves], [*a, lip], [*d, lip]],
        [[*d, lip], [*a, lip], ridge_w, ridge_w],
    ]
    soffit = [[[*d, eaves], [*c, eaves], [*b, eaves], [*a, eaves]]]
    parts = [
        quads(np.array(faces[:2]), METAL_ROOF),
        quads(np.array(faces[2:]), ROOF_RIB),
        quads(np.array(soffit), STEEL),
    ]
    parts.append(_no_slivers(quads(np.array(gables), ROOF_RIB)))
    if high:
        x = np.arange(-half_x + 2.0, half_x, max(3.0, half_x / 40))
        for side in (-1.0, 1.0):
            low = np.column_stack([x, np.full(len(x), side * half_y), np.full(len(x), lip + 0.04)])
            head = np.column_stack([x, np.zeros(len(x)), np.full(len(x), top + 0.04)])
            parts.append(beams(low, head, 0.12, ROOF_RIB, sides=3))
    return join(parts)


def _no_slivers(mesh: Mesh) -> Mesh:
    """The mesh without triangles of no area (a quadrilateral drawn as a triangle has one)."""
    a, b, c = (mesh.vertices[mesh.faces[:, corner]] for corner in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    keep = area > 1e-9
    return Mesh(mesh.vertices, mesh.normals, mesh.colours, mesh.faces[keep])


def _arm(x: float, half_y: float, reach: float, eaves: float, high: bool) -> list[Mesh]:
    """One top-loading arm with its riser; in the fine model also the platform it is worked from."""
    head = min(4.6, eaves - 0.6)
    path = np.array([[x, 0.0, 0.2], [x, 0.0, head], [x + reach, 0.8, head], [x + reach, 0.8, head - 1.8]])
    parts = [tube(path, 0.13 if high else 0.18, PIPE_DARK, sides=6 if high else 3)]
    if high:
        low = -min(half_y * 0.5, 3.5)
        parts += [
            box([x - 0.5, low, 3.0], [x + 0.5, -low, 3.12], DECK, bottom=True),
            handrail(np.array([[x - 0.5, low, 3.12], [x - 0.5, 0.0, 3.12], [x - 0.5, -low, 3.12]]), every=1),
            boxes(np.array([[x, 1.6, 0.28]]), (0.5, 0.7, 1.3), MACHINE),
            beams(np.array([[x, low, 0.2], [x, -low, 0.2]]), np.array([[x, low, 3.0], [x, -low, 3.0]]), 0.2, STEEL),
        ]
    return parts


def flare(stack: Flare, *, high: bool) -> Mesh:
    """A flare riser held by a three-legged lattice derrick, with water seal, molecular seal and tip.

    Args:
        stack: its attributes; the tip ends at height_m.
        high: the finer of the two levels of detail.
    """
    radius, height = stack.diameter_m / 2, stack.height_m
    sides = 12 if high else 6
    seal = height * 0.86
    tip = min(3.5, height * 0.06)
    riser = [
        (radius, 0.4),
        (radius, seal),
        (radius * 1.9, seal + radius),
        (radius * 1.9, seal + radius + height * 0.03),
        (radius, seal + height * 0.03 + radius * 2.2),
        (radius, height - tip),
        (radius * 1.25, height - tip),
        (radius * 1.25, height),
        (0.0, height),
    ]
    tones = [PIPE_LIGHT, PIPE, PIPE, PIPE, PIPE_LIGHT, DEVICE_DARK, DEVICE_DARK, DEVICE_DARK]
    base = max(height * 0.085, radius * 4)
    top = radius + 0.6
    panels = int(np.clip(height / 9, 4, 12)) if high else 4
    z = np.linspace(0.0, height * 0.95, panels + 1)
    spread = np.linspace(base, top, panels + 1)
    legs = np.stack([ring(r, level, 3, 60.0) for r, level in zip(spread, z, strict=True)])
    after = np.roll(legs, -1, axis=1)
    parts = [
        lathe(riser, sides, tones),
        beams(legs[0], legs[-1], 0.42, STEEL, sides=4),
        boxes(legs[0], (1.6, 1.6, 0.4), CONCRETE),
        beams(legs[1:].reshape(-1, 3), after[1:].reshape(-1, 3), 0.2, STEEL, sides=3),
        beams(legs[:-1].reshape(-1, 3), after[1:].reshape(-1, 3), 0.18, STEEL, sides=3),
        lathe([(radius * 2.6, 0.0), (radius * 2.6, 0.4), (0.0, 0.4)], 12, CONCRETE_DARK),
    ]
    drum = max(radius * 2.2, 1.2)
    parts.append(lathe([(drum, 0.4), (drum, 4.5), (radius, 5.5)], sides, PIPE))
    if high:
        parts += [
            beams(after[:-1].reshape(-1, 3), legs[1:].reshape(-1, 3), 0.18, STEEL, sides=3),
            platform(radius * 1.3, height - tip - 1.2, 1.5, sides=10),
            ladder(radius, 0.0, 1.0, height - tip - 1.2, rungs=False),
            lathe([(radius * 1.7, height - tip * 0.55), (radius * 1.9, height - tip * 0.1)], sides, PIPE_DARK),
            beams(
                np.column_stack([directions(3, 60.0) * radius * 1.6, np.full(3, height - tip * 1.3)]),
                np.column_stack([directions(3, 60.0) * radius * 1.6, np.full(3, height - 0.1)]),
                0.18,
                RAIL,
                sides=3,
            ),
        ]
    return shaded(join(parts))
