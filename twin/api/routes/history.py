"""The past: the plant as it stood at an instant, tracks, trends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from gis.fix import r95_m
from gis.store.archives import archived_between
from gis.store.journal import alarms_at, read_gaps
from gis.store.musters import muster_at
from gis.store.positions import standing_at
from gis.store.readings import latest, read_series
from gis.store.stays import inside_at
from gis.store.subjects import tracked_subjects
from gis.store.tracks import read_tracks
from gis.time import NS_PER_MS, NS_PER_S, format_time
from twin.api.answers import (
    After,
    InstantText,
    Subjects,
    TheDeps,
    answer,
    answer_features,
    instant,
    next_link,
    span,
    wants_geojson,
)
from twin.api.directory import Directory
from twin.api.musters import muster_from
from twin.api.permissions import Permission, permitted
from twin.api.problems import MissingError
from twin.api.routes.alarms import read_alarm
from twin.api.schemas import GapRecord, SeriesRecord, TrackPage, TrackQuality, TrackRecord
from twin.api.selection import cut
from twin.api.smoothed import MARGIN_NS, smoothed
from twin.api.state import mover_rows, state_record
from twin.api.state_schemas import StateRecord
from twin.api.wire import Feature
from twin.events import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from gis.store.journal import JournalEntry
    from gis.store.tracks import TrackChunk

router = APIRouter(tags=["history"])
DEFAULT_SPAN_S = 600.0
LONGEST_TRACK_S = 86_400.0
# Seconds of all subjects of a page together; at one fix a second about as many fixes.
PAGE_SUBJECT_S = 400_000.0
LONGEST_TREND_S = 366 * 86_400.0
GAP_AROUND_S = 600.0
READINGS_BACK_S = 7 * 86_400.0
SLOW_MS = 20_000
Quality = Annotated[
    TrackQuality, Query(description="smoothed: each fix corrected by the fixes after it, for replay and inquiry.")
]
Beginning = Annotated[str | None, Query(alias="from", max_length=40, description="First instant; default 10 min ago.")]


@router.get("/plants/{plant}/state", response_model=StateRecord, **permitted(Permission.HISTORY_VIEW))
async def state(deps: TheDeps, plant: str, at: InstantText = None) -> Response:
    """The plant at one instant: who was where and inside what, readings, alarms, muster, and the records that held."""
    model = deps.model(plant)
    now_ns = deps.clock.now_ns()
    at_ns = min(instant(at, "at", now_ns), now_ns)
    then = Directory(model.plant, at_ns)
    return answer(await deps.history.ask(lambda connection: state_at(connection, then, at_ns, now_ns), SLOW_MS))


def state_at(connection: Connection, then: Directory, at_ns: int, now_ns: int) -> StateRecord:
    """The plant at an instant, by the store; `then` looks records up as they held at it."""
    plant = then.plant.head.code
    subjects = [*then.people, *then.vehicles]
    standing = standing_at(connection, plant, then.plant.head.frame, at_ns, subjects)
    around = round(GAP_AROUND_S * NS_PER_S)
    muster = muster_at(connection, plant, at_ns)
    return state_record(
        then,
        at_ns,
        movers=mover_rows(then, standing, at_ns),
        inside=inside_at(connection, plant, at_ns),
        alarms=[read_alarm(body) for body in alarms_at(connection, plant, at_ns)],
        readings=[Reading(*stored) for stored in latest(connection, plant, at_ns, oldest_s=READINGS_BACK_S)],
        muster=None if muster is None else muster_from(muster),
        gaps=gaps_between(connection, plant, at_ns - around, at_ns + around, now_ns),
    )


@router.get("/plants/{plant}/tracks", response_model=TrackPage, **permitted(Permission.HISTORY_VIEW))
async def tracks(
    request: Request,
    deps: TheDeps,
    plant: str,
    subject: Subjects = None,
    from_: Beginning = None,
    to: InstantText = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Most subjects of a page.")] = 100,
    after: After = None,
) -> Response:
    """Paths of people and vehicles in a stretch of at most a day, one item a subject."""
    directory = deps.model(plant).directory
    now_ns = deps.clock.now_ns()
    from_ns, to_ns = span(from_, to, now_ns, DEFAULT_SPAN_S, LONGEST_TRACK_S)
    frame = directory.plant.head.frame
    # A long stretch gives fewer subjects a page, so that no answer outgrows memory.
    most = max(1, min(limit, round(PAGE_SUBJECT_S * NS_PER_S / (to_ns - from_ns))))

    def question(connection: Connection) -> tuple[TrackPage, str | None]:
        names = tracked_subjects(connection, plant, from_ns, to_ns)
        if subject is not None:
            names = sorted(set(names) & set(subject))
        page, following = cut(names, str, after, most)
        by_subject: dict[str, list[TrackChunk]] = {name: [] for name in page}
        for chunk in read_tracks(connection, plant, frame, from_ns, to_ns, page) if page else []:
            by_subject[chunk.subject].append(chunk)
        items = [track_record(name, chunks, directory) for name, chunks in by_subject.items()]
        gaps = gaps_between(connection, plant, from_ns, to_ns, now_ns)
        link = next_link(request, following)
        return TrackPage(items=items, gaps=gaps, total=len(names), next=link), link

    page, link = await deps.history.ask(question, SLOW_MS)
    if wants_geojson(request):
        features = [track_feature(item, directory) for item in page.items if item.t_ms]
        return answer_features(request, features, page.total, link, format_time(now_ns))
    return answer(page)


@router.get("/plants/{plant}/people/{subject}/track", response_model=TrackRecord, **permitted(Permission.HISTORY_VIEW))
@router.get("/plants/{plant}/tracks/{subject}", response_model=TrackRecord, **permitted(Permission.HISTORY_VIEW))
async def track(
    request: Request,
    deps: TheDeps,
    plant: str,
    subject: str,
    from_: Beginning = None,
    to: InstantText = None,
    quality: Quality = "measured",
) -> Response:
    """The path of one person, vehicle or tag, as measured live or smoothed; empty when nothing was measured."""
    directory = deps.model(plant).directory
    from_ns, to_ns = span(from_, to, deps.clock.now_ns(), DEFAULT_SPAN_S, LONGEST_TRACK_S)
    frame = directory.plant.head.frame

    def question(connection: Connection) -> list[TrackChunk]:
        if quality == "measured":
            return read_tracks(connection, plant, frame, from_ns, to_ns, [subject])
        return read_tracks(connection, plant, frame, from_ns - MARGIN_NS, to_ns + MARGIN_NS, [subject])

    chunks = await deps.history.ask(question, SLOW_MS)
    if quality == "smoothed":
        # Not while the database waits: the first time the kernels are compiled.
        drives = directory.kind_of(subject) == "vehicle"
        chunks = await asyncio.to_thread(smoothed, chunks, from_ns, to_ns, drives=drives)
    item = track_record(subject, chunks, directory, quality)
    if wants_geojson(request):
        features = [track_feature(item, directory)] if item.t_ms else []
        return answer_features(request, features, len(features), None, format_time(deps.clock.now_ns()))
    return answer(item)


@router.get("/plants/{plant}/sensors/{code}/series", response_model=SeriesRecord, **permitted(Permission.HISTORY_VIEW))
async def series(
    deps: TheDeps,
    plant: str,
    code: str,
    from_: Beginning = None,
    to: InstantText = None,
    points: Annotated[int, Query(ge=1, le=5000, description="Most steps of the trend.")] = 500,
) -> Response:
    """A sensor's trend: least, mean and greatest good value of each step; a step without value is left out."""
    sensor = deps.model(plant).directory.sensors.get(code)
    if sensor is None:
        raise MissingError(f"no sensor {code!r}", "unknown_record", collection="sensors", record=code)
    from_ns, to_ns = span(from_, to, deps.clock.now_ns(), DEFAULT_SPAN_S, LONGEST_TREND_S)
    t_ns, least, mean, most = await deps.history.ask(
        lambda connection: read_series(connection, plant, code, from_ns, to_ns, points), SLOW_MS
    )
    return answer(
        SeriesRecord(
            sensor=code,
            unit=sensor.unit,
            t_from=format_time(from_ns),
            t_to=format_time(to_ns),
            limits=sensor.limits,
            t_ms=(t_ns / NS_PER_MS).tolist(),
            min=least.tolist(),
            mean=mean.tolist(),
            max=most.tolist(),
        )
    )


def track_record(
    subject: str, chunks: Sequence[TrackChunk], directory: Directory, quality: TrackQuality = "measured"
) -> TrackRecord:
    """The chunks of one subject as one path in time order (late fixes where they belong)."""

    def column(name: str, width: int = 0) -> Any:
        parts = [getattr(chunk, name) for chunk in chunks]
        return np.concatenate(parts) if parts else np.zeros((0, width) if width else 0)

    t_ns = column("t_ns")
    order = np.argsort(t_ns, kind="stable")
    xyz = np.round(column("xyz_m", 3)[order], 3)
    return TrackRecord(
        subject=subject,
        quality=quality,
        kind=directory.kind_of(subject),
        names=directory.names_of(subject),
        t_ms=(t_ns[order] / NS_PER_MS).tolist(),
        x_m=xyz[:, 0].tolist(),
        y_m=xyz[:, 1].tolist(),
        z_m=xyz[:, 2].tolist(),
        r95_m=np.round(r95_m(column("cov_m2", 3)[order]), 3).tolist(),
        p_still=np.round(column("p_still")[order], 3).tolist(),
        status=column("status")[order].astype(int).tolist(),
    )


def track_feature(track: TrackRecord, directory: Directory) -> Feature:
    """A path as a line (a single fix as a point) in degrees, heights above the site plane; times beside it."""
    lon, lat = directory.plant.head.frame.to_lonlat(track.x_m, track.y_m)
    places = [list(place) for place in zip(lon.round(8).tolist(), lat.round(8).tolist(), track.z_m, strict=True)]
    single = len(places) == 1
    return Feature(
        id=track.subject,
        geometry={"type": "Point" if single else "LineString", "coordinates": places[0] if single else places},
        properties=track.model_dump(mode="json", exclude={"x_m", "y_m", "z_m"}),
    )


def gaps_between(connection: Connection, plant: str, from_ns: int, to_ns: int, now_ns: int) -> list[GapRecord]:
    """The stretches of which something is missing that touch [from, to].

    A gap is written down under its end, which may be long after the stretch. Days that are in the archive are missing,
    too, until somebody attaches them.
    """
    entries = read_gaps(connection, plant, from_ns, max(to_ns, now_ns) + 1)
    lost = [gap_record(entry) for entry in entries if entry.body.get("from_ns", entry.t_ns) <= to_ns]
    away = dict.fromkeys((begin, end) for _, begin, end in archived_between(connection, plant, from_ns, to_ns))
    return lost + [
        GapRecord(t_from=format_time(begin), t_to=format_time(end), reason="archived") for begin, end in away
    ]


def gap_record(entry: JournalEntry) -> GapRecord:
    """A journal entry that marks something lost."""
    body = entry.body
    return GapRecord(
        t_from=format_time(int(body.get("from_ns", entry.t_ns))),
        t_to=format_time(int(body.get("to_ns", entry.t_ns))),
        reason=str(body.get("reason", "unknown")),
    )
