"""Batches into PostGIS: the part of the store sink that runs in a thread, one transaction per plant."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from gis.errors import StoreError, StoreUnavailableError
from gis.fix import Reason
from gis.store.database import transaction
from gis.store.journal import append_entries
from gis.store.plants import list_plants
from gis.store.readings import append_readings
from gis.store.tracks import append_chunks, read_tracks
from gis.wire import decode
from twin.effects import PositionsMoved
from twin.sinks.harvest import Batch, TrackKey
from twin.sinks.spool import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from gis.frames import SiteFrame
    from twin.sinks.spool import Record

log = logging.getLogger(__name__)


@dataclass
class SinkVitals:
    """What the sink has done so far, and how it is.

    Attributes:
        received: effects taken.
        fixes, entries, readings: rows the database has confirmed.
        gaps: holes written down.
        refused: rows the database would not take for what they are (entries of these are kept in `refused.jsonl`).
        unreadable: messages that are no effects.
        spool_bytes: size of the spool.
        dropped: records the spool's overflow rule threw away.
        stored_ns: event time of the newest stored record.
        trouble: what is wrong now, in words; empty when nothing is.
    """

    received: int = 0
    fixes: int = 0
    entries: int = 0
    readings: int = 0
    gaps: int = 0
    refused: int = 0
    unreadable: int = 0
    spool_bytes: int = 0
    dropped: int = 0
    stored_ns: int = 0
    trouble: str = ""


class StoreWriter:
    """Writes batches and counts what the database confirmed.

    Args:
        engine: the database.
        aside: directory for journal entries the database refuses.
        vitals: where it counts.
    """

    def __init__(self, engine: Engine, aside: Path, vitals: SinkVitals) -> None:
        self._engine = engine
        self._aside = aside
        self._vitals = vitals
        self._frames: dict[str, SiteFrame] = {}

    def stored_among(self, records: Iterable[Record]) -> dict[TrackKey, int]:
        """For each track of some records, the highest sequence number the database holds of the same time.

        Raises:
            StoreUnavailableError: the database is away.
        """
        spans: dict[str, tuple[int, int]] = {}
        for record in records:
            if record.kind is Kind.POSITIONS:
                effect = decode(record.payload, PositionsMoved)
                if len(effect.fix_t_ns) and not effect.late:
                    low, high = spans.get(record.plant, (effect.t_ns, effect.t_ns))
                    oldest, newest = int(effect.fix_t_ns.min()), int(effect.fix_t_ns.max())
                    spans[record.plant] = (min(low, oldest), max(high, newest))
        stored: dict[TrackKey, int] = {}
        for plant, (low, high) in spans.items():
            with transaction(self._engine) as connection:
                frame = self._frame(connection, plant)
                chunks = read_tracks(connection, plant, frame, low, high + 1) if frame is not None else []
            for chunk in chunks:
                if not np.all(chunk.reasons & Reason.LATE):
                    key = TrackKey(plant, chunk.subject, chunk.tag_id)
                    stored[key] = max(stored.get(key, -1), chunk.last_seq)
        return stored

    def write(self, batch: Batch) -> None:
        """Store a batch, a transaction per plant; rows the database refuses are set aside one by one.

        Raises:
            StoreUnavailableError: the database is away; the whole batch may be written again.
        """
        for plant in batch.plants:
            try:
                self._write_plant(plant, batch)
            except StoreUnavailableError:
                raise
            except StoreError as error:
                log.error("%s: the database refused a batch: %s", plant, error)  # noqa: TRY400 - the error says it all
                self._write_singly(plant, batch)

    def _write_plant(self, plant: str, batch: Batch) -> None:
        chunks, entries = batch.chunks.get(plant, []), batch.entries.get(plant, [])
        readings = batch.readings.get(plant, [])
        with transaction(self._engine) as connection:
            append_entries(connection, plant, entries)
            if chunks:
                frame = self._frame(connection, plant)
                if frame is None:
                    raise StoreError("no such plant")
                append_chunks(connection, plant, frame, chunks)
            append_readings(
                connection,
                plant,
                [reading.sensor for reading in readings],
                [reading.t_ns for reading in readings],
                [reading.value for reading in readings],
                [reading.quality for reading in readings],
            )
        self._vitals.entries += len(entries)
        self._vitals.fixes += sum(len(chunk) for chunk in chunks)
        self._vitals.readings += len(readings)

    def _write_singly(self, plant: str, batch: Batch) -> None:
        for part in batch.singles(plant):
            try:
                self._write_plant(plant, part)
            except StoreUnavailableError:
                raise
            except StoreError as error:
                self._vitals.refused += 1
                self._set_aside(plant, part, str(error))

    def _set_aside(self, plant: str, part: Batch, why: str) -> None:
        """Keep a journal entry the database refuses where a person can find it."""
        for entry in part.entries.get(plant, []):
            line: dict[str, Any] = {"plant": plant, "why": why, "entry": msgspec.to_builtins(entry)}
            with (self._aside / "refused.jsonl").open("ab") as file:
                file.write(msgspec.json.encode(line) + b"\n")

    def _frame(self, connection: Connection, plant: str) -> SiteFrame | None:
        if plant not in self._frames:
            self._frames = {head.code: head.frame for head in list_plants(connection)}
        return self._frames.get(plant)
