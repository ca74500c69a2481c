"""What every message to and from a screen is made of: frozen models, instants, geometry, phrases, problems, GeoJSON."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from gis.plant import Names
from gis.time import format_time

GEOMETRY_TITLE = "GeoJsonGeometry"


def _iso(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return format_time(value)
    return value


Iso = Annotated[
    str,
    BeforeValidator(_iso),
    WithJsonSchema({"type": "string", "format": "date-time", "description": "ISO 8601 UTC, ends in Z"}),
]
"""An instant on the wire; built from UTC nanoseconds."""

GeoJsonGeometry = Annotated[
    dict[str, Any],
    WithJsonSchema({"type": "object", "title": GEOMETRY_TITLE, "additionalProperties": True}),
]
SubjectKind = Literal["person", "vehicle", "tag"]
FixStatusName = Literal["fix", "degraded", "predicted", "lost"]
LimitState = Literal["ll", "l", "normal", "h", "hh", "unknown"]
Health = Literal["ok", "degraded"]


class Wire(BaseModel):
    """A frozen message that refuses unknown fields and never holds NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


class Phrase(Wire):
    """A sentence as a code and its parameters; the reader's language is chosen where it is shown."""

    code: str
    params: dict[str, str | float | int | bool | Names | None] = {}


class FieldFault(Wire):
    """One fault of a request: where it is and what is wrong."""

    field: str
    code: str
    detail: str


class Problem(Wire):
    """Problem details after RFC 9457, with a stable `code` and its parameters."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    params: dict[str, str | float | int | bool | None] = {}
    errors: list[FieldFault] = []


class Link(Wire):
    """A web link."""

    href: str
    rel: str
    type: str | None = None
    title: str | None = None


class Feature(Wire):
    """A GeoJSON feature; `properties` are the record's other fields."""

    type: Literal["Feature"] = "Feature"
    id: str
    geometry: GeoJsonGeometry | None
    properties: dict[str, Any]


class FeatureCollection(Wire):
    """A page of GeoJSON features (lon/lat)."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Feature]
    links: list[Link] = []
    numberMatched: int | None = None  # noqa: N815 - the standard's name
    numberReturned: int | None = None  # noqa: N815 - the standard's name
    timeStamp: str | None = None  # noqa: N815 - the standard's name
