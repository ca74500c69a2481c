"""The past over HTTP, on a real database: what was written is what is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest

from gis.store.database import transaction
from gis.store.journal import JournalEntry, append_entries
from gis.store.plants import load_plant
from gis.store.readings import append_readings
from gis.store.tracks import TrackChunk, append_chunks
from gis.time import format_time
from gis.wire import decode
from tests.twin.api.small import FRAME, T0, S, alarm, alarm_changed, names, readings, snapshot
from twin.api import live_schemas, schemas, state_schemas
from twin.api.answers import GEOJSON
from twin.api.catalogue import COLLECTIONS
from twin.api.routes import history
from twin.effects import AlarmState
from twin.events import AlarmAcknowledged

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.twin.api.conftest import Twin
    from twin.api.wire import Wire
    from twin.effects import Alarm

pytestmark = pytest.mark.servers
P = "/api/v1/plants/TEST-1"
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[118.95, 37.95], [118.951, 37.95], [118.951, 37.951], [118.95, 37.951], [118.95, 37.95]]],
}


def _write(engine: Engine, *entries: JournalEntry) -> None:
    with transaction(engine) as connection:
        append_entries(connection, "TEST-1", entries)


def _entry(seq: int, given: Alarm, t_ns: int) -> JournalEntry:
    return JournalEntry(seq, t_ns, "alarm", given.subject, {"alarm": msgspec.to_builtins(given), "cause": "raised"})


def _walk(engine: Engine, subject: str, t_ns: int, n: int = 60, tag: str = "T0000") -> None:
    chunk = TrackChunk(
        subject=subject,
        tag_id=tag,
        t_ns=t_ns + np.arange(n) * S,
        xyz_m=np.column_stack([np.arange(n) * 1.0, np.full(n, 10.0), np.zeros(n)]),
        cov_m2=np.tile([0.01, 0.0, 0.01], (n, 1)),
        velocity_mps=np.zeros((n, 2)),
        p_still=np.zeros(n),
        status=np.zeros(n, np.uint8),
        reasons=np.zeros(n, np.uint32),
        first_seq=1,
        last_seq=n,
    )
    with transaction(engine) as connection:
        append_chunks(connection, "TEST-1", FRAME, [chunk])


def _iso(t_ns: int) -> str:
    return f"{t_ns // 1_000_000}"


def test_answers_are_what_their_models_say(twin: Twin, engine: Engine) -> None:
    """Routes answer with ready bytes, which FastAPI does not check against the documented model: this does."""
    _walk(engine, "P000", T0 - 60 * S)
    _write(engine, _entry(1, alarm("A1"), T0 - 10 * S))
    body = {"fence": "F-1", "fence_version": 2, "direction": "enter", "probability": 0.9, "x_m": 1, "y_m": 2, "z_m": 0}
    _write(engine, JournalEntry(2, T0 - 5 * S, "crossing", "P001", body))
    twin.fold(snapshot(0, places={"P000": (1, 2), "V1": (3, 4)}), alarm_changed(1), readings(2))
    models: dict[str, type[Wire]] = {
        "/api/v1/health": live_schemas.HealthRecord,
        "/api/v1/me": live_schemas.Principal,
        "/api/v1/plants": schemas.PlantPage,
        P: schemas.PlantRecord,
        f"{P}/alarms": schemas.AlarmPage,
        f"{P}/crossings": schemas.CrossingPage,
        f"{P}/tracks": schemas.TrackPage,
        f"{P}/tracks/P000": schemas.TrackRecord,
        f"{P}/state": state_schemas.StateRecord,
        f"{P}/sensors/LT-1/series": schemas.SeriesRecord,
        **{f"{P}/{one.name}": one.page for one in COLLECTIONS.values()},
    }
    for address, model in models.items():
        answer = twin.client.get(address)
        assert answer.status_code == 200, address
        assert model.model_validate_json(answer.text).model_dump(mode="json") == answer.json(), address
    for name in ("people", "vehicles"):
        (row,) = twin.client.get(f"{P}/{name}").json()
        assert live_schemas.PersonNow.model_validate(row)


def test_tracks_come_back_in_pages_of_subjects(twin: Twin, engine: Engine) -> None:
    for person in range(3):
        _walk(engine, f"P00{person}", T0 - 120 * S)
        _walk(engine, f"P00{person}", T0 - 60 * S)
    address = f"{P}/tracks?limit=2"
    first = twin.client.get(address).json()
    second = twin.client.get(first["next"]).json()
    assert [item["subject"] for item in first["items"] + second["items"]] == ["P000", "P001", "P002"]
    assert second["next"] is None
    track = first["items"][0]
    assert len(track["t_ms"]) == 120
    assert track["t_ms"] == sorted(track["t_ms"])
    assert track["t_ms"][0] == pytest.approx((T0 - 120 * S) / 1e6)
    assert track["x_m"][5] == pytest.approx(5, abs=0.002)
    assert track["r95_m"][0] == pytest.approx(0.245, abs=0.002)
    one = twin.client.get(f"{P}/people/P001/track", params={"from": _iso(T0 - 30 * S), "to": "2026-11-23T00:00:00Z"})
    assert len(one.json()["t_ms"]) == 30
    assert twin.client.get(f"{P}/people/P009/track").json()["t_ms"] == []
    only = twin.client.get(f"{P}/tracks?subject=P002").json()["items"]
    assert [item["subject"] for item in only] == ["P002"]
    (feature, *_) = twin.client.get(f"{P}/tracks", headers={"accept": GEOJSON}).json()["features"]
    assert feature["geometry"]["type"] == "LineString"
    assert len(feature["geometry"]["coordinates"]) == len(feature["properties"]["t_ms"]) == 120


def test_a_smoothed_track_says_so_and_is_surer(twin: Twin, engine: Engine) -> None:
    for begin_s in (120, 60):
        _walk(engine, "P000", T0 - begin_s * S)
    span = {"from": _iso(T0 - 100 * S), "to": _iso(T0 - 70 * S)}
    for address in (f"{P}/people/P000/track", f"{P}/tracks/P000"):
        measured = twin.client.get(address, params=span).json()
        smoothed = twin.client.get(address, params=span | {"quality": "smoothed"}).json()
        assert (measured["quality"], smoothed["quality"]) == ("measured", "smoothed")
        assert smoothed["t_ms"] == measured["t_ms"]
        assert len(smoothed["t_ms"]) == 30
        pairs = zip(smoothed["r95_m"], measured["r95_m"], strict=True)
        assert all(0.0 < surer < live for surer, live in pairs)
        assert schemas.TrackRecord.model_validate(smoothed)
    (feature,) = twin.client.get(
        f"{P}/tracks/P000", params=span | {"quality": "smoothed"}, headers={"accept": GEOJSON}
    ).json()["features"]
    assert feature["properties"]["quality"] == "smoothed"
    assert twin.client.get(f"{P}/tracks/P000?quality=best").status_code == 422
    assert twin.client.get(f"{P}/people/P009/track?quality=smoothed").json()["t_ms"] == []


def test_a_long_stretch_gives_few_subjects_a_page(twin: Twin, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PAGE_SUBJECT_S", 1200.0)
    for person in range(3):
        _walk(engine, f"P00{person}", T0 - 120 * S)
    first = twin.client.get(f"{P}/tracks").json()
    assert [item["subject"] for item in first["items"]] == ["P000", "P001"]
    assert first["total"] == 3
    assert [item["subject"] for item in twin.client.get(first["next"]).json()["items"]] == ["P002"]
    assert twin.client.get(f"{P}/tracks?subject=NOBODY").json()["items"] == []


def test_a_long_gap_is_told_in_its_midst(twin: Twin, engine: Engine) -> None:
    """Nothing is known of two hours: whoever looks at the middle of them must be told, not shown an empty plant."""
    body = {"from_ns": T0 - 7200 * S, "to_ns": T0 - 60 * S, "reason": "missed", "effects": 0}
    _write(engine, JournalEntry(1, T0 - 60 * S, "gap", "", body))
    midst, before = _iso(T0 - 3600 * S), _iso(T0 - 9000 * S)
    (gap,) = twin.client.get(f"{P}/state", params={"at": midst}).json()["gaps"]
    assert gap == {"t_from": "2026-11-22T22:00:00.000Z", "t_to": "2026-11-22T23:59:00.000Z", "reason": "missed"}
    span = {"from": _iso(T0 - 3700 * S), "to": midst}
    assert twin.client.get(f"{P}/tracks", params=span).json()["gaps"] == [gap]
    assert twin.client.get(f"{P}/state", params={"at": before}).json()["gaps"] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("from=2026-11-23T00:00:00", "bad_time"),
        ("from=2026-11-23T01:00:00Z&to=2026-11-23T00:00:00Z", "empty_span"),
        ("from=2026-11-20T00:00:00Z&to=2026-11-23T00:00:00Z", "span_too_long"),
        ("from=yesterday", "bad_time"),
        ("from=1e400", "bad_time"),
    ],
)
def test_impossible_spans_are_refused(twin: Twin, query: str, code: str) -> None:
    answer = twin.client.get(f"{P}/tracks?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_the_plant_as_it_stood(twin: Twin, engine: Engine) -> None:
    """Two hours ago the fence had its old shape, one person walked, an alarm was open; now neither holds."""
    then = T0 - 7200 * S
    _walk(engine, "P000", then - 30 * S)
    _walk(engine, "V1", then - 400 * S, 5, "TV1")
    raised = alarm("A1", raised_ns=then - 10 * S, changed_ns=then - 10 * S)
    over = alarm("A1", AlarmState.NORMAL, raised_ns=then - 10 * S, changed_ns=then + 600 * S)
    _write(engine, _entry(1, raised, raised.changed_ns), _entry(2, over, over.changed_ns))
    _write(engine, JournalEntry(3, then, "gap", "", {"from_ns": then - 5 * S, "to_ns": then, "reason": "overflow"}))
    with transaction(engine) as connection:
        append_readings(connection, "TEST-1", ["LT-1", "LT-1"], [then - S, then + S], [10.2, 3.0], ["good", "good"])
    told = twin.client.get(f"{P}/state", params={"at": _iso(then)}).json()
    assert [(row["id"], round(row["x_m"])) for row in told["people"]] == [("P000", 30)]
    assert told["people"][0]["status"] == "fix"
    assert [(row["id"], row["status"]) for row in told["vehicles"]] == [("V1", "lost")]
    assert {fence["code"]: fence["version"] for fence in told["fences"]} == {"F-1": 1, "F-2": 1}
    assert [(one["id"], one["state"]) for one in told["alarms"]] == [("A1", "unacknowledged")]
    assert told["alarms"][0]["place"]["code"] == "F-1"
    assert [(one["value"], one["limit"]) for one in told["readings"]] == [(10.2, "h")]
    assert told["gaps"][0]["reason"] == "overflow"
    now = twin.client.get(f"{P}/state").json()
    assert [(row["id"], row["status"]) for row in now["people"]] == [("P000", "lost")]
    assert now["alarms"] == []
    assert {fence["code"]: fence["version"] for fence in now["fences"]} == {"F-1": 2, "F-2": 1}
    assert now["readings"][0]["value"] == 3.0


def test_a_trend_keeps_its_extremes(twin: Twin, engine: Engine) -> None:
    times = [T0 - 600 * S + i * S for i in range(600)]
    values = [5.0 + (5.9 if i == 321 else 0.0) for i in range(600)]
    with transaction(engine) as connection:
        append_readings(connection, "TEST-1", ["LT-1"] * 600, times, values, ["good"] * 600)
    told = twin.client.get(f"{P}/sensors/LT-1/series?points=20").json()
    assert len(told["t_ms"]) == len(told["min"]) == len(told["mean"]) == len(told["max"]) == 20
    assert max(told["max"]) == 10.9
    assert told["limits"]["hh"] == 11
    assert twin.client.get(f"{P}/sensors/NONE/series").status_code == 404


def test_alarms_page_without_gaps_and_memory_is_ahead_of_the_store(twin: Twin, engine: Engine) -> None:
    stored = [alarm(f"A{i:02d}", AlarmState.NORMAL, raised_ns=T0 - (20 - i // 2) * S) for i in range(20)]
    _write(engine, *(_entry(i + 1, one, one.raised_ns) for i, one in enumerate(stored)))
    live = alarm("LIVE", raised_ns=T0 - S)
    twin.fold(snapshot(0), alarm_changed(1, live))
    seen: list[str] = []
    address: str | None = f"{P}/alarms?limit=3"
    while address is not None:
        page = twin.client.get(address).json()
        seen += [one["id"] for one in page["items"]]
        address = page["next"]
    assert seen == ["LIVE", *sorted((one.id for one in stored), reverse=True)]
    assert [one["id"] for one in twin.client.get(f"{P}/alarms?state=open").json()["items"]] == ["LIVE"]
    changed = alarm("LIVE", AlarmState.ACKNOWLEDGED, raised_ns=T0 - S, changed_ns=T0 + S)
    _write(engine, _entry(90, live, live.raised_ns))
    twin.fold(alarm_changed(2, changed, "acknowledged"))
    assert twin.client.get(f"{P}/alarms?limit=1").json()["items"][0]["state"] == "acknowledged"
    assert twin.client.get(f"{P}/alarms/A07").json()["state"] == "normal"
    assert twin.client.get(f"{P}/alarms/NONE").status_code == 404
    assert twin.client.get(f"{P}/alarms?after=x").json()["code"] == "bad_page"


def test_crossings_page(twin: Twin, engine: Engine) -> None:
    body = {"fence": "F-1", "fence_version": 2, "direction": "enter", "probability": 0.9, "x_m": 1, "y_m": 2, "z_m": 0}
    body |= {"first_seen": True, "after_ns": T0 - 11 * S}
    entries = [JournalEntry(i, T0 - (10 - i) * S, "crossing", f"P{i % 2:03d}", body) for i in range(10)]
    _write(engine, *entries)
    first = twin.client.get(f"{P}/crossings?limit=6").json()
    second = twin.client.get(first["next"]).json()
    assert [one["seq"] for one in first["items"] + second["items"]] == list(range(9, -1, -1))
    assert {one["subject"] for one in twin.client.get(f"{P}/crossings?subject=P001").json()["items"]} == {"P001"}
    assert {(one["first_seen"], one["after"]) for one in first["items"]} == {(True, format_time(T0 - 11 * S))}


def test_an_acknowledgement_becomes_an_event(twin: Twin) -> None:
    twin.fold(snapshot(0), alarm_changed(1))
    name = alarm().id
    etag = twin.client.get(f"{P}/alarms/{name}").headers["etag"]
    stale = twin.client.post(f"{P}/alarms/{name}/acknowledge", headers={"if-match": '"other"'})
    assert stale.status_code == 412
    assert twin.sent == []
    answer = twin.client.post(f"{P}/alarms/{name}/acknowledge", json={"note": "seen 已看"}, headers={"if-match": etag})
    assert answer.status_code == 202
    ((topic, payload),) = twin.sent
    assert topic == "events/TEST-1"
    event = decode(payload, AlarmAcknowledged)
    assert (event.alarm, event.by, event.note, event.t_ns) == (name, "operator", "seen 已看", T0)
    assert twin.client.post(f"{P}/alarms/{name}/acknowledge").status_code == 202
    assert twin.client.post(f"{P}/alarms/NONE/acknowledge").status_code == 404
    assert twin.client.post(f"{P}/alarms/{name}/acknowledge", json={"note": "x" * 501}).status_code == 422


def _fence(**changes: Any) -> dict[str, Any]:
    return {"names": names("New").model_dump(), "purpose": "forbidden", "geometry": SQUARE, **changes}


def test_a_fence_is_changed_as_a_new_version(twin: Twin, engine: Engine) -> None:
    read = twin.client.get(f"{P}/fences/F-1")
    assert read.headers["etag"] == '"2"'
    unmatched = twin.client.patch(f"{P}/fences/F-1", json={"priority": 1})
    assert (unmatched.status_code, unmatched.json()["code"]) == (428, "if_match_required")
    changed = twin.client.patch(f"{P}/fences/F-1", json={"priority": 1}, headers={"if-match": '"2"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"3"')
    assert changed.json()["priority"] == 1
    assert changed.json()["allow"]["roles"] == ["operator"]
    stale = twin.client.put(f"{P}/fences/F-1", json=_fence(), headers={"if-match": '"2"'})
    assert (stale.status_code, stale.json()["params"]["etag"]) == (412, '"3"')
    twin.clock.t_ns += S
    assert twin.client.put(f"{P}/fences/F-1", json=_fence(), headers={"if-match": '"3"'}).status_code == 200
    assert twin.client.get(f"{P}/fences/F-1").json()["names"]["en"] == "New"
    with transaction(engine) as connection:
        versions = [fence for fence in load_plant(connection, "TEST-1").fences if fence.code == "F-1"]
    assert [(fence.version, fence.valid_to) for fence in versions] == [
        (1, T0 - 3600 * S),
        (2, T0),
        (3, T0 + S),
        (4, None),
    ]


def test_a_fence_keeps_what_its_editor_said(twin: Twin, engine: Engine) -> None:
    said: dict[str, Any] = {
        "purpose": "post",
        "schedule": {
            "weekly": [{"days": [1, 5], "start": "22:00", "end": "06:00"}],
            "dated": [{"starts": "2026-10-01T00:00", "ends": "2026-10-08T00:00", "open": False}],
        },
        "rules": {
            "max_people": 6,
            "min_staff": [{"role": "operator", "people": 2}],
            "post_of": {"roles": ["operator"]},
            "wrong_post_s": 180,
            "escort": True,
        },
        "drawn": {"shape": "circle", "centre": [118.95, 37.95], "radius_m": 20},
        "confirm_s": 3,
        "reason": "新岗位 new post",
    }
    # Whoever is signed in is the author, whatever is sent.
    sent = _fence(author="somebody else", **said)
    changed = twin.client.put(f"{P}/fences/F-1", json=sent, headers={"if-match": '"2"'})
    assert changed.status_code == 200, changed.text
    told = changed.json()
    assert told["author"] == "operator"
    for name in ("purpose", "schedule", "drawn", "confirm_s", "reason"):
        assert told[name] == said[name], name
    rules = told["rules"]
    assert (rules["max_people"], rules["wrong_post_s"], rules["escort"]) == (6, 180, True)
    assert rules["min_staff"] == [{"role": "operator", "team": None, "people": 2}]
    assert rules["post_of"]["roles"] == ["operator"]
    assert told["rules"]["overcrowd_on_s"] == 10
    assert twin.client.get(f"{P}/fences/F-1").json() == told
    with transaction(engine) as connection:
        stored = next(fence for fence in load_plant(connection, "TEST-1").fences if fence.version == 3)
    assert stored.rules.min_staff[0].people == 2
    # A patch empties what may be empty, keeps the rest, and has an author of its own.
    patched = twin.client.patch(f"{P}/fences/F-1", json={"drawn": None, "priority": 4}, headers={"if-match": '"3"'})
    assert (patched.json()["drawn"], patched.json()["confirm_s"], patched.json()["reason"]) == (None, 3, "")
    assert patched.json()["rules"] == told["rules"]


def test_writers_who_race_do_not_overwrite_each_other(twin: Twin, engine: Engine) -> None:
    """Another process wrote version 3; this one's memory still says 2: the store refuses."""
    from gis.store.fences import write_fence  # noqa: PLC0415

    known = twin.model.directory.fences["F-1"]
    with transaction(engine) as connection:
        write_fence(connection, "TEST-1", known.model_copy(update={"valid_from": T0}), 2)
    answer = twin.client.patch(f"{P}/fences/F-1", json={"priority": 4}, headers={"if-match": '"2"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")


def test_a_new_fence_is_made_once(twin: Twin) -> None:
    made = twin.client.put(f"{P}/fences/F-9", json=_fence(), headers={"if-none-match": "*"})
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    assert twin.client.put(f"{P}/fences/F-9", json=_fence(), headers={"if-none-match": "*"}).status_code == 412
    assert twin.client.put(f"{P}/fences/F-8", json=_fence(), headers={"if-match": '"1"'}).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"geometry": {"type": "Point", "coordinates": [118.95, 37.95]}},
        {"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]}},
        {"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [0.001, 0], [0, 0.001], [0, 0]]]}},
        {"geometry": {"nonsense": 1}},
        {"z_min_m": 10, "z_max_m": 5},
        {"enter_probability": 0.3},
        {"names": {"zh": "", "en": ""}},
        {"surprise": 1},
        {"schedule": {"weekly": [{"days": [8], "start": "08:00", "end": "16:00"}]}},
        {"schedule": {"dated": [{"starts": "2026-02-30T00:00", "ends": "2026-03-01T00:00", "open": True}]}},
        {"rules": {"max_people": -1}},
        {"drawn": {"shape": "star"}},
        {"reason": "two\nlines"},
    ],
)
def test_an_impossible_fence_is_refused(twin: Twin, wrong: dict[str, Any]) -> None:
    answer = twin.client.put(f"{P}/fences/F-1", json=_fence(**wrong), headers={"if-match": '"2"'})
    assert answer.status_code == 422, answer.text
    assert twin.client.get(f"{P}/fences/F-1").headers["etag"] == '"2"'


def test_tiles(twin: Twin) -> None:
    tile = twin.client.get("/api/v1/tiles/zones/14/13605/6322")
    assert tile.status_code == 200
    assert tile.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert b"zones" in tile.content
    same = twin.client.get("/api/v1/tiles/zones/14/13605/6322", headers={"if-none-match": tile.headers["etag"]})
    assert same.status_code == 304
    assert twin.client.get("/api/v1/tiles/zones/14/0/0").status_code == 204
    for wrong in ("secrets/1/0/0", "zones/1/2/0", "zones/99/0/0", "zones/1/-1/0", "zones/a/b/c"):
        assert twin.client.get(f"/api/v1/tiles/{wrong}").status_code in {404, 422}
