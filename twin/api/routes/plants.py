"""Plants, who is signed in, and how healthy the twin is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from gis.time import format_time
from twin.api import records
from twin.api.answers import After, Limit, TheDeps, Words, answer, etag_of, next_link
from twin.api.live_schemas import HealthRecord, Principal
from twin.api.permissions import Permission, permitted, requires
from twin.api.schemas import PlantPage, PlantRecord
from twin.api.selection import cut, matches_text

router = APIRouter(tags=["plants"])


@router.get("/health", response_model=HealthRecord, tags=["health"], **permitted(Permission.HEALTH_VIEW))
async def health(deps: TheDeps) -> Response:
    """Whether the twin works, part by part, and what was refused or lost."""
    now_ns = deps.clock.now_ns()
    model = deps.health
    return answer(
        HealthRecord(
            status=model.status(now_ns),
            time=format_time(now_ns),
            roles=model.roles(now_ns),
            ingest=model.ingest(),
            lag_ms=model.lag_ms(),
            database="ok" if model.database_ok else "down",
            plants={code: hub.model.plant_health(now_ns, len(hub)) for code, hub in sorted(deps.hubs.items())},
        )
    )


@router.get("/me", response_model=Principal, tags=["account"], **permitted(Permission.PUBLIC))
async def me(principal: Annotated[Principal, Depends(requires(Permission.PUBLIC))]) -> Response:
    """Who is signed in and what they may do."""
    return answer(principal)


@router.get("/plants", response_model=PlantPage, **permitted(Permission.PLANT_VIEW))
async def plants(
    request: Request, deps: TheDeps, q: Words = None, limit: Limit = 1000, after: After = None
) -> Response:
    """All plants, by code."""
    heads = [records.plant_head(hub.model.plant) for hub in deps.hubs.values()]
    found = [head for head in heads if q is None or matches_text(q, head.code, head.names.zh, head.names.en)]
    page, following = cut(found, lambda head: head.code, after, limit)
    return answer(PlantPage(items=page, total=len(found), next=next_link(request, following)))


@router.get("/plants/{plant}", response_model=PlantRecord, **permitted(Permission.PLANT_VIEW))
async def plant_by_code(request: Request, deps: TheDeps, plant: str) -> Response:
    """One plant with its small tables: site frame, bounds, levels, roles, teams, shifts, engines."""
    directory = deps.model(plant).directory
    return answer(records.plant_record(directory), request, etag_of(directory.records_mark))
