"""OGC API Features, Part 1 (Core, GeoJSON) for maps of others: one collection a kind of record, over all plants.

Every parameter that is accepted does filter; every other is refused, as the standard asks. Only CRS84 is spoken.
Declared are the conformance classes that hold: the API's own document is OpenAPI 3.1, so the class `oas30` is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from shapely.geometry import shape

from gis.time import format_time, parse_time
from twin.api import records
from twin.api.answers import GEOJSON, JSON, PREFIX, TheDeps, answer, answer_features, next_link
from twin.api.catalogue import COLLECTIONS
from twin.api.permissions import Permission, permitted
from twin.api.problems import BadRequestError, MissingError
from twin.api.routes.people import PEOPLE, VEHICLES, person_feature
from twin.api.selection import MAX_LIMIT, cut, parse_box, within
from twin.api.wire import Feature, FeatureCollection, Link, Wire

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from twin.api.context import Deps
    from twin.api.readmodel import ReadModel
    from twin.api.selection import Box

router = APIRouter(prefix="/ogc", tags=["ogc"])
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_CRS84_NAMES = (CRS84, f"[{CRS84}]", "http://www.opengis.net/def/crs/OGC/0/CRS84h")
CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
)
_COMMON = ("limit", "bbox", "bbox-crs", "crs", "datetime", "after", "plant", "f")
_RECORD_KINDS = ("assets", "zones", "fences", "sensors", "cameras")
_OPEN_END = ("", "..")


class Landing(Wire):
    """Where to begin."""

    title: str
    description: str
    links: list[Link]


class Conformance(Wire):
    """Which classes of the standard hold."""

    conformsTo: list[str]  # noqa: N815 - the standard's name


class OgcCollection(Wire):
    """What a collection is and where its items are."""

    id: str
    title: str
    description: str
    itemType: str = "feature"  # noqa: N815 - the standard's name
    crs: tuple[str, ...] = (CRS84,)
    extent: dict[str, Any]
    links: list[Link]


class OgcCollections(Wire):
    """All collections."""

    links: list[Link]
    collections: list[OgcCollection]


@dataclass(frozen=True)
class Interval:
    """A stretch of time, ends included; None is open."""

    begin_ns: int | None
    end_ns: int | None

    def touches(self, from_ns: int, to_ns: int | None) -> bool:
        """Whether it has an instant in common with [from, to)."""
        return (self.end_ns is None or from_ns <= self.end_ns) and (
            self.begin_ns is None or to_ns is None or to_ns > self.begin_ns
        )


def parse_interval(text: str | None) -> Interval | None:
    """Read `a`, `a/b`, `../b` or `a/..`.

    Raises:
        TimeError: not a time.
        BadRequestError: not an interval.
    """
    if text is None:
        return None
    begin, slash, end = text.replace(" ", "+").partition("/")
    if not slash:
        t_ns = int(parse_time(begin))
        return Interval(t_ns, t_ns)
    interval = Interval(
        None if begin in _OPEN_END else int(parse_time(begin)), None if end in _OPEN_END else int(parse_time(end))
    )
    if interval.begin_ns is not None and interval.end_ns is not None and interval.end_ns < interval.begin_ns:
        raise BadRequestError("datetime ends before it begins", "empty_span")
    return interval


@dataclass(frozen=True)
class Source:
    """How one collection finds its features in one plant."""

    name: str
    title: str
    description: str
    permission: Permission
    find: Callable[[ReadModel, int, Box | None, Interval | None, dict[str, list[str]]], list[Feature]]
    filters: tuple[str, ...] = ()


def _record_source(name: str) -> Source:
    collection = COLLECTIONS[name]

    def find(
        model: ReadModel, now_ns: int, box: Box | None, when: Interval | None, wanted: dict[str, list[str]]
    ) -> list[Feature]:
        plant = model.plant.head.code
        if when is None or name == "assets":
            found = collection.select(model, now_ns, box, None, wanted)
            return [collection.feature(item, model, plant) for item in found]
        versions = [
            item
            for item in getattr(model.plant, name)
            if when.touches(item.valid_from, item.valid_to)
            and all(str(getattr(item, field)) in values for field, values in wanted.items())
        ]
        touched = within(versions, [collection.shape(item, model) for item in versions] if box else [], box)
        return [
            collection.feature(item, model, plant).model_copy(update={"id": f"{plant}.{item.code}@{item.version}"})
            for item in touched
        ]

    described = f"{collection.title}. `datetime` selects the versions valid then." if name != "assets" else None
    return Source(
        name, name.capitalize(), described or collection.title, collection.permission, find, collection.filters
    )


def _mover_source(name: str, kinds: tuple[str, ...]) -> Source:
    def find(
        model: ReadModel, now_ns: int, box: Box | None, when: Interval | None, wanted: dict[str, list[str]]
    ) -> list[Feature]:
        del now_ns
        plant = model.plant.head.code
        features = []
        for row in model.movers.rows(kinds):
            t_ns = int(parse_time(row.t))
            if when is not None and not when.touches(t_ns, t_ns + 1):
                continue
            if any(str(getattr(row, field)) not in values for field, values in wanted.items()):
                continue
            feature = person_feature(row)
            properties = {"plant": plant, **feature.properties}
            features.append(feature.model_copy(update={"id": f"{plant}.{row.id}", "properties": properties}))
        shapes = [shape(feature.geometry or {}) for feature in features]
        return within(features, shapes, box)

    return Source(
        name,
        name.capitalize(),
        f"Newest positions of {name}; `datetime` is the time of measurement.",
        Permission.PEOPLE_VIEW,
        find,
        ("role", "status"),
    )


def _plant_feature(model: ReadModel) -> Feature:
    head = records.plant_head(model.plant)
    return Feature(
        id=head.code, geometry=records.geometry(model.plant.head.boundary), properties=head.model_dump(mode="json")
    )


def _find_plants(
    model: ReadModel, now_ns: int, box: Box | None, when: Interval | None, wanted: dict[str, list[str]]
) -> list[Feature]:
    del now_ns, when, wanted
    return within([_plant_feature(model)], [model.plant.head.boundary] if box else [], box)


SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        Source("plants", "Plants", "Boundaries of the plants.", Permission.PLANT_VIEW, _find_plants),
        *(_record_source(name) for name in _RECORD_KINDS),
        _mover_source("people", PEOPLE),
        _mover_source("vehicles", VEHICLES),
    )
}


@router.get("", response_model=Landing, **permitted(Permission.PUBLIC))
@router.get("/", response_model=Landing, include_in_schema=False, **permitted(Permission.PUBLIC))
async def landing(request: Request) -> Response:
    """Where the parts of this API are."""
    base = _base(request)
    root = str(request.base_url).rstrip("/")
    return answer(
        Landing(
            title="Plant Twin",
            description="Plants, equipment, zones, fences, sensors, cameras and live positions.",
            links=[
                Link(href=base, rel="self", type=JSON, title="This document"),
                Link(
                    href=f"{root}{PREFIX}/openapi.json",
                    rel="service-desc",
                    type="application/vnd.oai.openapi+json;version=3.1",
                    title="API definition",
                ),
                Link(href=f"{base}/conformance", rel="conformance", type=JSON, title="Conformance classes"),
                Link(href=f"{base}/collections", rel="data", type=JSON, title="Collections"),
            ],
        )
    )


@router.get("/conformance", response_model=Conformance, **permitted(Permission.PUBLIC))
async def conformance() -> Response:
    """The conformance classes that hold."""
    return answer(Conformance(conformsTo=list(CONFORMANCE)))


@router.get("/collections", response_model=OgcCollections, **permitted(Permission.PLANT_VIEW))
async def ogc_collections(request: Request, deps: TheDeps) -> Response:
    """All collections."""
    base = _base(request)
    return answer(
        OgcCollections(
            links=[Link(href=f"{base}/collections", rel="self", type=JSON)],
            collections=[_described(source, base, deps) for source in SOURCES.values()],
        )
    )


@router.get("/collections/{collection}", response_model=OgcCollection, **permitted(Permission.PLANT_VIEW))
async def ogc_collection(request: Request, deps: TheDeps, collection: str) -> Response:
    """One collection."""
    source = SOURCES.get(collection)
    if source is None:
        raise MissingError(f"no collection {collection!r}", "unknown_collection", collection=collection)
    return answer(_described(source, _base(request), deps))


def _items_of(source: Source) -> Callable[..., Awaitable[Response]]:
    async def items(
        request: Request,
        deps: TheDeps,
        limit: Annotated[int, Query(ge=1, description=f"Most features of a page; more than {MAX_LIMIT} is cut.")] = 100,
        bbox: Annotated[str | None, Query(max_length=200)] = None,
        bbox_crs: Annotated[str | None, Query(alias="bbox-crs", max_length=200)] = None,
        crs: Annotated[str | None, Query(max_length=200)] = None,
        datetime: Annotated[str | None, Query(max_length=100, description="a, a/b, ../b or a/..")] = None,
        after: Annotated[str | None, Query(max_length=300)] = None,
        plant: Annotated[str | None, Query(max_length=64, description="Only of this plant.")] = None,
        f: Annotated[str | None, Query(max_length=10)] = None,
    ) -> Response:
        unknown = set(request.query_params) - set(_COMMON) - set(source.filters)
        if unknown:
            raise BadRequestError(f"unknown parameters: {', '.join(sorted(unknown))}", "unknown_parameter")
        if any(given is not None and given not in _CRS84_NAMES for given in (bbox_crs, crs)):
            raise BadRequestError(f"only {CRS84} is spoken", "unknown_crs")
        if f not in (None, "json", "geojson"):
            raise BadRequestError("f is json", "unknown_format")
        now_ns = deps.clock.now_ns()
        wanted = {name: request.query_params.getlist(name) for name in source.filters if name in request.query_params}
        box, when = parse_box(bbox), parse_interval(datetime)
        found = [
            feature
            for code, hub in deps.hubs.items()
            if plant is None or code == plant
            for feature in source.find(hub.model, now_ns, box, when, wanted)
        ]
        page, following = cut(found, lambda feature: feature.id, after, min(limit, MAX_LIMIT))
        link = next_link(request, following)
        root = str(request.base_url).rstrip("/")
        return answer_features(
            request, page, len(found), f"{root}{link}" if link is not None else None, format_time(now_ns)
        )

    items.__doc__ = f"Items of: {source.description}"
    return items


def _item_of(source: Source) -> Callable[..., Awaitable[Response]]:
    async def item(request: Request, deps: TheDeps, feature: str) -> Response:
        found = _one(source, deps, feature)
        if found is None:
            raise MissingError(f"no feature {feature!r}", "unknown_feature", feature=feature)
        base = _base(request)
        links = [
            Link(href=str(request.url), rel="self", type=GEOJSON),
            Link(href=f"{base}/collections/{source.name}", rel="collection", type=JSON),
        ]
        body = OgcFeature(**dict(found), links=links)
        return Response(body.model_dump_json(), media_type=GEOJSON)

    item.__doc__ = f"One item of: {source.description}"
    return item


class OgcFeature(Feature):
    """A feature with its links."""

    links: list[Link]


def _one(source: Source, deps: Deps, name: str) -> Feature | None:
    when = Interval(None, None) if "@" in name else None
    for hub in deps.hubs.values():
        if name.startswith(hub.model.plant.head.code):
            for feature in source.find(hub.model, deps.clock.now_ns(), None, when, {}):
                if feature.id == name:
                    return feature
    return None


def _described(source: Source, base: str, deps: Deps) -> OgcCollection:
    bounds = [hub.model.plant.head.boundary.bounds for hub in deps.hubs.values()]
    west, south, east, north = (
        ((min(column) if edge < 2 else max(column)) for edge, column in enumerate(zip(*bounds, strict=True)))
        if bounds
        else (-180.0, -90.0, 180.0, 90.0)
    )
    here = f"{base}/collections/{source.name}"
    return OgcCollection(
        id=source.name,
        title=source.title,
        description=source.description,
        extent={
            "spatial": {"bbox": [[west, south, east, north]], "crs": CRS84},
            "temporal": {"interval": [[None, None]]},
        },
        links=[
            Link(href=here, rel="self", type=JSON),
            Link(href=f"{here}/items", rel="items", type=GEOJSON, title=source.title),
        ],
    )


def _base(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}/ogc"


def _query_parameters(source: Source) -> list[dict[str, Any]]:
    return [{"name": name, "in": "query", "required": False, "schema": {"type": "string"}} for name in source.filters]


def _add_routes() -> None:
    for source in SOURCES.values():
        access = permitted(source.permission)
        listing = {**access, "openapi_extra": {**access["openapi_extra"], "parameters": _query_parameters(source)}}
        path = f"/collections/{source.name}/items"
        router.add_api_route(
            path, _items_of(source), name=f"ogc_{source.name}_items", response_model=FeatureCollection, **listing
        )
        router.add_api_route(
            f"{path}/{{feature}}", _item_of(source), name=f"ogc_{source.name}_item", response_model=OgcFeature, **access
        )


_add_routes()
