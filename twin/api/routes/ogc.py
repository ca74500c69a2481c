"""OGC API Features, Parts 1 to 3, for maps of others: one collection a kind of record, over all plants.

Every parameter that is accepted does filter; every other is refused, as the standard asks: map programs leave
filtering to the server and do not check it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from gis.store.alarm_spans import alarms_between
from gis.time import NS_PER_S
from twin.api.answers import TheDeps  # noqa: TC001 - read by FastAPI at run time
from twin.api.live_schemas import Principal
from twin.api.ogc import answers, document, pages
from twin.api.ogc.answers import GEOJSON, HTML, JSON, link
from twin.api.ogc.features import Question, Table, read_value
from twin.api.ogc.sources import SOURCES, alarm_item
from twin.api.permissions import Permission, permitted, requires
from twin.api.problems import BadRequestError, MissingError
from twin.api.routes.alarms import read_alarm
from twin.api.selection import MAX_LIMIT
from twin.api.wire import Feature, FeatureCollection
from twin.exchange.cql2 import read_filter
from twin.exchange.crs import find, spoken
from twin.exchange.spans import EVER, Span, parse_span

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from twin.api.context import Deps
    from twin.api.live import Hub
    from twin.api.ogc.sources import Source
    from twin.exchange.crs import Crs

router = APIRouter(prefix="/ogc", tags=["ogc"])
RESERVED = ("limit", "bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang", "filter-crs", "after", "f")
LANGUAGES = ("cql2-text", "cql2-json")
ALARMS_BACK_NS = 30 * 86_400 * NS_PER_S
MOST_ALARMS = 20_000
PlantViewer = Annotated[Principal, Depends(requires(Permission.PLANT_VIEW))]


@router.get("", **permitted(Permission.PUBLIC))
@router.get("/", include_in_schema=False, **permitted(Permission.PUBLIC))
async def landing(request: Request) -> Response:
    """Where the parts of this API are."""
    return reply(request, answers.landing(base_of(request)))


@router.get("/conformance", **permitted(Permission.PUBLIC))
async def conformance(request: Request) -> Response:
    """The conformance classes that hold."""
    here = f"{base_of(request)}/conformance"
    body = {"title": "Conformance 符合性", "conformsTo": list(document.CONFORMANCE), "links": answers.both_forms(here)}
    return reply(request, body)


@router.get("/api", **permitted(Permission.PUBLIC))
async def api(request: Request, deps: TheDeps) -> Response:
    """The OpenAPI 3.0 document of this API alone."""
    base = base_of(request)
    body = document.openapi(answers.TITLE, version("plant-twin"), base, SOURCES.values(), systems(deps).values())
    return Response(msgspec.json.encode(body), media_type=document.OPENAPI_TYPE)


@router.get("/style.css", include_in_schema=False, **permitted(Permission.PUBLIC))
async def style() -> Response:
    """How pages look."""
    return Response(pages.STYLE, 200, {"Cache-Control": "max-age=3600"}, "text/css")


@router.get("/collections", **permitted(Permission.PLANT_VIEW))
async def ogc_collections(request: Request, deps: TheDeps, principal: PlantViewer) -> Response:
    """The collections that the reader may read."""
    here = f"{base_of(request)}/collections"
    listed = [_described(source, request, deps) for source in SOURCES.values() if _may(principal, source)]
    if Permission.HISTORY_VIEW.value in principal.permissions:
        bounds = [hub.model.plant.head.boundary.bounds for hub in deps.hubs.values()]
        listed.append(answers.tracks(base_of(request), bounds))
    crss = list(systems(deps))
    body = {"title": "Collections 要素集", "links": answers.both_forms(here), "crs": crss, "collections": listed}
    return reply(request, body)


@router.get("/collections/{collection}", **permitted(Permission.PLANT_VIEW))
async def ogc_collection(request: Request, deps: TheDeps, principal: PlantViewer, collection: str) -> Response:
    """One collection."""
    return reply(request, _described(_source(collection, principal), request, deps))


@router.get("/collections/{collection}/queryables", **permitted(Permission.PLANT_VIEW))
async def queryables(request: Request, principal: PlantViewer, collection: str) -> Response:
    """The properties that filters may name."""
    source = _source(collection, principal)
    body = document.queryables(source, f"{base_of(request)}/collections/{collection}/queryables")
    return reply(request, body, document.SCHEMA_TYPE)


@router.get("/collections/{collection}/schema", **permitted(Permission.PLANT_VIEW))
async def schema(request: Request, principal: PlantViewer, collection: str) -> Response:
    """What a feature of a collection looks like."""
    source = _source(collection, principal)
    body = document.schema(source, f"{base_of(request)}/collections/{collection}/schema")
    return reply(request, body, document.SCHEMA_TYPE)


@dataclass(frozen=True)
class Asked:
    """The parameters of a request for items, read.

    Attributes:
        question: what to find.
        crs: coordinate system of the answer.
        limit: most features of a page.
        after: id the page before ended with.
    """

    question: Question
    crs: Crs
    limit: int
    after: str | None


def _items_of(source: Source) -> Callable[..., Awaitable[Response]]:
    async def items(
        request: Request,
        deps: TheDeps,
        limit: Annotated[int, Query(ge=1, description=f"Most features of a page; more than {MAX_LIMIT} is cut.")] = 100,
        bbox: Annotated[str | None, Query(max_length=200, description="In the axis order of bbox-crs.")] = None,
        bbox_crs: Annotated[str | None, Query(alias="bbox-crs", max_length=200)] = None,
        crs: Annotated[str | None, Query(max_length=200, description="Coordinate system of the answer.")] = None,
        datetime: Annotated[str | None, Query(max_length=100, description="a, a/b, ../b or a/..")] = None,
        condition: Annotated[str | None, Query(alias="filter", max_length=8000, description="CQL2.")] = None,
        language: Annotated[str, Query(alias="filter-lang", max_length=20)] = "cql2-text",
        filter_crs: Annotated[str | None, Query(alias="filter-crs", max_length=200)] = None,
        after: Annotated[str | None, Query(max_length=300, description="Taken from the next link.")] = None,
        f: Annotated[str | None, Query(max_length=10)] = None,
    ) -> Response:
        del f
        known = systems(deps)
        if language not in LANGUAGES:
            raise BadRequestError(f"filter-lang is one of {', '.join(LANGUAGES)}", "bad_filter")
        question = Question(
            find(bbox_crs, known).box(box_numbers(bbox)) if bbox is not None else None,
            parse_span(datetime),
            _wanted(request, source),
            read_filter(condition, language, find(filter_crs, known), source.names) if condition is not None else None,
        )
        asked = Asked(question, find(crs, known), min(limit, MAX_LIMIT), after)
        return await _page(request, deps, source, asked)

    items.__doc__ = f"Items of: {source.description}"
    return items


async def _page(request: Request, deps: Deps, source: Source, asked: Asked) -> Response:
    tables = await _tables(deps, source, asked.question.span)
    found = [(table, table.find(asked.question)) for table in tables]
    matched = sum(len(which) for _, which in found)
    # Each table is in order of ids; of several plants the first of each are merged.
    wanted = [
        (table.ids[at], table, int(at))
        for table, which in found
        for at in _after(table, which, asked.after)[: asked.limit + 1]
    ]
    if len(found) > 1:
        wanted.sort(key=lambda one: one[0])
    page = wanted[: asked.limit]
    written: dict[str, bytes] = {}
    for table in tables:
        mine = [at for _, owner, at in page if owner is table]
        written |= zip((table.ids[at] for at in mine), table.write(mine, asked.crs), strict=True)
    texts = [written[name] for name, _, _ in page]
    links = [link("self", str(request.url), GEOJSON), link("alternate", _with(request, f="html"), HTML)]
    if len(wanted) > asked.limit:
        links.append(link("next", _with(request, after=page[-1][0]), GEOJSON))
    links.append(link("collection", f"{base_of(request)}/collections/{source.name}"))
    now_ns = deps.clock.now_ns()
    headers = {"Content-Crs": f"<{asked.crs.uri}>", "Cache-Control": "no-cache", "Vary": "Accept"}
    body = answers.feature_page(texts, links, matched, now_ns)
    if wants_page(request):
        return as_page({"title": source.title, **msgspec.json.decode(body)}, request)
    return Response(body, 200, headers, GEOJSON)


def _item_of(source: Source) -> Callable[..., Awaitable[Response]]:
    async def item(
        request: Request,
        deps: TheDeps,
        feature: str,
        crs: Annotated[str | None, Query(max_length=200)] = None,
        f: Annotated[str | None, Query(max_length=10)] = None,
    ) -> Response:
        del f
        refuse_unknown(request, ("crs", "f"))
        system = find(crs, systems(deps))
        for table in await _tables(deps, source, EVER if "@" in feature or source.items is None else None):
            at = _place(table, feature)
            if at is not None:
                break
        else:
            raise MissingError(f"no feature {feature!r}", "unknown_feature", feature=feature)
        here = f"{base_of(request)}/collections/{source.name}"
        links = [
            link("self", str(request.url), GEOJSON),
            link("alternate", _with(request, f="html"), HTML),
            link("collection", here),
        ]
        (text,) = table.write([at], system)
        body = answers.one_feature(text, links)
        if wants_page(request):
            return as_page({"title": f"{source.title} {feature}", **msgspec.json.decode(body)}, request)
        headers = {"Content-Crs": f"<{system.uri}>", "Cache-Control": "no-cache", "Vary": "Accept"}
        return Response(body, 200, headers, GEOJSON)

    item.__doc__ = f"One item of: {source.description}"
    return item


# ---------------------------------------------------------------- what collections hold


async def _tables(deps: Deps, source: Source, span: Span | None) -> list[Table]:
    now_ns = deps.clock.now_ns()
    if source.items is None:
        return [await _alarms(deps, hub, span, now_ns) for hub in deps.hubs.values()]
    ever = span is not None
    return [deps.ogc.of(source, hub.model, now_ns, ever=ever) for hub in deps.hubs.values()]


async def _alarms(deps: Deps, hub: Hub, span: Span | None, now_ns: int) -> Table:
    directory = hub.model.directory
    asked = span if span is not None else Span(now_ns - ALARMS_BACK_NS, None)
    bodies = await deps.history.ask(
        lambda connection: alarms_between(
            connection, directory.plant.head.code, asked.begin_ns, asked.end_ns, MOST_ALARMS + 1
        )
    )
    if len(bodies) > MOST_ALARMS:
        raise BadRequestError(f"more than {MOST_ALARMS} alarms: give a shorter datetime", "too_many", most=MOST_ALARMS)
    known = {alarm.id: alarm for alarm in map(read_alarm, bodies)}
    # Memory is ahead of the store by a moment.
    for alarm in hub.model.open_alarms():
        if alarm.id not in known or alarm.changed_ns >= known[alarm.id].changed_ns:
            known[alarm.id] = alarm
    return Table([alarm_item(alarm, directory) for alarm in known.values()])


def systems(deps: Deps) -> dict[str, Crs]:
    """The coordinate systems that are spoken, by address."""
    return spoken(hub.model.plant.head.boundary.bounds for hub in deps.hubs.values())


def _source(name: str, principal: Principal) -> Source:
    source = SOURCES.get(name)
    if source is None or not _may(principal, source):
        raise MissingError(f"no collection {name!r}", "unknown_collection", collection=name)
    return source


def _may(principal: Principal, source: Source) -> bool:
    return source.permission.value in principal.permissions


def _described(source: Source, request: Request, deps: Deps) -> dict[str, Any]:
    bounds = [hub.model.plant.head.boundary.bounds for hub in deps.hubs.values()]
    begins: list[int] = []
    if source.items is not None and source.lasting:
        for hub in deps.hubs.values():
            table = deps.ogc.of(source, hub.model, deps.clock.now_ns(), ever=True)
            bounds += [table.bounds] if table.bounds is not None else []
            begins += [item.from_ns for item in table.items if item.from_ns is not None]
    west, south, east, north = zip(*bounds, strict=True) if bounds else ((-180.0,), (-90.0,), (180.0,), (90.0,))
    box = (min(west), min(south), max(east), max(north))
    return answers.collection(source, base_of(request), systems(deps).values(), box, min(begins, default=None))


# ---------------------------------------------------------------- reading requests


def _wanted(request: Request, source: Source) -> dict[str, list[Any]]:
    refuse_unknown(request, (*RESERVED, *source.names))
    return {
        column.name: [read_value(column, text) for text in request.query_params.getlist(column.name)]
        for column in source.columns
        if column.name in request.query_params
    }


def refuse_unknown(request: Request, known: Iterable[str]) -> None:
    """Refuse parameters that would do nothing, and forms that are not given.

    Raises:
        BadRequestError: there is such a one.
    """
    unknown = set(request.query_params) - set(known)
    if unknown:
        raise BadRequestError(f"unknown parameters: {', '.join(sorted(unknown))}", "unknown_parameter")
    if request.query_params.get("f") not in {None, "json", "geojson", "html"}:
        raise BadRequestError("f is json or html", "unknown_format")


def box_numbers(text: str) -> list[float]:
    """Four numbers of a box; of six, the heights are left out.

    Raises:
        BadRequestError: not that.
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[0:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(abs(number) < 1e9 for number in numbers):
        raise BadRequestError("bbox is four numbers in the axis order of bbox-crs, or six with heights", "bad_bbox")
    return numbers


def _after(table: Table, which: Any, after: str | None) -> list[int]:
    places: list[int] = which.tolist()
    return places if after is None else [at for at in places if table.ids[at] > after]


def _place(table: Table, name: str) -> int | None:
    return next((at for at, known in enumerate(table.ids) if known == name), None)


# ---------------------------------------------------------------- answers


def base_of(request: Request) -> str:
    """Address of the landing page."""
    return f"{str(request.base_url).rstrip('/')}/ogc"


def _with(request: Request, **changed: str) -> str:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in changed]
    return f"{request.url.replace(query=None)}?{urlencode([*kept, *changed.items()])}"


def wants_page(request: Request) -> bool:
    """Whether the reader is a person with a browser."""
    form = request.query_params.get("f")
    if form is not None:
        return form == "html"
    accepted = [part.split(";")[0].strip().lower() for part in request.headers.get("accept", "").split(",")]
    return HTML in accepted and not {JSON, GEOJSON} & set(accepted)


def as_page(body: dict[str, Any], request: Request) -> Response:
    """An answer as a page."""
    title = str(body.get("title") or answers.TITLE)
    return Response(pages.page(title, body, f"{base_of(request)}/style.css"), 200, {"Vary": "Accept"}, HTML)


def reply(request: Request, body: dict[str, Any], media: str = JSON) -> Response:
    """An answer as JSON or as a page, as the reader prefers.

    Raises:
        BadRequestError: parameters that do nothing.
    """
    refuse_unknown(request, ("f",))
    if wants_page(request):
        return as_page(body, request)
    return Response(msgspec.json.encode(body), 200, {"Cache-Control": "no-cache", "Vary": "Accept"}, media)


def _add_routes() -> None:
    for source in SOURCES.values():
        access = permitted(source.permission)
        listing = {**access, "openapi_extra": {**access["openapi_extra"], "parameters": document.parameters(source)}}
        path = f"/collections/{source.name}/items"
        router.add_api_route(
            path, _items_of(source), name=f"ogc_{source.name}_items", response_model=FeatureCollection, **listing
        )
        router.add_api_route(
            f"{path}/{{feature}}", _item_of(source), name=f"ogc_{source.name}_item", response_model=Feature, **access
        )


_add_routes()
