from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString

from twin.simulate.errors import SimulationError
from twin.simulate.ways import Spur, Way, WayNet, build_net


def _walked(net: WayNet, start: int, spot: int) -> float:
    """Length of the way actually taken, following the next hops."""
    at, length = int(net.spot_node[start]), 0.0
    for _ in range(10_000):
        if at == net.spot_node[spot]:
            return length
        length += float(net.edge_length_m[net.next_edge[spot, at]])
        at = int(net.next_node[spot, at])
    raise AssertionError("the way never ends")


CROSS = [Way(LineString([(-50, 0), (50, 0)]), 6.0), Way(LineString([(0, -50), (0, 50)]), 4.0)]


def test_the_way_leads_over_the_crossing() -> None:
    net = build_net(CROSS, [Spur((-40.0, 0.0)), Spur((0.0, 30.0)), Spur((20.0, 5.0))])
    assert _walked(net, 0, 1) == pytest.approx(70.0, abs=0.2)
    assert _walked(net, 1, 0) == pytest.approx(70.0, abs=0.2)
    assert _walked(net, 0, 2) == pytest.approx(65.0, abs=0.2)


def test_a_door_is_passed_on_the_way_in() -> None:
    net = build_net(CROSS, [Spur((-40.0, 0.0)), Spur((20.0, 20.0), door=(20.0, 8.0))])
    assert _walked(net, 0, 1) == pytest.approx(60.0 + 8.0 + 12.0, abs=0.2)


def test_ways_that_almost_touch_meet() -> None:
    ways = [Way(LineString([(0, 0), (100, 0)]), 6.0), Way(LineString([(50, 0.002), (50, 40)]), 2.0)]
    net = build_net(ways, [Spur((0.0, 0.0)), Spur((50.0, 40.0))])
    assert (net.spot_node >= 0).all()
    assert _walked(net, 0, 1) == pytest.approx(90.0, abs=0.5)


def test_what_cannot_be_reached_is_said() -> None:
    ways = [Way(LineString([(0, 0), (100, 0)]), 6.0), Way(LineString([(0, 500), (10, 500)]), 6.0)]
    net = build_net(ways, [Spur((50.0, 0.0)), Spur((60.0, 0.0)), Spur((5.0, 500.0))])
    assert (net.spot_node >= 0).tolist() == [True, True, False]


def test_costly_ground_is_gone_around() -> None:
    ring = [Way(LineString([(0, 0), (100, 0), (100, 40), (0, 40), (0, 0)]), 4.0)]
    spurs = [Spur((0.0, 0.0)), Spur((100.0, 0.0))]
    assert _walked(build_net(ring, spurs), 0, 1) == pytest.approx(100.0, abs=0.2)
    closed = [(shapely.box(-5, -5, 120, 5), 25.0)]
    assert _walked(build_net(ring, spurs, closed), 0, 1) == pytest.approx(180.0, abs=0.2)


def test_no_ways_no_net() -> None:
    with pytest.raises(SimulationError, match="no roads"):
        build_net([], [])


@given(st.lists(st.tuples(st.floats(-60, 60), st.floats(-60, 60)), min_size=2, max_size=8))
def test_every_way_is_as_long_both_ways_and_no_shorter_than_straight(places: list[tuple[float, float]]) -> None:
    net = build_net(CROSS, [Spur(place) for place in places])
    for other in range(1, len(places)):
        there, back = _walked(net, 0, other), _walked(net, other, 0)
        straight = float(np.hypot(*(net.node[net.spot_node[0]] - net.node[net.spot_node[other]])))
        assert there == pytest.approx(back, abs=1e-3)
        assert there >= straight - 0.2
