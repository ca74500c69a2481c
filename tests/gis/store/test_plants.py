"""Plants in the database: whole, as they stood, and loss-free from files and back."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select, text

from gis.errors import StoreError, StoreUnavailableError, UnknownPlantError
from gis.files import read_plant, write_plant
from gis.plant import Asset, Names, Person, Plant, Tag, TagAssignment
from gis.store import tables
from gis.store.database import transaction
from gis.store.plants import add_records, delete_plant, list_plants, load_plant, plant_exists, save_plant
from tests.gis.plants import plants

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

pytestmark = pytest.mark.servers

DEMO = read_plant(Path(__file__).parents[3] / "data" / "demo-plant")
CODE = DEMO.head.code


@given(plants())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
def test_files_to_database_to_files_loses_nothing(engine: Engine, plant: Plant) -> None:
    with tempfile.TemporaryDirectory() as place:
        write_plant(plant, Path(place) / "in")
        with transaction(engine) as connection:
            save_plant(connection, read_plant(Path(place) / "in"))
        with transaction(engine) as connection:
            write_plant(load_plant(connection, plant.head.code), Path(place) / "out")
        assert read_plant(Path(place) / "out") == plant


def test_the_demonstration_plant_loses_nothing(conn: Connection) -> None:
    save_plant(conn, DEMO)
    assert load_plant(conn, CODE) == DEMO
    assert list_plants(conn) == [DEMO.head]


def test_saving_again_replaces_and_counts(conn: Connection) -> None:
    save_plant(conn, DEMO)
    less = DEMO.model_copy(update={"fences": DEMO.fences[:3], "zones": (), "cameras": ()})
    save_plant(conn, less)
    assert load_plant(conn, CODE) == less
    assert conn.scalar(select(tables.plant.c.revision)) == 2


def test_only_what_held_at_an_instant(conn: Connection) -> None:
    fence = DEMO.fences[0]
    start = fence.valid_from
    versions = [
        fence.model_copy(update={"version": 1, "valid_from": start, "valid_to": start + 100}),
        fence.model_copy(update={"version": 2, "valid_from": start + 100, "valid_to": start + 200, "priority": 4}),
        fence.model_copy(update={"version": 3, "valid_from": start + 300}),
    ]
    save_plant(conn, DEMO.model_copy(update={"fences": tuple(versions)}))
    held = {at: [one.version for one in load_plant(conn, CODE, start + at).fences] for at in (-1, 0, 99, 100, 250, 300)}
    assert held == {-1: [], 0: [1], 99: [1], 100: [2], 250: [], 300: [3]}
    # What has no versions is always there.
    assert len(load_plant(conn, CODE, start - 1).assets) == len(DEMO.assets)


def test_versions_that_overlap_are_refused_by_the_database_too(engine: Engine) -> None:
    fence = DEMO.fences[0]
    twice = (fence, fence.model_copy(update={"version": 2}))
    with pytest.raises(StoreError, match="fence_versions_excl"), transaction(engine) as connection:
        save_plant(connection, DEMO.model_copy(update={"fences": twice}))


def test_a_save_that_fails_leaves_the_plant_as_it_was(engine: Engine) -> None:
    with transaction(engine) as connection:
        save_plant(connection, DEMO)
    stray = DEMO.model_copy(update={"people": (DEMO.people[0].model_copy(update={"role": "nobody"}),), "fences": ()})
    with pytest.raises(StoreError, match="person_plant_role_fkey"), transaction(engine) as connection:
        save_plant(connection, stray)
    with transaction(engine) as connection:
        assert load_plant(connection, CODE) == DEMO


def test_records_are_added_to_a_plant(conn: Connection) -> None:
    save_plant(conn, DEMO)
    names = Names(zh="甲", en="A")
    anchor = DEMO.assets_of("anchor")[0]
    engine = DEMO.engines[0].model_copy(update={"code": "REC-1"})
    added = Asset(
        code="REC-A1",
        names=names,
        geometry=anchor.geometry,
        attributes=anchor.attributes.model_copy(update={"engine": "REC-1"}),
    )
    person = Person(code="REC-P1", names=names, role=DEMO.roles[0].code)
    assignment = TagAssignment(tag="REC-T1", person="REC-P1", valid_from=DEMO.assignments[0].valid_from)
    add_records(
        conn,
        CODE,
        engines=[engine],
        assets=[added],
        people=[person],
        tags=[Tag(code="REC-T1")],
        assignments=[assignment],
    )
    loaded = load_plant(conn, CODE)
    assert loaded.assets == (*DEMO.assets, added)
    assert loaded.people == (*DEMO.people, person)
    assert loaded.engines == (*DEMO.engines, engine)
    assert loaded.assignments == (*DEMO.assignments, assignment)


def test_adding_to_what_is_not_there_is_refused(conn: Connection) -> None:
    with pytest.raises(UnknownPlantError):
        add_records(conn, "NOWHERE", tags=[Tag(code="T")])
    save_plant(conn, DEMO)
    with pytest.raises(StoreError, match="gadgets"):
        add_records(conn, CODE, gadgets=[])


def test_unknown_plants_are_named(conn: Connection) -> None:
    assert not plant_exists(conn, "NOWHERE")
    with pytest.raises(UnknownPlantError, match="NOWHERE"):
        load_plant(conn, "NOWHERE")
    with pytest.raises(UnknownPlantError, match="NOWHERE"):
        delete_plant(conn, "NOWHERE")


def test_two_plants_do_not_mix(conn: Connection) -> None:
    other = DEMO.model_copy(
        update={"head": DEMO.head.model_copy(update={"code": "OTHER"}), "people": (), "assignments": ()}
    )
    other = other.model_copy(update={"fences": ()})
    save_plant(conn, DEMO)
    save_plant(conn, other)
    assert load_plant(conn, "OTHER") == other
    delete_plant(conn, "OTHER")
    assert load_plant(conn, CODE) == DEMO
    for table in (tables.asset, tables.tag, tables.ground_control_point):
        assert conn.scalar(select(func.count()).select_from(table).where(table.c.plant == "OTHER")) == 0


def test_a_change_is_announced_when_it_is_committed(engine: Engine, postgis_url: str) -> None:
    with psycopg.connect(postgis_url.replace("+psycopg", ""), autocommit=True) as listener:
        listener.execute("LISTEN plant_changed")
        with transaction(engine) as connection:
            save_plant(connection, DEMO)
            assert list(listener.notifies(timeout=0, stop_after=1)) == []
        heard = list(listener.notifies(timeout=30, stop_after=1))
    assert [notice.payload for notice in heard] == [CODE]


def test_the_database_finds_what_stands_near(conn: Connection) -> None:
    save_plant(conn, DEMO)
    tank = next(asset for asset in DEMO.assets if asset.kind.endswith("_tank"))
    near = conn.scalars(
        text(
            "SELECT code FROM asset WHERE plant = :plant AND kind LIKE '%_tank'"
            " ORDER BY geometry <-> ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) LIMIT 1"
        ),
        {"plant": CODE, "lon": tank.geometry.bounds[0], "lat": tank.geometry.bounds[1]},
    ).one()
    assert near == tank.code


def test_a_plant_read_during_saves_is_one_of_them_whole(engine: Engine) -> None:
    few = DEMO.model_copy(update={"assignments": (), "sensors": DEMO.sensors[:5], "cameras": (), "fences": ()})
    versions = [DEMO, few]
    with transaction(engine) as connection:
        save_plant(connection, few)

    def save_in_turn() -> None:
        for number in range(12):
            with transaction(engine) as connection:
                save_plant(connection, versions[number % 2])

    seen = []
    with ThreadPoolExecutor(1) as pool:
        saving = pool.submit(save_in_turn)
        while not saving.done():
            with transaction(engine) as connection:
                try:
                    seen.append(load_plant(connection, CODE))
                except StoreUnavailableError:
                    # An honest answer too: it changed during every attempt.
                    continue
        saving.result()
    assert all(plant in versions for plant in seen)
    with transaction(engine) as connection:
        assert load_plant(connection, CODE) == versions[1]
