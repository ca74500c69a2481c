"""Process vessels: columns, reactors and heat exchangers. Pure; metres, z up, lying axes along north."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assets.access import handrail, ladder, platform
from assets.mesh import Colour, Floats, Mesh, join, shaded
from assets.palette import (
    CLADDING,
    CLADDING_BAND,
    CONCRETE,
    CONCRETE_DARK,
    PIPE,
    PIPE_DARK,
    RAIL,
    STEEL,
    tinted,
)
from assets.primitives import beams, box, boxes, dish, lathe, tube
from assets.vessels import head_depth, saddle

if TYPE_CHECKING:
    from gis.kinds import Column, HeatExchanger, Reactor


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
    parts = [beams(feet, feet + np.array([0.0, 0.0, top]), 0.36, STEEL, sides=4 if high else 3)]
    if not high:
        return [*parts, *(box([-half, -half, z - 0.3], [half, half, z], tinted(RAIL, 1.45)) for z in decks)]
    parts.append(boxes(feet, (0.9, 0.9, 0.25), CONCRETE))
    after = np.roll(corners, -1, axis=0)
    for z in decks:
        a, b = np.column_stack([corners, np.full(4, z - 0.2)]), np.column_stack([after, np.full(4, z - 0.2)])
        parts += [beams(a, b, 0.34, STEEL), _deck(radius, half, z)]
        parts.append(handrail(_denser(np.column_stack([corners, np.full(4, z)])), closed=True, every=1))
    south, north = feet[[0, 1]], feet[[2, 3]]
    for low in (south, north):
        foot, head = low + np.array([0.0, 0.0, 0.2]), low[::-1] + np.array([0.0, 0.0, decks[0] - 0.3])
        parts.append(beams(foot, head, 0.2, STEEL, sides=3))
    return parts


def _denser(corners: Floats) -> Floats:
    """A closed path with a point in the middle of every side."""
    after = np.roll(corners, -1, axis=0)
    return np.stack([corners, (corners + after) / 2], axis=1).reshape(-1, 3)


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
        parts += saddle(radius, axis, y, length, footing=high)
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
