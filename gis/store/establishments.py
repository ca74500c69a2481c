"""The establishments of a region: replaced whole, shown as tiles (`gis.store.tiles`)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from geoalchemy2.shape import from_shape
from pydantic import field_validator
from sqlalchemy import delete, func, select

from gis.plant import Code, Colour, Geometry, Names, Record
from gis.store import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

_NORTHERNMOST_DEG = 85.0


class Establishment(Record):
    """One hazardous establishment on the map of its region."""

    code: Code
    names: Names
    region: Code
    colour: Colour
    geometry: Geometry

    @field_validator("geometry")
    @classmethod
    def _a_point_on_the_map(cls, value: Geometry) -> Geometry:
        if value.geom_type != "Point" or abs(value.centroid.y) > _NORTHERNMOST_DEG:
            raise ValueError("an establishment is a point between 85° south and north")
        return value


def replace_establishments(conn: Connection, establishments: Sequence[Establishment]) -> None:
    """Make the database hold exactly these.

    Raises:
        sqlalchemy.exc.IntegrityError: a code appears twice.
    """
    conn.execute(delete(tables.establishment))
    if establishments:
        conn.execute(tables.establishment.insert(), [_row(one) for one in establishments])


def count_establishments(conn: Connection) -> int:
    """How many there are."""
    return conn.scalar(select(func.count()).select_from(tables.establishment)) or 0


def _row(one: Establishment) -> dict[str, object]:
    point = one.geometry.centroid
    return {
        "code": one.code,
        "name_zh": one.names.zh,
        "name_en": one.names.en,
        "region": one.region,
        "colour": one.colour.value,
        "geometry": from_shape(point, srid=4326),
        "u": (point.x + 180.0) / 360.0,
        "v": (1.0 - math.asinh(math.tan(math.radians(point.y))) / math.pi) / 2.0,
    }
