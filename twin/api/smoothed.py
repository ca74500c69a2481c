"""Stored tracks corrected by what was measured after them (pure)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gis.store.paths import TrackChunk
from gis.time import NS_PER_S
from locator.estimator.layout import VEHICLE_Q, WALKING_Q

if TYPE_CHECKING:
    from collections.abc import Sequence

MARGIN_S = 30.0
"""So much before and after a stretch is read with it: what follows its last fix corrects that one too."""
MARGIN_NS = round(MARGIN_S * NS_PER_S)


def smoothed(chunks: Sequence[TrackChunk], from_ns: int, to_ns: int, *, drives: bool) -> list[TrackChunk]:
    """The path of one subject, one chunk a tag, each fix corrected by all later ones of the same tag.

    Args:
        chunks: of one subject, of the stretch and a margin about it, in any order.
        from_ns: first instant wanted, UTC ns.
        to_ns: first instant no more.
        drives: a vehicle's track, which turns and brakes harder than a person's.
    """
    # Kernels are compiled code: a process that only serves pages does not load it until somebody asks.
    from locator.smoothing import smooth_track, starts, usual_floor_m2  # noqa: PLC0415

    made = []
    for tag in sorted({chunk.tag_id for chunk in chunks}):
        whole = _joined([chunk for chunk in chunks if chunk.tag_id == tag])
        better = smooth_track(
            whole.t_ns,
            whole.xyz_m[:, :2],
            whole.cov_m2,
            whole.velocity_mps,
            q=VEHICLE_Q if drives else WALKING_Q,
            floor_m2=usual_floor_m2(whole.reasons),
            broken=starts(whole.status, whole.reasons),
        )
        track = replace(
            whole,
            xyz_m=np.column_stack([better.xy_m, whole.xyz_m[:, 2]]),
            cov_m2=better.cov_m2,
            velocity_mps=better.velocity_mps,
        )
        inside = (track.t_ns >= from_ns) & (track.t_ns < to_ns)
        if inside.any():
            made.append(track.part(inside))
    return made


def _joined(chunks: list[TrackChunk]) -> TrackChunk:
    """Chunks of one tag as one, in order of time."""
    t_ns = np.concatenate([chunk.t_ns for chunk in chunks])
    order = np.argsort(t_ns, kind="stable")
    return TrackChunk(
        chunks[0].subject,
        chunks[0].tag_id,
        t_ns[order],
        np.concatenate([chunk.xyz_m for chunk in chunks])[order],
        np.concatenate([chunk.cov_m2 for chunk in chunks])[order],
        np.concatenate([chunk.velocity_mps for chunk in chunks])[order],
        np.concatenate([chunk.p_still for chunk in chunks])[order],
        np.concatenate([chunk.status for chunk in chunks])[order],
        np.concatenate([chunk.reasons for chunk in chunks])[order],
        min(chunk.first_seq for chunk in chunks),
        max(chunk.last_seq for chunk in chunks),
    )
