"""Vector tiles (Mapbox Vector Tile 2.1) of plants, zones, fences and assets, made by PostGIS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from gis.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy import Connection

_VALID = "AND valid_from_ns <= :at_ns AND (valid_to_ns IS NULL OR valid_to_ns > :at_ns)"

# layer → (geometry, properties, table and further condition)
_SOURCES = {
    "plants": ("boundary", "code, name_zh, name_en, enterprise, fictional", "plant", ""),
    "zones": (
        "geometry",
        "plant, code, version, name_zh, name_en, colour, area_kind, z_min_m, z_max_m",
        "zone",
        _VALID,
    ),
    "fences": (
        "geometry",
        "plant, code, version, name_zh, name_en, purpose, colour, priority, z_min_m, z_max_m",
        "fence",
        _VALID,
    ),
    "assets": ("geometry", "plant, code, name_zh, name_en, kind, base_m, level, parent", "asset", ""),
}
LAYERS = tuple(_SOURCES)
DEEPEST_ZOOM = 24

# A margin of 64 of 4096 units lets outlines and labels pass from one tile to the next without a seam.
_QUERY = """
WITH place AS (
    SELECT ST_TileEnvelope(:z, :x, :y) AS square, ST_TileEnvelope(:z, :x, :y, margin => 64.0 / 4096) AS wide
),
found AS (
    SELECT ST_AsMVTGeom(ST_Transform({geometry}, 3857), place.square, 4096, 64, true) AS shape, {properties}
    FROM {table}, place
    WHERE {geometry} && ST_Transform(place.wide, 4326) {condition}
)
SELECT ST_AsMVT(found, :layer, 4096, 'shape') FROM found WHERE shape IS NOT NULL
"""
_QUERIES = {
    layer: text(_QUERY.format(geometry=geometry, properties=properties, table=table, condition=condition))
    for layer, (geometry, properties, table, condition) in _SOURCES.items()
}
_NOW = text("SELECT (extract(epoch FROM now()) * 1000000000)::bigint")


def tile(conn: Connection, layer: str, z: int, x: int, y: int, at_ns: int | None = None) -> bytes:
    """One tile of one layer; empty bytes where there is nothing.

    Args:
        conn: in a transaction.
        layer: one of `LAYERS`.
        z: zoom, 0 to `DEEPEST_ZOOM`.
        x: column from the west.
        y: row from the north.
        at_ns: zones and fences as valid at this instant (UTC ns); None for now.

    Raises:
        StoreError: no such layer or tile.
    """
    if layer not in _QUERIES:
        raise StoreError(f"no layer {layer!r}")
    if not (0 <= z <= DEEPEST_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise StoreError(f"no tile {z}/{x}/{y}")
    asked: dict[str, object] = {"layer": layer, "z": z, "x": x, "y": y}
    if _SOURCES[layer][3]:
        asked["at_ns"] = conn.scalar(_NOW) if at_ns is None else at_ns
    return bytes(conn.scalar(_QUERIES[layer], asked) or b"")
