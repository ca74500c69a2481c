"""PATROL: a point of a round was not visited long enough in its window."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from gis.schedule import local_time, utc_ns, windows_near
from gis.time import NS_PER_S
from twin.core.conditions import Condition
from twin.core.fences import largest_sigma_m

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twin.core.rulebook import Round
    from twin.core.rules.scene import Scene
    from twin.core.watch import Occasion

PATROL = "PATROL"
RULE_VERSION = 1
_KEPT_NS = 48 * 3600 * NS_PER_S
_LEAVES = 1.3
"""A visit goes on until somebody is so many radii away."""

Arrivals = dict[tuple[str, str, int], int]
Visits = dict["Occasion", dict[str, tuple[int, str]]]


def observe_patrols(scene: Scene) -> tuple[Arrivals, Mapping[Occasion, Mapping[str, tuple[int, str]]]]:
    """Who is at which point since when, and what was visited, brought up to date."""
    watch = scene.world.watch
    arrivals: Arrivals = {}
    visits: Visits = {
        occasion: dict(points) for occasion, points in watch.visits.items() if scene.now_ns - occasion[1] < _KEPT_NS
    }
    for round_ in scene.book.rounds:
        open_ = [start for start, _, first, last in _occasions(scene, round_) if first <= scene.now_ns <= last]
        if not open_ or not len(round_.walkers):
            continue
        for point, subject, dwelt_s in _present(scene, round_, arrivals):
            if dwelt_s >= round_.route.points[point].dwell_s:
                for start_ns in open_:
                    _note(scene, round_, visits.setdefault((round_.route.code, start_ns), {}), point, subject)
    return arrivals, visits


def missed_patrols(scene: Scene) -> Iterator[Condition]:
    """Every round whose newest window is over with points not visited; until they are, or the next one begins."""
    for round_ in scene.book.rounds:
        route = round_.route
        over = [(start, last) for start, _, first, last in _occasions(scene, round_) if first <= scene.now_ns]
        if not over:
            continue
        start_ns, last_ns = max(over)
        watching_ns = scene.world.watch.since_ns
        if scene.now_ns <= last_ns or not watching_ns or watching_ns > start_ns:
            continue  # still time, or nobody was watching when it began
        visited = scene.world.watch.visits.get((route.code, start_ns), {})
        missing = [i for i, point in enumerate(route.points) if point.code not in visited]
        if not missing:
            continue
        x, y = (float(value) for value in round_.xy_m[missing[0]])
        yield Condition(
            key=(PATROL, route.code, ""),
            priority=4,
            place=(x, y, 0.0),
            rule_version=RULE_VERSION,
            subjects=tuple(sorted({who for _, who in visited.values()})),
            value=float(len(visited)),
            limit=float(len(route.points)),
            unit="points",
            parameters={"first_missing": float(missing[0] + 1), "window_s": start_ns / NS_PER_S},
            since_ns=last_ns,
            root=f"patrol:{route.code}",
        )


def _occasions(scene: Scene, round_: Round) -> list[tuple[int, int, int, int]]:
    """(start, end, from when, until when a visit counts) of the windows about now and of the day before, UTC ns."""
    zone = ZoneInfo(scene.book.timezone)
    local = local_time(scene.now_ns, scene.book.timezone)
    grace = timedelta(seconds=round_.route.grace_s)
    found = set()
    for window in round_.route.windows:
        for day in (local - timedelta(days=1), local):
            for start, end in windows_near(window, day):
                if start - grace <= local:
                    times = (start, end, start - grace, end + grace)
                    found.add(tuple(utc_ns(moment, zone) for moment in times))
    return sorted(found)  # type: ignore[arg-type] # four each


def _present(scene: Scene, round_: Round, arrivals: Arrivals) -> list[tuple[int, int, float]]:
    """(point, subject row, seconds there) of everybody at a point; `arrivals` is added to."""
    walkers = round_.walkers[scene.seen[round_.walkers]]
    gap = np.linalg.norm(scene.xy_m[walkers][:, None, :] - round_.xy_m[None, :, :], axis=-1)
    radius = np.array([point.radius_m for point in round_.route.points])
    sigma = largest_sigma_m(scene.world.tracks["ref_cov_m2"][walkers])
    found = []
    for who, point in np.argwhere(gap <= _LEAVES * radius + sigma[:, None]).tolist():
        subject = int(walkers[who])
        key = (round_.route.code, round_.route.points[point].code, subject)
        since_ns = scene.world.watch.arrivals.get(key)
        if since_ns is None and gap[who, point] > radius[point]:
            continue
        arrivals[key] = scene.now_ns if since_ns is None else since_ns
        found.append((point, subject, (scene.now_ns - arrivals[key]) / NS_PER_S))
    return found


def _note(scene: Scene, round_: Round, visited: dict[str, tuple[int, str]], point: int, subject: int) -> None:
    points = round_.route.points
    if points[point].code in visited:
        return
    if round_.route.ordered and any(before.code not in visited for before in points[:point]):
        return
    visited[points[point].code] = (scene.now_ns, scene.world.roster.carriers[subject].subject)
