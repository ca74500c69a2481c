"""A customer's own model: three formats, both up-axes, and a reason for everything that is not taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st

from assets import custom, gltf
from assets.custom import Fault, Refused
from assets.mesh import join
from assets.primitives import box
from assets.scene import Levels

if TYPE_CHECKING:
    from pathlib import Path

SPHERE = trimesh.creation.icosphere(subdivisions=4, radius=3.0)


def block(extents: tuple[float, float, float], at: tuple[float, float, float] = (0, 0, 0)) -> Any:
    mesh = trimesh.creation.box(extents)
    mesh.apply_translation(at)
    return mesh


def written(mesh: Any, suffix: str) -> bytes:
    data: str | bytes = mesh.export(file_type=suffix)
    return data.encode() if isinstance(data, str) else data


def taken(file: str, data: bytes) -> Levels:
    result = custom.read(file, data)
    assert isinstance(result, Levels), result
    return result


@pytest.mark.parametrize("suffix", ["stl", "obj", "glb"])
def test_a_model_stands_centred_on_its_foot(suffix: str) -> None:
    # GLB is Y up by its specification: 6 high there is 6 along y.
    extents = (2, 6, 4) if suffix == "glb" else (2, 4, 6)
    levels = taken(f"A.{suffix.upper()}", written(block(extents, (100, -50, 20)), suffix))
    assert levels.high.bounds == pytest.approx(np.array([[-1, -2, 0], [1, 2, 6]]), abs=1e-4)
    assert levels.high.triangles == 12
    assert np.allclose(np.linalg.norm(levels.high.normals, axis=1), 1)


def test_glb_keeps_its_upright_handedness_and_colours() -> None:
    tall = box([0, 0, 0], [1, 1, 8], (0.8, 0.2, 0.2), bottom=True)
    arm = box([1, 0, 6], [4, 1, 7], (0.8, 0.2, 0.2), bottom=True)
    original = join([tall, arm])
    levels = taken("a.glb", gltf.encode(original))
    centre = (original.bounds[0] + original.bounds[1]) / 2
    moved = original.vertices - [centre[0], centre[1], 0]
    seen = {tuple(point) for point in np.round(levels.high.vertices, 3).tolist()}
    assert {tuple(point) for point in np.round(moved, 3).tolist()} <= seen
    red, green, _ = levels.high.colours.mean(axis=0)
    assert red > 2 * green


def test_curved_surfaces_are_smooth_and_edges_sharp() -> None:
    ball = taken("a.stl", written(SPHERE, "stl")).high
    outward = ball.vertices - [0, 0, 3]
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    assert np.einsum("ij,ij->i", ball.normals, outward).min() > 0.99
    cube = taken("a.stl", written(block((2, 2, 2)), "stl")).high
    assert np.isclose(np.abs(cube.normals), 1).any(axis=1).all()


def test_a_large_model_gets_a_coarse_stand_in_of_its_size() -> None:
    levels = taken("a.stl", written(SPHERE, "stl"))
    assert levels.high.triangles == len(SPHERE.faces)
    assert 12 <= levels.low.triangles <= 400
    assert levels.low.bounds == pytest.approx(levels.high.bounds, abs=0.4)


def test_a_small_model_needs_no_stand_in() -> None:
    levels = taken("a.stl", written(block((2, 2, 2)), "stl"))
    assert levels.low is levels.high


def nan_stl() -> bytes:
    data = bytearray(written(block((2, 2, 2)), "stl"))
    data[84 + 12 : 84 + 16] = np.float32(np.nan).tobytes()
    return bytes(data)


@pytest.mark.parametrize(
    ("file", "data", "fault"),
    [
        ("a.dwg", b"x", Fault.FORMAT),
        ("a", b"x", Fault.FORMAT),
        ("a.glb", b"glTF rubbish", Fault.UNREADABLE),
        ("a.obj", b"# nothing here\n", Fault.EMPTY),
        ("a.stl", written(block((500, 1, 1)), "stl"), Fault.IMPLAUSIBLE_SIZE),
        ("a.stl", written(block((0.01, 0.01, 0.01)), "stl"), Fault.IMPLAUSIBLE_SIZE),
        ("a.stl", nan_stl(), Fault.NOT_FINITE),
        ("a.stl", written(block((2, 2, 0.0)), "stl"), None),
    ],
)
def test_every_unsound_file_has_its_reason(file: str, data: bytes, fault: Fault | None) -> None:
    result = custom.read(file, data)
    if fault is None:
        assert isinstance(result, Levels)
    else:
        assert isinstance(result, Refused)
        if file == "a.obj":
            assert result.fault in {Fault.EMPTY, Fault.UNREADABLE}
        else:
            assert result.fault is fault
        assert "·" in result.text


def test_too_large_files_are_not_even_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.stl").write_bytes(written(block((2, 2, 2)), "stl"))
    monkeypatch.setattr(custom, "LARGEST_BYTES", 100)
    result = custom.load(tmp_path, "a.stl")
    assert isinstance(result, Refused)
    assert result.fault is Fault.TOO_MANY_BYTES
    monkeypatch.setattr(custom, "LARGEST_BYTES", 10**6)
    monkeypatch.setattr(custom, "MOST_TRIANGLES", 11)
    result = custom.load(tmp_path, "a.stl")
    assert isinstance(result, Refused)
    assert result.fault is Fault.TOO_MANY_TRIANGLES


@pytest.mark.parametrize("file", ["missing.glb", "../secret.glb", "/etc/hosts.glb", ""])
def test_a_name_outside_the_directory_is_missing(tmp_path: Path, file: str) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "secret.glb").write_bytes(gltf.encode(box([0, 0, 0], [1, 1, 1], (1, 1, 1))))
    result = custom.load(tmp_path / "models", file)
    assert isinstance(result, Refused)
    assert result.fault is Fault.MISSING
    assert isinstance(custom.load(None, "a.glb"), Refused)


@given(data=st.binary(max_size=400), file=st.sampled_from(["a.glb", "a.obj", "a.stl"]))
def test_rubbish_never_breaks_the_reader(data: bytes, file: str) -> None:
    assert isinstance(custom.read(file, data), Refused | Levels)


def test_sound_and_unsound_files_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "good.stl").write_bytes(written(block((2, 2, 2)), "stl"))
    (tmp_path / "bad.glb").write_bytes(b"no")
    loaded, refused = custom.load_all(tmp_path, ["good.stl", "bad.glb", "none.obj"])
    assert list(loaded) == ["good.stl"]
    assert [(r.file, r.fault) for r in refused] == [("bad.glb", Fault.UNREADABLE), ("none.obj", Fault.MISSING)]
