"""Probabilities around a fence and ellipses of fixes, against what sampling says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.golden import scenario
from twin.explain.chances import chances, ellipse

FRAME = scenario.head().frame


def test_far_inside_is_sure_far_outside_is_sure_and_the_edge_is_even() -> None:
    fence = scenario.fence("A", scenario.rectangle(0, 0, 40, 40))
    xyz = np.array([[20.0, 20.0, 1.0], [400.0, 20.0, 1.0], [0.0, 20.0, 1.0], [-0.9, 20.0, 1.0]])
    found = chances(fence, FRAME, xyz, np.tile([0.09, 0.0, 0.09], (4, 1)))
    assert found.inside == pytest.approx([1.0, 0.0, 0.5, 0.00135], abs=1e-3)
    # The grown fence begins a metre further out: what has left the drawn one may still be inside it.
    assert found.still_inside[3] > 0.5
    assert found.still_inside[1] == 0.0
    assert len(chances(fence, FRAME, np.zeros((0, 3)), np.zeros((0, 3))).inside) == 0


@given(st.floats(0.05, 5.0), st.floats(0.05, 5.0), st.floats(-0.95, 0.95))
def test_an_ellipse_is_that_of_its_covariance(sx: float, sy: float, rho: float) -> None:
    cov = np.array([[sx**2, rho * sx * sy], [rho * sx * sy, sy**2]])
    found = ellipse((cov[0, 0], cov[0, 1], cov[1, 1]))
    east, north = math.sin(math.radians(found.bearing_deg)), math.cos(math.radians(found.bearing_deg))
    along, across = np.array([east, north]), np.array([north, -east])
    scale = -2.0 * math.log(0.05)
    assert along @ cov @ along * scale == pytest.approx(found.major_m**2, rel=1e-6)
    assert across @ cov @ across * scale == pytest.approx(found.minor_m**2, rel=1e-6, abs=1e-9)
    assert found.major_m >= found.minor_m
