"""Track chunks ⇄ what a row holds (pure): a quantised path with time as M, and one small number per fix and channel.

Coordinates are cut to binary fractions so that the last bits of each number are zero and compress away:
2⁻²⁷ degrees (≤ 0.4 mm), 2⁻¹⁰ m of height (≤ 0.5 mm), 2⁻¹² s (≤ 0.13 ms, so milliseconds come back exact).
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

LONGEST_NS = 15 * 60 * 1_000_000_000
"""No stored chunk lasts longer: a search by time knows how far back a chunk may begin."""

_DEGREE, _METRE, _SECOND = 2.0**27, 2.0**10, 2.0**12
_EWKB_LINE_ZM = struct.pack("<BII", 1, 0xE0000002, 4326)
_EWKB_HEAD = len(_EWKB_LINE_ZM) + 4
_NS_PER_MS = 1_000_000
# σ of a micrometre and less is 0 for every purpose; the code of an infinite σ is the largest there is.
_LEAST_SIGMA_M = 1e-6
_WORST_CODE = 32_767


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
            np.round(lon * _DEGREE) / _DEGREE,
            np.round(lat * _DEGREE) / _DEGREE,
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


def decode_paths(
    paths: list[bytes], lengths: list[int], frame: SiteFrame
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Paths as (n, 3) site metres and (n,) UTC ns rounded to milliseconds, one chunk after another."""
    points = np.concatenate(
        [
            np.frombuffer(path, "<f8", offset=_EWKB_HEAD, count=4 * length).reshape(length, 4)
            for path, length in zip(paths, lengths, strict=True)
        ]
    )
    east, north = frame.to_site(points[:, 0], points[:, 1])
    t_ns = np.round(points[:, 3] * 1000.0).astype(np.int64) * _NS_PER_MS
    return np.column_stack([east, north, points[:, 2]]), t_ns


def encode_covariance(cov_m2: NDArray[np.float64]) -> tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.int16]]:
    """Covariances (n, 3) as logarithmic σ east, σ north and correlation: each true to 0.05 %, whatever its size."""
    sigma = np.sqrt(np.maximum(np.nan_to_num(cov_m2[:, [0, 2]], nan=np.inf, posinf=np.inf), _LEAST_SIGMA_M**2))
    with np.errstate(invalid="ignore"):
        correlation = np.nan_to_num(cov_m2[:, 1] / (sigma[:, 0] * sigma[:, 1]))
    codes = np.clip(np.round(1000.0 * np.log(sigma / 1e-3)), -_WORST_CODE, _WORST_CODE).astype(np.int16)
    return codes[:, 0], codes[:, 1], np.round(np.clip(correlation, -1.0, 1.0) * _WORST_CODE).astype(np.int16)


def decode_covariance(
    sigma_x: NDArray[np.int16], sigma_y: NDArray[np.int16], correlation: NDArray[np.int16]
) -> NDArray[np.float64]:
    """The covariances (n, 3) again."""
    x, y = 1e-3 * np.exp(sigma_x / 1000.0), 1e-3 * np.exp(sigma_y / 1000.0)
    return np.column_stack([x * x, correlation / _WORST_CODE * x * y, y * y])


def encode_velocity(velocity_mps: NDArray[np.float64]) -> NDArray[np.int16]:
    """Velocities as mm/s; what is faster than 32.767 m/s is held there, what is not known is 0."""
    return np.round(np.clip(np.nan_to_num(velocity_mps) * 1000.0, -_WORST_CODE, _WORST_CODE)).astype(np.int16)


def encode_probability(p: NDArray[np.float64]) -> bytes:
    """Probabilities as one byte each."""
    return np.round(np.clip(np.nan_to_num(p), 0.0, 1.0) * 255.0).astype(np.uint8).tobytes()
