"""Gas detectors, anchors, cameras and muster signs: small, so drawn a little larger than life. Pure; metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assets.access import ring
from assets.mesh import Mesh, join, shaded
from assets.palette import CONCRETE, DEVICE, DEVICE_DARK, GLASS, KERB, MARKING, SIGN, STEEL
from assets.primitives import beams, box, boxes, lathe, quads, tube

if TYPE_CHECKING:
    from gis.kinds import AnchorPoint, CameraPole, GasDetector, MusterPoint


def _pole(height: float, size: float, sides: int) -> Mesh:
    pole = beams(np.array([[0.0, 0.0, 0.0]]), np.array([[0.0, 0.0, height]]), size, STEEL, sides=sides)
    return join([pole, boxes(np.zeros((1, 3)), (size * 4, size * 4, 0.16), CONCRETE)])


def gas_detector(device: GasDetector, *, high: bool) -> Mesh:
    """A transmitter with its sensor head hanging below, on a short pipe; the head is at mount_m."""
    mount = max(device.mount_m, 0.35)
    parts = [
        _pole(mount + 0.35, 0.09, 6 if high else 3),
        box([-0.2, 0.05, mount], [0.2, 0.32, mount + 0.42], DEVICE, bottom=True),
    ]
    if high:
        parts += [
            lathe([(0.0, mount - 0.16), (0.09, mount - 0.16), (0.11, mount)], 8, DEVICE_DARK).moved(y=0.18),
            quads(
                np.array(
                    [
                        [
                            [-0.13, 0.325, mount + 0.18],
                            [-0.13, 0.325, mount + 0.34],
                            [0.13, 0.325, mount + 0.34],
                            [0.13, 0.325, mount + 0.18],
                        ]
                    ]
                ),
                GLASS,
            ),
            lathe([(0.1, mount + 0.42), (0.1, mount + 0.58), (0.0, mount + 0.62)], 8, DEVICE_DARK).moved(y=0.18),
        ]
    return shaded(join(parts), reach_m=0.3, floor=0.85)


def anchor(device: AnchorPoint, *, high: bool) -> Mesh:
    """A flat radio unit with its antenna at antenna_m: on a pole, or on a bracket when it is high up."""
    top = max(device.antenna_m, 0.5)
    pole = _pole(top - 0.2, 0.12, 6 if high else 3)
    parts = [pole, box([-0.17, -0.06, top - 0.42], [0.17, 0.16, top - 0.02], DEVICE, bottom=True)]
    if high:
        aerials = np.array([[-0.11, 0.05, top - 0.02], [0.11, 0.05, top - 0.02]])
        parts.append(beams(aerials, aerials + np.array([0.0, 0.0, 0.28]), 0.05, DEVICE_DARK, sides=4))
        parts.append(box([-0.11, 0.16, top - 0.34], [0.11, 0.175, top - 0.12], DEVICE_DARK))
    return shaded(join(parts), reach_m=0.5, floor=0.85)


def camera(device: CameraPole, *, high: bool) -> Mesh:
    """A bullet camera looking north and a little down from mount_m: on a pole with an arm, or on a wall bracket."""
    top = max(device.mount_m, 0.6)
    sides = 8 if high else 4
    parts = []
    if device.mount == "pole":
        parts.append(_pole(top + 0.25, 0.2, sides))
        if high:
            parts.append(box([-0.25, -0.3, 1.2], [0.25, -0.1, 1.9], DEVICE))
    else:
        parts.append(box([-0.15, -0.12, top - 0.1], [0.15, -0.02, top + 0.35], STEEL, bottom=True))
    parts.append(beams(np.array([[0.0, -0.05, top + 0.2]]), np.array([[0.0, 0.75, top + 0.2]]), 0.1, STEEL, sides=4))
    tilt = np.radians(12.0)
    look = np.array([0.0, np.cos(tilt), -np.sin(tilt)])
    eye = np.array([0.0, 0.45, top])
    body = np.array([eye, eye + look * 0.75])
    parts.append(tube(body, 0.17, DEVICE, sides=sides, caps=True))
    if high:
        parts.append(
            tube(np.array([body[1] - look * 0.02, body[1] + look * 0.06]), 0.12, DEVICE_DARK, sides=8, caps=True)
        )
        hood = body + np.array([0.0, 0.0, 0.17])
        parts.append(beams(hood[:1] - look * 0.05, hood[1:] + look * 0.22, 0.08, DEVICE_DARK, sides=4))
    return shaded(join(parts), reach_m=0.5, floor=0.85)


def muster_point(place: MusterPoint, *, high: bool) -> Mesh:
    """A ring on the ground of radius_m and a two-sided sign of four arrows pointing at people."""
    radius = place.radius_m
    sides = 32 if high else 16
    parts = [
        lathe([(radius, 0.1), (radius - min(0.35, radius * 0.2), 0.1)], sides, MARKING),
        lathe([(radius - min(0.35, radius * 0.2), 0.09), (0.0, 0.09)], sides, KERB),
        _pole(3.6, 0.14, 6 if high else 3),
        box([-0.9, -0.05, 2.2], [0.9, 0.05, 4.0], SIGN, bottom=True),
    ]
    if high:
        for side in (-1.0, 1.0):
            y = 0.06 * side
            symbol = []
            for dx, dz in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                # An arrow head in each corner, pointing at the middle.
                tip = np.array([0.3 * dx, y, 3.1 + 0.3 * dz])
                a, b = np.array([0.72 * dx, y, 3.1 + 0.4 * dz]), np.array([0.4 * dx, y, 3.1 + 0.72 * dz])
                tail = np.array([0.72 * dx, y, 3.1 + 0.72 * dz])
                quad = np.array([tip, a, tail, b])
                normal = np.cross(quad[2] - quad[0], quad[3] - quad[1])
                symbol.append(quad if normal[1] * side > 0 else quad[::-1])
            parts.append(quads(np.array(symbol), MARKING))
            disc = ring(0.2, 0.0, 10)
            flat = np.column_stack([disc[:, 0], np.full(10, y), 3.1 + disc[:, 1]])
            faces = np.column_stack([np.zeros(8, int), np.arange(1, 9), np.arange(2, 10)])
            faces = faces if side > 0 else faces[:, ::-1]
            normal = np.tile([0.0, side, 0.0], (10, 1))
            parts.append(Mesh(flat, normal, np.tile(np.asarray(MARKING), (10, 1)), faces))
    return shaded(join(parts), reach_m=0.3, floor=0.9)
