"""Compiled and NumPy paths give the same fixes."""

from __future__ import annotations

import numpy as np
import pytest

from locator.estimator import layout as at
from locator.estimator.anchors import Anchors
from locator.estimator.bank import FilterBank, Results
from tests.locator.yard import CARRY_M, PLACES, distances, walk


def follow(*, compiled: bool, seed: int, floor_m: float = 0.05) -> Results:
    rng = np.random.default_rng(seed)
    anchors = Anchors()
    for code, place in PLACES.items():
        anchors.put(code, place, 0.02, 0.1, floor_m)
    bank = FilterBank(anchors, capacity=4, compiled=compiled)
    rows = [bank.add_tag() for _ in range(6)]
    parts = []
    for step in range(60):
        for tag, row in enumerate(rows):
            t, xy = walk(30.0, 2.0, tag)
            t_ns = int((t[step] + tag * 0.01) * 1e9)
            x, y = map(float, xy[step])
            d = np.array(list(distances(x, y).values())) + 0.02 + rng.normal(0.0, 0.08, 6)
            if rng.random() < 0.1:
                d[rng.integers(6)] += rng.uniform(1.0, 9.0)
            heard = np.sort(rng.permutation(6)[: rng.integers(1, 7)])
            if tag == 5:
                bank.add_position(row, t_ns, x + rng.normal(0, 0.2), y, (0.05, 0.01, 0.04), CARRY_M)
            elif tag == 4 and len(heard) > 1:
                a, b = heard[:-1].tolist(), heard[1:].tolist()
                bank.add_differences(row, t_ns, a, b, (d[b] - d[a]).tolist(), CARRY_M)
            elif not (tag == 3 and 20 <= step < 45):
                bank.add_ranges(row, t_ns, heard.tolist(), d[heard].tolist(), CARRY_M)
        if rng.random() < 0.7:
            parts.append(bank.run(keep_track=True))
    parts.append(bank.run(keep_track=True))
    return Results(
        row=np.concatenate([part.row for part in parts]),
        t_ns=np.concatenate([part.t_ns for part in parts]),
        values=np.concatenate([part.values for part in parts]),
        verdict=np.concatenate([part.verdict for part in parts]),
        track=np.concatenate([part.track for part in parts]),
    )


@pytest.mark.parametrize(("seed", "floor_m"), [(1, 0.05), (2, 0.05), (3, 0.15)])
def test_both_paths_agree(seed: int, floor_m: float) -> None:
    fast, plain = (follow(compiled=compiled, seed=seed, floor_m=floor_m) for compiled in (True, False))
    assert np.array_equal(fast.row, plain.row)
    assert np.array_equal(fast.t_ns, plain.t_ns)
    assert np.array_equal(fast.verdict, plain.verdict)
    for column in (at.O_STATUS, at.O_REASONS, at.O_ANCHORS):
        assert np.array_equal(fast.values[:, column], plain.values[:, column])
    numbers = list(range(at.O_STATUS))
    assert fast.values[:, numbers] == pytest.approx(plain.values[:, numbers], rel=1e-6, abs=1e-9)


def test_time_zero_is_the_first_run_of_all() -> None:
    anchors = Anchors()
    for code, place in PLACES.items():
        anchors.put(code, place, 0.0, 0.1, 0.05)
    bank = FilterBank(anchors)
    row = bank.add_tag()
    for k in range(4):
        bank.add_ranges(row, k * 10**9, list(range(6)), list(distances(10.0, 12.0).values()), CARRY_M)
        made = bank.run()
        assert made.verdict.tolist() == [0]
        assert made.values[0, :2] == pytest.approx([10.0, 12.0], abs=0.01)
