"""Looks after what is stored, at quiet rate beside the storing: days made ahead, small chunks put in order.

It does little at a time and rests between, so that storing never waits for it. What it may not do (the account lacks
the right) or cannot do now is said once and in its vitals, and tried again later. A kill at any moment leaves every
window of tracks either as it was or in order.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from gis.errors import StoreError
from gis.store import partitions
from gis.store.compaction import WINDOW_NS, Compacted, compact
from gis.store.database import transaction
from gis.store.plants import list_plants

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from gis.clock import Clock

log = logging.getLogger(__name__)

PERIOD_S = 60.0
DAYS_AHEAD = 2
TRACKS_A_TURN = 200
# A window is put in order when it has been over for as long: by then what was measured in it has come.
SETTLE_NS = 120 * 1_000_000_000
RECENT_WINDOWS = 4
ROUND_TURNS = 60
ROUND_DAYS = 2


@dataclass
class KeeperVitals:
    """What was done so far.

    Attributes:
        merged: chunks that went into larger ones.
        trouble: what cannot be done now, in words; empty when nothing.
    """

    merged: int = 0
    trouble: str = ""


class Keeper:
    """Keeps the histories in order.

    Args:
        engine: the database; the account may delete chunks (`Right.KEEPER` of `gis.store.privileges`, or the owner).
        clock: real or of a test.
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._turn = 0
        self.vitals = KeeperVitals()

    async def run(self) -> None:
        """Every minute a little, until cancelled."""
        while True:
            await self._clock.sleep(PERIOD_S)
            await self.turn()

    async def turn(self) -> Compacted:
        """One turn: days ahead, the last windows; every hour a look at the last days, where late fixes came."""
        now_ns = self._clock.now_ns()
        reach_ns = RECENT_WINDOWS * WINDOW_NS
        if self._turn % ROUND_TURNS == 0:
            reach_ns = ROUND_DAYS * partitions.DAY_NS
        self._turn += 1
        try:
            done = await asyncio.to_thread(self._look_after, now_ns - reach_ns, now_ns - SETTLE_NS)
        except StoreError as error:
            if not self.vitals.trouble:
                log.warning("histories are not put in order: %s", error)
            self.vitals.trouble = f"histories are not put in order: {error}"
            return Compacted()
        self.vitals.trouble = ""
        self.vitals.merged += done.before
        return done

    def _look_after(self, from_ns: int, to_ns: int) -> Compacted:
        with transaction(self._engine) as connection:
            today = partitions.day_of(self._clock.now_ns())
            partitions.ensure_days(connection, today, today + timedelta(days=DAYS_AHEAD))
            plants = list_plants(connection)
        done = Compacted()
        for plant in plants:
            done = done.plus(compact(self._engine, plant.code, plant.frame, from_ns, to_ns, most=TRACKS_A_TURN))
        return done
