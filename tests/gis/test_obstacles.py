from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from gis.kinds import Building, BulletTank, FixedRoofTank, LoadingBay, Pump, Warehouse
from gis.obstacles import Obstacles, chord_in_circles, is_entered, obstacles, shadow_m, span_in_boxes

place = st.tuples(st.floats(-100, 100), st.floats(-100, 100))
radius = st.floats(0.5, 40)


@given(place, place, place, radius)
def test_chords_in_circles_are_those_of_geometry(
    a: tuple[float, float], b: tuple[float, float], centre: tuple[float, float], r: float
) -> None:
    assume(np.hypot(a[0] - b[0], a[1] - b[1]) > 0.1)
    chord, middle = chord_in_circles(np.array([a]), np.array([b]), np.array([[*centre, r]]))
    line = shapely.LineString([a, b])
    inside = shapely.Point(centre).buffer(r, quad_segs=256).intersection(line)
    assert chord[0, 0] == pytest.approx(inside.length, abs=0.02 * r + 0.02)
    assert 0.0 <= middle[0, 0] <= 1.0
    if inside.length > 1.0:
        at = line.interpolate(middle[0, 0], normalized=True)
        assert at.distance(inside.centroid) < 0.05 * r + 0.05


@given(place, place, place, radius, radius)
def test_spans_in_boxes_are_those_of_geometry(
    a: tuple[float, float], b: tuple[float, float], centre: tuple[float, float], half_x: float, half_y: float
) -> None:
    assume(np.hypot(a[0] - b[0], a[1] - b[1]) > 0.1)
    box = (centre[0] - half_x, centre[1] - half_y, centre[0] + half_x, centre[1] + half_y)
    enter, leave = span_in_boxes(np.array([a]), np.array([b]), np.array([box]))
    line = shapely.LineString([a, b])
    # Along an edge both answers are right: between a box a hair smaller and one a hair larger.
    low, high = (shapely.box(*box).buffer(hair, join_style="mitre").intersection(line).length for hair in (-1e-6, 1e-6))
    assert low - 1e-4 <= (leave[0, 0] - enter[0, 0]) * line.length <= high + 1e-4


def _things(*standing: tuple[object, shapely.geometry.base.BaseGeometry]) -> Obstacles:
    return obstacles((attributes, shape, 0.0) for attributes, shape in standing)  # type: ignore[misc] # any kind will do


def test_a_tank_between_is_steel_and_a_low_pump_is_not() -> None:
    tank = FixedRoofTank(diameter_m=10, height_m=12)
    points = np.array([[0.0, 0.0], [0.0, 30.0]])
    steel, wall = shadow_m(points, np.array([40.0, 0.0, 6.0]), _things((tank, shapely.Point(20, 0))))
    assert steel[0] == pytest.approx(10.0)
    assert steel[1] == 0.0
    assert (wall == 0.0).all()
    steel, _ = shadow_m(points, np.array([40.0, 0.0, 8.0]), _things((Pump(), shapely.Point(20, 0))))
    assert (steel == 0.0).all(), "the path passes above it"


def test_a_path_over_a_low_tank_is_clear() -> None:
    low = FixedRoofTank(diameter_m=10, height_m=2)
    steel, _ = shadow_m(np.array([[0.0, 0.0]]), np.array([25.0, 0.0, 20.0]), _things((low, shapely.Point(20, 0))))
    assert steel[0] == 0.0


def test_walls_are_counted_and_a_room_is_clear_inside() -> None:
    house = _things((Building(height_m=8, use="office"), shapely.box(10, -5, 20, 5)))
    outside, indoors = np.array([40.0, 0.0, 4.0]), np.array([12.0, 0.0, 4.0])
    points = np.array([[0.0, 0.0], [15.0, 0.0]])
    assert shadow_m(points, outside, house)[1].tolist() == [2.0, 1.0]
    assert shadow_m(points, indoors, house)[1].tolist() == [1.0, 0.0]


def test_a_warehouse_is_steel_sheet() -> None:
    shed = _things((Warehouse(height_m=8), shapely.box(10, -5, 20, 5)))
    steel, wall = shadow_m(np.array([[0.0, 0.0]]), np.array([40.0, 0.0, 4.0]), shed)
    assert steel[0] > 0.0
    assert wall[0] == 0.0


def test_one_stands_under_a_canopy_but_not_in_a_tank() -> None:
    things = _things(
        (LoadingBay(height_m=7), shapely.box(0, 0, 10, 10)),
        (FixedRoofTank(diameter_m=10, height_m=12), shapely.Point(30, 5)),
        (BulletTank(diameter_m=3, length_m=20, heading_deg=90.0), shapely.Point(60, 5)),
        (Building(height_m=5, use="substation"), shapely.box(80, 0, 90, 10)),
    )
    at = np.array([[5.0, 5.0], [30.0, 5.0], [60.0, 5.0], [69.0, 5.0], [60.0, 8.0], [85.0, 5.0]])
    assert things.solid_at(at).tolist() == [False, True, True, True, False, True]


def test_near_keeps_what_can_matter() -> None:
    things = _things(
        (FixedRoofTank(diameter_m=20, height_m=12), shapely.Point(50, 0)),
        (FixedRoofTank(diameter_m=20, height_m=12), shapely.Point(200, 0)),
        (Building(height_m=5, use="office"), shapely.box(30, 0, 90, 100)),
        (Pump(), shapely.Point(3, 3)),
    )
    near = things.near(np.array([0.0, 0.0]), 41.0)
    assert len(near.circle) == 1
    assert len(near.box) == 1


def test_people_work_in_offices_and_not_in_machine_houses() -> None:
    assert is_entered(Building(height_m=5, use="control_room"))
    assert is_entered(Building(height_m=15, storeys=4, use="other"))
    assert not is_entered(Building(height_m=15, storeys=1, use="other"))
    assert not is_entered(Building(height_m=5, use="substation"))
