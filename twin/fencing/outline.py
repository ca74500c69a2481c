"""What is wrong with the outline of a fence, and where (pure).

A validity check that only says "self-intersection" leaves the editor searching. Every fault here carries its place.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely import LinearRing, Polygon

from twin.fencing.faults import FenceFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from gis.frames import SiteFrame

FARTHEST_M = 20_000.0
MOST_POINTS = 2000
SAME_M = 0.01
"""Corners nearer than this are one corner drawn twice."""
LEAST_AREA_M2 = 0.5
NARROW_SIGMA = 2.6
"""A strip of this many standard deviations holds 80 % of the fixes of whoever stands in its middle: just enough to be
taken for inside. A narrower one is entered late or never."""
_MOST_PLACES = 8

Parts = list[list["NDArray[np.float64]"]]


def read_parts(geometry: object) -> Parts | FenceFault:
    """The rings of a GeoJSON polygon or multipolygon, closing points dropped, degrees; or why they cannot be read."""
    kind, coordinates = (
        (geometry.get("type"), geometry.get("coordinates")) if isinstance(geometry, dict) else ("", None)
    )
    if coordinates is not None and kind not in {"Polygon", "MultiPolygon"}:
        return FenceFault("fence_not_polygon", "geometry")
    if not coordinates:
        return FenceFault("empty", "geometry")
    try:
        parts = [[_ring(ring) for ring in part] for part in ([coordinates] if kind == "Polygon" else coordinates)]
    except (TypeError, ValueError, IndexError, KeyError):
        return FenceFault("bad_coordinates", "geometry")
    if sum(len(ring) for part in parts for ring in part) > MOST_POINTS:
        return FenceFault("too_many_points", "geometry", {"most": MOST_POINTS})
    return parts if all(parts) else FenceFault("empty", "geometry")


def _ring(points: Any) -> NDArray[np.float64]:
    ring = np.array([(float(point[0]), float(point[1])) for point in points], float).reshape(-1, 2)
    if not np.isfinite(ring).all():
        raise ValueError("a coordinate is no number")
    return ring[:-1] if len(ring) > 1 and np.array_equal(ring[0], ring[-1]) else ring


def outline_faults(parts: Parts, frame: SiteFrame) -> list[FenceFault]:
    """Every fault of an outline; none means that the geometry is valid and near the plant."""
    for ring in (ring for part in parts for ring in part):
        beyond = (np.abs(ring[:, 0]) > 180) | (np.abs(ring[:, 1]) > 85)
        if beyond.any():
            lon, lat = ring[int(np.argmax(beyond))]
            return [FenceFault("not_degrees", "geometry", {"lon": float(lon), "lat": float(lat)})]
    site = [[np.column_stack(frame.to_site(ring[:, 0], ring[:, 1])) for ring in part] for part in parts]
    faults = [*_far(parts, site)]
    if faults:
        return faults
    faults = [*_ring_faults(parts, site)]
    if faults:
        return faults
    rings = [ring for part in site for ring in part]
    faults = [_at("self_intersection", place, frame) for place in crossings(rings)]
    if faults:
        return faults
    return [*_holes(site, frame), *_overlaps(site, frame)] or [*_small(site, frame)]


def _far(parts: Parts, site: Parts) -> Iterator[FenceFault]:
    for lonlat, metres in zip(_rings(parts), _rings(site), strict=True):
        off = ~(np.abs(metres) <= FARTHEST_M).all(axis=1)
        if off.any():
            lon, lat = lonlat[int(np.argmax(off))]
            yield FenceFault("fence_far_away", "geometry", {"farthest_km": FARTHEST_M / 1000}, float(lon), float(lat))
            return


def _ring_faults(parts: Parts, site: Parts) -> Iterator[FenceFault]:
    for lonlat, metres in zip(_rings(parts), _rings(site), strict=True):
        if len(metres) < 3:
            lon, lat = (float(lonlat[0, 0]), float(lonlat[0, 1])) if len(lonlat) else (None, None)
            yield FenceFault("too_few_points", "geometry", {}, lon, lat)
            continue
        steps = np.hypot(*(np.roll(metres, -1, axis=0) - metres).T)
        for i in np.flatnonzero(steps < SAME_M)[:_MOST_PLACES]:
            yield FenceFault("duplicate_points", "geometry", {}, float(lonlat[i, 0]), float(lonlat[i, 1]))


def crossings(rings: Sequence[NDArray[np.float64]]) -> list[tuple[float, float]]:
    """Where rings cross or touch themselves or each other, site metres; the first few places."""
    ends: list[NDArray[np.float64]] = []
    owner: list[int] = []
    index: list[int] = []
    size: list[int] = []
    for number, ring in enumerate(rings):
        ends.append(np.stack([ring, np.roll(ring, -1, axis=0)], axis=1))
        owner += [number] * len(ring)
        index += range(len(ring))
        size += [len(ring)] * len(ring)
    sides = np.asarray(shapely.linestrings(np.concatenate(ends)), object)
    first, second = shapely.STRtree(sides).query(sides, predicate="intersects")
    places: list[tuple[float, float]] = []
    for a, b in zip(first, second, strict=True):
        if a >= b:
            continue
        apart = abs(index[a] - index[b])
        met = shapely.intersection(sides[a], sides[b])
        neighbours = owner[a] == owner[b] and apart in {1, size[a] - 1}
        # Neighbours share a corner; more than that means one runs back over the other.
        if neighbours and met.geom_type == "Point":
            continue
        # What meets by a hair may have no common point in numbers.
        x, y = shapely.get_coordinates(sides[a] if met.is_empty else met)[0]
        if all(math.hypot(x - u, y - v) > SAME_M for u, v in places):
            places.append((float(x), float(y)))
        if len(places) >= _MOST_PLACES:
            break
    return places


def _holes(site: Parts, frame: SiteFrame) -> Iterator[FenceFault]:
    for outer, *holes in site:
        shell = Polygon(outer)
        shapely.prepare(shell)
        for number, hole in enumerate(holes):
            outside = ~shapely.contains_xy(shell, hole[:, 0], hole[:, 1])
            if outside.any():
                yield _at("hole_outside", hole[int(np.argmax(outside))], frame)
                continue
            for other in holes[:number]:
                if shapely.overlaps(Polygon(hole), Polygon(other)) or Polygon(other).contains(Polygon(hole)):
                    yield _at("holes_overlap", hole[0], frame)


def _overlaps(site: Parts, frame: SiteFrame) -> Iterator[FenceFault]:
    areas = [Polygon(part[0], part[1:]) for part in site]
    for number, area in enumerate(areas):
        for other in areas[:number]:
            shared = area.intersection(other)
            if shared.area > 0:
                point = shared.representative_point()
                yield _at("parts_overlap", (point.x, point.y), frame)


def _small(site: Parts, frame: SiteFrame) -> Iterator[FenceFault]:
    for part in site:
        if LinearRing(part[0]).length == 0 or Polygon(part[0], part[1:]).area < LEAST_AREA_M2:
            yield _at("too_small", part[0][0], frame)


def narrow_fault(shape_m: BaseGeometry, sigma_m: float, frame: SiteFrame) -> FenceFault | None:
    """A warning where no circle wide enough for the positioning fits into an area (site metres)."""
    wide = 0.0
    place = shape_m.representative_point()
    for part in shapely.get_parts(shape_m):
        radius = shapely.maximum_inscribed_circle(part, tolerance=0.02)
        if radius is not None and 2 * radius.length > wide:
            wide, place = 2 * radius.length, shapely.get_point(radius, 0)
    if wide >= NARROW_SIGMA * sigma_m:
        return None
    fault = _at("too_narrow", (place.x, place.y), frame)
    return FenceFault(
        fault.code,
        "geometry",
        {"wide_m": round(wide, 2), "needed_m": round(NARROW_SIGMA * sigma_m, 2), "sigma_m": round(sigma_m, 2)},
        fault.lon,
        fault.lat,
        warning=True,
    )


def geometry_of(parts: Parts) -> dict[str, Any]:
    """Rings as a GeoJSON geometry, closed."""
    closed = [[[*map(tuple, ring.tolist()), tuple(ring[0].tolist())] for ring in part] for part in parts]
    if len(closed) == 1:
        return {"type": "Polygon", "coordinates": closed[0]}
    return {"type": "MultiPolygon", "coordinates": closed}


def _at(code: str, place: Iterable[float], frame: SiteFrame) -> FenceFault:
    x, y = place
    lon, lat = frame.to_lonlat([float(x)], [float(y)])
    return FenceFault(code, "geometry", {}, float(lon[0]), float(lat[0]))


def _rings(parts: Parts) -> Iterator[NDArray[np.float64]]:
    for part in parts:
        yield from part
