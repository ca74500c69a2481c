"""Whatever is measured, what comes out is finite, and its uncertainty is one."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.fix import FixStatus
from locator.estimator import layout as at
from locator.estimator.anchors import Anchors, AnchorWatch
from locator.estimator.bank import FilterBank

PLACES = [(0.0, 0.0, 4.0), (40.0, 0.0, 5.0), (40.0, 30.0, 4.5), (0.0, 30.0, 5.5), (20.0, 15.0, 1.2), (20.0, 15.0, 9.0)]
lengths = st.floats(0.0, 1000.0) | st.floats(0.0, 40.0)
epochs = st.tuples(
    st.sampled_from(["ranges", "differences", "position"]),
    st.floats(-3.0, 15.0),
    st.lists(st.tuples(st.integers(0, 5), lengths), min_size=1, max_size=6),
)


def run(steps: list[tuple[str, float, list[tuple[int, float]]]], height_m: float, flush: set[int]) -> np.ndarray:
    anchors = Anchors()
    for number, place in enumerate(PLACES):
        anchors.put(str(number), place, 0.1, 0.1, 0.15 if number % 2 else 0.05)
    bank = FilterBank(anchors, capacity=1, watch=AnchorWatch())
    row = bank.add_tag()
    t, parts = 100.0, []
    for k, (kind, pause, parts_of) in enumerate(steps):
        t = max(t + pause, 0.0)
        numbers, values = [n for n, _ in parts_of], [d for _, d in parts_of]
        if kind == "ranges":
            bank.add_ranges(row, int(t * 1e9), numbers, values, height_m)
        elif kind == "position":
            bank.add_position(row, int(t * 1e9), values[0], values[-1], (0.3, 0.1, 0.2), height_m)
        else:
            bank.add_differences(row, int(t * 1e9), numbers, [(n + 1) % 6 for n in numbers], values, height_m)
        if k in flush:
            parts.append(bank.run().values)
    parts.append(bank.run().values)
    return np.concatenate(parts)


@settings(max_examples=300)
@given(st.lists(epochs, min_size=1, max_size=40), st.sampled_from([1.2, 4.0, 15.0]), st.sets(st.integers(0, 40)))
def test_what_comes_out_is_finite_and_uncertain(
    steps: list[tuple[str, float, list[tuple[int, float]]]], height_m: float, flush: set[int]
) -> None:
    values = run(steps, height_m, flush)
    assert len(values) == len(steps)
    made = values[values[:, at.O_STATUS] < FixStatus.LOST]
    assert np.isfinite(np.delete(made, at.O_HDOP, axis=1)).all()
    xx, xy, yy = made[:, at.O_XX], made[:, at.O_XY], made[:, at.O_YY]
    assert (xx > 0.0).all()
    assert (yy > 0.0).all()
    assert (xx * yy - xy * xy > 0.0).all()
    assert ((made[:, at.O_STILL] >= 0.0) & (made[:, at.O_STILL] <= 1.0)).all()
