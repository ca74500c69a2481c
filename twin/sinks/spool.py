"""The spool: what the sink has taken and the database has not confirmed yet, as files that survive a killed process.

A directory of numbered segments, each a row of records: a head (length, checksum, kind, sequence number, event time),
the plant's code, the payload. Every record is written to the operating system at once, so a `kill -9` of the process
loses none; `sync` puts it on the disk. A torn or damaged record ends its segment: what follows cannot be trusted, and
the reader is told. A segment is deleted when the database holds all of it.

Overflow rule: when the segments together pass the limit, the oldest positions go first, then the oldest readings; in
their place stays a record of the gap. Journal records are never dropped, even above the limit.
"""

from __future__ import annotations

import fcntl
import json
import os
import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gis.errors import TwinError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HEAD = struct.Struct("<IIBqqB")
_SUFFIX = ".seg"
SEGMENT_BYTES = 8 << 20
DEFAULT_LIMIT_BYTES = 512 << 20


class SpoolError(TwinError):
    """The spool cannot be used: another process holds it, or the disk refuses."""


class Kind(IntEnum):
    """What a record holds, and so in which order it may be dropped."""

    POSITIONS = 0
    READINGS = 1
    JOURNAL = 2
    GAP = 3
    MARK = 4
    """An effect the store has no place for; only that it was there."""


class Gap(msgspec.Struct, frozen=True):
    """Something that is not there: which effects, of what time, and why."""

    reason: str
    """overflow, missed, restart, damaged, refused."""
    from_ns: int
    to_ns: int
    effects: int = 0
    """How many effects are missing; 0 when nobody can know."""


class Position(NamedTuple):
    """A place in the spool."""

    segment: int
    offset: int


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `end` is where the next one begins."""

    kind: Kind
    plant: str
    seq: int
    t_ns: int
    payload: bytes
    start: Position
    end: Position


@dataclass(frozen=True, slots=True)
class Read:
    """What one read gave: records, where to go on, and whether a damaged record was passed over."""

    records: list[Record]
    next: Position
    damaged: bool = False


class Spool:
    """Appends records and reads them again in order; one process at a time.

    Args:
        directory: made when absent.
        limit_bytes: the overflow rule holds above this.
        segment_bytes: a segment that has reached this size is closed.

    Raises:
        SpoolError: another process uses the directory.
    """

    def __init__(
        self, directory: Path, *, limit_bytes: int = DEFAULT_LIMIT_BYTES, segment_bytes: int = SEGMENT_BYTES
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._limit = limit_bytes
        self._segment_bytes = segment_bytes
        self._lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise SpoolError(f"another process uses the spool {directory}") from error
        for left in directory.glob("*.tmp"):
            left.unlink()
        self._sizes = {int(path.stem): path.stat().st_size for path in sorted(directory.glob(f"*{_SUFFIX}"))}
        self._thinned: set[tuple[int, Kind]] = set()
        self.resume = self._read_cursor()
        self.dropped = 0
        self._current = max(self._sizes, default=0) + 1
        self._fd = self._new_segment()

    @property
    def size_bytes(self) -> int:
        """Bytes in all segments."""
        return sum(self._sizes.values())

    @property
    def head(self) -> Position:
        """Where the next record will be written."""
        return Position(self._current, self._sizes[self._current])

    def append(self, kind: Kind, plant: str, seq: int, t_ns: int, payload: bytes) -> None:
        """Write one record; it survives the death of the process when this returns.

        Raises:
            SpoolError: the disk refused.
        """
        data = _encoded(kind, plant, seq, t_ns, payload)
        try:
            if self._sizes[self._current] and self._sizes[self._current] + len(data) > self._segment_bytes:
                self._roll()
            written = os.write(self._fd, data)
            if written < len(data):
                os.ftruncate(self._fd, self._sizes[self._current])
                raise SpoolError("the disk of the spool is full")
        except OSError as error:
            raise SpoolError(f"the spool cannot be written: {error}") from error
        self._sizes[self._current] += len(data)

    def sync(self) -> None:
        """Put everything appended on the disk. May be called from another thread."""
        os.fdatasync(self._fd)

    def read(self, start: Position, limit_bytes: int = 1 << 20) -> Read:
        """The next records from a position, about `limit_bytes` of them; none at the end."""
        records: list[Record] = []
        at, damaged, taken = start, False, 0
        for segment in sorted(number for number in self._sizes if number >= start.segment):
            at = Position(segment, at.offset if segment == at.segment else 0)
            for record in self._records(segment, at.offset, self._sizes[segment]):
                records.append(record)
                at = record.end
                taken += record.end.offset - record.start.offset
                if taken >= limit_bytes:
                    return Read(records, at, damaged)
            damaged |= at.offset < self._sizes[segment]
            at = Position(segment, self._sizes[segment])
        return Read(records, at, damaged)

    def release(self, position: Position) -> None:
        """Say that everything before a position is safe elsewhere; whole segments before it are deleted.

        The newest record of all stays, so that a later start knows where this one ended.
        """
        full = [number for number in self._sizes if self._sizes[number] and number < position.segment]
        keep = max((number for number in self._sizes if self._sizes[number]), default=self._current)
        for number in [*full, *(n for n in self._sizes if not self._sizes[n] and n < position.segment)]:
            if number not in (keep, self._current):
                self._path(number).unlink(missing_ok=True)
                del self._sizes[number]
        cursor = self._directory / "cursor.tmp"
        cursor.write_text(json.dumps(list(position)))
        cursor.rename(self._directory / "cursor")

    def make_room(self, after: Position) -> int:
        """Apply the overflow rule to segments behind the reader's, until the limit holds.

        Returns:
            how many records were dropped.
        """
        dropped = 0
        for kind in (Kind.POSITIONS, Kind.READINGS):
            for number in sorted(self._sizes):
                if self.size_bytes <= self._limit:
                    return dropped
                if after.segment < number < self._current and (number, kind) not in self._thinned:
                    dropped += self._thin(number, kind)
        return dropped

    def close(self) -> None:
        """Put everything on the disk and let other processes use the directory."""
        self.sync()
        os.close(self._fd)
        os.close(self._lock)

    def _thin(self, number: int, kind: Kind) -> int:
        """Rewrite a segment without its records of a kind; a gap record per plant says so."""
        kept: list[bytes] = []
        gone: dict[str, list[Record]] = {}
        for record in self._records(number, 0, self._sizes[number]):
            if record.kind is kind:
                gone.setdefault(record.plant, []).append(record)
            else:
                kept.append(_encoded(record.kind, record.plant, record.seq, record.t_ns, record.payload))
        for plant, records in gone.items():
            times = [record.t_ns for record in records]
            gap = Gap("overflow", min(times), max(times), len(records))
            kept.append(_encoded(Kind.GAP, plant, records[0].seq, gap.to_ns, msgspec.msgpack.encode(gap)))
        thinner = self._path(number).with_suffix(".tmp")
        thinner.write_bytes(b"".join(kept))
        thinner.rename(self._path(number))
        self._sizes[number] = thinner_size = sum(len(data) for data in kept)
        if not thinner_size:
            self._path(number).unlink()
            del self._sizes[number]
        self._thinned.add((number, kind))
        count = sum(len(records) for records in gone.values())
        self.dropped += count
        return count

    def _records(self, number: int, offset: int, size: int) -> Iterator[Record]:
        """The records of a segment from an offset on, as far as they are whole."""
        with self._path(number).open("rb") as file:
            file.seek(offset)
            while offset + _HEAD.size <= size:
                head = file.read(_HEAD.size)
                length, checksum, kind, seq, t_ns, plant_length = _HEAD.unpack(head)
                end = offset + _HEAD.size + plant_length + length
                if end > size:
                    return
                body = file.read(plant_length + length)
                if zlib.crc32(body, zlib.crc32(head[8:])) != checksum or kind > Kind.MARK:
                    return
                plant = body[:plant_length].decode()
                start, offset = offset, end
                payload = body[plant_length:]
                yield Record(Kind(kind), plant, seq, t_ns, payload, Position(number, start), Position(number, end))

    def _roll(self) -> None:
        os.fdatasync(self._fd)
        os.close(self._fd)
        self._current += 1
        self._fd = self._new_segment()

    def _new_segment(self) -> int:
        self._sizes[self._current] = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        return os.open(self._path(self._current), flags, 0o600)

    def _path(self, number: int) -> Path:
        return self._directory / f"{number:012d}{_SUFFIX}"

    def _read_cursor(self) -> Position:
        """Where a former process had come to; the beginning when that is not known."""
        first = Position(min(self._sizes, default=1), 0)
        try:
            segment, offset = json.loads((self._directory / "cursor").read_text())
        except (OSError, ValueError, TypeError):
            return first
        whole = isinstance(segment, int) and isinstance(offset, int)
        if whole and segment in self._sizes and 0 <= offset <= self._sizes[segment]:
            return Position(segment, offset)
        return first


def _encoded(kind: Kind, plant: str, seq: int, t_ns: int, payload: bytes) -> bytes:
    name = plant.encode()
    head = _HEAD.pack(len(payload), 0, kind, seq, t_ns, len(name))
    checksum = zlib.crc32(payload, zlib.crc32(name, zlib.crc32(head[8:])))
    return head[:4] + struct.pack("<I", checksum) + head[8:] + name + payload
