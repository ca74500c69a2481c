"""Upright storage tanks. The foot of the stair is at north; the instance turns it. Pure; metres, z up."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from assets.access import handrail, platform, ring, spiral_stair, stair_sweep_deg
from assets.mesh import Colour, Mesh, join, shaded
from assets.palette import (
    CLADDING,
    CONCRETE,
    DECK,
    PIPE,
    PIPE_DARK,
    PONTOON,
    RAIL,
    ROOF,
    ROOF_RIB,
    SHELL,
    SHELL_SEAM,
    tinted,
)
from assets.primitives import beams, box, boxes, directions, lathe, tube

if TYPE_CHECKING:
    from gis.kinds import FixedRoofTank, FloatingRoofTank

RINGWALL_M = 0.6
"""How far the concrete foundation shows outside the shell."""
FLOATING_ROOF_AT = 0.72
"""Where a floating roof is drawn, as a share of the shell's height: the level is told by the liquid band instead."""


def _sides(diameter: float, high: bool) -> int:
    if not high:
        return 12 if diameter < 12 else 16
    return 24 if diameter < 14 else 32 if diameter < 50 else 40


def _courses(
    radius: float, height: float, high: bool, insulated: bool
) -> tuple[list[tuple[float, float]], list[Colour]]:
    """Shell plates one above the other, told apart by a shade."""
    light = CLADDING if insulated else SHELL
    count = max(2, min(4, round(height / 4.0))) if high else 1
    z = 0.25 + (height - 0.25) * np.arange(count + 1) / count
    z[-1] = height
    profile = [(radius, float(level)) for level in z]
    colours: list[Colour] = [light if course % 2 else tinted(light, 0.965) for course in range(count, 0, -1)]
    colours[-1] = light
    return profile, colours


def _foundation(radius: float, sides: int, high: bool) -> Mesh:
    outer = radius + RINGWALL_M
    if not high:
        return lathe([(outer, 0.1), (radius, 0.25)], sides, CONCRETE, shade=[0.95, 0.78])
    return lathe([(outer, 0.0), (outer, 0.25), (radius, 0.25)], sides, CONCRETE, shade=[0.8, 1.0, 0.78])


def _girder(radius: float, z: float, sides: int, depth: float) -> Mesh:
    """A wind girder or rim angle: a flat ring standing off the shell."""
    return lathe(
        [
            (radius + 0.01, z - 0.18),
            (radius + depth, z - 0.18),
            (radius + depth, z),
            (radius, z),
        ],
        sides,
        [ROOF_RIB, ROOF_RIB, ROOF],
        shade=[0.6, 0.75, 0.95, 1.0],
    )


def _nozzles(radius: float) -> Mesh:
    """Manway, filling and suction lines with their valves, opposite the stair."""
    y = -radius
    parts = [
        tube(np.array([[0.0, y + 0.1, 0.95], [0.0, y - 0.45, 0.95]]), 0.42, PIPE_DARK, sides=8, caps=True),
        *(
            tube(np.array([[x, y + 0.3, 0.8], [x, y - 1.7, 0.8], [x, y - 1.7, 0.35]]), 0.17, PIPE, sides=6, caps=True)
            for x in (radius * 0.16 + 0.9, radius * 0.16 + 1.8)
        ),
        *(
            box([x - 0.24, y - 1.25, 0.5], [x + 0.24, y - 0.75, 1.45], PIPE_DARK)
            for x in (radius * 0.16 + 0.9, radius * 0.16 + 1.8)
        ),
    ]
    return join(parts)


def roof_rise(tank: FixedRoofTank) -> float:
    """Height of a fixed roof above the shell's top, metres."""
    return float(tank.diameter_m * (0.5 * 0.15 if tank.roof == "cone" else 0.145))


def _roof_profile(tank: FixedRoofTank, high: bool) -> list[tuple[float, float]]:
    radius, rise = tank.diameter_m / 2, roof_rise(tank)
    if tank.roof == "cone":
        return [(radius, tank.height_m), (0.0, tank.height_m + rise)]
    # A spherical cap through the rim and the crown.
    ball = (radius**2 + rise**2) / (2 * rise)
    angle = np.linspace(np.arcsin(radius / ball), 0.0, (4 if high else 3) + 1)
    profile = [(float(ball * np.sin(a)), float(tank.height_m + rise - ball * (1 - np.cos(a)))) for a in angle]
    return [(radius, tank.height_m), *profile[1:-1], (0.0, tank.height_m + rise)]


def fixed_roof_tank(tank: FixedRoofTank, *, high: bool) -> Mesh:
    """A vertical tank with a ribbed cone or dome roof, rim rail, vents and a spiral stair.

    Args:
        tank: its attributes; the shell's outside has their diameter and height, the roof stands above.
        high: the finer of the two levels of detail.
    """
    radius, height = tank.diameter_m / 2, tank.height_m
    sides = _sides(tank.diameter_m, high)
    shell, colours = _courses(radius, height, high, tank.insulated)
    roof = _roof_profile(tank, high)
    crown = height + roof_rise(tank)
    parts = [
        _foundation(radius, sides, high),
        lathe(shell, sides, colours),
        lathe(roof, sides, ROOF, shade=np.linspace(0.93, 1.0, len(roof)).tolist()),
        lathe(
            [(radius + 0.14, height - 0.3), (radius + 0.14, height + 0.06), (radius - 0.3, height + 0.06)],
            sides,
            ROOF_RIB,
        ),
    ]
    ribs = 8
    # Far away ribs would only darken the roof.
    line = roof if high else []
    for (r0, z0), (r1, z1) in itertools.pairwise(line):
        ends = max(r1, radius * 0.1)
        z_end = z0 + (z1 - z0) * (r0 - ends) / max(r0 - r1, 1e-9)
        if r0 > ends:
            start = np.column_stack([directions(ribs) * r0, np.full(ribs, z0 + 0.03)])
            end = np.column_stack([directions(ribs) * ends, np.full(ribs, z_end + 0.03)])
            parts.append(beams(start, end, 0.16, ROOF_RIB, sides=3))
    parts.append(
        lathe(
            [(0.45, crown - 0.5), (0.45, crown + 0.55), (0.7, crown + 0.6), (0.0, crown + 0.95)],
            8 if high else 4,
            PIPE_DARK,
        )
    )
    if high:
        around = directions(3, 55.0)
        vents = np.column_stack([around * radius * 0.55, np.full(3, _roof_z(roof, radius * 0.55) - 0.1)])
        parts += [
            boxes(vents, (0.55, 0.55, 0.8), PIPE_DARK),
            handrail(ring(radius - 0.12, height, sides // 2), closed=True, every=1, knee=False),
            spiral_stair(radius, 0.25, height, steps=int(np.clip(height, 8, 14))),
            _nozzles(radius),
        ]
    else:
        parts.append(_coarse_stair(radius, height))
    return shaded(join(parts))


def _roof_z(roof: list[tuple[float, float]], radius: float) -> float:
    return float(np.interp(-radius, [-r for r, _ in roof], [z for _, z in roof]))


def _coarse_stair(radius: float, height: float) -> Mesh:
    """The stair seen from far away: a dark band climbing the shell."""
    around = directions(6, 0.0, stair_sweep_deg(radius, height - 0.25))
    z = np.linspace(0.25, height, 6)
    path = np.column_stack([around * (radius + 0.5), z])
    return tube(path, 0.42, RAIL, sides=3)


def floating_roof_tank(tank: FloatingRoofTank, *, high: bool) -> Mesh:
    """An open tank with a floating roof and rolling ladder, or a covered one with an internal roof.

    Args:
        tank: its attributes; the shell's outside has their diameter and height.
        high: the finer of the two levels of detail.
    """
    return _external(tank, high) if tank.roof == "external" else _internal(tank, high)


def _external(tank: FloatingRoofTank, high: bool) -> Mesh:
    radius, height = tank.diameter_m / 2, tank.height_m
    sides = _sides(tank.diameter_m, high)
    shell, colours = _courses(radius, height, high, tank.insulated)
    deck_z = height * FLOATING_ROOF_AT
    walk = height - 1.0
    wall = radius - 0.12
    pontoon = min(radius * 0.22, 4.0)
    inside = lathe(
        [(radius, height), (wall, height), (wall, deck_z)],
        sides,
        [ROOF, SHELL_SEAM],
        shade=[1.0, 1.0, 0.66],
    )
    roof = lathe(
        [
            (wall, deck_z),
            (wall - 0.4, deck_z),
            (wall - pontoon, deck_z),
            (wall - pontoon - 0.3, deck_z - 0.4),
            (0.0, deck_z - 0.3),
        ],
        sides,
        [RAIL, PONTOON, RAIL, DECK],
        shade=[0.8, 0.9, 0.97, 0.86, 1.0],
    )
    parts = [
        _foundation(radius, sides, high),
        lathe(shell, sides, colours),
        inside,
        roof,
        _girder(radius, walk, sides, 0.75),
    ]
    # Pontoon compartments read as spokes of the ring.
    spokes = 12 if high else 6
    around = directions(spokes, 11.0)
    start = np.column_stack([around * (wall - 0.4), np.full(spokes, deck_z + 0.03)])
    end = np.column_stack([around * (wall - pontoon), np.full(spokes, deck_z + 0.03)])
    parts.append(beams(start, end, 0.14 if high else 0.22, RAIL, sides=3))
    # The rolling ladder leans from the gauger's platform to the middle of the deck.
    top, foot = np.array([[0.0, wall - 0.2, height + 0.1]]), np.array([[0.0, wall * 0.18, deck_z - 0.1]])
    offset = np.array([[0.45, 0.0, 0.0]])
    rolling = [
        beams(np.vstack([top - offset, top + offset]), np.vstack([foot - offset, foot + offset]), 0.22, RAIL, sides=4)
        if high
        else beams(top, foot, 0.9, RAIL, sides=3),
    ]
    if high:
        steps = np.linspace(0.04, 0.96, 8)[:, None]
        tread = top + (foot - top) * steps
        rolling.append(beams(tread - offset, tread + offset, 0.2, RAIL, sides=3))
        rolling.append(platform(radius - 0.2, height, 1.6, start_deg=-4.0, sweep_deg=8.0, sides=1, rail=False))
        parts += [
            handrail(ring(radius + 0.65, walk, sides // 2), closed=True, every=1, knee=False),
            spiral_stair(radius, 0.25, walk, steps=int(np.clip(height, 8, 14))),
            _nozzles(radius),
            _deck_fittings(wall, pontoon, deck_z),
        ]
    else:
        parts.append(_coarse_stair(radius, walk))
    # The stair ends where the rolling ladder begins.
    parts.append(join(rolling).turned(stair_sweep_deg(radius, walk - 0.25)))
    return shaded(join(parts))


def _deck_fittings(wall: float, pontoon: float, deck_z: float) -> Mesh:
    """Leg sleeves, manholes and the roof drain."""
    around = directions(6, 22.0)
    legs = np.column_stack([around * (wall - pontoon) * 0.6, np.full(6, deck_z - 0.4)])
    return join(
        [
            boxes(legs, (0.3, 0.3, 1.0), RAIL),
            lathe([(0.7, deck_z - 0.3), (0.7, deck_z - 0.05), (0.0, deck_z - 0.05)], 8, RAIL),
        ],
    )


def _internal(tank: FloatingRoofTank, high: bool) -> Mesh:
    """A covered floating roof: a shallow dome, a ring of roof vents at the eaves and a large crown vent."""
    radius, height = tank.diameter_m / 2, tank.height_m
    sides = _sides(tank.diameter_m, high)
    shell, colours = _courses(radius, height, high, tank.insulated)
    rise = tank.diameter_m * 0.1
    ball = (radius**2 + rise**2) / (2 * rise)
    angle = np.linspace(np.arcsin(radius / ball), 0.0, (4 if high else 3) + 1)
    dome = [(float(ball * np.sin(a)), float(height + rise - ball * (1 - np.cos(a)))) for a in angle]
    dome[0], dome[-1] = (radius, height), (0.0, height + rise)
    crown = height + rise
    vents = 8 if high else 3
    around = directions(vents, 180.0 / vents)
    feet = np.column_stack([around * radius * 0.9, np.full(vents, _roof_z(dome, radius * 0.9) - 0.25)])
    parts = [
        _foundation(radius, sides, high),
        lathe(shell, sides, colours),
        lathe(dome, sides, ROOF, shade=np.linspace(0.93, 1.0, len(dome)).tolist()),
        lathe(
            [(radius + 0.14, height - 0.3), (radius + 0.14, height + 0.06), (radius - 0.3, height + 0.06)],
            sides,
            ROOF_RIB,
        ),
        boxes(feet, (0.9, 0.9, 1.0), PIPE_DARK),
        lathe(
            [(1.0, crown - 0.4), (1.0, crown + 0.7), (1.4, crown + 0.75), (0.0, crown + 1.2)],
            10 if high else 4,
            PIPE_DARK,
        ),
    ]
    # Two concentric seams tell it from a fixed roof when seen from above.
    for share in (0.42, 0.72):
        r = radius * share
        parts.append(
            lathe([(r + 0.2, _roof_z(dome, r + 0.2) + 0.04), (r - 0.2, _roof_z(dome, r - 0.2) + 0.04)], sides, ROOF_RIB)
        )
    if high:
        parts += [
            handrail(ring(radius - 0.12, height, sides // 2), closed=True, every=1, knee=False),
            spiral_stair(radius, 0.25, height, steps=int(np.clip(height, 8, 14))),
            _nozzles(radius),
        ]
    else:
        parts.append(_coarse_stair(radius, height))
    return shaded(join(parts))
