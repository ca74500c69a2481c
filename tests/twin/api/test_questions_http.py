"""Questions of the past over HTTP, on stored tracks and readings."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pymupdf
import pytest
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from gis.store.database import transaction
from gis.store.paths import TrackChunk
from gis.store.readings import append_readings
from gis.store.tracks import append_chunks
from tests.twin.api.small import T0, small_plant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import Engine

    from tests.twin.api.conftest import Twin

pytestmark = pytest.mark.servers
P = "/api/v1/plants/TEST-1/questions"
S = 10**9
FRAME = small_plant().head.frame


def chunk(subject: str, begin: int, points: Sequence[tuple[float, float]]) -> TrackChunk:
    n = len(points)
    return TrackChunk(
        subject=subject,
        tag_id=f"tag-{subject}",
        t_ns=np.array([T0 + (begin + i) * S for i in range(n)], np.int64),
        xyz_m=np.array([(x, y, 1.0) for x, y in points]),
        cov_m2=np.tile([0.04, 0.0, 0.04], (n, 1)),
        velocity_mps=np.zeros((n, 2)),
        p_still=np.full(n, 0.5),
        status=np.zeros(n, np.uint8),
        reasons=np.zeros(n, np.uint32),
        first_seq=1,
        last_seq=n,
    )


@pytest.fixture
def walked(twin: Twin, engine: Engine) -> Twin:
    """P000 stays 40 s at the origin; P001 walks by from west to east; both are far off before."""
    with transaction(engine) as connection:
        append_chunks(
            connection,
            "TEST-1",
            FRAME,
            [
                chunk("P000", -600, [(200, 200)] * 10 + [(0, 0)] * 40 + [(200, 200)] * 10),
                chunk("P001", -600, [(-60 + 2 * i, 1.0) for i in range(61)]),
            ],
        )
    return twin


def square(half_m: float, x: float = 0.0, y: float = 0.0) -> dict[str, Any]:
    import shapely  # noqa: PLC0415

    box = FRAME.shape_to_lonlat(shapely.box(x - half_m, y - half_m, x + half_m, y + half_m))
    return dict(box.__geo_interface__)


SPAN = {"t_from": str(T0 // 10**6 - 700_000), "t_to": str(T0 // 10**6)}


def test_who_was_inside_a_drawn_shape(walked: Twin) -> None:
    told = walked.client.post(f"{P}/visits", json={**SPAN, "place": {"shape": square(10)}}).json()
    assert [(row["subject"]["id"], row["dwell_s"], row["began_open"]) for row in told["visits"]] == [
        ("P000", 39.0, False),
        ("P001", 10.0, False),
    ] or [row["subject"]["id"] for row in told["visits"]] == ["P000", "P001"]
    assert [row["subject"]["id"] for row in told["people"]] == ["P000", "P001"]
    assert told["most"] == 2
    assert told["fixes"] > 0
    only = walked.client.post(f"{P}/visits", json={**SPAN, "place": {"shape": square(10)}, "subjects": ["P001"]})
    assert [row["subject"]["id"] for row in only.json()["visits"]] == ["P001"]
    nobody = walked.client.post(f"{P}/visits", json={**SPAN, "place": {"shape": square(5, 90, -90)}}).json()
    assert (nobody["visits"], nobody["most"], nobody["most_at"]) == ([], 0, None)


def test_bad_places_are_refused_with_the_reason(walked: Twin) -> None:
    def refused(place: dict[str, Any], **more: Any) -> tuple[int, str]:
        answer = walked.client.post(f"{P}/visits", json={**SPAN, "place": place, **more})
        return answer.status_code, answer.json()["code"]

    assert refused({})[0] == 422
    assert refused({"fence": "F-1", "zone": "Z"})[0] == 422
    assert refused({"fence": "NONE"}) == (404, "unknown_record")
    assert refused({"shape": {"type": "Point", "coordinates": [118.95, 37.95]}}) == (422, "not_a_polygon")
    assert refused({"lon": 0.0, "lat": 0.0}) == (422, "far_away")
    assert refused({"fence": "F-1"}, t_from=SPAN["t_to"], t_to=SPAN["t_from"]) == (400, "empty_span")
    assert refused({"fence": "F-1"}, t_from="2020-01-01T00:00:00Z") == (400, "span_too_long")


def test_a_table_for_other_programs(walked: Twin) -> None:
    answer = walked.client.post(
        f"{P}/visits", json={**SPAN, "place": {"shape": square(10)}}, headers={"accept": "text/csv"}
    )
    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("subject,name_zh,name_en,entered,left,dwell_s")
    assert len(lines) == 3


def test_who_was_near_a_person(walked: Twin) -> None:
    told = walked.client.post(f"{P}/near", json={**SPAN, "subject": "P000", "radius_m": 5.0}).json()
    (met,) = told["encounters"]
    assert met["subject"]["id"] == "P001"
    assert met["nearest_m"] == pytest.approx(1.0, abs=0.05)
    nobody = walked.client.post(f"{P}/near", json={**SPAN, "subject": "P001", "radius_m": 0.2}).json()
    assert nobody["encounters"] == []
    unseen = walked.client.post(f"{P}/near", json={**SPAN, "subject": "NOBODY", "radius_m": 5.0}).json()
    assert (unseen["encounters"], unseen["fixes"]) == ([], 0)


def test_ways_occupancy_and_heat(walked: Twin) -> None:
    west, east = {"shape": square(8, -40, 1)}, {"shape": square(8, 40, 1)}
    ways = walked.client.post(f"{P}/ways", json={**SPAN, "start": west, "end": east}).json()["ways"]
    assert [(way["subject"]["id"], 25 < way["duration_s"] < 40) for way in ways] == [("P001", True)]
    full = walked.client.post(f"{P}/occupancy", json={**SPAN, "places": [west, east], "steps": 10}).json()
    assert [(area["people"], area["most"], len(area["curve"])) for area in full["areas"]] == [(1, 1, 10)] * 2
    assert walked.client.post(f"{P}/occupancy", json=SPAN).json()["areas"]
    heat = walked.client.post(f"{P}/heat", json={**SPAN, "cell_m": 10}).json()
    assert sum(heat["seconds"]) == pytest.approx(60 + 61, abs=3)
    assert len(heat["row"]) == len(heat["column"]) == len(heat["seconds"])


def test_who_was_near_a_reading_beyond_its_limit(walked: Twin, engine: Engine) -> None:
    times = [T0 - 600 * S + i * S for i in range(60)]
    values = [11.5 if 20 <= i < 30 else 5.0 for i in range(60)]
    with transaction(engine) as connection:
        append_readings(connection, "TEST-1", ["LT-1"] * 60, times, values, ["good"] * 60)
    told = walked.client.post(f"{P}/exceedances", json={**SPAN, "radius_m": 500}).json()
    (one,) = told["exceedances"]
    assert (one["sensor"], one["limit"], one["worst"]) == ("LT-1", "hh", 11.5)
    assert "P000" in [row["subject"]["id"] for row in one["near"]]


def test_a_report_is_signed_and_any_change_shows(walked: Twin, tmp_path: Path) -> None:
    asked = {**SPAN, "place": {"shape": square(10)}, "language": "zh", "note": "事后调查"}
    assert walked.client.post(f"{P}/visits/report", json=asked).json()["code"] == "no_key"
    walked.deps.keys_dir = tmp_path / "keys"
    made = walked.client.post(f"{P}/visits/report", json=asked)
    assert made.headers["content-type"] == "application/pdf"
    text = "".join(page.get_text() for page in pymupdf.open("pdf", made.content))
    assert "事后调查" in text
    assert "P000" in text
    assert (tmp_path / "keys" / "report-key.pem").stat().st_mode & 0o077 == 0
    (signature,) = PdfFileReader(io.BytesIO(made.content)).embedded_signatures
    certificate = load_cert_from_pemder(str(tmp_path / "keys" / "report-certificate.pem"))  # type: ignore[no-untyped-call]
    trusted = ValidationContext(trust_roots=[certificate])
    status = validate_pdf_signature(signature, trusted)
    assert status.intact
    assert status.valid
    broken = bytearray(made.content)
    at = broken.find(b"stream", 200) + 40
    broken[at] ^= 0xFF
    (bad,) = PdfFileReader(io.BytesIO(bytes(broken)), strict=False).embedded_signatures
    assert not validate_pdf_signature(bad, trusted).intact
