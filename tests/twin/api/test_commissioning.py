"""Anchors, tags, frames of engines and the coverage grid over HTTP."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from gis.plant import Engine, GroundControlPoint, Plant
from gis.wire import encode
from tests.twin.api.small import T0, S, names, small_plant, snapshot
from tests.twin.api.stage import stage
from twin.api.commissioning import engine_report
from twin.commissioning import AnchorReport, LocatorReport, TagReport
from twin.effects import TagChanged

if TYPE_CHECKING:
    from pathlib import Path

    from tests.twin.api.conftest import Twin

P = "/api/v1/plants/TEST-1"
REPORT = LocatorReport(
    t_ns=T0,
    anchors=[AnchorReport("UWB", "A-1", "shifted", 4321, 0.21, 0.12, 0.04, T0 - S)],
    tags=[TagReport("T0000", T0 - S, 1.98, 1, (90, 9, 1, 0), 0.44, 6)],
)


def _asked(twin: Twin) -> dict[str, Any]:
    answer = twin.client.get(f"{P}/commissioning")
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def test_before_the_locator_spoke_everything_is_unknown(lonely: Twin) -> None:
    body = _asked(lonely)
    assert body["heard"] is None
    assert [(a["anchor"], a["state"], a["residual_m"], a["last"]) for a in body["anchors"]] == [
        ("A-1", "unknown", None, None)
    ]
    assert len(body["tags"]) == len(small_plant().tags)
    assert all(tag["last"] is None and tag["status"] is None for tag in body["tags"])


def test_what_the_locator_says_stands_beside_the_records(lonely: Twin) -> None:
    lonely.model.locator_report = REPORT
    lonely.fold(snapshot(1), TagChanged(seq=2, t_ns=T0, tag_id="T0000", subject="P000", battery_pct=17.0))
    body = _asked(lonely)
    anchor = body["anchors"][0]
    assert (anchor["state"], anchor["ranges"], anchor["residual_m"]) == ("shifted", 4321, 0.21)
    assert anchor["accepted"] == pytest.approx(0.96)
    assert anchor["suggested_bias_m"] == pytest.approx(anchor["bias_m"] + 0.21)
    assert anchor["last"] == "2026-11-22T23:59:59.000Z"
    tags = {tag["tag"]: tag for tag in body["tags"]}
    tag = tags["T0000"]
    assert (tag["carrier"], tag["carrier_kind"], tag["battery_pct"], tag["status"]) == (
        "P000",
        "person",
        17.0,
        "degraded",
    )
    assert (tag["fixes"], tag["degraded"], tag["rate_hz"], tag["anchors"]) == (90, 9, 1.98, 6)
    assert (tags["T9999"]["carrier"], tags["T9999"]["last"]) == (None, None)


def test_no_bias_is_suggested_while_an_anchor_is_learnt(lonely: Twin) -> None:
    lonely.model.locator_report = LocatorReport(
        t_ns=T0, anchors=[AnchorReport("UWB", "A-1", "learning", 12, 0.4, 0.1, 0.0, T0)]
    )
    anchor = _asked(lonely)["anchors"][0]
    assert (anchor["residual_m"], anchor["suggested_bias_m"]) == (0.4, None)


def test_an_unknown_plant_and_an_unknown_level(lonely: Twin) -> None:
    assert lonely.client.get("/api/v1/plants/NOBODY/commissioning").status_code == 404
    answer = lonely.client.get(f"{P}/coverage?level=L9")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_level")
    assert lonely.client.get(f"{P}/coverage?step_m=0.1").status_code == 422


def test_the_coverage_grid(lonely: Twin) -> None:
    answer = lonely.client.get(f"{P}/coverage?level=L1&step_m=50")
    body = answer.json()
    assert (body["level"], body["step_m"]) == ("L1", 50.0)
    assert body["columns"] * body["rows"] == len(body["r95_cm"]) == len(body["clear"])
    assert len(body["corners"]) == 4
    # One anchor, and of an engine that is not on record: nobody is located anywhere.
    assert set(body["r95_cm"]) <= {-1, -2}
    assert body["located"] == 0.0
    again = lonely.client.get(f"{P}/coverage?level=L1&step_m=50", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def _engine(*points: tuple[float, float, float, float]) -> Engine:
    return Engine(
        code="E",
        names=names("Engine"),
        control_points=tuple(
            GroundControlPoint(engine_x_m=a, engine_y_m=b, site_x_m=c, site_y_m=d) for a, b, c, d in points
        ),
    )


def test_a_frame_report_names_the_blunder() -> None:
    # Turned by a right angle and shifted by (100, 50); one point is half a metre off.
    places = [(0.0, 0.0), (40.0, 0.0), (40.0, 30.0), (0.0, 30.0), (20.0, 15.0), (10.0, 25.0)]
    points = [(x, y, 100.0 - y, 50.0 + x) for x, y in places]
    points[4] = (*points[4][:3], points[4][3] + 0.5)
    report = engine_report(_engine(*points))
    assert report.fault is None
    assert report.rotation_deg == pytest.approx(90.0, abs=1.0)
    assert [point.blunder for point in report.points] == [False, False, False, False, True, False]
    assert "blunder" in report.warnings
    assert report.points[4].leave_one_out_m == pytest.approx(0.5, abs=0.01)


def test_too_few_points_are_a_fault_and_none_are_the_site_itself() -> None:
    faulty = engine_report(_engine((0, 0, 0, 0), (1, 0, 1, 0)))
    assert faulty.fault is not None
    assert len(faulty.points) == 2
    own = engine_report(_engine())
    assert (own.fault, own.points, own.rotation_deg, own.rms_m) == (None, [], 0.0, None)


def test_reports_come_over_the_bus_and_a_broken_one_is_passed_over(tmp_path: Path) -> None:
    async def scene() -> None:
        async with stage(tmp_path) as play:
            await play.bus.publish("commissioning/TEST-1", b"\xc1 broken")
            await play.bus.publish("commissioning/NOT-SERVED", encode(REPORT))
            await play.bus.publish("commissioning/TEST-1", encode(REPORT), retain=True)
            await play.until(lambda: play.hub.model.locator_report is not None)
            assert play.hub.model.locator_report == REPORT

    asyncio.run(scene())


def test_every_plant_has_a_report_for_each_engine(lonely: Twin) -> None:
    plant: Plant = small_plant().model_copy(update={"engines": (_engine(),)})
    lonely.deps.add_plant(plant)
    assert [engine["engine"] for engine in _asked(lonely)["engines"]] == ["E"]
