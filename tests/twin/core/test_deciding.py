"""Machine code and NumPy decide alike: the same probabilities, the same pairs, the same crossings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from locator.estimator.compiled import COMPILED
from tests.golden.scenario import T0_NS, fence, head
from tests.twin.core.test_fences import SHAPES
from twin.core import deciding
from twin.core.fences import inside_probability, prisms_at
from twin.core.membership import Membership, moved
from twin.core.movements import Movements
from twin.warm import warm_core

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.core.fences import Prisms
    from twin.core.membership import Crossing

FRAME = head().frame
N = 60


def _prisms(seed: int) -> Prisms:
    rng = np.random.default_rng(seed)
    shapes = [shapely.affinity.translate(shape, *rng.uniform(-40, 40, 2)) for shape in SHAPES for _ in range(4)]
    records = [
        fence(f"F{i:02d}", FRAME.shape_to_lonlat(shape), z_max_m=float(rng.uniform(2, 9)), confirm_fixes=1 + i % 2)  # type: ignore[arg-type] # any area
        for i, shape in enumerate(shapes)
    ]
    prisms = prisms_at(records, FRAME, T0_NS, margin_m=1.0, margin_z_m=0.5)
    return replace(prisms, travels=np.arange(len(prisms)) % 9 == 4)


def _moves(rng: np.random.Generator, second: int, xyz: NDArray[np.float64], to: NDArray[np.float64]) -> Movements:
    def cov() -> NDArray[np.float64]:
        sd, rho = 10 ** rng.uniform(-1.5, 0.6, (N, 2)), rng.uniform(-0.95, 0.95, N)
        return np.column_stack([sd[:, 0] ** 2, rho * sd[:, 0] * sd[:, 1], sd[:, 1] ** 2])

    sigma_z, t_ns = 10 ** rng.uniform(-1, 0.5, N), np.full(N, T0_NS + second * 10**9)
    return Movements(
        np.arange(N) * 3, t_ns, to, cov(), sigma_z, t_ns - 10**9, xyz, cov(), sigma_z, rng.uniform(size=N) < 0.9
    )


def _told(crossing: Crossing) -> tuple[object, ...]:
    times = [fix.t_ns for fix in crossing.evidence]
    return crossing.subject, crossing.fence, crossing.direction, crossing.after_ns, crossing.first_seen, times


@settings(max_examples=25)
@given(seed=st.integers(0, 1 << 30))
def test_both_ways_decide_alike_walk_after_walk(seed: int) -> None:
    rng = np.random.default_rng(seed)
    prisms = _prisms(seed % 7)
    one = two = Membership()
    xyz = np.column_stack([rng.uniform(-60, 70, (N, 2)), rng.uniform(-1, 10, N)])
    crossed = 0
    for second in range(6):
        # Some stand, most walk, some are carried far.
        stride = rng.choice([0.0, 1.5, 30.0], (N, 1), p=[0.2, 0.7, 0.1])
        to = xyz + stride * rng.normal(size=(N, 3)) * (1.0, 1.0, 0.1)
        moves = _moves(rng, second, xyz, to)
        one, found = moved(one, prisms, moves, compiled=True)
        two, expected = moved(two, prisms, moves, compiled=False)
        assert one.keys.tolist() == two.keys.tolist()
        assert one.inside.tolist() == two.inside.tolist()
        assert one.streaking.tolist() == two.streaking.tolist()
        assert [_told(crossing) for crossing in found] == [_told(crossing) for crossing in expected]
        assert [c.probability for c in found] == pytest.approx([c.probability for c in expected], abs=1e-9)
        assert not prisms.travels[[crossing.fence for crossing in found]].any()
        crossed += len(found)
        xyz = to
    assert crossed > 0


def test_both_ways_give_the_same_probability() -> None:
    rng = np.random.default_rng(3)
    prisms = _prisms(1)
    n = 20_000
    row = rng.integers(0, 2 * len(prisms), n)
    xyz = prisms.centres_m[row] + rng.normal(0, 8, (n, 3))
    sd, rho = 10 ** rng.uniform(-4, 1, (n, 2)), rng.uniform(-1, 1, n)
    cov = np.column_stack([sd[:, 0] ** 2, rho * sd[:, 0] * sd[:, 1], sd[:, 1] ** 2])
    sigma_z = 10 ** rng.uniform(-4, 1, n)
    found = inside_probability(prisms, row, xyz, cov, sigma_z, compiled=True)
    expected = inside_probability(prisms, row, xyz, cov, sigma_z, compiled=False)
    # Where one of them takes a fix for certainly outside and the other works it out, they differ by 1e-8.
    assert np.abs(found - expected).max() < 5e-8
    assert ((expected > 0.01) & (expected < 0.99)).sum() > 1000


def test_warming_up_crosses_in_every_way() -> None:
    assert warm_core() == 3
    if COMPILED:
        kernels: list[Any] = [deciding.gather, deciding.judge, deciding.probability, deciding.stretch]
        for kernel in kernels:
            assert kernel.signatures, "this one would be compiled in the middle of the first crossing"
