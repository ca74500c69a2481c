"""The recorded session through the core role: the blessed effects, in one process and split over a broker."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from gis.store.database import connect, transaction
from gis.store.plants import save_plant
from gis.wire import decode, encode
from tests.golden.core_process import StoppedClock, settings
from tests.golden.recording import EFFECTS, EVENTS, lines, read_events
from tests.golden.scenario import PLANT_CODE, plant
from twin import roles
from twin.bus.local import LocalBus
from twin.bus.mqtt import MqttBus
from twin.effects import Effect, WorldSnapshot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from twin.addresses import BrokerAddress
    from twin.bus.port import Bus, Message

pytestmark = pytest.mark.servers
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(postgis_url: str) -> str:
    engine = connect(postgis_url, pool_size=1)
    with transaction(engine) as connection:
        save_plant(connection, plant())
    engine.dispose()
    return postgis_url


async def _effects_of_the_recording(bus: Bus, how_many: int) -> list[Effect]:
    """Publish the recorded events once the core listens, and collect what it says."""
    async with AsyncExitStack() as stack:
        health = await stack.enter_async_context(bus.subscribe("health/core"))
        await anext(health)  # it says so only when it has subscribed
        effects = await stack.enter_async_context(bus.subscribe(f"effects/{PLANT_CODE}"))
        publishing = asyncio.create_task(_publish(bus))
        said = await _collect(effects, how_many)
        await publishing
        return said


async def _publish(bus: Bus) -> None:
    for event in read_events(EVENTS):
        await bus.publish(f"events/{PLANT_CODE}", encode(event))


async def _collect(messages: AsyncIterator[Message], how_many: int) -> list[Effect]:
    said: list[Effect] = []
    async for message in messages:
        effect: Effect = decode(message.payload, Effect)  # type: ignore[arg-type]  # a union is a type to msgspec
        assert not isinstance(effect, WorldSnapshot)
        said.append(effect)
        if len(said) == how_many:
            break
    return said


def _numbered_from_one(effects: list[Effect]) -> list[Effect]:
    first = effects[0].seq
    assert [effect.seq - first for effect in effects] == list(range(len(effects)))
    return [msgspec.structs.replace(effect, seq=effect.seq - first + 1) for effect in effects]


def test_in_one_process(store: str, broker: BrokerAddress) -> None:
    golden = EFFECTS.read_text(encoding="utf-8")

    async def whole() -> list[Effect]:
        bus = LocalBus()
        core = asyncio.create_task(roles.core(settings(store, broker), bus, StoppedClock()))
        try:
            return await asyncio.wait_for(_effects_of_the_recording(bus, golden.count("\n")), 60)
        finally:
            core.cancel()
            await asyncio.gather(core, return_exceptions=True)

    assert lines(_numbered_from_one(asyncio.run(whole()))) == golden


def test_split_over_a_broker(store: str, broker: BrokerAddress) -> None:
    golden = EFFECTS.read_text(encoding="utf-8")

    async def split() -> list[Effect]:
        async with MqttBus(broker, "golden-test", prefix="golden/bus/") as bus:
            return await asyncio.wait_for(_effects_of_the_recording(bus, golden.count("\n")), 60)

    with _core_process(store, broker):
        assert lines(_numbered_from_one(asyncio.run(split()))) == golden


@contextmanager
def _core_process(store: str, broker: BrokerAddress) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.golden.core_process", store, broker.url], cwd=PROJECT, stdin=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()
