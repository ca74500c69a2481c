"""Features of a collection as one table: found by place, time, values and filter, cut into pages, written (pure).

A feature is written once while its table lives; a page is then a matter of joining texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec
import numpy as np
import shapely

from twin.exchange.crs import LONLAT
from twin.exchange.errors import FilterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from twin.exchange.cql2 import Filter
    from twin.exchange.crs import Crs
    from twin.exchange.spans import Span

Kind = Literal["string", "number", "integer", "boolean", "date-time"]
_NEVER_NS = np.iinfo(np.int64).max
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


class Column(NamedTuple):
    """A property that every feature of a collection has (or has as null)."""

    name: str
    kind: Kind
    title: str


class Item(NamedTuple):
    """One feature.

    Attributes:
        id: unique in its collection.
        shape: in degrees; None for one without a place.
        properties: by column.
        from_ns: begin of its time, UTC ns; None when it has no time.
        to_ns: first instant no more; None for open.
    """

    id: str
    shape: BaseGeometry | None
    properties: dict[str, Any]
    from_ns: int | None = None
    to_ns: int | None = None


@dataclass(frozen=True)
class Question:
    """What is asked of a collection.

    Attributes:
        areas: places of interest in degrees (one box, or its two halves); None for everywhere.
        span: time of interest; None for no interest in time.
        wanted: values by property; any one of them will do.
        condition: a filter.
    """

    areas: Sequence[BaseGeometry] | None = None
    span: Span | None = None
    wanted: Mapping[str, Sequence[Any]] | None = None
    condition: Filter | None = None


class Table:
    """The features of one collection (of one plant).

    Args:
        items: in any order.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = sorted(items, key=lambda item: item.id)
        self._written: dict[int, bytes] = {}

    def __len__(self) -> int:
        return len(self.items)

    @cached_property
    def ids(self) -> list[str]:
        """Ids in order."""
        return [item.id for item in self.items]

    @cached_property
    def shapes(self) -> NDArray[Any]:
        """Geometries in degrees."""
        made = np.empty(len(self.items), object)
        made[:] = [item.shape for item in self.items]
        return made

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.shapes)

    @cached_property
    def _times(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        begins = [0 if item.from_ns is None else item.from_ns for item in self.items]
        ends = [_NEVER_NS if item.to_ns is None else item.to_ns for item in self.items]
        return np.array(begins, np.int64), np.array(ends, np.int64)

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of all features; None when none has a place."""
        found = shapely.total_bounds(self.shapes) if len(self.items) else np.array([np.nan])
        return None if np.isnan(found).any() else tuple(float(bound) for bound in found)  # type: ignore[return-value]

    def find(self, question: Question) -> NDArray[np.intp]:
        """Places of the features that are asked for, in order of their ids."""
        if question.areas is None:
            found = np.arange(len(self.items))
        else:
            touched = [self._tree.query(area, predicate="intersects") for area in question.areas]
            found = np.unique(np.concatenate(touched))
        if question.span is not None:
            begins, ends = self._times
            found = found[(begins[found] <= question.span.last) & (ends[found] > question.span.first)]
        for name, values in (question.wanted or {}).items():
            chosen = set(values)
            found = found[[self.items[at].properties.get(name) in chosen for at in found.tolist()]]
        if question.condition is not None:
            finds = question.condition.finds
            judged = [finds(self.items[at].properties, self.items[at].shape) for at in found.tolist()]
            found = found[np.array(judged, bool)]
        return np.asarray(found, np.intp)

    def write(self, which: Sequence[int], crs: Crs = LONLAT) -> list[bytes]:
        """Features as GeoJSON texts, their coordinates in a system and its axis order."""
        if crs is LONLAT:
            missing = [at for at in which if at not in self._written]
            for at, text in zip(missing, self._texts(missing, crs), strict=True):
                self._written[at] = text
            return [self._written[at] for at in which]
        return self._texts(which, crs)

    def _texts(self, which: Sequence[int], crs: Crs) -> list[bytes]:
        if not len(which):
            return []
        shapes = self.shapes[np.asarray(which, np.intp)]
        there = ~shapely.is_missing(shapes)
        places = np.full(len(shapes), "null", object)
        if there.any():
            moved = crs.from_lonlat(shapes[there])
            places[there] = shapely.to_geojson(_rounded(moved, crs.decimals))
        return [self._text(self.items[at], place) for at, place in zip(which, places, strict=True)]

    @staticmethod
    def _text(item: Item, place: str) -> bytes:
        head = msgspec.json.encode(item.id)
        body = msgspec.json.encode(item.properties)
        return b'{"type":"Feature","id":%b,"geometry":%b,"properties":%b}' % (head, place.encode(), body)


def _rounded(shapes: NDArray[Any], decimals: int) -> NDArray[Any]:
    def rounded(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(points, decimals)

    flat = ~shapely.has_z(shapes)
    made = np.array(shapes, object)
    if flat.any():
        made[flat] = shapely.transform(shapes[flat], rounded)
    if not flat.all():
        made[~flat] = shapely.transform(shapes[~flat], rounded, include_z=True)
    return made


def read_value(column: Column, text: str) -> Any:
    """A value of a request as the column's kind.

    Raises:
        FilterError: it is none.
    """
    try:
        if column.kind == "boolean":
            return _TRUTHS[text.lower()]
        if column.kind == "integer":
            return int(text)
        if column.kind == "number":
            return float(text)
    except (ValueError, KeyError) as error:
        raise FilterError(f"{column.name} is a {column.kind}, not {text[:40]!r}") from error
    return text
