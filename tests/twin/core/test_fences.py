"""The probability of being inside: against sampling, against closed forms, and at the edges of what numbers can say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from tests.golden.scenario import LONG_AGO_NS, T0_NS, fence, head, rectangle
from twin.core.fences import inside_probability, prisms_at
from twin.core.nearby import nearby_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from twin.core.fences import Prisms

FRAME = head().frame
L_SHAPE = shapely.Polygon([(0, 0), (12, 0), (12, 4), (4, 4), (4, 12), (0, 12)])
WITH_HOLE = shapely.Polygon([(0, 0), (20, 0), (20, 20), (0, 20)], [[(5, 5), (15, 5), (15, 15), (5, 15)]])
TWO_PARTS = shapely.MultiPolygon([shapely.box(0, 0, 5, 5), shapely.box(8, 0, 13, 5)])
STAR = shapely.Polygon(
    [(10 * (1 + i % 2) * math.cos(i * 0.6283), 10 * (1 + i % 2) * math.sin(i * 0.6283)) for i in range(10)]
)
SHAPES = [L_SHAPE, WITH_HOLE, TWO_PARTS, STAR, shapely.Polygon([(0, 0), (0, 9), (9, 0)])]


def prism(shape: BaseGeometry, *, z_min_m: float = -1000.0, z_max_m: float = 1000.0) -> Prisms:
    record = fence("F", FRAME.shape_to_lonlat(shape)).model_copy(update={"z_min_m": z_min_m, "z_max_m": z_max_m})  # type: ignore[arg-type] # any area
    return prisms_at([record], FRAME, T0_NS, margin_m=1.0, margin_z_m=0.5)


def chance(
    prisms: Prisms, x: float, y: float, cov: tuple[float, float, float], z: float = 0.0, sigma_z: float = 0.1
) -> float:
    rows = np.array([0])
    return float(inside_probability(prisms, rows, np.array([[x, y, z]]), np.array([cov]), np.array([sigma_z]))[0])


@settings(max_examples=60)
@given(
    st.sampled_from(range(len(SHAPES))),
    st.floats(-15, 25),
    st.floats(-15, 25),
    st.floats(0.05, 6),
    st.floats(0.05, 6),
    st.floats(-0.95, 0.95),
)
def test_it_agrees_with_sampling(shape: int, x: float, y: float, sx: float, sy: float, rho: float) -> None:
    cov = (sx * sx, rho * sx * sy, sy * sy)
    n = 40_000
    rng = np.random.default_rng(1)
    points = rng.multivariate_normal((x, y), [[cov[0], cov[1]], [cov[1], cov[2]]], n)
    sampled = float(shapely.contains_xy(SHAPES[shape], points[:, 0], points[:, 1]).mean())
    exact = chance(prism(SHAPES[shape]), x, y, cov)
    assert abs(sampled - exact) < 5.0 * math.sqrt(max(exact * (1 - exact), 1e-4) / n)


@given(st.floats(-8, 8), st.floats(0.05, 3), st.floats(-8, 18), st.floats(0.05, 3))
def test_a_rectangle_is_a_product_of_two_intervals(x: float, sx: float, y: float, sy: float) -> None:
    expected = (ndtr((6 - x) / sx) - ndtr((0 - x) / sx)) * (ndtr((9 - y) / sy) - ndtr((2 - y) / sy))
    assert chance(prism(shapely.box(0, 2, 6, 9)), x, y, (sx * sx, 0.0, sy * sy)) == pytest.approx(expected, abs=2e-6)


@given(st.floats(-4, 8), st.floats(0.01, 4))
def test_height_counts(z: float, sigma_z: float) -> None:
    prisms = prism(shapely.box(-50, -50, 50, 50), z_min_m=0.0, z_max_m=3.0)
    expected = ndtr((3 - z) / sigma_z) - ndtr((0 - z) / sigma_z)
    assert chance(prisms, 0, 0, (0.1, 0.0, 0.1), z, sigma_z) == pytest.approx(expected, abs=1e-9)


@given(st.sampled_from(range(len(SHAPES))), st.floats(-40, 40), st.floats(-40, 40), st.floats(1e-12, 1e4))
def test_it_is_always_a_probability(shape: int, x: float, y: float, variance: float) -> None:
    assert 0.0 <= chance(prism(SHAPES[shape]), x, y, (variance, 0.0, variance)) <= 1.0


@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (12.0, 4.0), (4.0, 4.0), (6.0, 0.0), (4.0, 8.0)])
def test_fixes_exactly_on_corners_and_edges(x: float, y: float) -> None:
    corner = {(0.0, 0.0): 0.25, (12.0, 4.0): 0.25, (4.0, 4.0): 0.75, (6.0, 0.0): 0.5, (4.0, 8.0): 0.5}
    assert chance(prism(L_SHAPE), x, y, (1e-6, 0.0, 1e-6)) == pytest.approx(corner[x, y], abs=1e-4)


def test_the_grown_row_is_larger_by_the_margin() -> None:
    prisms = prism(shapely.box(0, 0, 10, 10), z_min_m=0.0, z_max_m=3.0)
    places = np.array([[10.5, 5.0, 1.0], [5.0, 5.0, 3.3], [11.5, 5.0, 1.0]])
    cov, sigma_z = np.tile([1e-4, 0.0, 1e-4], (3, 1)), np.full(3, 0.01)
    plain = inside_probability(prisms, np.zeros(3, np.int64), places, cov, sigma_z)
    grown = inside_probability(prisms, np.ones(3, np.int64), places, cov, sigma_z)
    assert plain.round(6).tolist() == [0.0, 0.0, 0.0]
    assert grown.round(6).tolist() == [1.0, 1.0, 0.0]


def test_the_newest_version_that_holds_counts_and_the_next_turn_is_known() -> None:
    box = rectangle(0, 0, 10, 10)
    records = [
        fence("A", box, version=1),
        fence("A", box, version=2, valid_from=T0_NS),
        fence("A", box, version=3, valid_from=T0_NS + 50),
        fence("B", box, valid_to=T0_NS),
        fence("C", box, valid_to=T0_NS + 70),
    ]
    prisms = prisms_at(records, FRAME, T0_NS)
    assert [(record.code, record.version) for record in prisms.fences] == [("A", 2), ("C", 1)]
    assert prisms.until_ns == T0_NS + 50
    assert len(prisms_at(records, FRAME, LONG_AGO_NS - 1)) == 0


def test_no_fences_and_shapes_without_area_hold_nobody() -> None:
    nothing = prisms_at([], FRAME, T0_NS)
    moved, found = nothing.nearby.pairs(np.zeros((3, 2)), np.zeros((3, 2)), np.ones(3))
    assert (len(moved), len(found)) == (0, 0)
    line = prism(shapely.LineString([(0, 0), (5, 5)]))
    assert chance(line, 2.0, 2.0, (1.0, 0.0, 1.0)) == 0.0


places = st.tuples(st.floats(-300, 300), st.floats(-300, 300))


@given(
    st.lists(st.tuples(places, st.floats(0.1, 90), st.floats(0.1, 90)), max_size=12),
    st.lists(st.tuples(places, st.floats(-9, 9), st.floats(-90, 90), st.floats(0, 12)), max_size=20),
)
def test_the_index_finds_exactly_the_boxes_that_meet(
    boxes: list[tuple[tuple[float, float], float, float]], moves: list[tuple[tuple[float, float], float, float, float]]
) -> None:
    shapes = [shapely.box(x, y, x + w, y + h) for (x, y), w, h in boxes]
    start = np.array([place for place, *_ in moves]).reshape(-1, 2)
    end = start + np.array([(dx, dy) for _, dx, dy, _ in moves]).reshape(-1, 2)
    reach = np.array([each for *_, each in moves])
    low, high = np.minimum(start, end) - reach[:, None], np.maximum(start, end) + reach[:, None]
    wanted = {
        (i, j)
        for i in range(len(moves))
        for j, shape in enumerate(shapes)
        if shape.bounds[0] <= high[i, 0]
        and shape.bounds[1] <= high[i, 1]
        and shape.bounds[2] >= low[i, 0]
        and shape.bounds[3] >= low[i, 1]
    }
    which, row = nearby_of(shapes).pairs(start, end, reach)
    assert sorted(zip(which.tolist(), row.tolist(), strict=True)) == sorted(wanted)
