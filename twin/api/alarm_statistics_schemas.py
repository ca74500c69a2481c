"""Statistics of alarms on the wire (pure)."""

from __future__ import annotations

from typing import Literal

from gis.plant import Names
from twin.api.wire import Iso, Wire

TopOf = Literal["points", "assets", "fences", "people"]


class KindCountRecord(Wire):
    """One kind of alarm: those raised in the period, and what had become of them by its end."""

    kind: str
    raised: int
    acknowledged: int
    handled: int
    """Closed through the steps of handling."""
    open: int
    quiet: int
    """Raised while shelved, suppressed or out of service: nobody was called."""
    calls: int
    """How often an operator was called, raised again included."""


class PeakRecord(Wire):
    """The busiest window of the clock."""

    alarms: int
    t_from: Iso | None


class FloodRecord(Wire):
    """A stretch with more than 10 alarms in 10 minutes, until there were fewer than 5."""

    t_from: Iso
    t_to: Iso
    alarms: int
    peak: int
    """Most in 10 minutes."""


class TopRecord(Wire):
    """One of the most frequent."""

    code: str
    names: Names
    kind: str | None
    """Of an alarm point; null for assets, fences and people."""
    calls: int


class IndicatorRecord(Wire):
    """A figure beside its published target."""

    key: str
    value: float
    unit: str
    target: float
    limit: float | None
    """Beyond it the system is not manageable; null where there is only a target."""
    least: bool
    """The figure should not be smaller than the target."""
    verdict: Literal["within", "above_target", "beyond", "too_few"]


class AlarmStatistics(Wire):
    """How the alarm system did in a period."""

    t_from: Iso
    """Where the figures begin: as asked, or where the journal begins if that is later."""
    t_to: Iso
    asked_from: Iso
    timezone: str
    operators: int
    enough_data: bool
    """The period is as long as the targets are meant for (30 days)."""
    gaps: int
    """Stretches of the period of which something is missing in the record."""
    calls: int
    kinds: list[KindCountRecord]
    hour_ms: list[float]
    hourly: list[list[int]]
    """Calls of priority 1 to 4 in each hour."""
    day_ms: list[float]
    daily: list[int]
    stale: list[int]
    """Alarms active for longer than 24 h at some time of each day."""
    priorities: list[int]
    peak_minute: PeakRecord
    peak_ten_minutes: PeakRecord
    peak_hour: PeakRecord
    floods: list[FloodRecord]
    """The newest first, at most 50."""
    flood_count: int
    top: dict[TopOf, list[TopRecord]]
    chattering_calls: int
    answer_median_s: float | None
    """From call to acknowledgement."""
    answer_p95_s: float | None
    indicators: list[IndicatorRecord]
