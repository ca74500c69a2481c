"""Filters in CQL2 (OGC 21-065r2): read by the `cql2` library, judged here over a feature's values (pure).

The library checks text and JSON against the grammar and gives one tree. Judging it is ours because values that are
missing must make a comparison *unknown*, as in SQL, and because every name has to be one that the collection has.
Unknown is `None`; a feature is found only where the filter is true.
"""

from __future__ import annotations

import json
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from cql2 import parse_json, parse_text

from gis.errors import TimeError
from gis.time import NS_PER_S, parse_time
from twin.exchange.errors import CrsError, FilterError
from twin.exchange.spans import Span, instant_of, relation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shapely.geometry.base import BaseGeometry

    from twin.exchange.crs import Crs

Value = Any
DEEPEST, LONGEST_TEXT = 40, 8_000
GEOMETRY = "geometry"
# What the conformance page says is judged.
CONFORMANCE = tuple(
    f"http://www.opengis.net/spec/cql2/1.0/conf/{name}"
    for name in (
        "cql2-text",
        "cql2-json",
        "basic-cql2",
        "advanced-comparison-operators",
        "case-insensitive-comparison",
        "basic-spatial-functions",
        "basic-spatial-functions-plus",
        "spatial-functions",
        "temporal-functions",
        "property-property",
        "arithmetic",
    )
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "^": operator.pow,
    "div": operator.floordiv,
}
_SPATIAL: dict[str, Callable[[Any, Any], Any]] = {
    "s_intersects": shapely.intersects,
    "s_equals": shapely.equals,
    "s_disjoint": shapely.disjoint,
    "s_touches": shapely.touches,
    "s_within": shapely.within,
    "s_overlaps": shapely.overlaps,
    "s_crosses": shapely.crosses,
    "s_contains": shapely.contains,
}
_TEMPORAL = (
    "t_after", "t_before", "t_contains", "t_disjoint", "t_during", "t_equals", "t_finishedby", "t_finishes",
    "t_intersects", "t_meets", "t_metby", "t_overlappedby", "t_overlaps", "t_startedby", "t_starts",
)  # fmt: skip
_SHAPES = frozenset(
    ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection")
)


@dataclass(frozen=True)
class Filter:
    """A filter that was read: what it asks, and how it judges a feature.

    Attributes:
        text: as it was written.
        names: properties it looks at.
        judge: True, False or None (unknown) for the properties and the shape (degrees) of a feature.
    """

    text: str
    names: frozenset[str]
    judge: Callable[[Mapping[str, Any], BaseGeometry | None], bool | None]

    def finds(self, properties: Mapping[str, Any], shape: BaseGeometry | None) -> bool:
        """Whether a feature is found."""
        return self.judge(properties, shape) is True


def read_filter(text: str, language: str, crs: Crs, known: frozenset[str]) -> Filter:
    """Read a filter.

    Args:
        text: the filter.
        language: `cql2-text` or `cql2-json`.
        crs: coordinate system of the geometries in it.
        known: the collection's properties.

    Raises:
        FilterError: it cannot be read, or asks for what is not there.
    """
    if len(text) > LONGEST_TEXT:
        raise FilterError(f"a filter has at most {LONGEST_TEXT} characters")
    if language == "cql2-json":
        try:
            if not isinstance(json.loads(text), dict):
                raise FilterError("a filter in cql2-json is a JSON object")
        except (ValueError, RecursionError) as error:
            raise FilterError("the filter is not JSON") from error
    _hold_depth(text)
    try:
        tree = (parse_json if language == "cql2-json" else parse_text)(text).to_json()
    # The library raises plain exceptions for whatever it cannot read.
    except Exception as error:
        raise FilterError(f"not a filter in {language}: {str(error)[:200]}") from error
    compiled = _Compiled(crs, known)
    try:
        judge = compiled.predicate(tree)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise FilterError("an operator of the filter has the wrong number or kind of arguments") from error
    return Filter(text, frozenset(compiled.names), judge)


def _hold_depth(text: str) -> None:
    """Refuse nesting that would exhaust a recursive reader."""
    depth = 0
    for sign in text:
        if sign in "([{":
            depth += 1
            if depth > DEEPEST:
                raise FilterError(f"a filter nests at most {DEEPEST} deep")
        elif sign in ")]}":
            depth -= 1


class _Compiled:
    def __init__(self, crs: Crs, known: frozenset[str]) -> None:
        self._crs = crs
        self._known = known
        self.names: set[str] = set()

    def predicate(self, node: Any) -> Callable[..., bool | None]:
        """A node that is true, false or unknown."""
        if isinstance(node, bool):
            return lambda _p, _s: node
        if not isinstance(node, dict):
            raise FilterError("a filter is a comparison, not a value")
        if "property" in node:
            value = self.value(node)
            return lambda p, s: _truth(value(p, s))
        op, args = str(node.get("op", "")).lower(), node.get("args", [])
        if op in {"and", "or"}:
            parts = [self.predicate(part) for part in args]
            return _all(parts) if op == "and" else _any(parts)
        if op == "not":
            (part,) = [self.predicate(part) for part in args]
            return lambda p, s: None if (found := part(p, s)) is None else not found
        return self._comparison(op, args)

    def _comparison(self, op: str, args: list[Any]) -> Callable[..., bool | None]:
        if op == "isnull":
            (value,) = [self.value(arg) for arg in args]
            return lambda p, s: value(p, s) is None
        if op == "between":
            value, low, high = (self.value(arg) for arg in args)
            return _all([_compare(operator.ge, value, low), _compare(operator.le, value, high)])
        if op == "in":
            value = self.value(args[0])
            return _any([_compare(operator.eq, value, self.value(one)) for one in args[1]])
        if op == "like":
            return self._like(*args)
        return self._relation(op, args)

    def _relation(self, op: str, args: list[Any]) -> Callable[..., bool | None]:
        """Two values, two places or two times beside each other."""
        if op in _SPATIAL:
            return _spatial(_SPATIAL[op], *(self.shape(arg) for arg in args))
        if op in _TEMPORAL:
            return _temporal(op, *(self.span(arg) for arg in args))
        if op in _COMPARE:
            left, right = (self.value(arg) for arg in args)
            return _compare(_COMPARE[op], left, right)
        raise FilterError(f"{op or 'this'!r} is not judged here")

    def _like(self, value: Any, pattern: Any) -> Callable[..., bool | None]:
        fold = isinstance(pattern, dict) and pattern.get("op") == "casei"
        text = pattern["args"][0] if fold else pattern
        if not isinstance(text, str):
            raise FilterError("LIKE takes a text")
        looked = re.compile(_expression(text.casefold() if fold else text), re.DOTALL)
        found = self.value(value)

        def judge(p: Any, s: Any) -> bool | None:
            given = found(p, s)
            return None if not isinstance(given, str) else looked.fullmatch(given) is not None

        return judge

    def value(self, node: Any) -> Callable[..., Value]:
        """A node that is a number, a text, a truth or an instant."""
        if node is None or isinstance(node, bool | int | float | str):
            return lambda _p, _s: node
        if not isinstance(node, dict):
            raise FilterError("lists are compared with IN only")
        if "property" in node:
            return self._property(str(node["property"]))
        if "timestamp" in node or "date" in node:
            t_ns = _instant(node)
            return lambda _p, _s: t_ns
        op, args = str(node.get("op", "")).lower(), node.get("args", [])
        if op == "casei":
            (part,) = [self.value(arg) for arg in args]
            return lambda p, s: found.casefold() if isinstance(found := part(p, s), str) else found
        if op in _ARITHMETIC and len(args) == 2:
            left, right = (self.value(arg) for arg in args)
            return _calculated(_ARITHMETIC[op], left, right)
        if op in {"and", "or", "not", "isnull", "between", "in", "like", *_COMPARE, *_SPATIAL, *_TEMPORAL}:
            return self.predicate(node)
        raise FilterError(f"{op or next(iter(node), '?')!r} is not judged here")

    def _property(self, name: str) -> Callable[..., Value]:
        if name == GEOMETRY:
            raise FilterError("geometry is compared by the spatial functions only")
        if name not in self._known:
            raise FilterError(f"no property {name[:60]!r}; the queryables list what there is")
        self.names.add(name)
        return lambda p, _s: p.get(name)

    def shape(self, node: Any) -> Callable[..., Any]:
        """A node that is a geometry, in degrees."""
        if isinstance(node, dict) and node.get("property") == GEOMETRY:
            self.names.add(GEOMETRY)
            return lambda _p, s: s
        if isinstance(node, dict) and "bbox" in node:
            numbers = node["bbox"]
            if len(numbers) == 6:
                numbers = [*numbers[0:2], *numbers[3:5]]
            try:
                areas = self._crs.box(numbers)
            except CrsError as error:
                raise FilterError(str(error)) from error
            area = areas[0] if len(areas) == 1 else shapely.union_all(areas)
            return lambda _p, _s: area
        if isinstance(node, dict) and node.get("type") in _SHAPES:
            try:
                given = shapely.geometry.shape(node)
                made = self._crs.to_lonlat(np.array([given], object))[0]
            except (ValueError, TypeError, KeyError, IndexError, shapely.errors.ShapelyError) as error:
                raise FilterError("a geometry in the filter is none") from error
            if not made.is_valid:
                raise FilterError(f"a geometry in the filter is invalid: {shapely.is_valid_reason(made)}")
            shapely.prepare(made)
            return lambda _p, _s: made
        raise FilterError("spatial functions compare `geometry` with a geometry")

    def span(self, node: Any) -> Callable[..., Span | None]:
        """A node that is an instant or a stretch of time."""
        if isinstance(node, dict) and "interval" in node:
            begin, end = (self._bound(part) for part in node["interval"])
            return lambda p, s: Span(begin(p, s), end(p, s))
        if isinstance(node, dict) and "date" in node:
            day_ns = _instant(node)
            day = Span(day_ns, day_ns + 86_400 * NS_PER_S - 1)
            return lambda _p, _s: day
        value = self.value(node)

        def found(p: Any, s: Any) -> Span | None:
            t_ns = instant_of(value(p, s))
            return None if t_ns is None else Span(t_ns, t_ns)

        return found

    def _bound(self, node: Any) -> Callable[..., int | None]:
        if node in {"..", ""} if isinstance(node, str) else node is None:
            return lambda _p, _s: None
        if isinstance(node, str):
            t_ns = _instant({"timestamp": node})
            return lambda _p, _s: t_ns
        value = self.value(node)
        return lambda p, s: instant_of(value(p, s))


def _instant(node: Mapping[str, Any]) -> int:
    text = str(node.get("timestamp", node.get("date")))
    try:
        return int(parse_time(text if "T" in text else f"{text}T00:00:00Z"))
    except TimeError as error:
        raise FilterError(f"no time: {text[:40]!r}") from error


def _truth(value: Value) -> bool | None:
    return value if isinstance(value, bool) else None


def _all(parts: list[Callable[..., bool | None]]) -> Callable[..., bool | None]:
    def judge(p: Any, s: Any) -> bool | None:
        known: bool | None = True
        for part in parts:
            found = part(p, s)
            if found is False:
                return False
            known = None if found is None else known
        return known

    return judge


def _any(parts: list[Callable[..., bool | None]]) -> Callable[..., bool | None]:
    def judge(p: Any, s: Any) -> bool | None:
        known: bool | None = False
        for part in parts:
            found = part(p, s)
            if found is True:
                return True
            known = None if found is None else known
        return known

    return judge


def _compare(
    how: Callable[[Any, Any], bool], left: Callable[..., Value], right: Callable[..., Value]
) -> Callable[..., bool | None]:
    def judge(p: Any, s: Any) -> bool | None:
        a, b = left(p, s), right(p, s)
        if a is None or b is None:
            return None
        # An instant in the filter beside a text of the feature: both are instants.
        if isinstance(a, str) and isinstance(b, int) and not isinstance(b, bool):
            a = instant_of(a)
        elif isinstance(b, str) and isinstance(a, int) and not isinstance(a, bool):
            b = instant_of(b)
        if (
            a is None
            or b is None
            or isinstance(a, str) != isinstance(b, str)
            or isinstance(a, bool) != isinstance(b, bool)
        ):
            return None
        return bool(how(a, b))

    return judge


def _calculated(
    how: Callable[[Any, Any], Any], left: Callable[..., Value], right: Callable[..., Value]
) -> Callable[..., Value]:
    def value(p: Any, s: Any) -> Value:
        a, b = left(p, s), right(p, s)
        if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in (a, b)):
            return None
        try:
            made = how(float(a), float(b))
        except (ZeroDivisionError, OverflowError):
            return None
        return made if isinstance(made, float) else None

    return value


def _spatial(
    how: Callable[[Any, Any], Any], left: Callable[..., Any], right: Callable[..., Any]
) -> Callable[..., bool | None]:
    def judge(p: Any, s: Any) -> bool | None:
        a, b = left(p, s), right(p, s)
        return None if a is None or b is None else bool(how(a, b))

    return judge


def _temporal(
    op: str, left: Callable[..., Span | None], right: Callable[..., Span | None]
) -> Callable[..., bool | None]:
    def judge(p: Any, s: Any) -> bool | None:
        a, b = left(p, s), right(p, s)
        return None if a is None or b is None else relation(op.removeprefix("t_"), a, b)

    return judge


def _expression(pattern: str) -> str:
    """A LIKE pattern as a regular expression: `%` any text, `_` any sign; a backslash takes the next sign as it is."""
    made, at = [], 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\" and at + 1 < len(pattern):
            at += 1
            made.append(re.escape(pattern[at]))
        else:
            made.append({"%": ".*", "_": "."}.get(sign, re.escape(sign)))
        at += 1
    return "".join(made)
