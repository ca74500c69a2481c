"""Why an alarm was raised, from what is stored, and whether the same inputs raise it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Response

from gis.plant import Limits
from gis.store.journal import alarm_story, alarms_at, read_entries
from gis.store.plants import load_plant
from gis.store.sensor_values import sensor_values
from gis.store.stays import inside_at
from gis.store.tracks import read_tracks
from gis.time import NS_PER_MS, NS_PER_S, format_time
from twin.api import records
from twin.api.alarm_desk_schemas import (
    AlarmExplanation,
    DifferenceRecord,
    ExplainedReadings,
    RerunRecord,
    StoryLine,
)
from twin.api.alarm_records import alarm_record
from twin.api.answers import TheDeps, answer
from twin.api.directory import Directory
from twin.api.explained import explained_path, with_ellipse
from twin.api.permissions import Permission, permitted
from twin.api.problems import MissingError
from twin.api.routes.alarms import read_alarm
from twin.api.routes.history import gaps_between
from twin.events import Reading
from twin.explain.difference import Verdict, differences
from twin.explain.recorded import Recorded, reach_of
from twin.explain.rerun import rerun

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gis.plant import Fence, Plant
    from gis.store.journal import JournalEntry
    from twin.api.context import Deps
    from twin.effects import Alarm

router = APIRouter(tags=["alarms"])
SLOW_MS = 30_000
AROUND_NS = 120 * NS_PER_S
LONGEST_NS = 1800 * NS_PER_S
MOST_PATHS = 20


@router.get(
    "/plants/{plant}/alarms/{alarm}/explain",
    response_model=AlarmExplanation,
    **permitted(Permission.HISTORY_VIEW),
)
async def explain(deps: TheDeps, plant: str, alarm: str) -> Response:
    """The fixes, probabilities, fence and rule that raised an alarm, the path around it, and its story."""
    return answer(await deps.history.ask(lambda connection: _explained(connection, deps, plant, alarm), SLOW_MS))


@router.post("/plants/{plant}/alarms/{alarm}/rerun", response_model=RerunRecord, **permitted(Permission.HISTORY_VIEW))
async def rerun_alarm(deps: TheDeps, plant: str, alarm: str) -> Response:
    """Rebuild the world around an alarm from what is stored, step the same code over it, and compare."""
    return answer(await deps.history.ask(lambda connection: _rerun(connection, deps, plant, alarm), SLOW_MS))


def recorded_around(connection: Connection, plant: str, alarm: Alarm, now_ns: int) -> Recorded:
    """What the store has of the time around an alarm, given as it was raised."""
    reach = reach_of(alarm)
    if reach.missing:
        return Recorded(alarm, reach, ())
    plants = _plants(connection, plant, reach.from_ns, reach.to_ns)
    frame = plants[0][1].head.frame
    subjects = list(reach.subjects) if reach.subjects is not None else None
    chunks = read_tracks(connection, plant, frame, reach.from_ns, reach.to_ns, subjects) if subjects != [] else []
    sensor = reach.sensor
    values = sensor_values(connection, plant, sensor, reach.from_ns, reach.to_ns) if sensor is not None else []
    return Recorded(
        alarm=alarm,
        reach=reach,
        plants=plants,
        inside=tuple(inside_at(connection, plant, reach.from_ns)),
        open_alarms=tuple(read_alarm(body) for body in alarms_at(connection, plant, reach.from_ns)),
        chunks=tuple(chunks),
        readings=tuple(Reading(*value) for value in values),
        gaps=len(gaps_between(connection, plant, reach.from_ns, reach.to_ns, now_ns)),
    )


def _plants(connection: Connection, plant: str, from_ns: int, to_ns: int) -> tuple[tuple[int, Plant], ...]:
    """The records as they were at the beginning and after every change of them."""
    changed = {entry.t_ns for entry in read_entries(connection, plant, from_ns, to_ns, ("plant",))}
    for fence in load_plant(connection, plant).fences:
        changed |= {t for t in (fence.valid_from, fence.valid_to) if t is not None and from_ns < t < to_ns}
    moments = [from_ns, *sorted(changed)]
    return tuple((t_ns, load_plant(connection, plant, t_ns)) for t_ns in moments)


def _rerun(connection: Connection, deps: Deps, plant: str, name: str) -> RerunRecord:
    told, _ = _as_raised(connection, deps, plant, name)
    kept = recorded_around(connection, plant, told, deps.clock.now_ns())
    head = {"t_from": format_time(kept.reach.from_ns), "t_to": format_time(kept.reach.to_ns), "gaps": kept.gaps}
    if kept.missing:
        return RerunRecord(
            verdict=Verdict.IMPOSSIBLE.value,
            missing=list(kept.missing),
            differences=[],
            alarm=None,
            events=0,
            fixes=0,
            readings=0,
            **head,
        )
    again = rerun(kept)
    found = differences(told, again.alarm)
    then = Directory(kept.plants[-1][1], told.raised_ns)
    return RerunRecord(
        verdict=(Verdict.DIFFERENT if found else Verdict.SAME).value,
        missing=[],
        differences=[DifferenceRecord(what=one.what, was=one.was, now=one.now) for one in found],
        alarm=None if again.alarm is None else alarm_record(again.alarm, then),
        events=again.events,
        fixes=again.fixes,
        readings=again.readings,
        **head,
    )


def _as_raised(connection: Connection, deps: Deps, plant: str, name: str) -> tuple[Alarm, list[JournalEntry]]:
    """An alarm as it was when it was raised, and its story; the store may be behind the present by a moment."""
    story = alarm_story(connection, plant, name)
    if story:
        return read_alarm(story[0].body["alarm"]), story
    found = deps.model(plant).alarms.get(name)
    if found is None:
        raise MissingError("no such alarm", "unknown_alarm", alarm=name)
    return found, []


def _explained(connection: Connection, deps: Deps, plant: str, name: str) -> AlarmExplanation:
    model = deps.model(plant)
    told, story = _as_raised(connection, deps, plant, name)
    kept = recorded_around(connection, plant, told, deps.clock.now_ns())
    begun_ns = min([told.raised_ns, told.since_ns or told.raised_ns, *(f.t_ns for f in told.evidence)])
    ended_ns = next((entry.t_ns for entry in story if entry.body.get("cause") == "returned"), told.raised_ns)
    from_ns, to_ns = begun_ns - AROUND_NS, ended_ns + AROUND_NS
    if to_ns - from_ns > LONGEST_NS:
        from_ns = max(from_ns, told.raised_ns - LONGEST_NS // 2)
        to_ns = min(to_ns, from_ns + LONGEST_NS)
    fence = model.directory.fence_versions.get((told.fence or "", told.fence_version or 0))
    everybody = [subject for subject in dict.fromkeys([told.subject, *told.subjects]) if subject]
    frame = model.plant.head.frame
    chunks = read_tracks(connection, plant, frame, from_ns, to_ns, everybody[:MOST_PATHS]) if everybody else []
    return AlarmExplanation(
        alarm=alarm_record(told, model.directory),
        t_from=format_time(from_ns),
        t_to=format_time(to_ns),
        since=format_time(begun_ns),
        raised=format_time(told.raised_ns),
        fence=None if fence is None else records.fence_record(fence),
        fence_now=_version_now(model.directory, told.fence),
        fence_unknown=told.fence is not None and fence is None,
        rule_version=told.rule_version,
        parameters=_parameters(told, fence),
        evidence=[with_ellipse(fix, frame) for fix in told.evidence],
        paths=[
            explained_path(subject, [chunk for chunk in chunks if chunk.subject == subject], fence, model.directory)
            for subject in everybody[:MOST_PATHS]
        ],
        paths_left_out=max(0, len(everybody) - MOST_PATHS),
        readings=_readings(connection, plant, told, from_ns, to_ns, model.directory),
        story=[_line(entry) for entry in story],
        missing=list(kept.missing),
        gaps=kept.gaps,
    )


def _version_now(directory: Directory, fence: str | None) -> int | None:
    held = directory.fences.get(fence or "")
    return None if held is None else held.version


def _parameters(alarm: Alarm, fence: Fence | None) -> dict[str, float]:
    own: dict[str, float] = dict(alarm.parameters)
    if fence is not None:
        own |= {
            "enter_probability": fence.enter_probability,
            "exit_probability": fence.exit_probability,
            "confirm_fixes": float(fence.confirm_fixes),
        }
    return own


def _readings(
    connection: Connection, plant: str, alarm: Alarm, from_ns: int, to_ns: int, directory: Directory
) -> ExplainedReadings | None:
    sensor = alarm.sensor
    if sensor is None:
        return None
    values = sensor_values(connection, plant, sensor, from_ns, to_ns, most=5000)
    known = directory.sensors.get(sensor)
    return ExplainedReadings(
        sensor=sensor,
        unit=known.unit if known is not None else alarm.unit,
        limits=known.limits if known is not None else Limits(),
        t_ms=[one.t_ns / NS_PER_MS for one in values],
        value=[one.value for one in values],
        quality=[one.quality for one in values],
    )


def _line(entry: JournalEntry) -> StoryLine:
    body: dict[str, Any] = entry.body
    told = body["alarm"]
    by = body.get("by") or (told.get("acknowledged_by") if body.get("cause") == "acknowledged" else "")
    return StoryLine(
        seq=entry.seq,
        t=format_time(entry.t_ns),
        cause=str(body.get("cause", "")),
        by=str(by or ""),
        why=str(body.get("why") or ""),
        state=str(told["state"]),
    )
