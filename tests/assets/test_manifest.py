"""The manifest of a plant: every asset once, in its place, under names that follow the content."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from assets.errors import ModelError
from assets.manifest import ModelSet, build
from assets.primitives import box
from assets.scene import Levels, lay_out
from gis import kinds
from gis.files import read_plant
from gis.plant import Asset
from tests.assets.kit import HEAD, NAMES, asset, small_plant
from tests.assets.test_gltf import column
from twin.api.schemas import ModelsManifest

if TYPE_CHECKING:
    from assets.mesh import Mesh

DEMO = Path(__file__).parents[2] / "data" / "demo-plant"


@pytest.fixture(scope="module")
def demo() -> ModelSet:
    return build(read_plant(DEMO))


def drawn(result: ModelSet, level: int) -> Counter[int]:
    """How often each feature is drawn: by instances, or by a baked mesh."""
    count: Counter[int] = Counter()
    for model in result.manifest["models"]:
        count.update(place["feature"] for place in model["instances"])
    for part in result.manifest["baked"]:
        data = result.files[sha(part["lod"][level]["url"])]
        count.update(np.unique(column(data, "_FEATURE")).astype(int).tolist())
    return count


def sha(url: str) -> str:
    assert url.startswith("/models/")
    assert url.endswith(".glb")
    return url.removeprefix("/models/").removesuffix(".glb")


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("copies", [1, 3])
def test_every_asset_is_drawn_exactly_once(copies: int, level: int) -> None:
    plant = small_plant(copies)
    result = build(plant)
    assert result.manifest["features"] == [a.code for a in plant.assets]
    assert drawn(result, level) == Counter(range(len(plant.assets)))


@pytest.mark.parametrize("level", [0, 1])
def test_every_asset_of_the_demonstration_plant_is_drawn_exactly_once(demo: ModelSet, level: int) -> None:
    assert drawn(demo, level) == Counter(range(len(demo.manifest["features"])))


def test_the_demonstration_plant_is_cheap_enough(demo: ModelSet) -> None:
    models, baked = demo.manifest["models"], demo.manifest["baked"]
    total = [
        sum(m["lod"][level]["triangles"] * len(m["instances"]) for m in models)
        + sum(part["lod"][level]["triangles"] for part in baked)
        for level in (0, 1)
    ]
    assert total[0] <= 280_000
    assert total[1] <= 70_000
    assert len(models) + len(baked) <= 80
    assert sum(map(len, demo.files.values())) <= 6_000_000


def test_files_are_named_by_their_content_and_all_are_used(demo: ModelSet) -> None:
    levels = [level for entry in (*demo.manifest["models"], *demo.manifest["baked"]) for level in entry["lod"]]
    assert {sha(level["url"]) for level in levels} == set(demo.files)
    for level in levels:
        data = demo.files[sha(level["url"])]
        assert hashlib.sha256(data).hexdigest() == sha(level["url"])
        assert len(data) == level["bytes"]
        assert len(column(data, "indices")) // 3 <= level["triangles"]
    for entry in (*demo.manifest["models"], *demo.manifest["baked"]):
        assert entry["lod"][0]["triangles"] >= entry["lod"][1]["triangles"]


def test_the_manifest_is_what_the_screens_expect(demo: ModelSet) -> None:
    ModelsManifest.model_validate(json.loads(json.dumps(demo.manifest)))


def test_the_same_plant_gives_the_same_names_and_a_changed_one_does_not() -> None:
    plant = small_plant()
    assert build(plant) == build(plant)
    pump = next(a for a in plant.assets if a.kind == "pump")
    larger = pump.model_copy(update={"attributes": kinds.Pump(length_m=3.0)})
    changed = build(plant.model_copy(update={"assets": tuple(larger if a is pump else a for a in plant.assets)}))
    assert changed.manifest["version"] != build(plant).manifest["version"]


def test_repeated_equipment_shares_a_model_and_lone_equipment_is_baked() -> None:
    one, two = lay_out(small_plant(1)), lay_out(small_plant(2))
    assert {"pump", "flare"} <= {part.kind for part in one.baked}
    assert "pump" not in {part.kind for part in two.baked}
    assert [len(model.instances) for model in two.models if model.kind == "pump"] == [2]
    # What the screen colours one by one stays an instance even when there is one.
    assert {"gas_detector", "sphere_tank", "camera"} <= {model.kind for model in one.models}


def test_instances_stand_and_look_as_recorded() -> None:
    bullet = asset("B-1", kinds.BulletTank(diameter_m=3, length_m=12, heading_deg=33), 250, -40, base_m=1.5)
    tank = asset("T-1", kinds.FixedRoofTank(diameter_m=10, height_m=9, ladder_deg=200), 300, 0)
    scene = lay_out(small_plant(extra=(bullet, tank)))
    places = {scene.features[p.feature]: p for model in scene.models for p in model.instances}
    assert (places["B-1"].x_m, places["B-1"].y_m) == pytest.approx((250, -40), abs=2e-3)
    assert (places["B-1"].z_m, places["B-1"].heading_deg) == (1.5, 33)
    assert places["T-1"].heading_deg == 200
    assert places["camera.0"].heading_deg == 77


def test_a_column_turns_its_overhead_line_to_the_nearest_rack() -> None:
    column_a = asset("C-1", kinds.Column(diameter_m=2, height_m=30), 500, 500)
    column_b = asset("C-2", kinds.Column(diameter_m=2, height_m=30), 500, 540)
    rack = asset("R-1", kinds.PipeRack(), 500, 520)
    scene = lay_out(small_plant(extra=(column_a, column_b, rack)))
    places = {scene.features[p.feature]: p.heading_deg for model in scene.models for p in model.instances}
    assert places["C-1"] == pytest.approx(0, abs=0.5)
    assert places["C-2"] == pytest.approx(180, abs=0.5)


def test_baked_things_keep_their_place_and_base() -> None:
    house = asset("H-1", kinds.Building(height_m=6), 400, 300, base_m=4.0)
    scene = lay_out(small_plant(extra=(house,)))
    part = next(part for part in scene.baked if part.kind == "building")
    number = scene.features.index("H-1")
    for mesh, marks in zip((part.levels.high, part.levels.low), part.features, strict=True):
        own = mesh.vertices[marks == number]
        assert own[:, 2].min() == pytest.approx(4.0)
        assert own[:, 0].mean() == pytest.approx(400, abs=8)
        assert own[:, 1].mean() == pytest.approx(300, abs=8)


def test_a_customers_model_replaces_the_parametric_one() -> None:
    block = box([-1, -1, 0], [1, 1, 5], (0.5, 0.5, 0.5))
    tank = asset("T-9", kinds.FixedRoofTank(diameter_m=10, height_m=9), 300, 0, model="mine.glb")
    house = asset("H-9", kinds.Building(height_m=6), 400, 0, model="mine.glb")
    plant = small_plant(extra=(tank, house))
    scene = lay_out(plant, {"mine.glb": Levels(block, block)})
    used = next(model for model in scene.models if model.levels.high is block)
    assert {scene.features[place.feature] for place in used.instances} == {"T-9", "H-9"}
    assert used.liquid is None
    without = lay_out(plant)
    assert all(model.levels.high is not block for model in without.models)
    assert drawn(build(plant, {"mine.glb": Levels(block, block)}), 0) == Counter(range(len(plant.assets)))


def test_an_asset_that_cannot_be_drawn_is_named() -> None:
    lost = Asset(
        code="H-7",
        names=NAMES,
        geometry=shapely.Point(HEAD.origin_lon, HEAD.origin_lat),
        attributes=kinds.Building(height_m=3),
    )
    with pytest.raises(ModelError, match="H-7"):
        build(small_plant(extra=(lost,)))


def flat_area(mesh: Mesh, marks: np.ndarray, number: int) -> float:
    """Plan area of one feature's horizontal triangles."""
    faces = mesh.faces[(marks[mesh.faces] == number).all(axis=1)]
    corners = mesh.vertices[faces]
    return float(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2].sum() / 2)


def test_roads_never_lie_on_one_another() -> None:
    crossing = [
        Asset(
            code=code,
            names=NAMES,
            geometry=HEAD.frame.shape_to_lonlat(shapely.LineString(line)),
            attributes=kinds.Road(width_m=5, surface=surface),
        )
        for code, line, surface in (
            ("A", [(1000, 0), (1100, 0)], "road"),
            ("B", [(1050, -50), (1050, 50)], "fire_lane"),
            ("C", [(1020, -30), (1080, 30)], "walkway"),
        )
    ]
    plant = small_plant(extra=tuple(crossing))
    scene = lay_out(plant)
    part = next(part for part in scene.baked if part.kind == "road")
    areas = {code: flat_area(part.levels.high, part.features[0], scene.features.index(code)) for code in "ABC"}
    shapes = {a.code: HEAD.frame.shape_to_site(a.geometry).buffer(2.5, cap_style="flat") for a in crossing}
    union = shapely.union_all(list(shapes.values())).area
    # Fire lanes carry edge lines on top of their surface.
    assert union <= sum(areas.values()) <= union * 1.1
    assert areas["C"] < shapes["C"].area * 0.95


def test_a_plant_of_very_many_models_bakes_its_lone_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    plant = small_plant()
    assert "column" in {model.kind for model in lay_out(plant).models}
    monkeypatch.setattr("assets.scene._MOST_MODELS", 5)
    crowded = lay_out(plant)
    assert "column" in {part.kind for part in crowded.baked}
    assert "sphere_tank" in {model.kind for model in crowded.models}
    assert drawn(build(plant), 1) == Counter(range(len(plant.assets)))
