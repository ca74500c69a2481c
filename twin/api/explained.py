"""Fixes and paths around an alarm as wire records (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gis.fix import r95_m
from gis.time import NS_PER_MS, format_time
from twin.api import records
from twin.api.alarm_desk_schemas import EllipseRecord, ExplainedPath
from twin.explain.chances import chances, ellipse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gis.frames import SiteFrame
    from gis.plant import Fence
    from gis.store.paths import TrackChunk
    from twin.api.directory import Directory
    from twin.effects import EvidenceFix

FAR_M = 1e6
"""Stands for an uncertainty without bound."""


def with_ellipse(fix: EvidenceFix, frame: SiteFrame) -> EllipseRecord:
    """A fix of the evidence with its 95 % ellipse."""
    lon, lat = frame.to_lonlat([fix.x_m], [fix.y_m])
    known = ellipse(fix.cov_m2)
    return EllipseRecord(
        t=format_time(fix.t_ns),
        x_m=fix.x_m,
        y_m=fix.y_m,
        lon=float(lon[0]),
        lat=float(lat[0]),
        major_m=float(np.nan_to_num(known.major_m, nan=FAR_M, posinf=FAR_M)),
        minor_m=float(np.nan_to_num(known.minor_m, nan=FAR_M, posinf=FAR_M)),
        bearing_deg=known.bearing_deg,
        probability=fix.probability,
    )


def explained_path(
    subject: str, chunks: Sequence[TrackChunk], fence: Fence | None, directory: Directory
) -> ExplainedPath:
    """One subject's stored fixes in order of time, with the chance of being inside the fence."""

    def column(name: str, width: int = 0) -> Any:
        parts = [getattr(chunk, name) for chunk in chunks]
        return np.concatenate(parts) if parts else np.zeros((0, width) if width else 0)

    frame = directory.plant.head.frame
    order = np.argsort(column("t_ns"), kind="stable")
    t_ns, xyz, cov = column("t_ns")[order], column("xyz_m", 3)[order], column("cov_m2", 3)[order]
    lon, lat = frame.to_lonlat(xyz[:, 0], xyz[:, 1])
    known = chances(fence, frame, xyz, cov) if fence is not None else None
    return ExplainedPath(
        subject=records.subject_ref(subject, directory),
        t_ms=(t_ns / NS_PER_MS).tolist(),
        x_m=xyz[:, 0].round(3).tolist(),
        y_m=xyz[:, 1].round(3).tolist(),
        lon=np.asarray(lon).round(8).tolist(),
        lat=np.asarray(lat).round(8).tolist(),
        r95_m=np.round(np.nan_to_num(r95_m(cov), nan=FAR_M, posinf=FAR_M), 3).tolist(),
        inside=[] if known is None else known.inside.round(4).tolist(),
        still_inside=[] if known is None else known.still_inside.round(4).tolist(),
    )
