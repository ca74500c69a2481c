"""Vector tiles (Mapbox Vector Tile 2.1) of plants, zones, fences, assets and establishments, made by PostGIS.

Establishments are many and everywhere: below zoom `POINTS_FROM_ZOOM` a tile holds clusters instead, one a cell of a
16 × 16 grid, each with how many there are and how many of each colour. The most dangerous colour alone would paint the
whole map red.
"""

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
ESTABLISHMENTS = "establishments"
LAYERS = (*_SOURCES, ESTABLISHMENTS)
POINTS_FROM_ZOOM = 9
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
# Both work on u and v, the place on the square of web maps, so that nothing is projected. A cluster is drawn where its
# members are on average; of the points, those of a margin around the tile are given too.
_CLUSTERS = text("""
WITH found AS (
    SELECT floor(u * :cells) AS i, floor(v * :cells) AS j, avg(u) AS u, avg(v) AS v, count(*)::int AS count,
           (count(*) FILTER (WHERE colour = 'red'))::int AS red,
           (count(*) FILTER (WHERE colour = 'orange'))::int AS orange,
           (count(*) FILTER (WHERE colour = 'yellow'))::int AS yellow,
           (count(*) FILTER (WHERE colour = 'blue'))::int AS blue,
           min(code) AS code
    FROM establishment
    WHERE u >= :west AND u < :east AND v >= :north AND v < :south
    GROUP BY 1, 2
),
drawn AS (
    SELECT ST_MakePoint(floor((u - :west) * :scale), floor((v - :north) * :scale)) AS shape,
           count, red, orange, yellow, blue, round((red + orange)::numeric / count, 3)::float AS share,
           CASE WHEN count = 1 THEN code END AS code
    FROM found
)
SELECT ST_AsMVT(drawn, :layer, 4096, 'shape') FROM drawn
""")
_POINTS = text("""
WITH drawn AS (
    SELECT ST_MakePoint(floor((u - :west) * :scale), floor((v - :north) * :scale)) AS shape,
           code, name_zh, name_en, region, colour, 1 AS count
    FROM establishment
    WHERE geometry && ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 64.0 / 4096), 4326)
)
SELECT ST_AsMVT(drawn, :layer, 4096, 'shape') FROM drawn
""")
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
    if layer not in LAYERS:
        raise StoreError(f"no layer {layer!r}")
    if not (0 <= z <= DEEPEST_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise StoreError(f"no tile {z}/{x}/{y}")
    if layer == ESTABLISHMENTS:
        return _establishments(conn, z, x, y)
    asked: dict[str, object] = {"layer": layer, "z": z, "x": x, "y": y}
    if _SOURCES[layer][3]:
        asked["at_ns"] = conn.scalar(_NOW) if at_ns is None else at_ns
    return bytes(conn.scalar(_QUERIES[layer], asked) or b"")


def _establishments(conn: Connection, z: int, x: int, y: int) -> bytes:
    size = 2.0**-z
    place = {"layer": ESTABLISHMENTS, "west": x * size, "north": y * size, "scale": 4096 / size}
    if z >= POINTS_FROM_ZOOM:
        return bytes(conn.scalar(_POINTS, {**place, "z": z, "x": x, "y": y}) or b"")
    edges = {"east": (x + 1) * size, "south": (y + 1) * size, "cells": 16 / size}
    return bytes(conn.scalar(_CLUSTERS, {**place, **edges}) or b"")
