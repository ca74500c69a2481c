"""Pressure vessels: spheres, bullets, columns, reactors and exchangers. Pure; metres, z up, lying axes along north."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assets.access import handrail, ladder, platform, ring, stair
from assets.mesh import Colour, Mesh, join, shaded
from assets.palette import (
    CLADDING,
    CLADDING_BAND,
    CONCRETE,
    CONCRETE_DARK,
    PIPE,
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
    from gis.kinds import BulletTank, Column, HeatExchanger, Reactor, SphereTank


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
        parts += _saddle(radius, axis, y, length)
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


def _saddle(radius: float, axis: float, y: float, length: float) -> list[Mesh]:
    wide, half = radius * 0.86, min(0.35, length * 0.06)
    return [
        box([-wide, y - half, 0.0], [wide, y + half, max(axis - radius * 0.62, 0.15)], CONCRETE),
        box([-wide * 1.15, y - half * 1.6, 0.0], [wide * 1.15, y + half * 1.6, 0.14], CONCRETE_DARK),
    ]


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


def column(tank: Column, *, high: bool) -> Mesh:
    """A distillation column: skirt, one or two diameters, platforms, caged ladders, the overhead line to the north.

    Args:
        tank: its attributes; the top head ends at height_m.
        high: the finer of the two levels of detail.
    """
    radius, height = tank.diameter_m / 2, tank.height_m
    sides = (16 if tank.diameter_m > 2 else 12) if high else 10
    skirt = min(max(height * 0.09, 2.0), height * 0.2)
    slender = height / tank.diameter_m > 9
    upper = radius * (0.78 if slender else 1.0)
    neck = height * 0.56
    head = min(upper * 0.5, height * 0.1)
    steps = 3 if high else 1
    profile: list[tuple[float, float]] = [(radius * 1.12, 0.3), (radius, skirt)]
    colours: list[Colour] = [CONCRETE_DARK]
    if slender:
        profile += [(radius, neck), (upper, neck + tank.diameter_m * 0.6), (upper, height - head)]
        colours += [CLADDING, CLADDING_BAND, CLADDING]
    else:
        profile.append((radius, height - head))
        colours.append(CLADDING)
    profile += dish(upper, head, height - head, steps)[1:]
    colours += [CLADDING_BAND] * steps
    parts = [
        lathe([(radius * 1.35, 0.0), (radius * 1.35, 0.3), (radius, 0.3)], sides, CONCRETE),
        lathe(profile, sides, colours),
    ]

    def shell_at(z: float) -> float:
        return float(np.interp(z, [point[1] for point in profile], [point[0] for point in profile]))

    levels = [skirt + (height - head - skirt) * (i + 1) / max(tank.platforms, 1) for i in range(tank.platforms)]
    below = 0.3
    for number, level in enumerate(levels):
        at = shell_at(level)
        start = 25.0 if number % 2 == 0 else 75.0
        last = number == len(levels) - 1
        around = 360.0 if last else 245.0
        parts.append(
            platform(
                at, level, 1.15, start_deg=start, sweep_deg=around, sides=(8 if last else 6) if high else 4, rail=high
            )
        )
        if high:
            parts.append(
                ladder(shell_at((below + level) / 2), 150.0 + 60.0 * (number % 2), below, level, rungs=number == 0)
            )
            if not last:
                hoops = lathe([(at + 0.03, level - 1.5), (at + 0.03, level - 1.2)], sides, CLADDING_BAND)
                parts.append(hoops)
        below = level
    parts += _overhead(upper, radius, height, skirt, high)
    return shaded(join(parts))


def _overhead(upper: float, radius: float, height: float, skirt: float, high: bool) -> list[Mesh]:
    """The vapour line: out of the top head and down the north side; a reboiler return low on the west."""
    pipe = float(np.clip(radius * 0.28, 0.14, 0.6))
    out = radius + pipe + 0.55
    rise = height + pipe * 1.2
    path = np.array([[0.0, 0.0, height - 0.3], [0.0, 0.0, rise], [0.0, out, rise], [0.0, out, skirt * 0.7]])
    parts = [tube(path, pipe, PIPE, sides=8 if high else 5)]
    if high:
        back = np.array(
            [[-radius * 0.9, 0.0, skirt * 1.6], [-radius - 1.6, 0.0, skirt * 1.6], [-radius - 1.6, 0.0, 0.6]]
        )
        manways = [
            tube(np.array([[0.0, -r * 0.9, z], [0.0, -r - 0.45, z]]), 0.34, PIPE_DARK, sides=6, caps=True)
            for r, z in ((radius, skirt + 1.4), (upper, height * 0.8))
        ]
        parts += [tube(back, pipe * 0.8, PIPE_DARK, sides=6, caps=True), *manways]
        z = np.linspace(skirt, height * 0.95, 5)
        inner = np.column_stack([np.zeros(5), np.full(5, upper * 0.9), z])
        parts.append(beams(inner, inner + np.array([0.0, out - upper * 0.9, 0.0]), 0.14, STEEL, sides=3))
    return parts


def reactor(tank: Reactor, *, high: bool) -> Mesh:
    """A thick vertical reactor in an open steel frame with working decks.

    Args:
        tank: its attributes; the vessel spans clearance_m … height_m.
        high: the finer of the two levels of detail.
    """
    radius, height = tank.diameter_m / 2, tank.height_m
    low = min(tank.clearance_m, height * 0.5)
    sides, steps = (16, 3) if high else (10, 1)
    depth = min(radius * 0.5, (height - low) * 0.3)
    profile = [
        *dish(radius, depth, low + depth, steps, up=False),
        (radius, low + (height - low) * 0.5),
        *dish(radius, depth, height - depth, steps),
    ]
    bands = [CLADDING_BAND] * steps + [CLADDING, CLADDING] + [CLADDING_BAND] * steps
    parts = [lathe(profile, sides, bands)]
    if low < 1.5:
        parts.append(lathe([(radius * 1.05, 0.0), (radius * 0.98, low + depth)], sides, CONCRETE_DARK))
    parts += _frame(radius, low + depth, height, high)
    top = height
    nozzle = np.array(
        [
            [0.0, 0.0, top - 0.2],
            [0.0, 0.0, top + 0.7],
            [0.0, radius + 1.6, top + 0.7],
            [0.0, radius + 1.6, low * 0.4 + 0.3],
        ]
    )
    parts.append(tube(nozzle, float(np.clip(radius * 0.2, 0.12, 0.4)), PIPE, sides=8 if high else 5))
    return shaded(join(parts))


def _frame(radius: float, support: float, height: float, high: bool) -> list[Mesh]:
    """Four posts, beams and decks around the vessel; braced on two sides."""
    half = radius + 1.3
    corners = np.array([[-half, -half], [half, -half], [half, half], [-half, half]])
    decks = [support] if height - support < 5 else [support, height - max(radius * 0.5, 1.0)]
    top = decks[-1]
    feet = np.column_stack([corners, np.zeros(4)])
    parts = [beams(feet, feet + np.array([0.0, 0.0, top]), 0.36, STEEL), boxes(feet, (0.9, 0.9, 0.25), CONCRETE)]
    after = np.roll(corners, -1, axis=0)
    for z in decks:
        a, b = np.column_stack([corners, np.full(4, z - 0.2)]), np.column_stack([after, np.full(4, z - 0.2)])
        parts.append(beams(a, b, 0.34, STEEL))
        parts.append(_deck(radius, half, z))
        if high:
            edge = np.column_stack([corners * 1.0, np.full(4, z)])
            parts.append(handrail(_denser(edge), closed=True, every=1))
    low = 0.2
    braces_from = np.array([[*corners[0], low], [*corners[1], low], [*corners[2], low], [*corners[3], low]])
    braces_to = np.array(
        [
            [*corners[1], decks[0] - 0.3],
            [*corners[0], decks[0] - 0.3],
            [*corners[3], decks[0] - 0.3],
            [*corners[2], decks[0] - 0.3],
        ]
    )
    parts.append(beams(braces_from, braces_to, 0.2, STEEL, sides=3))
    return parts


def _denser(ring_points: np.ndarray) -> np.ndarray:
    after = np.roll(ring_points, -1, axis=0)
    return np.stack([ring_points, (ring_points + after) / 2], axis=1).reshape(-1, 3)


def _deck(radius: float, half: float, z: float) -> Mesh:
    """A square deck with a hole for the vessel, drawn as four strips."""
    r = radius * 0.98
    strips = [([-half, -half], [half, -r]), ([-half, r], [half, half]), ([-half, -r], [-r, r]), ([r, -r], [half, r])]
    return join([box([*a, z - 0.12], [*b, z], tinted(RAIL, 1.45), bottom=True) for a, b in strips])


def heat_exchanger(tank: HeatExchanger, *, high: bool) -> Mesh:
    """A shell-and-tube exchanger on saddles: channel head and flanges at the north end, dished end at the south.

    Args:
        tank: its attributes; length_m is from end to end.
        high: the finer of the two levels of detail.
    """
    radius, length = tank.diameter_m / 2, tank.length_m
    axis = tank.clearance_m + radius
    sides = 12 if high else 10
    depth = head_depth(tank.diameter_m, length)
    flange, thick = radius * 1.18, min(0.18, length * 0.03)
    channel = length * 0.2
    profile = [*dish(radius, depth, depth, 3 if high else 1, up=False), (radius, length - channel - thick)]
    colours: list[Colour] = [CLADDING_BAND] * (3 if high else 1) + [CLADDING]
    if high:
        profile += [(flange, length - channel - thick), (flange, length - channel), (radius * 0.98, length - channel)]
        profile += [(radius * 0.98, length - thick), (flange, length - thick), (flange, length), (0.0, length)]
        colours += [STEEL, PIPE_DARK, STEEL, PIPE, STEEL, PIPE_DARK, PIPE_DARK]
    else:
        profile += [(flange, length - channel), (flange, length), (0.0, length)]
        colours += [STEEL, PIPE, PIPE_DARK]
    parts = [lathe(profile, sides, colours).moved(z=-length / 2).tipped().moved(z=axis)]
    for y in (-length * 0.28, length * 0.18):
        parts += _saddle(radius, axis, y, length)
    pipe = min(float(np.clip(radius * 0.3, 0.08, 0.3)), length * 0.06)
    ups = [(-length * 0.3, 1.0), (length * 0.4, 1.0)]
    parts += [
        tube(
            np.array([[0.0, y, axis], [0.0, y, axis + side * (radius + 0.5)]]),
            pipe,
            PIPE,
            sides=6 if high else 4,
            caps=True,
        )
        for y, side in ups
    ]
    return shaded(join(parts))
