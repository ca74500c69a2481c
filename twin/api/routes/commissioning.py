"""Setting the positioning up: how anchors and tags do, the frames of the engines, the error to expect."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response

from twin.api.answers import TheDeps, answer, etag_of
from twin.api.commissioning import commissioning_record, coverage_record
from twin.api.commissioning_schemas import CommissioningRecord, CoverageRecord
from twin.api.permissions import Permission, permitted
from twin.api.problems import MissingError
from twin.coverage import coverage

if TYPE_CHECKING:
    from twin.api.directory import Directory

router = APIRouter(tags=["commissioning"])
STEP = Query(ge=1.0, le=100.0, description="Side of a square, metres.")


@router.get(
    "/plants/{plant}/commissioning", response_model=CommissioningRecord, **permitted(Permission.COMMISSIONING_VIEW)
)
async def commissioning(deps: TheDeps, plant: str) -> Response:
    """Every anchor and tag with what the locator says of it, and how the engines' frames are tied to the site."""
    return answer(commissioning_record(deps.model(plant), deps.clock.now_ns()))


@router.get("/plants/{plant}/coverage", response_model=CoverageRecord, **permitted(Permission.COMMISSIONING_VIEW))
def coverage_map(
    request: Request,
    deps: TheDeps,
    plant: str,
    level: Annotated[str | None, Query(max_length=64, description="Code of a level; the lowest by default.")] = None,
    step_m: Annotated[float, STEP] = 5.0,
) -> Response:
    """The error to expect over one level: from the anchors on record and what stands between them and the tag."""
    directory = deps.model(plant).directory
    levels = {one.code: one.z_m for one in directory.plant.levels} or {"L0": 0.0}
    code = level if level is not None else min(levels, key=lambda name: levels[name])
    if code not in levels:
        raise MissingError(f"no level {code!r}", "unknown_level", level=code)
    made = _coverage(directory, code, levels[code], step_m)
    return answer(made, request, etag_of(f"{directory.records_mark} {code} {step_m}"))


@lru_cache(maxsize=8)
def _coverage(directory: Directory, level: str, level_m: float, step_m: float) -> CoverageRecord:
    # A directory is built anew whenever the records change, so it is its own mark of them.
    return coverage_record(directory.plant, level, coverage(directory.plant, level_m, step_m))
