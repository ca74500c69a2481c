"""Refinery structures on a building's footprint: fired heaters and cooling towers. Pure; metres, z up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assets.access import handrail, ladder
from assets.footprint import box_of
from assets.mesh import Mesh, join, shaded
from assets.palette import (
    CLADDING,
    CLADDING_BAND,
    CONCRETE,
    CONCRETE_DARK,
    DECK,
    DEVICE_DARK,
    PIPE,
    PIPE_DARK,
    RAIL,
    STEEL,
    WALL_SHADE,
    tinted,
)
from assets.primitives import beams, box, lathe, quads, tube

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from assets.mesh import Colour, Floats
    from gis.kinds import Building


def fired_heater(house: Building, shape: BaseGeometry, *, high: bool) -> Mesh:
    """A box heater: radiant box on posts over its burners, sloped shoulders, convection bank and stack.

    Args:
        house: its attributes; the stack ends at height_m.
        shape: footprint, metres.
        high: the finer of the two levels of detail.
    """
    placed = box_of(shape)
    x, y, height = placed.length / 2, placed.width / 2, house.height_m
    floor, eaves, shoulder, bank = (height * share for share in (0.09, 0.42, 0.51, 0.64))
    neck_x, neck_y = x * 0.72, y * 0.4
    parts = [
        box([-x, -y, floor], [x, y, eaves], CLADDING, bottom=True, top=False),
        _hip([x, y, eaves], [neck_x, neck_y, shoulder], CLADDING_BAND),
        box([-neck_x, -neck_y, shoulder], [neck_x, neck_y, bank], CLADDING, top=False),
        _hip([neck_x, neck_y, bank], [neck_y * 0.7, neck_y * 0.7, bank + (height - bank) * 0.2], CLADDING_BAND),
        box([-x, -y, 0.0], [x, y, 0.15], CONCRETE_DARK),
    ]
    stack, low = min(neck_y * 0.62, 2.4), bank + (height - bank) * 0.16
    sides = 16 if high else 8
    lines = [(stack, low), (stack, height - 0.8), (stack * 1.08, height - 0.8), (stack * 1.08, height), (0.0, height)]
    parts.append(lathe(lines, sides, [PIPE, PIPE_DARK, PIPE_DARK, DEVICE_DARK]))
    along = np.linspace(-x + 0.3, x - 0.3, 5 if high else 3)
    posts = np.array([[at, side, 0.0] for at in along for side in (-y + 0.3, y - 0.3)])
    parts.append(beams(posts, posts + np.array([0.0, 0.0, floor]), 0.5, STEEL))
    # Buckstays: the ribs that tell a heater's casing from a wall.
    for side in (-y - 0.05, y + 0.05):
        feet = np.array([[at, side, floor] for at in along])
        parts.append(beams(feet, feet + np.array([0.0, 0.0, eaves - floor]), 0.3, CLADDING_BAND))
    if high:
        parts += _heater_access(x, y, (floor, eaves), (neck_x, neck_y, bank), stack, height)
    return shaded(join(parts), reach_m=2.0).turned(placed.heading_deg - 90.0).moved(placed.x, placed.y)


def _heater_access(
    x: float,
    y: float,
    radiant: tuple[float, float],
    neck: tuple[float, float, float],
    stack: float,
    height: float,
) -> list[Mesh]:
    """Peep-hole platforms along both long sides, crossover pipes on one end, a ladder on the stack."""
    floor, eaves = radiant
    parts = []
    for side in (-1.0, 1.0):
        for z in (floor + 0.4, (floor + eaves) / 2):
            inner, outer = sorted((side * y, side * (y + 1.1)))
            parts.append(box([-x, inner, z - 0.12], [x, outer, z], tinted(RAIL, 1.4), bottom=True))
            edge = np.array([[at, side * (y + 1.05), z] for at in np.linspace(-x, x, 6)])
            parts.append(handrail(edge, every=1, knee=False))
    neck_x, neck_y, bank = neck
    for offset in (-0.5, 0.5):
        start = [neck_x - 0.2, neck_y * offset, bank - 1.0]
        path = np.array(
            [start, [x + 0.9, start[1], bank - 1.0], [x + 0.9, start[1], eaves * 0.7], [x - 0.2, start[1], eaves * 0.7]]
        )
        parts.append(tube(path, 0.22, PIPE, sides=6))
    parts.append(ladder(stack, 0.0, bank + (height - bank) * 0.25, height - 1.2, rungs=False))
    return parts


def _hip(low: list[float], top: list[float], colour: Colour) -> Mesh:
    """Four sloping faces from a rectangle (half sides and height) up to a smaller one."""
    (a, b, z0), (c, d, z1) = low, top
    faces: Floats = np.array(
        [
            [[-a, -b, z0], [a, -b, z0], [c, -d, z1], [-c, -d, z1]],
            [[a, -b, z0], [a, b, z0], [c, d, z1], [c, -d, z1]],
            [[a, b, z0], [-a, b, z0], [-c, d, z1], [c, d, z1]],
            [[-a, b, z0], [-a, -b, z0], [-c, -d, z1], [-c, d, z1]],
        ],
    )
    return quads(faces, colour)


def cooling_tower(house: Building, shape: BaseGeometry, *, high: bool) -> Mesh:
    """A row of mechanical-draught cells: louvred sides, a deck with a handrail, a flared fan stack on each cell.

    Args:
        house: its attributes; the fan stacks end at height_m.
        shape: footprint, metres.
        high: the finer of the two levels of detail.
    """
    placed = box_of(shape)
    x, y, height = placed.length / 2, placed.width / 2, house.height_m
    deck = height * 0.74
    cells = int(np.clip(round(placed.length / max(placed.width, 1.0)), 1, 12))
    pitch = 2 * x / cells
    radius = min(pitch, 2 * y) * 0.36
    sides = 20 if high else 10
    parts = [
        box([-x, -y, 0.0], [x, y, 1.2], CONCRETE, top=False),
        box([-x + 0.4, -y + 0.4, 1.2], [x - 0.4, y - 0.4, deck - 0.4], tinted(WALL_SHADE, 0.92), top=False),
        box([-x, -y, deck - 0.4], [x, y, deck], DECK, bottom=True),
    ]
    for number in range(cells):
        middle = -x + pitch * (number + 0.5)
        tall = height - deck
        stack = [(radius, deck), (radius * 0.93, deck + tall * 0.35), (radius * 1.05, height), (radius * 0.98, height)]
        inside = [(radius * 0.98, height), (radius * 0.88, deck + tall * 0.4), (0.0, deck + tall * 0.4)]
        parts.append(lathe(stack, sides, [CLADDING, CLADDING, PIPE]).moved(x=middle))
        parts.append(lathe(inside, sides, [PIPE_DARK, DEVICE_DARK], shade=[1.0, 0.7, 1.0]).moved(x=middle))
    parts += _louvres(x, y, deck, 6 if high else 3)
    if high:
        edge = np.array([[-x + 0.1, -y + 0.1], [x - 0.1, -y + 0.1], [x - 0.1, y - 0.1], [-x + 0.1, y - 0.1]])
        dense = np.concatenate(
            [np.linspace(a, b, 8, endpoint=False) for a, b in zip(edge, np.roll(edge, -1, axis=0), strict=True)]
        )
        parts.append(handrail(np.column_stack([dense, np.full(len(dense), deck)]), closed=True, every=1))
        posts = np.array([[-x + pitch * k, side, 1.2] for k in range(cells + 1) for side in (-y + 0.15, y - 0.15)])
        parts.append(beams(posts, posts + np.array([0.0, 0.0, deck - 1.6]), 0.4, CONCRETE))
    return shaded(join(parts), reach_m=2.0).turned(placed.heading_deg - 90.0).moved(placed.x, placed.y)


def _louvres(x: float, y: float, deck: float, count: int) -> list[Mesh]:
    """Sloping slats along both long sides, where the air goes in."""
    parts = []
    step = (deck - 2.0) / count
    for number in range(count):
        z = 1.4 + step * number
        slats = np.array(
            [
                [[-x, -y, z], [x, -y, z], [x, -y + 0.4, z + step * 0.75], [-x, -y + 0.4, z + step * 0.75]],
                [[x, y, z], [-x, y, z], [-x, y - 0.4, z + step * 0.75], [x, y - 0.4, z + step * 0.75]],
            ],
        )
        parts.append(quads(slats, CLADDING if number % 2 else CLADDING_BAND))
    return parts
