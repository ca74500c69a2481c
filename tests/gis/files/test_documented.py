"""The page on plant files names every file and every field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gis.files.layout import FEATURES, FILE_NAMES, SHEETS, YAML_LISTS, columns
from gis.plant import GroundControlPoint, PlantHead, Record
from gis.shapes import GEOMETRY_OF_KIND

PAGE = (Path(__file__).parents[3] / "docs" / "plant-files.md").read_text("utf-8")
WORDS = set(re.findall(r"`([a-z_0-9.]+)`", PAGE))
KINDS: list[type[Record]] = [PlantHead, GroundControlPoint, *YAML_LISTS.values()]
KINDS += [file.kind for file in (*FEATURES, *SHEETS)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_is_on_the_page(kind: type[Record]) -> None:
    assert {"boundary"} | set(columns(kind)) <= WORDS


def test_every_file_is_on_the_page() -> None:
    told = set(re.findall(r"(?:`|## )([a-z]+\.(?:yaml|geojson|csv))", PAGE))
    assert told == FILE_NAMES


def test_kinds_that_are_no_points_are_on_the_page() -> None:
    assert {kind for kind, shapes in GEOMETRY_OF_KIND.items() if shapes != ("Point",)} <= WORDS


def test_every_kind_of_asset_has_its_geometry() -> None:
    schema = next(file.kind for file in FEATURES if file.field == "assets").model_json_schema()
    assert set(schema["properties"]["attributes"]["discriminator"]["mapping"]) == set(GEOMETRY_OF_KIND)
