"""What the tests of the store sink share: a plant in a database, effects to send, and what the database then holds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np

from gis.store.database import connect, transaction
from gis.store.journal import JournalEntry, read_entries
from gis.store.plants import save_plant
from gis.store.tracks import read_tracks
from gis.time import UtcNs
from gis.wire import encode
from tests.golden.scenario import PLANT_CODE, T0_NS, plant
from twin.effects import Alarm, AlarmChanged, AlarmState, Crossed, Direction, PositionsMoved

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from twin.bus.port import Bus
    from twin.effects import Effect

SECOND_NS = 10**9


class RealClock:
    """The machine's clock."""

    def now_ns(self) -> UtcNs:
        import time  # noqa: PLC0415 - only here

        return UtcNs(time.time_ns())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def prepared(url: str) -> Engine:
    """An engine to a database that has the plant."""
    engine = connect(url)
    with transaction(engine) as connection:
        save_plant(connection, plant())
    return engine


def moved(seq: int, t_s: float, subjects: tuple[str, ...] = ("ANNA", "BOB"), *, late: bool = False) -> PositionsMoved:
    """One fix of each subject; east tells the second, north the subject."""
    n = len(subjects)
    t_ns = T0_NS + round(t_s * SECOND_NS)
    return PositionsMoved(
        seq=seq,
        t_ns=t_ns,
        subject=list(subjects),
        tag_id=[f"T-{subject}" for subject in subjects],
        fix_t_ns=np.full(n, t_ns, np.int64),
        xyz_m=np.array([[t_s % 600, i * 10.0, 1.2] for i in range(n)]),
        cov_m2=np.tile([0.09, 0.0, 0.09], (n, 1)),
        velocity_mps=np.zeros((n, 2)),
        p_still=np.zeros(n),
        status=np.zeros(n, np.uint8),
        reasons=np.zeros(n, np.uint32),
        late=late,
    )


def crossed(seq: int, t_s: float, subject: str = "BOB") -> Crossed:
    t_ns = T0_NS + round(t_s * SECOND_NS)
    return Crossed(seq, t_ns, subject, "TANKS", 1, Direction.ENTER, 0.99, 1.0, 2.0, 1.2)


def alarmed(seq: int, t_s: float, number: int = 0, state: AlarmState = AlarmState.UNACKNOWLEDGED) -> AlarmChanged:
    t_ns = T0_NS + round(t_s * SECOND_NS)
    alarm = Alarm(
        id=f"INTRUSION:TANKS:BOB:{number}",
        kind="INTRUSION",
        priority=2,
        state=state,
        raised_ns=T0_NS,
        changed_ns=t_ns,
        subject="BOB",
        fence="TANKS",
        fence_version=1,
        rule_version=1,
        x_m=1.0,
        y_m=2.0,
        z_m=1.2,
        evidence=[],
    )
    return AlarmChanged(seq, t_ns, alarm, "raised")


async def send(bus: Bus, effects: list[Effect]) -> None:
    for effect in effects:
        await bus.publish(f"effects/{PLANT_CODE}", encode(effect))


def entries(engine: Engine) -> list[JournalEntry]:
    with transaction(engine) as connection:
        return read_entries(connection, PLANT_CODE, 0, 2**62)


def fix_seconds(engine: Engine) -> dict[str, list[float]]:
    """For each subject the seconds since the start at which the database holds fixes, duplicates and all."""
    with transaction(engine) as connection:
        chunks = read_tracks(connection, PLANT_CODE, plant().head.frame, T0_NS - 10**13, T0_NS + 10**13)
    found: dict[str, list[float]] = {}
    for chunk in chunks:
        found.setdefault(chunk.subject, []).extend(np.round((chunk.t_ns - T0_NS) / 1e9, 2).tolist())
    return {subject: sorted(seconds) for subject, seconds in found.items()}
