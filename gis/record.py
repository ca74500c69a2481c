"""What every record of a plant is made of: frozen models, geometry, instants, codes, names, versions."""

from __future__ import annotations

from typing import Annotated, Self

import shapely
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)
from shapely.geometry.base import BaseGeometry

from gis.errors import TimeError
from gis.kinds import Words
from gis.time import parse_time


def _read_geometry(value: object) -> BaseGeometry:
    if isinstance(value, BaseGeometry):
        return value
    if not isinstance(value, dict):
        raise ValueError("a geometry is a GeoJSON object")  # noqa: TRY004 - pydantic wants ValueError
    try:
        geometry: BaseGeometry = shapely.geometry.shape(value)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError) as error:
        raise ValueError(f"not a GeoJSON geometry: {error}") from error
    if geometry.is_empty:
        raise ValueError("the geometry is empty")
    if not shapely.is_valid(geometry):
        raise ValueError(f"invalid geometry: {shapely.is_valid_reason(geometry)}")
    west, south, east, north = geometry.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError(f"coordinates are not lon/lat degrees: {geometry.bounds}")
    return geometry


# Integers in this range are UTC nanoseconds (1973 to 2100), smaller ones are taken for epoch milliseconds.
_MIN_NS, _MAX_NS = 10**17, 4_102_444_800_000_000_000


def _read_time(value: object) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and _MIN_NS <= value < _MAX_NS:
        return value
    try:
        return parse_time(value)
    except TimeError as error:
        raise ValueError(str(error)) from error


Geometry = Annotated[
    BaseGeometry,
    BeforeValidator(_read_geometry),
    PlainSerializer(shapely.geometry.mapping, when_used="json"),
    WithJsonSchema({"type": "object", "title": "GeoJSON geometry", "additionalProperties": True}),
]
Instant = Annotated[int, BeforeValidator(_read_time)]
MaybeInstant = Annotated[int | None, BeforeValidator(_read_time)]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._\-]*$")]


class Record(BaseModel):
    """A frozen record that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False)


class Names(Record):
    """A name in both languages."""

    zh: Words
    en: Words


class Versioned(Record):
    """A record valid during [valid_from, valid_to); a new version never overwrites the old one."""

    version: int = Field(default=1, ge=1, lt=2**31)
    valid_from: Instant
    valid_to: MaybeInstant = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("valid_to must be after valid_from")
        return self

    def valid_at(self, t_ns: int) -> bool:
        """Whether this version holds at the instant."""
        return self.valid_from <= t_ns and (self.valid_to is None or t_ns < self.valid_to)
