"""OGC API Features: what a map client asks, and that every accepted parameter does something."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from gis.store.database import transaction
from gis.store.journal import JournalEntry, append_entries
from tests.twin.api.small import T0, S, alarm, alarm_changed, moved, readings, small_plant, snapshot
from twin.api.ogc.document import CONFORMANCE, QUERYABLES
from twin.api.ogc.sources import SOURCES
from twin.api.permissions import OPERATOR, Permission
from twin.effects import AlarmState
from twin.exchange.crs import CRS84

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.twin.api.conftest import Twin

GEOJSON = "application/geo+json"
ITEMS = "/ogc/collections/{}/items"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/{}"
IN_MEMORY = [source for source in SOURCES.values() if source.items is not None]


@pytest.fixture
def two(lonely: Twin) -> Twin:
    """Two plants, the first with people."""
    lonely.deps.add_plant(small_plant("TEST-2"))
    lonely.fold(snapshot(0), moved(1, {"P000": (10, 20), "P001": (500, 0), "V1": (0, 0)}), readings(2, 10.5))
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


def _ids(twin: Twin, collection: str, **asked: str) -> list[str]:
    answer = twin.client.get(ITEMS.format(collection), params=asked)
    assert answer.status_code == 200, answer.text
    return [feature["id"] for feature in answer.json()["features"]]


def test_a_client_finds_its_way_from_the_landing_page(two: Twin) -> None:
    landing = two.client.get("/ogc").json()
    links = {link["rel"]: link["href"] for link in landing["links"]}
    assert {"self", "alternate", "service-desc", "conformance", "data"} <= set(links)
    for href in links.values():
        assert two.client.get(href).status_code == 200
    assert two.client.get("/ogc/").json() == landing
    assert two.client.get(links["conformance"]).json()["conformsTo"] == list(CONFORMANCE)
    for collection in two.client.get(links["data"]).json()["collections"]:
        if collection["id"] not in {source.name for source in IN_MEMORY}:
            continue
        own = {link["rel"]: link["href"] for link in collection["links"] if link["type"] != "text/html"}
        assert two.client.get(own["self"]).json() == collection
        assert two.client.get(own[QUERYABLES]).headers["content-type"] == "application/schema+json"
        features = _features(two, own["items"])
        assert features, collection["id"]
        one = two.client.get(f"{own['items']}/{features[0]['id']}")
        assert one.json()["geometry"] == features[0]["geometry"]
        assert {link["rel"] for link in one.json()["links"]} == {"self", "alternate", "collection"}
    assert two.client.get("/ogc/collections/none").status_code == 404
    assert two.client.get(ITEMS.format("zones") + "/TEST-1.NONE").status_code == 404


def test_features_have_exactly_the_properties_that_are_announced(two: Twin) -> None:
    for source in IN_MEMORY:
        for feature in _features(two, ITEMS.format(source.name)):
            assert set(feature["properties"]) == source.names, source.name
        listed = two.client.get(f"/ogc/collections/{source.name}/queryables").json()["properties"]
        assert set(listed) == source.names | {"geometry"}


def test_the_service_description_lists_every_filter(two: Twin) -> None:
    """Clients push a filter down only when it is listed, and do not apply it again themselves."""
    own = two.client.get("/ogc/api").json()
    whole = two.client.get("/api/v1/openapi.json").json()
    assert own["openapi"].startswith("3.0.")
    for source in SOURCES.values():
        for listed in (
            own["paths"][f"/collections/{source.name}/items"]["get"],
            whole["paths"][ITEMS.format(source.name)]["get"],
        ):
            names = {one["name"] for one in listed["parameters"]}
            assert {"bbox", "bbox-crs", "crs", "datetime", "limit", "filter", "filter-lang", *source.names} <= names


def test_every_listed_property_filters_by_equality(two: Twin) -> None:
    """For every property of every collection: its own value finds exactly the features that have it."""
    for source in IN_MEMORY:
        features = _features(two, ITEMS.format(source.name))
        for column in source.columns:
            values = {json.dumps(one["properties"][column.name]) for one in features}
            for text in sorted(values - {"null"})[:3]:
                value = json.loads(text)
                shown = str(value).lower() if isinstance(value, bool) else str(value)
                found = set(_ids(two, source.name, **{column.name: shown}, limit="1000"))
                wanted = {one["id"] for one in features if one["properties"][column.name] == value}
                assert found == wanted, (source.name, column.name, value)


@pytest.mark.parametrize("limit", [1, 3, 1000, 50_000])
def test_paging_gives_everything_once(two: Twin, limit: int) -> None:
    features = _features(two, f"{ITEMS.format('assets')}?limit={limit}")
    ids = [feature["id"] for feature in features]
    assert len(ids) == len(set(ids)) == 2 * len(small_plant().assets)
    assert ids == sorted(ids)


def test_filters_do_filter(two: Twin) -> None:
    assert _ids(two, "assets", kind="camera") == ["TEST-1.CAM-1", "TEST-2.CAM-1"]
    assert _ids(two, "assets", kind="camera", plant="TEST-2") == ["TEST-2.CAM-1"]
    assert _ids(two, "zones", colour="red", plant="TEST-1") == ["TEST-1.Z-RED"]
    assert _ids(two, "zones", bbox="0,0,1,1") == []
    assert _ids(two, "fences", bbox="118.9522,37.95,118.9526,37.9502", plant="TEST-1") == ["TEST-1.F-2"]
    assert _ids(two, "plants", bbox="118,37,119,38") == ["TEST-1", "TEST-2"]
    assert _ids(two, "people", bbox="118.9499,37.94,118.951,38") == ["TEST-1.P000"]
    assert _ids(two, "people", role="visitor") == []
    assert _ids(two, "vehicles") == ["TEST-1.V1"]
    assert _ids(two, "sensors", limit_state="h") == ["TEST-1.LT-1"]
    boxed = {"bbox": "118,37,119,38", "bbox-crs": CRS84, "crs": CRS84, "f": "json"}
    assert _ids(two, "people", **boxed) == ["TEST-1.P000", "TEST-1.P001"]


def test_conditions_in_cql2_find_what_they_say(two: Twin) -> None:
    def ids(collection: str, text: str, **more: str) -> list[str]:
        return _ids(two, collection, filter=text, **more)

    assert ids("assets", "kind = 'camera' AND plant = 'TEST-2'") == ["TEST-2.CAM-1"]
    assert ids("sensors", "limit_hh > 20 AND plant LIKE '%-1'") == ["TEST-1.GD-1"]
    assert ids("sensors", "value IS NULL AND plant='TEST-1'") == ["TEST-1.GD-1"]
    # A value that is not there is unknown, not different.
    assert ids("sensors", "NOT (value = 3)") == ["TEST-1.LT-1"]
    tree = json.dumps({"op": "in", "args": [{"property": "colour"}, ["red", "orange"]]})
    assert ids("zones", tree, **{"filter-lang": "cql2-json"}) == ["TEST-1.Z-RED", "TEST-2.Z-RED"]
    square = "S_INTERSECTS(geometry, BBOX(118.9522,37.95,118.9526,37.9502)) AND plant='TEST-1'"
    assert ids("fences", square) == ["TEST-1.F-2"]
    turned = "S_INTERSECTS(geometry, BBOX(37.95,118.9522,37.9502,118.9526)) AND plant='TEST-1'"
    assert ids("fences", turned, **{"filter-crs": EPSG.format(4490)}) == ["TEST-1.F-2"]
    assert ids("people", "t < TIMESTAMP('2026-11-23T00:00:01Z') AND name_en LIKE '%1'") == ["TEST-1.P001"]
    old = "T_INTERSECTS(INTERVAL(valid_from, valid_to), INTERVAL('2026-01-01T00:00:00Z','2026-02-01T00:00:00Z'))"
    assert ids("fences", f"{old} AND plant='TEST-1'", datetime="../..") == ["TEST-1.F-1@1", "TEST-1.F-2@1"]


@pytest.mark.parametrize("code", [4326, 4490, 4527, 4528, 4548, 4549, 3857])
def test_coordinates_are_given_in_the_system_and_axis_order_asked_for(two: Twin, code: int) -> None:
    uri = EPSG.format(code)
    listed = two.client.get("/ogc/collections/assets").json()["crs"]
    assert uri in listed
    plain = _features(two, f"{ITEMS.format('assets')}?limit=1000")
    answer = two.client.get(ITEMS.format("assets"), params={"crs": uri, "limit": "1000"})
    assert answer.headers["content-crs"] == f"<{uri}>"
    given = np.array([one["geometry"]["coordinates"][:2] for one in answer.json()["features"]])
    oracle = Transformer.from_crs("OGC:CRS84", f"EPSG:{code}")
    lonlat = np.array([one["geometry"]["coordinates"][:2] for one in plain])
    wanted = np.column_stack(oracle.transform(lonlat[:, 0], lonlat[:, 1]))
    assert np.abs(given - wanted).max() < (1e-8 if code in {4326, 4490} else 1e-3)
    # The same box in that system finds the same features as in degrees.
    target = given[plain.index(next(one for one in plain if one["id"] == "TEST-1.T-003"))]
    half = 1e-4 if code in {4326, 4490} else 10.0
    box = ",".join(repr(float(number)) for number in (*(target - half), *(target + half)))
    found = _ids(two, "assets", **{"bbox": box, "bbox-crs": uri, "plant": "TEST-1", "kind": "fixed_roof_tank"})
    assert found == ["TEST-1.T-003"]
    one = two.client.get(f"{ITEMS.format('assets')}/TEST-1.T-003", params={"crs": uri})
    assert one.json()["geometry"]["coordinates"][:2] == target.tolist()


def test_boxes_find_what_touches_them_and_nothing_else(two: Twin) -> None:
    """Against shapely, over random boxes."""
    random = np.random.default_rng(5)
    features = _features(two, f"{ITEMS.format('fences')}?limit=1000")
    shapes = [shapely.geometry.shape(one["geometry"]) for one in features]
    for _ in range(60):
        west, south = 118.949 + random.random() * 0.005, 37.949 + random.random() * 0.003
        east, north = west + random.random() * 0.002, south + random.random() * 0.002
        wanted = [
            one["id"]
            for one, shape in zip(features, shapes, strict=True)
            if shape.intersects(shapely.box(west, south, east, north))
        ]
        assert _ids(two, "fences", bbox=f"{west},{south},{east},{north}") == wanted


def test_datetime_selects_versions_and_fixes(two: Twin) -> None:
    def ids(collection: str, when: str) -> list[str]:
        return _ids(two, collection, datetime=when, plant="TEST-1")

    assert ids("fences", "2026-11-22T12:00:00Z") == ["TEST-1.F-1@1", "TEST-1.F-2@1"]
    assert ids("fences", "../2026-11-22T12:00:00Z") == ["TEST-1.F-1@1", "TEST-1.F-2@1"]
    assert ids("fences", "2026-11-22T12:00:00Z/..") == ["TEST-1.F-1@1", "TEST-1.F-1@2", "TEST-1.F-2@1"]
    assert ids("fences", "2020-01-01T00:00:00Z/2020-01-02T00:00:00Z") == []
    assert ids("people", "2026-11-23T00:00:00Z") == ["TEST-1.P000", "TEST-1.P001"]
    assert ids("people", "2026-11-23T00:00:01Z/..") == []
    one = two.client.get(ITEMS.format("fences") + "/TEST-1.F-1@1")
    assert one.json()["properties"]["version"] == 1


def test_what_holds_now_changes_with_the_clock(two: Twin) -> None:
    """Tables are kept, but not beyond the next version."""

    def version() -> int:
        (feature,) = _features(two, ITEMS.format("fences") + "?plant=TEST-1&code=F-1")
        return int(feature["properties"]["version"])

    assert version() == 2
    two.clock.t_ns = T0 - 3601 * S
    two.deps.ogc = type(two.deps.ogc)()
    assert version() == 1
    two.clock.t_ns = T0 - 3599 * S
    assert version() == 2


@pytest.mark.servers
def test_alarms_are_found_by_when_they_stood(twin: Twin, engine: Engine) -> None:
    past = [
        alarm("OLD", AlarmState.NORMAL, raised_ns=T0 - 90 * 86_400 * S, changed_ns=T0 - 89 * 86_400 * S),
        alarm("YESTERDAY", AlarmState.NORMAL, raised_ns=T0 - 86_400 * S, changed_ns=T0 - 86_000 * S),
        alarm("OPEN", raised_ns=T0 - 60 * 86_400 * S, changed_ns=T0 - 60 * 86_400 * S),
    ]
    with transaction(engine) as connection:
        import msgspec  # noqa: PLC0415 - used here only

        append_entries(
            connection,
            "TEST-1",
            [
                JournalEntry(seq, one.changed_ns, "alarm", one.subject, {"alarm": msgspec.to_builtins(one)})
                for seq, one in enumerate(past)
            ],
        )
    twin.fold(snapshot(0), alarm_changed(1, alarm("JUST")))

    def codes(**asked: str) -> list[str]:
        return [name.removeprefix("TEST-1.") for name in _ids(twin, "alarms", **asked)]

    assert codes() == ["JUST", "OPEN", "YESTERDAY"]
    assert codes(datetime="2026-08-25T12:00:00Z/2026-08-26T00:00:00Z") == ["OLD"]
    assert codes(datetime="2026-11-22T00:00:30Z") == ["OPEN", "YESTERDAY"]
    assert codes(datetime="2026-11-22T12:00:00Z") == ["OPEN"]
    assert codes(datetime="../..") == ["JUST", "OLD", "OPEN", "YESTERDAY"]
    assert codes(open="true") == ["JUST", "OPEN"]
    assert codes(filter="raised > TIMESTAMP('2026-11-22T12:00:00Z')") == ["JUST"]
    features = _features(twin, ITEMS.format("alarms"))
    assert all(set(one["properties"]) == SOURCES["alarms"].names for one in features)
    assert twin.client.get(ITEMS.format("alarms") + "/TEST-1.OLD").json()["properties"]["open"] is False


def test_pages_for_eyes_need_nothing_from_elsewhere(two: Twin) -> None:
    addresses = ["/ogc", "/ogc/conformance", "/ogc/collections", "/ogc/collections/fences"]
    addresses += [ITEMS.format("fences"), ITEMS.format("fences") + "/TEST-1.F-1", "/ogc/collections/zones/queryables"]
    for address in addresses:
        page = two.client.get(address, headers={"Accept": "text/html,*/*;q=0.8"})
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "<script" not in page.text
        assert "style=" not in page.text
        assert two.client.get(address, params={"f": "html"}).text.startswith("<!doctype html>")
        assert two.client.get(address).headers["content-type"] != page.headers["content-type"]
    assert "甲Gate" in two.client.get(ITEMS.format("fences") + "?f=html").text
    assert two.client.get("/ogc/style.css").headers["content-type"].startswith("text/css")


def test_a_reader_sees_only_the_collections_that_are_permitted(two: Twin) -> None:
    visitor = OPERATOR.model_copy(update={"permissions": [Permission.PLANT_VIEW.value]})
    two.app.state.sign_in = lambda _connection: visitor
    listed = {one["id"] for one in two.client.get("/ogc/collections").json()["collections"]}
    assert listed == {source.name for source in SOURCES.values() if source.permission is Permission.PLANT_VIEW}
    assert two.client.get("/ogc/collections/people").status_code == 404
    assert two.client.get("/ogc/collections/people/queryables").status_code == 404
    assert two.client.get(ITEMS.format("people")).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "colour=red&surprise=1",
        "crs=http://www.opengis.net/def/crs/EPSG/0/2154",
        "bbox-crs=EPSG:2154&bbox=1,2,3,4",
        "bbox=1,2",
        "bbox=1,2,3,x",
        "bbox=1,5,2,4",
        "datetime=2026-11-23",
        "datetime=2026-11-23T00:00:00Z/2026-11-22T00:00:00Z",
        "datetime=../x",
        "f=xml",
        "limit=0",
        "limit=many",
        "version=one",
        "filter=colour=",
        "filter=none='x'",
        "filter=geometry='x'",
        "filter=foo(colour)=1",
        "filter=colour='red'&filter-lang=cql-text",
        "filter=colour='red'&filter-lang=cql2-json",
        "filter=colour='red'&filter-crs=EPSG:2154",
        f"filter={'(' * 60}colour='red'{')' * 60}",
        'filter={"op":"not","args":[]}&filter-lang=cql2-json',
        "filter=S_INTERSECTS(geometry,POLYGON((0 0,1 1,0 1,1 0,0 0)))",
    ],
)
def test_what_is_not_understood_is_refused_rather_than_ignored(two: Twin, query: str) -> None:
    answer = two.client.get(f"{ITEMS.format('zones')}?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
