from __future__ import annotations

from gis.wire import encode
from tests.golden.scenario import PLANT_CODE
from tests.twin.sinks.stored import moved
from twin.sinks.harvest import CROWD as HARVEST_CROWD
from twin.sinks.harvest import FEW, MOST_POINTS, OLDEST_S, Batch, Harvest
from twin.sinks.spool import Kind, Position, Record

CROWD = tuple(f"P{number:04d}" for number in range(1000))


def took(harvest: Harvest, seq: int, now_s: float, subjects: tuple[str, ...]) -> None:
    payload = encode(moved(seq, now_s, subjects))
    where = Position(0, seq)
    harvest.take([Record(Kind.POSITIONS, PLANT_CODE, seq, 0, payload, where, where)], now_s)


def given(batch: Batch) -> list[str]:
    return [chunk.subject for chunks in batch.chunks.values() for chunk in chunks]


def test_tracks_that_began_together_are_given_out_over_some_seconds_and_all() -> None:
    harvest = Harvest()
    sizes: list[int] = []
    got: list[str] = []
    took(harvest, 1, 0.0, CROWD)
    for tenth in range(1, 300):
        some = given(harvest.due(tenth / 10))
        assert not some or tenth / 10 >= OLDEST_S
        sizes.append(len(some))
        got += some
    assert sorted(got) == list(CROWD)
    assert 0 < max(sizes) <= len(CROWD) / 20
    assert harvest.fixes == 0
    assert harvest.held_from() is None


def test_few_old_tracks_go_at_once_and_young_ones_stay() -> None:
    harvest = Harvest()
    took(harvest, 1, 0.0, CROWD[:FEW])
    took(harvest, 2, 5.0, ("YOUNG",))
    harvest.due(OLDEST_S - 0.1)
    assert given(harvest.due(OLDEST_S)) == list(CROWD[:FEW])
    assert harvest.fixes == 1


def test_a_long_track_goes_before_it_is_old_and_once() -> None:
    harvest = Harvest()
    for seq in range(MOST_POINTS):
        took(harvest, seq, 1.0 + seq / 100, ("FAST", "SLOW") if seq == 0 else ("FAST",))
    assert given(harvest.due(2.0)) == ["FAST"]
    assert given(harvest.due(2.1)) == []
    assert given(harvest.due(2.2, everything=True)) == ["SLOW"]


def test_a_crowd_waits_up_to_twice_as_long() -> None:
    harvest = Harvest()
    crowd = tuple(f"C{number:05d}" for number in range(2 * HARVEST_CROWD))
    took(harvest, 1, 0.0, crowd)
    harvest.due(0.0)
    assert given(harvest.due(2 * OLDEST_S - 0.1)) == []
    assert given(harvest.due(2 * OLDEST_S)) != []
