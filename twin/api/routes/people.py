"""Where people and vehicles are now: from memory, also while the database is away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from gis.time import format_time
from twin.api.answers import (
    After,
    Limit,
    TheBox,
    TheDeps,
    Words,
    answer_features,
    answer_rows,
    next_link,
    wants_geojson,
)
from twin.api.live_schemas import PersonNow
from twin.api.permissions import Permission, permitted
from twin.api.selection import cut, matches_text
from twin.api.wire import Feature

if TYPE_CHECKING:
    from collections.abc import Collection

    from twin.api.context import Deps
    from twin.api.selection import Box

router = APIRouter(tags=["people"])
PEOPLE = ("person", "tag")
VEHICLES = ("vehicle",)


@router.get("/plants/{plant}/people", response_model=list[PersonNow], **permitted(Permission.PEOPLE_VIEW))
async def people(
    request: Request,
    deps: TheDeps,
    plant: str,
    box: TheBox,
    q: Words = None,
    limit: Limit = 10_000,
    after: After = None,
) -> Response:
    """Everybody whose position is or was known, and tags nobody carries: place, certainty, zones, how old.

    Those never seen are in the roster only. A further page is announced in the `Link` header.
    """
    return _movers(request, deps, plant, PEOPLE, box, q, limit, after)


@router.get("/plants/{plant}/vehicles", response_model=list[PersonNow], **permitted(Permission.PEOPLE_VIEW))
async def vehicles(
    request: Request,
    deps: TheDeps,
    plant: str,
    box: TheBox,
    q: Words = None,
    limit: Limit = 10_000,
    after: After = None,
) -> Response:
    """Every vehicle whose position is or was known."""
    return _movers(request, deps, plant, VEHICLES, box, q, limit, after)


def _movers(
    request: Request,
    deps: Deps,
    plant: str,
    kinds: Collection[str],
    box: Box | None,
    words: str | None,
    limit: int,
    after: str | None,
) -> Response:
    rows = deps.model(plant).movers.rows(kinds)
    found = [row for row in rows if (box is None or _inside(row, box)) and (words is None or _named(row, words))]
    page, following = cut(found, lambda row: row.id, after, limit)
    link = next_link(request, following)
    if wants_geojson(request):
        features = [person_feature(row) for row in page]
        return answer_features(request, features, len(found), link, format_time(deps.clock.now_ns()))
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    if link is not None:
        headers["Link"] = f'<{link}>; rel="next"'
    return answer_rows(page, headers)


def person_feature(row: PersonNow) -> Feature:
    """A position as a GeoJSON point with height, everything else as properties."""
    return Feature(
        id=row.id,
        geometry={"type": "Point", "coordinates": [row.lon, row.lat, row.z_m]},
        properties=row.model_dump(mode="json"),
    )


def _inside(row: PersonNow, box: Box) -> bool:
    if not box.south <= row.lat <= box.north:
        return False
    if box.west <= box.east:
        return box.west <= row.lon <= box.east
    return row.lon >= box.west or row.lon <= box.east


def _named(row: PersonNow, words: str) -> bool:
    return matches_text(words, row.id, row.tag, row.name.zh, row.name.en)
