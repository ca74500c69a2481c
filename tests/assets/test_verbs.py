"""`twin models` and `twin render` from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from gis import kinds
from gis.files import write_plant
from gis.plant import Region
from gis.store.database import connect, transaction
from gis.store.plants import save_plant
from tests.assets.kit import NAMES, asset, small_plant
from twin.commands import models, render

if TYPE_CHECKING:
    from pathlib import Path

REGION = Region(code="R-1", names=NAMES)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    tank = asset("T-9", kinds.FixedRoofTank(diameter_m=10, height_m=9), 150, 0, model="broken.glb")
    plant = small_plant(extra=(tank,), regions=(REGION,), engines=({"code": "E", "names": NAMES},))
    path = tmp_path / "plant"
    write_plant(plant, path)
    (path / "models").mkdir()
    (path / "models" / "broken.glb").write_bytes(b"no")
    return path


def test_models_writes_what_its_manifest_names_and_nothing_else(directory: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = CliRunner().invoke(models.command, [str(directory), "-o", str(out)])
    assert result.exit_code == 0, result.output
    assert "broken.glb" in result.output
    assert "total" in result.output
    manifest = json.loads((out / "manifest.json").read_text())
    named = {level["url"] for entry in (*manifest["models"], *manifest["baked"]) for level in entry["lod"]}
    assert {f"/models/{path.name}" for path in out.glob("*.glb")} == named
    assert {path.suffix for path in out.iterdir()} == {".glb", ".json"}


def test_models_leaves_what_is_there(directory: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    other = out / "other.glb"
    other.write_bytes(b"another plant's")
    assert CliRunner().invoke(models.command, [str(directory), "-o", str(out), "--quiet"]).exit_code == 0
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("*.glb")}
    cut = next(path for path in out.glob("*.glb") if path != other)
    whole = cut.read_bytes()
    cut.write_bytes(whole[:10])
    result = CliRunner().invoke(models.command, [str(directory), "-o", str(out), "--quiet"])
    assert (result.exit_code, result.stdout) == (0, "")
    assert cut.read_bytes() == whole
    assert other.read_bytes() == b"another plant's"
    after = {path.name: path.stat().st_mtime_ns for path in out.glob("*.glb")}
    assert {name for name in before if before[name] != after[name]} == {cut.name}


def test_a_plant_that_is_not_there_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    result = CliRunner().invoke(models.command, ["NONE", "-o", str(tmp_path / "out")])
    assert result.exit_code == 1
    assert "DATABASE_URL" in result.output
    (tmp_path / "empty").mkdir()
    result = CliRunner().invoke(models.command, ["empty", "-o", str(tmp_path / "out")])
    assert result.exit_code == 1
    assert "plant.yaml" in result.output


@pytest.mark.servers
def test_models_of_an_imported_plant(postgis_url: str, tmp_path: Path) -> None:
    plant = small_plant(regions=(REGION,), engines=({"code": "E", "names": NAMES},))
    engine = connect(postgis_url)
    with transaction(engine) as connection:
        save_plant(connection, plant)
    engine.dispose()
    result = CliRunner().invoke(models.command, ["P-1", "-o", str(tmp_path), "--database", postgis_url])
    assert result.exit_code == 0, result.output
    assert sorted(json.loads((tmp_path / "manifest.json").read_text())["features"]) == sorted(
        a.code for a in plant.assets
    )
    result = CliRunner().invoke(models.command, ["P-2", "-o", str(tmp_path), "--database", postgis_url])
    assert result.exit_code == 1
    assert "P-2" in result.output


def test_render_writes_a_picture(directory: Path, tmp_path: Path) -> None:
    path = tmp_path / "pictures" / "plant.png"
    result = CliRunner().invoke(render.command, [str(directory), "-o", str(path), "--size", "200x120", "--view", "top"])
    assert result.exit_code == 0, result.output
    picture = np.asarray(Image.open(path))
    assert picture.shape == (120, 200, 3)
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 200


@pytest.mark.parametrize("more", [["--size", "huge"], ["--unit", "X-404"], ["--elevation", "120"], ["--view", "side"]])
def test_render_refuses_what_it_cannot_do(directory: Path, tmp_path: Path, more: list[str]) -> None:
    path = tmp_path / "plant.png"
    result = CliRunner().invoke(render.command, [str(directory), "-o", str(path), *more])
    assert result.exit_code != 0
    assert not path.exists()
