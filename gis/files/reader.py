"""Reads a plant directory whole: every fault of every file at once, or the plant."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import yaml

from gis import plant as model
from gis.files import yaml_text
from gis.files.checks import check_plant
from gis.files.faults import PlantFault, PlantFilesError
from gis.files.layout import FEATURES, HEAD_FILE, SHEETS, YAML_LISTS, RecordFile, columns
from gis.files.records import quoted, read_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gis.plant import Plant, Record

R = TypeVar("R", bound="Record")

# A file of records may be missing when it would be empty; the plant's head may not.
_LARGEST_BYTES = 256 * 1024 * 1024


class Located(NamedTuple):
    """A record and where it was found."""

    record: Record
    file: str
    place: str


def read_plant(directory: Path) -> Plant:
    """The plant that a directory describes.

    Raises:
        PlantFilesError: with all faults: of reading, of single records, and (where the records could be read) of
            records against one another.
    """
    reading = _Reading(directory)
    return reading.plant()


class _Reading:
    """One pass over a directory, gathering records and faults."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.faults: list[PlantFault] = []
        self.records: dict[str, list[Located]] = {}
        # Codes of records that could not be read (None: a whole file): what refers to them is no fault of its own.
        self.unread: dict[str, set[str] | None] = {}

    def plant(self) -> Plant:
        if not self.directory.is_dir():
            raise PlantFilesError([PlantFault(str(self.directory), "", "", "directory_missing")])
        head, enterprise = self.read_head()
        for file in FEATURES:
            self.records[file.field] = list(self.read_features(file))
        for file in SHEETS:
            self.records[file.field] = list(self.read_sheet(file))
        self.faults += check_plant(head, self.records, self.unread)
        if self.faults or head is None or enterprise is None:
            raise PlantFilesError(self.faults)
        lists = {field: tuple(located.record for located in found) for field, found in self.records.items()}
        return model.Plant(head=head, enterprise=enterprise, **lists)

    def fault(self, file: str, record: str, field: str, code: str, **params: object) -> None:
        self.faults.append(PlantFault(file, record, field, code, params))

    def text(self, name: str, *fields: str, needed: bool = False) -> str | None:
        """A file's text; None when it is missing or cannot be read (then the fault is noted, and what it hides)."""
        path = self.directory / name
        try:
            if not path.exists():
                if not needed:
                    return None
                self.fault(name, "", "", "file_missing")
            elif path.stat().st_size > _LARGEST_BYTES:
                self.fault(name, "", "", "file_unreadable", why=f"larger than {_LARGEST_BYTES // 2**20} MiB")
            else:
                return path.read_text("utf-8-sig")
        except UnicodeDecodeError as error:
            self.fault(name, "", "", "not_utf8", byte=error.start)
        except OSError as error:
            self.fault(name, "", "", "file_unreadable", why=error.strerror or type(error).__name__)
        self.unread |= dict.fromkeys(fields)
        return None

    def record(self, kind: type[R], flat: dict[str, Any], file: str, place: str) -> R | None:
        record, faults = read_record(kind, flat, file, place)
        self.faults += faults
        return record

    def located(self, field: str, kind: type[R], flat: dict[str, Any], file: str, place: str) -> Located | None:
        """A record with its place; where it cannot be read, its code is remembered."""
        record = self.record(kind, flat, file, place)
        if record is not None:
            return Located(record, file, place)
        codes = self.unread.setdefault(field, set())
        if codes is not None:
            codes.add(str(flat.get("code", "")))
        return None

    def unreadable(self, field: str, file: str, place: str, code: str, **params: object) -> None:
        """A fault that hides records of which not even the code is known."""
        self.fault(file, place, "", code, **params)
        self.unread[field] = None

    def read_head(self) -> tuple[model.PlantHead | None, model.Enterprise | None]:
        """plant.yaml: the head, the enterprise, and the short lists."""
        self.records |= {field: [] for field in YAML_LISTS}
        text = self.text(HEAD_FILE, *YAML_LISTS, needed=True)
        if text is None:
            return None, None
        try:
            document = yaml_text.load(text)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            self.fault(HEAD_FILE, "", "", "not_yaml", why=" ".join(str(error).split()))
            self.unread |= dict.fromkeys(YAML_LISTS)
            return None, None
        if not isinstance(document, dict):
            self.fault(HEAD_FILE, "", "", "wrong_type", expected="an object", got=quoted(document))
            self.unread |= dict.fromkeys(YAML_LISTS)
            return None, None
        for field, kind in YAML_LISTS.items():
            self.records[field] = list(self.read_list(field, kind, document.pop(field, None)))
        company = document.pop("enterprise", None)
        enterprise = None
        if company is None:
            self.fault(HEAD_FILE, "", "enterprise", "field_missing")
        elif not isinstance(company, dict):
            self.fault(HEAD_FILE, "", "enterprise", "wrong_type", expected="an object", got=quoted(company))
        else:
            enterprise = self.record(model.Enterprise, company, HEAD_FILE, "enterprise")
        # The head's own faults are worth telling even where the enterprise is not known.
        document["enterprise"] = enterprise.code if enterprise else "UNKNOWN"
        return self.record(model.PlantHead, document, HEAD_FILE, ""), enterprise

    def read_list(self, field: str, kind: type[Record], entries: object) -> Iterator[Located]:
        """One list of plant.yaml."""
        if entries is None:
            return
        if not isinstance(entries, list):
            self.unreadable(field, HEAD_FILE, field, "wrong_type", expected="a list", got=quoted(entries))
            return
        for number, entry in enumerate(entries):
            place = f"{field}[{number}]"
            if not isinstance(entry, dict):
                self.unreadable(field, HEAD_FILE, place, "wrong_type", expected="an object", got=quoted(entry))
                continue
            place = _with_code(place, entry)
            located = self.located(field, kind, entry, HEAD_FILE, place)
            if located is not None:
                yield located

    def read_features(self, file: RecordFile) -> Iterator[Located]:
        """One GeoJSON FeatureCollection."""
        text = self.text(file.name, file.field)
        if text is None:
            return
        try:
            document = json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            self.unreadable(file.field, file.name, "", "not_geojson", why=str(error))
            return
        features = document.get("features") if isinstance(document, dict) else None
        if not isinstance(features, list) or document.get("type") != "FeatureCollection":
            self.unreadable(
                file.field, file.name, "", "not_geojson", why="it is no FeatureCollection with a list of features"
            )
            return
        for number, feature in enumerate(features, 1):
            located = self.read_feature(file, f"feature {number}", feature)
            if located is not None:
                yield located

    def read_feature(self, file: RecordFile, place: str, feature: object) -> Located | None:
        """One feature: its properties are the record's fields, its geometry is the record's."""
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(feature, dict) or feature.get("type") != "Feature" or not isinstance(properties, dict):
            self.unreadable(file.field, file.name, place, "not_geojson", why="it is no Feature with properties")
            return None
        place = _with_code(place, properties)
        flat = dict(properties)
        if feature.get("geometry") is not None:
            flat["geometry"] = feature["geometry"]
        return self.located(file.field, file.kind, flat, file.name, place)

    def read_sheet(self, file: RecordFile) -> Iterator[Located]:
        """One CSV file; an empty cell is a field not given."""
        text = self.text(file.name, file.field)
        if text is None:
            return
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            header = next(rows, [])
            if not self.header_holds(file, header):
                self.unread[file.field] = None
                return
            for cells in rows:
                if any(cells):
                    located = self.read_line(file, header, cells, rows.line_num)
                    if located is not None:
                        yield located
        except csv.Error as error:
            self.unreadable(file.field, file.name, f"line {rows.line_num}", "not_csv", why=str(error))

    def header_holds(self, file: RecordFile, header: list[str]) -> bool:
        """Whether a sheet's columns are known; every fault of them is noted."""
        known, before = columns(file.kind), len(self.faults)
        for number, name in enumerate(header):
            if name in header[:number]:
                self.fault(file.name, "line 1", name, "column_twice")
            elif name not in known:
                self.fault(file.name, "line 1", name, "column_unknown")
        for name in needed_columns(file.kind):
            if name not in header:
                self.fault(file.name, "line 1", name, "column_missing")
        return len(self.faults) == before

    def read_line(self, file: RecordFile, header: list[str], cells: list[str], line: int) -> Located | None:
        """One line of a sheet."""
        flat = {name: cell for name, cell in zip(header, cells, strict=False) if cell != ""}
        place = _with_code(f"line {line}", flat)
        if len(cells) > len(header):
            self.unreadable(file.field, file.name, place, "too_many_cells")
            return None
        # A unit may be empty: the quantity has none (pH, ratios).
        if "unit" in header:
            flat.setdefault("unit", "")
        return self.located(file.field, file.kind, flat, file.name, place)


def needed_columns(kind: type[Record]) -> list[str]:
    """The columns a sheet must have: the fields without a default."""
    needed: list[str] = []
    for name, field in kind.model_fields.items():
        if name == "names":
            needed += ["name_zh", "name_en"]
        elif field.is_required():
            needed.append(name)
    return needed


def _with_code(place: str, flat: dict[str, Any]) -> str:
    code = flat.get("code", flat.get("tag"))
    return f"{place} ({code})" if isinstance(code, str) and 0 < len(code) <= 64 else place


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")
