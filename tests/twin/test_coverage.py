"""The error to expect: against one place at a time with matrices, shadows of steel, and the demonstration plant."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from gis.files.reader import read_plant
from gis.fix import R95_OF_SIGMA
from gis.kinds import FixedRoofTank, Warehouse
from gis.obstacles import obstacles
from twin.coverage import LEAST_ANCHORS, MOST_ANCHORS, REACH_M, WORST_HDOP, AnchorSet, coverage, expected_error

NOTHING = obstacles([])
DEMO = Path(__file__).resolve().parents[2] / "data" / "demo-plant"
SPAN = st.floats(-120.0, 120.0)
ANCHOR = st.tuples(SPAN, SPAN, st.floats(2.0, 12.0), st.floats(0.05, 0.5), st.floats(0.05, 0.3))


def _anchors(rows: list[tuple[float, float, float, float, float]]) -> AnchorSet:
    numbers = np.array(rows, float).reshape(-1, 5)
    return AnchorSet(numbers[:, :3], numbers[:, 3], numbers[:, 4])


def _by_hand(place: tuple[float, float], height_m: float, anchors: AnchorSet) -> tuple[float, int]:
    to = np.array([*place, height_m]) - anchors.xyz_m
    distance = np.linalg.norm(to, axis=1)
    near = [k for k in np.argsort(distance, kind="stable") if distance[k] < REACH_M][:MOST_ANCHORS]
    h = to[near, :2] / distance[near, None]
    if len(near) < LEAST_ANCHORS or np.linalg.matrix_rank(h) < 2:
        return np.nan, len(near)
    if np.sqrt(np.trace(np.linalg.inv(h.T @ h))) >= WORST_HDOP:
        return np.nan, len(near)
    noise = np.linalg.inv(h.T @ np.diag(anchors.sigma_m[near] ** -2.0) @ h)
    floor = np.linalg.inv(h.T @ np.diag(anchors.floor_m[near] ** -2.0) @ h)
    return R95_OF_SIGMA * float(np.sqrt(np.linalg.eigvalsh(noise + floor)[-1])), len(near)


@settings(max_examples=60, deadline=None)
@given(st.lists(ANCHOR, min_size=1, max_size=14, unique=True), st.lists(st.tuples(SPAN, SPAN), min_size=1, max_size=6))
def test_every_place_as_worked_out_by_hand(
    rows: list[tuple[float, float, float, float, float]], places: list[tuple[float, float]]
) -> None:
    anchors = _anchors(rows)
    radius, clear = expected_error(np.array(places), 1.2, anchors, NOTHING)
    for k, place in enumerate(places):
        expected, count = _by_hand(place, 1.2, anchors)
        assert clear[k] == count
        # At the very edge of a usable geometry rounding decides.
        if np.isnan(expected) or np.isnan(radius[k]):
            assert np.isnan(expected) == np.isnan(radius[k]) or np.nanmax([expected, radius[k]]) > 0.1
        else:
            assert radius[k] == pytest.approx(expected, rel=1e-6)


SQUARE = [(x, y, 6.0, 0.1, 0.05) for x in (-30.0, 30.0) for y in (-30.0, 30.0)]


def test_in_a_square_of_anchors_the_middle_is_best_and_far_outside_there_is_no_fix() -> None:
    places = np.array([[0.0, 0.0], [0.0, 45.0], [500.0, 0.0]])
    radius, clear = expected_error(places, 1.2, _anchors(SQUARE), NOTHING)
    assert clear.tolist() == [4, 4, 0]
    assert radius[0] < radius[1]
    assert np.isnan(radius[2])


def test_a_tank_in_the_way_takes_clear_anchors_and_certainty() -> None:
    tank = obstacles([(FixedRoofTank(diameter_m=16, height_m=12), Point(12.0, 12.0), 0.0)])
    place = np.array([[0.0, 0.0]])
    open_radius, open_clear = expected_error(place, 1.2, _anchors(SQUARE), NOTHING)
    radius, clear = expected_error(place, 1.2, _anchors(SQUARE), tank)
    assert (open_clear[0], clear[0]) == (4, 3)
    assert radius[0] > open_radius[0]


def test_a_tank_lower_than_the_line_of_sight_hides_nothing() -> None:
    low = obstacles([(FixedRoofTank(diameter_m=16, height_m=1), Point(12.0, 12.0), 0.0)])
    assert expected_error(np.array([[0.0, 0.0]]), 1.2, _anchors(SQUARE), low)[1][0] == 4


def test_inside_a_steel_shed_only_its_own_anchor_is_clear() -> None:
    shed = obstacles([(Warehouse(height_m=9), Point(0.0, 0.0).buffer(10.0, quad_segs=1).envelope, 0.0)])
    anchors = _anchors([*SQUARE, (5.0, 0.0, 6.0, 0.1, 0.05)])
    assert expected_error(np.array([[0.0, 0.0]]), 1.2, anchors, shed)[1][0] == 1


def test_anchors_in_a_line_locate_nobody_on_it() -> None:
    row = _anchors([(x, 0.0, 1.2, 0.1, 0.05) for x in (-40.0, -20.0, 20.0, 40.0)])
    radius, clear = expected_error(np.array([[0.0, 0.0], [0.0, 30.0]]), 1.2, row, NOTHING)
    assert clear.tolist() == [4, 4]
    assert np.isnan(radius[0])
    assert np.isfinite(radius[1])


def test_without_anchors_nothing_is_located() -> None:
    radius, clear = expected_error(np.zeros((3, 2)), 1.2, _anchors([]), NOTHING)
    assert np.isnan(radius).all()
    assert not clear.any()


def test_the_demonstration_plant_has_a_whole_grid_and_its_units_are_covered() -> None:
    plant = read_plant(DEMO)
    made = coverage(plant, 0.0, 20.0)
    assert made.r95_m.shape == made.clear.shape == made.inside.shape
    rows, columns = made.r95_m.shape
    assert rows * 20.0 >= 790.0
    assert columns * 20.0 >= 1190.0
    located = np.isfinite(made.r95_m)
    assert 0.25 < located[made.inside].mean() < 1.0
    assert np.nanmedian(made.r95_m) < 1.0
    assert made.clear.max() <= MOST_ANCHORS
    unlocated = ~located & (made.clear >= LEAST_ANCHORS)
    assert unlocated.sum() < 0.02 * located.size


def test_a_grid_too_fine_is_made_coarser() -> None:
    plant = read_plant(DEMO)
    head = plant.head.model_copy(update={"boundary": plant.head.boundary.buffer(0.2)})
    empty = plant.model_copy(update={"head": head, "assets": ()})
    made = coverage(empty, 0.0, 1.0)
    assert made.step_m > 1.0
    assert made.r95_m.size < 410_000
