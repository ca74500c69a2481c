"""Accuracy on recorded radio, with the figures the project promises."""

from __future__ import annotations

import pytest

from tests.locator.recorded import FAST, HALF_S, LEARN, OUTDOOR, V2, calibrated_on, missing, scored

pytestmark = pytest.mark.skipif(missing() is not None, reason=missing() or "")


def test_indoor_with_biases_learnt_elsewhere() -> None:
    bias = calibrated_on(LEARN)
    (online,) = scored(V2, bias).values()
    assert online.rmse_m <= 0.038
    assert online.p95_m <= 0.066
    assert online.max_m <= 0.30
    assert 93.0 <= online.in95_pct <= 100.0
    (smoothed,) = scored(V2, bias, smoothed=True).values()
    assert smoothed.rmse_m <= 0.033
    (raw,) = scored(V2, None).values()
    assert raw.rmse_m <= 0.085
    assert raw.in95_pct >= 93.0


def test_fast_walk_among_steel() -> None:
    scores = scored(FAST, calibrated_on(FAST, HALF_S), from_s=HALF_S)
    assert len(scores) == 2
    assert max(one.rmse_m for one in scores.values()) <= 0.125
    # Without any calibration the biases are followed on the way (35 cm if they are not).
    raw = scored(FAST, None, from_s=HALF_S).values()
    assert max(one.rmse_m for one in raw) <= 0.18
    assert min(one.in95_pct for one in raw) >= 85.0


def test_outdoors_far_from_all_anchors() -> None:
    (one,) = scored(OUTDOOR, None).values()
    assert one.rmse_m <= 0.79
    assert one.excursion_s <= 10.0
