"""Takes old days out of the database into archive files, one at a time, beside the storing.

Every few minutes it looks whether a day has been online for longer than it should be; so a day goes within the hour
after midnight UTC, and what could not go yet (readers were at it, the disk was full, the account lacks the right) is
tried again and said in its vitals meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gis.errors import StoreError
from gis.store import partitions
from gis.store.archives import archive_day, due
from gis.store.database import transaction

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from sqlalchemy import Engine

    from gis.clock import Clock
    from gis.store.retention import Retention

log = logging.getLogger(__name__)

PERIOD_S = 600.0
# The first days of a long backlog go one a turn; between two of them everybody else comes first.
DAYS_A_TURN = 4


class _StoppedError(StoreError):
    """The role ends; what is unfinished is done next time."""


@dataclass
class ArchivistVitals:
    """What was done so far.

    Attributes:
        days: days of histories that went to the archive.
        trouble: what cannot be done now, in words; empty when nothing.
    """

    days: int = 0
    trouble: str = ""


class Archivist:
    """Keeps the histories as long as they should be online.

    Args:
        engine: the database; the account may drop archived days (`Right.ARCHIVIST` of `gis.store.privileges`).
        root: the archive's directory.
        retention: how long what stays.
        clock: real or of a test.
    """

    def __init__(self, engine: Engine, root: Path, retention: Retention, clock: Clock) -> None:
        self._engine = engine
        self._root = root
        self._retention = retention
        self._clock = clock
        self._stopped = threading.Event()
        self.vitals = ArchivistVitals()

    async def run(self) -> None:
        """Look now and then, until cancelled."""
        try:
            while True:
                await self._clock.sleep(PERIOD_S)
                await self.turn()
        finally:
            # A thread cannot be cancelled: it looks itself.
            self._stopped.set()

    async def turn(self) -> list[tuple[str, date]]:
        """Archive the oldest days that are due; gives which."""
        done: list[tuple[str, date]] = []
        try:
            waiting = await asyncio.to_thread(self._due)
            for history, day in waiting[:DAYS_A_TURN]:
                await asyncio.to_thread(self._archive, history, day)
                done.append((history, day))
                log.info("%s of %s went to the archive", history, day)
        except StoreError as error:
            if not self.vitals.trouble:
                log.warning("old days are not archived: %s", error)
            self.vitals.trouble = f"old days are not archived: {error}"
        else:
            self.vitals.trouble = ""
        self.vitals.days += len(done)
        return done

    def _due(self) -> list[tuple[str, date]]:
        with transaction(self._engine) as connection:
            return due(connection, self._retention, partitions.day_of(self._clock.now_ns()))

    def _archive(self, history: str, day: date) -> None:
        archive_day(self._engine, self._root, history, day, self._clock.now_ns(), self._go_on)

    def _go_on(self) -> None:
        if self._stopped.is_set():
            raise _StoppedError("the role ends")
