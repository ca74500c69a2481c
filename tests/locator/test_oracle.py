"""The compiled kernels against filterpy: same numbers to 1e-9 over 200 steps."""

from __future__ import annotations

from typing import Any

import numpy as np
from filterpy.kalman import IMMEstimator, KalmanFilter

from locator.estimator import layout as at
from locator.estimator import modes
from locator.estimator.anchors import Anchors
from locator.estimator.bank import FilterBank
from locator.estimator.motion import place, predict_constant, update
from locator.estimator.reference import ReferenceTag, constant_velocity, still
from locator.smoothing import smooth, unpack

STEPS = 200
Q = 0.4
AGREE = 1e-9


def path(seed: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    rng = np.random.default_rng(seed)
    dt = rng.uniform(0.02, 0.6, STEPS)
    xy = np.cumsum(rng.normal(0.0, 0.7, (STEPS, 2)) * dt[:, None], axis=0) + rng.normal(0.0, 0.1, (STEPS, 2))
    return dt, xy


def started() -> np.ndarray[Any, Any]:
    s = np.zeros(14)
    place(s, 0, 0.0, 0.0, 0.5, 0.1, 0.4, 1.0)
    return s


def reference() -> KalmanFilter:
    kf = KalmanFilter(dim_x=4, dim_z=2)
    kf.x = np.zeros(4)
    kf.P = unpack(started()[None, 4:])[0]
    kf.H = np.eye(2, 4)
    kf.R = np.eye(2) * 0.01
    return kf


def largest_difference() -> float:
    """Of filter, modes and smoother, over all steps."""
    return max(filter_difference(), modes_difference(), smoother_difference())


def test_the_filter_agrees() -> None:
    assert filter_difference() < AGREE


def test_the_modes_agree() -> None:
    assert modes_difference() < AGREE


def test_smoothing_agrees() -> None:
    assert smoother_difference() < AGREE


def filter_difference() -> float:
    worst = 0.0
    s, kf = started(), reference()
    for dt, z in zip(*path(1), strict=True):
        predict_constant(s, 0, dt, Q)
        for axis in (0, 1):
            update(s, 0, 1.0 - axis, float(axis), z[axis] - s[axis], 0.01)
        kf.F, kf.Q = constant_velocity(dt, Q)
        kf.predict()
        kf.update(z)
        worst = max(worst, np.abs(s[:4] - kf.x).max(), np.abs(unpack(s[None, 4:])[0] - kf.P).max())
    return worst


def modes_difference() -> float:
    worst = 0.0
    first, mode = 0, 3 * 14
    s = np.zeros(mode + 3)
    modes.start(s, first, mode, 0.0, 0.0, 0.5, 0.1, 0.4)
    filters = []
    for _ in range(3):
        kf = reference()
        kf.P = unpack(s[None, 4:14])[0]
        filters.append(kf)
    stay = 0.96
    chances = np.full((3, 3), (1 - stay) / 2) + np.eye(3) * (stay - (1 - stay) / 2)
    imm = IMMEstimator(filters, np.full(3, 1 / 3), chances)
    scratch = np.empty(64)
    mixture = np.empty(14)
    for dt, z in zip(*path(2), strict=True):
        modes.mix(s, first, mode, stay, scratch)
        modes.predict_modes(s, first, dt, Q)
        likelihood = np.zeros(3)
        for j in range(3):
            o = j * 14
            for axis in (0, 1):
                likelihood[j] += modes.update_mode(s, o, 1.0 - axis, float(axis), z[axis] - s[o + axis], 0.01)
        modes.weigh(s, mode, likelihood)
        modes.combined(s, first, mode, mixture)
        motions = still(dt, at.STILL_Q, at.STILL_TAU_S), constant_velocity(dt, Q), constant_velocity(dt, 10 * Q)
        for kf, (f, noise) in zip(filters, motions, strict=True):
            kf.F, kf.Q = f, noise
        imm.predict()
        imm.update(z)
        worst = max(worst, np.abs(s[mode:] - imm.mu).max(), np.abs(mixture[:4] - imm.x).max())
        worst = max(worst, np.abs(unpack(mixture[None, 4:])[0] - imm.P).max())
    return worst


def smoother_difference() -> float:
    kf = reference()
    dt, z = path(3)
    xs, ps, fs, qs = [], [], [], []
    for step, place_seen in zip(dt, z, strict=True):
        kf.F, kf.Q = constant_velocity(step, Q)
        kf.predict()
        kf.update(place_seen)
        xs.append(kf.x.copy())
        ps.append(kf.P.copy())
        fs.append(kf.F)
        qs.append(kf.Q)
    x, p, *_ = kf.rts_smoother(np.array(xs), np.array(ps), Fs=fs, Qs=qs)
    upper = np.triu_indices(4)
    track = np.column_stack([np.array(xs), np.array(ps)[:, upper[0], upper[1]]])
    # filterpy carries from k to k + 1 by the matrices of k + 1, as we do.
    mine = smooth(np.cumsum(dt), track, Q)
    return float(max(np.abs(mine[:, :4] - x).max(), np.abs(unpack(mine[:, 4:]) - p).max()))


def test_the_whole_filter_agrees_on_ranges() -> None:
    rng = np.random.default_rng(4)
    corners = np.array([[0.0, 0.0, 4.0], [20.0, 0.0, 5.0], [20.0, 15.0, 4.0], [0.0, 15.0, 6.0]])
    anchors = Anchors()
    for number, corner in enumerate(corners):
        anchors.put(str(number), corner.tolist(), 0.0, 0.1, 0.08)
    bank = FilterBank(anchors)
    row = bank.add_tag(Q, 0.2)
    tag: ReferenceTag | None = None
    t_ns, before_ns = 10**9, 0
    angle = 0.0
    for step in range(STEPS):
        dt_ns = int(rng.uniform(0.05, 0.5) * 1e9)
        t_ns += dt_ns
        angle += 1.2 * dt_ns * 1e-9 / 5.0
        here = np.array([10.0 + 5.0 * np.cos(angle), 7.5 + 5.0 * np.sin(angle), 1.2])
        d = np.linalg.norm(corners - here, axis=1) + rng.normal(0.0, 0.1, 4)
        if step % 17 == 5:
            d[step % 4] += 3.0
        bank.add_ranges(row, t_ns, [0, 1, 2, 3], d.tolist(), 1.2)
        track = bank.run(keep_track=True).track[0]
        if tag is None:
            tag = ReferenceTag(track[:4], unpack(track[None, 4:])[0], Q, corners, 0.2)
        else:
            assert bank.began_ns is not None
            dt = (t_ns - bank.began_ns) * 1e-9 - (before_ns - bank.began_ns) * 1e-9
            tag.epoch(dt, 1.2, [(k, float(d[k]), 0.1, 0.08) for k in range(4)])
        before_ns = t_ns
        assert np.abs(track[:4] - tag.main.x).max() < AGREE
        assert np.abs(unpack(track[None, 4:])[0] - tag.main.P).max() < AGREE
        assert np.abs(bank.modes_of(row) - tag.modes.mu).max() < AGREE
