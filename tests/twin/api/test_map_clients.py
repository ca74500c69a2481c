"""The OGC API as programs of others use it: GDAL's OAPIF driver and OWSLib against a real server and database."""

from __future__ import annotations

import subprocess
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from pyproj import Transformer

from tests.twin.api import mapclients
from tests.twin.api.served import served
from tests.twin.api.small import moved, readings, small_plant, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.twin.api.conftest import Twin

pytestmark = pytest.mark.servers
BOX = (118.9499, 37.94, 118.951, 38.0)
SYSTEM_PYTHON = "/usr/bin/python3"
_HAS_QGIS = subprocess.run([SYSTEM_PYTHON, "-c", "import qgis.core"], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[ProcessPoolExecutor]:
    """Another process, as any client is."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.fixture
def asked(twin: Twin, elsewhere: ProcessPoolExecutor) -> Iterator[Callable[..., Any]]:
    """Calls a function of `mapclients` with the address of a served twin of two plants."""
    twin.deps.add_plant(small_plant("TEST-2"))
    twin.fold(snapshot(0), moved(1, {"P000": (10, 20), "P001": (500, 0)}, z_m=2.5), readings(2, 10.5))
    with served(twin.app) as url:
        yield lambda call, *args, **options: elsewhere.submit(call, url, *args, **options).result(120)


def _codes(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(str(row["id"]) for row in rows)


def test_gdal_reads_the_rows_that_are_there(asked: Callable[..., Any]) -> None:
    assert asked(mapclients.gdal_layers)[:2] == ["plants", "assets"]
    tanks = {f"{plant}.{asset.code}": asset for plant in ("TEST-1", "TEST-2") for asset in small_plant().assets}
    rows, crs = asked(mapclients.gdal_read, "assets")
    assert crs == "OGC:CRS84"
    assert _codes(rows) == sorted(tanks)
    for row in rows:
        assert row["kind"] == tanks[row["id"]].kind
        assert shapely.from_wkt(row["wkt"]).distance(tanks[row["id"]].geometry) < 1e-5
    paged, _ = asked(mapclients.gdal_read, "assets", PAGE_SIZE="7")
    assert _codes(paged) == sorted(tanks)
    # What GDAL hands to the server it does not check again.
    area = shapely.box(*BOX)
    boxed, _ = asked(mapclients.gdal_read, "assets", bbox=BOX)
    assert _codes(boxed) == sorted(name for name, asset in tanks.items() if asset.geometry.intersects(area))
    assert len(boxed) < len(tanks)
    where = "kind = 'camera' AND plant = 'TEST-2'"
    assert _codes(asked(mapclients.gdal_read, "assets", where=where)[0]) == ["TEST-2.CAM-1"]
    both = asked(mapclients.gdal_read, "assets", where="kind = 'fixed_roof_tank'", bbox=BOX)[0]
    assert _codes(both) == [one for one in _codes(boxed) if ".T-" in one]
    assert _codes(asked(mapclients.gdal_read, "sensors", where="value > 3")[0]) == ["TEST-1.LT-1"]


@pytest.mark.skipif(not _HAS_QGIS, reason="the system's Python has no QGIS (package python3-qgis)")
def test_qgis_reads_the_rows_that_are_there(asked: Callable[..., Any]) -> None:
    told = asked(mapclients.qgis_read, SYSTEM_PYTHON, BOX)
    things = {f"{plant}.{asset.code}": asset for plant in ("TEST-1", "TEST-2") for asset in small_plant().assets}
    assert told["assets"] == {"count": len(things), "rows": sorted(things)}
    area = shapely.box(*BOX)
    assert told["box"] == sorted(name for name, asset in things.items() if asset.geometry.intersects(area))
    assert told["cameras"] == ["TEST-1.CAM-1", "TEST-2.CAM-1"]
    assert told["people"]["rows"] == ["TEST-1.P000", "TEST-1.P001"]
    assert told["fences"]["count"] == len(told["fences"]["rows"]) == 4


def test_gdal_sees_fences_as_they_were(asked: Callable[..., Any]) -> None:
    now, _ = asked(mapclients.gdal_read, "fences", where="plant = 'TEST-1'")
    assert {(row["code"], row["version"]) for row in now} == {("F-1", 2), ("F-2", 1)}
    then, _ = asked(mapclients.gdal_read, "fences", where="plant = 'TEST-1'", DATETIME="2026-11-22T12:00:00Z")
    assert {(row["code"], row["version"]) for row in then} == {("F-1", 1), ("F-2", 1)}


def test_gdal_sees_people_with_height_and_time(asked: Callable[..., Any]) -> None:
    rows, _ = asked(mapclients.gdal_read, "people")
    assert [row["code"] for row in rows] == ["P000", "P001"]
    assert shapely.from_wkt(rows[0]["wkt"]).z == 2.5
    late = asked(mapclients.gdal_read, "people", where="t > '2026-11-23T00:00:05Z'")[0]
    assert late == []
    assert len(asked(mapclients.gdal_read, "people", where="t >= '2026-11-22T23:00:00Z'")[0]) == 2


@pytest.mark.parametrize("code", [4490, 4528, 4549])
def test_gdal_gets_chinese_coordinates_the_right_way_round(asked: Callable[..., Any], code: int) -> None:
    rows, crs = asked(mapclients.gdal_read, "assets", CRS=f"EPSG:{code}", where="plant = 'TEST-1'")
    assert crs == f"EPSG:{code}"
    oracle = Transformer.from_crs("OGC:CRS84", f"EPSG:{code}", always_xy=True)
    known = {asset.code: asset.geometry.centroid for asset in small_plant().assets}
    for row in rows:
        x, y = oracle.transform(known[row["code"]].x, known[row["code"]].y)
        assert shapely.from_wkt(row["wkt"]).distance(shapely.Point(x, y)) < 1e-3


def test_owslib_finds_and_filters(asked: Callable[..., Any]) -> None:
    told = asked(mapclients.owslib_tour)
    assert {"assets", "fences", "people", "alarms"} <= set(told["collections"])
    assert any(one.endswith("/cql2-text") for one in told["conformance"])
    assert "colour" in told["queryables"]
    assert told["paths"]
    assert told["fences"] == ["TEST-1.F-2", "TEST-2.F-2"]
    assert told["red"] == ["TEST-1.Z-RED", "TEST-2.Z-RED"]
    assert told["one"] == "F-2"
