"""Engine frames by ground-control points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import FrameError
from gis.helmert import BLUNDER_LIMIT, EngineFrame, engine_frame, fit_helmert
from gis.plant import Engine, GroundControlPoint, Names

SQUARE = np.array([(0.0, 0.0), (200.0, 0.0), (200.0, 200.0), (0.0, 200.0)])
frames = st.builds(
    lambda turn, scale, x, y, z: EngineFrame(scale * np.cos(turn), scale * np.sin(turn), x, y, z),
    st.floats(-np.pi, np.pi),
    st.floats(0.5, 2),
    st.floats(-3000, 3000),
    st.floats(-3000, 3000),
    st.floats(-10, 10),
)


def pairs(engine: np.ndarray, site: np.ndarray, sigma_m: float | np.ndarray = 0.01) -> list[GroundControlPoint]:
    return [
        GroundControlPoint(engine_x_m=e[0], engine_y_m=e[1], site_x_m=s[0], site_y_m=s[1], sigma_m=sigma)
        for e, s, sigma in zip(engine, site, np.broadcast_to(sigma_m, len(engine)), strict=True)
    ]


def turned(degrees: float, x: float = 300.0, y: float = -120.0) -> EngineFrame:
    return EngineFrame(np.cos(np.radians(degrees)), np.sin(np.radians(degrees)), x, y)


@given(frames, st.tuples(*[st.floats(-500, 500)] * 3))
def test_frames_go_both_ways(frame: EngineFrame, place: tuple[float, float, float]) -> None:
    assert np.allclose(frame.to_engine(frame.to_site(place)), place, atol=1e-6)
    assert np.allclose(frame.to_site(place[:2]), frame.to_site(place)[:2])


@given(frames)
def test_a_fit_with_free_scale_finds_the_frame_again(frame: EngineFrame) -> None:
    fit = fit_helmert(pairs(SQUARE, frame.to_site(SQUARE)), fixed_scale=False, z_offset_m=frame.dz_m)
    assert np.allclose(fit.frame.to_site([(50.0, 70.0, 1.0)]), frame.to_site([(50.0, 70.0, 1.0)]), atol=1e-6)
    assert fit.frame.scale == pytest.approx(frame.scale)
    assert fit.redundancy == 4
    assert fit.rms_m < 1e-6
    assert fit.blunder is None


@given(st.floats(-180, 180), st.tuples(*[st.floats(0.01, 4)] * 3))
def test_covariances_turn_with_the_frame(degrees: float, values: tuple[float, float, float]) -> None:
    xx, yy, ratio = values
    xy = (ratio / 4 - 0.5) * np.sqrt(xx * yy)
    frame = turned(degrees)
    turn = np.array([[frame.a, -frame.b], [frame.b, frame.a]])
    expected = turn @ np.array([[xx, xy], [xy, yy]]) @ turn.T
    assert np.allclose(frame.covariance_to_site([(xx, xy, yy)])[0], expected[[0, 0, 1], [0, 1, 1]])


def test_no_points_mean_the_site_frame_itself() -> None:
    fit = fit_helmert([], z_offset_m=1.5)
    assert fit.frame == EngineFrame(dz_m=1.5)
    assert np.array_equal(fit.frame.to_site([(3.0, 4.0, 1.0)]), [(3.0, 4.0, 2.5)])
    assert np.array_equal(fit.sigma_m([(3.0, 4.0)]), [0.0])
    assert not fit.extrapolates([(1e6, 0.0)]).any()


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_points_are_refused(count: int) -> None:
    with pytest.raises(FrameError, match="at least 3"):
        fit_helmert(pairs(SQUARE[:count], SQUARE[:count]))


def test_points_in_one_place_are_refused() -> None:
    with pytest.raises(FrameError, match="one place"):
        fit_helmert(pairs(np.zeros((4, 2)), SQUARE))


@pytest.mark.parametrize("mirror", [lambda xy: xy * (1, -1), lambda xy: xy[:, ::-1]])
def test_a_mirrored_frame_is_refused(mirror: object) -> None:
    assert callable(mirror)
    with pytest.raises(FrameError, match="mirrored"):
        fit_helmert(pairs(mirror(SQUARE * (1.0, 0.7)), turned(30).to_site(SQUARE * (1.0, 0.7))))


def test_weights_count() -> None:
    site = SQUARE.copy()
    site[2] += (1.0, 0.0)
    sloppy = fit_helmert(pairs(SQUARE, site, np.array([0.01, 0.01, 10.0, 0.01])))
    assert np.allclose(sloppy.residuals_m[[0, 1, 3]], 0, atol=1e-3)
    assert sloppy.residuals_m[2] == pytest.approx([1.0, 0.0], abs=1e-3)
    assert sloppy.blunder is None


def test_fixed_scale_reports_the_scale_it_did_not_take() -> None:
    fit = fit_helmert(pairs(SQUARE, SQUARE * 1.01))
    assert fit.frame.scale == pytest.approx(1.0)
    assert fit.free_scale_ppm == pytest.approx(10_000)
    assert "scale" in fit.warnings


def test_one_wrong_point_is_found() -> None:
    random = np.random.default_rng(4)
    engine = random.uniform(0, 200, (7, 2))
    site = turned(37).to_site(engine) + random.normal(0, 0.01, (7, 2))
    site[3] += (0.12, -0.07)
    fit = fit_helmert(pairs(engine, site))
    assert fit.blunder == 3
    assert np.max(np.abs(fit.w[3])) > BLUNDER_LIMIT
    assert "blunder" in fit.warnings
    assert np.argmax(fit.leave_one_out_m) == 3
    assert fit.leave_one_out_m[3] == pytest.approx(np.hypot(0.12, 0.07), abs=0.04)
    assert fit.sigma0 > 2


def test_good_points_raise_no_alarm_more_often_than_they_should() -> None:
    random = np.random.default_rng(5)
    found = 0
    for _ in range(300):
        engine = random.uniform(0, 200, (6, 2))
        found += fit_helmert(pairs(engine, engine + random.normal(0, 0.01, (6, 2)))).blunder is not None
    # 12 tests of 0.1 % each: about 3.6 of 300.
    assert found <= 10


# Published Monte-Carlo figures for a 200 m site: check-point rms in centimetres by survey σ, points and scale.
@pytest.mark.parametrize(
    ("sigma_m", "count", "fixed_scale", "expected_cm"),
    [(0.01, 8, True, 0.7), (0.01, 8, False, 0.8), (0.03, 8, True, 2.0), (0.03, 12, False, 1.9), (0.01, 12, True, 0.5)],
)
def test_errors_and_promised_errors_agree_with_monte_carlo(
    sigma_m: float, count: int, fixed_scale: bool, expected_cm: float
) -> None:
    random = np.random.default_rng(count)
    misses, promised = [], []
    for _ in range(200):
        engine, check = random.uniform(0, 200, (count, 2)), random.uniform(0, 200, (20, 2))
        frame = turned(random.uniform(-180, 180))
        site = frame.to_site(engine) + random.normal(0, sigma_m, (count, 2))
        fit = fit_helmert(pairs(engine, site, sigma_m), fixed_scale=fixed_scale)
        misses.append(np.sum((fit.frame.to_site(check) - frame.to_site(check)) ** 2, axis=1))
        promised.append(fit.sigma_m(check) ** 2)
    rms_cm = 100 * np.sqrt(np.mean(misses))
    assert rms_cm == pytest.approx(expected_cm, rel=0.25)
    # σ is told along the worse of two axes and grows with bad luck: at least the truth, at most half as much again.
    assert 1.0 <= np.sqrt(2 * np.mean(promised)) / np.sqrt(np.mean(misses)) < 1.6


def test_places_outside_the_points_are_extrapolated_and_less_sure() -> None:
    fit = fit_helmert(pairs(SQUARE, turned(10).to_site(SQUARE)))
    places = [(100.0, 100.0), (210.0, 100.0), (900.0, 100.0)]
    assert fit.extrapolates(places).tolist() == [False, False, True]
    near, _, far = fit.sigma_m(places)
    assert far > 3 * near
    assert fit.warnings == ("few_points",)


def test_points_along_one_line_are_told() -> None:
    line = np.column_stack([np.linspace(0, 200, 6), np.zeros(6)])
    assert fit_helmert(pairs(line, turned(80).to_site(line))).warnings == ("thin_hull",)


def test_an_engine_of_a_plant_has_its_frame() -> None:
    frame = turned(25)
    points = tuple(pairs(SQUARE, frame.to_site(SQUARE)))
    engine = Engine(code="uwb", names=Names(zh="引擎", en="Engine"), control_points=points, z_offset_m=-2.0)
    assert np.allclose(engine_frame(engine).to_site([(5.0, 6.0, 7.0)])[0], [*frame.to_site((5.0, 6.0)), 5.0])
    assert engine_frame(engine).rotation_deg == pytest.approx(25)
