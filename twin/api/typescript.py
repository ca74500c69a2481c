"""TypeScript types of the wire, written from the Python models: interfaces and unions, and the frame layout (pure)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from twin.api import (
    alarm_desk_schemas,
    alarm_statistics_schemas,
    commissioning_schemas,
    fence_schemas,
    frames,
    live_messages,
    live_schemas,
    muster_schemas,
    question_schemas,
    replay_schemas,
    replay_tracks,
    schemas,
    state_schemas,
    wire,
)

if TYPE_CHECKING:
    from types import ModuleType

_HEAD = """\
// Written by `twin schemas` from the Python models. Do not edit.
/* eslint-disable */

export interface GeoJsonGeometry {
  type: "Point" | "MultiPoint" | "LineString" | "MultiLineString" | "Polygon" | "MultiPolygon";
  // Position, or arrays of positions, as deep as the type asks for (lon, lat in degrees).
  coordinates: any;
}
"""
_MODULES = (
    wire,
    live_schemas,
    schemas,
    state_schemas,
    fence_schemas,
    commissioning_schemas,
    alarm_desk_schemas,
    alarm_statistics_schemas,
    muster_schemas,
    replay_schemas,
    question_schemas,
    live_messages,
)
_REQUESTS = (
    "FenceWrite",
    "FencePatch",
    "Acknowledge",
    "FenceDraftWrite",
    "FenceRetire",
    "FenceRevert",
    "FencePreviewWrite",
    "MusterStart",
    "MusterWord",
    "MusterEnd",
    "VisitsAsked",
    "ReportAsked",
    "NearAsked",
    "WaysAsked",
    "OccupancyAsked",
    "HeatAsked",
    "ExceedancesAsked",
    "Place",
)
_SCALARS = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean", "null": "null"}


def wire_models() -> list[type[BaseModel]]:
    """Every model of the HTTP answers and of the live messages, in the order they are written."""
    return [model for module in _MODULES for model in _models_of(module)]


def typescript() -> str:
    """The content of `web/src/api/types.gen.ts`."""
    models = wire_models()
    _, answers = models_json_schema([(model, "serialization") for model in models], ref_template="{model}")
    requests = [model for model in models if model.__name__ in _REQUESTS]
    _, asked = models_json_schema([(model, "validation") for model in requests], ref_template="{model}")
    definitions: dict[str, Any] = dict(answers["$defs"])
    definitions.update({name: asked["$defs"][name] for name in _REQUESTS})
    written = [_HEAD]
    written += [_definition(name, definitions[name]) for name in sorted(definitions)]
    union = " | ".join(model.__name__ for model in get_args(get_args(live_messages.LiveMessage)[0]))
    written.append(
        f"/** Every text message of the live connection, by its `type`. */\nexport type LiveMessage = {union};\n"
    )
    written.append(_frame_layout())
    written.append(_tracks_layout())
    return "\n".join(written)


def _models_of(module: ModuleType) -> list[type[BaseModel]]:
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, BaseModel)
        and value.__module__ == module.__name__
        and value is not wire.Wire
    ]


def _definition(name: str, schema: dict[str, Any]) -> str:
    lines = _comment(schema.get("description"), "")
    if schema.get("type") == "object" and "properties" in schema:
        lines.append(f"export interface {name} {{")
        required = set(schema.get("required", ()))
        for field, part in schema["properties"].items():
            lines += _comment(part.get("description"), "  ")
            mark = "" if field in required or name not in _REQUESTS else "?"
            lines.append(f"  {field}{mark}: {_type(part)};")
        lines.append("}")
    else:
        lines.append(f"export type {name} = {_type(schema)};")
    return "\n".join(lines) + "\n"


def _comment(text: str | None, indent: str) -> list[str]:
    if not text:
        return []
    words = " ".join(text.split()).replace("*/", "* /")
    return [f"{indent}/** {words} */"]


def _type(schema: dict[str, Any]) -> str:  # noqa: PLR0911 - one return a shape of JSON Schema
    if schema.get("title") == wire.GEOMETRY_TITLE:
        return "GeoJsonGeometry"
    if "$ref" in schema:
        return str(schema["$ref"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " | ".join(dict.fromkeys(_type(part) for part in schema[key]))
    if "allOf" in schema:
        return " & ".join(_type(part) for part in schema["allOf"])
    kind = schema.get("type")
    if kind == "array":
        return _array(schema)
    if kind == "object":
        extra = schema.get("additionalProperties")
        return f"Record<string, {_type(extra) if isinstance(extra, dict) else 'unknown'}>"
    return _SCALARS.get(str(kind), "unknown")


def _array(schema: dict[str, Any]) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(_type(part) for part in schema['prefixItems'])}]"
    item = _type(schema.get("items", {}))
    return f"({item})[]" if "|" in item or "&" in item else f"{item}[]"


def _frame_layout() -> str:
    constants = {
        "KIND": frames.KIND_POSITIONS,
        "VERSION": frames.VERSION,
        "HEADER_BYTES": frames.HEADER_BYTES,
        "ROW_BYTES": frames.ROW_BYTES,
        "OFFSET_KIND": 0,
        "OFFSET_VERSION": 1,
        "OFFSET_TABLE": 2,
        "OFFSET_COUNT": 4,
        "OFFSET_NEWEST_MS": 8,
        "OFFSET_SEQ": 16,
        "STATUS_MASK": frames.STATUS_MASK,
        "BIT_STILL": frames.BIT_STILL,
        "BIT_SOS": frames.BIT_SOS,
        "BIT_ALARM": frames.BIT_ALARM,
        "BIT_UNSEEN": frames.BIT_UNSEEN,
        "AGE_UNKNOWN": frames.AGE_UNKNOWN,
        "AGE_TICK_MS": frames.AGE_TICK_MS,
        "METRES_PER_UNIT": frames.DECIMETRE_M,
    }
    rows = "".join(f"  {name}: {value},\n" for name, value in constants.items())
    return (
        "/** Binary position frame, little endian: header, then columns of n rows:\n"
        " * x i16[n], y i16[n], z i16[n] in decimetres from the site origin, age u16[n], status u8[n], r95 u8[n].\n"
        " * age counts ticks before NEWEST_MS; r95 in decimetres, 255 means 25.5 m or more. */\n"
        f"export const FRAME = {{\n{rows}}} as const;\n"
    )


def _tracks_layout() -> str:
    constants = {
        "KIND": replay_tracks.KIND_TRACKS,
        "VERSION": replay_tracks.VERSION,
        "HEADER_BYTES": replay_tracks.HEADER_BYTES,
        "OFFSET_SMOOTHED": 2,
        "OFFSET_SUBJECTS": 4,
        "OFFSET_FROM_MS": 8,
        "OFFSET_TO_MS": 16,
        "OFFSET_FIXES": 24,
        "OFFSET_HEAD_BYTES": 28,
        "BIT_APART": replay_tracks.BIT_APART,
    }
    rows = "".join(f"  {name}: {value},\n" for name, value in constants.items())
    return (
        "/** Block of tracks, little endian: header, JSON rows (MoverRow[]), counts u32[s], periods u32[s],\n"
        " * then the columns of all their fixes: t i32, x i16, y i16, z i16 as differences, status u8, r95 u8. */\n"
        f"export const TRACKS = {{\n{rows}}} as const;\n"
    )
