"""Coordinate systems: axis order, zones of a place, boxes that come back."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from twin.exchange.crs import LONLAT, epsg, find, spoken
from twin.exchange.errors import CrsError


def test_the_published_point_of_two_zones() -> None:
    point = np.array([shapely.Point(118.5, 37.46)], object)
    for code, easting in ((4548, 632712.87), (4549, 367287.13), (4527, 39632712.87), (4528, 40367287.13)):
        moved = epsg(code).from_lonlat(point)[0]
        assert (round(moved.x, 2), round(moved.y, 2)) == (4148619.40, easting)
    assert epsg(4490).from_lonlat(point)[0].equals(shapely.Point(37.46, 118.5))


def test_the_zones_spoken_are_those_around_the_plants() -> None:
    names = [crs.name for crs in spoken([(118.9, 37.9, 119.0, 38.0)]).values()]
    assert names[:4] == ["OGC:CRS84", "EPSG:4326", "EPSG:4490", "EPSG:3857"]
    assert names[4:] == ["EPSG:4527", "EPSG:4528", "EPSG:4548", "EPSG:4549"]
    assert [crs.name for crs in spoken([(120.0, 30.0, 120.1, 30.1)]).values()][4:] == ["EPSG:4528", "EPSG:4549"]
    assert len(spoken([(-0.1, 51.5, 0.1, 51.6)])) == 4


@given(
    st.sampled_from([4326, 4490, 4527, 4549, 3857]),
    st.floats(118.5, 119.4),
    st.floats(37.5, 38.4),
    st.floats(1e-4, 0.02),
)
def test_a_box_there_covers_what_it_covers_here(code: int, lon: float, lat: float, size: float) -> None:
    crs = epsg(code)
    square = shapely.box(lon, lat, lon + size, lat + size)
    bounds = crs.from_lonlat(np.array([square], object))[0].bounds
    (area,) = crs.box(bounds)
    assert area.buffer(1e-9).covers(square)
    assert crs.to_lonlat(crs.from_lonlat(np.array([square], object)))[0].equals_exact(square, 1e-9)


def test_boxes_over_the_180th_meridian_and_without_width() -> None:
    assert [area.bounds for area in LONLAT.box([170, -10, -170, 10])] == [(170, -10, 180, 10), (-180, -10, -170, 10)]
    assert LONLAT.box([1, 2, 1, 2])[0].intersects(shapely.Point(1, 2))
    assert LONLAT.box([1, 2, 1, 3])[0].intersects(shapely.Point(1, 2.5))


@pytest.mark.parametrize("numbers", [[0, 10, 1, 5], [0, 0, 200, 1], [-200, 0, 1, 1]])
def test_what_is_no_box_is_refused(numbers: list[float]) -> None:
    with pytest.raises(CrsError):
        LONLAT.box(numbers)


def test_names_are_read_as_clients_write_them() -> None:
    known = spoken([(118.9, 37.9, 119.0, 38.0)])
    for name in ("EPSG:4490", "[EPSG:4490]", "https://www.opengis.net/def/crs/EPSG/0/4490"):
        assert find(name, known).name == "EPSG:4490"
    assert find(None, known) is LONLAT
    with pytest.raises(CrsError):
        find("EPSG:2154", known)
