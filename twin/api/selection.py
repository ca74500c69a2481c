"""Choosing among records: filters, bounding boxes and pages that neither repeat nor skip (pure).

Pages are cut by code, not by position: a page begins after the last code of the page before, so records that come or
go between two requests disturb nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import shapely

from twin.api.problems import BadRequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shapely.geometry.base import BaseGeometry

MAX_LIMIT = 10_000
T = TypeVar("T")


class Box(NamedTuple):
    """A box in degrees; one that crosses the 180th meridian has west > east."""

    west: float
    south: float
    east: float
    north: float

    def shapes(self) -> list[BaseGeometry]:
        """The box as one or, across the 180th meridian, two rectangles."""
        if self.west <= self.east:
            return [shapely.box(*self)]
        return [
            shapely.box(self.west, self.south, 180.0, self.north),
            shapely.box(-180.0, self.south, self.east, self.north),
        ]


def parse_box(text: str | None) -> Box | None:
    """Read `west,south,east,north` (or with heights, six numbers, which are not used).

    Raises:
        BadRequestError: not that.
    """
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[0:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(math.isfinite(number) for number in numbers):
        raise BadRequestError("bbox is west,south,east,north in degrees", "bad_bbox")
    box = Box(*numbers)
    if not (-180 <= box.west <= 180 and -180 <= box.east <= 180 and -90 <= box.south <= box.north <= 90):
        raise BadRequestError("bbox is outside the world, or south is above north", "bad_bbox")
    return box


def within(items: Sequence[T], geometries: Sequence[BaseGeometry | None], box: Box | None) -> list[T]:
    """The items whose geometry touches the box; those without geometry touch none."""
    if box is None:
        return list(items)
    if not items:
        return []
    shapes = np.array([shapely.Point() if shape is None else shape for shape in geometries], object)
    touched = np.zeros(len(items), bool)
    for rectangle in box.shapes():
        touched |= shapely.intersects(shapes, rectangle)
    return [item for item, hit in zip(items, touched, strict=True) if hit]


def cut(items: Sequence[T], key: Callable[[T], str], after: str | None, limit: int) -> tuple[list[T], str | None]:
    """One page.

    Args:
        items: all that match, in any order.
        key: what they are ordered and continued by; unique.
        after: key the page before ended with.
        limit: most items of a page.

    Returns:
        The page, and the key with which the next one begins; None when this is the last.
    """
    ordered = sorted((item for item in items if after is None or key(item) > after), key=key)
    page = ordered[:limit]
    return page, key(page[-1]) if len(ordered) > limit else None


def matches_text(wanted: str, *texts: str) -> bool:
    """Whether a search word is in any of some texts, whatever the case."""
    folded = wanted.casefold()
    return any(folded in text.casefold() for text in texts)
