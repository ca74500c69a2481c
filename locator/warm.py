"""Compile the kernels, or load them compiled, before the first message needs them: `python -m locator.warm`."""

from __future__ import annotations

from locator.estimator import compiled
from locator.estimator.anchors import Anchors
from locator.estimator.bank import FilterBank

_PLACES = ((0.0, 0.0, 3.0), (10.0, 0.0, 3.0), (0.0, 10.0, 3.0), (10.0, 10.0, 3.0))


def is_kept() -> bool:
    """Whether kernels of exactly this source are on the disk, so that loading them takes little time and memory."""
    place = compiled._KEPT  # noqa: SLF001 - the one other place that needs to know it
    return place is not None and any(place.rglob("*.nbi"))


def warm_up() -> int:
    """Run a few epochs through every kind of measurement; returns how many fixes came of it."""
    anchors = Anchors()
    for number, place in enumerate(_PLACES):
        anchors.put(str(number), place, 0.0, 0.1, 0.1)
    bank = FilterBank(anchors, capacity=2)
    row, other = bank.add_tag(), bank.add_tag()
    for k in range(3):
        bank.add_ranges(row, k * 10**8, [0, 1, 2, 3], [7.3, 7.2, 7.2, 7.3], 1.2)
        bank.add_position(other, k * 10**8, 5.0, 5.0, (0.1, 0.0, 0.1), 1.2)
    return len(bank.run().row)


if __name__ == "__main__":
    warm_up()
