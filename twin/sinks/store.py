"""The store sink: every effect into the spool, and from the spool into PostGIS.

Receiving and storing are two tasks with the spool between them. The receiver writes what comes to the spool at once and
never waits for the database; crossings and alarms are put on the disk within milliseconds. The storer reads the spool,
gathers (`twin.sinks.harvest`) and writes transactions; while the database is away it tries again with growing pauses
and the spool grows, within its limit. Everything stored is keyed so that storing it twice changes nothing, so after a
crash the rest of the spool is simply stored again. Holes in the numbers become `gap` entries of the journal.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from gis.errors import StoreUnavailableError
from gis.time import NS_PER_S
from gis.wire import WireError, decode
from twin.effects import Effect
from twin.sinks.harvest import Batch, Harvest, kind_of
from twin.sinks.spool import DEFAULT_LIMIT_BYTES, SEGMENT_BYTES, Gap, Kind, Position, Record, Spool
from twin.sinks.writer import SinkVitals, StoreWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Engine

    from gis.clock import Clock
    from twin.bus.port import Bus, Message

T = TypeVar("T")
log = logging.getLogger(__name__)

_PERIOD_S = 0.25
_RELEASE_S = 1.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 5.0
_LOOK_BACK_BYTES = 64 << 20
"""What the database may hold of the spool already is the last seconds before the end of the former process."""


class StoreSink:
    """Writes what comes of events into the histories.

    Args:
        engine: the database.
        spool_dir: directory of the spool, of this sink alone.
        clock: real or of a test.
        spool_bytes: limit of the spool.
        segment_bytes: size of its files.
        farewell_s: how long it may go on storing when it is stopped.
    """

    def __init__(
        self,
        engine: Engine,
        spool_dir: Path,
        clock: Clock,
        *,
        spool_bytes: int = DEFAULT_LIMIT_BYTES,
        segment_bytes: int = SEGMENT_BYTES,
        farewell_s: float = 5.0,
    ) -> None:
        self._spool_dir = spool_dir
        self._limits = (spool_bytes, segment_bytes)
        self._clock = clock
        self._farewell_s = farewell_s
        self._last: dict[str, tuple[int, int]] = {}
        self._resumed: set[str] = set()
        self._wake = asyncio.Event()
        self._unsynced = asyncio.Event()
        self._cursor = Position(0, 0)
        self._pending: Batch | None = None
        self._working: asyncio.Future[Any] | None = None
        self._looked_back = False
        self.vitals = SinkVitals()
        self._writer = StoreWriter(engine, spool_dir, self.vitals)

    async def run(self, bus: Bus) -> None:
        """Take effects from the bus until cancelled; then store what can be stored at once.

        Raises:
            SpoolError: another sink uses the spool, or its disk refuses.
        """
        limit, segment = self._limits
        spool = Spool(self._spool_dir, limit_bytes=limit, segment_bytes=segment)
        self._cursor = spool.resume
        harvest = Harvest()
        try:
            await asyncio.to_thread(self._look_back, spool)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._receive(bus, spool))
                tasks.create_task(self._sync(spool))
                tasks.create_task(self._store(spool, harvest))
        finally:
            await asyncio.shield(self._leave(spool, harvest))

    async def _receive(self, bus: Bus, spool: Spool) -> None:
        async with bus.subscribe("effects/+") as messages:
            async for message in messages:
                self._take(message, spool)

    def _take(self, message: Message, spool: Spool) -> None:
        plant = message.topic.split("/", 1)[1]
        try:
            effect: Effect = decode(message.payload, Effect)  # type: ignore[arg-type] # a union is a type to msgspec
        except WireError as error:
            self.vitals.unreadable += 1
            if self.vitals.unreadable == 1:
                log.warning("%s: no effect: %s", message.topic, error)
            return
        self.vitals.received += 1
        last = self._last.get(plant)
        if last is not None:
            if effect.seq <= last[0]:
                return  # a broker repeats what was not acknowledged
            if effect.seq > last[0] + 1:
                self._note_hole(spool, plant, last, effect)
        self._last[plant] = (effect.seq, effect.t_ns)
        self._resumed.discard(plant)
        kind = kind_of(effect)
        spool.append(kind, plant, effect.seq, effect.t_ns, b"" if kind is Kind.MARK else message.payload)
        if kind is Kind.JOURNAL:
            self._unsynced.set()
            self._wake.set()
        if spool.size_bytes > self._limits[0]:
            spool.make_room(self._cursor)
        self.vitals.spool_bytes, self.vitals.dropped = spool.size_bytes, spool.dropped

    def _note_hole(self, spool: Spool, plant: str, last: tuple[int, int], effect: Effect) -> None:
        """Put the hole before an effect down as a gap, under the first missing number."""
        seq, t_ns = last
        # A core that starts again begins at its start time: then nobody can know how many effects never came to be.
        reason = "restart" if plant in self._resumed or effect.seq - seq > 1_000_000 else "missed"
        gap = Gap(reason, t_ns, max(effect.t_ns, t_ns), effect.seq - seq - 1 if reason == "missed" else 0)
        spool.append(Kind.GAP, plant, seq + 1, gap.to_ns, msgspec.msgpack.encode(gap))
        self.vitals.gaps += 1
        log.warning("%s: %s, nothing known from %d to %d", plant, reason, gap.from_ns, gap.to_ns)

    async def _sync(self, spool: Spool) -> None:
        """Put crossings and alarms on the disk; many at once when many come."""
        while True:
            await self._unsynced.wait()
            self._unsynced.clear()
            await asyncio.to_thread(spool.sync)

    def _look_back(self, spool: Spool) -> None:
        """Learn from the spool where a former process ended."""
        at = Position(0, 0)
        while True:
            read = spool.read(at, 16 << 20)
            for record in read.records:
                self._last[record.plant] = (record.seq, record.t_ns)
            at = read.next
            if not read.records:
                break
        self._resumed = set(self._last)

    async def _store(self, spool: Spool, harvest: Harvest) -> None:
        if self._cursor != spool.head:
            first = spool.read(self._cursor, _LOOK_BACK_BYTES).records
            harvest.pass_over(await self._until_done(lambda: self._writer.stored_among(first)))
        self._looked_back = True
        released_s = 0.0
        while True:
            now_s = self._clock.now_ns() / NS_PER_S
            read = spool.read(self._cursor)
            harvest.take(read.records, now_s)
            self._cursor = read.next
            if read.damaged:
                log.error("a damaged record in the spool; the rest of its segment is lost")
                self._note_damage(spool, read.records)
            batch = harvest.due(now_s)
            if batch:
                self._pending = batch
                await self._until_done(partial(self._writer.write, batch))
                self._pending = None
            if read.records:
                self.vitals.stored_ns = max(self.vitals.stored_ns, read.records[-1].t_ns)
            if now_s - released_s >= _RELEASE_S:
                spool.release(harvest.held_from() or self._cursor)
                self.vitals.spool_bytes = spool.size_bytes
                released_s = now_s
            if not read.records:
                await self._rest()

    async def _rest(self) -> None:
        """Until something urgent comes, or for a moment."""
        try:
            async with asyncio.timeout(_PERIOD_S):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    def _note_damage(self, spool: Spool, records: list[Record]) -> None:
        """The records that a damaged one took with it, as gaps under the number after the last good one."""
        for plant, record in {record.plant: record for record in records}.items():
            gap = Gap("damaged", record.t_ns, self._clock.now_ns())
            spool.append(Kind.GAP, plant, record.seq + 1, record.t_ns, msgspec.msgpack.encode(gap))
            self.vitals.gaps += 1

    async def _until_done(self, work: Callable[[], T]) -> T:
        """Do something with the database in a thread, as often as it takes for the database to be there."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                working = asyncio.ensure_future(asyncio.to_thread(work))
                self._working = working
                done = await asyncio.shield(working)
            except StoreUnavailableError as error:
                if not self.vitals.trouble:
                    log.warning("the database is away; spooling: %s", error)
                self.vitals.trouble = f"the database is away: {error}"
                await self._clock.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            else:
                if self.vitals.trouble:
                    log.warning("the database is back")
                self.vitals.trouble = ""
                return done

    def _is_written(self) -> bool:
        """Whether the thread that had the pending batch came through with it."""
        return self._working is not None and self._working.done() and self._working.exception() is None

    async def _leave(self, spool: Spool, harvest: Harvest) -> None:
        """Store all that is left, if the database is there; what cannot be stored stays in the spool."""
        try:
            if not self._looked_back:
                return  # nothing was gathered yet
            async with asyncio.timeout(self._farewell_s):
                if self._working is not None:
                    # A thread cannot be cancelled: let it end before another one writes the same.
                    await asyncio.wait([self._working])
                if self._pending is not None and not self._is_written():
                    await asyncio.to_thread(self._writer.write, self._pending)
                now_s = self._clock.now_ns() / NS_PER_S
                while (read := spool.read(self._cursor)).records:
                    harvest.take(read.records, now_s)
                    self._cursor = read.next
                batch = harvest.due(now_s, everything=True)
                await asyncio.to_thread(self._writer.write, batch)
                spool.release(self._cursor)
        except (StoreUnavailableError, TimeoutError):
            log.warning("the database is away; %d bytes stay in the spool", spool.size_bytes)
        finally:
            spool.close()
