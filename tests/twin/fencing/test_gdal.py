"""Other people's files in the process of its own: what they say is read, what they point at is not."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import socket
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio
import pytest
import shapely

from twin.fencing import gdal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SQUARE = [[118.0, 37.0], [118.1, 37.0], [118.1, 37.1], [118.0, 37.0]]


def ask(kind: str, content: bytes) -> dict[str, Any]:
    return asyncio.run(gdal.ask({"do": "read", "kind": kind, "content": base64.b64encode(content).decode()}))


def collection(crs: object = None, *shapes: object) -> bytes:
    features = [{"type": "Feature", "properties": {}, "geometry": shape} for shape in shapes]
    return json.dumps({"type": "FeatureCollection", "features": features} | ({"crs": crs} if crs else {})).encode()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        door.setblocking(False)
        yield door


def knocked(door: socket.socket) -> bool:
    try:
        door.accept()
    except BlockingIOError:
        return False
    return True


def test_no_address_in_a_file_is_asked(listener: socket.socket) -> None:
    at = f"http://127.0.0.1:{listener.getsockname()[1]}/x.geojson"
    link = {"type": "link", "properties": {"href": at}}
    told = ask("geojson", collection(link, {"type": "Polygon", "coordinates": [SQUARE], "crs": link}))
    assert (len(told["shapes"]), told["crs"]) == (1, None)
    for source in (at, f"/vsicurl/{at}"):
        virtual = f'<OGRVRTDataSource><!-- <kml --><OGRVRTLayer name="x"><SrcDataSource>{source}</SrcDataSource>'
        whole = virtual + "</OGRVRTLayer></OGRVRTDataSource>"
        assert ask("kml", whole.encode()) == {"refused": "file_unreadable"}
    linked = (
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><NetworkLink><Link><href>{at}</href></Link></NetworkLink></kml>'
    )
    assert ask("kml", linked.encode()).get("shapes", []) == []
    assert not knocked(listener)


def test_no_other_file_of_the_machine_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("word,WKT\nsecret,POINT (1 2)\n")
    virtual = f'<OGRVRTDataSource><!-- <kml --><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource>'
    assert "secret" not in json.dumps(ask("kml", f"{virtual}</OGRVRTLayer></OGRVRTDataSource>".encode()))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("geojson", b'{"type": "Topology", "objects": {}, "arcs": []}'),
        ("geojson", b'{"geometryType": "esriGeometryPoint", "features": []}'),
        ("kml", b"<gml:FeatureCollection><!-- <kml --></gml:FeatureCollection>"),
        ("dxf", b"0,SECTION\n1,2\n"),
        ("shapefile", b"PK"),
    ],
)
def test_only_the_named_formats_are_read(kind: str, content: bytes) -> None:
    assert ask(kind, content) == {"refused": "file_unreadable"}


@pytest.mark.parametrize("said", [b"GBK", b""])
def test_a_chinese_shapefile(tmp_path: Path, said: bytes) -> None:
    shape = np.array([shapely.to_wkb(shapely.box(500_000, 4_200_000, 500_010, 4_200_010))], object)
    names = ["名称", "code"]
    pyogrio.raw.write(
        tmp_path / "a.shp", shape, [np.array(["罐区东门"], object), np.array(["G-1"], object)], names,
        driver="ESRI Shapefile", geometry_type="Polygon", crs="EPSG:4549", encoding="GBK",
    )  # fmt: skip
    (tmp_path / "a.cpg").unlink()
    if said:
        (tmp_path / "a.cpg").write_bytes(said)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in tmp_path.glob("a.*"):
            archive.write(part, f"围栏/{part.name}")
    told = ask("shapefile", packed.getvalue())
    assert told["shapes"][0]["said"] == {"名称": "罐区东门", "code": "G-1"}
    assert (told["crs"], told["encoding"], told["encoding_known"]) == ("EPSG:4549", "GB18030", bool(said))


@pytest.mark.parametrize(
    ("version", "page", "encoding", "known"),
    [("AC1015", "ANSI_936", "gbk", True), ("AC1027", "ANSI_936", "utf-8", True), ("AC1015", "", "gbk", False)],
)
def test_a_chinese_cad_drawing(version: str, page: str, encoding: str, known: bool) -> None:
    head = ["0", "SECTION", "2", "HEADER", "9", "$ACADVER", "1", version]
    head += ["9", "$DWGCODEPAGE", "3", page] if page else []
    line = [
        "0",
        "LWPOLYLINE",
        "5",
        "100",
        "100",
        "AcDbEntity",
        "8",
        "罐区",
        "100",
        "AcDbPolyline",
        "90",
        "4",
        "70",
        "1",
    ]
    corners = [word for x, y in ((0, 0), (9, 0), (9, 9), (0, 9)) for word in ("10", str(x), "20", str(y))]
    lines = [*head, "0", "ENDSEC", "0", "SECTION", "2", "ENTITIES", *line, *corners, "0", "ENDSEC", "0", "EOF", ""]
    told = ask("dxf", "\n".join(lines).encode(encoding))
    assert [shape["layer"] for shape in told["shapes"]] == ["罐区"]
    assert told["encoding_known"] is known


def test_what_is_no_shape_is_counted_and_too_many_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    polygon = {"type": "Polygon", "coordinates": [SQUARE]}
    assert ask("geojson", collection(None, polygon, None, polygon))["broken"] == 1
    monkeypatch.setattr(gdal, "MOST_SHAPES", 2)
    three = base64.b64encode(collection(None, polygon, polygon, polygon)).decode()
    request = {"do": "read", "kind": "geojson", "content": three}
    monkeypatch.setattr(gdal, "_gdal", lambda: pyogrio)
    assert gdal._read(request, tmp_path) == {"refused": "file_too_many_shapes"}
