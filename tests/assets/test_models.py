"""Every kind of model: sound, on its foot, as large as its attributes say, cheap enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from assets import catalogue, groundworks, tanks, vessels
from assets.errors import ModelError
from gis import kinds
from tests.assets.kit import LINES, ORDINARY, one_of_each

if TYPE_CHECKING:
    from assets.mesh import Mesh

LEVELS = [True, False]
FEW = settings(max_examples=20)
AREA = shapely.box(-20, -9, 20, 9)
LINE = shapely.LineString([(-40, 0), (20, 0), (20, 35)])
# Triangles of the fine and the coarse level; footprint kinds are judged by the plant they make up.
BUDGET = {
    "fixed_roof_tank": (1800, 420),
    "floating_roof_tank": (2000, 450),
    "sphere_tank": (1700, 450),
    "bullet_tank": (900, 200),
    "column": (3200, 480),
    "reactor": (1100, 360),
    "heat_exchanger": (350, 130),
    "pump": (240, 80),
    "flare": (1400, 400),
    "gas_detector": (100, 30),
    "anchor": (70, 30),
    "camera": (120, 40),
    "muster_point": (180, 80),
}


def draw(attributes: kinds.Attributes, high: bool) -> Mesh:
    if attributes.kind in catalogue.EQUIPMENT_KINDS:
        return catalogue.equipment(attributes, high=high)
    if isinstance(attributes, kinds.Road) and high:
        return groundworks.lie_of_roads({"R": (attributes, LINE)})["R"]
    return catalogue.footprint(attributes, LINE if attributes.kind in LINES else AREA, high=high)


def check_sound(mesh: Mesh) -> None:
    assert mesh.triangles > 0
    for values in (mesh.vertices, mesh.normals, mesh.colours):
        assert np.isfinite(values).all()
        assert len(values) == len(mesh.vertices)
    assert mesh.faces.min() >= 0
    assert mesh.faces.max() < len(mesh.vertices)
    used = np.unique(mesh.faces)
    assert np.allclose(np.linalg.norm(mesh.normals[used], axis=1), 1.0, atol=1e-6)
    assert mesh.colours.min() >= 0.0
    assert mesh.colours.max() <= 1.0
    assert mesh.bounds[0, 2] >= 0.0


def facing_share(mesh: Mesh) -> float:
    """Share of the area whose triangles turn the way their normals say."""
    corners = mesh.vertices[mesh.faces]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    given_normal = mesh.normals[mesh.faces].sum(axis=1)
    agree = np.einsum("ij,ij->i", cross, given_normal) > 0
    area = np.linalg.norm(cross, axis=1)
    return float(area[agree].sum() / area.sum())


def test_every_kind_has_a_model() -> None:
    union = get_args(get_args(kinds.Attributes)[0])
    every = {kind.model_fields["kind"].default for kind in union}
    assert every == catalogue.EQUIPMENT_KINDS | catalogue.FOOTPRINT_KINDS
    assert every == set(ORDINARY) == {attributes.kind for attributes in one_of_each()}


@pytest.mark.parametrize("high", LEVELS)
@pytest.mark.parametrize("kind", sorted(ORDINARY))
@FEW
@given(data=st.data())
def test_a_model_is_sound_and_faces_outwards(kind: str, high: bool, data: st.DataObject) -> None:
    mesh = draw(data.draw(ORDINARY[kind]), high)
    check_sound(mesh)
    assert facing_share(mesh) > 0.995


@pytest.mark.parametrize("kind", sorted(BUDGET))
@FEW
@given(data=st.data())
def test_triangles_stay_within_the_budget(kind: str, data: st.DataObject) -> None:
    attributes = data.draw(ORDINARY[kind])
    fine, coarse = draw(attributes, high=True).triangles, draw(attributes, high=False).triangles
    assert fine <= BUDGET[kind][0]
    assert coarse <= BUDGET[kind][1]
    assert coarse < fine


@pytest.mark.parametrize("high", LEVELS)
@pytest.mark.parametrize("attributes", one_of_each(), ids=lambda a: a.kind)
@pytest.mark.parametrize("factor", [0.02, 20.0])
def test_absurd_sizes_give_a_sound_model_of_bounded_cost(attributes: Any, factor: float, high: bool) -> None:
    sizes = {
        name: min(value * factor, 2000.0)
        for name, value in attributes.model_dump().items()
        if name.endswith("_m") and isinstance(value, float) and name not in {"bias_m", "sigma_m"}
    }
    scaled = type(attributes).model_construct(**{**attributes.model_dump(), **sizes})
    mesh = draw(scaled, high)
    check_sound(mesh)
    assert mesh.triangles < 30_000


@pytest.mark.parametrize("high", LEVELS)
@FEW
@given(tank=ORDINARY["fixed_roof_tank"] | ORDINARY["floating_roof_tank"])
def test_a_tank_is_as_wide_and_as_high_as_it_says(high: bool, tank: Any) -> None:
    mesh = draw(tank, high)
    away = np.hypot(mesh.vertices[:, 0], mesh.vertices[:, 1])
    shell = np.isclose(away, tank.diameter_m / 2, atol=1e-6)
    assert np.isclose(mesh.vertices[shell, 2], tank.height_m).any()
    assert mesh.vertices[shell, 2].max() <= tank.height_m + 0.1
    assert away.max() <= tank.diameter_m / 2 + 3.0
    roof = tanks.roof_rise(tank) if tank.kind == "fixed_roof_tank" else tank.diameter_m * 0.1
    assert tank.height_m <= mesh.bounds[1, 2] <= tank.height_m + roof + 1.3
    # The shell's own points on the axes: no facet cuts the diameter short.
    assert mesh.vertices[shell, 0].max() == pytest.approx(tank.diameter_m / 2)


@pytest.mark.parametrize("high", LEVELS)
@FEW
@given(tank=ORDINARY["sphere_tank"])
def test_a_sphere_is_as_large_as_it_says(high: bool, tank: kinds.SphereTank) -> None:
    mesh = draw(tank, high)
    middle = np.array([0.0, 0.0, tank.clearance_m + tank.diameter_m / 2])
    away = np.linalg.norm(mesh.vertices - middle, axis=1)
    ball = mesh.vertices[np.isclose(away, tank.diameter_m / 2, atol=1e-6)]
    assert ball[:, 2].min() == pytest.approx(tank.clearance_m, abs=1e-6)
    assert ball[:, 2].max() == pytest.approx(tank.clearance_m + tank.diameter_m)
    assert np.ptp(ball[:, 0]) == pytest.approx(tank.diameter_m)
    assert mesh.bounds[0, 2] == 0.0


@pytest.mark.parametrize("high", LEVELS)
@FEW
@given(tank=ORDINARY["bullet_tank"] | ORDINARY["heat_exchanger"])
def test_a_lying_vessel_is_as_long_as_it_says_along_north(high: bool, tank: Any) -> None:
    mesh = draw(tank, high)
    assert mesh.bounds[1, 1] == pytest.approx(tank.length_m / 2)
    assert mesh.bounds[0, 1] == pytest.approx(-tank.length_m / 2)
    axis = tank.clearance_m + tank.diameter_m / 2
    away = np.hypot(mesh.vertices[:, 0], mesh.vertices[:, 2] - axis)
    assert np.isclose(away, tank.diameter_m / 2, atol=1e-6).any()
    assert mesh.bounds[0, 2] == 0.0


@pytest.mark.parametrize("high", LEVELS)
@FEW
@given(data=st.data())
def test_upright_equipment_reaches_its_height(high: bool, data: st.DataObject) -> None:
    tall: Any = data.draw(ORDINARY["column"] | ORDINARY["reactor"] | ORDINARY["flare"])
    mesh = draw(tall, high)
    # Only the overhead line and a handrail stand above the vessel.
    assert tall.height_m - 1e-6 <= mesh.bounds[1, 2] <= tall.height_m + 2.2
    away = np.hypot(mesh.vertices[:, 0], mesh.vertices[:, 1])
    assert np.isclose(away, tall.diameter_m / 2, atol=1e-6).any()


@pytest.mark.parametrize("high", LEVELS)
@FEW
@given(pump=ORDINARY["pump"])
def test_a_pump_covers_its_plinth(high: bool, pump: kinds.Pump) -> None:
    low, top = draw(pump, high).bounds
    assert top[:2] - low[:2] == pytest.approx([pump.width_m, pump.length_m])


@pytest.mark.parametrize("high", LEVELS)
@FEW
@given(data=st.data())
def test_what_stands_on_a_footprint_stays_on_it(high: bool, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["building", "warehouse", "loading_bay", "bund", "unit"]))
    attributes = data.draw(ORDINARY[kind])
    mesh = draw(attributes, high)
    # A porch, an eave, the stile over a bund.
    outside = {"building": 1.6, "warehouse": 0.4, "bund": 2.0}.get(kind, 0.1)
    west, south, east, north = AREA.bounds
    assert (mesh.bounds[0, :2] >= [west - outside, south - outside]).all()
    assert (mesh.bounds[1, :2] <= [east + outside, north + outside]).all()
    assert mesh.bounds[0, 0] <= west + 1e-6
    assert mesh.bounds[1, 1] >= north - 1e-6
    height = getattr(attributes, "height_m", None)
    if height is not None:
        above = 2.5 if kind == "building" else 0.1
        assert height - 1e-6 <= mesh.bounds[1, 2] <= height + above


@pytest.mark.parametrize("high", LEVELS)
@FEW
@given(rack=ORDINARY["pipe_rack"])
def test_a_rack_follows_its_line_at_its_width(high: bool, rack: kinds.PipeRack) -> None:
    low, top = draw(rack, high).bounds
    assert top[0] == pytest.approx(20 + rack.width_m / 2, abs=0.5)
    assert low[1] == pytest.approx(-rack.width_m / 2, abs=0.5)
    assert top[1] == pytest.approx(35, abs=0.5)
    assert rack.height_m <= top[2] <= rack.height_m + 1.2


@FEW
@given(tank=ORDINARY["bullet_tank"], heading=st.floats(0, 359))
def test_turning_is_clockwise_from_north(tank: Any, heading: float) -> None:
    mesh = draw(tank, high=False)
    tip = mesh.vertices[np.argmax(mesh.vertices[:, 1])]
    turned = mesh.turned(heading).vertices[np.argmax(mesh.vertices[:, 1])]
    east, north = np.sin(np.radians(heading)) * tip[1], np.cos(np.radians(heading)) * tip[1]
    assert turned[:2] == pytest.approx(
        [east + np.cos(np.radians(heading)) * tip[0], north - np.sin(np.radians(heading)) * tip[0]]
    )


@FEW
@given(
    tank=ORDINARY["fixed_roof_tank"]
    | ORDINARY["floating_roof_tank"]
    | ORDINARY["sphere_tank"]
    | ORDINARY["bullet_tank"]
)
def test_the_liquid_lies_on_the_shell(tank: Any) -> None:
    liquid: Any = catalogue.liquid_of(tank)
    assert liquid is not None
    assert liquid["radius_m"] == tank.diameter_m / 2
    assert 0 <= liquid["bottom_m"] < liquid["top_m"] <= draw(tank, high=False).bounds[1, 2]
    if tank.kind == "bullet_tank":
        assert liquid["length_m"] == pytest.approx(
            tank.length_m - 2 * vessels.head_depth(tank.diameter_m, tank.length_m), abs=1e-3
        )


def test_what_holds_nothing_visible_has_no_liquid() -> None:
    assert catalogue.liquid_of(kinds.Pump()) is None
    assert catalogue.liquid_of(kinds.Column(diameter_m=3, height_m=30)) is None


def test_a_geometry_a_kind_cannot_have_is_refused() -> None:
    with pytest.raises(ModelError, match="building cannot be drawn on a Point"):
        catalogue.footprint(kinds.Building(height_m=5), shapely.Point(0, 0), high=True)
    with pytest.raises(ModelError, match="its own footprint"):
        catalogue.equipment(kinds.Bund(), high=True)


def test_equal_looks_share_a_model_and_others_do_not() -> None:
    one = kinds.FixedRoofTank(diameter_m=20, height_m=14, medium="gasoline", ladder_deg=10)
    assert catalogue.look(one) == catalogue.look(one.model_copy(update={"medium": "diesel", "ladder_deg": 200.0}))
    assert catalogue.look(one) != catalogue.look(one.model_copy(update={"roof": "dome"}))
    assert catalogue.look(one) != catalogue.look(one.model_copy(update={"height_m": 15.0}))


def test_roof_and_storey_details_tell_kinds_apart() -> None:
    tank = kinds.FloatingRoofTank(diameter_m=40, height_m=18)
    open_top = tanks.floating_roof_tank(tank, high=True)
    covered = tanks.floating_roof_tank(tank.model_copy(update={"roof": "internal"}), high=True)

    def at_middle(mesh: Mesh) -> float:
        near = np.hypot(mesh.vertices[:, 0], mesh.vertices[:, 1]) < 2
        return float(mesh.vertices[near, 2].max())

    assert at_middle(open_top) < tank.height_m < at_middle(covered)
