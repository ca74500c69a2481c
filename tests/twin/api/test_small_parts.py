"""Outbox, health, selection, records: the small pure parts."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.plant import Limits
from tests.twin.api.small import T0, S
from twin.api.healthmodel import HealthModel
from twin.api.outbox import Outbox
from twin.api.problems import BadRequestError
from twin.api.records import limit_state
from twin.api.selection import cut, parse_box, within
from twin.bus.port import RoleHealth


@given(st.lists(st.one_of(st.text(max_size=5), st.binary(max_size=5), st.none()), max_size=60))
def test_an_outbox_keeps_every_text_in_order_and_the_newest_frame(steps: list[str | bytes | None]) -> None:
    """`None` is a turn of the sender."""
    outbox = Outbox()
    put: list[str] = []
    taken: list[str] = []
    frames: list[bytes] = []
    newest: bytes | None = None
    for step in [*steps, *([None] * len(steps))]:
        if isinstance(step, str):
            outbox.put_text(step)
            put.append(step)
        elif isinstance(step, bytes):
            outbox.put_frame(step)
            newest = step
        else:
            item = outbox.take()
            if isinstance(item, str):
                taken.append(item)
            elif item is not None:
                assert item == newest
                frames.append(item)
    assert taken == put
    assert not outbox
    assert len(frames) + outbox.conflated == sum(isinstance(step, bytes) for step in steps)


def test_an_outbox_that_holds_too_much_is_overrun_and_holds_nothing() -> None:
    outbox = Outbox(max_texts=3)
    overrun = []
    for _ in range(4):
        outbox.put_text("x")
        overrun.append(outbox.overrun)
    assert overrun == [False, False, False, True]
    outbox.put_frame(b"y")
    assert outbox.take() is None
    heavy = Outbox(max_bytes=10)
    heavy.put_text("x" * 11)
    assert heavy.overrun


def test_taking_makes_room() -> None:
    outbox = Outbox(max_texts=2, max_bytes=4)
    for _ in range(100):
        outbox.put_text("abc")
        assert outbox.take() == "abc"
    assert not outbox.overrun


def _role(role: str, t_ns: int = T0, **known: object) -> RoleHealth:
    return RoleHealth(**({"role": role, "t_ns": t_ns, "status": "ok"} | known))  # type: ignore[arg-type]  # a test's shorthand


def test_health_is_ok_only_while_every_role_speaks_well() -> None:
    health = HealthModel(("core", "sinks"), T0)
    assert health.status(T0) == "degraded"
    health.hear(_role("core"), T0)
    health.hear(_role("sinks"), T0)
    assert health.status(T0 + S) == "ok"
    assert health.status(T0 + 6 * S) == "degraded"
    assert health.roles(T0 + 6 * S)["core"].detail == "silent"
    health.hear(_role("sinks", T0 + 6 * S, status="degraded", detail="spooling"), T0 + 6 * S)
    health.hear(_role("core", T0 + 6 * S), T0 + 6 * S)
    assert health.roles(T0 + 6 * S)["sinks"].detail == "spooling"
    assert health.status(T0 + 6 * S) == "degraded"


def test_a_retained_word_of_yesterday_is_old() -> None:
    health = HealthModel(("core",), T0)
    health.hear(_role("core", T0 - 86_400 * S), T0)
    assert health.status(T0) == "degraded"
    assert health.roles(T0)["core"].age_s == 86_400


def test_a_role_with_a_fast_clock_is_not_young_for_ever() -> None:
    health = HealthModel(("core",), T0)
    health.hear(_role("core", T0 + 3600 * S), T0)
    assert health.roles(T0 + 10 * S)["core"].status == "degraded"


def test_a_database_that_does_not_answer_degrades() -> None:
    health = HealthModel((), T0)
    assert health.status(T0) == "ok"
    health.database_ok = False
    assert health.status(T0) == "degraded"


def test_ingest_counts_what_comes_from_outside_once() -> None:
    health = HealthModel((), T0)
    health.hear(_role("locator", received=10, accepted=7, rejected={"not_json": 3}, lag_ms={"fix": 5.0}), T0)
    health.hear(_role("core", received=4, accepted=3, rejected={"not_json": 1}, lag_ms={"fix": 9.0}), T0)
    health.hear(_role("sinks", received=1000, queues={"spool": 3, "spool.dropped": 2, "x.dropped": 0}), T0)
    ingest = health.ingest()
    assert (ingest.received, ingest.accepted, ingest.rejected) == (14, 10, {"not_json": 4})
    assert health.lag_ms() == {"fix": 9.0}
    assert health.dropped() == {"sinks.spool": 2}


@given(st.sets(st.text("abcdef", min_size=1, max_size=4)), st.integers(1, 10))
def test_pages_put_together_are_the_whole(codes: set[str], limit: int) -> None:
    seen: list[str] = []
    after: str | None = None
    while True:
        page, after = cut(list(codes), str, after, limit)
        assert len(page) <= limit
        seen += page
        if after is None:
            break
    assert seen == sorted(codes)


def test_boxes() -> None:
    assert parse_box(None) is None
    assert parse_box("1,2,0,3,4,9") == (1, 2, 3, 4)
    for wrong in ("", "1", "1,2,3,4,5", "0,0,0,91", "0,1,0,0", "inf,0,0,0", "181,0,0,0"):
        with pytest.raises(BadRequestError):
            parse_box(wrong)
    points = [shapely.Point(x, 0) for x in (-175, 0, 175)]
    assert within([0, 1, 2], points, parse_box("170,-1,-170,1")) == [0, 2]
    assert within(["a"], [None], parse_box("-180,-90,180,90")) == []


@pytest.mark.parametrize(
    ("value", "quality", "state"),
    [
        (5, "good", "normal"),
        (10, "good", "h"),
        (11, "good", "hh"),
        (99, "good", "hh"),
        (2, "good", "l"),
        (1, "good", "ll"),
        (99, "stale", "unknown"),
        (5, "bad", "unknown"),
    ],
)
def test_limits(value: float, quality: str, state: str) -> None:
    assert limit_state(value, quality, Limits(ll=1, l=2, h=10, hh=11)) == state


def test_a_sensor_without_limits_is_normal_and_an_unknown_one_is_not() -> None:
    assert limit_state(1e9, "good", Limits()) == "normal"
    assert limit_state(1, "good", None) == "unknown"
