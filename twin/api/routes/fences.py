"""Editing fences: a change is a new version; the old one keeps its place in the past."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response

from gis.plant import Code  # noqa: TC001 - read by FastAPI at run time
from gis.store.fences import FenceRetired, fence_history, retire_fence, write_fence
from twin.api import records
from twin.api.answers import IfMatch, TheDeps, answer, etag_of, must_match
from twin.api.fence_schemas import (
    FenceRetire,
    FenceRetirement,
    FenceRevert,
    FenceVersion,
    FenceVersionPage,
    RetiredFence,
    RetiredFencePage,
)
from twin.api.live_schemas import Principal
from twin.api.permissions import Permission, permitted, requires
from twin.api.problems import MissingError, RefusedError, StaleError
from twin.api.routes.fence_drafts import sigma_m
from twin.api.schemas import FencePatch, FenceRecord, FenceWrite
from twin.fencing.check import check_fence

if TYPE_CHECKING:
    from gis.plant import Fence
    from twin.api.context import Deps

router = APIRouter(tags=["records"])
_MAY_BE_EMPTY = ("level", "confirm_s", "drawn")
Editor = Annotated[Principal, Depends(requires(Permission.FENCE_EDIT))]


@router.put("/plants/{plant}/fences/{code}", response_model=FenceRecord, **permitted(Permission.FENCE_EDIT))
async def put_fence(
    deps: TheDeps,
    plant: str,
    code: Code,
    body: FenceWrite,
    editor: Editor,
    if_match: IfMatch = None,
    if_none_match: Annotated[str | None, Header(description="`*` to make a new fence.")] = None,
) -> Response:
    """Replace a fence (`If-Match`), or make a new one (`If-None-Match: *`)."""
    fields = body.model_dump(mode="json") | {"author": editor.id}
    known = deps.model(plant).directory.fences.get(code)
    if if_none_match == "*":
        if known is not None:
            raise StaleError(f"fence {code!r} exists", etag=etag_of(known.version))
        return await _store(deps, plant, code, fields, None, 201)
    known = _known(deps, plant, code)
    must_match(if_match, etag_of(known.version))
    return await _store(deps, plant, code, fields, known.version, 200)


@router.patch("/plants/{plant}/fences/{code}", response_model=FenceRecord, **permitted(Permission.FENCE_EDIT))
async def patch_fence(
    request: Request, deps: TheDeps, plant: str, code: Code, body: FencePatch, editor: Editor, if_match: IfMatch = None
) -> Response:
    """Change some fields of a fence (`If-Match`)."""
    del request
    known = _known(deps, plant, code)
    must_match(if_match, etag_of(known.version))
    given = body.model_dump(mode="json", exclude_unset=True)
    new = {name: value for name, value in given.items() if value is not None or name in _MAY_BE_EMPTY}
    # A version has its own author and reason.
    fields = _fields(known) | {"reason": ""} | new | {"author": editor.id}
    return await _store(deps, plant, code, fields, known.version, 200)


@router.get(
    "/plants/{plant}/fences/{code}/versions", response_model=FenceVersionPage, **permitted(Permission.PLANT_VIEW)
)
async def fence_versions(deps: TheDeps, plant: str, code: Code) -> Response:
    """Every version of a fence, the newest first: who made it, when and why."""
    deps.model(plant)
    versions, retired = await deps.history.ask(lambda connection: fence_history(connection, plant, code))
    if not versions:
        raise MissingError(f"no fence {code!r}", "unknown_record", collection="fences", record=code)
    items = [
        FenceVersion(fence=records.fence_record(fence), retired=_retirement(retired.get(fence.version)))
        for fence in reversed(versions)
    ]
    return answer(FenceVersionPage(items=items), None, etag_of(versions[-1].version))


@router.get("/plants/{plant}/retired-fences", response_model=RetiredFencePage, **permitted(Permission.PLANT_VIEW))
async def retired_fences(deps: TheDeps, plant: str) -> Response:
    """Fences that are out of force and can be brought back."""
    directory = deps.model(plant).directory
    newest: dict[str, Fence] = {}
    for fence in directory.plant.fences:
        if fence.code not in directory.fences and fence.version >= newest.get(fence.code, fence).version:
            newest[fence.code] = fence
    items = [
        RetiredFence(code=fence.code, names=fence.names, version=fence.version, ended=fence.valid_to)
        for fence in newest.values()
        if fence.valid_to is not None
    ]
    return answer(RetiredFencePage(items=items))


@router.post(
    "/plants/{plant}/fences/{code}/retire", response_model=FenceVersionPage, **permitted(Permission.FENCE_EDIT)
)
async def retire(
    deps: TheDeps, plant: str, code: Code, body: FenceRetire, editor: Editor, if_match: IfMatch = None
) -> Response:
    """Take a fence out of force now (`If-Match`). Its versions stay, and it can be brought back."""
    known = _known(deps, plant, code)
    must_match(if_match, etag_of(known.version))
    retired = FenceRetired(known.version, deps.clock.now_ns(), editor.id, body.reason)
    await deps.history.ask(lambda connection: retire_fence(connection, plant, code, retired))
    await deps.load_plant(plant)
    return await fence_versions(deps, plant, code)


@router.post("/plants/{plant}/fences/{code}/revert", response_model=FenceRecord, **permitted(Permission.FENCE_EDIT))
async def revert(
    deps: TheDeps, plant: str, code: Code, body: FenceRevert, editor: Editor, if_match: IfMatch = None
) -> Response:
    """Let an earlier version hold again, as a new version (`If-Match` the newest); brings a retired fence back."""
    versions = deps.model(plant).directory.fence_versions
    newest = max((version for name, version in versions if name == code), default=None)
    old = versions.get((code, body.version))
    if newest is None or old is None:
        raise MissingError(f"no version {body.version} of {code!r}", "unknown_record", collection="fences", record=code)
    must_match(if_match, etag_of(newest))
    fields = _fields(old) | {"author": editor.id, "reason": body.reason}
    return await _store(deps, plant, code, fields, newest, 200)


def _known(deps: Deps, plant: str, code: str) -> Fence:
    known = deps.model(plant).directory.fences.get(code)
    if known is None:
        raise MissingError(f"no fence {code!r}", "unknown_record", collection="fences", record=code)
    return known


def _fields(fence: Fence) -> dict[str, Any]:
    """What an editor could have sent to get this fence."""
    return records.fence_record(fence).model_dump(mode="json", include=set(FenceWrite.model_fields))


async def _store(
    deps: Deps, plant: str, code: str, fields: dict[str, Any], follows: int | None, status: int
) -> Response:
    fence = checked(deps, plant, code, fields)
    stored = await deps.history.ask(lambda connection: write_fence(connection, plant, fence, follows))
    # The core hears of it from the database; this process need not wait for that.
    await deps.load_plant(plant)
    return answer(records.fence_record(stored), None, etag_of(stored.version), status)


def checked(deps: Deps, plant: str, code: str, fields: dict[str, Any]) -> Fence:
    """The fence some fields describe.

    Raises:
        RefusedError: they describe none; the first fault and its place.
    """
    known = deps.model(plant).plant
    fence, faults = check_fence(known, code, fields, deps.clock.now_ns(), sigma_m(deps, plant))
    if fence is None:
        first = next(fault for fault in faults if not fault.warning)
        place = {} if first.lon is None else {"lon": first.lon, "lat": first.lat}
        raise RefusedError(
            f"{first.field}: {first.code}", first.code, **{**first.params, **place, "field": first.field}
        )
    return fence


def _retirement(retired: FenceRetired | None) -> FenceRetirement | None:
    if retired is None:
        return None
    return FenceRetirement(t=retired.t_ns, author=retired.author, reason=retired.reason)
