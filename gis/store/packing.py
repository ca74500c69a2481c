"""Every channel of a track chunk in one small byte string, exact as told below (pure).

A chunk's path is there for maps; this is what is read. Units: time to the nanosecond, place 5 mm in site metres, σ 2 %
(1/50 of its natural logarithm), correlation 1/31, velocity 1 cm/s, P(still) 1/63, status and reasons as they are: each
far below what a fix is sure of. What is known to those units comes back equal, so packing twice changes nothing.

Format 1, little endian: version u8, unit of time u8 (0: 1 ms, 1: 1 µs, 2: 1 ns), fixes u32, first time i64 (UTC ns),
origin of the site frame f64 × 2 (longitude, latitude), widths u8 × 12 (bytes of each column). Then for every group of
`GROUP` fixes (the last may be shorter) its first time since the chunk's i64 (units) and the length of its bytes u32;
then the groups, each raw deflate of its columns in the order of `COLUMNS`. A column is the zigzag of differences from
fix to fix, the first of a group as it is (time: 0): the lowest byte of all fixes first, then the next byte of all.
From x and y the way that the velocity foretells is taken off before. A format, once released, is never changed:
databases and archives hold it.
"""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_right
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gis.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from gis.frames import SiteFrame
    from gis.store.paths import TrackChunk

COLUMNS = ("t", "vx", "vy", "x", "y", "z", "sigma_x", "sigma_y", "correlation", "p_still", "status", "reasons")
VERSION = 1
GROUP = 400
"""So many fixes stand together: to know one, no more need be unpacked."""
FEW = 64
"""From so many fixes it is learnt how often a tag speaks."""
FRESH_LEVEL, SETTLED_LEVEL = 1, 9
"""Effort of deflate: for what is written while people walk, and for what is put in order later."""

_HEAD = struct.Struct("<BBIqdd12B")
_GROUP_HEAD = struct.Struct("<qI")
_UNITS_NS = (1_000_000, 1_000, 1)
_PLACE, _CM_PER_S, _P, _RHO, _LOG = 200.0, 100.0, 63.0, 31.0, 50.0
_MM = 5
# σ of a micrometre and less is 0 for every purpose; the code of an infinite σ is the largest there is.
_LEAST_SIGMA_M, _WORST_SIGMA = 1e-6, 32_767
_FASTEST_CM_PER_S = 32_767
# A velocity foretells nothing over a longer pause than this.
_FORETOLD_MS = 5_000
_FAR = 2**40
# Groups unpacked together: so many that their columns stay in the processor's cache.
_GROUPS_AT_ONCE = 64


def packed(chunks: Sequence[TrackChunk], frame: SiteFrame, level: int = FRESH_LEVEL) -> list[bytes]:
    """Each chunk's fixes as bytes; all are worked on together.

    Args:
        chunks: n > 0 of them, each ordered by time and not empty.
        frame: the plant's site frame.
        level: of deflate, 0 to 9.

    Raises:
        StoreError: a position is not finite or absurdly far away.
    """
    lengths = np.array([len(chunk) for chunk in chunks])
    ends = np.cumsum(lengths)
    starts = ends - lengths
    groups = np.concatenate([np.arange(start, end, GROUP) for start, end in zip(starts, ends, strict=True)])
    t_ns = np.concatenate([chunk.t_ns for chunk in chunks])
    since_ns = t_ns - np.repeat(t_ns[starts], lengths)
    unit = next(number for number, ns in enumerate(_UNITS_NS) if not np.any(since_ns % ns))
    values = _values(chunks)
    values["t"] = since_ns // _UNITS_NS[unit]
    columns = {name: _differences(values[name], groups) for name in COLUMNS}
    columns["t"][groups] = 0
    for axis in ("x", "y"):
        columns[axis] -= _foretold(values["v" + axis], columns["t"] * _UNITS_NS[unit], groups)
    planes, widths = [], []
    for name in COLUMNS:
        code = (columns[name] << 1) ^ (columns[name] >> 63)
        width = -(-int(code.max()).bit_length() // 8)
        widths.append(width)
        planes += [(code >> (8 * place)).astype(np.uint8) for place in range(width)]
    table = np.stack(planes) if planes else np.zeros((0, len(t_ns)), np.uint8)
    made = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        head = _HEAD.pack(VERSION, unit, end - start, int(t_ns[start]), frame.lon, frame.lat, *widths)
        firsts = range(start, end, GROUP)
        bodies = []
        for first in firsts:
            deflate = zlib.compressobj(level, zlib.DEFLATED, -15, 9)
            bodies.append(deflate.compress(table[:, first : min(first + GROUP, end)].tobytes()) + deflate.flush())
        heads = [_GROUP_HEAD.pack(values["t"][first], len(body)) for first, body in zip(firsts, bodies, strict=True)]
        made.append(b"".join((head, *heads, *bodies)))
    return made


class _Group(NamedTuple):
    """A group of fixes, inflated."""

    chunk: int
    widths: tuple[int, ...]
    unit_ns: int
    first_ns: int
    origin: tuple[float, float]
    table: NDArray[np.uint8]
    """(sum of the widths, fixes)"""


def _groups(channels: Iterable[bytes], at_ns: int | None) -> list[_Group]:
    """The groups of some chunks; up to an instant only those that hold the last `FEW` fixes of each, or more."""
    found = []
    for number, data in enumerate(channels):
        version, unit, fixes, first_ns, lon, lat, *widths = _HEAD.unpack_from(data)
        if version != VERSION:
            raise StoreError(f"track channels of format {version}; this version reads {VERSION}")
        count = -(-fixes // GROUP)
        heads = list(_GROUP_HEAD.iter_unpack(data[_HEAD.size : _HEAD.size + count * _GROUP_HEAD.size]))
        unit_ns, rows = _UNITS_NS[unit], sum(widths)
        begins_ns = [first_ns + since * unit_ns for since, _ in heads]
        last = count if at_ns is None else bisect_right(begins_ns, at_ns)
        wanted = range(last)
        if at_ns is not None:
            # The last one may hold few fixes up to the instant; then the one before is needed too.
            whole_ns = (begins_ns[1] - begins_ns[0]) if count > 1 else 0
            held = min(GROUP, fixes - (last - 1) * GROUP)
            few = last > 1 and (held < 2 * FEW or (at_ns - begins_ns[last - 1]) * GROUP < 2 * FEW * whole_ns)
            wanted = range(max(0, last - 1 - few), last)
        at = _HEAD.size + count * _GROUP_HEAD.size
        for place, (_, length) in enumerate(heads):
            if place in wanted:
                n = min(GROUP, fixes - place * GROUP)
                table = np.frombuffer(zlib.decompress(data[at : at + length], -15), np.uint8).reshape(rows, n)
                found.append(_Group(number, tuple(widths), unit_ns, begins_ns[place], (lon, lat), table))
            at += length
    return found


class Unpacked:
    """The fixes of chunks, one after another; `lengths` tells them apart.

    Args:
        channels: of c chunks, as `packed` made them.
        frame: the plant's site frame.
        at_ns: only each chunk's last fixes up to this instant, `FEW` to `2 * FEW` where there are so many; a chunk that
            begins later has none.

    Attributes:
        lengths: (c,) fixes of each chunk.
        t_ns, xyz_m, cov_m2, velocity_mps, p_still, status, reasons: as of `TrackChunk`, of all fixes.

    Raises:
        StoreError: channels of another format.
    """

    def __init__(self, channels: Sequence[bytes], frame: SiteFrame, at_ns: int | None = None) -> None:
        groups = sorted(_groups(channels, at_ns), key=lambda group: group.widths)
        chunk_of = np.array([group.chunk for group in groups], np.int64)
        parts = []
        for _, alike in groupby(range(len(groups)), key=lambda number: groups[number].widths):
            numbers = list(alike)
            for first in range(numbers[0], numbers[-1] + 1, _GROUPS_AT_ONCE):
                part = _whole(groups[first : min(first + _GROUPS_AT_ONCE, numbers[-1] + 1)])
                part["group"] += first
                if at_ns is not None:
                    kept = _last(part["t"], chunk_of[part["group"]], len(channels), at_ns)
                    part = {name: column[kept] for name, column in part.items()}
                parts.append(part)
        names = (*COLUMNS, "group")
        columns = {name: np.concatenate([np.zeros(0, np.int64), *(part[name] for part in parts)]) for name in names}
        chunk = chunk_of[columns["group"]]
        if np.any(np.diff(chunk) < 0):
            order = np.argsort(chunk, kind="stable")
            chunk, columns = chunk[order], {name: column[order] for name, column in columns.items()}
        if at_ns is not None:
            # A chunk may have been in two batches.
            kept = _last(columns["t"], chunk, len(channels), at_ns)
            chunk, columns = chunk[kept], {name: column[kept] for name, column in columns.items()}
        self.lengths = np.bincount(chunk, minlength=len(channels)).astype(np.int64)
        self._settle(columns)
        self._place(frame, groups, columns["group"])

    def _settle(self, columns: dict[str, NDArray[np.int64]]) -> None:
        """Whole numbers into values."""
        self.t_ns = columns["t"]
        self.xyz_m = np.stack([columns[axis] for axis in "xyz"], axis=1) / _PLACE
        self.cov_m2 = covariance(columns["sigma_x"], columns["sigma_y"], columns["correlation"])
        self.velocity_mps = np.stack([columns["vx"], columns["vy"]], axis=1) / _CM_PER_S
        self.p_still = columns["p_still"] / _P
        self.status = columns["status"].astype(np.uint8)
        self.reasons = columns["reasons"].astype(np.uint32)

    def _place(self, frame: SiteFrame, groups: list[_Group], group_of: NDArray[np.int64]) -> None:
        """What was written before the plant's origin was moved, in metres of the frame it has now."""
        for origin in {group.origin for group in groups} - {(frame.lon, frame.lat)}:
            before = type(frame)(*origin)
            moved = np.array([group.origin == origin for group in groups])[group_of]
            degrees = before.to_lonlat(self.xyz_m[moved, 0], self.xyz_m[moved, 1])
            self.xyz_m[moved, :2] = place_as_kept(np.column_stack(frame.to_site(*degrees)))


def _whole(groups: list[_Group]) -> dict[str, NDArray[np.int64]]:
    """The columns of groups with the same widths, one group after another, and `group`: which of them a fix is of."""
    sizes = np.array([group.table.shape[1] for group in groups], np.int64)
    starts = np.cumsum(sizes) - sizes
    table = np.concatenate([group.table for group in groups], axis=1)
    columns: dict[str, NDArray[np.int64]] = {}
    row = 0
    for name, width in zip(COLUMNS, groups[0].widths, strict=True):
        columns[name] = _steps(table[row : row + width]) if width else np.zeros(table.shape[1], np.int64)
        row += width
    of = np.repeat(np.arange(len(groups)), sizes)
    steps_ns = columns["t"] * np.array([group.unit_ns for group in groups], np.int64)[of]
    columns["t"] = _sums(steps_ns, starts, sizes) + np.array([group.first_ns for group in groups], np.int64)[of]
    for name in ("vx", "vy"):
        columns[name] = _sums(columns[name], starts, sizes)
    for axis in ("x", "y"):
        columns[axis] += _foretold(columns["v" + axis], steps_ns, starts)
    for name in COLUMNS[3:]:
        columns[name] = _sums(columns[name], starts, sizes)
    return columns | {"group": of}


def _last(t_ns: NDArray[np.int64], chunk: NDArray[np.int64], chunks: int, at_ns: int) -> NDArray[np.intp]:
    """Indices of each chunk's last `2 * FEW` fixes up to an instant; the fixes of a chunk stand together, by time."""
    begins = np.flatnonzero(np.diff(chunk, prepend=-1))
    place = np.arange(len(chunk)) - np.repeat(begins, np.diff(begins, append=len(chunk)))
    until = np.bincount(chunk[t_ns <= at_ns], minlength=chunks)[chunk]
    return np.flatnonzero((place < until) & (place >= until - 2 * FEW))


def _steps(planes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(width, n) bytes as (n,) differences."""
    code = planes[0].astype(np.int64)
    for place in range(1, len(planes)):
        code |= planes[place].astype(np.int64) << (8 * place)
    return np.asarray((code >> 1 & (2**63 - 1)) ^ -(code & 1), np.int64)


def place_as_kept(xyz_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Positions to 5 mm, as the store gives them back."""
    return np.asarray(np.round(xyz_m * _PLACE) / _PLACE, float)


def covariance_as_kept(cov_m2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Covariances (n, 3) as the store gives them back."""
    return covariance(*covariance_codes(cov_m2))


def probability_as_kept(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities as the store gives them back."""
    return np.asarray(np.round(np.clip(np.nan_to_num(p), 0.0, 1.0) * _P) / _P, float)


def covariance_codes(
    cov_m2: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Covariances (n, 3) as codes of σ east, σ north and correlation: each σ true to one percent."""
    sigma = np.sqrt(np.maximum(np.nan_to_num(cov_m2[:, [0, 2]], nan=np.inf, posinf=np.inf), _LEAST_SIGMA_M**2))
    with np.errstate(invalid="ignore"):
        correlation = np.nan_to_num(cov_m2[:, 1] / (sigma[:, 0] * sigma[:, 1]))
    codes = np.clip(np.round(_LOG * np.log(sigma / 1e-3)), -_WORST_SIGMA, _WORST_SIGMA).astype(np.int64)
    return codes[:, 0], codes[:, 1], np.round(np.clip(correlation, -1.0, 1.0) * _RHO).astype(np.int64)


def covariance(
    sigma_x: NDArray[np.int64], sigma_y: NDArray[np.int64], correlation: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The covariances (n, 3) again; an infinite one is far beyond every plant, and finite."""
    x, y = (1e-3 * np.exp(np.minimum(code, 3500) / _LOG) for code in (sigma_x, sigma_y))
    return np.column_stack([x * x, correlation / _RHO * x * y, y * y])


def _values(chunks: Sequence[TrackChunk]) -> dict[str, NDArray[np.int64]]:
    """All channels but time as whole numbers of their units."""

    def joined(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(chunk, name) for chunk in chunks])

    place = np.round(joined("xyz_m") * _PLACE)
    if not (np.abs(place) < _FAR).all():
        raise StoreError("a track holds a position that is not finite")
    velocity = np.nan_to_num(joined("velocity_mps")) * _CM_PER_S
    velocity = np.round(np.clip(velocity, -_FASTEST_CM_PER_S, _FASTEST_CM_PER_S)).astype(np.int64)
    sigma_x, sigma_y, correlation = covariance_codes(joined("cov_m2"))
    x, y, z = place.astype(np.int64).T
    return {
        "vx": velocity[:, 0],
        "vy": velocity[:, 1],
        "x": x,
        "y": y,
        "z": z,
        "sigma_x": sigma_x,
        "sigma_y": sigma_y,
        "correlation": correlation,
        "p_still": np.round(np.clip(np.nan_to_num(joined("p_still")), 0.0, 1.0) * _P).astype(np.int64),
        "status": joined("status").astype(np.int64),
        "reasons": joined("reasons").astype(np.uint32).astype(np.int64),
    }


def _differences(values: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """From fix to fix; the first of a group as it is."""
    steps = np.diff(values, prepend=0)
    steps[starts] = values[starts]
    return steps


def _sums(steps: NDArray[np.int64], starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """`_differences` undone."""
    if not len(steps):
        return steps
    total = np.cumsum(steps)
    before = total[starts] - steps[starts]
    return np.asarray(total - np.repeat(before, lengths), np.int64)


def _foretold(velocity: NDArray[np.int64], steps_ns: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Way, in units of place, of each velocity in the time since the fix before; none for the first of a group."""
    way = velocity * np.minimum(steps_ns // 1_000_000, _FORETOLD_MS) // (100 * _MM)
    way[starts] = 0
    return np.asarray(way, np.int64)
