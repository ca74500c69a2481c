"""What the OGC API says of itself: conformance, collections, queryables, and its own OpenAPI 3.0 document (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twin.api.selection import MAX_LIMIT
from twin.exchange import cql2
from twin.exchange.crs import CRS84

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twin.api.ogc.features import Column
    from twin.api.ogc.sources import Source
    from twin.exchange.crs import Crs

_FEATURES = "http://www.opengis.net/spec/ogcapi-features-"
_MOVING = "http://www.opengis.net/spec/ogcapi-movingfeatures-1/1.0/conf"
CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    *(f"{_FEATURES}1/1.0/conf/{name}" for name in ("core", "geojson", "html", "oas30")),
    f"{_FEATURES}2/1.0/conf/crs",
    *(
        f"{_FEATURES}3/1.0/conf/{name}"
        for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")
    ),
    *cql2.CONFORMANCE,
)
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
OPENAPI_TYPE = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA_TYPE = "application/schema+json"
_TYPES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "date-time": {"type": "string", "format": "date-time"},
}


def value_type(column: Column) -> dict[str, Any]:
    """The JSON schema of a property."""
    return {**_TYPES[column.kind], "title": column.title}


def queryables(source: Source, address: str) -> dict[str, Any]:
    """The properties a filter may name, as JSON schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "type": "object",
        "title": source.title,
        "additionalProperties": False,
        "properties": {
            "geometry": {"format": "geometry-any", "title": "Place", "x-ogc-role": "primary-geometry"},
            **{column.name: value_type(column) for column in source.columns},
        },
    }


def schema(source: Source, address: str) -> dict[str, Any]:
    """What a feature of a collection looks like, as JSON schema: types also of what happens to be null."""
    return {key: value for key, value in queryables(source, address).items() if key != "additionalProperties"}


def parameters(source: Source) -> list[dict[str, Any]]:
    """What the items of a collection may be asked with, besides the parameters of every collection."""
    return [
        {
            "name": column.name,
            "in": "query",
            "required": False,
            "description": f"{column.title}: equal to this value; repeated, to any of them.",
            "style": "form",
            "explode": True,
            "schema": _TYPES[column.kind],
        }
        for column in source.columns
    ]


def openapi(title: str, version: str, server: str, sources: Iterable[Source], crss: Iterable[Crs]) -> dict[str, Any]:
    """The OpenAPI 3.0 document of the OGC API alone: map programs read from it what they may filter by."""
    uris = [crs.uri for crs in crss]
    paths: dict[str, Any] = {
        "/": _get("Landing page"),
        "/conformance": _get("Conformance classes"),
        "/api": _get("This document", media=OPENAPI_TYPE),
        "/collections": _get("Collections"),
    }
    for source in sources:
        here = f"/collections/{source.name}"
        paths[here] = _get(f"{source.title}: about")
        paths[f"{here}/queryables"] = _get(f"{source.title}: properties to filter by", media=SCHEMA_TYPE)
        paths[f"{here}/schema"] = _get(f"{source.title}: what a feature looks like", media=SCHEMA_TYPE)
        paths[f"{here}/items"] = _get(
            f"{source.title}: {source.description}",
            [*_common(uris), *parameters(source)],
            "application/geo+json",
        )
        paths[f"{here}/items/{{feature}}"] = _get(
            f"{source.title}: one",
            [
                {"name": "feature", "in": "path", "required": True, "schema": {"type": "string"}},
                _one_of("crs", uris, "Coordinate system of the answer."),
            ],
            "application/geo+json",
        )
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": version},
        "servers": [{"url": server}],
        "paths": paths,
    }


def _get(summary: str, asked: list[dict[str, Any]] | None = None, media: str = "application/json") -> dict[str, Any]:
    problem = {"description": "What is wrong.", "content": {"application/problem+json": {"schema": {"type": "object"}}}}
    return {
        "get": {
            "summary": summary,
            "parameters": asked or [],
            "responses": {
                "200": {"description": "As asked.", "content": {media: {"schema": {"type": "object"}}}},
                "400": problem,
            },
        }
    }


def _common(uris: list[str]) -> list[dict[str, Any]]:
    four_or_six = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    return [
        _asked(
            "limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 100}, "Most features of a page."
        ),
        _asked("bbox", four_or_six, "Features that touch this box."),
        _one_of("bbox-crs", uris, "Coordinate system of bbox."),
        _one_of("crs", uris, "Coordinate system of the answer."),
        _asked("datetime", {"type": "string"}, "Features whose time touches a, a/b, ../b or a/.."),
        _asked("filter", {"type": "string"}, "A filter in CQL2."),
        _asked(
            "filter-lang",
            {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"},
            "Language of filter.",
        ),
        _one_of("filter-crs", uris, "Coordinate system of the geometries in filter."),
        _asked("after", {"type": "string"}, "Where the page begins; taken from the next link."),
        _asked("f", {"type": "string", "enum": ["json", "html"]}, "Form of the answer."),
    ]


def _one_of(name: str, uris: list[str], what: str) -> dict[str, Any]:
    return _asked(name, {"type": "string", "format": "uri", "enum": uris, "default": CRS84}, what)


def _asked(name: str, schema: dict[str, Any], what: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": what,
        "schema": schema,
        "style": "form",
        "explode": False,
    }
