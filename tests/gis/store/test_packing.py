"""Packed channels: what goes in comes out to the units told, whatever it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import StoreError
from gis.frames import SiteFrame
from gis.store.packing import (
    FEW,
    SETTLED_LEVEL,
    Unpacked,
    covariance,
    covariance_as_kept,
    covariance_codes,
    packed,
    place_as_kept,
    probability_as_kept,
)
from gis.store.paths import encode_paths
from tests.gis.store.test_tracks import FRAME, MS, T0, chunk

NUMBER = st.floats(-5000, 5000)


@given(
    st.lists(st.lists(st.tuples(NUMBER, NUMBER, st.floats(-50, 200)), min_size=1, max_size=20), min_size=1, max_size=5),
    st.lists(st.sampled_from([1, 1_000, MS, 123_456_789, 10**9, 2**40]), min_size=1, max_size=5),
)
def test_fixes_come_back_to_five_millimetres_and_the_nanosecond(
    walks: list[list[tuple[float, ...]]], steps: list[int]
) -> None:
    chunks = []
    for i, places in enumerate(walks):
        one = chunk(f"P-{i}", len(places), T0 + i, steps[i % len(steps)], seed=i)
        chunks.append(replace(one, xyz_m=np.array(places)))
    fixes = Unpacked(packed(chunks, FRAME), FRAME)
    assert fixes.lengths.tolist() == [len(one) for one in chunks]
    start = 0
    for one in chunks:
        own = slice(start, start + len(one))
        start += len(one)
        assert np.array_equal(fixes.t_ns[own], one.t_ns)
        assert np.array_equal(fixes.xyz_m[own], place_as_kept(one.xyz_m))
        assert np.array_equal(fixes.cov_m2[own], covariance_as_kept(one.cov_m2))
        assert np.array_equal(fixes.p_still[own], probability_as_kept(one.p_still))
        assert np.allclose(fixes.velocity_mps[own], one.velocity_mps, atol=0.0051)
        assert np.array_equal(fixes.status[own], one.status)
        assert np.array_equal(fixes.reasons[own], one.reasons)


@pytest.mark.parametrize("level", [0, 1, SETTLED_LEVEL])
def test_packing_what_was_packed_changes_nothing(level: int) -> None:
    once = Unpacked(packed([chunk("P", 300, seed=3)], FRAME, level), FRAME)
    again = replace(
        chunk("P", 300, seed=3),
        xyz_m=once.xyz_m,
        cov_m2=once.cov_m2,
        velocity_mps=once.velocity_mps,
        p_still=once.p_still,
    )
    twice = Unpacked(packed([again], FRAME, SETTLED_LEVEL), FRAME)
    for name in ("t_ns", "xyz_m", "cov_m2", "velocity_mps", "p_still", "status", "reasons"):
        assert np.array_equal(getattr(twice, name), getattr(once, name)), name


def test_batches_of_different_making_are_read_together() -> None:
    few, many = chunk("P-1", 3, seed=1), chunk("P-2", 700, seed=2, step_ns=1_500 * MS + 1)
    fixes = Unpacked([*packed([few], FRAME), *packed([many], FRAME, 9), *packed([few], FRAME, 0)], FRAME)
    assert fixes.t_ns.tolist() == [*few.t_ns.tolist(), *many.t_ns.tolist(), *few.t_ns.tolist()]
    assert np.array_equal(fixes.xyz_m, place_as_kept(np.vstack([few.xyz_m, many.xyz_m, few.xyz_m])))
    assert len(Unpacked([], FRAME).t_ns) == 0


@given(st.lists(st.integers(1, 1500), min_size=1, max_size=6), st.integers(-5, 1600))
def test_up_to_an_instant_only_the_last_fixes_are_read(sizes: list[int], second: int) -> None:
    chunks = [chunk(f"P-{i}", size, seed=i, step_ns=(1000 + 7 * i) * MS) for i, size in enumerate(sizes)]
    # Packed one by one their columns have widths of their own.
    channels = [data for one in chunks for data in packed([one], FRAME)]
    at_ns = T0 + second * 1000 * MS
    whole, last = Unpacked(channels, FRAME), Unpacked(channels, FRAME, at_ns)
    rows = []
    for start, length in zip(np.cumsum(whole.lengths) - whole.lengths, whole.lengths, strict=True):
        until = int(np.searchsorted(whole.t_ns[start : start + length], at_ns, side="right"))
        rows.append(np.arange(start + max(0, until - 2 * FEW), start + until))
    # Groups that end long before the instant are not read, so there may be fewer; never fewer than `FEW`.
    ends = np.cumsum(last.lengths)
    for own, start, end in zip(rows, ends - last.lengths, ends, strict=True):
        assert min(len(own), FEW) <= end - start <= len(own)
        same = own[len(own) - (end - start) :]
        for name in ("t_ns", "xyz_m", "cov_m2", "velocity_mps", "p_still", "status", "reasons"):
            assert np.array_equal(getattr(last, name)[start:end], getattr(whole, name)[same]), name


def test_an_origin_that_moved_does_not_move_the_past() -> None:
    moved = SiteFrame(FRAME.lon + 0.01, FRAME.lat - 0.005, 2.0)
    given_ = chunk("P", 50)
    there = Unpacked(packed([given_], FRAME), moved).xyz_m
    before, after = FRAME.to_lonlat(*given_.xyz_m[:, :2].T), moved.to_lonlat(*there[:, :2].T)
    assert np.allclose(before, after, atol=2e-8)


def test_a_walk_of_ten_minutes_takes_few_bytes() -> None:
    random = np.random.default_rng(5)
    n = 600
    velocity = np.cumsum(random.normal(0, 0.1, (n, 2)), axis=0)
    walk = replace(
        chunk("P", n),
        xyz_m=np.column_stack([np.cumsum(velocity, axis=0), np.full(n, 1.2)]),
        velocity_mps=velocity,
        cov_m2=np.tile([0.04, 0.01, 0.05], (n, 1)),
        p_still=np.zeros(n),
        status=np.zeros(n, np.uint8),
        reasons=np.full(n, 128, np.uint32),
    )
    assert len(packed([walk], FRAME, SETTLED_LEVEL)[0]) < 6 * n


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e12])
def test_a_place_that_cannot_be_is_refused(bad: float) -> None:
    broken = chunk("P", 3)
    broken.xyz_m[1, 2] = bad
    with pytest.raises(StoreError):
        packed([broken], FRAME)


def test_an_unknown_format_is_told() -> None:
    (data,) = packed([chunk("P", 3)], FRAME)
    with pytest.raises(StoreError, match="format 9"):
        Unpacked([b"\x09" + data[1:]], FRAME)


@given(st.lists(st.tuples(NUMBER, NUMBER, st.floats(-50, 200)), min_size=1, max_size=20), st.integers(T0, T0 + 10**12))
def test_paths_are_true_to_two_centimetres_and_eight_milliseconds(places: list[tuple[float, ...]], start: int) -> None:
    given_ = replace(chunk("P", len(places), start, 123_456_789), xyz_m=np.array(places))
    (path,) = encode_paths([given_], FRAME)
    points = np.frombuffer(path, "<f8", offset=13).reshape(-1, 4)[: len(places)]
    x, y = FRAME.to_site(points[:, 0], points[:, 1])
    assert np.max(np.hypot(x - given_.xyz_m[:, 0], y - given_.xyz_m[:, 1])) < 0.014
    assert np.max(np.abs(points[:, 2] - given_.xyz_m[:, 2])) < 1e-3
    assert np.max(np.abs(points[:, 3] - (given_.t_ns - T0) / 1e9 - T0 / 1e9)) < 0.0085


@given(st.floats(1e-3, 1e4), st.floats(1e-3, 1e4), st.floats(-1, 1))
def test_covariances_stay_true_and_possible(sx: float, sy: float, rho: float) -> None:
    given_ = np.array([[sx * sx, rho * sx * sy, sy * sy]])
    stored = covariance(*covariance_codes(given_))
    assert np.allclose(stored[0, [0, 2]], given_[0, [0, 2]], rtol=2.1e-2)
    assert abs(stored[0, 1] - given_[0, 1]) < 4e-2 * sx * sy
    assert stored[0, 1] ** 2 <= stored[0, 0] * stored[0, 2] * (1 + 1e-9)


def test_an_unknown_covariance_never_looks_sure() -> None:
    stored = covariance_as_kept(np.array([[np.nan, np.nan, np.nan], [np.inf, 0.0, np.inf]]))
    assert np.all(stored[:, [0, 2]] > 1e20)
