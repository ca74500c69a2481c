"""Fences from and to other people's drawings (pure): what kind of file, in which coordinates, which areas.

What a drawing says of an area besides its outline is taken where it is understood; the outline itself is judged later,
like any other. Files are opened elsewhere (`twin.fencing.gdal`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely import Polygon

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from gis.frames import SiteFrame
    from gis.plant import Fence

Kind = Literal["geojson", "kml", "shapefile", "dxf"]
MOST_AREAS = 500
SITE, LONLAT = "SITE", "CRS84"
_CLOSED_M = 0.02
_CODE = re.compile(r"[^A-Za-z0-9._\-]+")
_PLAIN = ("purpose", "colour", "priority", "z_min_m", "z_max_m")
_REST = ("level", "allow", "schedule", "rules", "enter_probability", "exit_probability", "confirm_fixes", "confirm_s")


def is_binary_dxf(content: bytes) -> bool:
    """Whether it is the binary form of a CAD drawing, which few programs read."""
    return content.startswith(b"AutoCAD Binary DXF")


def kind_of(content: bytes) -> Kind | None:
    """What a file is, by what it begins with; None when it is none of the known ones."""
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"PK\x03\x04"):
        return "shapefile"
    if head.startswith((b"{", b"[")):
        return "geojson"
    if b"<kml" in head:
        return "kml"
    return "dxf" if is_binary_dxf(head) or re.match(rb"(999|0)\s", head) else None


def is_treacherous(content: bytes) -> bool:
    """Whether XML declares entities, which may grow without bound when they are read, or might hide that it does."""
    return b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\0" in content


@dataclass(frozen=True, slots=True)
class Drawn:
    """One shape of a file: geometry in the file's coordinates, what the file says of it, on which layer."""

    geometry: BaseGeometry
    properties: Mapping[str, Any]
    layer: str


@dataclass(frozen=True, slots=True)
class Area:
    """One area in degrees, and what the file says of it."""

    geometry: BaseGeometry
    properties: Mapping[str, Any]
    layer: str


def gauss_krueger(lon: float) -> str:
    """The CGCS2000 3° Gauss-Krüger system (no zone in the easting) whose meridian is nearest to a longitude."""
    meridian = min(max(3 * round(lon / 3), 75), 135)
    return f"EPSG:{4534 + (meridian - 75) // 3}"


def named_crs(asked: str, frame: SiteFrame) -> str | None:
    """`CRS84`, `SITE`, `GK` or an EPSG code as what is used; None when there is no such system."""
    if asked in (SITE, LONLAT):
        return asked
    if asked == "GK":
        return gauss_krueger(frame.lon)
    try:
        CRS.from_user_input(asked)
    except CRSError:
        return None
    return asked


def guessed_crs(shapes: Sequence[Drawn], frame: SiteFrame) -> str:
    """What coordinates probably are when nobody says: degrees near the plant, its Gauss-Krüger metres, or its own."""
    xy = np.concatenate([np.zeros((0, 2)), *(shapely.get_coordinates(shape.geometry) for shape in shapes)])
    if not len(xy):
        return LONLAT
    x, y = np.median(xy, axis=0)
    if abs(x - frame.lon) < 2 and abs(y - frame.lat) < 2:
        return LONLAT
    system = gauss_krueger(frame.lon)
    east, north = Transformer.from_crs("EPSG:4326", system, always_xy=True).transform(frame.lon, frame.lat)
    return system if abs(x - east) < 100_000 and abs(y - north) < 100_000 else SITE


def is_possible(shapes: Sequence[Drawn], said: str) -> bool:
    """Whether coordinates can be what a file says: degrees end at 180 and 90, and GeoJSON in metres says degrees."""
    if not CRS.from_user_input(said).is_geographic:
        return True
    xy = np.abs(np.concatenate([np.zeros((1, 2)), *(shapely.get_coordinates(shape.geometry) for shape in shapes)]))
    return bool(xy[:, 0].max() <= 360 and xy[:, 1].max() <= 90)


def _to_lonlat(shape: BaseGeometry, used: str, frame: SiteFrame) -> BaseGeometry:
    flat = shapely.force_2d(shape)
    if used == LONLAT:
        return flat
    if used == SITE:
        return frame.shape_to_lonlat(flat)
    way = Transformer.from_crs(used, "EPSG:4326", always_xy=True)
    return shapely.transform(flat, lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1])))


def from_lonlat(shape: BaseGeometry, used: str, frame: SiteFrame) -> BaseGeometry:
    """A geometry of degrees in another system."""
    if used == LONLAT:
        return shape
    if used == SITE:
        return frame.shape_to_site(shape)
    way = Transformer.from_crs("EPSG:4326", used, always_xy=True)
    return shapely.transform(shape, lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1])))


def areas_of(shapes: Sequence[Drawn], kind: Kind, used: str, frame: SiteFrame) -> tuple[list[Area], int]:
    """The areas of a drawing, in degrees, and how many shapes are none.

    A closed line is an area. In a CAD drawing a ring inside another of the same layer is a hole in it.
    """
    found: list[Area] = []
    rings: dict[str, list[Polygon]] = {}
    passed = 0
    for shape in shapes:
        geometry = shape.geometry
        if geometry.geom_type in ("Polygon", "MultiPolygon") and not geometry.is_empty:
            found.append(Area(_to_lonlat(geometry, used, frame), shape.properties, shape.layer))
            continue
        ring = _closed(geometry, _CLOSED_M if used != LONLAT else 1e-7)
        if ring is None:
            passed += 1
        elif kind == "dxf":
            rings.setdefault(shape.layer, []).append(ring)
        else:
            found.append(Area(_to_lonlat(ring, used, frame), shape.properties, shape.layer))
    for layer, drawn in rings.items():
        found += [Area(_to_lonlat(area, used, frame), {}, layer) for area in nested(drawn)]
    return found, passed


def _closed(geometry: BaseGeometry, same: float) -> Polygon | None:
    if geometry.geom_type not in ("LineString", "LinearRing"):
        return None
    xy = shapely.get_coordinates(geometry)
    if len(xy) < 4 or np.hypot(*(xy[0] - xy[-1])) > same:
        return None
    return Polygon(xy[:-1])


def nested(rings: Sequence[Polygon]) -> list[Polygon]:
    """Rings as areas: one inside another is a hole, one inside a hole an area again."""
    order = sorted(rings, key=lambda ring: -ring.area)
    depth: list[int] = []
    holes: dict[int, list[Polygon]] = {}
    for i, ring in enumerate(order):
        point = ring.representative_point()
        around = [j for j in range(i) if order[j].is_valid and order[j].contains(point)]
        depth.append(len(around))
        if len(around) % 2 == 1:
            holes.setdefault(max(around, key=lambda j: depth[j]), []).append(ring)
    return [
        Polygon(ring.exterior, [hole.exterior for hole in holes.get(i, ())])
        for i, ring in enumerate(order)
        if depth[i] % 2 == 0
    ]


def code_from(area: Area, number: int, taken: set[str]) -> str:
    """The code a file gives an area, made fit to be one and single within the file."""
    given = next((area.properties.get(key) for key in ("code", "Code", "CODE") if area.properties.get(key)), None)
    given = given or area.properties.get("Name") or area.properties.get("name") or area.layer
    code = _CODE.sub("-", str(given)).strip("-._")[:60] or f"IMP-{number}"
    single, n = code, 2
    while single in taken:
        single, n = f"{code}-{n}", n + 1
    taken.add(single)
    return single


def body_from(area: Area, known: Fence | None) -> dict[str, Any]:
    """The fields of a fence as a file has them, over those of the fence of that code that is in force."""
    said = {key.lower(): value for key, value in area.properties.items() if value not in (None, "")}
    called = str(said.get("name") or said.get("code") or area.layer or "")
    body: dict[str, Any] = {
        "names": {"zh": str(said.get("name_zh") or called), "en": str(said.get("name_en") or called)},
        "purpose": "information",
    }
    if known is not None:
        kept = known.model_dump(mode="json", exclude={"code", "version", "valid_from", "valid_to", "author", "reason"})
        named = "name_zh" in said or "name_en" in said
        body = kept | ({"names": body["names"]} if named else {}) | {"drawn": None}
    for name in _PLAIN:
        if name in said:
            body[name] = int(said[name]) if name == "priority" and isinstance(said[name], float) else said[name]
    body |= _rest(said.get("fence"))
    return body | {"geometry": shapely.geometry.mapping(area.geometry)}


def _rest(text: object) -> dict[str, Any]:
    try:
        rest = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return {}
    return {name: rest[name] for name in _REST if name in rest} if isinstance(rest, dict) else {}


def properties_of(fence: Fence, kind: Kind) -> dict[str, Any]:
    """What a file of a kind can say of a fence besides its outline."""
    plain: dict[str, Any] = {
        "code": fence.code,
        "name_zh": fence.names.zh,
        "name_en": fence.names.en,
        "purpose": fence.purpose.value,
        "colour": fence.colour.value,
        "priority": fence.priority,
        "z_min_m": fence.z_min_m,
        "z_max_m": fence.z_max_m,
        "version": fence.version,
    }
    if kind == "dxf":
        return {"Layer": fence.code}
    if kind == "shapefile":
        return plain
    rest = json.dumps(fence.model_dump(mode="json", include=set(_REST)), ensure_ascii=False)
    return (plain | {"fence": rest}) if kind == "geojson" else ({"Name": fence.code} | plain | {"fence": rest})


def outlines_of(shape: BaseGeometry, kind: Kind) -> Iterable[BaseGeometry]:
    """The geometries a file of a kind has for an area: a CAD drawing has closed lines, the others polygons."""
    if kind != "dxf":
        return [shape]
    return [shapely.LineString(ring.coords) for ring in shapely.get_rings(shapely.get_parts(shape))]
