from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shapely

from gis.files import read_plant
from gis.files.writer import plant_texts
from gis.kinds import TANKS, FixedRoofTank, FloatingRoofTank, Road, SphereTank, Unit
from gis.obstacles import obstacles
from gis.plant import FencePurpose, Plant
from twin.demoplant.front import DRILL_YARD
from twin.demoplant.layout import demonstration_plant

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

DATA = Path(__file__).parents[3] / "data" / "demo-plant"


@pytest.fixture(scope="module")
def plant() -> Plant:
    return demonstration_plant()


@pytest.fixture(scope="module")
def shapes(plant: Plant) -> dict[str, BaseGeometry]:
    return {asset.code: plant.head.frame.shape_to_site(asset.geometry) for asset in plant.assets}


def test_the_data_is_what_the_code_draws(plant: Plant) -> None:
    for name, text in plant_texts(plant).items():
        assert (DATA / name).read_text(encoding="utf-8") == text, (
            f"{name}: write it again with python -m twin.demoplant"
        )
    assert read_plant(DATA) == plant


def test_it_is_as_large_as_promised(plant: Plant) -> None:
    kinds = Counter(asset.kind for asset in plant.assets)
    farms = [a for a in plant.assets_of(*TANKS) if (a.parent or "").startswith(("TF-", "SF-", "BF-"))]
    assert len(farms) >= 60
    assert 8 <= kinds["sphere_tank"] <= 10
    assert sum(isinstance(a.attributes, Unit) and a.attributes.unit_kind == "process" for a in plant.assets) == 3
    for unit in ("U-100", "U-200", "U-300"):
        inside = Counter(a.kind for a in plant.assets if a.parent == unit)
        assert inside["column"] >= 4
        assert inside["reactor"] >= 2
        assert inside["pipe_rack"] >= 1
    assert 85 <= kinds["anchor"] <= 110
    assert len(plant.cameras) == kinds["camera"] == 12
    assert 140 <= len(plant.sensors) <= 190
    assert kinds["gas_detector"] >= 35
    assert len(plant.people) == 120
    assert len({person.names.zh for person in plant.people}) == 120
    assert len(plant.vehicles) == 8
    assert len(plant.tags) == len(plant.assignments) == 128
    assert len(plant.roles) == 6
    assert len({role.glyph for role in plant.roles}) == 6
    assert len(plant.shifts) == 3
    assert {zone.colour.value for zone in plant.zones} == {"red", "orange", "yellow", "blue"}
    assert kinds["muster_point"] >= 3
    assert plant.head.fictional


def test_the_fences_name_roles_and_teams_that_exist(plant: Plant) -> None:
    roles = {role.code for role in plant.roles}
    teams = {team.code for team in plant.teams}
    people = {person.code for person in plant.people}
    forbidden = [fence for fence in plant.fences if fence.purpose == FencePurpose.FORBIDDEN]
    assert len(forbidden) >= 8
    for fence in forbidden:
        assert set(fence.allow.roles) <= roles
        assert set(fence.allow.teams) <= teams
        assert set(fence.allow.persons) <= people


def test_everything_stands_inside_the_perimeter(plant: Plant, shapes: dict[str, BaseGeometry]) -> None:
    boundary = plant.head.frame.shape_to_site(plant.head.boundary).buffer(0.01)
    west, south, east, north = boundary.bounds
    assert 1150 < east - west < 1250
    assert 750 < north - south < 850
    assert [code for code, shape in shapes.items() if not boundary.covers(shape)] == []


def test_tanks_stand_in_their_bunds_and_apart(plant: Plant, shapes: dict[str, BaseGeometry]) -> None:
    bunds = {asset.code: shapes[asset.code] for asset in plant.assets_of("bund")}
    round_ = [
        (asset.code, shapes[asset.code].buffer(asset.attributes.diameter_m / 2))
        for asset in plant.assets
        if isinstance(asset.attributes, FixedRoofTank | FloatingRoofTank | SphereTank)
    ]
    for code, shell in round_:
        assert sum(bund.contains(shell.buffer(4.0)) for bund in bunds.values()) == 1, code
    gaps = {(a, b): one.distance(other) for (a, one), (b, other) in combinations(round_, 2)}
    assert min(gaps.values()) >= 7.5
    for (a, one), (b, other) in combinations(bunds.items(), 2):
        assert one.distance(other) > 5.0, (a, b)


def test_no_two_solid_things_overlap(plant: Plant, shapes: dict[str, BaseGeometry]) -> None:
    solids: list[tuple[str, BaseGeometry]] = []
    for asset in plant.assets:
        things = obstacles([(asset.attributes, shapes[asset.code], asset.base_m)])
        solids += [(asset.code, shapely.Point(x, y).buffer(r)) for x, y, r in things.circle]
        solids += [(asset.code, shapely.box(*box)) for box in things.box]
    tree = shapely.STRtree([shape for _, shape in solids])
    clashes = [
        (solids[a][0], solids[b][0])
        for a, b in zip(*tree.query([shape for _, shape in solids], predicate="intersects"), strict=True)
        if a < b
    ]
    assert clashes == []


def test_ways_pass_nothing_solid(plant: Plant, shapes: dict[str, BaseGeometry]) -> None:
    things = obstacles(
        (asset.attributes, shapes[asset.code], asset.base_m) for asset in plant.assets if asset.kind != "loading_bay"
    )
    solids = [shapely.Point(x, y).buffer(r) for x, y, r in things.circle] + [shapely.box(*box) for box in things.box]
    tree = shapely.STRtree(solids)
    crossed = []
    for asset in plant.assets:
        if isinstance(asset.attributes, Road):
            lane = shapes[asset.code].buffer(asset.attributes.width_m / 2 - 0.1, cap_style="flat")
            hits = tree.query(lane, predicate="intersects")
            # A footpath that ends at a door touches the wall.
            crossed += [(asset.code, solids[hit].bounds) for hit in hits if solids[hit].intersection(lane).area > 0.05]
    assert crossed == []


def test_the_drill_yard_is_free(plant: Plant, shapes: dict[str, BaseGeometry]) -> None:
    yard = DRILL_YARD.polygon()
    assert yard.area >= 400
    standing = [
        asset.code
        for asset in plant.assets
        if asset.kind not in {"unit", "road"} and shapes[asset.code].intersects(yard)
    ]
    assert standing == []


def test_sensors_are_held_by_things_that_exist(plant: Plant) -> None:
    codes = {asset.code for asset in plant.assets}
    assert [s.code for s in plant.sensors if s.asset is not None and s.asset not in codes] == []
    gas = [s for s in plant.sensors if s.quantity in {"gas_lel", "gas_tox"}]
    for sensor in gas:
        assert sensor.limits.h is not None
        assert sensor.limits.hh == 2 * sensor.limits.h, "GB/T 50493: the second level is twice the first"


def test_every_zone_lies_on_the_plant_and_apart_from_the_others(plant: Plant) -> None:
    frame = plant.head.frame
    areas = [frame.shape_to_site(zone.geometry) for zone in plant.zones]
    for one, other in combinations(areas, 2):
        assert one.intersection(other).area < 1e-6
    assert sum(area.area for area in areas) > 0.8 * frame.shape_to_site(plant.head.boundary).area
