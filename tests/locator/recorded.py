"""The recordings beside the checkout, and the same scores for tests and benchmarks."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import numpy as np

from locator.calibration import Calibration, learn
from locator.offline import Fixes, RangeTable, compare, locate
from locator.recordings import read_anchors, read_ranges, read_truth
from locator.scoring import Score, score

PLACE = Path(
    os.environ.get("TWIN_RECORDINGS", "") or Path(__file__).resolve().parents[2].parent / "shared" / "data" / "uwb"
)
LEARN, V2, FAST, OUTDOOR = (
    "starloc_loop_2d_s5",
    "starloc_loop_2d_v2_s5",
    "starloc_loop_2d_fast_s1",
    "outdoor_los_a1",
)
HALF_S = 17.09
"""The middle of the fast recording."""


def missing() -> str | None:
    """Why the recordings cannot be used, if they cannot."""
    absent = [name for name in (LEARN, V2, FAST, OUTDOOR) if not (PLACE / name / "ranges.csv").is_file()]
    return f"recordings not found in {PLACE}: {', '.join(absent)} (set TWIN_RECORDINGS)" if absent else None


@lru_cache
def recording(name: str) -> tuple[RangeTable, dict[str, np.ndarray], dict[str, np.ndarray]]:
    folder = PLACE / name
    return read_ranges(folder / "ranges.csv"), read_anchors(folder / "anchors.csv"), read_truth(folder / "truth.csv")


def calibrated_on(name: str, until_s: float | None = None) -> Calibration:
    ranges, anchors, truth = recording(name)
    return learn(compare(ranges.between(None, until_s), anchors, truth))


def scored(
    name: str, calibration: Calibration | None, *, from_s: float | None = None, smoothed: bool = False
) -> dict[str, Score]:
    """Scores by tag; the height given is the mean of the truth, the first 2 s are left out."""
    ranges, anchors, truth = recording(name)
    height = float(np.mean([path[:, 3].mean() for path in truth.values()]))
    fixes = None
    for step in locate(ranges, anchors, calibration=calibration, height_m=height, smoothed=smoothed):
        fixes = step if isinstance(step, Fixes) else None
    assert fixes is not None
    tags = np.array(fixes.tag)
    made = {}
    for tag, path in truth.items():
        own = (tags == tag) & (fixes.t_s >= (from_s if from_s is not None else -np.inf))
        settle = 0.0 if from_s is not None else 2.0
        one = score(tag, fixes.t_s[own], fixes.xyz_m[own, :2], fixes.cov_m2[own], path, settle)
        assert one is not None
        made[tag] = one
    return made
