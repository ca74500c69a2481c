"""A plant written and read back is the same plant."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from gis.files import read_plant, write_plant
from tests.gis.plants import plants

if TYPE_CHECKING:
    from gis.plant import Plant

DEMO = Path(__file__).parents[3] / "data" / "demo-plant"


@given(plants())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_plant_written_reads_back_equal(plant: Plant) -> None:
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / "plant"
        write_plant(plant, directory)
        assert read_plant(directory) == plant


def test_the_demonstration_plant_reads_back_equal(tmp_path: Path) -> None:
    plant = read_plant(DEMO)
    write_plant(plant, tmp_path / "out")
    assert read_plant(tmp_path / "out") == plant


def test_what_else_lies_in_the_directory_stays(tmp_path: Path) -> None:
    plant = read_plant(DEMO)
    out = tmp_path / "out"
    write_plant(plant, out)
    (out / "models").mkdir()
    (out / "models" / "pump.glb").write_bytes(b"glTF")
    (out / "NOTES.txt").write_text("ours")
    smaller = plant.model_copy(
        update={"cameras": (), "vehicles": (), "assignments": plant.assignments[:120], "fences": ()}
    )
    write_plant(smaller, out)
    assert (out / "models" / "pump.glb").read_bytes() == b"glTF"
    assert (out / "NOTES.txt").read_text() == "ours"
    # Files that would hold nothing are gone, not left from before.
    assert not (out / "cameras.csv").exists()
    assert read_plant(out) == smaller
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


def test_a_failed_write_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant = read_plant(DEMO)
    out = tmp_path / "out"
    write_plant(plant, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_plant(plant.model_copy(update={"people": plant.people[:1]}), out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]
