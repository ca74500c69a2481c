"""Vector tiles of plants, zones, fences and assets."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response

from gis.store.tiles import DEEPEST_ZOOM, tile
from twin.api.answers import TheDeps, mark
from twin.api.permissions import Permission, permitted
from twin.api.problems import MissingError

router = APIRouter(tags=["tiles"])
MVT = "application/vnd.mapbox-vector-tile"


@router.get("/tiles/{layer}/{z}/{x}/{y}", response_class=Response, **permitted(Permission.PLANT_VIEW))
async def vector_tile(
    request: Request,
    deps: TheDeps,
    layer: Literal["plants", "zones", "fences", "assets"],
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
