"""`twin models`: builds a plant's 3D models as GLB files and their manifest."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from assets import custom
from assets.manifest import ModelSet, build
from twin.commands.plant_source import read

if TYPE_CHECKING:
    from collections.abc import Mapping


@click.command(help="Build the 3D models of a plant (a plant directory or the code of an imported plant) as GLB files.")
@click.argument("plant")
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), required=True, help="Directory to write to."
)
@click.option(
    "--own",
    type=click.Path(file_okay=False, path_type=Path),
    help="Directory of the customer's own GLB, OBJ and STL models.",
)
@click.option(
    "--database", envvar="DATABASE_URL", help="Database of an imported plant; otherwise that of the running twin."
)
@click.option("--quiet", is_flag=True, help="Print nothing but problems.")
def command(plant: str, output: Path, own: Path | None, database: str | None, quiet: bool) -> None:
    """Read, build, write."""
    found, directory = read(plant, database)
    wanted = sorted({asset.model for asset in found.assets if asset.model})
    models = own or (directory / "models" if directory else None)
    loaded, refused = custom.load_all(models, wanted)
    for refusal in refused:
        click.echo(f"{refusal.file}: {refusal.text}", err=True)
    result = build(found, loaded)
    write(result, output)
    if not quiet:
        _report(result)


def write(result: ModelSet, directory: Path) -> None:
    """Write the files, then the manifest that names them; each appears whole or not at all, none is removed."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, data in result.files.items():
        path = directory / f"{name}.glb"
        if not path.exists() or path.stat().st_size != len(data):
            _replace(path, data)
    text = json.dumps(result.manifest, ensure_ascii=False, separators=(",", ":"))
    _replace(directory / "manifest.json", text.encode())


def _replace(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _report(result: ModelSet) -> None:
    rows: dict[str, list[int]] = {}

    def add(kind: str, levels: list[Mapping[str, int]], places: int, baked: bool) -> None:
        row = rows.setdefault(kind, [0, 0, 0, 0, 0, 0])
        row[0] += not baked
        row[1] += places
        row[2] += baked
        for index in (0, 1):
            row[3 + index] += levels[index]["triangles"] * max(places, 1)
        row[5] += sum(level["bytes"] for level in levels)

    for model in result.manifest["models"]:
        add(model["kind"], model["lod"], len(model["instances"]), baked=False)
    for part in result.manifest["baked"]:
        add(part["kind"], part["lod"], 0, baked=True)
    table = Table(title=f"{result.manifest['plant']}  {result.manifest['version']}")
    for name in ("kind", "models", "instances", "baked", "triangles fine", "triangles coarse", "kB"):
        table.add_column(name, justify="left" if name == "kind" else "right")
    for kind, row in sorted(rows.items()):
        table.add_row(kind, *(f"{value:,}" for value in row[:5]), f"{row[5] / 1000:,.0f}")
    total = [sum(column) for column in zip(*rows.values(), strict=True)] if rows else [0] * 6
    table.add_section()
    table.add_row("total", *(f"{value:,}" for value in total[:5]), f"{total[5] / 1000:,.0f}")
    Console().print(table)
