"""Which file holds which records, and how a record's fields are laid out in it (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from gis import plant as model
from gis.time import NS_PER_S, format_moment

if TYPE_CHECKING:
    from gis.plant import Record

HEAD_FILE = "plant.yaml"
LIMITS = ("ll", "l", "h", "hh")
TIMES = ("valid_from", "valid_to")
SPARSE = ("schedule", "rules")
"""Fields of which a file holds only what is not the default, and nothing where all is."""

YAML_LISTS: dict[str, type[Record]] = {
    "regions": model.Region,
    "levels": model.Level,
    "engines": model.Engine,
    "roles": model.Role,
    "teams": model.Team,
    "shifts": model.Shift,
    "patrols": model.PatrolRoute,
}
"""Lists in plant.yaml, by field of `gis.plant.Plant`."""


@dataclass(frozen=True, slots=True)
class RecordFile:
    """One file of records of one kind."""

    name: str
    field: str
    kind: type[Record]


FEATURES = (
    RecordFile("assets.geojson", "assets", model.Asset),
    RecordFile("zones.geojson", "zones", model.Zone),
    RecordFile("fences.geojson", "fences", model.Fence),
)
SHEETS = (
    RecordFile("people.csv", "people", model.Person),
    RecordFile("vehicles.csv", "vehicles", model.Vehicle),
    RecordFile("tags.csv", "tags", model.Tag),
    RecordFile("assignments.csv", "assignments", model.TagAssignment),
    RecordFile("sensors.csv", "sensors", model.Sensor),
    RecordFile("cameras.csv", "cameras", model.Camera),
)
FILE_NAMES = frozenset({HEAD_FILE, *(file.name for file in (*FEATURES, *SHEETS))})


def columns(kind: type[Record]) -> list[str]:
    """The flat field names of a record kind, in order: names and limits laid flat, geometry left out."""
    flat: list[str] = []
    for field in kind.model_fields:
        if field == "names":
            flat += ["name_zh", "name_en"]
        elif field == "limits":
            flat += LIMITS
        elif field not in ("geometry", "boundary"):
            flat.append(field)
    return flat


def lay_flat(record: Record) -> dict[str, Any]:
    """A record as plain values under its flat field names; geometry left out, times as text."""
    flat: dict[str, Any] = {}
    for field in type(record).model_fields:
        value = getattr(record, field)
        if field == "names":
            flat |= {"name_zh": value.zh, "name_en": value.en}
        elif field == "limits":
            flat |= dict(zip(LIMITS, value.values, strict=True))
        elif field == "control_points":
            flat[field] = [lay_flat(point) for point in value]
        elif field in TIMES:
            flat[field] = None if value is None else time_text(value)
        elif isinstance(value, BaseModel):
            flat[field] = value.model_dump(mode="json", exclude_defaults=field in SPARSE) or None
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            flat[field] = [part.model_dump(mode="json") for part in value]
        elif field not in ("geometry", "boundary"):
            flat[field] = value.value if isinstance(value, StrEnum) else value
    return flat


def nest(kind: type[Record], flat: dict[str, Any]) -> dict[str, Any]:
    """Flat fields as the record kind nests them. Unknown fields stay, for the record to refuse."""
    record = dict(flat)
    if "names" in kind.model_fields:
        names = {language: record.pop(f"name_{language}") for language in ("zh", "en") if f"name_{language}" in record}
        record["names"] = names
    if "limits" in kind.model_fields:
        record["limits"] = {limit: record.pop(limit) for limit in LIMITS if limit in record}
    return record


def flat_field(path: tuple[int | str, ...]) -> str:
    """The field a reader finds in the file for a path into the nested record."""
    if len(path) == 2 and path[0] == "names":
        return f"name_{path[1]}"
    if len(path) == 2 and path[0] == "limits":
        return str(path[1])
    return ".".join(map(str, path))


def time_text(t_ns: int) -> str:
    """An instant as ISO 8601 UTC with as many decimals as it has (none, 3, 6 or 9)."""
    head = format_moment(t_ns).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{t_ns % NS_PER_S:09d}"
    for digits in (0, 3, 6, 9):
        if set(fraction[digits:]) <= {"0"}:
            return f"{head}{'.' if digits else ''}{fraction[:digits]}Z"
    raise AssertionError("nine digits hold every nanosecond")
