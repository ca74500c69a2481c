"""The core's edge: worlds begun where a former core left them, effects in order, bad events harmless."""

from __future__ import annotations

import asyncio

import msgspec
import numpy as np
import pytest

from gis.store.database import connect, transaction
from gis.store.journal import JournalEntry, append_entries
from gis.store.plants import save_plant
from gis.time import NS_PER_S
from gis.wire import decode, encode
from tests.golden.core_process import StoppedClock
from tests.golden.scenario import PLANT_CODE, T0_NS, plant
from twin.bus.local import LocalBus
from twin.bus.port import Message
from twin.edges.pulse import Vitals
from twin.edges.writer import Writer, _left_open
from twin.effects import Alarm, AlarmState, Effect, PositionsMoved, ReadingsChanged, WorldSnapshot
from twin.events import Reading, ReadingsTaken


def _alarm(number: int, changed_ns: int = T0_NS) -> Alarm:
    return Alarm(
        id=f"INTRUSION:F:{number}",
        kind="INTRUSION",
        priority=2,
        state=AlarmState.UNACKNOWLEDGED,
        raised_ns=T0_NS,
        changed_ns=changed_ns,
        subject=("ANNA", "BOB")[number - 1],
        fence=plant().fences[0].code,
        fence_version=1,
        rule_version=1,
        x_m=0.0,
        y_m=0.0,
        z_m=0.0,
        evidence=[],
    )


def _snapshot(t_ns: int, *alarms: Alarm) -> WorldSnapshot:
    return WorldSnapshot(7, t_ns, _no_positions(), [], list(alarms), [], None, [], [])


def _no_positions() -> PositionsMoved:
    flat = np.zeros((0,))
    return PositionsMoved(7, T0_NS, [], [], flat.astype(np.int64), np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 2)),
                          flat, flat.astype(np.uint8), flat.astype(np.uint32))  # fmt: skip


def test_without_a_picture_the_journal_decides() -> None:
    assert _left_open([_alarm(1)], None) == [_alarm(1)]


def test_an_alarm_that_a_later_picture_does_not_show_is_closed() -> None:
    assert _left_open([_alarm(1)], _snapshot(T0_NS + 1)) == []


def test_an_alarm_stored_after_the_picture_is_open() -> None:
    late = _alarm(1, T0_NS + 5)
    assert _left_open([late], _snapshot(T0_NS + 1)) == [late]


def test_an_alarm_the_journal_has_not_got_yet_is_open() -> None:
    assert _left_open([], _snapshot(T0_NS, _alarm(2))) == [_alarm(2)]


def test_of_two_words_on_one_alarm_the_newer_counts() -> None:
    older, newer = _alarm(1), _alarm(1, T0_NS + 9)
    assert _left_open([older], _snapshot(T0_NS + 10, newer)) == [newer]
    assert _left_open([newer], _snapshot(T0_NS + 10, older)) == [newer]


@pytest.mark.servers
def test_a_core_goes_on_where_the_last_one_stopped(postgis_url: str) -> None:
    engine = connect(postgis_url, pool_size=1)
    later_seq = T0_NS // 1000 + 1_000_000  # a clock that was set back must not make numbers repeat
    body = {"cause": "raised", "alarm": msgspec.to_builtins(_alarm(1))}
    with transaction(engine) as connection:
        save_plant(connection, plant())
        append_entries(connection, PLANT_CODE, [JournalEntry(later_seq, T0_NS, "alarm", "ANNA", body)])

    async def run() -> tuple[WorldSnapshot, list[Effect], Vitals]:
        bus, vitals = LocalBus(), Vitals()
        writer = Writer(engine, bus, StoppedClock(), vitals)
        async with bus.subscribe(f"effects/{PLANT_CODE}") as effects, bus.subscribe("snapshot/+") as pictures:
            await writer.open(plant())
            picture = decode((await anext(pictures)).payload, WorldSnapshot)
            await writer.receive(Message(f"events/{PLANT_CODE}", b"\xc1 no event"))
            await writer.receive(Message("events/NOBODYS", encode(ReadingsTaken(T0_NS, []))))
            for value in (1.0, 2.0):
                t_ns = T0_NS + int(value) * NS_PER_S
                taken = ReadingsTaken(t_ns, [Reading("S", t_ns, value)])
                await writer.receive(Message(f"events/{PLANT_CODE}", encode(taken)))
            said: list[Effect] = []
            while sum(isinstance(effect, ReadingsChanged) for effect in said) < 2:
                said.append(decode((await anext(effects)).payload, Effect))  # type: ignore[arg-type]  # a union
            return picture, said, vitals

    try:
        picture, said, vitals = asyncio.run(asyncio.wait_for(run(), 20))
    finally:
        engine.dispose()
    assert [alarm.id for alarm in picture.alarms] == [_alarm(1).id]
    assert [effect.seq for effect in said] == list(range(later_seq + 1, later_seq + 1 + len(said)))
    taken = [effect.readings[0].value for effect in said if isinstance(effect, ReadingsChanged)]
    assert taken == [1.0, 2.0]
    assert vitals.queues["events.unreadable"] == 1
