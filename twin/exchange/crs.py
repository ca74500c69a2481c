"""Coordinate systems that others ask for by address, each with the axis order its authority gives it (pure).

Stored geometry is lon/lat (CRS84). EPSG:4326 and EPSG:4490 (CGCS2000) are lat/lon, the Gauss-Krüger zones of CGCS2000
are northing/easting. CGCS2000 and WGS 84 are the same to under a metre of plate drift; PROJ treats them as one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Transformer

from twin.exchange.errors import CrsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_OGC = "http://www.opengis.net/def/crs/"
CRS84 = f"{_OGC}OGC/1.3/CRS84"
_ALWAYS = (4326, 4490, 3857)
_DEGREES = ("OGC:CRS84", "EPSG:4326", "EPSG:4490")
# A neighbour's zone is wanted near the border too: plants straddle it and their drawings keep to one zone.
_ZONE_MARGIN_DEG = 0.75
# A straight edge of a box elsewhere is a curve here; so many pieces follow it within millimetres over a plant.
_PIECES = 32


@dataclass(frozen=True, slots=True)
class Crs:
    """One coordinate system.

    Args:
        name: as PROJ calls it, `OGC:CRS84` or `EPSG:n`.
        uri: as standards call it.
    """

    name: str
    uri: str

    @property
    def geographic(self) -> bool:
        """Coordinates are degrees."""
        return self.name in _DEGREES

    @property
    def decimals(self) -> int:
        """Digits worth writing: about a tenth of a millimetre."""
        return 9 if self.geographic else 4

    def from_lonlat(self, shapes: NDArray[Any]) -> NDArray[Any]:
        """Geometries in degrees, in this system and its axis order; heights stay what they are."""
        return _transformed(shapes, self, forward=True)

    def to_lonlat(self, shapes: NDArray[Any]) -> NDArray[Any]:
        """Geometries in this system and its axis order, in degrees."""
        return _transformed(shapes, self, forward=False)

    def box(self, numbers: Sequence[float]) -> list[BaseGeometry]:
        """A box of this system as areas in degrees: one, or two where it crosses the 180th meridian.

        Raises:
            CrsError: the box is not one of this system.
        """
        a0, b0, a1, b1 = numbers
        if self.geographic:
            west, south, east, north = (a0, b0, a1, b1) if self.name == "OGC:CRS84" else (b0, a0, b1, a1)
            if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
                raise CrsError("bbox is outside the world, or south is above north")
            if west <= east:
                return [_proper(shapely.box(west, south, east, north))]
            return [_proper(shapely.box(west, south, 180.0, north)), _proper(shapely.box(-180.0, south, east, north))]
        if a0 > a1 or b0 > b1:
            raise CrsError("bbox ends before it begins")
        longest = max(a1 - a0, b1 - b0)
        square = shapely.box(a0, b0, a1, b1)
        area = shapely.segmentize(square, longest / _PIECES) if longest > 0 else square
        made: BaseGeometry = self.to_lonlat(np.array([area], object))[0]
        if not all(math.isfinite(bound) for bound in made.bounds):
            raise CrsError(f"bbox is outside {self.name}")
        return [_proper(made)]


LONLAT = Crs("OGC:CRS84", CRS84)


def epsg(code: int) -> Crs:
    """The system of an EPSG code."""
    return Crs(f"EPSG:{code}", f"{_OGC}EPSG/0/{code}")


def spoken(bounds: Iterable[tuple[float, float, float, float]]) -> dict[str, Crs]:
    """The systems that are spoken where plants lie, by address.

    Args:
        bounds: west, south, east, north of each plant, degrees.
    """
    zones: set[int] = set()
    for west, _, east, _ in bounds:
        first = math.floor((west - _ZONE_MARGIN_DEG + 1.5) / 3)
        last = math.floor((east + _ZONE_MARGIN_DEG + 1.5) / 3)
        zones |= set(range(max(first, 25), min(last, 45) + 1))
    # CGCS2000, 3° zones 25 to 45: with the zone's number before the easting, and without.
    local = [epsg(4513 + zone - 25) for zone in sorted(zones)] + [epsg(4534 + zone - 25) for zone in sorted(zones)]
    return {crs.uri: crs for crs in (LONLAT, *map(epsg, _ALWAYS), *local)}


def find(uri: str | None, among: dict[str, Crs]) -> Crs:
    """The system of an address; CRS84 for none. Safe CURIEs (`[EPSG:4490]`) are read too.

    Raises:
        CrsError: not one that is spoken.
    """
    if uri is None:
        return LONLAT
    wanted = uri.strip().removeprefix("[").removesuffix("]").replace("https://", "http://")
    if wanted.startswith("EPSG:"):
        wanted = f"{_OGC}EPSG/0/{wanted[5:]}"
    elif wanted == "OGC:CRS84":
        wanted = CRS84
    found = among.get(wanted)
    if found is None:
        raise CrsError(f"{uri[:120]!r} is not spoken; the collection lists what is")
    return found


def _proper(area: BaseGeometry) -> BaseGeometry:
    # A box without width is a line or a point: as an area it would touch nothing.
    return area if area.is_valid else area.convex_hull


@lru_cache(maxsize=64)
def _transformer(name: str) -> Transformer:
    # Axis order as the authority says, not as programs like it: the standard wants it so.
    return Transformer.from_crs("OGC:CRS84", name, always_xy=False)


def _transformed(shapes: NDArray[Any], crs: Crs, *, forward: bool) -> NDArray[Any]:
    if crs.name == "OGC:CRS84":
        return shapes
    transformer = _transformer(crs.name)
    direction = "FORWARD" if forward else "INVERSE"

    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        a, b = transformer.transform(points[:, 0], points[:, 1], direction=direction)
        return np.column_stack([a, b, *points[:, 2:].T])

    flat = ~shapely.has_z(shapes)
    made = np.array(shapes, object)
    if flat.any():
        made[flat] = shapely.transform(shapes[flat], moved)
    if not flat.all():
        made[~flat] = shapely.transform(shapes[~flat], moved, include_z=True)
    return made
