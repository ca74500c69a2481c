"""Solids of revolution, tubes, beams and flat pieces: closed where they should be, facing out, as large as asked."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from assets.access import stair_sweep_deg
from assets.footprint import box_of, lines_of, offset_line, stations
from assets.mesh import Mesh, empty, join, shaded
from assets.primitives import beams, box, boxes, directions, dish, lathe, plate, quads, slab, tube, walls

GREY = (0.5, 0.5, 0.5)
sizes = st.floats(0.1, 50)


def volume(mesh: Mesh) -> float:
    """Signed volume inside a closed mesh; positive when it faces out (divergence theorem)."""
    a, b, c = (mesh.vertices[mesh.faces[:, corner]] for corner in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


@given(radius=sizes, height=sizes, sides=st.integers(3, 60))
def test_a_lathe_encloses_its_solid(radius: float, height: float, sides: int) -> None:
    can = lathe([(0.0, 0.0), (radius, 0.0), (radius, height), (0.0, height)], sides, GREY)
    area = 0.5 * sides * radius**2 * np.sin(2 * np.pi / sides)
    assert volume(can) == pytest.approx(area * height)
    assert can.triangles == 4 * sides


@given(radius=sizes, steps=st.integers(2, 10))
def test_two_dishes_make_a_ball(radius: float, steps: int) -> None:
    ball = lathe([*dish(radius, radius, radius, steps, up=False), *dish(radius, radius, radius, steps)[1:]], 48, GREY)
    assert 0 < volume(ball) < 4 / 3 * np.pi * radius**3
    outward = ball.vertices - [0, 0, radius]
    assert (np.einsum("ij,ij->i", outward, ball.normals) > 0).all()


def test_a_lathe_is_smooth_along_a_curve_and_sharp_at_a_corner() -> None:
    can = lathe([(1.0, 0.0), (1.0, 1.0), (0.0, 1.0)], 8, GREY)
    assert len(can.vertices) == 8 * 4
    curve = lathe([(1.0, 0.0), (1.0, 1.0), (0.99, 2.0)], 8, GREY)
    assert len(curve.vertices) == 8 * 3
    two_tone = lathe([(1.0, 0.0), (1.0, 1.0), (0.99, 2.0)], 8, [GREY, (1.0, 1.0, 1.0)])
    assert len(two_tone.vertices) == 8 * 4


def test_a_partial_lathe_covers_its_sweep_clockwise_from_its_start() -> None:
    part = lathe([(2.0, 0.0), (2.0, 1.0)], 4, GREY, start_deg=90.0, sweep_deg=90.0)
    headings = np.degrees(np.arctan2(part.vertices[:, 0], part.vertices[:, 1])) % 360
    assert headings.min() == pytest.approx(90.0)
    assert headings.max() == pytest.approx(180.0)


@given(low=st.tuples(sizes, sizes, sizes), span=st.tuples(sizes, sizes, sizes), sides=st.sampled_from([3, 4, 6]))
def test_boxes_and_beams_face_out(low: tuple[float, ...], span: tuple[float, ...], sides: int) -> None:
    solid = box(low, [a + b for a, b in zip(low, span, strict=True)], GREY, bottom=True)
    assert volume(solid) == pytest.approx(np.prod(span))
    beam = beams(np.array([low]), np.array([np.add(low, span)]), 0.3, GREY, sides=sides)
    axis = np.add(low, np.multiply(span, 0.5))
    away = beam.vertices - axis
    along = np.array(span) / np.linalg.norm(span)
    away -= np.outer(away @ along, along)
    assert (np.einsum("ij,ij->i", away, beam.normals) > 0).all()
    assert np.linalg.norm(away, axis=1).max() <= 0.3 / np.sqrt(2) + 1e-9


def test_boxes_stand_on_their_centres() -> None:
    feet = np.array([[0.0, 0.0, 1.0], [5.0, 0.0, 0.0]])
    mesh = boxes(feet, (1.0, 2.0, 3.0), GREY)
    assert mesh.bounds.tolist() == [[-0.5, -1.0, 0.0], [5.5, 1.0, 4.0]]


PATHS = st.lists(
    st.sampled_from([(1, 0, 0), (0, 1, 0), (0, 0, 1), (-1, 0, 0), (0, -1, 0), (0, 0, -1)]), min_size=1, max_size=6
)


@given(turns=PATHS)
def test_a_pipe_keeps_its_width_around_every_corner(turns: list[tuple[int, int, int]]) -> None:
    # No turning back on itself.
    steps = [turns[0]]
    for turn in turns[1:]:
        if turn != tuple(-value for value in steps[-1]):
            steps.append(turn)
    path = np.vstack([[0, 0, 0], np.cumsum(np.array(steps) * 10.0, axis=0)])
    pipe = tube(path, 1.0, GREY, sides=8, caps=True)
    rings = pipe.vertices[: 8 * len(path)].reshape(len(path), 8, 3)
    for here, there, a, b in zip(rings, rings[1:], path, path[1:], strict=False):
        along = (b - a) / np.linalg.norm(b - a)
        for ring, place in ((here, a), (there, b)):
            away = ring - place
            away = away - np.outer(away @ along, along)
            assert np.linalg.norm(away, axis=1) == pytest.approx(np.ones(8), abs=1e-6)
    assert volume(pipe) > 0


def test_a_closed_pipe_has_no_ends() -> None:
    loop = np.array([[0, 0, 0], [10, 0, 0], [10, 10, 0], [0, 10, 0]], float)
    pipe = tube(loop, 0.5, GREY, sides=6, closed=True)
    edges = np.sort(np.concatenate([pipe.faces[:, [0, 1]], pipe.faces[:, [1, 2]], pipe.faces[:, [2, 0]]]), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()


HOLED = shapely.box(0, 0, 10, 6).difference(shapely.box(2, 2, 4, 4))


def test_a_plate_covers_its_polygon_facing_up() -> None:
    mesh = plate(HOLED, 3.0, GREY)
    corners = mesh.vertices[mesh.faces]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (cross[:, 2] > 0).all()
    assert cross[:, 2].sum() / 2 == pytest.approx(HOLED.area)
    assert (mesh.vertices[:, 2] == 3.0).all()


def test_a_slab_is_closed_but_for_its_underside() -> None:
    solid = slab(HOLED, 0.0, 2.0, GREY)
    under = plate(HOLED, 0.0, GREY)
    under = Mesh(under.vertices, -under.normals, under.colours, under.faces[:, ::-1])
    assert volume(join([solid, under])) == pytest.approx(HOLED.area * 2)


def test_nothing_gives_nothing() -> None:
    assert plate(shapely.Polygon(), 0.0, GREY).triangles == 0
    assert walls(shapely.LineString([(0, 0), (1, 1)]), 0.0, 1.0, GREY).triangles == 0
    assert quads(np.zeros((0, 4, 3)), GREY).triangles == 0
    assert join([]).triangles == empty().triangles == 0
    assert empty().bounds.tolist() == [[0, 0, 0], [0, 0, 0]]


def test_shading_darkens_the_foot_and_the_underside_and_leaves_the_ground() -> None:
    block = box([-1, -1, 0], [1, 1, 8], (0.8, 0.8, 0.8), bottom=True)
    dark = shaded(block)
    side = np.abs(dark.normals[:, 2]) < 0.5
    foot = dark.colours[side & (dark.vertices[:, 2] == 0)].max()
    head = dark.colours[side & (dark.vertices[:, 2] == 8)].min()
    under = dark.colours[dark.normals[:, 2] < -0.5].max()
    assert under < foot < head <= 0.8
    floor = shaded(plate(shapely.box(0, 0, 1, 1), 0.0, (0.8, 0.8, 0.8)))
    assert floor.colours.min() > 0.76


def test_directions_run_clockwise_from_north() -> None:
    assert directions(4) == pytest.approx(np.array([[0, 1], [1, 0], [0, -1], [-1, 0]]), abs=1e-12)
    assert directions(2, 90.0, 90.0) == pytest.approx(np.array([[1, 0], [0, -1]]), abs=1e-12)


@given(heading=st.floats(0, 179.9), length=st.floats(10, 80), width=st.floats(2, 9))
def test_the_box_of_a_rectangle_is_the_rectangle(heading: float, length: float, width: float) -> None:
    lying = shapely.affinity.rotate(
        shapely.box(-width / 2, -length / 2, width / 2, length / 2), -heading, origin=(0, 0)
    )
    found = box_of(shapely.affinity.translate(lying, 100, -50))
    assert (found.length, found.width) == pytest.approx((length, width))
    assert min(abs(found.heading_deg - heading), 180 - abs(found.heading_deg - heading)) == pytest.approx(0, abs=1e-4)
    assert (found.x, found.y) == pytest.approx((100, -50))
    assert found.filled == pytest.approx(1.0)


@given(spacing=st.floats(0.001, 100))
def test_stations_follow_the_line_evenly_and_are_bounded(spacing: float) -> None:
    line = np.array([[0, 0], [60, 0], [60, 30]], float)
    at, along = stations(line, spacing)
    assert len(at) == len(along) <= 601
    assert at[0].tolist() == [0, 0]
    assert at[-1].tolist() == [60, 30]
    assert np.hypot(*along.T) == pytest.approx(np.ones(len(at)))
    if 1 < spacing < 30:
        assert np.hypot(*np.diff(at, axis=0).T).max() <= 1.5 * spacing


def test_an_offset_line_runs_to_the_right() -> None:
    line = np.array([[0, 0], [0, 10], [10, 10]], float)
    assert offset_line(line, 1.0) == pytest.approx(np.array([[1, 0], [1, 9], [10, 9]]))
    assert offset_line(line, -1.0) == pytest.approx(np.array([[-1, 0], [-1, 11], [10, 11]]))


def test_lines_lose_repeated_points() -> None:
    doubled = shapely.LineString([(0, 0), (0, 0), (5, 0), (5, 0.001)])
    assert [line.tolist() for line in lines_of(doubled)] == [[[0, 0], [5, 0]]]


def test_a_stair_never_reaches_its_own_foot() -> None:
    assert stair_sweep_deg(2.0, 100.0) == 330.0
    assert stair_sweep_deg(20.0, 15.0) == pytest.approx(np.degrees(15 / np.tan(np.radians(40)) / 20))
