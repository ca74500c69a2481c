"""The figures of a period: what was raised and what became of it, by kind, hour, day and place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.time import NS_PER_S
from twin.alarm_statistics.behaviour import acknowledged_after_s, chattering, day_starts, fleeting, stale_by_day
from twin.alarm_statistics.rates import (
    FLOOD_BEGINS_ABOVE,
    HOUR_S,
    MINUTE_S,
    TEN_MINUTES_S,
    Flood,
    floods,
    peak,
    per_hour,
    windows_above,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from twin.alarm_statistics.changes import Changes

MOST = 10
"""How many bad actors are named."""


@dataclass(frozen=True, slots=True)
class KindCount:
    """One kind of alarm in the period: alarms raised in it, and what had become of those by its end."""

    kind: str
    raised: int
    acknowledged: int
    handled: int
    open: int
    quiet: int
    calls: int


@dataclass(frozen=True, slots=True)
class Peak:
    """The busiest window."""

    alarms: int
    from_ns: int | None


@dataclass(frozen=True, eq=False)
class Statistics:
    """The figures of [from_ns, to_ns).

    Attributes:
        calls: how often an operator was called (raised or raised again, neither shelved nor suppressed).
        kinds: by kind, the most frequent first.
        hour_ns, hourly: (h,) the hours of the clock, and (h, 4) calls of each priority in each.
        day_ns, daily, stale: (d,) the local days, calls in each, alarms stale in each.
        priorities: calls of priority 1 … 4.
        peak_minute, peak_ten_minutes, peak_hour: the busiest windows of the clock.
        floods: when, how many.
        flood_windows, flood_time: share of 10-minute windows above the limit; share of the time in flood; 0 … 1.
        top: by points, assets, fences and people, (code or what it is about, calls), the worst ten of each.
        top_load: share of all calls that the ten worst points make; 0 … 1.
        chattering_points, chattering_calls, fleeting_calls: alarms that misbehave.
        answer_s: median and 95th percentile of seconds until acknowledged; None when none was.
        unauthorised: shelved or taken out of service without a name or a reason.
    """

    from_ns: int
    to_ns: int
    calls: int
    kinds: tuple[KindCount, ...]
    hour_ns: NDArray[np.int64]
    hourly: NDArray[np.int64]
    day_ns: NDArray[np.int64]
    daily: NDArray[np.int64]
    stale: NDArray[np.int64]
    priorities: tuple[int, int, int, int]
    peak_minute: Peak
    peak_ten_minutes: Peak
    peak_hour: Peak
    floods: tuple[Flood, ...]
    flood_windows: float
    flood_time: float
    top: dict[str, list[tuple[tuple[str, ...], int]]]
    top_load: float
    chattering_points: int
    chattering_calls: int
    fleeting_calls: int
    answer_s: tuple[float, float] | None
    unauthorised: int

    @property
    def span_s(self) -> float:
        """Length of the period, seconds."""
        return (self.to_ns - self.from_ns) / NS_PER_S


def statistics(changes: Changes, from_ns: int, to_ns: int, timezone: str) -> Statistics:
    """The figures of a period.

    Args:
        changes: all in the period, and before it those of alarms that were open at its beginning.
        from_ns: beginning, UTC ns.
        to_ns: end, UTC ns; later than the beginning.
        timezone: IANA name; days are local.
    """
    within = (changes.t_ns >= from_ns) & (changes.t_ns < to_ns)
    called = within & changes.sounding
    t_ns, priority, point = changes.t_ns[called], changes.priority[called], changes.points()[called]
    days = day_starts(from_ns, to_ns, timezone)
    found = floods(t_ns, to_ns)
    chatters = chattering(t_ns, point)
    hourly = per_hour(t_ns, priority, from_ns, to_ns)
    answers = acknowledged_after_s(changes.of(within))
    worst = sorted(Counter(point.tolist()).values(), reverse=True)[:MOST]
    return Statistics(
        from_ns=from_ns,
        to_ns=to_ns,
        calls=len(t_ns),
        kinds=_kinds(changes, within, called),
        hour_ns=(from_ns // (HOUR_S * NS_PER_S) + np.arange(len(hourly))) * (HOUR_S * NS_PER_S),
        hourly=hourly,
        day_ns=days[:-1],
        daily=np.diff(np.searchsorted(t_ns, days)),
        stale=stale_by_day(changes, days, to_ns),
        priorities=tuple(int((np.clip(priority, 1, 4) == which).sum()) for which in (1, 2, 3, 4)),  # type: ignore[arg-type] # four of them
        peak_minute=Peak(*peak(t_ns, MINUTE_S)),
        peak_ten_minutes=Peak(*peak(t_ns, TEN_MINUTES_S)),
        peak_hour=Peak(*peak(t_ns, HOUR_S)),
        floods=tuple(found),
        flood_windows=windows_above(t_ns, from_ns, to_ns, TEN_MINUTES_S, FLOOD_BEGINS_ABOVE),
        flood_time=sum(flood.to_ns - flood.from_ns for flood in found) / (to_ns - from_ns),
        top=_top(changes.of(called)),
        top_load=sum(worst) / len(t_ns) if len(t_ns) else 0.0,
        chattering_points=len(np.unique(point[chatters])),
        chattering_calls=int(chatters.sum()),
        fleeting_calls=int((fleeting(changes) & called).sum()),
        answer_s=(float(np.median(answers)), float(np.percentile(answers, 95))) if len(answers) else None,
        unauthorised=_unauthorised(changes, within),
    )


def _kinds(changes: Changes, within: NDArray[np.bool_], called: NDArray[np.bool_]) -> tuple[KindCount, ...]:
    """Alarms raised in the period by kind, with how each stands at its end."""
    raised: dict[str, str] = {}
    quiet: set[str] = set()
    acknowledged: set[str] = set()
    last: dict[str, tuple[str, str]] = {}
    rows = zip(
        changes.alarm.tolist(), changes.cause.tolist(), changes.kind.tolist(), changes.state.tolist(),
        changes.stage.tolist(), changes.quiet.tolist(), within.tolist(), strict=True,
    )  # fmt: skip
    for alarm, cause, kind, state, stage, is_quiet, inside in rows:
        if not inside:
            continue
        if cause == "raised":
            raised[alarm] = kind
            if is_quiet:
                quiet.add(alarm)
        if cause == "acknowledged":
            acknowledged.add(alarm)
        last[alarm] = (state, stage)
    calls = Counter(changes.kind[called].tolist())
    kinds = sorted({*raised.values(), *calls}, key=lambda kind: (-calls[kind], kind))
    of = {kind: [alarm for alarm, its in raised.items() if its == kind] for kind in kinds}
    return tuple(
        KindCount(
            kind=kind,
            raised=len(of[kind]),
            acknowledged=sum(alarm in acknowledged for alarm in of[kind]),
            handled=sum(last[alarm][1] == "closed" for alarm in of[kind]),
            open=sum(last[alarm][0] != "normal" for alarm in of[kind]),
            quiet=sum(alarm in quiet for alarm in of[kind]),
            calls=calls[kind],
        )
        for kind in kinds
    )


def _top(called: Changes) -> dict[str, list[tuple[tuple[str, ...], int]]]:
    """The worst ten by what they are about."""
    points = zip(
        called.kind.tolist(), called.fence.tolist(), called.sensor.tolist(), called.asset.tolist(),
        called.subject.tolist(), strict=True,
    )  # fmt: skip
    columns: dict[str, Sequence[tuple[str, ...]]] = {
        "points": list(points),
        "assets": [
            (asset or sensor,) for asset, sensor in zip(called.asset.tolist(), called.sensor.tolist(), strict=True)
        ],
        "fences": [(fence,) for fence in called.fence.tolist()],
        "people": [(subject,) for subject in called.subject.tolist()],
    }
    return {name: _worst([key for key in column if any(key)]) for name, column in columns.items()}


def _worst(keys: Sequence[tuple[str, ...]]) -> list[tuple[tuple[str, ...], int]]:
    return sorted(Counter(keys).items(), key=lambda item: (-item[1], item[0]))[:MOST]


def _unauthorised(changes: Changes, within: NDArray[np.bool_]) -> int:
    silenced = within & np.isin(changes.cause, ("shelved", "out_of_service"))
    return int((silenced & ((changes.by == "") | (changes.reason == ""))).sum())
