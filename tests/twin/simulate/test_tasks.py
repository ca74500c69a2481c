from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.plant import Allow, Fence, Names, Shift
from tests.twin.simulate.small import START_NS, small_plant
from twin.simulate.population import carriers
from twin.simulate.spots import survey
from twin.simulate.tasks import Habit, Places, choose, habits_of, may_enter, on_duty, walking_speed


def _shift(start: str, end: str) -> Shift:
    return Shift(code="S", names=Names(zh="班", en="S"), start=start, end=end)


@pytest.mark.parametrize(
    ("start", "end", "hour", "on"),
    [
        ("08:00", "16:00", 8.0, True),
        ("08:00", "16:00", 16.0, False),
        ("22:00", "06:00", 23.0, True),
        ("22:00", "06:00", 5.9, True),
        ("22:00", "06:00", 6.0, False),
        ("16:00", "00:00", 23.99, True),
        ("16:00", "00:00", 0.0, False),
        ("00:00", "08:00", 24.5, True),
    ],
)
def test_shifts_run_by_the_local_clock(start: str, end: str, hour: float, on: bool) -> None:
    assert on_duty(_shift(start, end), hour * 3600) is on


def test_without_a_shift_one_is_on_duty() -> None:
    assert on_duty(None, 0.0)


def _fence(allow: Allow) -> Fence:
    fence = small_plant().fences[0]
    return fence.model_copy(update={"allow": allow})


def test_allow_lists() -> None:
    assert not may_enter(_fence(Allow()), role="operator", team="T")
    assert may_enter(_fence(Allow(roles=("operator",))), role="operator", team=None)
    assert may_enter(_fence(Allow(teams=("T",))), role="x", team="T")
    assert may_enter(_fence(Allow(persons=("P1",))), role="x", team=None, person="P1")
    assert may_enter(_fence(Allow(vehicles=("CAR",))), role="", team=None, vehicle="CAR")
    assert not may_enter(_fence(Allow(vehicles=("CAR",))), role="operator", team=None, person="P1")


def _places() -> Places:
    terrain = survey(small_plant(), START_NS)
    return Places(terrain.walk_spots, terrain.walk.spot_node >= 0, terrain.fences)


def test_spots_in_a_fence_are_open_to_those_allowed_only() -> None:
    places = _places()
    inside = np.array([bool(spot.forbidden) for spot in places.spots])
    assert inside.any()
    assert places.open_to("operator", None)[inside].all()
    assert not places.open_to("visitor", None)[inside].any()
    assert (places.open_to("visitor", None) == ~inside).all()


@given(st.integers(0, 2**32 - 1), st.sampled_from(["operator", "contractor", "visitor", "driver", "nobody"]))
def test_errands_lead_only_where_one_may_be(seed: int, role: str) -> None:
    places = _PLACES
    open_ = places.open_to(role, None)
    rng = np.random.default_rng(seed)
    spot, stay_s = choose(habits_of(role, None, places, open_), places, rng, -1, (50.0, 30.0))
    assert open_[spot]
    assert 5.0 < stay_s < 2000.0
    assert 0.6 <= walking_speed(rng) <= 1.6


_PLACES = _places()


def test_a_crew_keeps_near_its_site() -> None:
    places = _places()
    every = np.arange(len(places.spots))
    site = (places.xy[0, 0], places.xy[0, 1])
    near = set(np.argsort(np.hypot(*(places.xy - site).T), kind="stable")[:4].tolist())
    habit = [Habit(1, every, (10, 20), gather=True)]
    assert {choose(habit, places, np.random.default_rng(i), -1, site)[0] for i in range(50)} <= near


def test_carriers_are_people_first_and_only_those_with_a_tag_now() -> None:
    plant = small_plant()
    found = carriers(plant, START_NS)
    assert [c.tag for c in found] == [*(f"T{i}" for i in range(6)), "TCAR"]
    assert found[-1].height_m == 2.0
    assert carriers(plant, 0) == []
