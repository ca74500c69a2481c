from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from locator.pipeline import Pipeline
from tests.locator.yard import CODE, ENGINE, T0, TOPIC, distances, payload, ranges, walk, yard

if TYPE_CHECKING:
    from locator.estimator.anchors import AnchorHealth


def health(wrong: dict[str, float], noise: float = 0.08, silent: str | None = None) -> dict[str, AnchorHealth]:
    """Four people walk for two minutes; some anchors' ranges are longer than they should be."""
    pipeline = Pipeline({CODE: yard(bias_m=0.05)})
    rng = np.random.default_rng(3)
    walks = [walk(120.0, 2.0, tag) for tag in range(1, 5)]
    for k in range(240):
        pipeline.flush(T0)
        for tag, (t, xy) in enumerate(walks, start=1):
            x, y = xy[k]
            d = {code: d + 0.05 + rng.normal(0, noise) for code, d in distances(float(x), float(y)).items()}
            for code, more in wrong.items():
                d[code] += more
            if silent is not None and k > 60:
                del d[silent]
            message = ranges(f"T{tag}", T0 + int(t[k] * 1e9), k, d)
            pipeline.accept(TOPIC + "ranges", payload(message), T0 + 130 * 10**9)
    pipeline.flush(T0)
    return {one.anchor: one for one in pipeline.anchor_health(CODE, T0 + 125 * 10**9)[ENGINE]}


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


def test_a_new_engine_is_learning_and_an_unknown_plant_has_none() -> None:
    pipeline = Pipeline({CODE: yard()})
    assert {one.state for one in pipeline.anchor_health(CODE, T0)[ENGINE]} == {"silent"}
    pipeline.accept(TOPIC + "ranges", payload(ranges("T1", T0, 1, distances(5.0, 5.0))), T0)
    pipeline.flush(T0)
    assert {one.state for one in pipeline.anchor_health(CODE, T0)[ENGINE]} == {"learning"}
    assert pipeline.anchor_health("OTHER", T0) == {}
