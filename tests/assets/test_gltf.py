"""GLB files: what other readers see, the same bytes every time."""

from __future__ import annotations

import io
import json
import struct
from typing import Any

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from assets import gltf, tanks
from assets.errors import ModelError
from assets.mesh import Mesh, empty
from assets.primitives import box, quads
from gis.kinds import FloatingRoofTank
from tests.assets.kit import ORDINARY
from tests.assets.test_models import draw


def parts(data: bytes) -> tuple[dict[str, Any], bytes]:
    magic, version, total = struct.unpack_from("<III", data)
    assert (magic, version, total) == (0x46546C67, 2, len(data))
    length, kind = struct.unpack_from("<II", data, 12)
    assert kind == 0x4E4F534A
    size, tail = struct.unpack_from("<II", data, 20 + length)
    assert tail == 0x004E4942
    body = data[28 + length :]
    assert len(body) == size
    assert length % 4 == size % 4 == 0
    return json.loads(data[20 : 20 + length]), body


def column(data: bytes, name: str) -> np.ndarray:
    document, body = parts(data)
    primitive = document["meshes"][0]["primitives"][0]
    number = primitive["indices"] if name == "indices" else primitive["attributes"][name]
    accessor = document["accessors"][number]
    view = document["bufferViews"][accessor["bufferView"]]
    assert view["byteOffset"] % 4 == 0
    kind = {5126: "<f4", 5121: "u1", 5123: "<u2", 5125: "<u4"}[accessor["componentType"]]
    width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}[accessor["type"]]
    values = np.frombuffer(body, kind, accessor["count"] * width, view["byteOffset"])
    return values.reshape(-1, width) if width > 1 else values


@settings(max_examples=20)
@given(tank=ORDINARY["fixed_roof_tank"] | ORDINARY["sphere_tank"])
def test_another_reader_sees_the_same_model(tank: Any) -> None:
    mesh = draw(tank, high=False)
    data = gltf.encode(mesh)
    seen = trimesh.load_scene(io.BytesIO(data), file_type="glb")
    low, high = mesh.bounds
    # Y up: east stays, height becomes y, north points away from the viewer.
    assert seen.bounds[0] == pytest.approx([low[0], low[2], -high[1]], abs=2e-3)
    assert seen.bounds[1] == pytest.approx([high[0], high[2], -low[1]], abs=2e-3)
    (part,) = seen.geometry.values()
    assert len(part.visual.vertex_attributes["color"]) == len(part.vertices)
    assert np.allclose(np.linalg.norm(part.vertex_normals, axis=1), 1.0, atol=1e-5)


def test_columns_are_what_a_screen_needs() -> None:
    mesh = tanks.floating_roof_tank(FloatingRoofTank(diameter_m=40, height_m=18), high=True)
    data = gltf.encode(mesh)
    normals, colours = column(data, "NORMAL"), column(data, "COLOR_0")
    assert np.allclose(np.linalg.norm(normals, axis=1), 1.0, atol=1e-5)
    assert colours.shape[1] == 4
    assert (colours[:, 3] == 255).all()
    indices = column(data, "indices")
    assert indices.max() < len(normals)
    assert len(indices) % 3 == 0
    position = parts(data)[0]["accessors"][0]
    assert position["min"] == pytest.approx(column(data, "POSITION").min(axis=0))
    assert position["max"] == pytest.approx(column(data, "POSITION").max(axis=0))


def test_triangles_keep_facing_out_after_the_turn_to_y_up() -> None:
    data = gltf.encode(box([-1, -2, 0], [1, 2, 3], (0.5, 0.5, 0.5), bottom=True))
    corners = column(data, "POSITION")[column(data, "indices").reshape(-1, 3)]
    volume = np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
    assert volume == pytest.approx(24.0)


@given(feature=st.integers(0, 100_000))
def test_features_come_through_exactly(feature: int) -> None:
    mesh = box([0, 0, 0], [1, 1, 1], (0.5, 0.5, 0.5))
    marks = np.full(len(mesh.vertices), feature, np.float32)
    assert (column(gltf.encode(mesh, marks), "_FEATURE") == feature).all()


def test_vertices_of_two_features_are_never_welded() -> None:
    one = box([0, 0, 0], [1, 1, 1], (0.5, 0.5, 0.5))
    count = len(one.vertices)
    both = Mesh(
        np.vstack([one.vertices] * 2),
        np.vstack([one.normals] * 2),
        np.vstack([one.colours] * 2),
        np.vstack([one.faces, one.faces + count]),
    )
    marks = np.repeat(np.array([3, 8], np.float32), count)
    data = gltf.encode(both, marks)
    assert len(column(data, "POSITION")) == 2 * count
    owner = column(data, "_FEATURE")[column(data, "indices").reshape(-1, 3)]
    assert (owner == owner[:, :1]).all()
    assert np.bincount(owner[:, 0].astype(int))[[3, 8]].tolist() == [one.triangles] * 2
    assert len(column(gltf.encode(both), "POSITION")) == count


def test_many_vertices_take_wide_indices() -> None:
    corners = np.random.default_rng(1).uniform(-50, 50, (20_000, 4, 3))
    data = gltf.encode(quads(corners, (0.5, 0.5, 0.5)))
    assert column(data, "indices").dtype == np.uint32
    assert column(data, "indices").max() > 65535


def test_the_same_mesh_gives_the_same_bytes() -> None:
    tank = FloatingRoofTank(diameter_m=30, height_m=15)
    assert gltf.encode(tanks.floating_roof_tank(tank, high=True)) == gltf.encode(
        tanks.floating_roof_tank(tank, high=True)
    )


def test_triangles_of_no_area_are_not_written() -> None:
    flat = box([0, 0, 0], [1, 1, 0.0], (0.5, 0.5, 0.5))
    data = gltf.encode(flat)
    assert len(column(data, "indices")) == 6
    assert len(column(data, "POSITION")) == 4


def test_linear_light_is_the_standard_curve() -> None:
    assert gltf.linear(np.array([0.0, 0.04045, 0.5, 1.0])) == pytest.approx([0.0, 0.0031308, 0.2140411, 1.0], abs=1e-6)
    steps = np.linspace(0, 1, 256)
    assert gltf.encoded(gltf.linear(steps)) == pytest.approx(steps, abs=1e-6)


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(ModelError, match="empty"):
        gltf.encode(empty())
    broken = box([0, 0, 0], [1, 1, float("nan")], (0.5, 0.5, 0.5))
    with pytest.raises(ModelError, match="not finite"):
        gltf.encode(broken)
