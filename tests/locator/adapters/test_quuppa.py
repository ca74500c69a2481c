from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest

from gis.refusal import RefusalReason
from locator.adapters.port import Skip, TagState, Taken
from locator.adapters.quuppa import QuuppaAdapter
from locator.measurements import Position
from tests.locator.adapters.payload_files import IDENTITY, KNOWN, RECEIVED_NS, T_NS, changed, sent

FRAME = "CoordinateSystem1"


def adapter(**told: Any) -> QuuppaAdapter:
    return QuuppaAdapter(IDENTITY, FRAME, **told)


def read(payload: bytes, reader: QuuppaAdapter | None = None, at_ns: int = RECEIVED_NS) -> Taken:
    return (reader or adapter()).decode("quuppa", payload, at_ns, KNOWN)


def test_an_answer_holds_located_lost_foreign_and_silent_tags() -> None:
    taken = read(sent("quuppa_get_tag_data"))
    assert taken.refusals == []
    (position,) = taken.measurements
    assert isinstance(position, Position)
    assert (position.tag, position.t_ns) == ("T1", T_NS)
    assert (position.x_m, position.y_m, position.z_m) == (12.5, 7.25, 1.31)
    # An empty list of zones is a tag outside all zones; null is one that is lost.
    assert taken.skipped == Counter({Skip.LOST: 1, Skip.ELSEWHERE: 1, Skip.NO_POSITION: 1})


@pytest.mark.parametrize(("share", "sigmas"), [(0.68, 1.5096), (0.95, 2.4477), (0.3935, 1.0)])
def test_the_radius_becomes_a_covariance_by_the_declared_share(share: float, sigmas: float) -> None:
    (position,) = read(sent("quuppa_push"), adapter(radius_probability=share)).measurements
    assert isinstance(position, Position)
    assert position.cov_m2 is not None
    assert position.cov_m2 == pytest.approx(((0.4 / sigmas) ** 2, 0.0, (0.4 / sigmas) ** 2), rel=1e-3)


def test_older_engines_give_the_raw_position_with_its_own_covariance() -> None:
    (position,) = read(sent("quuppa_haip")).measurements
    assert isinstance(position, Position)
    assert (position.x_m, position.y_m) == (12.5, 7.25)
    assert position.cov_m2 == (0.04, 0.01, 0.09)


def test_older_engines_without_a_raw_position_give_the_smoothed_one() -> None:
    tag = msgspec.json.decode(sent("quuppa_haip"))["tags"][0] | {"position": None}
    (position,) = read(msgspec.json.encode(tag)).measurements
    assert isinstance(position, Position)
    assert (position.x_m, position.y_m) == (12.4, 7.2)
    assert position.cov_m2 is not None
    assert position.cov_m2[0] == pytest.approx((0.3 / 1.5096) ** 2, rel=1e-3)


def test_asked_twice_the_same_answer_is_no_second_measurement_however_old() -> None:
    reader = adapter()
    assert len(read(sent("quuppa_get_tag_data"), reader).measurements) == 1
    for later_s in (1, 40, 7200):
        taken = read(sent("quuppa_get_tag_data"), reader, RECEIVED_NS + later_s * 10**9)
        assert (taken.measurements, taken.refusals) == ([], [])
        assert taken.skipped[Skip.UNCHANGED] == 1
    moved = changed("quuppa_push", locationTS=1795395600150)
    assert len(read(moved, reader).measurements) == 1


def test_the_alarm_key_reports_while_it_is_pushed_and_when_it_is_let_go() -> None:
    reader = adapter(sos_button=1)
    pushed = TagState("T1", T_NS - 200_000_000, sos=True)
    assert read(sent("quuppa_push"), reader).states == [pushed]
    assert read(sent("quuppa_push"), reader).states == [pushed]
    let_go = changed("quuppa_push", button1State="notPushed", button1StateTS=1795395600050)
    assert read(let_go, reader).states == [TagState("T1", T_NS - 50_000_000, sos=False)]
    assert read(let_go, reader).states == []


def test_the_alarm_key_counts_even_where_the_tag_is_lost() -> None:
    lost = changed("quuppa_push", locationZoneIds=None)
    taken = read(lost, adapter(sos_button=1))
    assert (len(taken.states), taken.skipped) == (1, Counter({Skip.LOST: 1}))
    untimed = changed("quuppa_push", button1StateTS=...)
    assert read(untimed, adapter(sos_button=1)).states == [TagState("T1", T_NS, sos=True)]


def test_a_key_that_is_not_declared_calls_nobody() -> None:
    assert read(sent("quuppa_push")).states == []
    assert read(sent("quuppa_push"), adapter(sos_button=2)).states == []
    assert read(changed("quuppa_push", button1State="unknown"), adapter(sos_button=1)).states == []


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (changed("quuppa_push", tagId=...), RefusalReason.MISSING_FIELD),
        (changed("quuppa_push", tagId="ffff"), RefusalReason.UNKNOWN_TAG),
        (changed("quuppa_push", tagId=7), RefusalReason.WRONG_TYPE),
        (changed("quuppa_push", locationTS=...), RefusalReason.MISSING_FIELD),
        (changed("quuppa_push", locationTS=1795395600), RefusalReason.BAD_TIME),
        (changed("quuppa_push", locationTS=1795395600400), RefusalReason.FUTURE_TIME),
        (changed("quuppa_push", locationTS=1795391999000), RefusalReason.TOO_OLD),
        (changed("quuppa_push", locationCoordSysId=None), RefusalReason.MISSING_FIELD),
        (changed("quuppa_push", location=[1.0]), RefusalReason.WRONG_TYPE),
        (changed("quuppa_push", location=[1.0, "2"]), RefusalReason.WRONG_TYPE),
        (changed("quuppa_push", location=[1e9, 0.0, 0.0]), RefusalReason.OUT_OF_RANGE),
        (changed("quuppa_push", locationRadius=0.0), RefusalReason.OUT_OF_RANGE),
        (changed("quuppa_push", locationRadius=-1.0), RefusalReason.OUT_OF_RANGE),
        (b'{"tags":null}', RefusalReason.MISSING_FIELD),
        (b'{"tags":[7]}', RefusalReason.WRONG_TYPE),
        (b'{"code":7,"status":"Error"}', RefusalReason.MISSING_FIELD),
        (b"", RefusalReason.NOT_JSON),
    ],
)
def test_a_bad_tag_is_refused_with_its_reason(payload: bytes, reason: RefusalReason) -> None:
    taken = read(payload)
    assert taken.measurements == []
    assert [refusal.reason for refusal in taken.refusals] == [reason]


@pytest.mark.parametrize(
    ("matrix", "reason"),
    [
        ([0.04, 0.01, 0.09], RefusalReason.WRONG_TYPE),
        ([0.04, 0.9, 0.9, 0.09], RefusalReason.OUT_OF_RANGE),
        ([0.0, 0.0, 0.0, 0.0], RefusalReason.OUT_OF_RANGE),
    ],
)
def test_a_matrix_that_is_no_covariance_is_refused(matrix: list[float], reason: RefusalReason) -> None:
    tag = msgspec.json.decode(sent("quuppa_haip"))["tags"][0] | {"covarianceMatrix": matrix}
    taken = read(msgspec.json.encode([tag]))
    assert taken.measurements == []
    assert [refusal.reason for refusal in taken.refusals] == [reason]


def test_a_tag_without_a_type_of_location_or_zones_is_taken_by_what_is_there() -> None:
    bare = changed("quuppa_push", locationType=..., locationZoneIds=..., locationRadius=...)
    (position,) = read(bare).measurements
    assert isinstance(position, Position)
    assert position.cov_m2 is None
    presence = read(changed("quuppa_push", locationType="presence"))
    assert (presence.measurements, presence.skipped) == ([], Counter({Skip.NO_POSITION: 1}))


def test_an_answer_about_thousands_of_tags_is_taken_whole() -> None:
    lost = msgspec.json.decode(sent("quuppa_push")) | {"locationZoneIds": None, "tagName": "x" * 300}
    answer = msgspec.json.encode({"tags": [lost] * 2500 + [msgspec.json.decode(sent("quuppa_push"))]})
    assert len(answer) > 1_000_000
    taken = read(answer)
    assert (len(taken.measurements), taken.skipped, taken.refusals) == (1, Counter({Skip.LOST: 2500}), [])
