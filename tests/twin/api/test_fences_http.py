"""The fence editor over HTTP, on a real database: drafts, versions, two editors at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gis.store.database import transaction
from gis.store.fence_drafts import MOST_DRAFTS, FenceDraft, list_drafts, write_draft
from gis.store.plants import load_plant, save_plant
from gis.store.tracks import TrackChunk, append_chunks
from tests.twin.api.small import BEGUN, FRAME, T0, S, box, names, small_plant
from twin.api.records import geometry

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.twin.api.conftest import Twin

pytestmark = pytest.mark.servers
P = "/api/v1/plants/TEST-1"
SQUARE = geometry(box(0, 0, 30, 30))


def body(**changes: Any) -> dict[str, Any]:
    return {"names": names("New").model_dump(), "purpose": "forbidden", "geometry": SQUARE, **changes}


def draft(twin: Twin, code: str, fields: dict[str, Any], desk: str = "one", base: int | None = None) -> dict[str, Any]:
    answer = twin.client.put(f"{P}/fence-drafts/{code}?desk={desk}", json={"base_version": base, "body": fields})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_draft_is_kept_as_it_is_and_judged(twin: Twin) -> None:
    bow = {"type": "Polygon", "coordinates": [[[118.95, 37.95], [118.951, 37.951], [118.951, 37.95], [118.95, 37.951]]]}
    told = draft(twin, "F-9", body(geometry=bow, colour="pink"))
    assert {fault["code"] for fault in told["faults"]} == {"self_intersection", "enum"}
    (crossing,) = [fault for fault in told["faults"] if fault["code"] == "self_intersection"]
    assert (crossing["lon"], crossing["lat"]) == pytest.approx((118.9505, 37.9505), abs=1e-5)
    assert twin.client.get(f"{P}/fence-drafts/F-9?desk=one").json() == told
    assert twin.client.get(f"{P}/fence-drafts/F-9?desk=two").status_code == 404
    assert twin.client.get(f"{P}/fences/F-9").status_code == 404


def test_two_screens_do_not_write_into_one_draft(twin: Twin) -> None:
    draft(twin, "F-1", body(priority=1), "one", 2)
    twin.clock.t_ns += S
    draft(twin, "F-1", body(priority=4), "two", 2)
    drafts = twin.client.get(f"{P}/fence-drafts").json()["items"]
    assert [(one["desk"], one["body"]["priority"]) for one in drafts] == [("two", 4), ("one", 1)]
    assert twin.client.request("DELETE", f"{P}/fence-drafts/F-1?desk=two").status_code == 204
    assert [one["desk"] for one in twin.client.get(f"{P}/fence-drafts").json()["items"]] == ["one"]


def test_a_draft_that_is_too_large_or_nowhere_is_refused(twin: Twin) -> None:
    large = twin.client.put(f"{P}/fence-drafts/F-9", json={"body": body(reason="x" * 300_000)})
    assert (large.status_code, large.json()["code"]) == (422, "too_large")
    assert twin.client.put(f"{P}/fence-drafts/-bad-", json={"body": {}}).status_code == 422
    assert twin.client.put(f"{P}/fence-drafts/F-9?desk=a%20b", json={"body": {}}).status_code == 422
    assert twin.client.put("/api/v1/plants/NONE/fence-drafts/F-9", json={"body": {}}).status_code == 404


def test_beyond_the_bound_the_oldest_draft_goes(engine: Engine) -> None:
    with transaction(engine) as connection:
        for i in range(MOST_DRAFTS + 3):
            write_draft(connection, "TEST-1", FenceDraft(f"F-{i}", "operator", "one", None, {}, T0 + i))
        kept = list_drafts(connection, "TEST-1")
    assert len(kept) == MOST_DRAFTS
    assert (kept[0].code, kept[-1].code) == (f"F-{MOST_DRAFTS + 2}", "F-3")


def test_drafts_outlive_an_import_of_the_plant(twin: Twin, engine: Engine) -> None:
    draft(twin, "F-9", body())
    with transaction(engine) as connection:
        save_plant(connection, small_plant())
    assert len(twin.client.get(f"{P}/fence-drafts").json()["items"]) == 1


def test_two_editors_at_once_the_second_is_told_and_loses_nothing(twin: Twin) -> None:
    draft(twin, "F-1", body(priority=1), "one", 2)
    draft(twin, "F-1", body(priority=4), "two", 2)
    first = twin.client.put(f"{P}/fences/F-1", json=body(priority=1, reason="first"), headers={"if-match": '"2"'})
    assert (first.status_code, first.json()["version"]) == (200, 3)
    second = twin.client.put(f"{P}/fences/F-1", json=body(priority=4, reason="second"), headers={"if-match": '"2"'})
    assert (second.status_code, second.json()["code"], second.json()["params"]["etag"]) == (412, "stale", '"3"')
    # What the second drew is still there, and goes on from the first's version.
    mine = twin.client.get(f"{P}/fence-drafts/F-1?desk=two").json()
    assert (mine["body"]["priority"], mine["base_version"]) == (4, 2)
    again = twin.client.put(
        f"{P}/fences/F-1", json=body(**(mine["body"] | {"reason": "second"})), headers={"if-match": '"3"'}
    )
    assert again.json()["version"] == 4
    versions = twin.client.get(f"{P}/fences/F-1/versions").json()["items"]
    assert [(one["fence"]["version"], one["fence"]["reason"]) for one in versions] == [
        (4, "second"),
        (3, "first"),
        (2, ""),
        (1, ""),
    ]
    assert versions[0]["fence"]["author"] == "operator"


def test_an_impossible_fence_is_refused_with_the_place(twin: Twin) -> None:
    bow = {"type": "Polygon", "coordinates": [[[118.95, 37.95], [118.951, 37.951], [118.951, 37.95], [118.95, 37.951]]]}
    answer = twin.client.put(f"{P}/fences/F-1", json=body(geometry=bow), headers={"if-match": '"2"'})
    assert (answer.status_code, answer.json()["code"]) == (422, "self_intersection")
    assert answer.json()["params"]["lon"] == pytest.approx(118.9505, abs=1e-5)
    unknown = twin.client.put(f"{P}/fences/F-1", json=body(allow={"roles": ["pilot"]}), headers={"if-match": '"2"'})
    assert unknown.json()["params"] == {"unknown": "pilot", "field": "allow.roles"}


def test_revert_makes_a_new_version_of_an_old_one(twin: Twin) -> None:
    stale = twin.client.post(
        f"{P}/fences/F-1/revert", json={"version": 1, "reason": "back"}, headers={"if-match": '"1"'}
    )
    assert stale.status_code == 412
    answer = twin.client.post(
        f"{P}/fences/F-1/revert", json={"version": 1, "reason": "back"}, headers={"if-match": '"2"'}
    )
    assert (answer.status_code, answer.json()["version"], answer.json()["reason"]) == (200, 3, "back")
    assert answer.json()["names"]["en"] == "Old fence"
    assert twin.client.get(f"{P}/fences/F-1").json()["names"]["en"] == "Old fence"
    missing = twin.client.post(
        f"{P}/fences/F-1/revert", json={"version": 9, "reason": "x"}, headers={"if-match": '"3"'}
    )
    assert missing.status_code == 404
    for reason in ("", "  ", "a\nb", "x" * 501):
        wrong = twin.client.post(
            f"{P}/fences/F-1/revert", json={"version": 1, "reason": reason}, headers={"if-match": '"3"'}
        )
        assert wrong.status_code == 422, reason


def test_a_retired_fence_is_out_of_force_and_comes_back(twin: Twin, engine: Engine) -> None:
    twin.clock.t_ns += S
    assert twin.client.post(f"{P}/fences/F-2/retire", json={"reason": "gate gone"}).status_code == 428
    gone = twin.client.post(f"{P}/fences/F-2/retire", json={"reason": "gate gone"}, headers={"if-match": '"1"'})
    assert gone.status_code == 200
    assert gone.json()["items"][0]["retired"] == {
        "t": "2026-11-23T00:00:01.000Z",
        "author": "operator",
        "reason": "gate gone",
    }
    assert twin.client.get(f"{P}/fences/F-2").status_code == 404
    (listed,) = twin.client.get(f"{P}/retired-fences").json()["items"]
    assert (listed["code"], listed["version"]) == ("F-2", 1)
    # Its code is not free: whoever makes a new one is told.
    assert twin.client.put(f"{P}/fences/F-2", json=body(), headers={"if-none-match": "*"}).status_code == 412
    twin.clock.t_ns += S
    back = twin.client.post(
        f"{P}/fences/F-2/revert", json={"version": 1, "reason": "gate again"}, headers={"if-match": '"1"'}
    )
    assert (back.status_code, back.json()["version"]) == (200, 2)
    assert twin.client.get(f"{P}/retired-fences").json()["items"] == []
    with transaction(engine) as connection:
        fences = [fence for fence in load_plant(connection, "TEST-1").fences if fence.code == "F-2"]
    assert [(fence.valid_from, fence.valid_to) for fence in fences] == [(BEGUN, T0 + S), (T0 + 2 * S, None)]


def test_a_fence_is_retired_once(twin: Twin) -> None:
    twin.clock.t_ns += S
    assert twin.client.post(f"{P}/fences/F-2/retire", json={"reason": "a"}, headers={"if-match": '"1"'}).is_success
    again = twin.client.post(f"{P}/fences/F-2/retire", json={"reason": "b"}, headers={"if-match": '"1"'})
    assert again.status_code == 404
    assert twin.client.get(f"{P}/fences/NONE/versions").status_code == 404


def _walk(engine: Engine, subject: str, x: float, y: float, seconds: int) -> None:
    n = seconds
    path = TrackChunk(
        subject=subject,
        tag_id="T1",
        t_ns=np.arange(n, dtype=np.int64) * S + (T0 - 3 * 3600 * S),
        xyz_m=np.column_stack([np.full(n, x), np.full(n, y), np.zeros(n)]),
        cov_m2=np.tile([0.05, 0.0, 0.05], (n, 1)),
        velocity_mps=np.zeros((n, 2)),
        p_still=np.zeros(n),
        status=np.zeros(n, np.uint8),
        reasons=np.zeros(n, np.uint32),
        first_seq=1,
        last_seq=n,
    )
    with transaction(engine) as connection:
        append_chunks(connection, "TEST-1", FRAME, [path])


def _tried(twin: Twin, answer: Any) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    for _ in range(600):
        told = twin.client.get(f"{P}/fence-previews/{told['id']}").json()
        if told["state"] not in ("waiting", "running"):
            break
        twin.client.runner.run(asyncio.sleep(0.05))
    return told


def test_a_fence_is_tried_on_the_past(twin: Twin, engine: Engine) -> None:
    _walk(engine, "P001", 15.0, 15.0, 120)
    told = _tried(twin, twin.client.post(f"{P}/fence-previews", json={"code": "F-9", "body": body()}))
    assert (told["state"], told["progress"], told["people"], told["fixes"]) == ("done", 1.0, 1, 120)
    (alarm,) = told["alarms"]
    assert (alarm["kind"], alarm["subject"]) == ("INTRUSION", "P001")
    assert (alarm["x_m"], alarm["y_m"]) == pytest.approx((15, 15), abs=0.5)
    allowed = body(allow={"persons": ["P001"]})
    quiet = _tried(twin, twin.client.post(f"{P}/fence-previews", json={"code": "F-9", "body": allowed}))
    assert (quiet["state"], quiet["alarms"], quiet["total"], quiet["people"]) == ("done", [], 0, 1)


def test_a_trial_is_stopped_and_too_many_are_refused(twin: Twin) -> None:
    bad = twin.client.post(f"{P}/fence-previews", json={"code": "F-9", "body": body(z_min_m=9, z_max_m=1)})
    assert (bad.status_code, bad.json()["code"]) == (422, "fence_heights")
    answers = [twin.client.post(f"{P}/fence-previews", json={"code": "F-9", "body": body()}) for _ in range(12)]
    assert {answer.status_code for answer in answers} <= {202, 503}
    name = answers[0].json()["id"]
    assert twin.client.request("DELETE", f"{P}/fence-previews/{name}").status_code == 204
    assert twin.client.get(f"{P}/fence-previews/{name}").json()["state"] in {"cancelled", "done"}
    assert twin.client.get(f"{P}/fence-previews/none").status_code == 404
