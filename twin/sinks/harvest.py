"""Effects into rows (pure): positions gather into chunks, crossings and alarms become journal entries.

What is gathered knows the place in the spool it came from, so the spool can be released up to what is stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from gis.fix import Reason
from gis.store.journal import JournalEntry
from gis.store.paths import TrackChunk
from gis.wire import WireError, decode
from twin.effects import (
    AlarmChanged,
    Crossed,
    Effect,
    FloodChanged,
    MusterChanged,
    PlantChanged,
    PositionsMoved,
    ReadingsChanged,
    WeatherChanged,
)
from twin.sinks.spool import Gap, Kind, Position, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from twin.events import Reading

MOST_POINTS = 60
OLDEST_S = 10.0
# A crowd's tracks wait up to twice as long: half as many rows hold the same fixes; the spool has them meanwhile.
CROWD, LONGEST_WAITS = 5000, 2.0
# Tracks that began together grow old together: they are given out over some seconds, not in one burst that holds up
# everything else. Faster than new ones grow old, so that none waits for long.
SPREAD = 1.5
FEW = 20


def kind_of(effect: Effect) -> Kind:
    """How an effect is kept; what the store has no place for only leaves a mark."""
    match effect:
        case PositionsMoved():
            return Kind.POSITIONS
        case ReadingsChanged():
            return Kind.READINGS
        case Crossed() | AlarmChanged() | FloodChanged() | MusterChanged() | PlantChanged() | WeatherChanged():
            return Kind.JOURNAL
        case _:
            return Kind.MARK


def entry_of(
    effect: Crossed | AlarmChanged | FloodChanged | MusterChanged | PlantChanged | WeatherChanged,
) -> JournalEntry:
    """A crossing, a change of an alarm, a flood, a muster, of records or of the weather as a line of the journal.

    Bodies: a crossing's own fields; `{"cause", "by", "why", "alarm"}` with the whole alarm; `{"since_ns", "alarms"}`;
    the weather's own fields; nothing for a change of records.
    """
    match effect:
        case Crossed():
            body: dict[str, Any] = msgspec.to_builtins(effect)
            body = {name: value for name, value in body.items() if name not in ("type", "seq", "t_ns", "subject")}
            return JournalEntry(effect.seq, effect.t_ns, "crossing", effect.subject, body)
        case AlarmChanged():
            kind = "ack" if effect.cause == "acknowledged" else "alarm"
            body = {"cause": effect.cause, "alarm": msgspec.to_builtins(effect.alarm)}
            body |= {name: word for name, word in (("by", effect.by), ("why", effect.why)) if word}
            return JournalEntry(effect.seq, effect.t_ns, kind, effect.alarm.subject, body)
        case FloodChanged():
            return JournalEntry(
                effect.seq, effect.t_ns, "flood", "", {"since_ns": effect.since_ns, "alarms": effect.alarms}
            )
        case MusterChanged():
            body = {
                "cause": effect.cause.value,
                "muster": msgspec.to_builtins(effect.muster),
                "rows": [msgspec.to_builtins(row) for row in effect.rows],
            }
            return JournalEntry(effect.seq, effect.t_ns, "muster", "", body)
        case PlantChanged():
            return JournalEntry(effect.seq, effect.t_ns, "plant", "", {})
        case WeatherChanged():
            body = msgspec.to_builtins(effect)
            body = {name: value for name, value in body.items() if name not in ("type", "seq", "t_ns")}
            return JournalEntry(effect.seq, effect.t_ns, "weather", "", body)


class TrackKey(NamedTuple):
    """Which track a fix belongs to."""

    plant: str
    subject: str
    tag: str


@dataclass(eq=False)
class _Growing:
    """Fixes of one track that are not stored yet."""

    first: Position
    since_s: float
    parts: list[tuple[PositionsMoved, int]] = field(default_factory=list)


@dataclass(eq=False)
class Batch:
    """What goes to the database together, and where the spool stood before the first of it."""

    chunks: dict[str, list[TrackChunk]] = field(default_factory=dict)
    entries: dict[str, list[JournalEntry]] = field(default_factory=dict)
    readings: dict[str, list[Reading]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.chunks or self.entries or self.readings)

    def singles(self, plant: str) -> list[Batch]:
        """One plant's rows, each as a batch of its own."""
        return [
            *(Batch(chunks={plant: [chunk]}) for chunk in self.chunks.get(plant, [])),
            *(Batch(entries={plant: [entry]}) for entry in self.entries.get(plant, [])),
            *(Batch(readings={plant: [reading]}) for reading in self.readings.get(plant, [])),
        ]

    @property
    def plants(self) -> list[str]:
        """All plants it speaks of."""
        return sorted({*self.chunks, *self.entries, *self.readings})


class Harvest:
    """Gathers records of the spool and gives them out as batches when they are due. Knows no clock: it is told."""

    def __init__(self) -> None:
        self._stored: dict[TrackKey, int] = {}
        self._growing: dict[TrackKey, _Growing] = {}
        self._full: set[TrackKey] = set()
        self._asked_s = 0.0
        self._due: Batch = Batch()
        self._due_from: Position | None = None
        self._readings_since_s: float | None = None
        self.unreadable = 0

    def pass_over(self, stored: Mapping[TrackKey, int]) -> None:
        """Leave out fixes up to the highest sequence number the database holds of each track already."""
        self._stored = dict(stored)

    def take(self, records: Iterable[Record], now_s: float) -> bool:
        """Gather records.

        Returns:
            whether there is something among them that should be stored at once.
        """
        urgent = False
        for record in records:
            if record.kind is Kind.MARK:
                continue
            if record.kind is Kind.GAP:
                gap = msgspec.msgpack.decode(record.payload, type=Gap)
                entry = JournalEntry(record.seq, record.t_ns, "gap", "", msgspec.to_builtins(gap))
                self._add_entry(record, entry)
                urgent = True
                continue
            try:
                effect: Effect = decode(record.payload, Effect)  # type: ignore[arg-type] # a union is a type to msgspec
            except WireError:
                self.unreadable += 1
                continue
            match effect:
                case PositionsMoved():
                    self._add_positions(record, effect, now_s)
                case ReadingsChanged():
                    self._add_readings(record, effect, now_s)
                case Crossed() | AlarmChanged() | FloodChanged() | MusterChanged() | PlantChanged() | WeatherChanged():
                    self._add_entry(record, entry_of(effect))
                    urgent = True
                case _:
                    pass
        return urgent

    def due(self, now_s: float, *, readings_after_s: float = 2.0, everything: bool = False) -> Batch:
        """What should be stored now: journal entries always, tracks that are long or old, readings after a while.

        What is given out must be stored before the spool is released: see `held_from`.
        """
        ripe = list(self._growing) if everything else self._ripe(now_s)
        for chunk, key in zip(_chunks([(key, self._growing.pop(key).parts) for key in ripe]), ripe, strict=True):
            self._due.chunks.setdefault(key.plant, []).append(chunk)
        self._full.difference_update(ripe)
        batch = Batch(self._due.chunks, self._due.entries)
        if self._readings_since_s is not None and (everything or now_s - self._readings_since_s >= readings_after_s):
            batch.readings = self._due.readings
            self._due.readings = {}
            self._readings_since_s = None
        self._due = Batch(readings=self._due.readings)
        return batch

    def _ripe(self, now_s: float) -> list[TrackKey]:
        """Tracks that are long, and of the old ones the oldest, found without a look at the others."""
        oldest_s = OLDEST_S * min(max(len(self._growing) / CROWD, 1.0), LONGEST_WAITS)
        passed_s = min(max(now_s - self._asked_s, 0.0), oldest_s)
        self._asked_s = now_s
        most = len(self._full) + max(FEW, round(SPREAD * len(self._growing) * passed_s / oldest_s))
        ripe = dict.fromkeys(self._full)
        for key, track in self._growing.items():  # the oldest first, as they were put in
            if now_s - track.since_s < oldest_s or len(ripe) >= most:
                break
            ripe[key] = None
        return list(ripe)

    def held_from(self) -> Position | None:
        """Where the oldest record begins that is gathered and not given out yet; None when there is none."""
        starts = [track.first for track in self._growing.values()]
        if self._due.readings and self._due_from is not None:
            starts.append(self._due_from)
        return min(starts, default=None)

    @property
    def fixes(self) -> int:
        """Fixes gathered and not given out yet."""
        return sum(len(track.parts) for track in self._growing.values())

    def _add_positions(self, record: Record, effect: PositionsMoved, now_s: float) -> None:
        for i, (subject, tag) in enumerate(zip(effect.subject, effect.tag_id, strict=True)):
            key = TrackKey(record.plant, subject, tag)
            if effect.late:
                # Stored as it came: out of order it fits no chunk, and the same again is the same row.
                late = _chunks([(key, [(effect, i)])])[0]
                late = replace(late, reasons=late.reasons | np.uint32(Reason.LATE))
                self._due.chunks.setdefault(key.plant, []).append(late)
                continue
            if effect.seq <= self._stored.get(key, -1):
                continue
            track = self._growing.get(key)
            if track is None:
                track = self._growing[key] = _Growing(record.start, now_s)
            track.parts.append((effect, i))
            if len(track.parts) >= MOST_POINTS:
                self._full.add(key)

    def _add_entry(self, record: Record, entry: JournalEntry) -> None:
        self._due.entries.setdefault(record.plant, []).append(entry)

    def _add_readings(self, record: Record, effect: ReadingsChanged, now_s: float) -> None:
        if self._readings_since_s is None:
            self._readings_since_s = now_s
            self._due_from = record.start
        self._due.readings.setdefault(record.plant, []).extend(effect.readings)


def _chunks(tracks: Sequence[tuple[TrackKey, list[tuple[PositionsMoved, int]]]]) -> list[TrackChunk]:
    """Each track's gathered fixes as a chunk, in order of time.

    Tracks share the effects their fixes came in, so the columns of each effect are picked once for all of them.
    """
    rows: dict[int, tuple[PositionsMoved, list[int], list[int]]] = {}
    for number, (_, parts) in enumerate(tracks):
        for effect, i in parts:
            _, picked, owners = rows.setdefault(id(effect), (effect, [], []))
            picked.append(i)
            owners.append(number)
    if not rows:
        return []
    groups = list(rows.values())
    owner = np.concatenate([np.array(owners) for _, _, owners in groups])
    seq = np.repeat([effect.seq for effect, _, _ in groups], [len(picked) for _, picked, _ in groups])
    t_ns = np.concatenate([effect.fix_t_ns[picked] for effect, picked, _ in groups])
    order = np.lexsort((seq, t_ns, owner))
    ends = np.searchsorted(owner[order], np.arange(len(tracks)), side="right")

    def column(name: str, kind: Any = np.float64) -> list[NDArray[Any]]:
        whole = np.concatenate([np.asarray(getattr(effect, name), kind)[picked] for effect, picked, _ in groups])
        return np.split(whole[order], ends[:-1])

    seqs = np.split(seq[order], ends[:-1])
    columns = (
        np.split(t_ns[order], ends[:-1]),
        column("xyz_m"),
        column("cov_m2"),
        column("velocity_mps"),
        column("p_still"),
        column("status", np.uint8),
        column("reasons", np.uint32),
        [int(of.min()) for of in seqs],
        [int(of.max()) for of in seqs],
    )
    return [TrackChunk(key.subject, key.tag, *fixes) for (key, _), *fixes in zip(tracks, *columns, strict=True)]
