"""Vector tiles of plants, zones, fences, assets and establishments, and what each holds (TileJSON 3.0)."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Path, Request, Response

from gis.store.tiles import DEEPEST_ZOOM, tile
from twin.api.answers import PREFIX, TheDeps, mark
from twin.api.permissions import Permission, permitted
from twin.api.problems import MissingError

router = APIRouter(tags=["tiles"])
MVT = "application/vnd.mapbox-vector-tile"
Layer = Literal["plants", "zones", "fences", "assets", "establishments"]
_NAMED = {"name_zh": "String", "name_en": "String", "code": "String"}
_FIELDS: dict[str, dict[str, str]] = {
    "plants": {**_NAMED, "enterprise": "String", "fictional": "Boolean"},
    "zones": {**_NAMED, "plant": "String", "version": "Number", "colour": "String", "area_kind": "String"},
    "fences": {**_NAMED, "plant": "String", "version": "Number", "purpose": "String", "colour": "String"},
    "assets": {**_NAMED, "plant": "String", "kind": "String", "level": "String", "parent": "String"},
    "establishments": {
        **_NAMED,
        "region": "String",
        "colour": "String",
        "count": "Number",
        "red": "Number",
        "orange": "Number",
        "yellow": "Number",
        "blue": "Number",
        "share": "Number",
    },
}


@router.get("/tiles/{layer}", **permitted(Permission.PLANT_VIEW))
async def tile_layer(request: Request, layer: Layer) -> Response:
    """What a layer holds and where its tiles are, as TileJSON: any map that speaks vector tiles takes this address."""
    base = f"{str(request.base_url).rstrip('/')}{PREFIX}/tiles/{layer}"
    body = {
        "tilejson": "3.0.0",
        "name": layer,
        "tiles": [f"{base}/{{z}}/{{x}}/{{y}}"],
        "minzoom": 0,
        "maxzoom": DEEPEST_ZOOM,
        "vector_layers": [{"id": layer, "fields": _FIELDS[layer]}],
    }
    return Response(msgspec.json.encode(body), 200, {"Cache-Control": "no-cache"}, "application/json")


@router.get("/tiles/{layer}/{z}/{x}/{y}", response_class=Response, **permitted(Permission.PLANT_VIEW))
async def vector_tile(
    request: Request,
    deps: TheDeps,
    layer: Layer,
    z: Annotated[int, Path(ge=0, le=DEEPEST_ZOOM)],
    x: Annotated[int, Path(ge=0)],
    y: Annotated[int, Path(ge=0)],
) -> Response:
    """One Mapbox vector tile; 204 where there is nothing."""
    if x >= 2**z or y >= 2**z:
        raise MissingError(f"no tile {z}/{x}/{y}", "unknown_tile")
    body = await deps.history.ask(lambda connection: tile(connection, layer, z, x, y))
    etag = mark(body)
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == etag:
        return Response(None, 304, headers)
    return Response(body or None, 200 if body else 204, headers, MVT if body else None)
