"""Site frames: lon/lat to metres and back."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from gis.errors import FrameError
from gis.frames import SiteFrame

metres = st.floats(-5000, 5000)
origins = st.builds(SiteFrame, st.floats(73, 135), st.floats(3, 54))


@given(origins, metres, metres)
def test_metres_come_back_to_the_millimetre(frame: SiteFrame, x: float, y: float) -> None:
    lon, lat = frame.to_lonlat(x, y)
    back_x, back_y = frame.to_site(lon, lat)
    assert abs(back_x - x) < 1e-3
    assert abs(back_y - y) < 1e-3


@given(origins, metres, metres)
def test_distances_are_true_on_the_ellipsoid(frame: SiteFrame, x: float, y: float) -> None:
    lon, lat = frame.to_lonlat(x, y)
    *_, length = Geod(ellps="WGS84").inv(frame.lon, frame.lat, float(lon), float(lat))
    assert length == pytest.approx(np.hypot(x, y), rel=2e-7, abs=1e-6)


@given(origins)
def test_the_origin_is_zero_and_the_axes_are_east_and_north(frame: SiteFrame) -> None:
    assert np.allclose(frame.to_site(frame.lon, frame.lat), 0, atol=1e-6)
    east, north = frame.to_site([frame.lon + 1e-4, frame.lon], [frame.lat, frame.lat + 1e-4])
    assert east[0] > 0.5 * abs(north[0])
    assert north[1] > 10
    assert abs(east[1]) < 1e-6


def test_the_border_of_two_zones_costs_the_site_frame_nothing() -> None:
    # Check values of the two standard 3° zones where they meet (EPSG:4548, 4549).
    lon, lat = 118.5, 37.46
    for code, easting in ((4548, 632_712.87), (4549, 367_287.13)):
        to_zone = Transformer.from_crs(4326, code, always_xy=True)
        east, north = to_zone.transform(lon, lat)
        assert (east, north) == (pytest.approx(easting, abs=0.01), pytest.approx(4_148_619.40, abs=0.01))
        # There a zone's kilometre is 217 mm too long, and the site frame's is not.
        frame = SiteFrame(lon, lat)
        far_lon, far_lat = frame.to_lonlat([0.0, 0.0], [0.0, 1000.0])
        zone_x, zone_y = to_zone.transform(far_lon, far_lat)
        assert np.hypot(np.diff(zone_x), np.diff(zone_y))[0] == pytest.approx(1000.217, abs=0.002)
        *_, true_m = Geod(ellps="WGS84").inv(far_lon[0], far_lat[0], far_lon[1], far_lat[1])
        assert true_m == pytest.approx(1000.0, abs=1e-4)


def test_shapes_go_both_ways() -> None:
    frame = SiteFrame(118.5, 37.46)
    shape = shapely.box(118.495, 37.455, 118.505, 37.465)
    site = frame.shape_to_site(shape)
    assert site.area == pytest.approx(884.4 * 1109.9, rel=2e-3)
    assert shapely.hausdorff_distance(frame.shape_to_lonlat(site), shape) < 1e-9


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, 86), (float("nan"), 0)])
def test_an_origin_off_the_map_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(FrameError):
        SiteFrame(lon, lat)
