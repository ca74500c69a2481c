"""The boundary of a role: what breaks is logged and shown, and the role starts again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from gis.time import UtcNs
from gis.wire import decode
from twin import roles
from twin.bus.local import LocalBus
from twin.bus.port import RoleHealth

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import pytest


class _Clock:
    def __init__(self) -> None:
        self.slept: list[float] = []

    def now_ns(self) -> UtcNs:
        return UtcNs(1)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


def _run(
    role: Callable[..., Awaitable[None]], monkeypatch: pytest.MonkeyPatch, words: int
) -> tuple[list[RoleHealth], _Clock]:
    monkeypatch.setitem(roles.ROLES, "broken", role)
    clock = _Clock()
    settings: Any = None

    async def listen() -> list[RoleHealth]:
        bus = LocalBus()
        async with bus.subscribe("health/+") as messages:
            task = asyncio.create_task(roles.keep_running("broken", settings, bus, clock))
            heard = [decode((await anext(messages)).payload, RoleHealth) for _ in range(words)]
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return heard

    return asyncio.run(asyncio.wait_for(listen(), 20)), clock


def test_a_role_that_breaks_is_degraded_and_starts_again_more_and_more_slowly(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    starts = []

    async def broken(*_: Any) -> None:
        starts.append(1)
        async with asyncio.TaskGroup():
            raise ValueError("no such thing")

    heard, clock = _run(broken, monkeypatch, 7)
    assert {health.status for health in heard} == {"degraded"}
    assert heard[0].detail == "restarting after ValueError: no such thing"
    assert len(starts) >= 7
    assert clock.slept[:6] == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0]
    assert "role broken failed" in caplog.text


def test_a_role_that_ends_is_not_taken_for_well(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ends(*_: Any) -> None:
        return

    heard, _ = _run(ends, monkeypatch, 1)
    assert (heard[0].status, heard[0].detail) == ("degraded", "ended")


def test_whoever_takes_starts_before_whoever_gives() -> None:
    assert list(roles.ROLES) == ["sinks", "api", "core", "vision", "locator"]
