"""Import and export of fences over HTTP: every format there and back, and what is refused."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import shapely

from tests.twin.api.small import FRAME

if TYPE_CHECKING:
    import httpx

    from tests.twin.api.conftest import Twin

P = "/api/v1/plants/TEST-1"
BOMB = b'<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><kml>&b;</kml>'


def export(twin: Twin, kind: str, crs: str = "CRS84") -> httpx.Response:
    answer = twin.client.get(f"{P}/fence-exports/{kind}?crs={crs}")
    assert answer.status_code == 200, answer.text
    return answer


def read(twin: Twin, content: bytes, crs: str = "auto") -> dict[str, Any]:
    answer = twin.client.post(f"{P}/fence-imports?crs={crs}", content=content)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize(
    ("kind", "crs", "used"),
    [
        ("geojson", "CRS84", {"OGC:CRS84", "EPSG:4326", "CRS84"}),
        ("geojson", "EPSG:4490", {"EPSG:4490"}),
        ("geojson", "GK", {"EPSG:4549"}),
        ("kml", "CRS84", {"EPSG:4326", "OGC:CRS84", "CRS84"}),
        ("shapefile", "CRS84", {"EPSG:4326", "OGC:CRS84", "CRS84"}),
        ("shapefile", "GK", {"EPSG:4549"}),
        ("dxf", "SITE", {"SITE"}),
        ("dxf", "GK", {"EPSG:4549"}),
        ("dxf", "CRS84", {"CRS84"}),
    ],
)
def test_every_format_comes_back(lonely: Twin, kind: str, crs: str, used: set[str]) -> None:
    written = export(lonely, kind, crs)
    assert (
        f'filename="TEST-1-fences.{"zip" if kind == "shapefile" else kind}"' in written.headers["content-disposition"]
    )
    told = read(lonely, written.content)
    assert told["kind"] == kind
    assert told["used"] in used
    assert told["guessed"] == (kind == "dxf")
    assert sorted(item["code"] for item in told["items"]) == ["F-1", "F-2"]
    assert all(item["exists"] for item in told["items"])
    for item in told["items"]:
        assert [fault for fault in item["faults"] if not fault["warning"]] == []
        fence = lonely.model.directory.fences[item["code"]]
        found = FRAME.shape_to_site(shapely.geometry.shape(item["body"]["geometry"]))
        meant = FRAME.shape_to_site(fence.geometry)
        assert found.symmetric_difference(meant).area < 0.05, kind
        assert item["body"]["allow"]["roles"] == list(fence.allow.roles)


def test_what_a_file_says_beside_the_outline_comes_back_too(lonely: Twin) -> None:
    for kind in ("geojson", "kml", "shapefile"):
        content = export(lonely, kind).content
        if kind == "geojson":
            content = content.replace(b'"F-2"', b'"F-7"')
            (item,) = [one for one in read(lonely, content)["items"] if one["code"] == "F-7"]
            assert (item["exists"], item["body"]["names"]["zh"]) == (False, "甲Gate")
            assert item["body"]["purpose"] == "information"
        else:
            told = read(lonely, content)
            assert {item["body"]["names"]["zh"] for item in told["items"]} == {"甲Fence", "甲Gate"}, kind


def test_one_fence_alone(lonely: Twin) -> None:
    answer = lonely.client.get(f"{P}/fence-exports/geojson?code=F-2")
    assert [one["properties"]["code"] for one in json.loads(answer.content)["features"]] == ["F-2"]
    assert lonely.client.get(f"{P}/fence-exports/geojson?code=F-77").status_code == 404
    assert lonely.client.get(f"{P}/fence-exports/geojson?crs=SITE").json()["code"] == "crs_unknown"
    assert lonely.client.get(f"{P}/fence-exports/svg").status_code == 422


def test_an_invalid_area_is_found_and_marked(lonely: Twin) -> None:
    bow = [[118.95, 37.95], [118.951, 37.951], [118.951, 37.95], [118.95, 37.951], [118.95, 37.95]]
    feature = {"type": "Feature", "properties": {"code": "BAD"}, "geometry": {"type": "Polygon", "coordinates": [bow]}}
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [118.95, 37.95]}}
    file = json.dumps({"type": "FeatureCollection", "features": [feature, point]}).encode()
    told = read(lonely, file)
    assert told["passed_over"] == 1
    (item,) = told["items"]
    (fault,) = [one for one in item["faults"] if not one["warning"]]
    assert (fault["code"], round(fault["lon"], 4), round(fault["lat"], 4)) == ("self_intersection", 118.9505, 37.9505)
    # Nothing is stored by looking.
    assert lonely.client.get(f"{P}/fences/BAD").status_code == 404


def archive(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members.items():
            out.writestr(name.replace("__", "."), content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7 whatever", "file_unknown"),
        (b"", "file_unknown"),
        (b'{"type": "FeatureCollection", "features": [', "file_unreadable"),
        (BOMB, "file_treacherous"),
        (archive(readme__txt=b"no shapes"), "archive_without_shapefile"),
        (archive(a__shp=b"x", b__shp=b"y"), "archive_with_several"),
        (archive(a__shp=b"not a shapefile"), "file_unreadable"),
        (b"PK\x03\x04 no archive", "file_unreadable"),
        (archive(a__shp=bytes(70_000_000)), "archive_too_large"),
        (archive(**{f"x{i}__txt": b"" for i in range(70)}), "archive_too_large"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(lonely: Twin, content: bytes, code: str) -> None:
    answer = lonely.client.post(f"{P}/fence-imports", content=content)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_file_may_be_larger_than_other_requests_but_not_without_bound(lonely: Twin) -> None:
    padded = b'{"type": "FeatureCollection", "features": []' + b" " * 2_000_000 + b"}"
    assert read(lonely, padded)["items"] == []
    assert lonely.client.post(f"{P}/fence-imports", content=b" " * 16_000_001).status_code == 413
    assert lonely.client.post(f"{P}/fence-imports?crs=nonsense", content=b"{}").status_code == 422
