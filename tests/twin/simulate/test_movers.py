from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString

from twin.simulate.movers import Movers
from twin.simulate.ways import Spur, Way, WayNet, build_net


def _net() -> WayNet:
    ways = [Way(LineString([(0, 0), (100, 0)]), 6.0), Way(LineString([(50, 0), (50, 60)]), 4.0)]
    return build_net(ways, [Spur((0.0, 0.0)), Spur((100.0, 0.0)), Spur((50.0, 60.0)), Spur((60.0, 10.0))])


def _arrive(movers: Movers, dt_s: float, most: int = 2000) -> int:
    for step in range(most):
        if len(movers.advance(dt_s)):
            return step + 1
    raise AssertionError("nobody arrived")


def test_one_arrives_when_distance_over_speed_says() -> None:
    movers = Movers(_net(), np.array([0]), np.zeros(1))
    movers.send(0, 2, 1.25)
    assert _arrive(movers, 1.0) == pytest.approx(110.0 / 1.25, abs=1.5)
    movers.standing_until_s[0] = 1e9
    for _ in range(5):
        movers.advance(1.0)
    assert np.hypot(*(movers.xy_m[0] - (50.0, 60.0))) < 0.6


@given(
    st.floats(0.6, 1.6),
    st.floats(0.1, 1.0),
    st.floats(-1.0, 1.0),
    st.lists(st.integers(0, 3), min_size=1, max_size=6),
    st.integers(1, 60),
)
def test_nobody_jumps_or_leaves_the_ways(
    speed: float, dt_s: float, side: float, spots: list[int], turn_after: int
) -> None:
    movers = Movers(_net(), np.array([0]), np.array([side]))
    before = movers.xy_m.copy()
    for spot in spots:
        movers.send(0, spot, speed)
        for _ in range(turn_after):
            if len(movers.advance(dt_s)):
                movers.standing_until_s[0] = 1e9
                movers.send(0, spot, speed)
            moved = float(np.hypot(*(movers.xy_m - before)[0]))
            assert moved <= max(speed * dt_s * 1.36, 0.01) + 0.9
            before = movers.xy_m.copy()
            x, y = movers.xy_m[0]
            on_street, on_path = abs(y) <= 3.0 and -1 <= x <= 101, abs(x - 50) <= 2.5 and -3 <= y <= 61
            on_spur = 58.9 <= x <= 61.1 and -1 <= y <= 11
            assert on_street or on_path or on_spur, (x, y)


def test_sent_again_on_the_way_one_turns_round() -> None:
    movers = Movers(_net(), np.array([0]), np.zeros(1))
    movers.send(0, 1, 1.0)
    for _ in range(20):
        movers.advance(1.0)
    assert 15 < movers.xy_m[0, 0] < 25
    movers.send(0, 0, 1.0)
    assert _arrive(movers, 1.0) <= 25


def test_many_move_as_one_would() -> None:
    net = _net()
    together = Movers(net, np.array([0, 1, 2]), np.zeros(3))
    for who, spot in enumerate([2, 0, 1]):
        together.send(who, spot, 1.0)
    alone = Movers(net, np.array([1]), np.zeros(1))
    alone.send(0, 0, 1.0)
    for _ in range(60):
        together.advance(0.7)
        alone.advance(0.7)
    assert np.hypot(*(together.xy_m[1] - alone.xy_m[0])) < 1.0
