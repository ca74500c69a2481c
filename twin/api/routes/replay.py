"""Replay: tracks of many people as one binary block, and everything else that happened in a stretch."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import numpy as np
from fastapi import APIRouter, Query, Response

from gis.store.journal import alarms_at, read_entries
from gis.store.paths import TrackChunk
from gis.store.positions import standing_at
from gis.store.readings import StoredReading, latest
from gis.store.replays import entries_between, thinned_readings
from gis.store.stays import inside_at
from gis.store.subjects import tracked_subjects
from gis.store.tracks import read_tracks
from gis.time import NS_PER_MS, NS_PER_S, format_time
from twin.api import records
from twin.api.alarm_records import alarm_record
from twin.api.answers import InstantText, Subjects, TheDeps, answer, span
from twin.api.live_messages import MoverRow
from twin.api.live_schemas import InsideNow
from twin.api.permissions import Permission, permitted
from twin.api.problems import BadRequestError
from twin.api.replay_schemas import ReplayAlarm, ReplayEvents, ReplayReadings
from twin.api.replay_tracks import encode_tracks, path_of
from twin.api.routes.alarms import crossing_from, read_alarm
from twin.api.routes.history import SLOW_MS, Beginning, Quality, gaps_between
from twin.api.smoothed import MARGIN_NS, smoothed
from twin.effects import WeatherChanged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from gis.store.journal import JournalEntry
    from gis.store.positions import Standing
    from twin.api.directory import Directory
    from twin.api.live_schemas import WeatherNow

router = APIRouter(tags=["history"])
TRACKS = "application/vnd.plant-twin.tracks"
DEFAULT_SPAN_S = 600.0
LONGEST_S = 86_400.0
MOST_SUBJECTS = 1000
# Seconds of all subjects together; at one fix a second about as many fixes, and 12 bytes each.
MOST_SUBJECT_S = 400_000.0
MOST_ENTRIES = 20_000
MOST_POINTS = 600
# A stretch that ended longer ago does not change any more, but for fixes that come very late.
SETTLED_AFTER_S = 120.0
KEPT_S = 600
LOOK_BACK_NS = 3600 * NS_PER_S
HAPPENED = ("alarm", "ack", "crossing", "weather")


@router.get("/plants/{plant}/replay/tracks", response_class=Response, **permitted(Permission.HISTORY_VIEW))
async def tracks(
    deps: TheDeps,
    plant: str,
    from_: Beginning = None,
    to: InstantText = None,
    subjects: Subjects = None,
    quality: Quality = "measured",
) -> Response:
    """Everybody's fixes in a stretch, and each one's last fix before it, as one binary block (docs/architecture.md)."""
    directory = deps.model(plant).directory
    now_ns = deps.clock.now_ns()
    from_ns, to_ns = span(from_, to, now_ns, DEFAULT_SPAN_S, LONGEST_S)
    frame = directory.plant.head.frame

    def question(connection: Connection) -> bytes:
        names = subjects
        if names is None:
            names = tracked_subjects(connection, plant, from_ns, to_ns)
        _bounded(len(names), from_ns, to_ns)
        chunks: dict[str, list[TrackChunk]] = defaultdict(list)
        known = [*directory.people, *directory.vehicles] if subjects is None else subjects
        for chunk in _before(standing_at(connection, plant, frame, from_ns - 1, known)):
            if subjects is None or chunk.subject in subjects:
                chunks[chunk.subject].append(chunk)
        margin = MARGIN_NS if quality == "smoothed" else 0
        read = read_tracks(connection, plant, frame, from_ns - margin, to_ns + margin, subjects)
        for chunk in _smoothed(read, from_ns, to_ns, directory) if margin else read:
            chunks[chunk.subject].append(chunk)
        rows = [mover_row(subject, chunks[subject][-1].tag_id, directory) for subject in sorted(chunks)]
        paths = {subject: path_of(parts, from_ns) for subject, parts in chunks.items()}
        return encode_tracks(rows, paths, from_ns / NS_PER_MS, to_ns / NS_PER_MS, smoothed=quality == "smoothed")

    body = await deps.history.ask(question, SLOW_MS)
    settled = now_ns - to_ns > SETTLED_AFTER_S * NS_PER_S
    return Response(body, media_type=TRACKS, headers={"Cache-Control": f"private, max-age={KEPT_S if settled else 0}"})


@router.get("/plants/{plant}/replay/events", response_model=ReplayEvents, **permitted(Permission.HISTORY_VIEW))
async def events(
    deps: TheDeps,
    plant: str,
    from_: Beginning = None,
    to: InstantText = None,
    points: Annotated[int, Query(ge=0, le=MOST_POINTS, description="Most values of each sensor; 0: no readings.")] = 0,
) -> Response:
    """Alarms as they changed, crossings, gaps and records of a stretch, and each sensor's values, thinned."""
    model = deps.model(plant)
    directory = model.directory
    now_ns = deps.clock.now_ns()
    from_ns, to_ns = span(from_, to, now_ns, DEFAULT_SPAN_S, LONGEST_S)

    def question(connection: Connection) -> ReplayEvents:
        entries = _entries(connection, plant, from_ns, to_ns)
        standing = [
            ReplayAlarm(t=format_time(from_ns), cause="standing", alarm=alarm_record(read_alarm(body), directory))
            for body in alarms_at(connection, plant, from_ns - 1)
        ]
        return ReplayEvents(
            t_from=format_time(from_ns),
            t_to=format_time(to_ns),
            alarms=standing + [_alarm(entry, directory) for entry in entries if "alarm" in entry.body],
            inside=[
                InsideNow(subject=subject, fence=fence, since=format_time(since_ns))
                for subject, fence, since_ns in inside_at(connection, plant, from_ns - 1)
            ],
            crossings=[_crossing(entry) for entry in entries if entry.kind == "crossing"],
            weather=_weather(connection, plant, from_ns, entries),
            gaps=gaps_between(connection, plant, from_ns, to_ns, now_ns),
            zones=[records.zone_record(one) for one in _held(directory.plant.zones, from_ns, to_ns)],
            fences=[records.fence_record(one) for one in _held(directory.plant.fences, from_ns, to_ns)],
            sensors=[
                records.sensor_record(one, directory, None) for one in _held(directory.plant.sensors, from_ns, to_ns)
            ],
            cameras=[
                records.camera_record(one, directory, None) for one in _held(directory.plant.cameras, from_ns, to_ns)
            ],
            readings=_readings(connection, plant, from_ns, to_ns, points) if points else [],
        )

    return answer(await deps.history.ask(question, SLOW_MS))


def mover_row(subject: str, tag: str, directory: Directory) -> MoverRow:
    """Who a track belongs to, as the people table says it."""
    person = directory.people.get(subject)
    vehicle = directory.vehicles.get(subject)
    role = directory.role_of(subject)
    glyph = "vehicle" if vehicle is not None else "ring"
    return MoverRow(
        id=subject,
        kind=directory.kind_of(subject),
        names=directory.names_of(subject),
        role=role,
        glyph=directory.glyphs.get(role or "", "circle") if person is not None else glyph,
        team=person.team if person is not None else None,
        tag=tag,
        battery_pct=None,
    )


def _bounded(subjects: int, from_ns: int, to_ns: int) -> None:
    most_s = MOST_SUBJECT_S / max(1, subjects)
    if (to_ns - from_ns) / NS_PER_S > most_s or subjects > MOST_SUBJECTS:
        raise BadRequestError(
            f"{subjects} subjects: at most {most_s:.0f} s at once", "span_too_long", longest_s=float(int(most_s))
        )


def _before(standing: Standing) -> Iterator[TrackChunk]:
    """The last fix of each as a chunk of one."""
    for i, (subject, tag) in enumerate(zip(standing.subject, standing.tag, strict=True)):
        one = slice(i, i + 1)
        yield TrackChunk(
            subject=subject,
            tag_id=tag,
            t_ns=standing.t_ns[one],
            xyz_m=standing.xyz_m[one],
            cov_m2=standing.cov_m2[one],
            velocity_mps=standing.velocity_mps[one],
            p_still=standing.p_still[one],
            status=standing.status[one],
            reasons=standing.reasons[one],
            first_seq=0,
            last_seq=0,
        )


def _smoothed(chunks: Sequence[TrackChunk], from_ns: int, to_ns: int, directory: Directory) -> list[TrackChunk]:
    by_subject: dict[str, list[TrackChunk]] = defaultdict(list)
    for chunk in chunks:
        by_subject[chunk.subject].append(chunk)
    return [
        better
        for subject, parts in by_subject.items()
        for better in smoothed(parts, from_ns, to_ns, drives=directory.kind_of(subject) == "vehicle")
    ]


def _entries(connection: Connection, plant: str, from_ns: int, to_ns: int) -> list[JournalEntry]:
    found = entries_between(connection, plant, from_ns, to_ns, HAPPENED)
    if found > MOST_ENTRIES:
        raise BadRequestError(f"{found} events in this stretch: ask for less of it", "too_many_events", found=found)
    return read_entries(connection, plant, from_ns, to_ns, HAPPENED)


def _alarm(entry: JournalEntry, directory: Directory) -> ReplayAlarm:
    told = alarm_record(read_alarm(entry.body["alarm"]), directory)
    return ReplayAlarm(t=format_time(entry.t_ns), cause=str(entry.body.get("cause", "")), alarm=told)


def _crossing(entry: JournalEntry) -> Any:
    return crossing_from(entry.body | {"seq": entry.seq, "t_ns": entry.t_ns, "subject": entry.subject})


def _weather(connection: Connection, plant: str, from_ns: int, entries: Sequence[JournalEntry]) -> list[WeatherNow]:
    before = read_entries(connection, plant, from_ns - LOOK_BACK_NS, from_ns, ("weather",))
    told = [*before[-1:], *(entry for entry in entries if entry.kind == "weather")]
    return [
        records.weather_now(msgspec.convert(entry.body | {"seq": entry.seq, "t_ns": entry.t_ns}, WeatherChanged))
        for entry in told
    ]


def _held(versions: Sequence[Any], from_ns: int, to_ns: int) -> list[Any]:
    """The versions that held in any part of a stretch."""
    return [one for one in versions if one.valid_from < to_ns and (one.valid_to is None or one.valid_to > from_ns)]


def _readings(connection: Connection, plant: str, from_ns: int, to_ns: int, points: int) -> list[ReplayReadings]:
    by_sensor: dict[str, list[StoredReading]] = defaultdict(list)
    for reading in [
        *latest(connection, plant, from_ns - 1),
        *thinned_readings(connection, plant, from_ns, to_ns, points),
    ]:
        if np.isfinite(reading.value):
            by_sensor[reading.sensor].append(reading)
    return [
        ReplayReadings(
            sensor=sensor,
            t_ms=[one.t_ns / NS_PER_MS for one in values],
            value=[one.value for one in values],
            quality=[one.quality for one in values],
        )
        for sensor, values in sorted(by_sensor.items())
    ]
