"""The picture of `twin locate --plot`: path, truth, 95 % ellipses, distribution of errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl

mpl.use("Agg")
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.patches import Ellipse

from locator.scoring import CHI2_95

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from locator.offline import Fixes
    from locator.scoring import Score

ELLIPSES = 60
COLOURS = ("#0b6fb8", "#c2410c", "#15803d", "#7c3aed", "#a16207", "#be185d")


def draw(
    path: Path,
    fixes: Fixes,
    anchors: dict[str, NDArray[np.float64]],
    truth: dict[str, NDArray[np.float64]],
    scores: dict[str, Score],
) -> None:
    """Write the PNG.

    Args:
        path: where.
        fixes: what was located.
        anchors: antenna positions (3,) by code.
        truth: true paths (m, 4) by tag, may be empty.
        scores: errors by tag, may be empty.
    """
    figure, axes = plt.subplots(1, 2 if scores else 1, figsize=(13 if scores else 8, 7), squeeze=False)
    plan = axes[0, 0]
    tags = np.array(fixes.tag)
    for number, tag in enumerate(sorted(set(fixes.tag))):
        own = np.flatnonzero(tags == tag)
        colour = COLOURS[number % len(COLOURS)]
        xy = fixes.xyz_m[own, :2]
        if tag in truth:
            plan.plot(truth[tag][:, 1], truth[tag][:, 2], color="#9ca3af", lw=2.5, label=f"truth {tag}", zorder=1)
        plan.plot(xy[:, 0], xy[:, 1], color=colour, lw=1.0, label=f"fixes {tag}", zorder=3)
        for k in own[:: max(1, len(own) // ELLIPSES)]:
            plan.add_patch(_ellipse(fixes.xyz_m[k], fixes.cov_m2[k], colour))
    for code, place in anchors.items():
        plan.plot(place[0], place[1], "^", color="#111827", ms=8, zorder=4)
        plan.annotate(code, place[:2], textcoords="offset points", xytext=(6, 6), fontsize=9)
    plan.set_aspect("equal")
    plan.set_xlabel("x, m")
    plan.set_ylabel("y, m")
    plan.set_title("Path, truth and 95 % ellipses")
    plan.grid(color="#e5e7eb")
    plan.legend(loc="best")
    if scores:
        _distribution(axes[0, 1], scores)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _ellipse(xyz_m: NDArray[np.float64], cov_m2: NDArray[np.float64], colour: str) -> Ellipse:
    xx, xy, yy = cov_m2
    values, vectors = np.linalg.eigh(np.array([[xx, xy], [xy, yy]]))
    width, height = 2.0 * np.sqrt(CHI2_95 * np.maximum(values, 0.0))
    angle = float(np.degrees(np.arctan2(vectors[1, 0], vectors[0, 0])))
    return Ellipse(
        (xyz_m[0], xyz_m[1]), width, height, angle=angle, fill=True, fc=colour, ec=colour, alpha=0.12, zorder=2
    )


def _distribution(axis: Axes, scores: dict[str, Score]) -> None:
    for number, (tag, one) in enumerate(sorted(scores.items())):
        errors = np.sort(one.errors_m) * 100.0
        share = np.arange(1, len(errors) + 1) / len(errors)
        label = f"{tag}: rmse {100 * one.rmse_m:.1f} cm, p95 {100 * one.p95_m:.1f} cm, in 95 %: {one.in95_pct:.0f} %"
        axis.plot(errors, share, color=COLOURS[number % len(COLOURS)], label=label)
    axis.axhline(0.95, color="#9ca3af", lw=0.8, ls="--")
    axis.set_xlim(left=0.0)
    axis.set_ylim(0.0, 1.0)
    axis.set_xlabel("plan error, cm")
    axis.set_ylabel("share of fixes")
    axis.set_title("Distribution of errors")
    axis.grid(color="#e5e7eb")
    axis.legend(loc="lower right")
