"""The whole plant at one instant, as HTTP tells it."""

from __future__ import annotations

from twin.api.live_schemas import AlarmRecord, InsideNow, PersonNow, ReadingNow
from twin.api.muster_schemas import MusterRecord
from twin.api.schemas import FenceRecord, GapRecord, SensorRecord, ZoneRecord
from twin.api.wire import Iso, Wire


class TankNow(Wire):
    """How full a tank is."""

    asset: str
    level: ReadingNow


class AssignmentRecord(Wire):
    """Who carries a tag."""

    tag: str
    subject: str


class StateRecord(Wire):
    """The plant as it stood at one instant, with the records that held then."""

    at: Iso
    people: list[PersonNow]
    vehicles: list[PersonNow]
    inside: list[InsideNow]
    zones: list[ZoneRecord]
    fences: list[FenceRecord]
    sensors: list[SensorRecord]
    """With the limits that held then, and the newest value up to then."""
    assignments: list[AssignmentRecord]
    alarms: list[AlarmRecord]
    readings: list[ReadingNow]
    tanks: list[TankNow]
    muster: MusterRecord | None
    gaps: list[GapRecord]
    """Stretches around the instant in which something was lost."""
