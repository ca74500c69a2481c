"""The past gives what the present gave; and fences too narrow to be entered say so."""

from __future__ import annotations

import numpy as np

from gis.plant import FencePurpose
from tests.golden.scenario import T0_NS, fence, head, rectangle
from tests.twin.core.rules.place import Played, Where, room, works
from twin.core.narrowness import narrowness
from twin.core.retrospect import Past, retrospect
from twin.effects import Crossed

RNG = np.random.default_rng(4)
NOISE = RNG.normal(0.0, 0.3, (400, 2))


def walk(second: int) -> dict[str, Where]:
    """To and fro through the room, with noise."""
    x = 30.0 * float(np.sin(second / 25.0))
    return {"C1": (x + float(NOISE[second, 0]), 10.0 + float(NOISE[second, 1]))}


def past(seconds: int) -> Past:
    places = np.array([[*walk(second)["C1"], 1.2] for second in range(1, seconds + 1)])
    n = len(places)
    return Past(
        subject=["C1"],
        who=np.zeros(n, np.int64),
        t_ns=T0_NS + np.arange(1, n + 1) * 10**9,
        xyz_m=places,
        cov_m2=np.tile([0.09, 0.0, 0.09], (n, 1)),
        status=np.zeros(n, np.uint8),
        reasons=np.zeros(n, np.uint32),
    )


def test_the_same_fixes_cross_and_raise_as_they_did_live() -> None:
    zone = room(purpose=FencePurpose.FORBIDDEN, overstay_s=30)
    live = Played(works([zone])).goes(300, walk)
    found = retrospect(works([]), zone, past(300), tick_s=1.0)
    crossings = [(e.t_ns, e.subject, e.direction, e.first_seen) for e in live.effects if isinstance(e, Crossed)]
    assert len(crossings) > 4
    assert [(e.t_ns, e.subject, e.direction, e.first_seen) for e in found.crossings] == crossings
    for kind in ("INTRUSION", "OVERSTAY"):
        raised = [second for cause, second in live.told(kind) if cause == "raised"]
        assert [(a.raised_ns - T0_NS) // 10**9 for a in found.alarms if a.kind == kind] == raised


def test_nothing_comes_of_no_past_and_of_a_fence_that_travels() -> None:
    assert retrospect(works([]), room(), past(1)).crossings == []
    assert retrospect(works([]), room(moving_with="TRUCK"), past(100)).crossings == []


def test_a_strip_narrower_than_two_and_a_half_sigmas_cannot_be_entered() -> None:
    strip = fence("STRIP", rectangle(0, -50, 2, 50))
    fine, coarse = narrowness(strip, head().frame, 0.3), narrowness(strip, head().frame, 3.0)
    assert not fine.is_too_narrow
    assert coarse.is_too_narrow
    assert 2.5 < 2.0 / fine.largest_sigma_m < 2.7
