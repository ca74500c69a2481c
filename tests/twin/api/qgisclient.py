"""Layers of the OGC API as QGIS reads them; run by the system's Python, which has QGIS: `qgisclient.py URL`.

Prints JSON: for each collection the count it says, the ids of its rows, and of `assets` what a box and a filter give.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from qgis.core import QgsApplication, QgsFeatureRequest, QgsRectangle, QgsVectorLayer

COLLECTIONS = ("assets", "fences", "sensors", "people")


def rows(layer: QgsVectorLayer, request: QgsFeatureRequest | None = None) -> list[str]:
    """Ids of the rows of a layer."""
    found = layer.getFeatures() if request is None else layer.getFeatures(request)
    return sorted(feature["id"] for feature in found)


def read(url: str, west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """All layers."""
    told: dict[str, Any] = {}
    for name in COLLECTIONS:
        source = f"url='{url}/ogc' typename='{name}' pagingEnabled='true' pageSize='7'"
        layer = QgsVectorLayer(source, name, "OAPIF")
        assert layer.isValid(), layer.error().summary()
        told[name] = {"count": layer.featureCount(), "rows": rows(layer)}
        if name == "assets":
            box = QgsRectangle(west, south, east, north)
            told["box"] = rows(layer, QgsFeatureRequest().setFilterRect(box))
            told["cameras"] = rows(layer, QgsFeatureRequest().setFilterExpression("\"kind\" = 'camera'"))
    return told


if __name__ == "__main__":
    application = QgsApplication([], False)
    application.initQgis()
    answer = json.dumps(read(sys.argv[1], *map(float, sys.argv[2:6])))
    sys.stdout.write(answer + "\n")
    sys.stdout.flush()
    # Its own taking down of threads is not what is tried here.
    os._exit(0)
