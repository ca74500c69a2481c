"""Plants, collections, live positions over HTTP: all of it without a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis.kinds import FixedRoofTank
from tests.twin.api.small import S, alarm, alarm_changed, moved, names, point, readings, small_plant, snapshot
from twin.api.answers import GEOJSON
from twin.api.catalogue import COLLECTIONS
from twin.api.live_schemas import PersonNow

if TYPE_CHECKING:
    from tests.twin.api.conftest import Twin

P = "/api/v1/plants/TEST-1"
# The interface that others rely on.
PERSON_FIELDS = {"id", "name", "role", "tag", "t", "x_m", "y_m", "z_m", "lon", "lat"}
PERSON_FIELDS |= {"r95_m", "p_still", "level", "status", "zones"}
SETTINGS = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _all(twin: Twin, address: str) -> list[Any]:
    items = []
    for _ in range(100):
        page = twin.client.get(address).json()
        items += page["items"]
        if page["next"] is None:
            assert page["total"] == len(items)
            return items
        address = page["next"]
    raise AssertionError("pages without end")


def test_plants(lonely: Twin) -> None:
    page = lonely.client.get("/api/v1/plants").json()
    assert [head["code"] for head in page["items"]] == ["TEST-1"]
    assert page["items"][0]["frame"] == {"origin_lon": 118.95, "origin_lat": 37.95, "origin_height_m": 0.0}
    west, south, east, north = page["items"][0]["bounds"]
    assert west < 118.95 < east
    assert south < 37.95 < north
    answer = lonely.client.get(P)
    assert answer.json()["counts"]["fences"] == 2
    assert lonely.client.get(P, headers={"if-none-match": answer.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("name", COLLECTIONS)
def test_every_collection_gives_json_and_geojson(lonely: Twin, name: str) -> None:
    page = lonely.client.get(f"{P}/{name}")
    assert page.status_code == 200
    items = page.json()["items"]
    assert items
    features = lonely.client.get(f"{P}/{name}", headers={"accept": GEOJSON})
    assert features.headers["content-type"] == GEOJSON
    body = features.json()
    assert [feature["id"] for feature in body["features"]] == [item["code"] for item in items]
    assert body["numberMatched"] == body["numberReturned"] == len(items)
    one = lonely.client.get(f"{P}/{name}/{items[0]['code']}")
    assert one.json() == items[0]
    missing = lonely.client.get(f"{P}/{name}/NOT-THERE")
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown_record")


@pytest.mark.parametrize("limit", [1, 2, 7, 25, 28, 29, 10_000])
def test_pages_are_complete_and_never_repeat(lonely: Twin, limit: int) -> None:
    codes = [item["code"] for item in _all(lonely, f"{P}/assets?limit={limit}")]
    assert codes == sorted(asset.code for asset in small_plant().assets)


def test_pages_stay_whole_while_records_come_and_go(lonely: Twin) -> None:
    first = lonely.client.get(f"{P}/assets?limit=10").json()
    plant = small_plant()
    gone = first["items"][3]["code"]
    new = plant.assets[0].model_copy(
        update={"code": "AAA", "geometry": point(0, 0), "attributes": FixedRoofTank(diameter_m=5, height_m=5)}
    )
    assets = (new, *(asset for asset in plant.assets if asset.code != gone))
    lonely.deps.add_plant(plant.model_copy(update={"assets": assets}))
    seen = [item["code"] for item in first["items"]]
    rest = lonely.client.get(first["next"].replace("limit=10", "limit=1000")).json()
    seen += [item["code"] for item in rest["items"]]
    assert seen == sorted(asset.code for asset in plant.assets)


def test_filters_filter(lonely: Twin) -> None:
    def codes(query: str) -> list[str]:
        return [item["code"] for item in _all(lonely, f"{P}/assets?{query}")]

    assert codes("kind=camera") == ["CAM-1"]
    assert codes("kind=camera,gas_detector") == ["CAM-1", "GD-1"]
    assert codes("kind=camera&kind=anchor") == ["A-1", "CAM-1"]
    assert codes("q=甲Tank 3") == ["T-003"]
    assert codes("q=tank 24") == ["T-024"]
    box = "118.9495,37.9495,118.9505,37.9505"
    assert codes(f"bbox={box}") == ["A-1", "GD-1"]
    assert codes(f"bbox={box}&kind=anchor") == ["A-1"]
    assert codes("bbox=170,-90,-170,90") == []
    assert len(codes("bbox=100,-90,-170,90")) == 28
    assert codes("kind=nothing") == []


def test_a_misspelt_filter_is_no_filter_and_is_told_so(lonely: Twin) -> None:
    answer = lonely.client.get(f"{P}/assets?kinds=camera")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=-1", "limit=99999", "limit=x", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=0,50,1,40", "bbox=nan,0,1,1"],
)
def test_garbage_is_a_problem_not_an_error(lonely: Twin, query: str) -> None:
    answer = lonely.client.get(f"{P}/assets?{query}")
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["instance"] == f"{P}/assets"
    assert problem["code"]


@SETTINGS
@given(
    st.dictionaries(st.sampled_from(["limit", "bbox", "q", "after", "at", "from", "to", "kind"]), st.text(max_size=30))
)
def test_no_query_breaks_a_route(lonely: Twin, query: dict[str, str]) -> None:
    for name in ("assets", "fences", "people", "alarms", "state", "tracks", "sensors/LT-1/series"):
        answer = lonely.client.get(f"{P}/{name}", params=query)
        assert answer.status_code in {200, 400, 404, 422, 503}, answer.text


def test_only_the_versions_that_hold_are_listed(lonely: Twin) -> None:
    fences = {item["code"]: item for item in _all(lonely, f"{P}/fences")}
    assert fences["F-1"]["version"] == 2
    lonely.clock.t_ns -= 2 * 3600 * S
    assert lonely.client.get(f"{P}/fences/F-1").json()["version"] == 1


def test_people_now(lonely: Twin) -> None:
    assert lonely.client.get(f"{P}/people").json() == []
    lonely.fold(snapshot(0), moved(1, {"P000": (10, 20), "P001": (500, 0), "V1": (0, 0), "tag:T9999": (1, 1)}))
    rows = lonely.client.get(f"{P}/people").json()
    assert [row["id"] for row in rows] == ["P000", "P001", "tag:T9999"]
    assert list(rows[0]) == list(PersonNow.model_fields)
    assert set(rows[0]) == PERSON_FIELDS
    assert rows[0]["name"] == names("Person 0").model_dump()
    assert rows[0]["zones"] == ["Z-BLUE", "Z-RED"]
    assert rows[0]["t"] == "2026-11-23T00:00:00.000Z"
    assert rows[0]["lon"] == pytest.approx(118.95 + 10 / 87_900, abs=1e-5)
    assert [row["id"] for row in lonely.client.get(f"{P}/vehicles").json()] == ["V1"]
    assert [row["id"] for row in lonely.client.get(f"{P}/people?q=person 1").json()] == ["P001"]
    assert [row["id"] for row in lonely.client.get(f"{P}/people?bbox=118.9499,37.94,118.9505,38").json()] == [
        "P000",
        "tag:T9999",
    ]
    page = lonely.client.get(f"{P}/people?limit=2")
    link = page.headers["link"].removeprefix("<").removesuffix('>; rel="next"')
    assert [row["id"] for row in lonely.client.get(link).json()] == ["tag:T9999"]
    features = lonely.client.get(f"{P}/people", headers={"accept": GEOJSON}).json()["features"]
    assert features[0]["geometry"]["coordinates"][2] == 0.0


def test_sensors_show_their_newest_value(lonely: Twin) -> None:
    lonely.fold(snapshot(0), readings(1, 11.2))
    (sensor,) = lonely.client.get(f"{P}/sensors?quantity=level").json()["items"]
    assert sensor["now"] == {
        "sensor": "LT-1",
        "t": "2026-11-23T00:00:00.000Z",
        "value": 11.2,
        "quality": "good",
        "limit": "hh",
    }
    assert sensor["lon"] is not None


def test_without_a_database_the_living_are_shown_and_the_past_is_said_to_be_away(lonely: Twin) -> None:
    lonely.fold(snapshot(0), moved(1, {"P000": (1, 1)}), alarm_changed(2))
    assert len(lonely.client.get(f"{P}/people").json()) == 1
    assert lonely.client.get(f"{P}/alarms?state=open").json()["items"][0]["id"] == alarm().id
    assert lonely.client.get(f"{P}/alarms/{alarm().id}").status_code == 200
    for past in ("alarms", "tracks", "state", "crossings", "sensors/LT-1/series"):
        answer = lonely.client.get(f"{P}/{past}")
        assert answer.status_code == 503, past
        assert answer.json()["code"] == "database_down"
        assert answer.headers["retry-after"] == "2"
    health = lonely.client.get("/api/v1/health").json()
    assert (health["status"], health["database"]) == ("degraded", "down")
    assert health["plants"]["TEST-1"]["data_age_ms"] == 0


def test_unknown_plants_are_missing_everywhere(lonely: Twin) -> None:
    for name in ("", "/people", "/assets", "/state", "/alarms", "/tracks", "/models", "/fences/F-1"):
        answer = lonely.client.get(f"/api/v1/plants/NONE{name}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_plant"), name


def test_an_unexpected_fault_tells_nothing_of_itself(lonely: Twin) -> None:
    lonely.deps.hubs["BROKEN"] = None  # type: ignore[assignment]  # that is the fault
    answer = lonely.client.get("/api/v1/plants")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert "NoneType" not in answer.text


def test_models(lonely: Twin) -> None:
    assert lonely.client.get(f"{P}/models").json()["code"] == "models_not_built"
    sha = "ab" * 32
    place = lonely.deps.models_dir / "TEST-1"
    place.mkdir(parents=True)
    (place / "manifest.json").write_text('{"plant":"TEST-1"}')
    (place / f"{sha}.glb").write_bytes(b"glTF" + b"\0" * 2000)
    manifest = lonely.client.get(f"{P}/models")
    assert manifest.json() == {"plant": "TEST-1"}
    assert lonely.client.get(f"{P}/models", headers={"if-none-match": manifest.headers["etag"]}).status_code == 304
    model = lonely.client.get(f"/models/{sha}.glb")
    assert model.headers["content-type"] == "model/gltf-binary"
    assert "immutable" in model.headers["cache-control"]
    assert model.content[:4] == b"glTF"
    for wrong in ("00" * 32, "../x", "AB" * 32, "short"):
        assert lonely.client.get(f"/models/{wrong}.glb").status_code == 404
