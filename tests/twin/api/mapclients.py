"""What programs of others do, in a process of their own: GDAL holds the interpreter while it waits for the server."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pyogrio
from owslib.ogcapi.features import Features


def gdal_layers(url: str) -> list[str]:
    return [str(name) for name, _ in pyogrio.list_layers(f"OAPIF:{url}/ogc")]


def gdal_read(url: str, layer: str, **options: Any) -> tuple[list[dict[str, Any]], str | None]:
    """Rows with `id` and `wkt`, and the coordinate system."""
    frame = pyogrio.read_dataframe(f"OAPIF:{url}/ogc", layer=layer, **options)
    crs = frame.crs.to_string() if frame.crs is not None else None
    shapes = frame.geometry.to_wkt() if "geometry" in frame else [None] * len(frame)
    rows = frame.drop(columns="geometry", errors="ignore").astype(object).to_dict("records")
    return [{**row, "wkt": shape} for row, shape in zip(rows, shapes, strict=True)], crs


def qgis_read(url: str, python: str, box: tuple[float, float, float, float]) -> dict[str, Any]:
    """What `qgisclient` saw, run by a Python that has QGIS."""
    command = [python, str(Path(__file__).with_name("qgisclient.py")), url, *map(str, box)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    told: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return told


def owslib_tour(url: str) -> dict[str, Any]:
    service = Features(f"{url}/ogc")

    def ids(collection: str, **asked: Any) -> list[str]:
        return [str(one["id"]) for one in service.collection_items(collection, **asked)["features"]]

    return {
        "collections": service.feature_collections(),
        "conformance": service.conformance()["conformsTo"],
        "queryables": list(service.collection_queryables("fences")["properties"]),
        "paths": list(service.api()["paths"]),
        "fences": ids("fences", bbox=[118.9522, 37.95, 118.9526, 37.9502], limit=10),
        "red": ids("zones", filter="colour = 'red'"),
        "one": service.collection_item("fences", "TEST-1.F-2")["properties"]["code"],
    }
