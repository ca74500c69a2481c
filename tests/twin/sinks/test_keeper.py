"""The keeper: days made ahead, windows put in order, and what it may not do is said."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from gis.store.compaction import WINDOW_NS
from gis.store.database import connect, transaction
from gis.store.tracks import append_chunks
from tests.gis.store.test_tracks import S, chunk
from tests.golden.scenario import PLANT_CODE, T0_NS, plant
from tests.twin.sinks.stored import prepared
from twin.sinks.keeper import SETTLE_NS, Keeper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from gis.time import UtcNs

pytestmark = pytest.mark.servers
BEGIN = T0_NS // WINDOW_NS * WINDOW_NS


class Stopped:
    """A clock that stands."""

    def __init__(self, now_ns: int) -> None:
        self.now = now_ns

    def now_ns(self) -> UtcNs:
        return self.now  # type: ignore[return-value] # a plain number

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@pytest.fixture
def engine(postgis_url: str) -> Iterator[Engine]:
    engine = prepared(postgis_url)
    yield engine
    engine.dispose()


def test_windows_that_are_over_are_put_in_order_and_days_are_there_before_they_begin(engine: Engine) -> None:
    frame = plant().head.frame
    with transaction(engine) as connection:
        pieces = [chunk("ANNA", 10, BEGIN + 10 * i * S, seed=i) for i in range(120)]
        append_chunks(
            connection, PLANT_CODE, frame, [*pieces, *(chunk("ANNA", 5, BEGIN + WINDOW_NS + i * 5 * S) for i in (0, 1))]
        )
    clock = Stopped(BEGIN + WINDOW_NS + SETTLE_NS - 1)
    keeper = Keeper(engine, clock)
    assert asyncio.run(keeper.turn()).before == 0
    clock.now += 1
    done = asyncio.run(keeper.turn())
    assert (done.before, done.after) == (120, 1)
    assert asyncio.run(keeper.turn()).before == 0
    assert (keeper.vitals.merged, keeper.vitals.trouble) == (120, "")
    with transaction(engine) as connection:
        names = connection.scalars(
            text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'reading'::regclass ORDER BY 1")
        ).all()
    assert names == ["reading_20260601", "reading_20260602", "reading_20260603"]


def test_what_it_cannot_do_is_said(engine: Engine) -> None:
    nowhere = connect("postgresql://nobody@127.0.0.1:9/nothing", connect_timeout_s=1)
    keeper = Keeper(nowhere, Stopped(BEGIN))
    assert asyncio.run(keeper.turn()).before == 0
    assert "not put in order" in keeper.vitals.trouble
    nowhere.dispose()
