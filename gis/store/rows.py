"""Records ⇄ rows (pure). A row's columns are the record's fields, nested ones laid flat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import shapely
from geoalchemy2.elements import WKBElement

from gis.plant import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic import BaseModel
    from shapely.geometry.base import BaseGeometry

R = TypeVar("R", bound=Record)

WGS84 = 4326
_LIMITS = ("ll", "l", "h", "hh")
_ALLOW = ("roles", "teams", "persons", "vehicles")
_GEOMETRIES = ("geometry", "boundary")
_DOCUMENTS = ("schedule", "rules", "drawn", "points", "windows")
"""Fields that are one JSON column."""


def to_row(record: Record) -> dict[str, Any]:
    """The columns of one record (without plant and ordinal; control points have a table of their own)."""
    row: dict[str, Any] = {}
    for field in type(record).model_fields:
        value = getattr(record, field)
        if field == "names":
            row |= {"name_zh": value.zh, "name_en": value.en}
        elif field in _GEOMETRIES:
            row[field] = geometry_value(value)
        elif field == "attributes":
            row |= {"kind": value.kind, "attributes": value.model_dump(mode="json", exclude={"kind"})}
        elif field == "limits":
            row |= dict(zip(_LIMITS, value.values, strict=True))
        elif field == "allow":
            row |= {f"allow_{who}": list(getattr(value, who)) for who in _ALLOW}
        elif field in ("valid_from", "valid_to"):
            row[f"{field}_ns"] = value
        elif field in _DOCUMENTS:
            row[field] = _document(value)
        elif field != "control_points":
            row[field] = value
    return row


def _document(value: BaseModel | tuple[BaseModel, ...] | None) -> Any:
    if isinstance(value, tuple):
        return [part.model_dump(mode="json") for part in value]
    return None if value is None else value.model_dump(mode="json")


def from_rows(kind: type[R], rows: Sequence[Mapping[str, Any]]) -> list[R]:
    """Rows as records of one kind, in their order."""
    # A mapping of the driver's looks its names up again for every value.
    names = list(rows[0]) if rows else []
    flat = [dict(zip(names, row.values(), strict=True)) for row in rows]
    for column in _GEOMETRIES:
        if flat and column in flat[0]:
            shapes = shapely.set_srid(shapely.from_wkb([bytes(row[column].data) for row in flat]), 0)
            for row, shape in zip(flat, shapes, strict=True):
                row[column] = shape
    return [kind.model_validate(_nested(kind, row)) for row in flat]


def _nested(kind: type[Record], row: dict[str, Any]) -> dict[str, Any]:
    fields = kind.model_fields
    record = {name: row[name] for name in fields if name in row and name != "attributes"}
    if "names" in fields:
        record["names"] = {"zh": row["name_zh"], "en": row["name_en"]}
    if "attributes" in fields:
        record["attributes"] = {"kind": row["kind"], **row["attributes"]}
    if "limits" in fields:
        record["limits"] = {limit: row[limit] for limit in _LIMITS}
    if "allow" in fields:
        record["allow"] = {who: tuple(row[f"allow_{who}"]) for who in _ALLOW}
    if "valid_from" in fields:
        record |= {"valid_from": row["valid_from_ns"], "valid_to": row["valid_to_ns"]}
    if "control_points" in fields:
        record["control_points"] = row["control_points"]
    return record


def geometry_value(shape: BaseGeometry) -> WKBElement:
    """A lon/lat geometry as the database takes it, every coordinate exact."""
    return WKBElement(shapely.to_wkb(shape, include_srid=False), srid=WGS84)


def numbered(records: Iterable[Record], first: int = 0) -> list[dict[str, Any]]:
    """Rows with their place in the file."""
    return [to_row(record) | {"ordinal": ordinal} for ordinal, record in enumerate(records, first)]
