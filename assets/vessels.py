"""Pressure tanks: spheres and bullets. Pure; metres, z up, lying axes along north."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assets.access import handrail, platform, ring, stair
from assets.mesh import Colour, Mesh, join, shaded
from assets.palette import (
    CLADDING,
    CONCRETE,
    CONCRETE_DARK,
    PIPE_DARK,
    RAIL,
    ROOF_RIB,
    SHELL,
    SHELL_SEAM,
    STEEL,
    tinted,
)
from assets.primitives import beams, box, boxes, directions, dish, lathe, tube

if TYPE_CHECKING:
    from gis.kinds import BulletTank, SphereTank


def sphere_tank(tank: SphereTank, *, high: bool) -> Mesh:
    """A sphere on braced legs with a water ring, a stair to the crown and a crown platform.

    Args:
        tank: its attributes; the ball spans clearance_m … clearance_m + diameter_m.
        high: the finer of the two levels of detail.
    """
    radius = tank.diameter_m / 2
    middle = tank.clearance_m + radius
    sides, stacks = (24, 12) if high else (12, 6)
    angle = np.linspace(-np.pi / 2, np.pi / 2, stacks + 1)
    profile = [(float(radius * np.cos(a)), float(middle + radius * np.sin(a))) for a in angle]
    profile[0], profile[-1] = (0.0, tank.clearance_m), (0.0, tank.clearance_m + tank.diameter_m)
    # The lower half sees the ground, not the sky.
    shade = [float(0.8 + 0.2 * np.clip(0.5 + np.sin(a), 0.0, 1.0)) for a in angle]
    parts = [lathe(profile, sides, CLADDING if tank.insulated else SHELL, shade=shade), _legs(tank, middle, high)]
    if high:
        band = lathe([(radius + 0.02, middle - 0.18), (radius + 0.02, middle + 0.18)], sides, SHELL_SEAM)
        tropic = np.sqrt(max(radius**2 - (radius * 0.62) ** 2, 0.0)) + 0.22
        water = tube(ring(float(tropic), middle + radius * 0.62, 18), 0.09, PIPE_DARK, sides=3, closed=True)
        parts += [band, water, _sphere_stair(radius, middle)]
    crown = middle + radius
    reach = min(2.2, radius * 0.45)
    parts.append(platform(0.4, crown + 0.25, reach, sides=8 if high else 5, rail=high))
    parts.append(tube(np.array([[0.0, 0.0, crown - 0.2], [0.0, 0.0, crown + 1.5]]), 0.3, PIPE_DARK, sides=6, caps=True))
    return shaded(join(parts))


def _legs(tank: SphereTank, middle: float, high: bool) -> Mesh:
    radius, legs = tank.diameter_m / 2, tank.legs
    step = 180.0 / legs
    feet = ring(radius * 0.985, 0.0, legs, step)
    tops = feet + np.array([0.0, 0.0, middle])
    size = float(np.clip(tank.diameter_m * 0.055, 0.35, 1.0))
    parts = [
        beams(feet, tops, size, SHELL_SEAM, sides=6 if high else 4),
    ]
    if high:
        parts.append(boxes(feet, (size * 2.0, size * 2.0, 0.3), CONCRETE))
    low, top = np.array([0.0, 0.0, middle * 0.16]), np.array([0.0, 0.0, middle * 0.8])
    after = np.roll(feet, -1, axis=0)
    starts, ends = [feet + low, after + low], [after + top, feet + top]
    crossed = 2 if high else 1
    parts.append(beams(np.vstack(starts[:crossed]), np.vstack(ends[:crossed]), 0.14 if high else 0.2, STEEL, sides=3))
    return join(parts)


def _sphere_stair(radius: float, middle: float) -> Mesh:
    """From the ground to a landing at the equator, then over the upper half to the crown."""
    away = radius + 0.35
    steps = 9
    sweep = float(np.degrees(min(middle / np.tan(np.radians(42.0)) / away, np.pi * 1.2)))
    around = directions(steps + 1, 0.0, sweep)
    lower = np.column_stack([around * away, np.linspace(0.1, middle, steps + 1)])
    level = np.linspace(0.0, np.radians(78.0), steps + 1)
    over = directions(steps + 1, sweep, 95.0)
    upper = np.column_stack([over * (away * np.cos(level))[:, None], middle + away * np.sin(level)])
    flat = np.zeros((steps + 1, 1))
    return join(
        [
            stair(lower, np.hstack([around, flat]), 0.9),
            platform(away, middle, 1.1, start_deg=sweep - 6.0, sweep_deg=12.0, sides=2, rail=False),
            stair(upper, np.hstack([over, flat]), 0.8),
        ],
    )


def _lying(diameter: float, length: float, depth: float, sides: int, steps: int, colours: list[Colour]) -> Mesh:
    """A lying drum with dished ends, its axis along north through the origin, `length` from tip to tip."""
    radius, straight = diameter / 2, length - 2 * depth
    profile = [
        *dish(radius, depth, depth, steps, up=False),
        (radius, depth + straight * 0.5),
        *dish(radius, depth, depth + straight, steps),
    ]
    bands = len(profile) - 1
    ends = [colours[1]] * steps
    drum = lathe(profile, sides, ends + [colours[0]] * (bands - 2 * steps) + ends)
    return drum.moved(z=-length / 2).tipped()


def head_depth(diameter: float, length: float) -> float:
    """Depth of one 2:1 elliptical end of a lying drum, metres."""
    return min(diameter / 4, length / 3)


def bullet_tank(tank: BulletTank, *, high: bool) -> Mesh:
    """A lying pressure drum on two saddles with dished ends, manway, relief line and a catwalk.

    Args:
        tank: its attributes; length_m is from tip to tip.
        high: the finer of the two levels of detail.
    """
    radius, length = tank.diameter_m / 2, tank.length_m
    axis = tank.clearance_m + radius
    depth = head_depth(tank.diameter_m, length)
    sides, steps = (20, 4) if high else (10, 2)
    body = CLADDING if tank.insulated else SHELL
    drum = _lying(tank.diameter_m, length, depth, sides, steps, [body, tinted(body, 0.96)]).moved(z=axis)
    parts = [drum]
    for y in (-length * 0.3, length * 0.3):
        parts += saddle(radius, axis, y, length, footing=high)
    top = axis + radius
    parts.append(
        tube(
            np.array([[0.0, length * 0.18, top - 0.2], [0.0, length * 0.18, top + 0.5]]),
            0.36,
            PIPE_DARK,
            sides=6,
            caps=True,
        )
    )
    if high:
        parts += _seams(radius, length - 2 * depth, axis, sides)
        parts += _catwalk(tank.diameter_m, length, top)
    else:
        parts.append(box([-0.6, -length * 0.28, top - 0.05], [0.6, length * 0.28, top + 0.15], RAIL))
    return shaded(join(parts))


def saddle(radius: float, axis: float, y: float, length: float, *, footing: bool = True) -> list[Mesh]:
    """A concrete saddle under a lying drum of that radius and length, its axis that high, at y along it."""
    wide, half = radius * 0.86, min(0.35, length * 0.06)
    parts = [box([-wide, y - half, 0.0], [wide, y + half, max(axis - radius * 0.62, 0.15)], CONCRETE)]
    if footing:
        parts.append(box([-wide * 1.15, y - half * 1.6, 0.0], [wide * 1.15, y + half * 1.6, 0.14], CONCRETE_DARK))
    return parts


def _seams(radius: float, straight: float, axis: float, sides: int) -> list[Mesh]:
    seams = []
    for y in (-straight * 0.5, -straight * 0.17, straight * 0.17, straight * 0.5):
        hoop = lathe([(radius + 0.015, -0.09), (radius + 0.015, 0.09)], sides, ROOF_RIB)
        seams.append(hoop.tipped().moved(y=y, z=axis))
    return seams


def _catwalk(diameter: float, length: float, top: float) -> list[Mesh]:
    reach, half = length * 0.28, min(0.6, diameter * 0.25)
    deck = box([-half, -reach, top - 0.02], [half, reach, top + 0.14], RAIL)
    z = top + 0.14
    edge = np.array(
        [[half, -reach, z], [half, 0.0, z], [half, reach, z], [-half, reach, z], [-half, 0.0, z], [-half, -reach, z]]
    )
    relief = np.array(
        [[0.0, -length * 0.2, top], [0.0, -length * 0.2, top + 1.9], [0.0, -length * 0.2 - 0.8, top + 1.9]]
    )
    foot = np.array([[half + 0.2, reach, 0.0], [half + 0.8, reach, 0.0]])
    head = foot + np.array([0.0, 0.0, z])
    out = diameter * 0.5
    foot[:, 0] += out
    return [
        deck,
        handrail(edge, closed=True, every=1),
        tube(relief, 0.14, PIPE_DARK, sides=6),
        beams(foot, head, 0.12, RAIL, sides=3),
    ]
