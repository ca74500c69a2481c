"""The OpenAPI document: FastAPI's, with what it does not know by itself (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from twin.api.wire import FeatureCollection, Problem

if TYPE_CHECKING:
    from fastapi import FastAPI

REF = "#/components/schemas/{model}"


def document(app: FastAPI) -> dict[str, Any]:
    """The document of an application, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            routes=app.routes,
            description=(
                "Times are ISO 8601 UTC, sizes SI with the unit in the name, coordinates lon/lat (EPSG:4326) or site "
                "metres. Errors are problem details (RFC 9457). Every operation names the permission it needs in "
                "`x-permission`. Lists take `limit` and name their next page in `next` (a bare array in `Link`)."
            ),
        )
        _, shared = models_json_schema(
            [(Problem, "serialization"), (FeatureCollection, "serialization")], ref_template=REF
        )
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        for name, schema in shared["$defs"].items():
            schemas.setdefault(name, schema)
        app.openapi_schema = made
    return app.openapi_schema
