"""Every fault of a plant directory is told at once, each with its file, record and field."""

from __future__ import annotations

import re
import shutil
import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis.files import PlantFault, PlantFilesError, read_plant
from gis.files.faults import SENTENCES
from gis.files.layout import FILE_NAMES

if TYPE_CHECKING:
    from pathlib import Path

SMALL = {
    "plant.yaml": """
code: P-1
name_zh: 一厂
name_en: Plant one
origin_lon: 118.95
origin_lat: 37.95
boundary: {type: Polygon, coordinates: [[[118.94, 37.94], [118.96, 37.94], [118.96, 37.96], [118.94, 37.94]]]}
enterprise: {code: E-1, name_zh: 企业, name_en: Enterprise, region: "3705"}
regions: [{code: "3705", name_zh: 东营, name_en: Dongying}]
levels: [{code: L0, name_zh: 地面, name_en: Ground, z_m: 0}]
engines: [{code: uwb, name_zh: 引擎, name_en: Engine}]
roles: [{code: op, name_zh: 操作工, name_en: Operator}]
teams: [{code: T1, name_zh: 一班, name_en: Team one}]
shifts: [{code: S1, name_zh: 中班, name_en: Evening, start: 16:00, end: 00:00}]
""",
    "assets.geojson": """{"type": "FeatureCollection", "features": [
{"type": "Feature", "geometry": {"type": "Point", "coordinates": [118.95, 37.95]},
 "properties": {"code": "T-1", "name_zh": "罐", "name_en": "Tank", "level": "L0",
                "attributes": {"kind": "fixed_roof_tank", "diameter_m": 20, "height_m": 12}}},
{"type": "Feature", "geometry": {"type": "Point", "coordinates": [118.951, 37.95]},
 "properties": {"code": "C-1", "name_zh": "摄像机", "name_en": "Camera", "attributes": {"kind": "camera"}}},
{"type": "Feature", "geometry": {"type": "Point", "coordinates": [118.951, 37.951]},
 "properties": {"code": "A-1", "name_zh": "基站", "name_en": "Anchor",
                "attributes": {"kind": "anchor", "engine": "uwb"}}}
]}""",
    "zones.geojson": """{"type": "FeatureCollection", "features": [
{"type": "Feature",
 "geometry": {"type": "Polygon",
              "coordinates": [[[118.95, 37.95], [118.951, 37.95], [118.951, 37.951], [118.95, 37.95]]]},
 "properties": {"code": "Z-1", "name_zh": "区", "name_en": "Zone", "colour": "red",
                "valid_from": "2026-01-01T00:00:00Z"}}
]}""",
    "fences.geojson": """{"type": "FeatureCollection", "features": [
{"type": "Feature",
 "geometry": {"type": "Polygon",
              "coordinates": [[[118.95, 37.95], [118.951, 37.95], [118.951, 37.951], [118.95, 37.95]]]},
 "properties": {"code": "F-1", "name_zh": "围栏", "name_en": "Fence", "purpose": "forbidden",
                "valid_from": "2026-01-01T08:00:00+08:00", "allow": {"roles": ["op"]}}}
]}""",
    "people.csv": "code,name_zh,name_en,role,team,shift,employer\n"
    "P1,甲,A,op,T1,S1,\nP2,乙,B,op,,,承包商\nP3,丙,C,op,,,\n",
    "vehicles.csv": "code,name_zh,name_en,vehicle_kind,plate\nV1,车,Truck,truck,鲁E12345\nV2,叉车,Forklift,forklift,\n",
    "tags.csv": "code,tag_kind,carry_height_m\n0001,person,1.2\n0002,vehicle,2\n",
    "assignments.csv": "tag,version,valid_from,valid_to,person,vehicle\n"
    "0001,1,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,P1,\n"
    "0001,2,2026-02-01T00:00:00Z,,P2,\n"
    "0002,1,2026-01-01T00:00:00Z,,,V1\n",
    "sensors.csv": "code,version,valid_from,valid_to,name_zh,name_en,quantity,unit,"
    "range_low,range_high,asset,ll,l,h,hh,period_s\n"
    "LT-1,1,2026-01-01T00:00:00Z,,液位,Level,level,m,0,12,T-1,1,2,10,11,1\n"
    "PH-1,1,2026-01-01T00:00:00Z,,酸碱度,pH,ph,,0,14,,,,,,5\n",
    "cameras.csv": "code,valid_from,name_zh,name_en,x_m,y_m,z_m,heading_deg,tilt_deg,hfov_deg\n"
    "C-1,2026-01-01T00:00:00Z,摄像机,Camera,88,0,8,90,-20,60\n",
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    directory = tmp_path / "plant"
    directory.mkdir()
    for name, text in SMALL.items():
        (directory / name).write_text(text, "utf-8")
    return directory


def faults_of(directory: Path) -> tuple[PlantFault, ...]:
    with pytest.raises(PlantFilesError) as caught:
        read_plant(directory)
    return caught.value.faults


def change(directory: Path, file: str, old: str, new: str) -> None:
    text = (directory / file).read_text("utf-8")
    assert old in text
    (directory / file).write_text(text.replace(old, new), "utf-8")


def test_the_small_plant_reads(small: Path) -> None:
    plant = read_plant(small)
    assert plant.shifts[0].start == "16:00"
    assert plant.head.enterprise == "E-1"
    assert plant.sensors[1].unit == ""
    assert plant.fences[0].valid_from == plant.zones[0].valid_from
    assert [person.employer for person in plant.people] == [None, "承包商", None]


# file, old text, new text → record (start), field, code
CASES = [
    ("plant.yaml", "origin_lat: 37.95", "origin_lat: 97.95", "", "origin_lat", "out_of_range"),
    ("plant.yaml", "code: P-1", "code: P 1", "", "code", "bad_text"),
    ("plant.yaml", "name_zh: 一厂\n", "", "", "name_zh", "field_missing"),
    ("plant.yaml", "origin_lon: 118.95", "origin_lon: east", "", "origin_lon", "wrong_type"),
    ("plant.yaml", "code: P-1", "code: P-1\nowner: me", "", "owner", "field_unknown"),
    ("plant.yaml", "code: P-1", "code: P-1\ncode: P-2", "", "", "not_yaml"),
    ("plant.yaml", "code: P-1", "code: !!python/object:os.system P-1", "", "", "not_yaml"),
    ("plant.yaml", "code: P-1", "code: P-1\ntimezone: Mars/Base", "", "timezone", "unknown_timezone"),
    ("plant.yaml", "code: P-1", "code: [", "", "", "not_yaml"),
    ("plant.yaml", "start: 16:00", "start: 26:00", "shifts[0] (S1)", "start", "bad_text"),
    ("plant.yaml", "levels: [{code: L0", "levels: [3, {code: L0", "levels[0]", "", "wrong_type"),
    ("plant.yaml", "[118.96, 37.96]", "[119.96, 37.96]", "", "boundary", "too_far"),
    ("plant.yaml", "type: Polygon", "type: LineString", "", "boundary", "bad_value"),
    ("plant.yaml", "enterprise: {", "company: {", "", "enterprise", "field_missing"),
    (
        "plant.yaml",
        "name_en: Engine}",
        "name_en: Engine, control_points: [{engine_x_m: 0, engine_y_m: 0, site_x_m: 0, site_y_m: 0}]}",
        "engines[0] (uwb)",
        "control_points",
        "too_few_control_points",
    ),
    (
        "assets.geojson",
        '"diameter_m": 20',
        '"diameter_m": -20',
        "feature 1 (T-1)",
        "attributes.diameter_m",
        "out_of_range",
    ),
    ("assets.geojson", '"diameter_m": 20', '"diameter_m": NaN', "", "", "not_geojson"),
    ("assets.geojson", '"kind": "camera"', '"kind": "cat"', "feature 2 (C-1)", "attributes", "not_one_of"),
    ("assets.geojson", '"level": "L0"', '"level": "L9"', "feature 1 (T-1)", "level", "unknown_reference"),
    ("assets.geojson", '"level": "L0"', '"parent": "T-1"', "feature 1 (T-1)", "parent", "circular_parent"),
    (
        "assets.geojson",
        '"engine": "uwb"',
        '"engine": "ble"',
        "feature 3 (A-1)",
        "attributes.engine",
        "unknown_reference",
    ),
    ("assets.geojson", "[118.95, 37.95]", "[37.95, 118.95]", "feature 1 (T-1)", "geometry", "bad_value"),
    ("assets.geojson", "[118.95, 37.95]", "[119.95, 37.95]", "feature 1 (T-1)", "geometry", "too_far"),
    ("assets.geojson", "[118.95, 37.95]", "[118.95, 37.95, 5]", "feature 1 (T-1)", "geometry", "geometry_height"),
    ("assets.geojson", '"code": "A-1"', '"code": "T-1"', "feature 3 (T-1)", "code", "duplicate_code"),
    (
        "assets.geojson",
        '"kind": "fixed_roof_tank", "diameter_m": 20, "height_m": 12',
        '"kind": "road", "width_m": 4',
        "feature 1 (T-1)",
        "geometry",
        "geometry_kind",
    ),
    ("assets.geojson", '"kind": "camera"', '"kind": "muster_point"', "line 2 (C-1)", "code", "camera_without_asset"),
    ("zones.geojson", "FeatureCollection", "Collection", "", "", "not_geojson"),
    ("zones.geojson", '"colour": "red"', '"colour": "green"', "feature 1 (Z-1)", "colour", "not_one_of"),
    (
        "zones.geojson",
        '"colour": "red"',
        '"colour": "red", "z_min_m": 300',
        "feature 1 (Z-1)",
        "z_min_m",
        "heights_reversed",
    ),
    ("zones.geojson", "T00:00:00Z", "T00:00:00", "feature 1 (Z-1)", "valid_from", "bad_value"),
    (
        "zones.geojson",
        "[118.951, 37.951], [118.95",
        "[118.951, 37.95], [118.95",
        "feature 1 (Z-1)",
        "geometry",
        "bad_value",
    ),
    ("fences.geojson", '"roles": ["op"]', '"persons": ["P9"]', "feature 1 (F-1)", "allow.persons", "unknown_reference"),
    ("fences.geojson", '"forbidden"', "7", "feature 1 (F-1)", "purpose", "not_one_of"),
    ("people.csv", "P1,甲,A,op", "P1,甲,A,boss", "line 2 (P1)", "role", "unknown_reference"),
    ("people.csv", "P1,甲,A", "P1,,A", "line 2 (P1)", "name_zh", "field_missing"),
    ("people.csv", "P3,", "P1,", "line 4 (P1)", "code", "duplicate_code"),
    ("people.csv", "role,team", "job,team", "line 1", "job", "column_unknown"),
    ("people.csv", "role,team", "job,team", "line 1", "role", "column_missing"),
    ("people.csv", "shift,employer", "shift,shift", "line 1", "shift", "column_twice"),
    ("people.csv", "承包商", "承包商,x,y", "line 3 (P2)", "", "too_many_cells"),
    ("people.csv", "P2,乙", 'P2,"乙"x', "line 3", "", "not_csv"),
    ("vehicles.csv", "V2,", "P1,", "line 3 (P1)", "code", "duplicate_code"),
    ("tags.csv", "1.2", "high", "line 2 (0001)", "carry_height_m", "wrong_type"),
    ("tags.csv", "1.2", "nan", "line 2 (0001)", "carry_height_m", "wrong_type"),
    (
        "assignments.csv",
        "2026-02-01T00:00:00Z,,",
        "2026-01-15T00:00:00Z,,",
        "line 3 (0001)",
        "valid_from",
        "overlapping_versions",
    ),
    ("assignments.csv", "0001,2,", "0001,1,", "line 3 (0001)", "version", "duplicate_version"),
    ("assignments.csv", ",P2,", ",P2,V1", "line 3 (0001)", "", "bad_value"),
    ("assignments.csv", "0002,", "0009,", "line 4 (0009)", "tag", "unknown_reference"),
    ("sensors.csv", "1,2,10,11", "1,2,10,13", "line 2 (LT-1)", "", "bad_value"),
    ("sensors.csv", "1,2,10,11", "1,10,2,11", "line 2 (LT-1)", "limits", "bad_value"),
    ("sensors.csv", ",T-1,", ",T-7,", "line 2 (LT-1)", "asset", "unknown_reference"),
    ("cameras.csv", "88,0,8", "88000,0,8", "line 2 (C-1)", "x_m", "too_far"),
]


@pytest.mark.parametrize(("file", "old", "new", "record", "field", "code"), CASES)
def test_each_fault_names_file_record_and_field(
    small: Path, file: str, old: str, new: str, record: str, field: str, code: str
) -> None:
    change(small, file, old, new)
    found = faults_of(small)
    told = {(fault.record, fault.field, fault.code) for fault in found}
    assert (record, field, code) in told
    where = "cameras.csv" if code == "camera_without_asset" else file
    assert {fault.file for fault in found} == {where}
    for fault in found:
        assert fault.en
        assert re.search(r"[\u4e00-\u9fff]", fault.zh)


def test_all_faults_of_all_files_come_at_once(small: Path) -> None:
    changes = [
        ("plant.yaml", "code: T1", "code: T 1"),
        ("zones.geojson", '"red"', '"pink"'),
        ("people.csv", ",op,", ",no,"),
    ]
    changes += [("sensors.csv", "LT-1", "L T"), ("cameras.csv", "-20", "-200"), ("tags.csv", "1.2", "x")]
    for file, old, new in changes:
        change(small, file, old, new)
    (small / "vehicles.csv").write_bytes("车".encode("gb18030"))
    found = faults_of(small)
    assert {fault.file for fault in found} == {file for file, *_ in changes} | {"vehicles.csv"}
    message = str(PlantFilesError(found))
    assert all(str(fault) in message for fault in found)


def test_a_broken_record_does_not_blame_those_that_refer_to_it(small: Path) -> None:
    change(small, "people.csv", "P1,甲,A,op,T1,S1,", "P1,,A,op,T1,S1,")
    assert [(fault.record, fault.code) for fault in faults_of(small)] == [("line 2 (P1)", "field_missing")]


def test_a_broken_file_does_not_blame_those_that_refer_to_it(small: Path) -> None:
    (small / "people.csv").write_bytes(b"\xff\xfe")
    assert [(fault.file, fault.code) for fault in faults_of(small)] == [("people.csv", "not_utf8")]


def test_a_missing_directory_and_a_missing_head(tmp_path: Path) -> None:
    assert [fault.code for fault in faults_of(tmp_path / "nowhere")] == ["directory_missing"]
    assert [(fault.file, fault.code) for fault in faults_of(tmp_path)] == [("plant.yaml", "file_missing")]


def test_files_of_records_may_be_missing(small: Path) -> None:
    for name in FILE_NAMES - {"plant.yaml"}:
        (small / name).unlink()
    assert read_plant(small).assets == ()


def test_a_spreadsheet_s_byte_order_mark_and_line_ends_are_welcome(small: Path) -> None:
    text = (small / "people.csv").read_text("utf-8")
    (small / "people.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() + b",,,,,,\r\n")
    assert [person.code for person in read_plant(small).people] == ["P1", "P2", "P3"]


def test_every_sentence_has_the_same_parameters_in_both_languages() -> None:
    def parameters(sentence: str) -> set[str]:
        return {name for _, name, *_ in string.Formatter().parse(sentence) if name}

    for zh, en in SENTENCES.values():
        assert parameters(zh) == parameters(en)


@given(
    st.sampled_from(sorted(SMALL)),
    st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=6), st.integers(0, 8)), min_size=1, max_size=4),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_files_give_faults_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, file: str, wounds: list[tuple[int, bytes, int]]
) -> None:
    directory = tmp_path_factory.mktemp("damaged")
    for name, text in SMALL.items():
        (directory / name).write_text(text, "utf-8")
    raw = bytearray((directory / file).read_bytes())
    for place, put, cut in wounds:
        start = place % (len(raw) + 1)
        raw[start : start + cut] = put
    (directory / file).write_bytes(bytes(raw))
    faults: tuple[PlantFault, ...] = ()
    try:
        read_plant(directory)
    except PlantFilesError as error:
        faults = error.faults or (PlantFault("", "", "", "refused without a reason"),)
    finally:
        shutil.rmtree(directory)
    assert all(fault.en and fault.zh for fault in faults)
