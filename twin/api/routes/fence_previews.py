"""What a fence would have raised: asked for, looked at while it runs, stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Response

from twin.api.answers import TheDeps, answer
from twin.api.fence_schemas import FencePreviewRecord, FencePreviewWrite
from twin.api.permissions import Permission, permitted
from twin.api.routes.fences import checked

if TYPE_CHECKING:
    from twin.api.context import Deps
    from twin.api.previews import Preview

router = APIRouter(tags=["fence previews"])


@router.post(
    "/plants/{plant}/fence-previews",
    response_model=FencePreviewRecord,
    status_code=202,
    **permitted(Permission.FENCE_EDIT),
)
async def start_preview(deps: TheDeps, plant: str, body: FencePreviewWrite) -> Response:
    """Try a fence on the last hours; it runs in the background."""
    fence = checked(deps, plant, body.code, body.body)
    preview = deps.previews.start(deps.model(plant).plant, fence, deps.clock.now_ns(), body.hours)
    return _told(deps, plant, preview, 202)


@router.get(
    "/plants/{plant}/fence-previews/{preview}", response_model=FencePreviewRecord, **permitted(Permission.FENCE_EDIT)
)
async def preview_by_id(deps: TheDeps, plant: str, preview: str) -> Response:
    """How far a trial is, and what it found so far."""
    deps.model(plant)
    return _told(deps, plant, deps.previews.find(plant, preview), 200)


@router.delete("/plants/{plant}/fence-previews/{preview}", status_code=204, **permitted(Permission.FENCE_EDIT))
async def stop_preview(deps: TheDeps, plant: str, preview: str) -> Response:
    """Stop a trial."""
    deps.model(plant)
    deps.previews.stop(deps.previews.find(plant, preview))
    return Response(None, 204)


def _told(deps: Deps, plant: str, preview: Preview, status: int) -> Response:
    return answer(preview.record(deps.model(plant).directory), status=status)
