from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest

from gis.refusal import RefusalReason
from locator.adapters.leaps import LeapsAdapter
from locator.adapters.port import Skip, Taken
from locator.measurements import Position
from tests.locator.adapters.payload_files import IDENTITY, KNOWN, RECEIVED_NS, T_NS, changed, sent

TOPIC = "leaps/1234/node/uplink/location/DECA0D13"


def read(payload: bytes, topic: str = TOPIC) -> Taken:
    return LeapsAdapter(IDENTITY).decode(topic, payload, RECEIVED_NS, KNOWN)


def with_location(**fields: Any) -> bytes:
    return changed("leaps_location", location=msgspec.json.decode(sent("leaps_location"))["location"] | fields)


def test_standard_deviations_become_the_covariance() -> None:
    taken = read(sent("leaps_location"))
    assert taken.refusals == []
    (position,) = taken.measurements
    assert isinstance(position, Position)
    assert (position.tag, position.t_ns) == ("T1", T_NS)
    assert (position.x_m, position.y_m, position.z_m) == (12.5, 7.25, 1.31)
    assert position.cov_m2 == pytest.approx((0.0064, 0.0, 0.0144))


def test_the_radius_of_95_percent_serves_where_no_deviation_is_told() -> None:
    (position,) = read(sent("leaps_r95_only")).measurements
    assert isinstance(position, Position)
    assert position.t_ns == T_NS  # told within the location
    assert position.cov_m2 is not None
    xx, xy, yy = position.cov_m2
    assert (xy, xx) == (0.0, yy)
    # 95 % of a circular normal distribution lie within 2.4477 standard deviations.
    assert xx**0.5 == pytest.approx(0.5 / 2.4477, rel=1e-4)


def test_nothing_told_of_the_spread_leaves_it_open() -> None:
    (position,) = read(with_location(sd_x=None, sd_y=None, r95=None)).measurements
    assert isinstance(position, Position)
    assert position.cov_m2 is None


@pytest.mark.parametrize("stamp", [1795395600100000, "1795395600100000"])
def test_the_time_is_microseconds_as_number_or_text(stamp: object) -> None:
    (position,) = read(changed("leaps_location", timestamp=stamp)).measurements
    assert position.t_ns == T_NS


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (changed("leaps_location", timestamp=...), RefusalReason.MISSING_FIELD),
        (changed("leaps_location", timestamp="1795395600100"), RefusalReason.BAD_TIME),
        (changed("leaps_location", timestamp="2026-11-23 01:00:00"), RefusalReason.BAD_TIME),
        (changed("leaps_location", timestamp="1795395600400000"), RefusalReason.FUTURE_TIME),
        (changed("leaps_location", timestamp="1795391999000000"), RefusalReason.TOO_OLD),
        (changed("leaps_location", location=...), RefusalReason.MISSING_FIELD),
        (with_location(sd_x=0.0), RefusalReason.OUT_OF_RANGE),
        (with_location(sd_x=-0.1, sd_y=-0.1), RefusalReason.OUT_OF_RANGE),
        (with_location(sd_x=None, r95=-1.0), RefusalReason.OUT_OF_RANGE),
        (with_location(sd_y="small"), RefusalReason.WRONG_TYPE),
        (with_location(x="here"), RefusalReason.WRONG_TYPE),
        (with_location(y=-1e6), RefusalReason.OUT_OF_RANGE),
    ],
)
def test_a_bad_location_is_refused_with_its_reason(payload: bytes, reason: RefusalReason) -> None:
    taken = read(payload)
    assert taken.measurements == []
    assert [refusal.reason for refusal in taken.refusals] == [reason]


def test_no_position_and_wrong_topics() -> None:
    assert read(with_location(quality=0)).skipped == Counter({Skip.NO_POSITION: 1})
    assert read(changed("leaps_location", location=None)).skipped == Counter({Skip.NO_POSITION: 1})
    (refusal,) = read(sent("leaps_location"), "leaps/1234/node/uplink/status/DECA0D13").refusals
    assert refusal.reason is RefusalReason.UNKNOWN_TOPIC
