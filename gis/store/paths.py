"""Track chunks, and their paths as lines that maps can read (pure).

A path is for maps and searches: longitude and latitude, metres above the site plane as Z, epoch seconds as M, a point a
fix. Its numbers are cut to binary fractions at which their changing bits fill whole bytes, so that the database packs
them well: 2⁻²² and 2⁻²³ degrees (≤ 1.4 cm together), 2⁻¹⁰ m of height, 2⁻⁶ s (≤ 8 ms). The fixes themselves, exact,
are in the channels beside it (`gis.store.packing`).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.errors import StoreError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.frames import SiteFrame

LONGEST_NS = 30 * 60 * 1_000_000_000
"""No stored chunk lasts longer: a search by time knows how far back a chunk may begin."""

_LON, _LAT, _METRE, _SECOND = 2.0**22, 2.0**23, 2.0**10, 2.0**6
_EWKB_LINE_ZM = struct.pack("<BII", 1, 0xE0000002, 4326)


@dataclass(frozen=True, slots=True, eq=False)
class TrackChunk:
    """n fixes of one subject and tag, ordered by time of measurement.

    Attributes:
        subject: person code, vehicle code, or `tag:CODE`.
        tag_id: tag code.
        t_ns: (n,) int64, UTC nanoseconds of measurement.
        xyz_m: (n, 3) float64, site metres.
        cov_m2: (n, 3) float64, horizontal covariance xx, xy, yy.
        velocity_mps: (n, 2) float64, east and north.
        p_still: (n,) float64.
        status: (n,) uint8, `gis.fix.FixStatus`.
        reasons: (n,) uint32, `gis.fix.Reason` bits.
        first_seq: sequence number of the effect that held the first fix.
        last_seq: the same of the last fix.
    """

    subject: str
    tag_id: str
    t_ns: NDArray[np.int64]
    xyz_m: NDArray[np.float64]
    cov_m2: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]
    p_still: NDArray[np.float64]
    status: NDArray[np.uint8]
    reasons: NDArray[np.uint32]
    first_seq: int
    last_seq: int

    def __len__(self) -> int:
        return len(self.t_ns)

    def part(self, which: slice | NDArray[np.intp] | NDArray[np.bool_]) -> TrackChunk:
        """The chosen fixes; the sequence numbers stay those of the whole."""
        return TrackChunk(
            self.subject,
            self.tag_id,
            self.t_ns[which],
            self.xyz_m[which],
            self.cov_m2[which],
            self.velocity_mps[which],
            self.p_still[which],
            self.status[which],
            self.reasons[which],
            self.first_seq,
            self.last_seq,
        )


def storable(chunk: TrackChunk) -> list[TrackChunk]:
    """The chunk in order of time, cut so that none lasts longer than `LONGEST_NS`; nothing for an empty one."""
    if len(chunk) == 0:
        return []
    if np.any(np.diff(chunk.t_ns) < 0):
        chunk = chunk.part(np.argsort(chunk.t_ns, kind="stable"))
    parts, start = [], 0
    while start < len(chunk):
        end = int(np.searchsorted(chunk.t_ns, chunk.t_ns[start] + LONGEST_NS, side="left"))
        parts.append(chunk.part(slice(start, end)))
        start = end
    return parts


def encode_paths(chunks: list[TrackChunk], frame: SiteFrame) -> list[bytes]:
    """Each chunk's path as EWKB LINESTRING ZM; a single fix becomes a line from itself to itself."""
    xyz = np.concatenate([chunk.xyz_m for chunk in chunks])
    t_ns = np.concatenate([chunk.t_ns for chunk in chunks])
    lon, lat = frame.to_lonlat(xyz[:, 0], xyz[:, 1])
    seconds = (t_ns // 1_000_000_000).astype(float) + (t_ns % 1_000_000_000) / 1e9
    points = np.column_stack(
        [
            np.round(lon * _LON) / _LON,
            np.round(lat * _LAT) / _LAT,
            np.round(xyz[:, 2] * _METRE) / _METRE,
            np.round(seconds * _SECOND) / _SECOND,
        ]
    ).astype("<f8")
    if not np.isfinite(points).all():
        raise StoreError("a track holds a position that is not finite")
    ends = np.cumsum([len(chunk) for chunk in chunks])
    return [_line(points[end - len(chunk) : end]) for chunk, end in zip(chunks, ends, strict=True)]


def _line(points: NDArray[np.float64]) -> bytes:
    if len(points) == 1:
        points = np.repeat(points, 2, axis=0)
    return _EWKB_LINE_ZM + struct.pack("<I", len(points)) + points.tobytes()
