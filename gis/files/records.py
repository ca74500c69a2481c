"""One record out of plain values, its faults instead of an exception (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from gis.files.faults import PlantFault
from gis.files.layout import flat_field, nest
from gis.plant import Record

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

R = TypeVar("R", bound=Record)

# The longest piece of somebody's file that a fault repeats.
_QUOTED = 60
_BOUNDS = {
    "greater_than": ("gt", ">"),
    "greater_than_equal": ("ge", "≥"),
    "less_than": ("lt", "<"),
    "less_than_equal": ("le", "≤"),
}
_FORMS = {
    "string_pattern_mismatch": "{pattern}",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
}
_EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "string": "text",
    "bool": "true or false",
    "dict": "an object",
    "model": "an object",
    "tuple": "a list",
    "finite": "a finite number",
}


def read_record(kind: type[R], flat: dict[str, Any], file: str, record: str) -> tuple[R | None, list[PlantFault]]:
    """A record of the kind, or what is wrong with it."""
    try:
        return kind.model_validate(nest(kind, flat)), []
    except ValidationError as error:
        faults = [_fault(detail, file, record) for detail in error.errors(include_url=False)]
        return None, faults


def _fault(detail: ErrorDetails, file: str, record: str) -> PlantFault:
    path = detail["loc"]
    # pydantic puts the chosen kind of attributes between the field and its parts.
    if len(path) > 2 and path[0] == "attributes":
        path = (path[0], *path[2:])
    code, params = _meaning(detail)
    return PlantFault(file, record, flat_field(path), code, params)


def _meaning(detail: ErrorDetails) -> tuple[str, dict[str, object]]:
    kind, context, got = detail["type"], detail.get("ctx", {}), quoted(detail["input"])
    if kind in _BOUNDS:
        name, sign = _BOUNDS[kind]
        return "out_of_range", {"got": got, "bound": f"{sign} {context[name]:g}"}
    if kind in _FORMS:
        return "bad_text", {"got": got, "expected": _FORMS[kind].format_map(context)}
    fixed: dict[str, tuple[str, dict[str, object]]] = {
        "missing": ("geometry_missing" if detail["loc"][-1:] == ("geometry",) else "field_missing", {}),
        "extra_forbidden": ("field_unknown", {}),
        "enum": ("not_one_of", {"got": got, "expected": context.get("expected")}),
        "literal_error": ("not_one_of", {"got": got, "expected": context.get("expected")}),
        "union_tag_invalid": (
            "not_one_of",
            {"got": quoted(context.get("tag")), "expected": context.get("expected_tags")},
        ),
        "union_tag_not_found": ("bad_value", {"why": "attributes.kind is missing"}),
        "value_error": ("bad_value", {"why": str(context.get("error"))}),
    }
    if kind in fixed:
        return fixed[kind]
    for start, expected in _EXPECTED.items():
        if kind.startswith(start):
            return "wrong_type", {"got": got, "expected": expected}
    return "bad_value", {"why": detail["msg"]}


def quoted(value: object) -> str:
    """A value from a file as a fault may repeat it: short, on one line."""
    text = repr(value)
    return text if len(text) <= _QUOTED else f"{text[: _QUOTED - 1]}…"
