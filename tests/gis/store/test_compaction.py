"""Chunks put in order: every fix once and where it belongs, the same after one go as after three."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from gis.fix import Reason
from gis.store import compaction
from gis.store.compaction import WINDOW_NS, Compacted, compact, merge
from gis.store.database import transaction
from gis.store.histories import track_chunk
from gis.store.tracks import append_chunks, read_tracks
from tests.gis.store.test_tracks import FRAME, MS, T0, S, chunk

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from gis.store.paths import TrackChunk

BEGIN = T0 // WINDOW_NS * WINDOW_NS


def _pieces(subject: str, n: int, start_ns: int, size: int = 10, seed: int = 0) -> list[TrackChunk]:
    whole = chunk(subject, n, start_ns, seed=seed)
    whole = replace(whole, reasons=whole.reasons & ~np.uint32(Reason.LATE))
    return [
        replace(whole.part(slice(first, first + size)), first_seq=first, last_seq=first + size - 1)
        for first in range(0, n, size)
    ]


def _late(subject: str, t_ns: int, seq: int) -> TrackChunk:
    one = chunk(subject, 1, t_ns, seed=seq)
    return replace(one, reasons=one.reasons | np.uint32(Reason.LATE), first_seq=seq, last_seq=seq)


def _read(engine: Engine) -> list[TrackChunk]:
    with transaction(engine) as connection:
        return read_tracks(connection, "X", FRAME, BEGIN, BEGIN + 10 * WINDOW_NS)


@pytest.mark.servers
def test_small_chunks_become_one_a_window_and_late_fixes_find_their_place(engine: Engine) -> None:
    late = _late("P-1", BEGIN + 95 * S + 500 * MS, 7000)
    given_ = [*_pieces("P-1", 1500, BEGIN), late, *_pieces("P-2", 30, BEGIN + 600 * S, seed=2)]
    with transaction(engine) as connection:
        append_chunks(connection, "X", FRAME, given_)
        append_chunks(connection, "OTHER", FRAME, _pieces("P-1", 40, BEGIN))
    before = {subject: np.concatenate([c.t_ns for c in _read(engine) if c.subject == subject]) for subject in ("P-1",)}
    done = compact(engine, "X", FRAME, BEGIN, BEGIN + 2 * WINDOW_NS)
    assert done == Compacted(154, 3, 0)
    after = _read(engine)
    assert [(one.subject, len(one)) for one in after] == [("P-1", 1201), ("P-1", 300), ("P-2", 30)]
    assert np.array_equal(np.concatenate([after[0].t_ns, after[1].t_ns]), np.sort(before["P-1"]))
    place = int(np.searchsorted(after[0].t_ns, late.t_ns[0]))
    assert np.allclose(after[0].xyz_m[place], late.xyz_m[0], atol=3e-3)
    assert (after[0].first_seq, after[0].last_seq) == (0, 1199)
    assert compact(engine, "X", FRAME, BEGIN, BEGIN + 2 * WINDOW_NS) == Compacted()
    # One that comes even later goes into what is in order already.
    with transaction(engine) as connection:
        append_chunks(connection, "X", FRAME, [_late("P-1", BEGIN + 100 * S + 1, 7001)])
        assert (
            connection.scalar(select(func.count()).select_from(track_chunk).where(track_chunk.c.plant == "OTHER")) == 4
        )
    assert compact(engine, "X", FRAME, BEGIN, BEGIN + 2 * WINDOW_NS) == Compacted(2, 1, 0)
    assert len(_read(engine)[0]) == 1202


@pytest.mark.servers
def test_a_window_that_is_not_over_is_left_alone(engine: Engine) -> None:
    with transaction(engine) as connection:
        append_chunks(connection, "X", FRAME, _pieces("P-1", 100, BEGIN))
    assert compact(engine, "X", FRAME, BEGIN, BEGIN + WINDOW_NS - 1) == Compacted()
    assert compact(engine, "X", FRAME, BEGIN, BEGIN + WINDOW_NS, most=1).after == 1


@pytest.mark.servers
def test_a_kill_halfway_leaves_everything_as_it_was(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction(engine) as connection:
        append_chunks(connection, "X", FRAME, _pieces("P-1", 100, BEGIN))

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(compaction, "append_chunks", die)
    with pytest.raises(Killed):
        compact(engine, "X", FRAME, BEGIN, BEGIN + WINDOW_NS)
    assert sum(map(len, _read(engine))) == 100
    monkeypatch.undo()
    assert compact(engine, "X", FRAME, BEGIN, BEGIN + WINDOW_NS) == Compacted(10, 1, 0)


@given(st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=8), min_size=1, max_size=6))
def test_merging_keeps_every_time_once_and_the_numbers_of_what_came_in_order(times: list[list[int]]) -> None:
    chunks = []
    for i, seconds in enumerate(times):
        late = i % 3 == 2
        one = chunk("P", len(set(seconds)), seed=i)
        reasons = one.reasons | np.uint32(Reason.LATE) if late else one.reasons & ~np.uint32(Reason.LATE)
        t_ns = T0 + S * np.array(sorted(set(seconds)), np.int64)
        chunks.append(replace(one, t_ns=t_ns, reasons=reasons, first_seq=10 * i, last_seq=10 * i + 5))
    merged = merge(chunks)
    assert merged.t_ns.tolist() == sorted({t for one in chunks for t in one.t_ns.tolist()})
    in_order = [i for i in range(len(times)) if i % 3 != 2]
    assert (merged.first_seq, merged.last_seq) == (10 * in_order[0], 10 * in_order[-1] + 5)
    assert merge([merged]).t_ns.tolist() == merged.t_ns.tolist()
