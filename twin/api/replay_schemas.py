"""What a replay is told besides positions: what happened, what stood, and the records as they were (pure)."""

from __future__ import annotations

from twin.api.live_schemas import AlarmRecord, CrossingRecord, InsideNow, WeatherNow
from twin.api.schemas import CameraRecord, FenceRecord, GapRecord, SensorRecord, ZoneRecord
from twin.api.wire import Iso, Wire


class ReplayAlarm(Wire):
    """An alarm as it stood from an instant on."""

    t: Iso
    cause: str
    """standing: it stood already when the stretch began; else what changed it."""
    alarm: AlarmRecord


class ReplayReadings(Wire):
    """One sensor's values in a stretch, thinned to the last of each step; the first may be older than the stretch."""

    sensor: str
    t_ms: list[float]
    value: list[float]
    quality: list[str]


class ReplayEvents(Wire):
    """What happened in a stretch of time, and the records that held in any part of it."""

    t_from: Iso
    t_to: Iso
    alarms: list[ReplayAlarm]
    inside: list[InsideNow]
    """Who was inside which fence when the stretch began."""
    crossings: list[CrossingRecord]
    weather: list[WeatherNow]
    gaps: list[GapRecord]
    zones: list[ZoneRecord]
    fences: list[FenceRecord]
    sensors: list[SensorRecord]
    cameras: list[CameraRecord]
    readings: list[ReplayReadings]
    """Empty unless `points` was asked for."""
