"""A role's plants: read from the store at the start, read again whenever their records change."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from threading import Lock
from typing import TYPE_CHECKING

from gis.errors import StoreUnavailableError, UnknownPlantError
from gis.store.announcements import plant_changes
from gis.store.database import connect, transaction
from gis.store.plants import PlantStamp, list_plants, load_plant, plant_stamp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy import Connection, Engine

    from gis.clock import Clock
    from gis.plant import Plant
    from twin.edges.pulse import Vitals

log = logging.getLogger(__name__)

_RETRY_S = 1.0
_KEPT = 64


class _Shelf:
    """The plants this process has read: its roles share one copy, for records are frozen.

    At most `_KEPT` plants; the one read longest ago goes first.
    """

    def __init__(self) -> None:
        self._read: dict[tuple[str, str], tuple[PlantStamp, Plant]] = {}
        self._one_at_a_time = Lock()

    def load(self, connection: Connection, url: str, code: str) -> Plant:
        """As `load_plant`, from memory when nothing has changed."""
        with self._one_at_a_time:
            # The stamp comes first: what changes while it is read is read again next time.
            stamp = plant_stamp(connection, code)
            known = self._read.get((url, code))
            if stamp is not None and known is not None and known[0] == stamp:
                return known[1]
            plant = load_plant(connection, code)
            if stamp is not None:
                self._read.pop((url, code), None)
                self._read[url, code] = stamp, plant
                if len(self._read) > _KEPT:
                    del self._read[next(iter(self._read))]
            return plant


_SHELF = _Shelf()


class PlantWatch:
    """The plants of one role.

    Args:
        url: address of the store.
        clock: for waiting while the store is away.
        pool_size: connections that are kept open.
    """

    def __init__(self, url: str, clock: Clock, *, pool_size: int = 1) -> None:
        self.engine: Engine = connect(url, pool_size=pool_size)
        self._url = url
        self._clock = clock
        self.plants: dict[str, Plant] = {}

    async def load(self, vitals: Vitals) -> dict[str, Plant]:
        """All plants of the store; waits while it is away, and says so in the vitals."""
        while True:
            try:
                self.plants = await asyncio.to_thread(self._all)
            except StoreUnavailableError as error:
                vitals.trouble = "the database is not reachable"
                log.warning("waiting for the database: %s", error)
                await self._clock.sleep(_RETRY_S)
                continue
            vitals.trouble = ""
            return self.plants

    async def follow(self, changed: Callable[[Plant], Awaitable[None] | None]) -> None:
        """Hand over every plant whose records changed, until cancelled; closes the store then."""
        try:
            await self._follow(changed)
        finally:
            self.engine.dispose()

    async def _follow(self, changed: Callable[[Plant], Awaitable[None] | None]) -> None:
        async with aclosing(plant_changes(self._url)) as changes:
            async for code in changes:
                for plant in await self._changed(code):
                    if self.plants.get(plant.head.code) != plant:
                        self.plants[plant.head.code] = plant
                        log.info("plant %s: new records", plant.head.code)
                        waits = changed(plant)
                        if waits is not None:
                            await waits

    async def _changed(self, code: str | None) -> list[Plant]:
        try:
            if code is None:
                return list((await asyncio.to_thread(self._all)).values())
            return [await asyncio.to_thread(self._one, code)]
        except UnknownPlantError:
            log.warning("plant %s has gone from the store; it is kept until the role restarts", code)
        except StoreUnavailableError as error:
            # The listener loses its connection too, and then asks for everything again.
            log.warning("plant %s could not be read again: %s", code or "any", error)
        return []

    def _all(self) -> dict[str, Plant]:
        with transaction(self.engine) as connection:
            return {head.code: _SHELF.load(connection, self._url, head.code) for head in list_plants(connection)}

    def _one(self, code: str) -> Plant:
        with transaction(self.engine) as connection:
            return _SHELF.load(connection, self._url, code)
