from __future__ import annotations

from collections import Counter

import pytest

from gis.refusal import RefusalReason
from locator.adapters.openrtls import OpenRtlsAdapter
from locator.adapters.port import Skip, Taken
from locator.measurements import Position, Ranges
from tests.locator.adapters.payload_files import IDENTITY, KNOWN, RECEIVED_NS, T_NS, changed, sent


def read(payload: bytes, *, positions: bool = False) -> Taken:
    return OpenRtlsAdapter(IDENTITY, positions=positions).decode("udp", payload, RECEIVED_NS, KNOWN)


def test_ranges_are_taken_and_the_position_made_of_them_is_not() -> None:
    taken = read(sent("openrtls_meas"))
    assert taken.refusals == []
    (ranges,) = taken.measurements
    assert isinstance(ranges, Ranges)
    assert (ranges.tag, ranges.seq) == ("T1", ranges.t_ns)
    assert ranges.t_ns == pytest.approx(T_NS, abs=1000)
    assert ranges.anchors == ["A1", "A2", "A3", "A4"]
    assert ranges.d_m == [14.714, 28.685, 35.844, 26.309]


def test_positions_are_taken_where_the_feed_says_so() -> None:
    (position,) = read(sent("openrtls_meas"), positions=True).measurements
    assert isinstance(position, Position)
    assert (position.x_m, position.y_m, position.z_m) == (12.51, 7.24, 1.3)
    none = read(changed("openrtls_meas", coordinates=None), positions=True)
    assert none.skipped == Counter({Skip.NO_POSITION: 1})


def test_one_bad_range_leaves_the_others() -> None:
    meas = [
        {"anchor": "0xDECA343139302563", "dist": 10.0},
        {"anchor": "0xDEAD", "dist": 10.0},
        {"anchor": "0xDECA343139302564", "dist": -3.0},
        {"anchor": "0xDECA343139302565", "dist": 5000.0},
    ]
    taken = read(changed("openrtls_meas", meas=meas))
    (ranges,) = taken.measurements
    assert isinstance(ranges, Ranges)
    assert (ranges.anchors, ranges.d_m) == (["A1"], [10.0])
    reasons = [refusal.reason for refusal in taken.refusals]
    assert reasons == [RefusalReason.UNKNOWN_ANCHOR, RefusalReason.OUT_OF_RANGE, RefusalReason.OUT_OF_RANGE]


def test_no_range_at_all() -> None:
    assert read(changed("openrtls_meas", meas=[])).skipped == Counter({Skip.NO_POSITION: 1})
    only_bad = read(changed("openrtls_meas", meas=[{"anchor": "0xDEAD", "dist": 1.0}]))
    assert (only_bad.measurements, [one.reason for one in only_bad.refusals]) == ([], [RefusalReason.UNKNOWN_ANCHOR])


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (changed("openrtls_meas", id="0xDECA"), RefusalReason.UNKNOWN_TAG),
        (changed("openrtls_meas", timestamp="now"), RefusalReason.WRONG_TYPE),
        (changed("openrtls_meas", timestamp=1795395600100), RefusalReason.BAD_TIME),
        (changed("openrtls_meas", timestamp=1795395601.0), RefusalReason.FUTURE_TIME),
        (changed("openrtls_meas", timestamp=...), RefusalReason.MISSING_FIELD),
        (changed("openrtls_meas", meas=...), RefusalReason.MISSING_FIELD),
        (changed("openrtls_meas", meas=[{"anchor": "0xDECA343139302563"}]), RefusalReason.MISSING_FIELD),
    ],
)
def test_a_bad_datagram_is_refused_with_its_reason(payload: bytes, reason: RefusalReason) -> None:
    taken = read(payload)
    assert taken.measurements == []
    assert [refusal.reason for refusal in taken.refusals] == [reason]
