"""Tracks given in metres and seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.fix import FixStatus
from gis.store.paths import TrackChunk
from tests.golden.scenario import T0_NS

if TYPE_CHECKING:
    from collections.abc import Sequence

S = 10**9


def at(seconds: float) -> int:
    return T0_NS + round(seconds * S)


def chunk(
    subject: str,
    points: Sequence[tuple[float, float, float]],
    *,
    sd_m: float = 0.2,
    z_m: float = 1.2,
    tag: str = "T",
    status: int = FixStatus.FIX,
) -> TrackChunk:
    """Fixes of (second, east, north)."""
    table = np.array(points, float).reshape(-1, 3)
    n = len(table)
    return TrackChunk(
        subject=subject,
        tag_id=tag,
        t_ns=np.array([at(t) for t in table[:, 0]], np.int64),
        xyz_m=np.column_stack([table[:, 1], table[:, 2], np.full(n, z_m)]),
        cov_m2=np.tile([sd_m**2, 0.0, sd_m**2], (n, 1)),
        velocity_mps=np.zeros((n, 2)),
        p_still=np.full(n, 0.5),
        status=np.full(n, status, np.uint8),
        reasons=np.zeros(n, np.uint32),
        first_seq=1,
        last_seq=n,
    )


def still(subject: str, begin: int, end: int, x: float, y: float) -> TrackChunk:
    """Standing at a place, a fix a second."""
    return chunk(subject, [(t, x, y) for t in range(begin, end)])
