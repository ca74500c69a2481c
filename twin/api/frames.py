"""Binary position frames, little endian; the layout is in docs/architecture.md and goes to the browser as constants.

Encoding is one pass of NumPy over all movers; nothing is computed per client.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.errors import TwinError
from gis.time import NS_PER_MS

if TYPE_CHECKING:
    from numpy.typing import NDArray

KIND_POSITIONS = 1
VERSION = 1
HEADER = struct.Struct("<BBHIdd")
HEADER_BYTES = HEADER.size
ROW_BYTES = 10
STATUS_MASK = 0b11
BIT_STILL = 1 << 2
BIT_SOS = 1 << 3
BIT_ALARM = 1 << 4
BIT_UNSEEN = 1 << 7
AGE_UNKNOWN = 65535
AGE_TICK_MS = 100
DECIMETRE_M = 0.1
_I16 = 32767
_NS_PER_AGE_TICK = AGE_TICK_MS * NS_PER_MS


class FrameError(TwinError):
    """Bytes that are not a position frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A decoded frame: n movers, in the order of the people table.

    Attributes:
        table: number of the people table the rows refer to.
        newest_ms: newest time of measurement, epoch milliseconds; 0 when nothing was measured.
        seq: newest effect in the picture.
        xyz_m: (n, 3) float64 site metres, to the decimetre.
        age_s: (n,) float64 seconds before `newest_ms`; infinite when unknown or older than 6553.4 s.
        status: (n,) uint8 status bits.
        r95_m: (n,) float64; 25.5 means 25.5 m or more.
    """

    table: int
    newest_ms: float
    seq: int
    xyz_m: NDArray[np.float64]
    age_s: NDArray[np.float64]
    status: NDArray[np.uint8]
    r95_m: NDArray[np.float64]


def encode_frame(
    table: int,
    seq: int,
    t_ns: NDArray[np.int64],
    xyz_m: NDArray[np.float64],
    r95_m: NDArray[np.float64],
    status: NDArray[np.uint8],
) -> bytes:
    """One frame of n movers.

    Args:
        table: number of the people table, 0…65535.
        seq: newest effect in the picture.
        t_ns: (n,) time of measurement, UTC ns; any value where `BIT_UNSEEN` is set.
        xyz_m: (n, 3) site metres; beyond ±3276.7 m the edge of the range.
        r95_m: (n,) metres; rounded up, so the circle never promises too much.
        status: (n,) status bits.
    """
    n = len(t_ns)
    seen = (status & BIT_UNSEEN) == 0
    newest_ns = int(t_ns[seen].max()) if seen.any() else 0
    age = np.where(seen, -((t_ns - newest_ns) // _NS_PER_AGE_TICK), AGE_UNKNOWN)
    # A position that is not finite must not become a place: it is shown as never seen.
    finite = np.asarray(np.isfinite(xyz_m).all(axis=1))
    dm = np.rint(np.where(finite[:, np.newaxis], xyz_m, 0.0) * 10.0)
    r95_dm = np.ceil(np.nan_to_num(r95_m, nan=np.inf, posinf=1e6) * 10.0 - 1e-9)
    return b"".join(
        (
            HEADER.pack(KIND_POSITIONS, VERSION, table, n, newest_ns / NS_PER_MS, float(seq)),
            np.clip(dm, -_I16, _I16).astype("<i2").T.tobytes(),
            np.clip(age, 0, AGE_UNKNOWN).astype("<u2").tobytes(),
            np.where(finite, status, status | BIT_UNSEEN).astype("u1").tobytes(),
            np.clip(r95_dm, 0, 255).astype("u1").tobytes(),
        )
    )


def decode_frame(data: bytes) -> Frame:
    """The inverse of `encode_frame`, to the resolution of the wire.

    Raises:
        FrameError: not a frame of this kind and version, or of the wrong length.
    """
    if len(data) < HEADER_BYTES:
        raise FrameError(f"{len(data)} bytes are no frame")
    kind, version, table, n, newest_ms, seq = HEADER.unpack_from(data)
    if (kind, version) != (KIND_POSITIONS, VERSION):
        raise FrameError(f"frame kind {kind} version {version} is unknown")
    if len(data) != HEADER_BYTES + ROW_BYTES * n:
        raise FrameError(f"{len(data)} bytes do not hold {n} movers")
    xyz_dm = np.frombuffer(data, "<i2", 3 * n, HEADER_BYTES).reshape(3, n).T
    age = np.frombuffer(data, "<u2", n, HEADER_BYTES + 6 * n)
    return Frame(
        table=table,
        newest_ms=newest_ms,
        seq=int(seq),
        xyz_m=xyz_dm * DECIMETRE_M,
        age_s=np.where(age == AGE_UNKNOWN, np.inf, age * (AGE_TICK_MS / 1000)),
        status=np.frombuffer(data, "u1", n, HEADER_BYTES + 8 * n),
        r95_m=np.frombuffer(data, "u1", n, HEADER_BYTES + 9 * n) * DECIMETRE_M,
    )
