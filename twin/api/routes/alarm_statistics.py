"""Statistics of alarms: counts per kind, trend, the worst, and the figures beside published targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Response

from gis.plant import Names
from gis.store.alarm_changes import alarm_changes, recorded_from
from gis.time import NS_PER_MS, format_time
from twin.alarm_statistics.changes import Changes, changes_of
from twin.alarm_statistics.summary import statistics
from twin.alarm_statistics.targets import enough_data, indicators
from twin.api.alarm_statistics_schemas import (
    AlarmStatistics,
    FloodRecord,
    IndicatorRecord,
    KindCountRecord,
    PeakRecord,
    TopRecord,
)
from twin.api.answers import InstantText, TheDeps, answer, span
from twin.api.permissions import Permission, permitted
from twin.api.routes.history import gaps_between

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from twin.alarm_statistics.summary import Peak, Statistics
    from twin.api.directory import Directory

router = APIRouter(tags=["alarms"])
LONGEST_S = 92 * 86_400.0
SLOW_MS = 20_000
MOST_FLOODS = 50


@router.get("/plants/{plant}/alarm-statistics", response_model=AlarmStatistics, **permitted(Permission.ALARM_VIEW))
async def alarm_statistics(
    deps: TheDeps,
    plant: str,
    from_: Annotated[str | None, Query(alias="from", max_length=40, description="By default 24 h before `to`.")] = None,
    to: InstantText = None,
    operators: Annotated[int, Query(ge=1, le=50, description="Seats that share the alarms.")] = 1,
) -> Response:
    """How the alarm system did in a period of at most 92 days, counted from the journal."""
    directory = deps.model(plant).directory
    now_ns = deps.clock.now_ns()
    asked_ns, to_ns = span(from_, to, now_ns, 86_400.0, LONGEST_S)
    to_ns = max(min(to_ns, now_ns), asked_ns + 1)

    def question(connection: Connection) -> tuple[int, Changes, int]:
        begun_ns = recorded_from(connection, plant)
        from_ns = min(max(asked_ns, to_ns - 1 if begun_ns is None else begun_ns), to_ns - 1)
        gaps = gaps_between(connection, plant, from_ns, to_ns, now_ns)
        return from_ns, changes_of(alarm_changes(connection, plant, from_ns, to_ns)), len(gaps)

    from_ns, changes, gaps = await deps.history.ask(question, SLOW_MS)
    told = statistics(changes, from_ns, to_ns, directory.plant.head.timezone)
    return answer(statistics_record(told, directory, asked_ns, operators, gaps))


def statistics_record(
    told: Statistics, directory: Directory, asked_ns: int, operators: int, gaps: int
) -> AlarmStatistics:
    """The figures with names."""
    return AlarmStatistics(
        t_from=format_time(told.from_ns),
        t_to=format_time(told.to_ns),
        asked_from=format_time(asked_ns),
        timezone=directory.plant.head.timezone,
        operators=operators,
        enough_data=enough_data(told),
        gaps=gaps,
        calls=told.calls,
        kinds=[KindCountRecord(**{name: getattr(one, name) for name in one.__slots__}) for one in told.kinds],
        hour_ms=(told.hour_ns / NS_PER_MS).tolist(),
        hourly=told.hourly.tolist(),
        day_ms=(told.day_ns / NS_PER_MS).tolist(),
        daily=told.daily.tolist(),
        stale=told.stale.tolist(),
        priorities=list(told.priorities),
        peak_minute=_peak(told.peak_minute),
        peak_ten_minutes=_peak(told.peak_ten_minutes),
        peak_hour=_peak(told.peak_hour),
        floods=[
            FloodRecord(
                t_from=format_time(flood.from_ns), t_to=format_time(flood.to_ns), alarms=flood.alarms, peak=flood.peak
            )
            for flood in told.floods[: -MOST_FLOODS - 1 : -1]
        ],
        flood_count=len(told.floods),
        top={name: [_top(key, calls, directory) for key, calls in worst] for name, worst in told.top.items()},
        chattering_calls=told.chattering_calls,
        answer_median_s=None if told.answer_s is None else told.answer_s[0],
        answer_p95_s=None if told.answer_s is None else told.answer_s[1],
        indicators=[
            IndicatorRecord(
                key=one.key,
                value=one.value,
                unit=one.unit,
                target=one.target,
                limit=one.limit,
                least=one.least,
                verdict=one.verdict.value,
            )
            for one in indicators(told, operators)
        ],
    )


def _peak(peak: Peak) -> PeakRecord:
    return PeakRecord(alarms=peak.alarms, t_from=None if peak.from_ns is None else format_time(peak.from_ns))


def _top(key: tuple[str, ...], calls: int, directory: Directory) -> TopRecord:
    """A point is its kind and all it is about; the others are one code."""
    kind = key[0] if len(key) > 1 else None
    codes = [code for code in (key[1:] if len(key) > 1 else key) if code]
    names = [_names(code, directory) for code in codes]
    return TopRecord(
        code=" · ".join(codes),
        names=Names(zh=" · ".join(one.zh for one in names), en=" · ".join(one.en for one in names)),
        kind=kind,
        calls=calls,
    )


def _names(code: str, directory: Directory) -> Names:
    record = directory.fences.get(code) or directory.assets.get(code) or directory.sensors.get(code)
    return record.names if record is not None else directory.names_of(code)
