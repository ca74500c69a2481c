"""Editing fences: a change is a new version; the old one keeps its place in the past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from pydantic import ValidationError

from gis.plant import Fence
from gis.store.fences import write_fence
from twin.api import records
from twin.api.answers import IfMatch, TheDeps, answer, etag_of, must_match
from twin.api.permissions import Permission, permitted
from twin.api.problems import MissingError, RefusedError, StaleError
from twin.api.schemas import FencePatch, FenceRecord, FenceWrite

if TYPE_CHECKING:
    from twin.api.context import Deps

router = APIRouter(tags=["records"])
FARTHEST_M = 20_000.0
_MAY_BE_EMPTY = ("level", "confirm_s", "drawn")


@router.put("/plants/{plant}/fences/{code}", response_model=FenceRecord, **permitted(Permission.FENCE_EDIT))
async def put_fence(
    deps: TheDeps,
    plant: str,
    code: str,
    body: FenceWrite,
    if_match: IfMatch = None,
    if_none_match: Annotated[str | None, Header(description="`*` to make a new fence.")] = None,
) -> Response:
    """Replace a fence (`If-Match`), or make a new one (`If-None-Match: *`)."""
    known = deps.model(plant).directory.fences.get(code)
    if if_none_match == "*":
        if known is not None:
            raise StaleError(f"fence {code!r} exists", etag=etag_of(known.version))
        return await _store(deps, plant, code, body.model_dump(), None, 201)
    if known is None:
        raise MissingError(f"no fence {code!r}", "unknown_record", collection="fences", record=code)
    must_match(if_match, etag_of(known.version))
    return await _store(deps, plant, code, body.model_dump(), known.version, 200)


@router.patch("/plants/{plant}/fences/{code}", response_model=FenceRecord, **permitted(Permission.FENCE_EDIT))
async def patch_fence(
    request: Request, deps: TheDeps, plant: str, code: str, body: FencePatch, if_match: IfMatch = None
) -> Response:
    """Change some fields of a fence (`If-Match`)."""
    del request
    known = deps.model(plant).directory.fences.get(code)
    if known is None:
        raise MissingError(f"no fence {code!r}", "unknown_record", collection="fences", record=code)
    must_match(if_match, etag_of(known.version))
    # A version has its own author and reason.
    old = records.fence_record(known).model_dump(include=set(FenceWrite.model_fields) - {"author", "reason"})
    given = body.model_dump(exclude_unset=True)
    new = {name: value for name, value in given.items() if value is not None or name in _MAY_BE_EMPTY}
    return await _store(deps, plant, code, old | new, known.version, 200)


async def _store(
    deps: Deps, plant: str, code: str, fields: dict[str, Any], follows: int | None, status: int
) -> Response:
    fence = _checked(deps, plant, code, fields)
    stored = await deps.history.ask(lambda connection: write_fence(connection, plant, fence, follows))
    # The core hears of it from the database; this process need not wait for that.
    await deps.load_plant(plant)
    return answer(records.fence_record(stored), None, etag_of(stored.version), status)


def _checked(deps: Deps, plant: str, code: str, fields: dict[str, Any]) -> Fence:
    head = deps.model(plant).plant.head
    try:
        fence = Fence.model_validate({**fields, "code": code, "valid_from": deps.clock.now_ns()})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RefusedError(f"{where}: {first['msg']}", "bad_fence", field=where) from error
    if fence.geometry.geom_type not in {"Polygon", "MultiPolygon"}:
        raise RefusedError("a fence is a polygon", "fence_not_polygon", field="geometry")
    if fence.z_min_m >= fence.z_max_m:
        raise RefusedError("z_min_m must be below z_max_m", "fence_heights", field="z_min_m")
    site = head.frame.shape_to_site(fence.geometry)
    if max(abs(bound) for bound in site.bounds) > FARTHEST_M:
        raise RefusedError("the fence is far from the plant", "fence_far_away", field="geometry")
    return fence
