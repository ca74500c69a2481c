"""The plants of a process: read once for all its roles, never older than the store."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gis.files import read_plant
from gis.store.database import connect, transaction
from gis.store.plants import delete_plant, save_plant
from twin.edges.clock import SystemClock
from twin.edges.plantwatch import PlantWatch
from twin.edges.pulse import Vitals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gis.plant import Plant

pytestmark = pytest.mark.servers

DEMO = read_plant(Path(__file__).parents[3] / "data" / "demo-plant")
CODE = DEMO.head.code
FEWER = DEMO.model_copy(update={"fences": DEMO.fences[:3]})


@pytest.fixture
def watches(postgis_url: str) -> Iterator[tuple[PlantWatch, PlantWatch]]:
    pair = PlantWatch(postgis_url, SystemClock()), PlantWatch(postgis_url, SystemClock())
    yield pair
    for watch in pair:
        watch.engine.dispose()


def save(url: str, plant: Plant, *, anew: bool = False) -> None:
    engine = connect(url)
    with transaction(engine) as connection:
        if anew:
            delete_plant(connection, plant.head.code)
        save_plant(connection, plant)
    engine.dispose()


def read(watch: PlantWatch) -> Plant:
    return asyncio.run(watch.load(Vitals()))[CODE]


def test_the_roles_of_a_process_share_one_copy(postgis_url: str, watches: tuple[PlantWatch, PlantWatch]) -> None:
    save(postgis_url, DEMO)
    one, other = watches
    assert read(one) == DEMO
    assert read(other) is read(one)


def test_changed_records_are_read_again(postgis_url: str, watches: tuple[PlantWatch, PlantWatch]) -> None:
    save(postgis_url, DEMO)
    one, other = watches
    read(one)
    save(postgis_url, FEWER)
    assert read(other) == FEWER
    assert read(one) == FEWER


def test_a_plant_made_again_is_read_again_though_it_counts_from_one(
    postgis_url: str, watches: tuple[PlantWatch, PlantWatch]
) -> None:
    save(postgis_url, DEMO)
    one, _ = watches
    read(one)
    save(postgis_url, FEWER, anew=True)
    assert read(one) == FEWER
