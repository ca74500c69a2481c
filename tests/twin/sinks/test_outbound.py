"""What outsiders see on MQTT: every crossing and alarm, newest positions, a retained state; what happens when full."""

from __future__ import annotations

import asyncio
import json
import secrets
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gis.wire import encode
from tests.golden.scenario import PLANT_CODE, events, plant
from tests.twin.sinks.stored import RealClock, alarmed, crossed, moved, send
from twin.bus.local import LocalBus
from twin.bus.mqtt import MqttBus
from twin.core.step import step
from twin.core.world import new_world, snapshot
from twin.sinks.outbound import OutboundSink

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from twin.addresses import BrokerAddress
    from twin.bus.port import Bus

PATIENCE_S = 30.0
OUT = f"twin/v1/{PLANT_CODE}/out/"


@asynccontextmanager
async def running(sink: OutboundSink, bus: LocalBus) -> AsyncIterator[None]:
    task = asyncio.create_task(sink.run(bus))
    async with asyncio.timeout(PATIENCE_S):
        while not bus.lengths():  # noqa: ASYNC110 - the subscription is made by another task
            await asyncio.sleep(0.01)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


class Shut(LocalBus):
    """A broker that takes nothing until it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.door = asyncio.Event()

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        await self.door.wait()
        await super().publish(topic, payload, retain=retain)


async def read(messages: AsyncIterator[object], n: int) -> list[dict[str, object]]:
    return [json.loads((await anext(messages)).payload) for _ in range(n)]  # type: ignore[attr-defined] # messages


def test_positions_are_conflated_and_carry_both_frames() -> None:
    async def script() -> None:
        outside, bus = Shut(), LocalBus()
        sink = OutboundSink(outside, RealClock(), frame_of=lambda _: plant().head.frame)
        async with outside.subscribe(OUT + "positions") as messages, running(sink, bus):
            await send(bus, [moved(seq, seq) for seq in range(1, 51)])
            await send(bus, [moved(51, 3, late=True)])
            while sink.vitals.conflated < 96:  # noqa: ASYNC110 - a counter
                await asyncio.sleep(0.01)
            outside.door.set()
            got = await read(messages, 1)
            if got[0]["seq"] != 50:
                got = await read(messages, 1)
        (message,) = got
        assert message["t"] == "2026-06-01T08:00:50.000Z"
        anna = {row["id"]: row for row in message["positions"]}["ANNA"]  # type: ignore[attr-defined] # JSON
        assert (anna["x_m"], anna["status"], anna["r95_m"]) == (50.0, "fix", 0.734)
        x, y = plant().head.frame.to_site(anna["lon"], anna["lat"])
        assert np.hypot(x - 50.0, y) < 0.002

    asyncio.run(script())


def test_when_full_crossings_go_before_alarms_and_all_is_counted() -> None:
    async def script() -> None:
        outside, bus = Shut(), LocalBus()
        sink = OutboundSink(outside, RealClock(), depth=6)
        async with outside.subscribe(OUT + "crossings", OUT + "alarms") as messages, running(sink, bus):
            await send(bus, [crossed(0, 0)])  # on its way already, so it does not count as waiting
            while sink.vitals.waiting or not bus.lengths():  # noqa: ASYNC110 - a counter
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            await send(bus, [crossed(1, 1), alarmed(2, 2), crossed(3, 3), *(alarmed(seq, seq) for seq in range(4, 11))])
            while sink.vitals.dropped < 4:  # noqa: ASYNC110 - a counter
                await asyncio.sleep(0.01)
            outside.door.set()
            got = await read(messages, 7)
        assert [message["seq"] for message in got] == [0, 5, 6, 7, 8, 9, 10]
        assert sink.vitals.dropped == 4

    asyncio.run(script())


@pytest.mark.servers
def test_the_scenario_goes_out_over_a_real_broker(broker: BrokerAddress) -> None:
    async def script() -> None:
        bus = LocalBus()
        name = f"test-{secrets.token_hex(4)}"
        async with (
            MqttBus(broker, name, prefix="") as outside,
            outside.subscribe(OUT + "crossings", OUT + "alarms") as messages,
            running(OutboundSink(outside, RealClock()), bus),
        ):
            wanted = await _play(bus)
            got = await read(messages, len(wanted))
            assert [message["seq"] for message in got] == wanted
            assert got[0]["direction"] == "enter"
            await _state_goes_out(outside)

    asyncio.run(script())


async def _play(bus: Bus) -> list[int]:
    """Send the scenario's effects and last snapshot; the numbers of its crossings and alarms."""
    world = new_world(plant(), 1)
    wanted: list[int] = []
    for event in events():
        world, effects = step(world, event)
        await send(bus, effects)
        wanted += [effect.seq for effect in effects if type(effect).__name__ in ("Crossed", "AlarmChanged")]
    await bus.publish(f"snapshot/{PLANT_CODE}", encode(snapshot(world)), retain=True)
    return wanted


async def _state_goes_out(outside: Bus) -> None:
    """Retained, so that whoever comes later sees it."""
    while True:
        async with outside.subscribe(OUT + "state") as states:
            try:
                async with asyncio.timeout(0.5):
                    state = (await read(states, 1))[0]
                    break
            except TimeoutError:
                continue
    alarms = state["alarms"]
    assert isinstance(alarms, list)
    loud = [alarm for alarm in alarms if "suppressed_by" not in alarm]
    assert state["unacknowledged"] == len(loud) > 2
    assert len(loud) < len(alarms), "what follows from the silent engine is told, and calls for nobody"
    assert {alarm["cause"] for alarm in alarms} == {"open"}
    assert state["t"] > "2026-06-01T08:02"  # type: ignore[operator] # text
