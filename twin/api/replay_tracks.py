"""Stored tracks as one binary block for replay, little endian; the layout is in docs/architecture.md (pure).

Times and positions are differences to the fix before, so that a steady walk is almost nothing once compressed.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from gis.errors import TwinError
from gis.fix import FixStatus, Reason, r95_m
from gis.time import NS_PER_MS
from twin.api.frames import BIT_STILL, STATUS_MASK
from twin.api.live_messages import MoverRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from gis.store.paths import TrackChunk

KIND_TRACKS = 2
VERSION = 1
HEADER = struct.Struct("<BBHIddII")
HEADER_BYTES = HEADER.size
BIT_APART = 1 << 5
"""Nothing is known of the way from the fix before: no line is drawn and nobody walks along it."""

STILL_PROBABILITY = 0.5
# As the core judges age: a fix stands for the present for so long, or for so many periods of its tag.
JOINED_S, JOINED_PERIODS, LONGEST_PERIOD_S = 3.0, 2.5, 15.0
DEFAULT_PERIOD_MS = 1000
_I16 = 32767
_ROWS = msgspec.json.Encoder()


class TracksError(TwinError):
    """Bytes that are not a block of tracks."""


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """The fixes of one subject in order of time, as they go over the wire.

    Attributes:
        t_ms: (n,) int64 milliseconds from the beginning of the block; negative before it.
        xyz_dm: (n, 3) int16.
        status: (n,) uint8: `FixStatus`, still, apart.
        r95_dm: (n,) uint8; 255 is 25.5 m or more.
        period_ms: usual time between its fixes.
    """

    t_ms: NDArray[np.int64]
    xyz_dm: NDArray[np.int16]
    status: NDArray[np.uint8]
    r95_dm: NDArray[np.uint8]
    period_ms: int


def path_of(chunks: Sequence[TrackChunk], from_ns: int) -> Path:
    """The chunks of one subject as one path; of fixes of the same millisecond the first counts."""
    t_ms = np.concatenate([(chunk.t_ns - from_ns) // NS_PER_MS for chunk in chunks])
    t_ms, order = np.unique(t_ms, return_index=True)

    def column(name: str) -> NDArray[np.float64]:
        return np.concatenate([getattr(chunk, name) for chunk in chunks])[order]

    status, reasons = column("status").astype(np.uint8) & STATUS_MASK, column("reasons").astype(np.uint32)
    period_ms = _period_ms(t_ms)
    apart = (reasons & Reason.REINITIALISED) != 0
    apart[0] = True
    apart[1:] |= np.diff(t_ms) > max(JOINED_S * 1000, JOINED_PERIODS * period_ms)
    apart[1:] |= status[:-1] == FixStatus.LOST
    status |= np.where(column("p_still") >= STILL_PROBABILITY, BIT_STILL, 0).astype(np.uint8)
    status |= np.where(apart, BIT_APART, 0).astype(np.uint8)
    dm = np.clip(np.rint(column("xyz_m") * 10.0), -_I16, _I16).astype(np.int16)
    r95 = np.nan_to_num(r95_m(column("cov_m2")), nan=np.inf, posinf=1e6)
    r95_dm = np.clip(np.ceil(r95 * 10.0 - 1e-9), 0, 255).astype(np.uint8)
    return Path(t_ms, dm, status.astype(np.uint8), r95_dm, period_ms)


def _period_ms(t_ms: NDArray[np.int64]) -> int:
    if len(t_ms) < 3:
        return DEFAULT_PERIOD_MS
    return int(min(np.median(np.diff(t_ms)), LONGEST_PERIOD_S * 1000))


def encode_tracks(
    rows: Sequence[MoverRow], paths: Mapping[str, Path], from_ms: float, to_ms: float, *, smoothed: bool
) -> bytes:
    """A block of the paths of `rows`, in their order.

    Args:
        rows: who they are.
        paths: by id of the row.
        from_ms: first instant, epoch milliseconds.
        to_ms: first instant no more.
        smoothed: each fix corrected by those after it.
    """
    told = [paths[row.id] for row in rows]
    head = _ROWS.encode([row.model_dump(mode="json") for row in rows])
    head += b" " * (-len(head) % 4)
    fixes = sum(len(path.t_ms) for path in told)
    parts = [HEADER.pack(KIND_TRACKS, VERSION, int(smoothed), len(told), from_ms, to_ms, fixes, len(head)), head]
    parts.append(np.array([len(path.t_ms) for path in told], "<u4").tobytes())
    parts.append(np.array([path.period_ms for path in told], "<u4").tobytes())
    parts += [np.diff(path.t_ms, prepend=0).astype("<i4").tobytes() for path in told]
    for axis in range(3):
        # Differences wrap around in 16 bits, and so does the sum that undoes them.
        parts += [np.diff(path.xyz_dm[:, axis], prepend=np.int16(0)).astype("<i2").tobytes() for path in told]
    parts += [path.status.tobytes() for path in told]
    parts += [path.r95_dm.tobytes() for path in told]
    return b"".join(parts)


def decode_tracks(data: bytes) -> tuple[list[MoverRow], dict[str, Path], float, float, bool]:
    """The inverse of `encode_tracks`: rows, paths, first and last instant (epoch ms), whether smoothed.

    Raises:
        TracksError: not a block of this kind and version, or of the wrong length.
    """
    if len(data) < HEADER_BYTES:
        raise TracksError(f"only {len(data)} bytes")
    kind, version, smoothed, n, from_ms, to_ms, fixes, head = HEADER.unpack_from(data)
    if (kind, version) != (KIND_TRACKS, VERSION):
        raise TracksError(f"kind {kind} version {version}")
    at = HEADER_BYTES + head
    if len(data) != at + 8 * n + 12 * fixes:
        raise TracksError(f"{len(data)} bytes do not hold {fixes} fixes of {n} subjects")
    rows = [MoverRow.model_validate(row) for row in msgspec.json.decode(data[HEADER_BYTES:at])]
    counts, periods = np.frombuffer(data, "<u4", 2 * n, at).reshape(2, n)
    at += 8 * n
    ends = np.cumsum(counts)[:-1]
    t = np.split(np.frombuffer(data, "<i4", fixes, at), ends)
    at += 4 * fixes
    axes = [np.split(np.frombuffer(data, "<i2", fixes, at + 2 * axis * fixes), ends) for axis in range(3)]
    at += 6 * fixes
    status = np.split(np.frombuffer(data, "u1", fixes, at), ends)
    r95 = np.split(np.frombuffer(data, "u1", fixes, at + fixes), ends)
    paths = {
        row.id: Path(
            np.cumsum(t[i].astype(np.int64)),
            np.column_stack([np.cumsum(axis[i], dtype=np.int16) for axis in axes]),
            status[i],
            r95[i],
            int(periods[i]),
        )
        for i, row in enumerate(rows)
    }
    return rows, paths, from_ms, to_ms, bool(smoothed)
