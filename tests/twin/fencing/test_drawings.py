"""Other people's drawings: told apart, placed, and read as areas."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from gis.frames import SiteFrame
from tests.twin.api.small import FRAME, small_plant
from twin.fencing.drawings import (
    Area,
    Drawn,
    areas_of,
    body_from,
    code_from,
    from_lonlat,
    gauss_krueger,
    guessed_crs,
    is_possible,
    is_treacherous,
    kind_of,
    named_crs,
    nested,
    properties_of,
)

FENCE = next(fence for fence in small_plant().fences if fence.code == "F-1" and fence.version == 2)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'\xef\xbb\xbf {"type":"FeatureCollection"}', "geojson"),
        (b'<?xml version="1.0"?>\n<kml xmlns="x">', "kml"),
        (b"PK\x03\x04rest", "shapefile"),
        (b"  0\r\nSECTION\r\n", "dxf"),
        (b"999\nmade by\n0\nSECTION", "dxf"),
        (b"AutoCAD Binary DXF\r\n", "dxf"),
        (b"%PDF-1.7", None),
        (b"", None),
    ],
)
def test_a_file_is_known_by_what_it_begins_with(content: bytes, kind: str | None) -> None:
    assert kind_of(content) == kind


def test_entities_are_treacherous() -> None:
    assert is_treacherous(b'<!DOCTYPE kml [<!ENTITY a "aaaa">]><kml>&a;</kml>')
    assert is_treacherous("<!DOCTYPE kml><kml></kml>".encode("utf-16"))
    assert not is_treacherous(b"<kml></kml>")


@pytest.mark.parametrize(
    ("lon", "code"), [(118.95, "EPSG:4549"), (117.1, "EPSG:4548"), (75.2, "EPSG:4534"), (10, "EPSG:4534")]
)
def test_the_local_gauss_krueger_system(lon: float, code: str) -> None:
    assert gauss_krueger(lon) == code


def test_coordinates_are_guessed_from_where_they_are() -> None:
    square = FENCE.geometry
    for used in ("CRS84", "EPSG:4549", "SITE"):
        assert guessed_crs([Drawn(from_lonlat(square, used, FRAME), {}, "")], FRAME) == used
    assert guessed_crs([], FRAME) == "CRS84"
    assert named_crs("GK", FRAME) == "EPSG:4549"
    assert named_crs("EPSG:999999", FRAME) is None


@given(st.sampled_from(["SITE", "CRS84", "EPSG:4549", "EPSG:4490"]), st.floats(-800, 800), st.floats(1, 200))
def test_an_area_comes_back_from_any_system(used: str, x: float, size: float) -> None:
    shape = FRAME.shape_to_lonlat(box(x, -x, x + size, size - x))
    (area,), passed = areas_of([Drawn(from_lonlat(shape, used, FRAME), {}, "")], "geojson", used, FRAME)
    back = FRAME.shape_to_site(area.geometry)
    assert passed == 0
    assert back.symmetric_difference(box(x, -x, x + size, size - x)).area < 0.01 * size


def test_metres_that_say_they_are_degrees_are_not_believed() -> None:
    metres = Drawn(box(500_000, 4_200_000, 500_010, 4_200_010), {}, "")
    assert not is_possible([metres], "EPSG:4326")
    assert is_possible([metres], "EPSG:4549")
    assert is_possible([Drawn(FENCE.geometry, {}, "")], "EPSG:4490")
    assert is_possible([], "EPSG:4326")


def test_closed_lines_are_areas_and_what_is_none_is_counted() -> None:
    ring = LineString([(0, 0), (10, 0), (10, 10), (0, 0)])
    shapes = [Drawn(ring, {}, "A"), Drawn(LineString([(0, 0), (5, 5)]), {}, "A"), Drawn(Point(1, 1), {}, "A")]
    areas, passed = areas_of(shapes, "kml", "SITE", FRAME)
    assert (len(areas), passed) == (1, 2)


def test_rings_inside_each_other_are_holes_and_islands() -> None:
    rings = [box(4, 4, 6, 6), box(0, 0, 10, 10), box(20, 0, 30, 10), box(2, 2, 8, 8)]
    areas = sorted(nested(rings), key=lambda area: area.area)
    assert [round(area.area) for area in areas] == [4, 64, 100]


def test_in_a_cad_drawing_layers_are_apart() -> None:
    outer, inner = box(0, 0, 10, 10).exterior, box(2, 2, 8, 8).exterior
    same, _ = areas_of([Drawn(LineString(outer), {}, "A"), Drawn(LineString(inner), {}, "A")], "dxf", "SITE", FRAME)
    apart, _ = areas_of([Drawn(LineString(outer), {}, "A"), Drawn(LineString(inner), {}, "B")], "dxf", "SITE", FRAME)
    assert (len(same), len(apart)) == (1, 2)


def test_codes_are_fit_and_single() -> None:
    taken: set[str] = set()
    given_ = [{"code": "F-1"}, {"Name": "F-1"}, {"name": "罐区"}, {"name": "Tank farm #2"}, {}]
    areas = [Area(Polygon(), said, "") for said in given_]
    assert [code_from(area, i, taken) for i, area in enumerate(areas, 1)] == [
        "F-1",
        "F-1-2",
        "IMP-3",
        "Tank-farm-2",
        "IMP-5",
    ]


def test_a_known_fence_keeps_what_the_file_does_not_say() -> None:
    area = Area(FENCE.geometry, {"code": "F-1", "priority": 1.0, "colour": ""}, "")
    body = body_from(area, FENCE)
    assert (body["priority"], body["allow"]["roles"], body["names"]["en"]) == (1, ["operator"], "Fence")
    fresh = body_from(Area(FENCE.geometry, {"Name": "门口"}, ""), None)
    assert (fresh["names"], fresh["purpose"]) == ({"zh": "门口", "en": "门口"}, "information")
    told = properties_of(FENCE, "geojson")
    assert body_from(Area(FENCE.geometry, told, ""), None)["allow"]["roles"] == ["operator"]


def test_a_broken_property_is_passed_over() -> None:
    area = Area(FENCE.geometry, {"code": "F-9", "fence": "{not json"}, "")
    assert body_from(area, None)["names"]["en"] == "F-9"


def test_site_metres_follow_the_plant() -> None:
    other = SiteFrame(100.0, 30.0)
    (area,), _ = areas_of([Drawn(box(0, 0, 10, 10), {}, "")], "dxf", "SITE", other)
    assert area.geometry.centroid.x == pytest.approx(100.0, abs=1e-3)
