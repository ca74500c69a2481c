"""The figures beside published targets (ISA-18.2, EEMUA 191; per operator, meant for at least 30 days of data)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from gis.time import NS_PER_S

if TYPE_CHECKING:
    from twin.alarm_statistics.summary import Statistics

ENOUGH_DAYS = 30
ENOUGH_CALLS = 100
"""With fewer calls shares and the load of the worst ten say nothing; averages need a day, or an hour, of data."""


class Verdict(StrEnum):
    """How a figure stands."""

    WITHIN = "within"
    ABOVE_TARGET = "above_target"
    BEYOND = "beyond"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure: its target, and the limit beyond which the system is not manageable (None where there is one only).

    `least` turns both round: the figure should not be smaller.
    """

    key: str
    value: float
    unit: str
    target: float
    limit: float | None
    verdict: Verdict
    least: bool = False


def indicators(told: Statistics, operators: int) -> list[Indicator]:
    """Every indicator, per operator where the target is meant so.

    Args:
        told: the figures of the period.
        operators: seats that share the alarms.
    """
    share = told.calls / operators
    hours = max(told.span_s / 3600.0, 1e-9)
    of_three = max(1, sum(told.priorities[:3]))
    high, medium, low = (100.0 * told.priorities[i] / of_three for i in range(3))
    enough = told.calls >= ENOUGH_CALLS
    hour, day = hours >= 1.0, hours >= 24.0
    return [
        _judged("per_day", share / hours * 24.0, "1/d", 150, 300, enough=day),
        _judged("per_hour", share / hours, "1/h", 6, 12, enough=hour),
        _judged("per_10min", share / hours / 6.0, "1/10min", 1, 2, enough=hour),
        _judged("peak_hour", told.peak_hour.alarms / operators, "1/h", 15),
        _judged("peak_10min", told.peak_ten_minutes.alarms / operators, "1/10min", 10, 100),
        _judged("peak_minute", told.peak_minute.alarms / operators, "1/min", 2),
        _judged("flood_windows", 100.0 * told.flood_windows, "%", 1),
        _judged("flood_time", 100.0 * told.flood_time, "%", 1),
        _judged("top_load", 100.0 * told.top_load, "%", 1, 5, enough=enough),
        _judged("chattering", told.chattering_points, "", 0),
        _judged("fleeting", told.fleeting_calls, "", 0),
        _judged("stale", float(np.max(told.stale, initial=0)), "", 4),
        _judged("share_high", high, "%", 5, enough=enough),
        _judged("share_medium", medium, "%", 15, enough=enough),
        _judged("share_low", low, "%", 80, least=True, enough=enough),
        _judged("unauthorised", told.unauthorised, "", 0),
    ]


def enough_data(told: Statistics) -> bool:
    """Whether the period is as long as the targets are meant for."""
    return told.to_ns - told.from_ns >= ENOUGH_DAYS * 86_400 * NS_PER_S


def _judged(
    key: str,
    value: float,
    unit: str,
    target: float,
    limit: float | None = None,
    *,
    least: bool = False,
    enough: bool = True,
) -> Indicator:
    sign = -1.0 if least else 1.0
    if not enough:
        verdict = Verdict.TOO_FEW
    elif sign * value <= sign * target:
        verdict = Verdict.WITHIN
    elif limit is not None and sign * value <= sign * limit:
        verdict = Verdict.ABOVE_TARGET
    else:
        verdict = Verdict.BEYOND
    return Indicator(key, float(value), unit, target, limit, verdict, least)
