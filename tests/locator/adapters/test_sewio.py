from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.refusal import RefusalReason
from locator.adapters.engine_time import zone_of
from locator.adapters.port import Skip, Taken
from locator.adapters.sewio import SewioAdapter, read_number, subscription
from locator.measurements import Position
from tests.locator.adapters.payload_files import IDENTITY, KNOWN, RECEIVED_NS, T_NS, changed, sent

if TYPE_CHECKING:
    from datetime import tzinfo

UTC = zone_of("UTC")


def read(payload: bytes, zone: tzinfo = UTC) -> Taken:
    return SewioAdapter(IDENTITY, zone).decode("sewio", payload, RECEIVED_NS, KNOWN)


def streams(at: str = "2026-11-23 01:00:00.100", **values: object) -> bytes:
    told = {"posX": " 12.50", "posY": " 7.25"} | values
    parts = [{"id": name, "current_value": value, "at": at} for name, value in told.items() if value is not ...]
    return msgspec.json.encode({"body": {"id": "18", "datastreams": parts}, "resource": "/feeds/18"})


def parts(**changes: Any) -> bytes:
    body = msgspec.json.decode(sent("sewio_feed"))["body"]
    for stream in body["datastreams"]:
        stream.update(changes.get(stream["id"], {}))
    return changed("sewio_feed", body=body)


def test_padded_text_becomes_metres_and_unmarked_time_utc() -> None:
    taken = read(sent("sewio_feed"))
    assert taken.refusals == []
    assert taken.measurements == [Position("T1", T_NS, T_NS, 12.5, 7.25, 1.31)]


def test_another_declared_zone_moves_the_time() -> None:
    local = streams(at="2026-11-23 09:00:00.100")
    assert [one.t_ns for one in read(local, zone_of("Asia/Shanghai")).measurements] == [T_NS]
    assert [one.reason for one in read(local).refusals] == [RefusalReason.FUTURE_TIME]


def test_changes_of_zones_and_lone_streams_are_no_measurements() -> None:
    assert read(sent("sewio_zone")).skipped == Counter({Skip.OTHER: 1})
    assert read(b'{"feed_id":"18","zone_id":"4","status":"in"}').skipped == Counter({Skip.OTHER: 1})
    assert read(streams(posX=..., posY=..., clr=" 0.1")).skipped == Counter({Skip.OTHER: 1})
    assert read(streams(posX=None)).skipped == Counter({Skip.NO_POSITION: 1})


def test_a_height_of_another_moment_is_left_out() -> None:
    (position,) = read(parts(posZ={"at": "2026-11-23 00:59:59.900"})).measurements
    assert isinstance(position, Position)
    assert (position.x_m, position.z_m) == (12.5, None)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (streams(posY=...), RefusalReason.MISSING_FIELD),
        (streams(posX=" "), RefusalReason.WRONG_TYPE),
        (streams(posX="1_0"), RefusalReason.WRONG_TYPE),
        (streams(posX="1,5"), RefusalReason.WRONG_TYPE),
        (streams(posX=" nan"), RefusalReason.NOT_FINITE),
        (streams(posY="-inf"), RefusalReason.NOT_FINITE),
        (streams(posZ="high"), RefusalReason.WRONG_TYPE),
        (streams(posX="1e300"), RefusalReason.OUT_OF_RANGE),
        (streams(posX=True), RefusalReason.WRONG_TYPE),
        (streams(at="2026-11-23"), RefusalReason.BAD_TIME),
        (streams(at="2026-11-22 01:00:00.100"), RefusalReason.TOO_OLD),
        (parts(posY={"at": "2026-11-23 01:00:00.000"}), RefusalReason.BAD_TIME),
        (parts(posX={"at": None}), RefusalReason.MISSING_FIELD),
        (changed("sewio_feed", body=...), RefusalReason.MISSING_FIELD),
        (changed("sewio_feed", body={"id": "18"}), RefusalReason.MISSING_FIELD),
        (changed("sewio_feed", body={"id": "99", "datastreams": []}), RefusalReason.UNKNOWN_TAG),
    ],
)
def test_a_bad_message_is_refused_with_its_reason(payload: bytes, reason: RefusalReason) -> None:
    taken = read(payload)
    assert taken.measurements == []
    assert [refusal.reason for refusal in taken.refusals] == [reason]


@given(st.floats(-1e6, 1e6), st.sampled_from(["", " ", "   "]))
def test_every_padded_number_is_read_as_it_is(value: float, pad: str) -> None:
    assert read_number(f"{pad}{value!r}{pad}") == value


@given(st.text(max_size=12))
def test_no_text_is_read_as_something_it_is_not(text: str) -> None:
    value = read_number(text)
    if not isinstance(value, RefusalReason):
        assert value == float(text)
        assert text.isascii()
        assert "_" not in text


def test_a_subscription_names_resource_and_key() -> None:
    assert msgspec.json.decode(subscription("/feeds/18", "k")) == {
        "headers": {"X-ApiKey": "k"},
        "method": "subscribe",
        "resource": "/feeds/18",
    }
