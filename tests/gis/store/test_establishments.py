"""Establishments as tiles: points near by, clusters from afar, nothing lost and nothing counted twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from click.testing import CliRunner

from gis.plant import Colour, Names
from gis.store.establishments import Establishment, count_establishments, replace_establishments
from gis.store.tiles import POINTS_FROM_ZOOM, tile
from tests.gis.store.test_tiles import fields, layers, varint
from twin.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

pytestmark = pytest.mark.servers
COLOURS = list(Colour)


def _scattered(n: int) -> list[Establishment]:
    random = np.random.default_rng(3)
    return [
        Establishment(
            code=f"E{i:05d}",
            names=Names(zh=f"企业{i}", en=f"Works {i}"),
            region="370500",
            colour=COLOURS[i % 4],
            geometry=shapely.Point(114.8 + random.random() * 7.9, 34.4 + random.random() * 4),
        )
        for i in range(n)
    ]


def _numbers(data: bytes) -> list[dict[str, int]]:
    """The numeric properties of each feature of a tile of one layer."""
    found: list[dict[str, int]] = []
    for _, layer in fields(data):
        assert isinstance(layer, bytes)
        parts = list(fields(layer))
        keys = [value.decode() for number, value in parts if number == 3 and isinstance(value, bytes)]
        values = [dict(fields(value)) for number, value in parts if number == 4 and isinstance(value, bytes)]
        for number, feature in parts:
            if number == 2 and isinstance(feature, bytes):
                packed = dict(fields(feature)).get(2, b"")
                assert isinstance(packed, bytes)
                pairs, at = [], 0
                while at < len(packed):
                    one, at = varint(packed, at)
                    pairs.append(one)
                whole = {}
                for k, v in zip(pairs[::2], pairs[1::2], strict=True):
                    value = values[v].get(4, values[v].get(5, values[v].get(6)))
                    if isinstance(value, int):
                        # Type 6 is written zigzag; the tile holds no negative number.
                        whole[keys[k]] = value // 2 if 6 in values[v] else value
                found.append(whole)
    return found


def _tiles(zoom: int) -> list[tuple[int, int, int]]:
    def place(lon: float, lat: float) -> tuple[int, int]:
        y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2
        return int((lon + 180) / 360 * 2**zoom), int(y * 2**zoom)

    (x0, y0), (x1, y1) = place(114.8, 38.4), place(122.7, 34.4)
    return [(zoom, x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]


@pytest.mark.parametrize("zoom", [3, 5, 7, POINTS_FROM_ZOOM - 1])
def test_clusters_count_everybody_once(conn: Connection, zoom: int) -> None:
    replace_establishments(conn, _scattered(500))
    clusters = [one for place in _tiles(zoom) for one in _numbers(tile(conn, "establishments", *place))]
    assert sum(one["count"] for one in clusters) == 500
    for colour in COLOURS:
        assert sum(one[colour.value] for one in clusters) == 125
    for one in clusters:
        assert one["count"] == sum(one[colour.value] for colour in COLOURS)
    assert all(len(_numbers(tile(conn, "establishments", *place))) <= 256 for place in _tiles(zoom))


def test_near_by_every_establishment_is_a_point(conn: Connection) -> None:
    replace_establishments(conn, _scattered(300))
    codes: set[object] = set()
    for place in _tiles(POINTS_FROM_ZOOM):
        for features in layers(tile(conn, "establishments", *place)).values():
            codes |= {one["code"] for one in features}
    assert codes == {f"E{i:05d}".encode() for i in range(300)}
    replace_establishments(conn, [])
    assert count_establishments(conn) == 0
    assert tile(conn, "establishments", 5, 26, 12) == b""


def test_what_is_no_point_is_refused() -> None:
    with pytest.raises(ValueError, match="point"):
        Establishment(
            code="E", names=Names(zh="甲", en="A"), region="R", colour=Colour.RED, geometry=shapely.box(0, 0, 1, 1)
        )


def test_the_verb_loads_all_or_nothing(postgis_url: str, tmp_path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [118.5, 37.5]},
            "properties": {"code": f"E{i}", "name_zh": "企业", "name_en": "Works", "region": "370500", "colour": "red"},
        }
        for i in range(3)
    ]
    file = tmp_path / "points.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    done = CliRunner().invoke(main, ["import", "establishments", str(file), "--database", postgis_url])
    assert done.exit_code == 0, done.output
    features[1]["properties"]["colour"] = "pink"  # type: ignore[index]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    refused = CliRunner().invoke(main, ["import", "establishments", str(file), "--database", postgis_url])
    assert refused.exit_code != 0
    assert "feature 1" in refused.output
