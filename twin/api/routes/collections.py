"""A plant's records as collections: assets, zones, fences, sensors, cameras, roster, fleet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response

from gis.time import format_time
from twin.api.answers import (
    GEOJSON,
    After,
    Limit,
    TheBox,
    TheDeps,
    Words,
    answer,
    answer_features,
    etag_of,
    mark,
    next_link,
    wants_geojson,
)
from twin.api.catalogue import COLLECTIONS
from twin.api.permissions import permitted
from twin.api.problems import BadRequestError, MissingError
from twin.api.selection import cut
from twin.api.wire import FeatureCollection

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from twin.api.catalogue import Collection

router = APIRouter(tags=["records"])
_COMMON = ("q", "bbox", "limit", "after")
# Their rows carry live values, so they are never the same for long.
_LIVE = ("sensors", "cameras")


def _page_of(collection: Collection) -> Callable[..., Awaitable[Response]]:
    async def page(
        request: Request,
        deps: TheDeps,
        plant: str,
        box: TheBox,
        q: Words = None,
        limit: Limit = 1000,
        after: After = None,
    ) -> Response:
        model = deps.model(plant)
        now_ns = deps.clock.now_ns()
        unknown = set(request.query_params) - set(_COMMON) - set(collection.filters)
        if unknown:
            raise BadRequestError(f"unknown parameters: {', '.join(sorted(unknown))}", "unknown_parameter")
        wanted = {
            name: [part for value in request.query_params.getlist(name) for part in value.split(",")]
            for name in collection.filters
            if name in request.query_params
        }
        found = collection.select(model, now_ns, box, q, wanted)
        items, following = cut(found, lambda item: item.code, after, limit)
        link = next_link(request, following)
        geojson = wants_geojson(request)
        codes = (model.directory.records_mark, geojson, str(request.url.query))
        etag = None if collection.name in _LIVE else mark(*codes, [(item.code, _version(item)) for item in items])
        if geojson:
            features = [collection.feature(item, model) for item in items]
            return answer_features(request, features, len(found), link, format_time(now_ns), etag)
        written = [collection.write(item, model) for item in items]
        return answer(
            collection.page.model_validate({"items": written, "total": len(found), "next": link}), request, etag
        )

    page.__doc__ = f"{collection.title}. JSON, or GeoJSON with `Accept: {GEOJSON}`."
    return page


def _one_of(collection: Collection) -> Callable[..., Awaitable[Response]]:
    async def one(request: Request, deps: TheDeps, plant: str, code: str) -> Response:
        model = deps.model(plant)
        for item in collection.take(model, deps.clock.now_ns()):
            if item.code == code:
                etag = None if collection.name in _LIVE else etag_of(_version(item) or model.directory.records_mark)
                return answer(collection.write(item, model), request, etag)
        raise MissingError(f"no {collection.name} {code!r}", "unknown_record", collection=collection.name, record=code)

    one.__doc__ = f"One of: {collection.title}."
    return one


def _version(item: Any) -> int | None:
    return getattr(item, "version", None)


def _parameters(collection: Collection) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": f"Only records whose `{name}` is one of these (comma-separated or repeated).",
            "schema": {"type": "string"},
        }
        for name in collection.filters
    ]


for _collection in COLLECTIONS.values():
    _access = permitted(_collection.permission)
    _listing = {**_access, "openapi_extra": {**_access["openapi_extra"], "parameters": _parameters(_collection)}}
    _listing["responses"] = {
        **_access["responses"],
        200: {"content": {GEOJSON: {"schema": {"$ref": f"#/components/schemas/{FeatureCollection.__name__}"}}}},
    }
    router.add_api_route(
        f"/plants/{{plant}}/{_collection.name}",
        _page_of(_collection),
        name=f"{_collection.name}_page",
        response_model=_collection.page,
        **_listing,
    )
    router.add_api_route(
        f"/plants/{{plant}}/{_collection.name}/{{code}}",
        _one_of(_collection),
        name=f"{_collection.name}_record",
        response_model=_collection.record,
        **_access,
    )
