from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from filterpy.kalman import KalmanFilter
from hypothesis import given
from hypothesis import strategies as st

from gis.fix import FixStatus, Reason
from locator.estimator.bank import WALKING_Q
from locator.estimator.reference import constant_velocity
from locator.scoring import CHI2_95, mahalanobis2
from locator.smoothing import FLOOR_SHARE, SmoothedTrack, smooth_track, starts, unpack, usual_floor_m2
from locator.smoothing import smooth as smooth_states

Q = WALKING_Q
S = 1_000_000_000
AGREE = 1e-9
Array = np.ndarray[Any, Any]

seeds = st.integers(0, 2**32 - 1)
lags = st.sampled_from([0.0, 0.3, 2.0, np.inf])


def filtered(seed: int, n: int = 60, sigma_m: float = 0.2, still: bool = False) -> tuple[Array, Array, Array, Array]:
    """Times ns, true places, states and covariances of a plain filter that runs on noisy places of a walk."""
    rng = np.random.default_rng(seed)
    dt = rng.uniform(0.05, 1.5, n)
    kf = KalmanFilter(dim_x=4, dim_z=2)
    kf.P = np.diag([sigma_m**2, sigma_m**2, 1.0, 1.0])
    kf.H, kf.R = np.eye(2, 4), np.array([[1.0, 0.4], [0.4, 0.8]]) * sigma_m**2
    truth = np.zeros(4)
    kf.x = truth + rng.multivariate_normal(np.zeros(4), kf.P)
    true, xs, ps = [truth[:2]], [kf.x.copy()], [kf.P.copy()]
    for step in dt[1:]:
        f, noise = constant_velocity(float(step), Q)
        truth = truth if still else f @ truth + rng.multivariate_normal(np.zeros(4), noise)
        kf.F, kf.Q = f, noise
        kf.predict()
        kf.update(truth[:2] + rng.multivariate_normal(np.zeros(2), kf.R))
        true.append(truth[:2])
        xs.append(kf.x.copy())
        ps.append(kf.P.copy())
    return np.round(np.cumsum(dt) * 1e9).astype(np.int64), np.array(true), np.array(xs), np.array(ps)


def stored(ps: Array) -> Array:
    return np.asarray(ps[:, [0, 0, 1], [0, 1, 1]])


def least_eigenvalue(cov: Array) -> Array:
    xx, xy, yy = cov.T
    return np.asarray(0.5 * (xx + yy) - np.hypot(0.5 * (xx - yy), xy))


def of(t: Array, xs: Array, cov: Array, **how: Any) -> SmoothedTrack:
    return smooth_track(t, xs[:, :2], cov, xs[:, 2:], q=Q, **how)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_stored_track_smooths_as_filterpy_smooths_the_whole_states(seed: int) -> None:
    t, _, xs, ps = filtered(seed)
    dt = np.diff(t, prepend=t[0]) * 1e-9
    models = [constant_velocity(float(step), Q) for step in dt]
    x, p, *_ = KalmanFilter(4, 2).rts_smoother(xs, ps, Fs=[f for f, _ in models], Qs=[noise for _, noise in models])
    mine = of(t, xs, stored(ps), speed_sigma_mps=1.0)
    assert np.abs(mine.xy_m - x[:, :2]).max() < AGREE
    assert np.abs(mine.velocity_mps - x[:, 2:]).max() < AGREE
    assert np.abs(mine.cov_m2 - stored(p)).max() < AGREE


def test_a_lag_gives_what_smoothing_up_to_there_gives() -> None:
    t, _, xs, ps = filtered(5)
    upper = np.triu_indices(4)
    track = np.column_stack([xs, ps[:, upper[0], upper[1]]])
    t_s, lag_s = t * 1e-9, 2.0
    lagged = smooth_states(t_s, track, Q, lag_s=lag_s)
    for k in range(len(t)):
        until = int(np.flatnonzero(t_s <= t_s[k] + lag_s)[-1]) + 1
        assert lagged[k] == pytest.approx(smooth_states(t_s[:until], track[:until], Q)[k], abs=AGREE)
    assert np.abs(smooth_states(t_s, track, Q, lag_s=0.0) - track).max() == 0.0


@given(st.floats(-3, 3), st.floats(-3, 3), st.lists(st.floats(0.05, 9.0), min_size=1, max_size=30), seeds, lags)
def test_a_straight_even_track_stays_what_it_is(vx: float, vy: float, dt: list[float], seed: int, lag_s: float) -> None:
    t = np.round(np.cumsum(dt) * 1e9).astype(np.int64)
    t_s = (t - t[0]) * 1e-9
    xs = np.column_stack([vx * t_s, vy * t_s, np.full(len(t), vx), np.full(len(t), vy)])
    variance = np.random.default_rng(seed).uniform(0.01, 1.0, (len(t), 2))
    mine = of(t, xs, np.column_stack([variance[:, 0], np.zeros(len(t)), variance[:, 1]]), lag_s=lag_s)
    assert np.abs(mine.xy_m - xs[:, :2]).max() < 1e-6
    assert np.abs(mine.velocity_mps - xs[:, 2:]).max() < 1e-6


@given(seeds, lags, st.floats(0.0, 0.5), st.booleans())
def test_no_variance_grows_and_the_floor_stays(seed: int, lag_s: float, floor_m: float, wild: bool) -> None:
    rng = np.random.default_rng(seed)
    t, _, xs, ps = filtered(seed, n=25)
    cov = stored(ps)
    if wild:  # certainty that comes and goes, and fixes at the same instant, as late messages make them
        cov = cov * rng.uniform(0.2, 5.0, (len(t), 1))
        t[7] = t[6]
    floor = np.minimum(floor_m**2, FLOOR_SHARE * least_eigenvalue(cov))
    mine = of(t, xs, cov, lag_s=lag_s, floor_m2=floor_m**2)
    assert np.isfinite(mine.xy_m).all()
    assert (least_eigenvalue(cov - mine.cov_m2) > -1e-9).all()
    assert (least_eigenvalue(mine.cov_m2) > floor - 1e-9).all()
    assert (least_eigenvalue(mine.cov_m2) > 0.0).all()


def test_the_smoothed_walk_is_nearer_the_truth_and_its_ellipses_hold_it() -> None:
    before, after, inside = [], [], []
    for seed in range(20):
        t, true, xs, ps = filtered(seed)
        mine = of(t, xs, stored(ps))
        before.append(xs[:, :2] - true)
        after.append(mine.xy_m - true)
        inside.append(mahalanobis2(mine.xy_m - true, mine.cov_m2) <= CHI2_95)
    assert np.sqrt(np.mean(np.square(after))) < 0.85 * np.sqrt(np.mean(np.square(before)))
    assert 0.92 < np.mean(inside) < 0.98


def test_gaps_and_starts_part_a_track() -> None:
    t, _, xs, ps = filtered(9)
    cov = stored(ps)
    later = t.copy()
    later[30:] += 11 * S
    alone = of(t[:30], xs[:30], cov[:30])
    assert np.array_equal(of(later, xs, cov).xy_m[:30], alone.xy_m)
    broken = np.zeros(len(t), bool)
    broken[30] = True
    assert np.array_equal(of(t, xs, cov, broken=broken).xy_m[:30], alone.xy_m)
    assert not np.array_equal(of(t, xs, cov).xy_m[:30], alone.xy_m)
    # A place that is suddenly known far worse is a start, flagged or not.
    cov[30:] += 100.0
    assert np.array_equal(of(t, xs, cov).xy_m[:30], alone.xy_m)


def test_where_tracks_start_and_what_floor_they_carry() -> None:
    status = np.array([FixStatus.FIX, FixStatus.FIX, FixStatus.LOST, FixStatus.FIX, FixStatus.FIX], np.uint8)
    reasons = np.array([0, 0, 0, Reason.UNCALIBRATED, Reason.REINITIALISED], np.uint32)
    assert starts(status, reasons).tolist() == [False, False, True, True, True]
    floor = usual_floor_m2(reasons)
    assert floor[3] > floor[0] > 0.0


def test_nothing_and_one_fix() -> None:
    none = np.zeros((0, 4))
    assert of(np.zeros(0, np.int64), none, np.zeros((0, 3))).xy_m.shape == (0, 2)
    one = of(np.array([5 * S]), np.array([[1.0, 2.0, 0.1, 0.2]]), np.array([[0.04, 0.01, 0.05]]))
    assert one.xy_m.tolist() == [[1.0, 2.0]]
    assert one.cov_m2[0] == pytest.approx([0.04, 0.01, 0.05])
    assert unpack(np.ones((1, 10))).shape == (1, 4, 4)
