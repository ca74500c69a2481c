from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from twin.edges.logs import RateLimited

if TYPE_CHECKING:
    import pytest


def test_a_flood_of_one_reason_is_one_line_per_ten_seconds(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    limited = RateLimited(logging.getLogger("flood"), lambda: now[0])
    for _ in range(1000):
        limited.warn("not_json", "twin/v1/P/sensor")
        now[0] += 0.015
    assert [record.getMessage() for record in caplog.records] == [
        "not_json: twin/v1/P/sensor",
        "not_json: twin/v1/P/sensor (and 666 more)",
    ]


def test_reasons_do_not_silence_each_other(caplog: pytest.LogCaptureFixture) -> None:
    limited = RateLimited(logging.getLogger("flood"), lambda: 0.0)
    limited.warn("not_json", "a")
    limited.warn("too_large", "b")
    assert len(caplog.records) == 2


def test_text_from_outside_stays_on_its_line(caplog: pytest.LogCaptureFixture) -> None:
    RateLimited(logging.getLogger("flood")).warn("unknown_topic", "x\n2026-01-01 ERROR forged")
    assert "\n" not in caplog.records[0].getMessage()
