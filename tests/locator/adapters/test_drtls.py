from __future__ import annotations

from collections import Counter
from dataclasses import replace

import msgspec
import pytest

from gis.refusal import RefusalReason
from locator.adapters.drtls import DrtlsAdapter
from locator.adapters.port import Skip, Taken
from locator.adapters.superframe import SuperframeClock
from locator.measurements import Position
from tests.locator.adapters.payload_files import IDENTITY, KNOWN, RECEIVED_NS, T_NS, changed, sent, settled

TOPIC = "dwm/node/0d13/uplink/location"


def read(payload: bytes, topic: str = TOPIC, **identity: object) -> Taken:
    clock = settled(1150, T_NS, latency_ns=30_000_000)
    adapter = DrtlsAdapter(replace(IDENTITY, **identity), clock)  # type: ignore[arg-type]
    return adapter.decode(topic, payload, RECEIVED_NS, KNOWN)


def test_a_location_is_taken_in_metres_at_the_time_of_its_superframe() -> None:
    taken = read(sent("drtls_location"))
    assert taken.refusals == []
    assert taken.measurements == [Position("T1", T_NS, 1150, 12.5, 7.25, 1.31)]


def test_before_the_clock_is_known_nothing_is_taken() -> None:
    taken = DrtlsAdapter(IDENTITY, SuperframeClock(None, 0)).decode(TOPIC, sent("drtls_location"), RECEIVED_NS, KNOWN)
    assert taken.measurements == []
    assert [refusal.reason for refusal in taken.refusals] == [RefusalReason.BAD_TIME]


def test_a_node_without_a_position_is_skipped() -> None:
    taken = read(sent("drtls_no_position"))
    assert (taken.measurements, taken.refusals) == ([], [])
    assert taken.skipped == Counter({Skip.NO_POSITION: 1})


@pytest.mark.parametrize(
    "position",
    [
        {"x": "NaN", "y": 1.0, "z": 1.0, "quality": 50},
        {"x": None, "y": 1.0, "z": 1.0, "quality": 50},
        {"x": 1.0, "y": 1.0, "z": 1.0, "quality": 0},
        None,
    ],
)
def test_what_stands_for_no_position_is_no_fault(position: object) -> None:
    taken = read(changed("drtls_location", position=position))
    assert (taken.measurements, taken.refusals) == ([], [])
    assert taken.skipped[Skip.NO_POSITION] == 1


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (changed("drtls_location", superFrameNumber=...), RefusalReason.MISSING_FIELD),
        (changed("drtls_location", superFrameNumber=-1), RefusalReason.OUT_OF_RANGE),
        (changed("drtls_location", superFrameNumber="1150"), RefusalReason.WRONG_TYPE),
        (changed("drtls_location", position={"x": "1,5", "y": 1.0}), RefusalReason.WRONG_TYPE),
        (changed("drtls_location", position={"x": 1e9, "y": 1.0}), RefusalReason.OUT_OF_RANGE),
        (changed("drtls_location", position={"y": 1.0}), RefusalReason.MISSING_FIELD),
        (b'{"position":{"x":NaN,"y":1.0},"superFrameNumber":1}', RefusalReason.NOT_FINITE),
        (b"location", RefusalReason.NOT_JSON),
    ],
)
def test_a_bad_location_is_refused_with_its_reason(payload: bytes, reason: RefusalReason) -> None:
    taken = read(payload)
    assert taken.measurements == []
    assert [refusal.reason for refusal in taken.refusals] == [reason]


def test_strangers_anchors_and_other_topics_are_told_apart() -> None:
    payload = sent("drtls_location")
    stranger = read(payload, "dwm/node/beef/uplink/location")
    assert [refusal.reason for refusal in stranger.refusals] == [RefusalReason.UNKNOWN_TAG]
    anchor = read(payload, "dwm/node/A1/uplink/location")
    assert anchor.refusals == []
    assert anchor.skipped == Counter({Skip.ANCHOR: 1})
    status = read(payload, "dwm/node/0d13/uplink/status")
    assert [refusal.reason for refusal in status.refusals] == [RefusalReason.UNKNOWN_TOPIC]


def test_height_spread_and_level_are_as_the_feed_declares() -> None:
    (position,) = read(sent("drtls_location"), use_height=False, sigma_m=0.5, level="L1").measurements
    assert isinstance(position, Position)
    assert (position.z_m, position.cov_m2, position.floor) == (None, (0.25, 0.0, 0.25), "L1")
    (unknown_level,) = read(sent("drtls_location"), level="L9").measurements
    assert isinstance(unknown_level, Position)
    assert unknown_level.floor is None


def test_two_tags_share_the_clock_of_their_network() -> None:
    adapter = DrtlsAdapter(IDENTITY, settled(1150, RECEIVED_NS))
    first = adapter.decode(TOPIC, sent("drtls_location"), RECEIVED_NS, KNOWN)
    # 100 ms of radio later, but held up on its way for two seconds.
    late = changed("drtls_location", superFrameNumber=1151)
    second = adapter.decode("dwm/node/26468/uplink/location", late, RECEIVED_NS + 2_100_000_000, KNOWN)
    times = [one.t_ns for one in (*first.measurements, *second.measurements)]
    assert times == [RECEIVED_NS, RECEIVED_NS + 100_000_000]


def test_an_array_is_taken_element_by_element() -> None:
    whole = msgspec.json.decode(sent("drtls_location"))
    taken = read(msgspec.json.encode([whole, {"position": 5, "superFrameNumber": 1}, whole]))
    assert len(taken.measurements) == 2
    assert [refusal.reason for refusal in taken.refusals] == [RefusalReason.WRONG_TYPE]
