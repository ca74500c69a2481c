"""Vector tiles, read by a decoder of the wire format written for this test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gis.errors import StoreError
from gis.files import read_plant
from gis.store.plants import save_plant
from gis.store.tiles import LAYERS, tile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

pytestmark = pytest.mark.servers

DEMO = read_plant(Path(__file__).parents[3] / "data" / "demo-plant")


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each protobuf field; 32- and 64-bit ones as bytes."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = varint(data, at)
            yield number, value
            continue
        size, at = varint(data, at) if kind == 2 else ({1: 8, 5: 4}[kind], at)
        yield number, data[at : at + size]
        at += size


def layers(data: bytes) -> dict[str, list[dict[str, object]]]:
    """The string properties of each feature, by layer."""
    found: dict[str, list[dict[str, object]]] = {}
    for kind, layer in fields(data):
        assert kind == 3
        assert isinstance(layer, bytes)
        parts = list(fields(layer))
        name = next(value for number, value in parts if number == 1)
        assert isinstance(name, bytes)
        keys = [value.decode() for number, value in parts if number == 3 and isinstance(value, bytes)]
        values = [dict(fields(value)) for number, value in parts if number == 4 and isinstance(value, bytes)]
        features: list[dict[str, object]] = []
        for number, feature in parts:
            if number == 2 and isinstance(feature, bytes):
                packed = dict(fields(feature)).get(2, b"")
                assert isinstance(packed, bytes)
                pairs, at = [], 0
                while at < len(packed):
                    one, at = varint(packed, at)
                    pairs.append(one)
                features.append({keys[k]: values[v].get(1) for k, v in zip(pairs[::2], pairs[1::2], strict=True)})
        found[name.decode()] = features
    return found


def place(zoom: int) -> tuple[int, int, int]:
    """The tile of the plant's origin."""
    lon, lat = DEMO.head.origin_lon, DEMO.head.origin_lat
    x = (lon + 180) / 360 * 2**zoom
    y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**zoom
    return zoom, int(x), int(y)


@pytest.fixture
def loaded(conn: Connection) -> Connection:
    save_plant(conn, DEMO)
    return conn


def test_a_tile_holds_what_is_there(loaded: Connection) -> None:
    codes = {layer: set[object]() for layer in LAYERS}
    zoom, x, y = place(14)
    # The plant lies on a handful of tiles of this zoom.
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            for layer, known in codes.items():
                for features in layers(tile(loaded, layer, zoom, x + dx, y + dy)).values():
                    known |= {one["code"] for one in features}
    assert codes["plants"] == {DEMO.head.code.encode()}
    assert codes["assets"] == {asset.code.encode() for asset in DEMO.assets}
    assert codes["zones"] == {zone.code.encode() for zone in DEMO.zones if zone.valid_to is None}


def test_properties_carry_both_names(loaded: Connection) -> None:
    (features,) = layers(tile(loaded, "plants", *place(10))).values()
    assert features[0]["name_zh"] == DEMO.head.names.zh.encode()
    assert features[0]["name_en"] == DEMO.head.names.en.encode()


def test_fences_are_those_of_the_instant(loaded: Connection) -> None:
    before = min(fence.valid_from for fence in DEMO.fences) - 1
    assert tile(loaded, "fences", *place(10), at_ns=before) == b""
    assert layers(tile(loaded, "fences", *place(10)))["fences"]


def test_an_empty_place_is_an_empty_tile(loaded: Connection) -> None:
    assert tile(loaded, "assets", 10, 0, 0) == b""


@pytest.mark.parametrize(
    "asked", [("people", 0, 0, 0), ("assets", 3, 8, 0), ("assets", 25, 0, 0), ("assets", 2, 0, -1)]
)
def test_what_is_no_tile_is_refused(loaded: Connection, asked: tuple[str, int, int, int]) -> None:
    with pytest.raises(StoreError):
        tile(loaded, *asked)
