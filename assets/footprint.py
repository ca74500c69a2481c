"""Reading footprints and centre lines: the box a polygon fills, places along a line, lines beside it. Pure; metres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from assets.mesh import Floats


_MOST_STATIONS = 300


@dataclass(frozen=True, slots=True)
class Placed:
    """The smallest rectangle around a footprint.

    Args:
        x: centre, metres.
        y: centre, metres.
        length: of the long side.
        width: of the short side.
        heading_deg: of the long side, clockwise from north, 0 … 180.
        filled: share of the rectangle the footprint covers.
    """

    x: float
    y: float
    length: float
    width: float
    heading_deg: float
    filled: float


def box_of(shape: BaseGeometry) -> Placed:
    """The smallest rectangle around a polygon."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))[:4]
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    along = int(np.argmax(lengths[:2]))
    heading = float(np.degrees(np.arctan2(sides[along, 0], sides[along, 1]))) % 180.0
    length, width = float(lengths[along]), float(lengths[1 - along])
    middle = corners.mean(axis=0)
    return Placed(
        float(middle[0]), float(middle[1]), length, width, heading, float(shape.area / max(length * width, 1e-9))
    )


def lines_of(shape: BaseGeometry) -> list[Floats]:
    """Every line in a geometry as (k, 2) points, repeated points dropped."""
    lines = []
    for part in shapely.get_parts(shape):
        points = shapely.get_coordinates(part)
        keep = np.r_[True, np.hypot(*np.diff(points, axis=0).T) > 0.01]
        if keep.sum() >= 2:
            lines.append(points[keep])
    return lines


def stations(line: Floats, spacing: float) -> tuple[Floats, Floats]:
    """Places along a line, evenly spaced as near to `spacing` as fits each straight piece.

    Args:
        line: (k, 2) points.
        spacing: wished distance, metres.

    Returns:
        (n, 2) places and (n, 2) unit directions of the line there; corners take the direction between their sides.
    """
    steps = np.diff(line, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    heads = steps / lengths[:, None]
    places, along = [line[0]], [heads[0]]
    for index, (length, head) in enumerate(zip(lengths, heads, strict=True)):
        count = int(np.clip(round(length / spacing), 1, _MOST_STATIONS))
        for number in range(1, count + 1):
            places.append(line[index] + head * length * number / count)
            after = heads[index + 1] if number == count and index + 1 < len(heads) else head
            middle = head + after
            norm = float(np.hypot(*middle))
            along.append(middle / norm if norm > 1e-6 else head)
    return np.array(places), np.array(along)


def offset_line(line: Floats, offset: float) -> Floats:
    """The line moved to its right by `offset` metres, corners mitred (at most to twice the offset)."""
    steps = np.diff(line, axis=0)
    heads = steps / np.hypot(steps[:, 0], steps[:, 1])[:, None]
    right = np.column_stack([heads[:, 1], -heads[:, 0]])
    before, after = np.vstack([right[:1], right]), np.vstack([right, right[-1:]])
    middle = before + after
    norm = np.linalg.norm(middle, axis=1, keepdims=True)
    middle = np.where(norm > 1e-6, middle / np.maximum(norm, 1e-6), before)
    stretch = 1.0 / np.maximum(np.sum(middle * after, axis=1, keepdims=True), 0.5)
    return np.asarray(line + middle * stretch * offset)
