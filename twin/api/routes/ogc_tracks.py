"""OGC API Moving Features (22-003r3), reading: tracks of people and vehicles as MF-JSON.

A moving feature is a person, a vehicle or a tag; its temporal geometries are runs without gaps, so nothing is
interpolated where nothing was measured. A request looks at most a day back to back; without `datetime`, at the last
ten minutes.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import numpy as np
import shapely
from fastapi import APIRouter, Query, Request, Response

from gis.store.subjects import tracked_subjects
from gis.store.tracks import read_tracks
from gis.time import NS_PER_MS, NS_PER_S, format_time, parse_time
from twin.api.answers import TheDeps  # noqa: TC001 - read by FastAPI at run time
from twin.api.ogc import answers
from twin.api.ogc.answers import GEOJSON, JSON, link
from twin.api.permissions import Permission, permitted
from twin.api.problems import BadRequestError, MissingError
from twin.api.routes.ogc import base_of, box_numbers, refuse_unknown, reply
from twin.api.selection import cut
from twin.exchange.crs import LONLAT
from twin.exchange.runs import STATUS, runs_of
from twin.exchange.spans import parse_span
from twin.exchange.trackfiles import CRS84_URN, finite, iso_texts, moving_point, temporal_properties

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from twin.api.context import Deps
    from twin.api.directory import Directory
    from twin.exchange.runs import Run

router = APIRouter(prefix="/ogc/collections/tracks", tags=["ogc"])
DAY_NS, SHORT_NS = 86_400 * NS_PER_S, 600 * NS_PER_S
SLOW_MS = 20_000
# Seconds of all subjects of one page together: a long stretch gives fewer of them.
PAGE_SUBJECT_NS = 200_000 * NS_PER_S
When = Annotated[str | None, Query(max_length=100, description="a, a/b, ../b or a/..; at most a day.")]
Boxed = Annotated[str | None, Query(max_length=200, description="west,south,east,north")]
Trajectory = Annotated[
    bool, Query(alias="subTrajectory", description="Temporal geometry with the features, of `datetime` only.")
]
_TYPES = {"r95_m": ("TReal", "MTR", "Linear"), "p_still": ("TReal", None, "Linear"), "status": ("TText", None, "Step")}
_FRAMES = {
    "crs": {"type": "Name", "properties": {"name": CRS84_URN}},
    "trs": {"type": "Name", "properties": {"name": "urn:ogc:data:time:iso8601"}},
}


@router.get("", **permitted(Permission.HISTORY_VIEW))
async def about(request: Request, deps: TheDeps) -> Response:
    """The collection of moving features."""
    return reply(
        request, answers.tracks(base_of(request), [hub.model.plant.head.boundary.bounds for hub in deps.hubs.values()])
    )


@router.get("/items", **permitted(Permission.HISTORY_VIEW))
async def moving_features(
    request: Request,
    deps: TheDeps,
    bbox: Boxed = None,
    datetime: When = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Most features of a page.")] = 100,
    trajectory: Trajectory = False,
    plant: Annotated[str | None, Query(max_length=64, description="Only of this plant.")] = None,
    after: Annotated[str | None, Query(max_length=300, description="Taken from the next link.")] = None,
) -> Response:
    """Who moved in a stretch of time, through a box when one is given."""
    refuse_unknown(request, ("bbox", "datetime", "limit", "subTrajectory", "plant", "after", "f"))
    from_ns, to_ns = _stretch(deps, datetime)
    areas = LONLAT.box(box_numbers(bbox)) if bbox is not None else None
    most = max(1, min(limit, PAGE_SUBJECT_NS // (to_ns - from_ns)))
    directories = {code: hub.model.directory for code, hub in deps.hubs.items() if plant is None or code == plant}

    def question(connection: Connection) -> tuple[list[dict[str, Any]], str | None]:
        names = [f"{code}.{one}" for code in directories for one in tracked_subjects(connection, code, from_ns, to_ns)]
        page, following = cut(names, str, after, most)
        made = []
        for name in page:
            directory, subject = _known(directories, name)
            runs = _read(connection, directory, subject, from_ns, to_ns)
            if runs and (areas is None or any(_crosses(run, areas) for run in runs)):
                made.append(_feature(name, runs, directory, whole=trajectory))
        return made, following

    found, following = await deps.history.ask(question, SLOW_MS)
    links = [link("self", str(request.url), GEOJSON)]
    if following is not None:
        links.append(link("next", str(request.url.include_query_params(after=following)), GEOJSON))
    body = {
        "type": "FeatureCollection",
        **_FRAMES,
        "features": found,
        "links": links,
        "numberReturned": len(found),
        "timeStamp": format_time(deps.clock.now_ns()),
    }
    return Response(msgspec.json.encode(body), media_type=GEOJSON)


@router.get("/items/{feature}", **permitted(Permission.HISTORY_VIEW))
async def moving_feature(request: Request, deps: TheDeps, feature: str, datetime: When = None) -> Response:
    """One moving feature, without its temporal geometry: see `tgsequence`."""
    refuse_unknown(request, ("datetime", "f"))
    from_ns, to_ns = _stretch(deps, datetime)
    directory, _, runs = await _runs(deps, feature, from_ns, to_ns)
    here = f"{base_of(request)}/collections/tracks/items/{feature}"
    links = [
        link("self", str(request.url), GEOJSON),
        link("collection", f"{base_of(request)}/collections/tracks"),
        link("tgsequence", f"{here}/tgsequence"),
        link("tproperties", f"{here}/tproperties"),
    ]
    body = {**_feature(feature, runs, directory, whole=False), "links": links}
    return Response(msgspec.json.encode(body), media_type=GEOJSON)


@router.get("/items/{feature}/tgsequence", **permitted(Permission.HISTORY_VIEW))
async def temporal_geometries(
    request: Request,
    deps: TheDeps,
    feature: str,
    bbox: Boxed = None,
    datetime: When = None,
    leaf: Annotated[str | None, Query(max_length=4000, description="Instants to interpolate at.")] = None,
    trajectory: Trajectory = False,
) -> Response:
    """The runs of one moving feature; those that only touch `datetime` whole, or cut to it by `subTrajectory`."""
    refuse_unknown(request, ("bbox", "datetime", "leaf", "subTrajectory", "f"))
    if leaf is not None and trajectory:
        raise BadRequestError("leaf and subTrajectory exclude each other", "bad_request")
    from_ns, to_ns = _stretch(deps, datetime)
    instants = _instants(leaf) if leaf is not None else None
    _, _, runs = await _runs(deps, feature, from_ns, to_ns)
    areas = LONLAT.box(box_numbers(bbox)) if bbox is not None else None
    points = []
    for run in runs:
        if areas is not None and not _crosses(run, areas):
            continue
        point = _at(run, instants) if instants is not None else moving_point(run)
        if point["datetimes"]:
            points.append({"id": run.id, **point, **_FRAMES})
    body = {
        "type": "TemporalGeometrySequence",
        "geometrySequence": points,
        "links": [link("self", str(request.url))],
        "timeStamp": format_time(deps.clock.now_ns()),
        "numberMatched": len(points),
        "numberReturned": len(points),
    }
    return Response(msgspec.json.encode(body), media_type=JSON)


@router.get("/items/{feature}/tgsequence/{geometry}/{query}", **permitted(Permission.HISTORY_VIEW))
async def motion(
    request: Request,
    deps: TheDeps,
    feature: str,
    geometry: str,
    query: Literal["distance", "velocity", "acceleration"],
    datetime: When = None,
) -> Response:
    """How far, how fast, or how quickly faster along one run; metres and seconds."""
    refuse_unknown(request, ("datetime", "f"))
    begin = geometry.rpartition("-")[2]
    if not (begin.isascii() and begin.isdecimal() and len(begin) < 15):
        raise MissingError(f"no temporal geometry {geometry!r}", "unknown_feature", feature=geometry)
    begin_ns = int(begin) * NS_PER_MS
    _, _, runs = await _runs(deps, feature, begin_ns, begin_ns + DAY_NS)
    run = next((one for one in runs if one.id == geometry), None)
    if run is None:
        raise MissingError(f"no temporal geometry {geometry!r}", "unknown_feature", feature=geometry)
    values, form = _motion(run, query)
    chosen = np.ones(len(run), bool)
    if datetime is not None:
        from_ns, to_ns = _stretch(deps, datetime)
        chosen = (run.t_ms * NS_PER_MS >= from_ns) & (run.t_ms * NS_PER_MS < to_ns)
    times = iso_texts(run.t_ms[chosen], "+00:00")
    sequence = [{"datetimes": times, "values": finite(values[chosen]), "interpolation": "Linear"}]
    body = {"name": query, "type": "TReal", "form": form, "valueSequence": sequence}
    return Response(msgspec.json.encode(body), media_type=JSON)


@router.get("/items/{feature}/tproperties", **permitted(Permission.HISTORY_VIEW))
async def temporal_property_list(request: Request, deps: TheDeps, feature: str) -> Response:
    """What is known over time of a moving feature besides its place."""
    refuse_unknown(request, ("f",))
    _known({code: hub.model.directory for code, hub in deps.hubs.items()}, feature)
    here = f"{base_of(request)}/collections/tracks/items/{feature}/tproperties"
    listed = [
        {"name": name, "type": kind, "form": form, "links": [link("item", f"{here}/{name}")]}
        for name, (kind, form, _) in _TYPES.items()
    ]
    body = {"temporalProperties": listed, "links": [link("self", str(request.url))]}
    return Response(msgspec.json.encode(body), media_type=JSON)


@router.get("/items/{feature}/tproperties/{name}", **permitted(Permission.HISTORY_VIEW))
async def temporal_property(
    request: Request,
    deps: TheDeps,
    feature: str,
    name: Literal["r95_m", "p_still", "status"],
    datetime: When = None,
) -> Response:
    """One property over time, a sequence a run."""
    refuse_unknown(request, ("datetime", "f"))
    from_ns, to_ns = _stretch(deps, datetime)
    _, _, runs = await _runs(deps, feature, from_ns, to_ns)
    kind, form, interpolation = _TYPES[name]
    sequence = [
        {"datetimes": iso_texts(run.t_ms, "+00:00"), "values": _values(run, name), "interpolation": interpolation}
        for run in runs
    ]
    body = {
        "name": name,
        "type": kind,
        "form": form,
        "valueSequence": sequence,
        "links": [link("self", str(request.url))],
        "timeStamp": format_time(deps.clock.now_ns()),
        "numberMatched": len(sequence),
        "numberReturned": len(sequence),
    }
    return Response(msgspec.json.encode(body), media_type=JSON)


def _stretch(deps: Deps, text: str | None) -> tuple[int, int]:
    now_ns = deps.clock.now_ns()
    asked = parse_span(text)
    begin_ns, end_ns = (None, None) if asked is None else asked
    to_ns = now_ns + 1 if end_ns is None else end_ns + 1
    from_ns = to_ns - (SHORT_NS if asked is None else DAY_NS) if begin_ns is None else begin_ns
    if to_ns <= from_ns or to_ns - from_ns > DAY_NS + 1:
        raise BadRequestError("datetime spans at most a day and ends after it begins", "span_too_long")
    return from_ns, to_ns


def _known(directories: dict[str, Directory], name: str) -> tuple[Directory, str]:
    # A code may hold dots: the longest plant code that fits is meant.
    for code in sorted(directories, key=len, reverse=True):
        if name.startswith(f"{code}."):
            return directories[code], name[len(code) + 1 :]
    raise MissingError(f"no feature {name!r}", "unknown_feature", feature=name)


def _read(connection: Connection, directory: Directory, subject: str, from_ns: int, to_ns: int) -> list[Run]:
    head = directory.plant.head
    return runs_of(subject, head.frame, read_tracks(connection, head.code, head.frame, from_ns, to_ns, [subject]))


async def _runs(deps: Deps, feature: str, from_ns: int, to_ns: int) -> tuple[Directory, str, list[Run]]:
    directory, subject = _known({code: hub.model.directory for code, hub in deps.hubs.items()}, feature)
    runs = await deps.history.ask(lambda connection: _read(connection, directory, subject, from_ns, to_ns), SLOW_MS)
    if not runs and directory.kind_of(subject) == "tag" and not subject.startswith("tag:"):
        raise MissingError(f"no feature {feature!r}", "unknown_feature", feature=feature)
    return directory, subject, runs


def _crosses(run: Run, areas: Sequence[Any]) -> bool:
    line = shapely.linestrings(run.lonlat) if len(run) > 1 else shapely.points(run.lonlat[0])
    return bool(shapely.intersects(line, areas).any())


def _feature(name: str, runs: list[Run], directory: Directory, *, whole: bool) -> dict[str, Any]:
    subject = name[len(directory.plant.head.code) + 1 :]
    names = directory.names_of(subject)
    made: dict[str, Any] = {
        "type": "Feature",
        "id": name,
        "geometry": None,
        "properties": {
            "plant": directory.plant.head.code,
            "code": subject,
            "kind": directory.kind_of(subject),
            "role": directory.role_of(subject),
            "name_zh": names.zh,
            "name_en": names.en,
            "runs": len(runs),
        },
    }
    if runs:
        lonlat = np.concatenate([run.lonlat for run in runs])
        made["bbox"] = [*lonlat.min(axis=0).tolist(), *lonlat.max(axis=0).tolist()]
        ends = (min(run.t_ms[0] for run in runs), max(run.t_ms[-1] for run in runs))
        made["time"] = [format_time(int(end) * NS_PER_MS) for end in ends]
    if whole:
        points = [moving_point(run) for run in runs]
        made["temporalGeometry"] = (
            points[0] if len(points) == 1 else {"type": "MovingGeometryCollection", "prisms": points}
        )
        made["temporalProperties"] = [temporal_properties(run) for run in runs]
    return made


def _instants(text: str) -> list[int]:
    instants = [int(parse_time(part.strip().replace(" ", "+"))) // NS_PER_MS for part in text.split(",")]
    if any(b <= a for a, b in pairwise(instants)):
        raise BadRequestError("the instants of leaf come one after another", "bad_request")
    return instants


def _at(run: Run, instants: list[int]) -> dict[str, Any]:
    """Where a run is at some instants, between its fixes in a straight line; outside it, nowhere."""
    t_ms = np.array([t for t in instants if run.t_ms[0] <= t <= run.t_ms[-1]], np.int64)
    columns = (*run.lonlat.T, run.xyz_m[:, 2])
    places = np.column_stack([np.interp(t_ms, run.t_ms, column) for column in columns])
    times = iso_texts(t_ms, "+00:00") if len(t_ms) else []
    return {"type": "MovingPoint", "datetimes": times, "coordinates": places.tolist(), "interpolation": "Discrete"}


def _motion(run: Run, query: str) -> tuple[Any, str]:
    seconds = (run.t_ms - run.t_ms[0]) / 1000.0
    if query == "distance":
        steps = np.hypot(*np.diff(run.xyz_m[:, :2], axis=0).T)
        return np.concatenate([[0.0], np.cumsum(steps)]), "MTR"
    if query == "velocity":
        return run.speed_mps, "MTS"
    return (np.gradient(run.speed_mps, seconds) if len(run) > 1 else np.zeros(1)), "MTS2"


def _values(run: Run, name: str) -> list[Any]:
    return [STATUS[code] for code in run.status] if name == "status" else finite(getattr(run, name))
