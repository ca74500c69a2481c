from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gis.obstacles import obstacles
from tests.twin.simulate.small import FRAME, small_plant
from twin.simulate.errors import SimulationError
from twin.simulate.radio import MOST_RANGES, RadioField, Ranges

if TYPE_CHECKING:
    from numpy.typing import NDArray


@cache
def _field() -> RadioField:
    plant = small_plant()
    things = obstacles((a.attributes, FRAME.shape_to_site(a.geometry), a.base_m) for a in plant.assets)
    return RadioField(plant, "E", things)


def _many(
    x: float, y: float, heading_rad: float = 0.0, times: int = 3000, seed: int = 1
) -> tuple[Ranges, NDArray[np.float64]]:
    xyz = np.tile([x, y, 1.2], (times, 1))
    found = _field().measure(xyz, np.full(times, heading_rad), np.random.default_rng(seed))
    true = np.linalg.norm(_field().xyz_m[found.anchor] - (x, y, 1.2), axis=1)
    return found, found.distance_m - true


def test_clear_ranges_hold_the_anchor_bias_and_a_decimetre_of_noise() -> None:
    # A-0 stands at (0, -20), beside the wearer who faces north.
    found, error = _many(10.0, -18.0, heading_rad=np.pi / 2)
    beside = (found.anchor == 0) & (np.abs(error) < 1.0)
    assert beside.sum() > 2800
    assert found.clear[beside].all()
    assert np.median(error[beside]) == pytest.approx(0.05, abs=0.02)
    assert np.std(error[beside]) == pytest.approx(0.09, abs=0.02)


def test_the_body_lengthens_ranges_to_anchors_behind() -> None:
    found, error = _many(10.0, -18.0, heading_rad=0.0)
    behind = (found.anchor == 0) & (np.abs(error) < 1.0)
    assert np.median(error[behind]) == pytest.approx(0.15, abs=0.03)


def test_steel_lengthens_ranges() -> None:
    # The column at (20, 12) stands between this place and the anchor A-0 at (0, -20).
    found, error = _many(30.0, 28.0, heading_rad=-2.0)
    hidden = found.anchor == 0
    assert hidden.sum() > 1000
    assert not found.clear[hidden].any()
    assert np.median(error[hidden]) > 0.4
    assert (error[hidden] > -0.3).mean() > 0.99


def test_a_tank_between_silences_an_anchor() -> None:
    found, _ = _many(30.0, 22.0, heading_rad=0.4)
    assert (found.anchor == 2).sum() > 2800
    assert (found.anchor == 3).sum() == 0


def test_gross_errors_are_rare_and_long() -> None:
    _, error = _many(10.0, -18.0, times=20_000)
    gross = error > 1.9
    assert 0.001 < gross.mean() < 0.01
    assert error[gross].max() < 15.5
    assert error.min() > -1.0


def test_far_anchors_are_not_heard() -> None:
    found, _ = _many(10.0, -18.0)
    true = np.linalg.norm(_field().xyz_m - (10.0, -18.0, 1.2), axis=1)
    share = np.bincount(found.anchor, minlength=4) / 3000
    assert share[true < 60].min() > 0.95
    assert share[true > 104].max(initial=0.0) == 0.0


def test_at_most_eight_ranges_nearest_first() -> None:
    field = _field()
    rng = np.random.default_rng(3)
    xyz = np.column_stack([rng.uniform(0, 100, 50), rng.uniform(-20, 50, 50), np.full(50, 1.2)])
    found = field.measure(xyz, np.zeros(50), rng)
    assert (np.diff(found.who) >= 0).all()
    assert np.bincount(found.who).max() <= MOST_RANGES
    assert (found.distance_m > 0).all()
    assert np.isfinite(found.distance_m).all()
    assert len(found.who) == len(found.anchor) == len(found.distance_m) == len(found.clear) == len(found.rssi_dbm)


def test_nobody_is_heard_far_away() -> None:
    found = _field().measure(np.array([[5000.0, 0.0, 1.2]]), np.zeros(1), np.random.default_rng(1))
    assert len(found.who) == 0


def test_an_engine_without_anchors_is_refused() -> None:
    plant = small_plant(anchors=False)
    with pytest.raises(SimulationError, match="no anchors"):
        RadioField(plant, "E", obstacles([]))
