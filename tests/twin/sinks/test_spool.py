"""The spool: what was appended is read again, whatever happens to the process and to the last bytes."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.sinks.spool import Gap, Kind, Position, Record, Spool, SpoolError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

START = Position(0, 0)
Item = tuple[Kind, str, int, int, bytes]

items = st.lists(
    st.tuples(
        st.sampled_from(list(Kind)),
        st.sampled_from(["P1", "厂区", ""]),
        st.integers(0, 2**62),
        st.integers(-(2**62), 2**62),
        st.binary(max_size=200),
    ),
    max_size=30,
)


def everything(spool: Spool, start: Position = START) -> list[Record]:
    records: list[Record] = []
    while (read := spool.read(start, 256)).records:
        records += read.records
        start = read.next
    return records


def plain(records: Sequence[Record]) -> list[Item]:
    return [(record.kind, record.plant, record.seq, record.t_ns, record.payload) for record in records]


@given(items, st.integers(64, 2000))
def test_all_records_come_back_in_order_across_segments_and_starts(
    tmp_path_factory: pytest.TempPathFactory, appended: list[Item], segment_bytes: int
) -> None:
    directory = tmp_path_factory.mktemp("spool")
    for half in (appended[::2], appended[1::2]):
        spool = Spool(directory, segment_bytes=segment_bytes)
        for item in half:
            spool.append(*item)
        spool.close()
    spool = Spool(directory)
    assert plain(everything(spool)) == appended[::2] + appended[1::2]
    spool.close()


@given(st.integers(0, 10_000), st.booleans())
def test_a_torn_or_damaged_tail_costs_only_what_follows(
    tmp_path_factory: pytest.TempPathFactory, where: int, torn: bool
) -> None:
    directory = tmp_path_factory.mktemp("spool")
    spool = Spool(directory)
    wanted = [(Kind.JOURNAL, "P1", i, i, bytes([i]) * i) for i in range(40)]
    for item in wanted:
        spool.append(*item)
    spool.close()
    file = next(directory.glob("*1.seg"))
    data = bytearray(file.read_bytes())
    where %= len(data)
    if torn:
        del data[where:]
    else:
        data[where] ^= 0x55
    file.write_bytes(data)
    spool = Spool(directory)
    read = spool.read(START, 1 << 20)
    got = plain(read.records)
    assert got == wanted[: len(got)]
    whole = sum(len(item[4]) + 28 for item in wanted[: len(got) + 1])
    assert where < whole
    spool.append(Kind.JOURNAL, "P1", 99, 99, b"after")
    assert plain(everything(spool))[-1][2] == 99
    spool.close()


def test_released_segments_are_deleted_and_the_newest_record_stays(tmp_path: Path) -> None:
    spool = Spool(tmp_path, segment_bytes=300)
    for i in range(50):
        spool.append(Kind.POSITIONS, "P1", i, i, b"x" * 40)
    before = spool.size_bytes
    spool.release(spool.head)
    assert spool.size_bytes < before
    spool.close()
    again = Spool(tmp_path)
    assert again.resume > START
    assert [record.seq for record in everything(again)][-1] == 49
    assert everything(again, again.resume) == []
    again.close()


def test_overflow_drops_the_oldest_positions_then_readings_never_the_journal(tmp_path: Path) -> None:
    spool = Spool(tmp_path, limit_bytes=6_000, segment_bytes=1_000)
    rng = random.Random(4)
    kinds = [rng.choice([Kind.POSITIONS] * 8 + [Kind.READINGS, Kind.JOURNAL]) for _ in range(400)]
    for i, kind in enumerate(kinds):
        spool.append(kind, "P1", i, 1000 + i, b"x" * 60)
        if spool.size_bytes > 6_000:
            spool.make_room(START)
    records = everything(spool)
    assert [r.seq for r in records if r.kind is Kind.JOURNAL] == [i for i, k in enumerate(kinds) if k is Kind.JOURNAL]
    there = {record.seq for record in records if record.kind is not Kind.GAP}
    missing = set(range(400)) - there
    assert missing
    assert spool.dropped == len(missing)
    gaps = [msgspec.msgpack.decode(record.payload, type=Gap) for record in records if record.kind is Kind.GAP]
    assert sum(gap.effects for gap in gaps) == len(missing)
    assert all(any(gap.from_ns <= 1000 + seq <= gap.to_ns for gap in gaps) for seq in missing)
    kept = [seq for seq, kind in enumerate(kinds) if kind is Kind.POSITIONS and seq in there]
    assert min(kept) > min(missing)
    spool.close()


def test_one_process_at_a_time(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    with pytest.raises(SpoolError, match="another process"):
        Spool(tmp_path)
    spool.close()
    Spool(tmp_path).close()


def test_a_cursor_that_makes_no_sense_means_the_beginning(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append(Kind.JOURNAL, "P1", 1, 1, b"x")
    spool.close()
    for text in ("", "[1", "{}", "[99, 0]", "[1, 100000]", '["a", 0]', "[1, -4]"):
        (tmp_path / "cursor").write_text(text)
        again = Spool(tmp_path)
        assert [record.seq for record in everything(again, again.resume)] == [1]
        again.close()
