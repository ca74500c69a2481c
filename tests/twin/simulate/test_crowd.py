from __future__ import annotations

import pytest

from tests.twin.simulate.small import START_NS, small_plant
from twin.simulate.crowd import crowded, newcomers
from twin.simulate.population import carriers


@pytest.mark.parametrize("count", [1, 3, 6, 7, 50])
def test_so_many_people_carry_tags_and_the_vehicles_stay(count: int) -> None:
    found = carriers(crowded(small_plant(), count, START_NS), START_NS)
    assert sum(c.person is not None for c in found) == count
    assert sum(c.vehicle is not None for c in found) == 1
    assert len({c.tag for c in found}) == count + 1


def test_newcomers_are_always_the_same_and_like_those_there() -> None:
    plant = small_plant()
    assert newcomers(plant, 20, START_NS) == newcomers(plant, 20, START_NS)
    assert newcomers(plant, 20, START_NS).people[:4] == newcomers(plant, 10, START_NS).people
    assert {p.role for p in newcomers(plant, 20, START_NS).people} == {p.role for p in plant.people}
    assert crowded(crowded(plant, 20, START_NS), 20, START_NS) == crowded(plant, 20, START_NS)


def test_a_plant_without_people_gets_none() -> None:
    assert newcomers(small_plant(people=0), 5, START_NS).people == ()
