"""Questions of the past: who was inside, near, on the way; how full it was; who stood near a reading beyond a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Request, Response

from gis.store.plants import load_plant
from gis.store.readings import readings_beyond
from gis.store.tracks import read_tracks, read_tracks_near
from gis.time import NS_PER_S, format_time
from twin.api.answers import TheDeps, answer, span
from twin.api.directory import Directory
from twin.api.live_schemas import Principal  # noqa: TC001 - read by FastAPI at run time
from twin.api.permissions import Permission, permitted, requires
from twin.api.problems import UnavailableError
from twin.api.question_schemas import (
    ExceedanceRecord,
    ExceedancesAnswer,
    ExceedancesAsked,
    HeatAnswer,
    HeatAsked,
    NearAnswer,
    NearAsked,
    NearExceedance,
    OccupancyAnswer,
    OccupancyAsked,
    Place,
    ReportAsked,
    VisitsAnswer,
    VisitsAsked,
    WaysAnswer,
    WaysAsked,
)
from twin.api.questions import (
    encounter_records,
    occupancy_records,
    people_by_dwell,
    placed,
    table,
    visit_records,
    wanted_subjects,
    way_records,
)
from twin.api.records import subject_ref
from twin.api.routes.history import gaps_between
from twin.questions.encounters import corridor, encounters
from twin.questions.exceedances import exceedances
from twin.questions.occupancy import heat, occupancy, passages
from twin.questions.tracks import GAP_S, tracks_of
from twin.questions.visits import visits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapely.geometry.base import BaseGeometry
    from sqlalchemy import Connection

    from gis.plant import Sensor
    from gis.store.paths import TrackChunk
    from twin.api.question_schemas import Answer, Span
    from twin.api.questions import Placed
    from twin.questions.visits import Visit

router = APIRouter(tags=["questions"])
LONGEST_S = 31 * 86_400.0
# All fixes of everybody are looked at: half a day of 500 people at 1 Hz are 20 million.
LONGEST_OF_ALL_S = 86_400.0
SLICE_NS = 3600 * NS_PER_S
SLOW_MS = 60_000
CSV = "text/csv"
WORTH_S = 5.0


class _Asked:
    """One question to the store: the span, whom it is about, and what was looked at."""

    def __init__(
        self, connection: Connection, plant: str, directory: Directory, body: Span, t: tuple[int, int]
    ) -> None:
        self.connection = connection
        self.plant = plant
        self.directory = directory
        self.frame = directory.plant.head.frame
        self.from_ns, self.to_ns = t
        self.subjects = wanted_subjects(body.subjects, body.roles, directory)
        self.fixes = 0

    def near(self, shape: BaseGeometry, from_ns: int | None = None, to_ns: int | None = None) -> Iterator[TrackChunk]:
        """Whole chunks that come near a shape, one after another; in all of the span or a part of it."""
        from_ns, to_ns = self.from_ns if from_ns is None else from_ns, self.to_ns if to_ns is None else to_ns
        for chunk in read_tracks_near(self.connection, self.plant, self.frame, shape, from_ns, to_ns, self.subjects):
            self.fixes += len(chunk)
            yield chunk

    def slices(self) -> Iterator[list[TrackChunk]]:
        """All chunks, an hour at a time, so that no answer outgrows memory."""
        for begin in range(self.from_ns, self.to_ns, SLICE_NS):
            end = min(begin + SLICE_NS, self.to_ns)
            found = read_tracks(self.connection, self.plant, self.frame, begin, end, self.subjects)
            self.fixes += sum(len(chunk) for chunk in found)
            yield found

    def visits(self, place: Placed, least_s: float) -> list[Visit]:
        """Stays in one place."""
        return visits(place.area, self.near(place.shape), self.from_ns, self.to_ns, least_s)

    def common(self, now_ns: int) -> dict[str, Any]:
        """What every answer says of itself."""
        return {
            "t_from": format_time(self.from_ns),
            "t_to": format_time(self.to_ns),
            "fixes": self.fixes,
            "gaps": gaps_between(self.connection, self.plant, self.from_ns, self.to_ns, now_ns),
        }


@router.post("/plants/{plant}/questions/visits", response_model=VisitsAnswer, **permitted(Permission.HISTORY_VIEW))
async def who_was_inside(request: Request, deps: TheDeps, plant: str, body: VisitsAsked) -> Response:
    """Who was inside an area between two times, and for how long; `Accept: text/csv` for a table."""
    directory = deps.model(plant).directory
    now_ns = deps.clock.now_ns()
    t = span(body.t_from, body.t_to, now_ns, 0.0, LONGEST_S)
    place = placed(body.place, directory)

    def question(connection: Connection) -> VisitsAnswer:
        return _inside(_Asked(connection, plant, directory, body, t), place, body.least_s, now_ns)

    made = await deps.history.ask(question, SLOW_MS)
    return _as_asked(request, made, made.visits)


@router.post("/plants/{plant}/questions/visits/report", **permitted(Permission.HISTORY_VIEW))
async def report(
    deps: TheDeps,
    plant: str,
    body: ReportAsked,
    principal: Annotated[Principal, Depends(requires(Permission.HISTORY_VIEW))],
) -> Response:
    """Who was inside an area, as a signed PDF with a plan of the place."""
    if deps.keys_dir is None:
        raise UnavailableError("this twin has no key to sign reports with", "no_key")
    model = deps.model(plant)
    keys_dir, now_ns = deps.keys_dir, deps.clock.now_ns()
    t = span(body.t_from, body.t_to, now_ns, 0.0, LONGEST_S)
    place = placed(body.place, model.directory)

    def question(connection: Connection) -> bytes:
        # Loaded where it is needed: what draws and signs is large.
        from twin.api.reports.investigation import visits_pdf  # noqa: PLC0415

        made = _inside(_Asked(connection, plant, model.directory, body, t), place, body.least_s, now_ns)
        then = Directory(load_plant(connection, plant, t[1] - 1), t[1] - 1)
        asked_by = getattr(principal.names, body.language)
        return visits_pdf(
            made,
            then,
            place,
            language=body.language,
            note=body.note,
            asked_by=asked_by,
            now_ns=now_ns,
            keys_dir=keys_dir,
        )

    made = await deps.history.ask(question, SLOW_MS)
    headers = {"Content-Disposition": 'attachment; filename="report.pdf"', "Cache-Control": "no-store"}
    return Response(made, 200, headers, "application/pdf")


@router.post("/plants/{plant}/questions/near", response_model=NearAnswer, **permitted(Permission.HISTORY_VIEW))
async def who_was_near(request: Request, deps: TheDeps, plant: str, body: NearAsked) -> Response:
    """Who was within some metres of a person or vehicle, for how long, and how near."""
    directory = deps.model(plant).directory
    now_ns = deps.clock.now_ns()
    t = span(body.t_from, body.t_to, now_ns, 0.0, LONGEST_S)

    def question(connection: Connection) -> NearAnswer:
        asked = _Asked(connection, plant, directory, body, t)
        mine = read_tracks(connection, plant, asked.frame, *t, [body.subject])
        track = next(tracks_of(mine), None)
        found = []
        if track is not None:
            asked.fixes += len(track)
            around = asked.frame.shape_to_lonlat(corridor(track, body.radius_m))
            found = encounters(track, asked.near(around), body.radius_m, *t, body.least_s)
        return NearAnswer(
            **asked.common(now_ns),
            subject=subject_ref(body.subject, directory),
            radius_m=body.radius_m,
            encounters=encounter_records(found, directory),
            people=people_by_dwell(found, directory),
        )

    made = await deps.history.ask(question, SLOW_MS)
    return _as_asked(request, made, made.encounters)


@router.post("/plants/{plant}/questions/ways", response_model=WaysAnswer, **permitted(Permission.HISTORY_VIEW))
async def who_went(request: Request, deps: TheDeps, plant: str, body: WaysAsked) -> Response:
    """Who went from one area to another, when, and how long it took."""
    directory = deps.model(plant).directory
    now_ns = deps.clock.now_ns()
    t = span(body.t_from, body.t_to, now_ns, 0.0, LONGEST_S)
    start, end = placed(body.start, directory), placed(body.end, directory)

    def question(connection: Connection) -> WaysAnswer:
        asked = _Asked(connection, plant, directory, body, t)
        ways = passages(asked.visits(start, 0.0), asked.visits(end, 0.0), body.longest_s)
        return WaysAnswer(
            **asked.common(now_ns),
            start=start.shape.__geo_interface__,
            end=end.shape.__geo_interface__,
            ways=way_records(ways, directory),
        )

    made = await deps.history.ask(question, SLOW_MS)
    return _as_asked(request, made, made.ways)


@router.post(
    "/plants/{plant}/questions/occupancy", response_model=OccupancyAnswer, **permitted(Permission.HISTORY_VIEW)
)
async def how_full(request: Request, deps: TheDeps, plant: str, body: OccupancyAsked) -> Response:
    """How full areas were, how long people stayed, and into which area they went next."""
    directory = deps.model(plant).directory
    now_ns = deps.clock.now_ns()
    t = span(body.t_from, body.t_to, now_ns, 0.0, LONGEST_S)
    asked_for = body.places or [Place(fence=code) for code in sorted(directory.fences)]
    places = [placed(place, directory) for place in asked_for]

    def question(connection: Connection) -> OccupancyAnswer:
        asked = _Asked(connection, plant, directory, body, t)
        by_place = [(place, asked.visits(place, body.least_s)) for place in places]
        areas, moves = occupancy_records(by_place, *t, body.steps)
        return OccupancyAnswer(**asked.common(now_ns), areas=areas, transitions=moves)

    made = await deps.history.ask(question, SLOW_MS)
    return _as_asked(request, made, made.areas)


@router.post("/plants/{plant}/questions/heat", response_model=HeatAnswer, **permitted(Permission.HISTORY_VIEW))
async def where_was_time_spent(request: Request, deps: TheDeps, plant: str, body: HeatAsked) -> Response:
    """Seconds spent in squares of the site by everybody, or those asked for; at most a day at once."""
    directory = deps.model(plant).directory
    now_ns = deps.clock.now_ns()
    t = span(body.t_from, body.t_to, now_ns, 0.0, LONGEST_OF_ALL_S)
    frame = directory.plant.head.frame
    bounds = frame.shape_to_site(directory.plant.head.boundary).bounds

    def question(connection: Connection) -> HeatAnswer:
        asked = _Asked(connection, plant, directory, body, t)
        # Each hour is cut off from the next: of a stay across the cut a second or two is lost.
        parts = [heat(tracks_of(part), bounds, body.cell_m, *t, GAP_S) for part in asked.slices()]
        seconds = np.sum([part.seconds for part in parts], axis=0)
        rows, columns = seconds.shape
        row, column = np.nonzero(seconds >= 0.5)
        west, south = bounds[0], bounds[1]
        east, north = west + columns * body.cell_m, south + rows * body.cell_m
        lon, lat = frame.to_lonlat([west, east, east, west], [north, north, south, south])
        corners = tuple(zip(lon.tolist(), lat.tolist(), strict=True))
        return HeatAnswer(
            **asked.common(now_ns),
            west_m=west,
            south_m=south,
            cell_m=body.cell_m,
            rows=rows,
            columns=columns,
            row=row.tolist(),
            column=column.tolist(),
            seconds=np.round(seconds[row, column], 1).tolist(),
            corners=corners,
        )

    made = await deps.history.ask(question, SLOW_MS)
    return (
        answer(made)
        if not _wants_csv(request)
        else _csv(
            [{"row": r, "column": c, "seconds": s} for r, c, s in zip(made.row, made.column, made.seconds, strict=True)]
        )
    )


@router.post(
    "/plants/{plant}/questions/exceedances", response_model=ExceedancesAnswer, **permitted(Permission.HISTORY_VIEW)
)
async def who_was_near_a_limit(request: Request, deps: TheDeps, plant: str, body: ExceedancesAsked) -> Response:
    """Which sensors stood beyond a limit, and who was near them meanwhile; limits as they are now."""
    directory = deps.model(plant).directory
    now_ns = deps.clock.now_ns()
    t = span(body.t_from, body.t_to, now_ns, 0.0, LONGEST_S)
    sensors = [sensor for code, sensor in directory.sensors.items() if body.sensors is None or code in body.sensors]

    def question(connection: Connection) -> ExceedancesAnswer:
        asked = _Asked(connection, plant, directory, body, t)
        limits = [bounds for sensor in sensors if (bounds := _bounds(sensor)) is not None]
        beyond = readings_beyond(connection, plant, *t, limits)
        records = []
        for sensor in sensors:
            if sensor.code in beyond:
                records += _exceeded(asked, sensor, beyond[sensor.code], body.radius_m)
        records.sort(key=lambda record: record.began)
        return ExceedancesAnswer(**asked.common(now_ns), radius_m=body.radius_m, exceedances=records)

    made = await deps.history.ask(question, SLOW_MS)
    return _as_asked(request, made, made.exceedances)


def _inside(asked: _Asked, place: Placed, least_s: float, now_ns: int) -> VisitsAnswer:
    found = asked.visits(place, least_s)
    row = occupancy(found)
    return VisitsAnswer(
        **asked.common(now_ns),
        area=place.shape.__geo_interface__,
        visits=visit_records(found, asked.directory),
        people=people_by_dwell(found, asked.directory),
        most=row.most,
        most_at=format_time(row.most_ns) if row.most else None,
    )


def _bounds(sensor: Sensor) -> tuple[str, float, float] | None:
    low = sensor.limits.l if sensor.limits.l is not None else sensor.limits.ll
    high = sensor.limits.h if sensor.limits.h is not None else sensor.limits.hh
    if low is None and high is None:
        return None
    return sensor.code, -np.inf if low is None else low, np.inf if high is None else high


def _exceeded(asked: _Asked, sensor: Sensor, beyond: tuple[Any, Any], radius_m: float) -> list[ExceedanceRecord]:
    """The stretches of one sensor beyond its limits, with who was near."""
    directory = asked.directory
    around = None
    if sensor.asset is not None and sensor.asset in directory.assets:
        around = placed(Place(asset=sensor.asset, radius_m=radius_m), directory)
    records = []
    for one in exceedances(*beyond, sensor.limits, gap_s=max(5.0, 3.0 * sensor.period_s)):
        near: list[NearExceedance] = []
        lon = lat = None
        if around is not None:
            centre = around.shape.centroid
            lon, lat = centre.x, centre.y
            begin, end = one.from_ns - round(WORTH_S * NS_PER_S), one.to_ns + round(WORTH_S * NS_PER_S)
            chunks = asked.near(around.shape, begin, end)
            stays = people_by_dwell(visits(around.area, chunks, begin, end), directory)
            near = [NearExceedance(subject=stay.subject, dwell_s=stay.dwell_s) for stay in stays]
        records.append(
            ExceedanceRecord(
                sensor=sensor.code,
                names=sensor.names,
                unit=sensor.unit,
                limit=one.limit,
                began=format_time(one.from_ns),
                ended=format_time(one.to_ns),
                worst=one.worst,
                worst_at=format_time(one.worst_ns),
                lon=lon,
                lat=lat,
                near=near,
            )
        )
    return records


def _wants_csv(request: Request) -> bool:
    return CSV in request.headers.get("accept", "")


def _as_asked(request: Request, made: Answer, rows: Sequence[Any]) -> Response:
    if not _wants_csv(request):
        return answer(made)
    return _csv([_flat(row.model_dump(mode="json")) for row in rows])


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A record as one line: names spread over columns, lists counted."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if key == "subject":
            flat |= {"subject": value["id"], "name_zh": value["names"]["zh"], "name_en": value["names"]["en"]}
        elif key == "names":
            flat |= {"name_zh": value["zh"], "name_en": value["en"]}
        elif isinstance(value, list):
            flat[key] = len(value)
        else:
            flat[key] = value
    return flat


def _csv(rows: Sequence[dict[str, Any]]) -> Response:
    columns = {key: key for row in rows[:1] for key in row}
    headers = {"Content-Disposition": 'attachment; filename="answer.csv"', "Cache-Control": "no-cache"}
    return Response(table(rows, columns), 200, headers, f"{CSV}; charset=utf-8")
