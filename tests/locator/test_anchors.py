from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from locator.estimator import layout as at
from locator.estimator.anchors import Anchors, AnchorWatch
from locator.estimator.attendance import Attendance
from locator.pipeline import Pipeline
from tests.locator.yard import CODE, ENGINE, T0, TOPIC, distances, payload, ranges, walk, yard

if TYPE_CHECKING:
    from locator.estimator.anchors import AnchorHealth


def health(wrong: dict[str, float], noise: float = 0.08, silent: str | None = None) -> dict[str, AnchorHealth]:
    """Four people walk for two minutes, or four where an anchor falls silent; some anchors' ranges are too long."""
    pipeline = Pipeline({CODE: yard(bias_m=0.05)})
    rng = np.random.default_rng(3)
    walks = [walk(240.0 if silent else 120.0, 2.0, tag) for tag in range(1, 5)]
    for k in range(480 if silent else 240):
        pipeline.flush(T0)
        for tag, (t, xy) in enumerate(walks, start=1):
            x, y = xy[k]
            d = {code: d + 0.05 + rng.normal(0, noise) for code, d in distances(float(x), float(y)).items()}
            for code, more in wrong.items():
                d[code] += more
            if silent is not None and k > 160:
                del d[silent]
            message = ranges(f"T{tag}", T0 + int(t[k] * 1e9), k, d)
            pipeline.accept(TOPIC + "ranges", payload(message), T0 + (250 if silent else 130) * 10**9)
    pipeline.flush(T0)
    return {one.anchor: one for one in pipeline.anchor_health(CODE, T0 + (245 if silent else 125) * 10**9)[ENGINE]}


def test_healthy_anchors_are_called_so() -> None:
    found = health({})
    assert {one.state for one in found.values()} == {"ok"}
    assert all(abs(one.shift_m) < 0.03 for one in found.values())
    assert all(one.ranges > 900 for one in found.values())
    assert all(one.noise_m == pytest.approx(0.1, abs=0.01) for one in found.values())


def test_a_moved_anchor_stands_out() -> None:
    found = health({"A3": 0.35})
    assert found["A3"].state == "shifted"
    assert found["A3"].shift_m > 0.1
    assert max(abs(one.shift_m) for code, one in found.items() if code != "A3") < 0.1


def test_a_noisy_anchor_is_trusted_less() -> None:
    found = health({}, noise=0.17)
    assert all(0.12 < one.noise_m < 0.2 for one in found.values())


def test_gross_errors_make_an_anchor_unreliable() -> None:
    assert health({"A2": 12.0})["A2"].state == "unreliable"


def test_a_silent_anchor_is_noticed() -> None:
    found = health({}, silent="A4")
    assert found["A4"].state == "silent"
    assert found["A1"].state == "ok"


def test_an_anchor_with_nobody_near_is_not_called_silent() -> None:
    watch, anchors = AnchorWatch(), Anchors()
    for code, x in (("A1", 0.0), ("A2", 200.0)):
        anchors.put(code, (x, 0.0, 4.0), 0.0, 0.1, 0.1)
    for second in range(200):
        if second < 80:
            number, t_ns = np.array([0.0, 1.0]), np.full(2, T0 + second * 10**9)
            ms = np.zeros((2, at.SCALAR_SIZE))
            ms[:, at.S_KIND], ms[:, at.S_A], ms[:, at.S_VALUE] = at.KIND_RANGE, number, 20.0
            watch.take(ms, np.full((2, 2), np.nan), t_ns, anchors)
        watch.stood(np.array([[3.0, 0.0]]), T0 + second * 10**9, anchors)
    states = {one.anchor: one.state for one in watch.health(anchors, T0 + 200 * 10**9)}
    assert states == {"A1": "silent", "A2": "idle"}


def test_an_anchor_often_hidden_is_given_longer() -> None:
    """Heard only for some seconds every two minutes although somebody stands near: twice that is news."""
    attendance = Attendance()
    near, place = np.array([[3.0, 0.0]]), np.array([[0.0, 0.0, 4.0, 0.1]])
    last_s = 0
    for second in range(1500):
        if second < 1000 and second % 120 >= 100:
            attendance.answered(np.array([0]), np.array([16.0]), 1)
            last_s = second
        attendance.stood(near, T0 + second * 10**9, place)
        silent = attendance.silent(1)[0]
        assert not silent or second < 400 or second - last_s > 190
    assert silent


def test_a_new_engine_is_learning_and_an_unknown_plant_has_none() -> None:
    pipeline = Pipeline({CODE: yard()})
    assert {one.state for one in pipeline.anchor_health(CODE, T0)[ENGINE]} == {"idle"}
    pipeline.accept(TOPIC + "ranges", payload(ranges("T1", T0, 1, distances(5.0, 5.0))), T0)
    pipeline.flush(T0)
    assert {one.state for one in pipeline.anchor_health(CODE, T0)[ENGINE]} == {"learning"}
    assert pipeline.anchor_health("OTHER", T0) == {}
