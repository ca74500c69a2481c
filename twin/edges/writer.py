"""The core's edge: the worlds of all plants, fed one event at a time, and their effects published in order."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import msgspec

from gis.errors import StoreError
from gis.store import journal, musters
from gis.store.database import transaction
from gis.wire import WireError, decode, encode
from twin.core.step import step
from twin.core.world import new_world, snapshot
from twin.edges.logs import RateLimited
from twin.effects import Alarm, AlarmChanged, Muster, MusterChanged, WorldSnapshot
from twin.events import Event, FixesMeasured, PlantReplaced, Ticked

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from gis.clock import Clock
    from gis.plant import Plant
    from twin.bus.port import Bus, Message
    from twin.core.world import World
    from twin.edges.pulse import Vitals

log = logging.getLogger(__name__)

TICK_S = 1.0
TICKS_PER_SNAPSHOT, MOST_TICKS = 2, 5
CROWD = 2000
"""A second more between whole pictures for so many subjects: writing all of them down holds up their positions."""
_RETAINED_S = 0.5


class Writer:
    """Folds events into worlds. Of one plant only one event is in work at a time.

    Args:
        engine: the store, for alarms that a former core left open.
        bus: where effects and snapshots go.
        clock: for ticks and first numbers.
        vitals: where lag is noted.
    """

    def __init__(self, engine: Engine, bus: Bus, clock: Clock, vitals: Vitals) -> None:
        self._engine = engine
        self._bus = bus
        self._clock = clock
        self._vitals = vitals
        self._worlds: dict[str, World] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._warn = RateLimited(log)

    async def open(self, plant: Plant) -> None:
        """Begin a plant's world where a former core left it: its open alarms, who was inside, its numbers."""
        code = plant.head.code
        last = await self._retained(code)
        alarms, last_seq, muster = await asyncio.to_thread(self._stored, code)
        now_ns = self._clock.now_ns()
        # Numbers are microseconds at the start, so they never repeat unless the clock was set back.
        first_seq = max(now_ns // 1000, last_seq + 1, last.seq + 1 if last is not None else 0)
        world = new_world(
            plant,
            first_seq,
            now_ns=now_ns,
            open_alarms=_left_open(alarms, last),
            inside=last.inside if last is not None else (),
            # The picture is shown anew at every change of a muster; without one the journal is the word.
            muster=last.muster if last is not None else muster,
            memory=last,
        )
        self._worlds[code] = world
        self._locks.setdefault(code, asyncio.Lock())
        await self.publish_snapshot(code)
        log.info("plant %s: world opened at %d with %d open alarms", code, first_seq, len(world.alarms))

    async def replace(self, plant: Plant) -> None:
        """Take changed records; a plant that is new gets its world."""
        if plant.head.code in self._worlds:
            await self.take(plant.head.code, PlantReplaced(self._clock.now_ns(), plant.model_dump_json().encode()))
        else:
            await self.open(plant)

    async def receive(self, message: Message) -> None:
        """Take an event from the bus; one that cannot be read is counted and warned of."""
        plant = message.topic.split("/", 1)[1]
        try:
            event: Event = decode(message.payload, Event)  # type: ignore[arg-type]  # a union is a type to msgspec
        except WireError as error:
            self._vitals.queues["events.unreadable"] = self._vitals.queues.get("events.unreadable", 0) + 1
            self._warn.warn("unreadable event", f"{message.topic}: {error}")
            return
        await self.take(plant, event)

    async def take(self, plant: str, event: Event) -> None:
        """Fold one event and publish what comes of it, in order."""
        if plant not in self._worlds:
            self._warn.warn("event of an unknown plant", plant)
            return
        async with self._locks[plant]:
            self._worlds[plant], effects = step(self._worlds[plant], event)
            for effect in effects:
                await self._bus.publish(f"effects/{plant}", encode(effect))
            if isinstance(event, FixesMeasured):
                self._vitals.lag("measured_to_effect", self._clock.now_ns(), event.t_ns)
            if any(isinstance(effect, AlarmChanged | MusterChanged) for effect in effects):
                await self._publish_snapshot(plant)

    async def tick(self) -> None:
        """Let time pass in every world once a second; show it whole every other second, a crowd up to every fifth."""
        beat = 0
        while True:
            for plant in list(self._worlds):
                await self.take(plant, Ticked(self._clock.now_ns()))
                if beat % _ticks_per_snapshot(len(self._worlds[plant].tracks)) == 0:
                    await self.publish_snapshot(plant)
            beat += 1
            await self._clock.sleep(TICK_S)

    async def publish_snapshot(self, plant: str) -> None:
        """Publish the whole picture between two events."""
        async with self._locks[plant]:
            await self._publish_snapshot(plant)

    async def _publish_snapshot(self, plant: str) -> None:
        await self._bus.publish(f"snapshot/{plant}", encode(snapshot(self._worlds[plant])), retain=True)

    async def _retained(self, plant: str) -> WorldSnapshot | None:
        """The picture that a core of this plant left on the bus, if there is one."""
        async with self._bus.subscribe(f"snapshot/{plant}") as messages:
            try:
                async with asyncio.timeout(_RETAINED_S):
                    message = await anext(messages)
                return decode(message.payload, WorldSnapshot)
            except (TimeoutError, StopAsyncIteration):
                return None
            except WireError:
                log.warning("the retained snapshot of %s is of another version; starting without it", plant)
                return None

    def _stored(self, plant: str) -> tuple[list[Alarm], int, Muster | None]:
        with transaction(self._engine) as connection:
            bodies = journal.open_alarms(connection, plant)
            last_seq = journal.last_seq(connection, plant) or 0
            muster = musters.muster_at(connection, plant, self._clock.now_ns())
        try:
            on = None if muster is None else msgspec.convert(muster, Muster)
            return [msgspec.convert(body, Alarm) for body in bodies], last_seq, on
        except msgspec.ValidationError as error:
            raise StoreError(f"an open alarm or muster of {plant} cannot be read: {error}") from error


def _ticks_per_snapshot(subjects: int) -> int:
    return min(max(TICKS_PER_SNAPSHOT, subjects // CROWD), MOST_TICKS)


def _left_open(stored: list[Alarm], last: WorldSnapshot | None) -> list[Alarm]:
    """Alarms that are open after the newer word of journal and snapshot on each."""
    if last is None:
        return stored
    shown = {alarm.id: alarm for alarm in last.alarms}
    known = {alarm.id: alarm for alarm in stored}
    for alarm in stored:
        # Not in the picture any more: closed before it was taken, unless something happened to it afterwards.
        if alarm.id not in shown and alarm.changed_ns <= last.t_ns:
            del known[alarm.id]
    for alarm in last.alarms:
        if alarm.id not in known or known[alarm.id].changed_ns < alarm.changed_ns:
            known[alarm.id] = alarm
    return list(known.values())
