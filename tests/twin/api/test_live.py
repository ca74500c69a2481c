"""The live connection, with a real server and a client of others' making."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import TYPE_CHECKING, Any

import pytest
from websockets.asyncio.client import connect as connect_socket
from websockets.exceptions import ConnectionClosed, InvalidStatus

from gis.wire import encode
from tests.twin.api.small import (
    T0,
    S,
    alarm,
    alarm_changed,
    crossed,
    moved,
    readings,
    snapshot,
)
from tests.twin.api.stage import PATIENCE_S, Stage, stage
from twin.api import live
from twin.api.frames import decode_frame
from twin.api.outbox import MAX_BYTES
from twin.api.permissions import OPERATOR
from twin.bus.port import RoleHealth
from twin.effects import AlarmState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from websockets.asyncio.client import ClientConnection


def play(tmp_path: Path, scene: Callable[[Stage], Awaitable[None]]) -> None:
    async def run() -> None:
        async with stage(tmp_path) as set_up, asyncio.timeout(60):
            await scene(set_up)

    asyncio.run(run())


async def text(screen: ClientConnection, *kinds: str) -> dict[str, Any]:
    """The next text of one of some kinds (any, when none is named)."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            received = await screen.recv()
            if isinstance(received, str):
                message: dict[str, Any] = json.loads(received)
                if not kinds or message["type"] in kinds:
                    return message


async def drained(screen: ClientConnection) -> None:
    """Read until the connection ends."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            await screen.recv()


def test_the_snapshot_comes_first_and_then_everything_in_order(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        await on.say(snapshot(10, alarms=[alarm("OLD")]))
        await on.until(lambda: on.hub.model.seq == 10)
        async with connect_socket(on.address()) as screen:
            first = json.loads(await screen.recv())
            assert (first["type"], first["seq"]) == ("snapshot", 10)
            assert first["plant"]["fictional"] is True
            assert [one["id"] for one in first["alarms"]] == ["OLD"]
            assert len(first["people"]["rows"]) == 4
            await on.say(*(alarm_changed(seq, alarm(f"A{seq}")) for seq in range(11, 60)), readings(60), crossed(61))
            seen = [await text(screen, "alarm", "readings", "crossing") for _ in range(51)]
            assert [one["seq"] for one in seen] == list(range(11, 62))
            assert [one["type"] for one in seen[-2:]] == ["readings", "crossing"]

    play(tmp_path, scene)


def test_positions_arrive_as_frames_that_fit_the_table(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        async with connect_socket(on.address()) as screen:
            first = await text(screen, "snapshot")
            await on.say(snapshot(0), moved(1, {"P001": (12.3, -4.5)}, sigma_m=0.2), moved(2, {"tag:T9999": (1, 1)}))
            tables = {first["people"]["table"]: first["people"]["rows"]}
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    received = await screen.recv()
                    if isinstance(received, str):
                        message = json.loads(received)
                        if "people" in message:
                            tables[message["people"]["table"]] = message["people"]["rows"]
                        continue
                    frame = decode_frame(received)
                    rows = tables[frame.table]
                    if frame.seq == 2:
                        break
            assert len(frame.status) == len(rows) == 5
            ids = [row["id"] for row in rows]
            assert frame.xyz_m[ids.index("P001")].tolist() == pytest.approx([12.3, -4.5, 0])
            assert frame.r95_m[ids.index("P001")] == pytest.approx(0.5)
            assert frame.newest_ms == T0 / 1e6

    play(tmp_path, scene)


def test_the_age_of_the_picture_is_told_while_nothing_happens(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        now_ns = on.deps.clock.now_ns()
        await on.say(snapshot(0), moved(1, {"P000": (1, 1)}, now_ns))
        await on.bus.publish("health/core", encode(RoleHealth("core", now_ns, "ok", received=3, rejected={"x": 1})))
        await on.until(lambda: on.hub.model.seq == 1)
        async with connect_socket(on.address()) as screen:
            ages = [(await text(screen, "connection"))["connection"] for _ in range(3)]
        assert ages[0]["positions_age_ms"] < ages[1]["positions_age_ms"] < ages[2]["positions_age_ms"]
        assert ages[0]["ingest"] == {"received": 3, "accepted": 0, "rejected": {"x": 1}}
        assert set(ages[0]["roles"]) == {"core"}

    play(tmp_path, scene)


def test_a_healed_hole_gives_a_new_snapshot(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        await on.say(snapshot(0))
        await on.until(lambda: on.hub.model.seq == 0)
        async with connect_socket(on.address()) as screen:
            await text(screen, "snapshot")
            await on.say(crossed(5))
            assert (await text(screen, "crossing"))["seq"] == 5
            await on.say(snapshot(5, T0 + S, alarms=[alarm("MISSED")]))
            healed = await text(screen, "snapshot")
            assert [one["id"] for one in healed["alarms"]] == ["MISSED"]
            assert healed["connection"]["holes"] == 1

    play(tmp_path, scene)


def test_a_screen_that_comes_back_starts_where_the_twin_stands(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        await on.say(snapshot(0))
        async with connect_socket(on.address()) as screen:
            await text(screen, "snapshot")
        await on.say(alarm_changed(1, alarm("WHILE-AWAY")), alarm_changed(2, alarm("GONE")))
        await on.say(alarm_changed(3, alarm("GONE", AlarmState.NORMAL, changed_ns=T0 + S), "returned"))
        await on.until(lambda: on.hub.model.seq == 3 and not len(on.hub))
        async with connect_socket(on.address()) as screen:
            again = await text(screen, "snapshot")
            assert again["seq"] == 3
            assert [one["id"] for one in again["alarms"]] == ["WHILE-AWAY"]

    play(tmp_path, scene)


def narrow(on: Stage) -> socket.socket:
    """A connection whose receiver holds little, so that a screen that does not read is soon noticed."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    made.connect(("127.0.0.1", on.port))
    return made


def test_a_slow_screen_gets_newer_positions_and_every_alarm(tmp_path: Path) -> None:
    """It reads nothing for a while: frames are conflated, alarms wait, nobody else is held up."""

    async def scene(on: Stage) -> None:
        await on.say(snapshot(0))
        async with (
            connect_socket(on.address(), sock=narrow(on), max_queue=1) as slow,
            connect_socket(on.address()) as quick,
        ):
            await text(slow, "snapshot")
            await text(quick, "snapshot")
            slow.transport.pause_reading()
            heavy = alarm().evidence * 200
            for seq in range(1, 400, 2):
                big = alarm(f"A{seq}")
                big.evidence.extend(heavy)
                await on.say(alarm_changed(seq, big), moved(seq + 1, {"P000": (seq, 0)}, T0 + seq * S))
                if seq % 20 == 1:
                    await on.until(lambda seq=seq: on.hub.model.seq >= seq + 1)  # type: ignore[misc]  # bound per turn
                    await asyncio.sleep(0.06)
            quick_seen = [(await text(quick, "alarm"))["seq"] for _ in range(200)]
            slow.transport.resume_reading()
            slow_seen: list[int] = []
            frames: list[int] = []
            async with asyncio.timeout(PATIENCE_S):
                while len(slow_seen) < 200 or not frames or frames[-1] < 400:
                    received = await slow.recv()
                    if isinstance(received, bytes):
                        frames.append(decode_frame(received).seq)
                    else:
                        message = json.loads(received)
                        if message["type"] == "alarm":
                            slow_seen.append(message["seq"])
                        elif message["type"] == "connection":
                            conflated = message["connection"]["conflated"]
            assert slow_seen == quick_seen == list(range(1, 400, 2))
            assert frames == sorted(frames)
            assert frames[-1] == 400
            while not conflated:
                conflated = (await text(slow, "connection"))["connection"]["conflated"]
            assert conflated > 0

    play(tmp_path, scene)


def test_a_screen_that_cannot_take_its_texts_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SEND_TIMEOUT_S", 0.2)

    async def scene(on: Stage) -> None:
        await on.say(snapshot(0))
        async with connect_socket(on.address(), sock=narrow(on), max_queue=1) as stuck:
            await text(stuck, "snapshot")
            stuck.transport.pause_reading()
            for _ in range(20):
                on.hub._broadcast("x" * 1_000_000)
            await on.until(lambda: on.hub.closed_slow == 1)
            assert len(on.hub) == 0
            stuck.transport.resume_reading()
            with pytest.raises(ConnectionClosed):
                await drained(stuck)

    play(tmp_path, scene)


def test_an_overrun_outbox_closes_with_its_code(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        await on.say(snapshot(0))
        async with connect_socket(on.address()) as screen:
            await text(screen, "snapshot")
            (served,) = on.hub._screens
            served.outbox.put_text("x" * (MAX_BYTES + 1))
            served.filled.set()
            with pytest.raises(ConnectionClosed) as closed:
                await drained(screen)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == live.CLOSE_SLOW

    play(tmp_path, scene)


def test_unknown_plants_strangers_and_other_sites_are_turned_away(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        async with connect_socket(on.address("NONE")) as screen:
            with pytest.raises(ConnectionClosed) as closed:
                await screen.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == live.CLOSE_UNKNOWN_PLANT
        with pytest.raises(InvalidStatus):
            async with connect_socket(on.address(), origin="http://evil.example"):  # type: ignore[arg-type]  # a NewType
                pass
        async with connect_socket(on.address(), origin=f"http://127.0.0.1:{on.port}") as screen:  # type: ignore[arg-type]  # as above
            assert (await text(screen))["type"] == "snapshot"

    play(tmp_path, scene)


def test_a_stranger_is_told_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twin.api.app.operator_on_duty", lambda _: OPERATOR.model_copy(update={"permissions": []}))

    async def scene(on: Stage) -> None:
        async with connect_socket(on.address()) as screen:
            with pytest.raises(ConnectionClosed) as closed:
                await screen.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4403

    play(tmp_path, scene)


def test_garbage_on_the_bus_neither_stops_the_picture_nor_passes_unnoticed(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        await on.say(snapshot(0))
        await on.bus.publish("effects/TEST-1", b"\xff garbage")
        await on.bus.publish("health/core", b"{}")
        await on.bus.publish("effects/ELSEWHERE", encode(crossed(1)))
        await on.say(crossed(2))
        await on.until(lambda: on.hub.model.seq == 2)
        assert on.hub.model.healing
        await on.say(snapshot(2, T0 + S))
        await on.until(lambda: not on.hub.model.healing)

    play(tmp_path, scene)


def test_what_a_screen_says_is_not_listened_to(tmp_path: Path) -> None:
    async def scene(on: Stage) -> None:
        await on.say(snapshot(0))
        async with connect_socket(on.address()) as screen:
            await text(screen, "snapshot")
            for _ in range(50):
                await screen.send("hello")
                await screen.send(b"\0" * 1000)
            await on.say(crossed(1))
            assert (await text(screen, "crossing"))["seq"] == 1

    play(tmp_path, scene)
