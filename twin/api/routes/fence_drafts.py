"""Fences in the making: kept on the server as they are typed, and judged each time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Response

from gis.plant import Code  # noqa: TC001 - read by FastAPI at run time
from gis.store.fence_drafts import FenceDraft, delete_draft, list_drafts, write_draft
from twin.api.answers import TheDeps, answer
from twin.api.fence_schemas import FenceDraftPage, FenceDraftRecord, FenceDraftWrite, FenceFaultRecord
from twin.api.live_schemas import Principal
from twin.api.permissions import Permission, permitted, requires
from twin.api.problems import MissingError, RefusedError
from twin.fencing.check import check_fence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twin.api.context import Deps
    from twin.fencing.faults import FenceFault

router = APIRouter(tags=["fence drafts"])
Editor = Annotated[Principal, Depends(requires(Permission.FENCE_EDIT))]
Desk = Annotated[str, Query(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_\-]+$", description="Which screen.")]
DESK = "main"
MOST_BYTES = 200_000


@router.get("/plants/{plant}/fence-drafts", response_model=FenceDraftPage, **permitted(Permission.FENCE_EDIT))
async def fence_drafts(deps: TheDeps, plant: str) -> Response:
    """Every draft of the plant, whoever makes it."""
    deps.model(plant)
    drafts = await deps.history.ask(lambda connection: list_drafts(connection, plant))
    return answer(FenceDraftPage(items=[_record(deps, plant, draft) for draft in drafts]))


@router.get("/plants/{plant}/fence-drafts/{code}", response_model=FenceDraftRecord, **permitted(Permission.FENCE_EDIT))
async def fence_draft(deps: TheDeps, plant: str, code: Code, editor: Editor, desk: Desk = DESK) -> Response:
    """The draft this editor makes of a fence."""
    deps.model(plant)
    drafts = await deps.history.ask(lambda connection: list_drafts(connection, plant, code))
    for draft in drafts:
        if (draft.author, draft.desk) == (editor.id, desk):
            return answer(_record(deps, plant, draft))
    raise MissingError(f"no draft of {code!r}", "unknown_record", collection="fence-drafts", record=code)


@router.put("/plants/{plant}/fence-drafts/{code}", response_model=FenceDraftRecord, **permitted(Permission.FENCE_EDIT))
async def put_fence_draft(
    deps: TheDeps, plant: str, code: Code, body: FenceDraftWrite, editor: Editor, desk: Desk = DESK
) -> Response:
    """Keep a draft; it may be invalid, and the answer says what is wrong with it."""
    deps.model(plant)
    if len(json.dumps(body.body)) > MOST_BYTES:
        raise RefusedError("the draft is too large", "too_large", most_bytes=MOST_BYTES)
    draft = FenceDraft(code, editor.id, desk, body.base_version, body.body, deps.clock.now_ns())
    await deps.history.ask(lambda connection: write_draft(connection, plant, draft))
    return answer(_record(deps, plant, draft))


@router.delete("/plants/{plant}/fence-drafts/{code}", status_code=204, **permitted(Permission.FENCE_EDIT))
async def delete_fence_draft(
    deps: TheDeps,
    plant: str,
    code: Code,
    editor: Editor,
    desk: Desk = DESK,
    author: Annotated[str | None, Query(max_length=100, description="Whose; one's own when not given.")] = None,
) -> Response:
    """Throw a draft away."""
    deps.model(plant)
    await deps.history.ask(lambda connection: delete_draft(connection, plant, code, author or editor.id, desk))
    return Response(None, 204)


def sigma_m(deps: Deps, plant: str) -> float:
    """What the positioning is good for just now, one standard deviation; the usual value while nobody is seen."""
    return deps.model(plant).movers.usual_sigma_m()


def fault_records(faults: Iterable[FenceFault]) -> list[FenceFaultRecord]:
    """Faults as they travel."""
    return [
        FenceFaultRecord(
            code=fault.code,
            field=fault.field,
            params=dict(fault.params),
            lon=fault.lon,
            lat=fault.lat,
            warning=fault.warning,
        )
        for fault in faults
    ]


def _record(deps: Deps, plant: str, draft: FenceDraft) -> FenceDraftRecord:
    directory = deps.model(plant).directory
    _, faults = check_fence(directory.plant, draft.code, draft.body, deps.clock.now_ns(), sigma_m(deps, plant))
    return FenceDraftRecord(
        code=draft.code,
        author=draft.author,
        desk=draft.desk,
        base_version=draft.base_version,
        body=dict(draft.body),
        changed=draft.changed_ns,
        faults=fault_records(faults),
    )
