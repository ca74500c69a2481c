"""Writes a plant as a directory that reads back to the same plant: floats by their shortest exact text."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from gis.files import yaml_text
from gis.files.layout import FEATURES, FILE_NAMES, HEAD_FILE, SHEETS, YAML_LISTS, RecordFile, columns, lay_flat

if TYPE_CHECKING:
    from gis.plant import Plant, Record


def write_plant(plant: Plant, directory: Path) -> None:
    """Write a plant's files; the directory appears (or changes) whole or not at all.

    What else lies in an existing directory, such as the customer's models, is kept.

    Raises:
        OSError: the directory cannot be written.
    """
    directory = directory.absolute()
    directory.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        fresh.chmod(0o755)
        for name, text in plant_texts(plant).items():
            with (fresh / name).open("w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        if directory.exists():
            _keep_others(directory, fresh)
        _swap(fresh, directory)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def plant_texts(plant: Plant) -> dict[str, str]:
    """The text of each file of a plant; files that would hold nothing are left out."""
    texts = {HEAD_FILE: _head(plant)}
    for file in FEATURES:
        if records := getattr(plant, file.field):
            texts[file.name] = _features(records)
    for file in SHEETS:
        if records := getattr(plant, file.field):
            texts[file.name] = _sheet(file, records)
    return texts


def _head(plant: Plant) -> str:
    head = lay_flat(plant.head) | {"boundary": _geometry(plant.head.boundary), "enterprise": lay_flat(plant.enterprise)}
    for field in YAML_LISTS:
        records = [_given(lay_flat(record)) for record in getattr(plant, field)]
        if records or field != "patrols":
            head[field] = records
    return yaml_text.dump(head)


def _features(records: tuple[Record, ...]) -> str:
    # One feature a line: a change of one record is a change of one line.
    lines = ",\n".join(
        json.dumps(
            {"type": "Feature", "geometry": _geometry(record.geometry), "properties": _given(lay_flat(record))},  # type: ignore[attr-defined]  # all three kinds have one
            ensure_ascii=False,
        )
        for record in records
    )
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


def _sheet(file: RecordFile, records: tuple[Record, ...]) -> str:
    text = io.StringIO(newline="")
    sheet = csv.DictWriter(text, columns(file.kind), lineterminator="\n")
    sheet.writeheader()
    sheet.writerows(lay_flat(record) for record in records)
    return text.getvalue()


def _geometry(shape: shapely.geometry.base.BaseGeometry) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(shapely.geometry.mapping(shape)))
    return plain


def _given(flat: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in flat.items() if value is not None}


def _keep_others(old: Path, fresh: Path) -> None:
    for other in old.iterdir():
        if other.name in FILE_NAMES:
            continue
        if other.is_dir():
            shutil.copytree(other, fresh / other.name, symlinks=True)
        else:
            shutil.copy2(other, fresh / other.name, follow_symlinks=False)


def _swap(fresh: Path, directory: Path) -> None:
    if not directory.exists():
        fresh.rename(directory)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{directory.name}-old-", dir=directory.parent))
    try:
        directory.rename(aside / directory.name)
        try:
            fresh.rename(directory)
        except OSError:
            (aside / directory.name).rename(directory)
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
