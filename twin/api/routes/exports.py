"""Tracks as files: streamed step by step, however long."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from gis.store.subjects import tracked_subjects
from gis.store.tracks import read_tracks
from gis.time import format_time
from twin.api.answers import InstantText, TheDeps, span
from twin.api.permissions import Permission, permitted
from twin.api.routes.history import DEFAULT_SPAN_S, SLOW_MS, Beginning, Quality, gaps_between
from twin.api.smoothed import MARGIN_NS, smoothed
from twin.exchange import export
from twin.exchange.track_writer import About, Traveller
from twin.exchange.trackfiles import writer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from sqlalchemy import Connection

    from gis.store.tracks import TrackChunk
    from twin.api.directory import Directory

router = APIRouter(tags=["exports"])
LONGEST_S = 31 * 86_400.0
Format = Literal["mf-json", "geojson", "csv", "geoparquet"]


@router.get("/plants/{plant}/tracks/export", response_class=StreamingResponse, **permitted(Permission.HISTORY_VIEW))
async def export_tracks(
    deps: TheDeps,
    plant: str,
    format_: Annotated[Format, Query(alias="format")] = "mf-json",
    from_: Beginning = None,
    to: InstantText = None,
    subjects: Annotated[str | None, Query(max_length=8000, description="Only these, comma-separated.")] = None,
    quality: Quality = "measured",
) -> StreamingResponse:
    """The paths of people and vehicles in at most 31 days as a file, one run after another, cut at gaps.

    `Twin-Steps` says in how many pieces the file comes, `Twin-Gaps` how many stretches are known to miss something.
    A file whose transfer breaks off is incomplete; one that ends is whole.
    """
    directory = deps.model(plant).directory
    now_ns = deps.clock.now_ns()
    from_ns, to_ns = span(from_, to, now_ns, DEFAULT_SPAN_S, LONGEST_S)
    named = None if subjects is None else {one.strip() for one in subjects.split(",")}

    def begin(connection: Connection) -> tuple[list[str], list[dict[str, str]]]:
        known = tracked_subjects(connection, plant, from_ns, to_ns)
        gaps = gaps_between(connection, plant, from_ns, to_ns, now_ns)
        told = [{"from": gap.t_from, "to": gap.t_to, "reason": gap.reason} for gap in gaps]
        return (known if named is None else [one for one in known if one in named]), told

    found, gaps = await deps.history.ask(begin, SLOW_MS)
    form = writer(format_)
    about = About(plant, format_time(from_ns), format_time(to_ns), quality, tuple(gaps))
    made = export.Export(form, directory.plant.head.frame, about)

    async def pieces() -> AsyncIterator[bytes]:
        yield made.begin()
        for step in export.steps(found, from_ns, to_ns):
            # Reading and writing happen in the thread that asks; the next step waits until the reader took this one.
            piece = await deps.history.ask(partial(_piece, made, step, directory, quality), SLOW_MS)
            if piece:
                yield piece
        yield made.end()

    moment = about.begin.replace(":", "").replace("-", "")[:15]
    headers = {
        "Content-Disposition": f'attachment; filename="{plant}-tracks-{moment}.{form.suffix}"',
        "Cache-Control": "no-store",
        "Twin-Subjects": str(len(found)),
        "Twin-Steps": str(export.count(len(found), from_ns, to_ns)),
        "Twin-Gaps": str(len(gaps)),
    }
    return StreamingResponse(pieces(), 200, headers, form.media)


def _piece(made: export.Export, step: export.Step, directory: Directory, quality: str, connection: Connection) -> bytes:
    who = traveller(step.subject, directory)
    chunks = read_step(connection, step, directory, smooth=quality == "smoothed")
    return made.step(step, list(chunks), who)


def read_step(connection: Connection, step: export.Step, directory: Directory, *, smooth: bool) -> Iterable[TrackChunk]:
    """The chunks one step asks for."""
    plant, frame = directory.plant.head.code, directory.plant.head.frame
    if not smooth:
        return read_tracks(connection, plant, frame, step.from_ns, step.to_ns, [step.subject])
    begin_ns, end_ns = step.from_ns - MARGIN_NS, step.to_ns + MARGIN_NS
    chunks = read_tracks(connection, plant, frame, begin_ns, end_ns, [step.subject])
    return smoothed(chunks, step.from_ns, step.to_ns, drives=directory.kind_of(step.subject) == "vehicle")


def traveller(subject: str, directory: Directory) -> Traveller:
    """Who a subject is, in words."""
    names = directory.names_of(subject)
    return Traveller(directory.kind_of(subject), names.zh, names.en)
