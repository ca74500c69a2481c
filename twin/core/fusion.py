"""One position from the several tags of one subject."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gis.fix import FixStatus, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from twin.core.parameters import Parameters


@dataclass(frozen=True, eq=False)
class TagFix:
    """The newest fix of one tag: metres of the site, covariance xx, xy, yy."""

    tag: int
    t_ns: int
    xyz_m: NDArray[np.float64]
    cov_m2: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]
    sigma_z_m: float
    p_still: float
    status: int
    reasons: int


def fused(fixes: Sequence[TagFix], parameters: Parameters) -> TagFix:
    """What the newest fixes of a subject's tags say together, at the time of the newest.

    Fixes within the fusion window are carried along with their own velocity, lose worth with age, and are averaged by
    inverse covariance. Tags that contradict each other are not on one body: then the one that moves is believed,
    and the result says so (`Reason.OUTLIERS`).
    """
    newest = max(fixes, key=lambda fix: (fix.t_ns, -fix.tag))
    window_ns = round(parameters.fusion_window_s * 1e9)
    fresh = [
        _carried(fix, newest.t_ns, parameters.fusion_drift_mps)
        for fix in fixes
        if newest.t_ns - fix.t_ns <= window_ns and fix.status <= FixStatus.DEGRADED
    ]
    if len(fresh) < 2:
        return newest
    agreeing = fresh[:1]
    for fix in fresh[1:]:
        if all(_squared_distance(fix, other) <= parameters.fusion_gate for other in agreeing):
            agreeing.append(fix)
    if len(agreeing) < len(fresh):
        mover = min(fresh, key=lambda fix: (fix.p_still, -fix.t_ns, fix.tag))
        status = max(mover.status, FixStatus.DEGRADED)
        return replace(mover, t_ns=newest.t_ns, status=status, reasons=mover.reasons | Reason.OUTLIERS)
    return _average(fresh, newest)


def _carried(fix: TagFix, t_ns: int, drift_mps: float) -> TagFix:
    age_s = (t_ns - fix.t_ns) / 1e9
    if age_s == 0.0:
        return fix
    xyz = fix.xyz_m.copy()
    xyz[:2] += fix.velocity_mps * age_s
    blur = (drift_mps * age_s) ** 2
    return replace(fix, xyz_m=xyz, cov_m2=fix.cov_m2 + np.array([blur, 0.0, blur]))


def _squared_distance(a: TagFix, b: TagFix) -> float:
    xx, xy, yy = a.cov_m2 + b.cov_m2
    dx, dy = a.xyz_m[:2] - b.xyz_m[:2]
    return float((yy * dx * dx - 2.0 * xy * dx * dy + xx * dy * dy) / (xx * yy - xy * xy))


def _average(fixes: Sequence[TagFix], newest: TagFix) -> TagFix:
    information = np.zeros((2, 2))
    weighted = np.zeros(2)
    z_weight = z_sum = 0.0
    for fix in fixes:
        xx, xy, yy = fix.cov_m2
        inverse = np.array([[yy, -xy], [-xy, xx]]) / (xx * yy - xy * xy)
        information += inverse
        weighted += inverse @ fix.xyz_m[:2]
        weight = 1.0 / max(fix.sigma_z_m, 1e-3) ** 2
        z_weight += weight
        z_sum += weight * float(fix.xyz_m[2])
    cov = np.linalg.inv(information)
    east, north = cov @ weighted
    return replace(
        newest,
        xyz_m=np.array([east, north, z_sum / z_weight]),
        cov_m2=np.array([cov[0, 0], cov[0, 1], cov[1, 1]]),
        velocity_mps=np.mean([fix.velocity_mps for fix in fixes], axis=0),
        sigma_z_m=z_weight**-0.5,
        p_still=float(np.mean([fix.p_still for fix in fixes])),
        status=min(fix.status for fix in fixes),
    )
