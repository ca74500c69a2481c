"""Tracks for other people's programs: what was stored comes out of every format, read by programs of others."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import geopandas
import numpy as np
import pyarrow.parquet as pq
import pymeos
import pytest
from click.testing import CliRunner

from gis.store.database import transaction
from gis.store.journal import JournalEntry, append_entries
from gis.store.tracks import TrackChunk, append_chunks
from tests.twin.api.small import FRAME, T0, S
from twin.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from tests.twin.api.conftest import Twin

pytestmark = pytest.mark.servers
EXPORT = "/api/v1/plants/TEST-1/tracks/export"
TRACKS = "/ogc/collections/tracks"
SPAN = {"from": "2026-11-23T00:00:00Z", "to": "2026-11-23T03:00:00Z"}
WHEN = {"datetime": "2026-11-23T00:00:00Z/2026-11-23T03:00:00Z"}
N = 120
# A step east, and one north or south: straight pieces would be taken together by MEOS.
LENGTH_M = (N - 1) * 2**0.5


@pytest.fixture(scope="module", autouse=True)
def _meos() -> Iterator[None]:
    pymeos.pymeos_initialize()
    yield
    pymeos.pymeos_finalize()


def _walk(subject: str, tag: str, begin_s: float, n: int = N, y: float = 10.0) -> TrackChunk:
    return TrackChunk(
        subject=subject,
        tag_id=tag,
        t_ns=T0 + (np.arange(n) * S) + round(begin_s * S),
        xyz_m=np.column_stack([np.arange(n) * 1.0, y + np.arange(n) % 2, np.full(n, 1.2)]),
        cov_m2=np.tile([0.01, 0.0, 0.01], (n, 1)),
        velocity_mps=np.tile([1.0, 0.0], (n, 1)),
        p_still=np.zeros(n),
        status=np.zeros(n, np.uint8),
        reasons=np.zeros(n, np.uint32),
        first_seq=1,
        last_seq=1,
    )


@pytest.fixture
def walked(twin: Twin, engine: Engine) -> Twin:
    """P000 walks twice with a pause between, P001 once across a window's end; something was lost once."""
    with transaction(engine) as connection:
        append_chunks(
            connection,
            "TEST-1",
            FRAME,
            [_walk("P000", "T0000", 0), _walk("P000", "T0000", 600), _walk("P001", "T0001", 7140, y=50.0)],
        )
        lost = {"from_ns": T0 + 130 * S, "to_ns": T0 + 140 * S, "reason": "spool"}
        append_entries(connection, "TEST-1", [JournalEntry(9, T0 + 140 * S, "gap", "", lost)])
    twin.clock.t_ns = T0 + 4 * 3600 * S
    return twin


def _export(twin: Twin, form: str, **more: str) -> Any:
    answer = twin.client.get(EXPORT, params={"format": form, **SPAN, **more})
    assert answer.status_code == 200, answer.text
    return answer


def test_meos_reads_the_mf_json_and_agrees_on_times_and_lengths(walked: Twin) -> None:
    answer = _export(walked, "mf-json")
    assert answer.headers["twin-subjects"] == "2"
    assert answer.headers["twin-gaps"] == "1"
    assert ".mf.json" in answer.headers["content-disposition"]
    body = answer.json()
    assert body["gaps"] == [{"from": "2026-11-23T00:02:10.000Z", "to": "2026-11-23T00:02:20.000Z", "reason": "spool"}]
    assert [one["properties"]["subject"] for one in body["features"]] == ["P000", "P000", "P001"]
    for feature in body["features"]:
        read = pymeos.TGeogPoint.from_mfjson(json.dumps(feature["temporalGeometry"]))
        assert read.num_instants() == N
        assert read.duration().total_seconds() == N - 1
        assert read.length() == pytest.approx(LENGTH_M, rel=5e-4)
        group = feature["temporalProperties"][0]
        assert len(group["datetimes"]) == len(group["r95_m"]["values"]) == N
    first, second, _ = body["features"]
    assert first["temporalGeometry"]["datetimes"][-1] < second["temporalGeometry"]["datetimes"][0]


def test_geojson_draws_no_line_over_a_pause(walked: Twin, tmp_path: Path) -> None:
    file = tmp_path / "tracks.geojson"
    file.write_bytes(_export(walked, "geojson").content)
    frame = geopandas.read_file(file)
    assert len(frame) == 3
    assert set(frame.geometry.geom_type) == {"LineString"}
    metric = frame.to_crs("EPSG:4549").length
    # The Gauss-Krüger plane is stretched by up to 1 in 5000 here.
    assert metric.to_numpy() == pytest.approx(LENGTH_M, rel=1e-3)
    assert all(frame.geometry.has_z)


def test_csv_has_a_row_a_fix(walked: Twin) -> None:
    content = _export(walked, "csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert len(rows) == 3 * N
    assert rows[0]["t"] == "2026-11-23T00:00:00.000Z"
    assert rows[0]["name_zh"] == "甲Person 0"
    assert float(rows[5]["x_m"]) == pytest.approx(5.0, abs=2e-3)
    assert {(row["subject"], row["run"]) for row in rows} == {("P000", "1"), ("P000", "2"), ("P001", "1")}
    only = list(csv.DictReader(io.StringIO(_export(walked, "csv", subjects="P001").content.decode("utf-8-sig"))))
    assert {row["subject"] for row in only} == {"P001"}
    assert len(only) == N


def test_geoparquet_is_read_by_geopandas(walked: Twin, tmp_path: Path) -> None:
    file = tmp_path / "tracks.parquet"
    file.write_bytes(_export(walked, "geoparquet").content)
    frame = geopandas.read_parquet(file)
    assert len(frame) == 3 * N
    assert frame.crs is not None
    assert frame.crs.to_string() == "OGC:CRS84"
    assert frame.geometry.iloc[0].z == pytest.approx(1.2, abs=1e-3)
    assert frame["t"].iloc[0].isoformat() == "2026-11-23T00:00:00+00:00"
    metadata = pq.read_schema(file).metadata
    assert json.loads(metadata[b"geo"])["version"] == "1.1.0"
    assert len(json.loads(metadata[b"plant_twin"])["gaps"]) == 1


@pytest.mark.parametrize("form", ["mf-json", "geojson", "csv", "geoparquet"])
def test_nothing_measured_is_a_whole_empty_file(walked: Twin, form: str, tmp_path: Path) -> None:
    content = _export(walked, form, **{"from": "2026-11-22T00:00:00Z", "to": "2026-11-22T01:00:00Z"}).content
    if form == "geoparquet":
        (tmp_path / "x.parquet").write_bytes(content)
        assert len(geopandas.read_parquet(tmp_path / "x.parquet")) == 0
    elif form == "csv":
        assert len(content.decode().splitlines()) == 1
    else:
        assert json.loads(content)["features"] == []


def test_smoothed_tracks_have_the_same_instants(walked: Twin) -> None:
    plain, better = (_export(walked, "mf-json", quality=name).json() for name in ("measured", "smoothed"))
    assert better["quality"] == "smoothed"
    times = [[one["temporalGeometry"]["datetimes"] for one in body["features"]] for body in (plain, better)]
    assert times[0] == times[1]


@pytest.mark.parametrize("query", ["format=shp", "format=csv&from=2026-01-01T00:00:00Z&to=2026-12-01T00:00:00Z"])
def test_what_cannot_be_exported_is_refused(walked: Twin, query: str) -> None:
    assert walked.client.get(f"{EXPORT}?{query}").status_code in {400, 422}


def test_the_verb_writes_the_same_file(walked: Twin, postgis_url: str, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    given = ["--from", SPAN["from"], "--to", SPAN["to"], "--format", "csv", "-o", str(file), "--database", postgis_url]
    done = CliRunner().invoke(main, ["export", "tracks", "TEST-1", *given])
    assert done.exit_code == 0, done.output
    assert file.read_bytes() == _export(walked, "csv").content
    wrong = CliRunner().invoke(main, ["export", "tracks", "NONE", *given[:-3], str(tmp_path / "no.csv"), *given[-2:]])
    assert wrong.exit_code != 0
    assert [path for path in tmp_path.iterdir() if path.is_file()] == [file]


# ---------------------------------------------------------------- OGC API Moving Features


def test_moving_features_are_found_by_time_and_place(walked: Twin) -> None:
    def ids(**asked: str) -> list[str]:
        answer = walked.client.get(f"{TRACKS}/items", params={**WHEN, **asked})
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["features"]]

    assert ids() == ["TEST-1.P000", "TEST-1.P001"]
    assert ids(datetime="2026-11-23T00:10:00Z/2026-11-23T00:11:00Z") == ["TEST-1.P000"]
    assert ids(datetime="2026-11-23T00:05:00Z/2026-11-23T00:06:00Z") == []
    lon, lat = FRAME.to_lonlat([60.0], [50.0])
    assert ids(bbox=f"{lon[0] - 1e-5},{lat[0] - 1e-5},{lon[0] + 1e-5},{lat[0] + 1e-5}") == ["TEST-1.P001"]
    assert ids(plant="NONE") == []
    listed = walked.client.get("/ogc/collections").json()["collections"]
    assert next(one for one in listed if one["id"] == "tracks")["itemType"] == "movingfeature"
    first = walked.client.get(f"{TRACKS}/items", params={**WHEN, "limit": "1"}).json()
    following = next(one["href"] for one in first["links"] if one["rel"] == "next")
    assert [one["id"] for one in walked.client.get(following).json()["features"]] == ["TEST-1.P001"]
    whole = walked.client.get(f"{TRACKS}/items", params={**WHEN, "subTrajectory": "true"}).json()["features"]
    assert len(whole[0]["temporalGeometry"]["prisms"]) == 2
    assert pymeos.TGeogPoint.from_mfjson(json.dumps(whole[1]["temporalGeometry"])).num_instants() == N


def test_a_temporal_geometry_and_what_follows_from_it(walked: Twin) -> None:
    here = f"{TRACKS}/items/TEST-1.P000"
    one = walked.client.get(here, params=WHEN).json()
    assert one["time"] == ["2026-11-23T00:00:00.000Z", "2026-11-23T00:11:59.000Z"]
    sequence = walked.client.get(f"{here}/tgsequence", params=WHEN).json()["geometrySequence"]
    assert [len(run["datetimes"]) for run in sequence] == [N, N]
    cut = {"datetime": "2026-11-23T00:00:10Z/2026-11-23T00:00:20Z", "subTrajectory": "true"}
    (part,) = walked.client.get(f"{here}/tgsequence", params=cut).json()["geometrySequence"]
    assert len(part["datetimes"]) == 11
    leaf = {**WHEN, "leaf": "2026-11-23T00:00:01.500Z,2026-11-23T00:05:00Z,2026-11-23T00:10:00Z"}
    points = walked.client.get(f"{here}/tgsequence", params=leaf).json()["geometrySequence"]
    assert [point["datetimes"] for point in points] == [
        ["2026-11-23T00:00:01.500+00:00"],
        ["2026-11-23T00:10:00.000+00:00"],
    ]
    x, _ = FRAME.to_site(*np.array(points[0]["coordinates"])[:, :2].T)
    assert x[0] == pytest.approx(1.5, abs=2e-3)
    run = f"{here}/tgsequence/{sequence[0]['id']}"
    (distance,) = walked.client.get(f"{run}/distance").json()["valueSequence"]
    assert distance["values"][-1] == pytest.approx(LENGTH_M, abs=0.1)
    (velocity,) = walked.client.get(f"{run}/velocity").json()["valueSequence"]
    assert set(velocity["values"]) == {1.0}
    (faster,) = walked.client.get(f"{run}/acceleration").json()["valueSequence"]
    assert set(faster["values"]) == {0.0}
    listed = walked.client.get(f"{here}/tproperties").json()["temporalProperties"]
    assert [one["name"] for one in listed] == ["r95_m", "p_still", "status"]
    status = walked.client.get(f"{here}/tproperties/status", params=WHEN).json()
    assert status["type"] == "TText"
    assert {value for part in status["valueSequence"] for value in part["values"]} == {"fix"}


@pytest.mark.parametrize(
    "address",
    [
        "/items?datetime=2026-11-01T00:00:00Z/2026-11-23T00:00:00Z",
        "/items?surprise=1",
        "/items?bbox=1,2",
        "/items/TEST-1.P000/tgsequence?leaf=2026-11-23T00:00:00Z&subTrajectory=true",
        "/items/TEST-1.P000/tgsequence?leaf=2026-11-23T00:00:01Z,2026-11-23T00:00:00Z",
        "/items/TEST-1.NOBODY",
        "/items/OTHER.P000/tgsequence",
        "/items/TEST-1.P000/tgsequence/none/velocity",
        "/items/TEST-1.P000/tgsequence/T0000-1/velocity",
    ],
)
def test_wrong_questions_about_tracks_are_refused(walked: Twin, address: str) -> None:
    answer = walked.client.get(TRACKS + address)
    assert answer.status_code in {400, 404}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
