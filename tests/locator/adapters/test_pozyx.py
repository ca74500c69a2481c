from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest

from gis.refusal import RefusalReason
from locator.adapters.port import Skip, Taken
from locator.adapters.pozyx import PozyxAdapter
from locator.measurements import Position
from tests.locator.adapters.payload_files import IDENTITY, KNOWN, RECEIVED_NS, T_NS, sent


def read(payload: bytes) -> Taken:
    return PozyxAdapter(IDENTITY).decode("tags", payload, RECEIVED_NS, KNOWN)


def first(**fields: Any) -> bytes:
    tag: dict[str, Any] = msgspec.json.decode(sent("pozyx_tags"))[0] | fields
    return msgspec.json.encode([{name: value for name, value in tag.items() if value is not ...}])


def test_millimetres_become_metres_and_what_failed_is_skipped() -> None:
    taken = read(sent("pozyx_tags"))
    assert taken.refusals == []
    (position,) = taken.measurements
    assert isinstance(position, Position)
    assert position.tag == "T1"
    assert position.t_ns == pytest.approx(T_NS, abs=1000)
    assert (position.x_m, position.y_m, position.z_m) == pytest.approx((12.5, 7.25, 1.31))
    assert position.cov_m2 is None
    assert taken.skipped == Counter({Skip.NO_POSITION: 1})


def test_numbers_as_ids_and_places_without_height() -> None:
    (position,) = read(first(tagId=26467, data={"coordinates": {"x": 1000, "y": 2000}})).measurements
    assert isinstance(position, Position)
    assert (position.tag, position.x_m, position.y_m, position.z_m) == ("T1", 1.0, 2.0, None)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (first(tagId="1"), RefusalReason.UNKNOWN_TAG),
        (first(tagId=...), RefusalReason.MISSING_FIELD),
        (first(success=...), RefusalReason.MISSING_FIELD),
        (first(success="true"), RefusalReason.WRONG_TYPE),
        (first(timestamp=...), RefusalReason.MISSING_FIELD),
        (first(timestamp="2026-11-23T01:00:00Z"), RefusalReason.WRONG_TYPE),
        (first(timestamp=1795395600100), RefusalReason.BAD_TIME),
        (first(timestamp=1795395600.4), RefusalReason.FUTURE_TIME),
        (first(timestamp=1795391999.0), RefusalReason.TOO_OLD),
        (first(data={}), RefusalReason.MISSING_FIELD),
        (first(data=...), RefusalReason.MISSING_FIELD),
        (first(data={"coordinates": {"x": 1e12, "y": 0.0}}), RefusalReason.OUT_OF_RANGE),
        (first(data={"coordinates": {"x": "12500", "y": 0.0}}), RefusalReason.WRONG_TYPE),
    ],
)
def test_a_bad_element_is_refused_with_its_reason(payload: bytes, reason: RefusalReason) -> None:
    taken = read(payload)
    assert taken.measurements == []
    assert [refusal.reason for refusal in taken.refusals] == [reason]
