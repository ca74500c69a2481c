"""Runs: cut at gaps, joined over windows, never losing or repeating a fix."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis.frames import SiteFrame
from gis.store.paths import TrackChunk
from twin.exchange import runs as module
from twin.exchange.runs import GAP_NS, Cutter, runs_of

FRAME = SiteFrame(118.95, 37.95)
T0 = 1_800_000_000_000
MS = 1_000_000


def chunk(t_ms: list[int], tag: str = "T1") -> TrackChunk:
    n = len(t_ms)
    return TrackChunk(
        subject="P1",
        tag_id=tag,
        t_ns=(np.array(t_ms, np.int64) + T0) * MS,
        xyz_m=np.column_stack([np.array(t_ms, float) / 1000, np.zeros(n), np.full(n, 1.5)]),
        cov_m2=np.tile([0.01, 0.0, 0.01], (n, 1)),
        velocity_mps=np.tile([3.0, 4.0], (n, 1)),
        p_still=np.zeros(n),
        status=np.zeros(n, np.uint8),
        reasons=np.zeros(n, np.uint32),
        first_seq=1,
        last_seq=1,
    )


def test_a_gap_ends_a_run_and_a_window_does_not() -> None:
    cutter = Cutter("P1", FRAME)
    assert cutter.feed([chunk([0, 1000])]) == []
    assert cutter.feed([chunk([2000, 3000])]) == []
    (first,) = cutter.feed([chunk([20_000, 21_000])])
    (second,) = cutter.finish()
    assert (first.t_ms - T0).tolist() == [0, 1000, 2000, 3000]
    assert (second.t_ms - T0).tolist() == [20_000, 21_000]
    assert (first.number, second.number) == (1, 2)
    assert first.speed_mps.tolist() == [5.0] * 4
    assert first.id == f"T1-{T0}"


def test_two_tags_of_one_person_are_two_runs() -> None:
    both = runs_of("P1", FRAME, [chunk([0, 1000]), chunk([0, 500, 1500], "T2")])
    assert [(run.tag, len(run)) for run in both] == [("T1", 2), ("T2", 3)]


def test_a_long_run_is_cut_and_goes_on_from_its_last_fix() -> None:
    n = module.LONGEST_RUN + 10
    first, second = runs_of("P1", FRAME, [chunk(list(range(0, n * 1000, 1000)))])
    assert (first.number, second.number) == (1, 1)
    assert (first.goes_on, second.goes_on) == (False, True)
    assert second.t_ms[0] == first.t_ms[-1]
    assert len(first) + len(second) == n + 1


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=60), st.lists(st.integers(0, 200_000), max_size=5))
def test_windows_change_nothing(times: list[int], bounds: list[int]) -> None:
    ordered = sorted(set(times))
    whole = runs_of("P1", FRAME, [chunk(ordered)])
    cutter, pieces = Cutter("P1", FRAME), []
    edges = [-1, *sorted(bounds), 300_000]
    for begin, end in pairwise(edges):
        part = [t for t in ordered if begin < t <= end]
        pieces += cutter.feed([chunk(part)]) if part else []
    pieces += cutter.finish()
    assert [(run.t_ms.tolist(), run.number) for run in pieces] == [(run.t_ms.tolist(), run.number) for run in whole]
    assert sum(map(len, whole)) == len(ordered)
    for run in whole:
        assert (np.diff(run.t_ms) <= GAP_NS // MS).all()
