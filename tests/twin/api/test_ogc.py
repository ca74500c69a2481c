"""OGC API Features: what a map client asks, and that every accepted parameter does something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.api.small import T0, S, moved, small_plant, snapshot
from twin.api.answers import GEOJSON
from twin.api.routes.ogc import CRS84, SOURCES

if TYPE_CHECKING:
    from tests.twin.api.conftest import Twin

ITEMS = "/ogc/collections/{}/items"


@pytest.fixture
def two(lonely: Twin) -> Twin:
    """Two plants, the first with people."""
    lonely.deps.add_plant(small_plant("TEST-2"))
    lonely.fold(snapshot(0), moved(1, {"P000": (10, 20), "P001": (500, 0), "V1": (0, 0)}))
    return lonely


def _features(twin: Twin, address: str) -> list[dict[str, Any]]:
    found = []
    for _ in range(200):
        answer = twin.client.get(address)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == GEOJSON
        body = answer.json()
        found += body["features"]
        assert body["numberReturned"] == len(body["features"])
        following = [link["href"] for link in body["links"] if link["rel"] == "next"]
        if not following:
            assert body["numberMatched"] == len(found)
            return found
        (address,) = following
    raise AssertionError("pages without end")


def test_a_client_finds_its_way_from_the_landing_page(two: Twin) -> None:
    landing = two.client.get("/ogc").json()
    links = {link["rel"]: link["href"] for link in landing["links"]}
    assert set(links) == {"self", "service-desc", "conformance", "data"}
    for href in links.values():
        assert two.client.get(href).status_code == 200
    assert two.client.get("/ogc/").json() == landing
    assert any(one.endswith("/conf/core") for one in two.client.get(links["conformance"]).json()["conformsTo"])
    for collection in two.client.get(links["data"]).json()["collections"]:
        own = {link["rel"]: link["href"] for link in collection["links"]}
        assert two.client.get(own["self"]).json() == collection
        features = _features(two, own["items"])
        assert features, collection["id"]
        one = two.client.get(f"{own['items']}/{features[0]['id']}")
        assert one.json()["geometry"] == features[0]["geometry"]
        assert {link["rel"] for link in one.json()["links"]} == {"self", "collection"}
    assert two.client.get("/ogc/collections/none").status_code == 404
    assert two.client.get(ITEMS.format("zones") + "/TEST-1.NONE").status_code == 404


def test_the_service_description_lists_every_filter(two: Twin) -> None:
    """Clients push a filter down only when it is listed, and do not apply it again themselves."""
    paths = two.client.get("/api/v1/openapi.json").json()["paths"]
    for source in SOURCES.values():
        listed = {one["name"] for one in paths[ITEMS.format(source.name)]["get"]["parameters"]}
        assert {"bbox", "datetime", "limit", "plant", *source.filters} <= listed


@pytest.mark.parametrize("limit", [1, 3, 1000, 50_000])
def test_paging_gives_everything_once(two: Twin, limit: int) -> None:
    features = _features(two, f"{ITEMS.format('assets')}?limit={limit}")
    ids = [feature["id"] for feature in features]
    assert len(ids) == len(set(ids)) == 2 * len(small_plant().assets)


def test_filters_do_filter(two: Twin) -> None:
    def ids(collection: str, query: str) -> list[str]:
        return [feature["id"] for feature in _features(two, f"{ITEMS.format(collection)}?{query}")]

    assert ids("assets", "kind=camera") == ["TEST-1.CAM-1", "TEST-2.CAM-1"]
    assert ids("assets", "kind=camera&plant=TEST-2") == ["TEST-2.CAM-1"]
    assert ids("zones", "colour=red&plant=TEST-1") == ["TEST-1.Z-RED"]
    assert ids("zones", "bbox=0,0,1,1") == []
    assert ids("fences", "bbox=118.9522,37.95,118.9526,37.9502&plant=TEST-1") == ["TEST-1.F-2"]
    assert ids("plants", "bbox=118,37,119,38") == ["TEST-1", "TEST-2"]
    assert ids("people", "bbox=118.9499,37.94,118.951,38") == ["TEST-1.P000"]
    assert ids("people", "role=visitor") == []
    assert ids("vehicles", "") == ["TEST-1.V1"]
    assert ids("people", f"bbox=118,37,119,38&bbox-crs={CRS84}&crs={CRS84}&f=json") == ["TEST-1.P000", "TEST-1.P001"]


def test_datetime_selects_versions_and_fixes(two: Twin) -> None:
    def ids(collection: str, when: str) -> list[str]:
        answer = two.client.get(ITEMS.format(collection), params={"datetime": when, "plant": "TEST-1"})
        assert answer.status_code == 200, answer.text
        return [feature["id"] for feature in answer.json()["features"]]

    assert ids("fences", "2026-11-22T12:00:00Z") == ["TEST-1.F-1@1", "TEST-1.F-2@1"]
    assert ids("fences", "../2026-11-22T12:00:00Z") == ["TEST-1.F-1@1", "TEST-1.F-2@1"]
    assert ids("fences", "2026-11-22T12:00:00Z/..") == ["TEST-1.F-1@1", "TEST-1.F-1@2", "TEST-1.F-2@1"]
    assert ids("fences", "2020-01-01T00:00:00Z/2020-01-02T00:00:00Z") == []
    assert ids("people", "2026-11-23T00:00:00Z") == ["TEST-1.P000", "TEST-1.P001"]
    assert ids("people", "2026-11-23T00:00:01Z/..") == []
    one = two.client.get(ITEMS.format("fences") + "/TEST-1.F-1@1")
    assert one.json()["properties"]["version"] == 1
    assert T0 > S


@pytest.mark.parametrize(
    "query",
    [
        "colour=red&surprise=1",
        "crs=http://www.opengis.net/def/crs/EPSG/0/4549",
        "bbox-crs=EPSG:4326",
        "bbox=1,2",
        "datetime=2026-11-23",
        "datetime=2026-11-23T00:00:00Z/2026-11-22T00:00:00Z",
        "datetime=../x",
        "f=html",
        "limit=0",
    ],
)
def test_what_is_not_understood_is_refused_rather_than_ignored(two: Twin, query: str) -> None:
    answer = two.client.get(f"{ITEMS.format('zones')}?{query}")
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
