"""Stairs, ladders, handrails and platforms: what tells the scale of equipment. Pure; metres, z up."""

from __future__ import annotations

import numpy as np

from assets.mesh import Colour, Floats, Mesh, join
from assets.palette import DECK, RAIL
from assets.primitives import beams, directions, lathe, quads, tube

RAIL_HEIGHT_M = 1.1
_BAR_M = 0.09
"""Bars are drawn thicker than they are, or they would vanish at working distance."""


def ring(radius: float, z: float, count: int, start_deg: float = 0.0, sweep_deg: float = 360.0) -> Floats:
    """(count, 3) points around the z axis, clockwise from north."""
    return np.column_stack([directions(count, start_deg, sweep_deg) * radius, np.full(count, z)])


def handrail(path: Floats, *, closed: bool = False, every: int = 2, colour: Colour = RAIL, knee: bool = True) -> Mesh:
    """Top rail, knee rail and posts along the edge of a walking surface.

    Args:
        path: (k, 3) edge points.
        closed: the last point joins the first.
        every: a post at each so many points.
        colour: of the bars.
        knee: with the lower rail.
    """
    up = np.array([0.0, 0.0, RAIL_HEIGHT_M])
    posts = path[::every]
    if not closed and len(path) % every != 1:
        posts = np.vstack([posts, path[-1:]])
    parts = [
        tube(path + up, _BAR_M / 1.6, colour, sides=3, closed=closed),
        beams(posts, posts + up, _BAR_M, colour, sides=3),
    ]
    if knee:
        parts.append(tube(path + up * 0.52, _BAR_M / 2.2, colour, sides=3, closed=closed))
    return join(parts)


def stair(inner: Floats, outwards: Floats, width: float, *, rail: bool = True) -> Mesh:
    """A stair along a rising path: treads, the outer stringer and its handrail.

    Args:
        inner: (k, 3) inner edge of the walking line, from bottom to top.
        outwards: (k, 3) horizontal unit vectors from the inner to the outer edge.
        width: of the treads.
        rail: with a handrail on the outer edge.
    """
    outer = inner + outwards * width
    level = np.maximum(inner[1:, 2], inner[:-1, 2])[:, None]

    def flat(points: Floats, z: Floats) -> Floats:
        return np.hstack([points[:, :2], z])

    a, b, c, d = flat(inner[:-1], level), flat(outer[:-1], level), flat(outer[1:], level), flat(inner[1:], level)
    treads = np.stack([a, b, c, d], axis=1)
    # Winding depends on the side the path turns to; a tread always faces up.
    turned = np.cross(treads[:, 1] - treads[:, 0], treads[:, 2] - treads[:, 0])[:, 2] < 0
    treads[turned] = treads[turned][:, ::-1]
    drop = np.array([0.0, 0.0, 0.34])
    stringer = np.stack([outer[:-1] - drop, outer[1:] - drop, outer[1:] + drop * 0.3, outer[:-1] + drop * 0.3], axis=1)
    facing = np.cross(stringer[:, 1] - stringer[:, 0], stringer[:, 2] - stringer[:, 0])
    wrong = np.einsum("ij,ij->i", facing, outwards[:-1]) < 0
    stringer[wrong] = stringer[wrong][:, ::-1]
    parts = [quads(treads, DECK), quads(treads[:, ::-1] - np.array([0.0, 0.0, 0.04]), RAIL), quads(stringer, RAIL)]
    if rail:
        parts.append(handrail(np.vstack([outer[:-1:2], outer[-1:]]), every=2, knee=False))
    return join(parts)


def stair_sweep_deg(radius: float, rise: float, slope_deg: float = 40.0) -> float:
    """How far a spiral stair of that rise winds around a shell, degrees; never so far that it meets its own foot."""
    return min(float(np.degrees(rise / np.tan(np.radians(slope_deg)) / radius)), 330.0)


def spiral_stair(
    radius: float, z_low: float, z_high: float, *, steps: int, width: float = 0.9, slope_deg: float = 40.0
) -> Mesh:
    """A stair winding clockwise up a cylinder, its foot at north, ending in a small landing at the top.

    Args:
        radius: of the shell.
        z_low: of the foot.
        z_high: of the landing.
        steps: drawn treads.
        width: of the stair.
        slope_deg: its steepness along the shell.
    """
    sweep_deg = stair_sweep_deg(radius, z_high - z_low, slope_deg)
    around = directions(steps + 1, 0.0, sweep_deg)
    z = np.linspace(z_low, z_high, steps + 1)
    inner = np.column_stack([around * (radius + 0.12), z])
    outwards = np.column_stack([around, np.zeros(steps + 1)])
    landing_deg = float(np.degrees(2.2 / radius))
    landing = platform(radius, z_high, width + 0.25, start_deg=sweep_deg, sweep_deg=landing_deg, sides=3)
    return join([stair(inner, outwards, width), landing])


def platform(
    radius: float,
    z: float,
    width: float,
    *,
    start_deg: float = 0.0,
    sweep_deg: float = 360.0,
    sides: int = 16,
    rail: bool = True,
    knee: bool = False,
) -> Mesh:
    """A walkway around a cylinder: grating, its edge plate and a handrail."""
    outer = radius + width
    deck = lathe(
        [(radius, z - 0.16), (outer, z - 0.16), (outer, z), (radius, z)],
        sides,
        [RAIL, RAIL, DECK],
        start_deg=start_deg,
        sweep_deg=sweep_deg,
    )
    if not rail:
        return deck
    full = sweep_deg >= 360.0
    edge = ring(outer - 0.05, z, sides if full else sides + 1, start_deg, sweep_deg)
    if not full:
        edge = np.vstack([ring(radius + 0.1, z, 1, start_deg), edge, ring(radius + 0.1, z, 1, start_deg + sweep_deg)])
    return join([deck, handrail(edge, closed=full, every=2, knee=knee)])


def ladder(radius: float, heading_deg: float, z_low: float, z_high: float, *, rungs: bool = True) -> Mesh:
    """An upright caged ladder on a cylinder."""
    out = directions(1, heading_deg)[0]
    side = np.array([out[1], -out[0]])
    foot = out * (radius + 0.25)

    def bar(across: float, away: float, low: float) -> tuple[Floats, Floats]:
        place = foot + side * across + out * away
        return np.array([*place, low]), np.array([*place, z_high + 1.0])

    cage_low = min(z_low + 2.4, z_high)
    bars = [
        bar(-0.28, 0.0, z_low),
        bar(0.28, 0.0, z_low),
        bar(-0.4, 0.5, cage_low),
        bar(0.0, 0.72, cage_low),
        bar(0.4, 0.5, cage_low),
    ]
    parts = [beams(np.array([b[0] for b in bars]), np.array([b[1] for b in bars]), _BAR_M, RAIL, sides=3)]
    if rungs:
        z = np.arange(z_low + 0.6, z_high, max(1.2, (z_high - z_low) / 40))
        left = np.column_stack([np.tile(foot - side * 0.28, (len(z), 1)), z])
        right = np.column_stack([np.tile(foot + side * 0.28, (len(z), 1)), z])
        parts.append(beams(left, right, _BAR_M * 0.8, RAIL, sides=3))
        hoop = [(-0.28, 0.0), (-0.4, 0.5), (0.0, 0.72), (0.4, 0.5), (0.28, 0.0)]
        outline = np.array([foot + side * a + out * b for a, b in hoop])
        parts.extend(
            tube(np.column_stack([outline, np.full(len(outline), level)]), _BAR_M / 2.2, RAIL, sides=3)
            for level in np.arange(cage_low, z_high + 0.9, max(2.4, (z_high - cage_low) / 12))
        )
    return join(parts)
