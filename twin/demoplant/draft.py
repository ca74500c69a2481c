"""A plant on the drawing board: assets are put down in site metres and come out as lon/lat records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import shapely
from shapely.geometry import LineString, Point, Polygon

from gis.frames import SiteFrame
from gis.plant import Asset, Names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from gis.kinds import Attributes

ORIGIN_LON, ORIGIN_LAT = 118.95, 37.95
FRAME = SiteFrame(ORIGIN_LON, ORIGIN_LAT)
VALID_FROM = "2026-01-01T00:00:00Z"

Xy = tuple[float, float]


def lonlat(shape: BaseGeometry) -> BaseGeometry:
    """A site-metre geometry in lon/lat, rounded to 1e-8 degrees (about 1 mm)."""
    return shapely.transform(FRAME.shape_to_lonlat(shape), lambda xy: xy.round(8))


@dataclass(frozen=True, slots=True)
class Rect:
    """An axis-aligned rectangle in site metres."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def centre(self) -> Xy:
        """Its middle."""
        return ((self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2)

    def inset(self, by_m: float) -> Rect:
        """The rectangle smaller by `by_m` on every side (larger when negative)."""
        return Rect(self.x0 + by_m, self.y0 + by_m, self.x1 - by_m, self.y1 - by_m)

    def polygon(self) -> Polygon:
        """As a polygon, counter-clockwise."""
        return Polygon([(self.x0, self.y0), (self.x1, self.y0), (self.x1, self.y1), (self.x0, self.y1)])

    def loop(self) -> LineString:
        """Its outline as a closed line."""
        return LineString(
            [(self.x0, self.y0), (self.x1, self.y0), (self.x1, self.y1), (self.x0, self.y1), (self.x0, self.y0)]
        )


@dataclass
class Draft:
    """The growing drawing: assets in the order they were put down, and what later drawing steps ask about."""

    assets: list[Asset] = field(default_factory=list)
    shapes: dict[str, BaseGeometry] = field(default_factory=dict)
    """Asset code → geometry in site metres."""

    def put(
        self,
        code: str,
        zh: str,
        en: str,
        shape: BaseGeometry | Xy | Rect,
        attributes: Attributes,
        *,
        parent: str | None = None,
        base_m: float = 0.0,
        level: str = "L0",
    ) -> None:
        """Put one asset down.

        Raises:
            ValueError: the code is already taken.
        """
        if code in self.shapes:
            raise ValueError(f"asset code used twice: {code}")
        geometry = _geometry(shape)
        self.shapes[code] = geometry
        self.assets.append(
            Asset(
                code=code,
                names=Names(zh=zh, en=en),
                geometry=lonlat(geometry),
                base_m=base_m,
                level=level,
                parent=parent,
                attributes=attributes,
            )
        )

    def of_kind(self, *kinds: str) -> list[Asset]:
        """The assets of the given kinds, in drawing order."""
        return [asset for asset in self.assets if asset.kind in kinds]

    def middle(self, code: str) -> Xy:
        """The centre of an asset in site metres."""
        centre = self.shapes[code].centroid
        return (centre.x, centre.y)


def _geometry(shape: BaseGeometry | Xy | Rect) -> BaseGeometry:
    if isinstance(shape, Rect):
        return shape.polygon()
    if isinstance(shape, tuple):
        return Point(*shape)
    return shape


def line(*points: Xy) -> LineString:
    """A line through site points."""
    return LineString(points)


def spread(start: float, stop: float, count: int) -> Sequence[float]:
    """`count` evenly spaced values from start to stop, both included."""
    if count == 1:
        return [(start + stop) / 2]
    return [start + (stop - start) * i / (count - 1) for i in range(count)]
