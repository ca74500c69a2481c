"""What is generated from the code is what is checked in, and says what the code does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from gis.files.reader import read_plant
from gis.time import parse_time
from locator import codec as radio
from twin.api import frames
from twin.api.asyncapi import document
from twin.api.mqtt_messages import INWARD, PARAMETERS
from twin.api.typescript import typescript, wire_models
from twin.commands import schemas
from twin.telemetry import Telemetry
from vision import codec as cameras

if TYPE_CHECKING:
    from gis.plant import Plant
    from twin.api.mqtt_messages import Inward

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def plant() -> Plant:
    return read_plant(ROOT / "data" / "demo-plant")


def test_generated_files_are_current() -> None:
    result = CliRunner().invoke(schemas.command, ["--check"])
    assert result.exit_code == 0, result.output


def test_check_fails_on_a_difference_and_writing_mends_it(tmp_path: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(schemas.command, ["--check", "--root", str(tmp_path)]).exit_code == 1
    assert runner.invoke(schemas.command, ["--root", str(tmp_path)]).exit_code == 0
    assert runner.invoke(schemas.command, ["--check", "--root", str(tmp_path)]).exit_code == 0
    changed = tmp_path / "docs" / "openapi.json"
    changed.write_text(changed.read_text("utf-8").replace("people", "poeple"), "utf-8")
    result = runner.invoke(schemas.command, ["--check", "--root", str(tmp_path)])
    assert result.exit_code == 1
    assert "docs/openapi.json" in result.output


def test_typescript_has_every_model_and_the_frame_layout() -> None:
    text = typescript()
    for model in wire_models():
        assert f"export interface {model.__name__} {{" in text
    assert f"HEADER_BYTES: {frames.HEADER_BYTES}," in text
    assert "unknown[]" not in text
    assert ": unknown;" not in text


def test_asyncapi_is_whole() -> None:
    told = document(*schemas.outward())
    assert {"out_positions", "out_crossings", "out_alarms", "out_state"} <= set(told["channels"])
    text = json.dumps(told)
    for part in text.split('"$ref": "#/')[1:]:
        place: object = told
        for step in part.split('"', 1)[0].split("/"):
            assert isinstance(place, dict)
            place = place[step]
    for channel in told["channels"].values():
        for name in channel.get("parameters", {}):
            assert name in PARAMETERS
    assert told["operations"]["give_live"]["messages"]


@pytest.mark.parametrize("one", INWARD, ids=lambda one: one.name)
def test_documented_messages_are_taken_by_the_decoders(plant: Plant, one: Inward) -> None:
    anchors = [asset.code for asset in plant.assets_of("anchor")]
    known = {
        "T0001": plant.tags[0].code,
        "A-001": anchors[0],
        "A-002": anchors[1],
        "LT-101": plant.sensors[0].code,
    }
    example = json.dumps(one.message.model_validate(one.example).model_dump(by_alias=True, exclude_none=True))
    for placeholder, code in known.items():
        example = example.replace(f'"{placeholder}"', f'"{code}"')
    address = one.address.format(plant=plant.head.code, engine=plant.engines[0].code, camera=plant.cameras[0].code)
    received_ns = int(parse_time(one.example["t"])) + 50_000_000
    for payload in (example.encode(), f"[{example}]".encode()):
        if one.name in {"ranges", "tdoa", "fix"}:
            codes = radio.Known(frozenset({plant.tags[0].code}), frozenset(anchors), frozenset())
            measured, refused = radio.decode(one.name, address, payload, received_ns, codes)
            assert (len(measured), refused) == (1, [])
        elif one.name == "detections":
            seen, refused = cameras.read(address, payload, received_ns, {plant.cameras[0].code})
            assert (len(seen), refused) == (1, [])
        else:
            events, refused = Telemetry({plant.head.code: plant}).read(address, payload, received_ns)
            assert (len(events), refused) == (1, [])
