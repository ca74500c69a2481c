from __future__ import annotations

import numpy as np
import pytest

from locator.clocks import ClockWatch
from locator.pipeline import Pipeline
from tests.locator.yard import CODE, ENGINE, T0, TOPIC, distances, payload, ranges, yard

MS = 1_000_000


def watch(minutes: int, drift_ms_per_minute: float) -> ClockWatch:
    rng = np.random.default_rng(1)
    clock = ClockWatch()
    for second in range(60 * minutes):
        received = T0 + second * 1000 * MS
        ahead = drift_ms_per_minute * second / 60.0
        clock.note(received - int((4.0 + rng.exponential(30.0) - ahead) * MS), received)
    return clock


def test_a_steady_clock_is_told_from_its_jittering_network() -> None:
    health = watch(10, 0.0).health()
    assert health is not None
    assert health.least_delay_ms == pytest.approx(4.0, abs=3.0)
    assert not health.drifting


@pytest.mark.parametrize("rate", [-15.0, 15.0])
def test_a_drifting_clock_is_noticed(rate: float) -> None:
    health = watch(10, rate).health()
    assert health is not None
    assert health.drifting
    assert health.drift_ms * rate < 0.0


def test_the_pipeline_follows_each_engines_clock() -> None:
    pipeline = Pipeline({CODE: yard()})
    assert pipeline.clock_health(CODE) == {}
    pipeline.accept(TOPIC + "ranges", payload(ranges("T1", T0, 1, distances(5.0, 5.0))), T0 + 7 * MS)
    assert pipeline.clock_health(CODE)[ENGINE].least_delay_ms == pytest.approx(7.0, abs=0.01)
    assert pipeline.clock_health("OTHER") == {}
