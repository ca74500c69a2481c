"""Evacuations: call everybody to the muster points, see who is safe, and who is not known to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from gis.store.musters import list_musters, muster_story, muster_whole
from gis.time import format_time
from gis.wire import encode
from twin.api.answers import After, TheDeps, answer, next_link
from twin.api.live_schemas import Principal
from twin.api.muster_schemas import (
    MusterAccepted,
    MusterEnd,
    MusterPage,
    MusterRecord,
    MusterStart,
    MusterSummary,
    MusterWord,
)
from twin.api.musters import muster_csv, muster_from, muster_record, muster_summary
from twin.api.permissions import Permission, permitted, requires
from twin.api.problems import BadRequestError, MissingError, StaleError
from twin.events import MusterAccounted, MusterEnded, MusterStarted

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from twin.api.context import Deps
    from twin.effects import Muster

router = APIRouter(tags=["muster"])
Commander = Annotated[Principal, Depends(requires(Permission.MUSTER_RUN))]


@router.post(
    "/plants/{plant}/musters", response_model=MusterAccepted, status_code=202, **permitted(Permission.MUSTER_RUN)
)
async def start(deps: TheDeps, plant: str, body: MusterStart, principal: Commander) -> Response:
    """Begin a muster or a drill. The roll arrives on the live connection; 412 while one is on."""
    model = deps.model(plant)
    if model.muster is not None:
        raise StaleError("a muster is on already", etag=f'"{model.muster.id}"')
    now_ns = deps.clock.now_ns()
    name = f"M-{format_time(now_ns)[:19].replace('-', '').replace(':', '')}Z"
    event = MusterStarted(now_ns, name, principal.id, drill=body.drill, reason=body.reason)
    await deps.publish(f"events/{plant}", encode(event))
    return answer(MusterAccepted(muster=name), status=202)


@router.post(
    "/plants/{plant}/musters/{muster}/account",
    response_model=MusterAccepted,
    status_code=202,
    **permitted(Permission.MUSTER_RUN),
)
async def account(deps: TheDeps, plant: str, muster: str, body: MusterWord, principal: Commander) -> Response:
    """Say of one person that they are safe, or not; or take such a word back."""
    on = _on(deps, plant, muster)
    if body.subject not in on.unseen and all(row.subject != body.subject for row in on.rows):
        raise MissingError("nobody of that code is on the roll", "unknown_subject", subject=body.subject)
    event = MusterAccounted(deps.clock.now_ns(), muster, body.subject, principal.id, body.standing, body.note)
    await deps.publish(f"events/{plant}", encode(event))
    return answer(MusterAccepted(muster=muster), status=202)


@router.post(
    "/plants/{plant}/musters/{muster}/end",
    response_model=MusterAccepted,
    status_code=202,
    **permitted(Permission.MUSTER_RUN),
)
async def end(deps: TheDeps, plant: str, muster: str, body: MusterEnd, principal: Commander) -> Response:
    """End a muster; its roll as it stands is kept."""
    _on(deps, plant, muster)
    event = MusterEnded(deps.clock.now_ns(), muster, principal.id, body.note)
    await deps.publish(f"events/{plant}", encode(event))
    return answer(MusterAccepted(muster=muster), status=202)


@router.get("/plants/{plant}/musters", response_model=MusterPage, **permitted(Permission.HISTORY_VIEW))
async def musters(
    request: Request,
    deps: TheDeps,
    plant: str,
    limit: Annotated[int, Query(ge=1, le=100, description="Most items of a page.")] = 20,
    after: After = None,
) -> Response:
    """Musters and drills, the last begun first, with how long it took until everybody was safe."""
    deps.model(plant)
    before = _place(after)

    def question(connection: Connection) -> tuple[list[MusterSummary], str | None]:
        heads = list_musters(connection, plant, limit=limit + 1, before=before)
        following = None
        if len(heads) > limit:
            following = f"{heads[limit - 1]['started_ns']}~{heads[limit - 1]['id']}"
        return [_summary(connection, plant, head["id"]) for head in heads[:limit]], following

    items, following = await deps.history.ask(question)
    return answer(MusterPage(items=items, next=next_link(request, following)))


@router.get("/plants/{plant}/musters/{muster}", response_model=MusterRecord, **permitted(Permission.PEOPLE_VIEW))
async def muster_by_id(deps: TheDeps, plant: str, muster: str) -> Response:
    """One muster with its roll: as it stands now, or stood at its end."""
    return answer(await _record(deps, plant, muster))


@router.get("/plants/{plant}/musters/{muster}/roll.csv", **permitted(Permission.PEOPLE_VIEW))
async def roll(
    deps: TheDeps, plant: str, muster: str, lang: Annotated[Literal["zh", "en"], Query()] = "zh"
) -> Response:
    """The roll as a table for other programs."""
    record = await _record(deps, plant, muster)
    teams = {team.code: getattr(team.names, lang) for team in deps.model(plant).plant.teams}
    headers = {"Content-Disposition": f'attachment; filename="{record.id}.csv"', "Cache-Control": "no-cache"}
    return Response(muster_csv(record, lang, teams), 200, headers, "text/csv; charset=utf-8")


async def _record(deps: Deps, plant: str, name: str) -> MusterRecord:
    model = deps.model(plant)
    if model.muster is not None and model.muster.id == name:
        return muster_record(model.muster, model.directory)
    body = await deps.history.ask(lambda connection: muster_whole(connection, plant, name))
    if body is None:
        raise MissingError("no such muster", "unknown_muster", muster=name)
    return muster_record(muster_from(body), model.directory)


def _summary(connection: Connection, plant: str, name: str) -> MusterSummary:
    whole = muster_whole(connection, plant, name)
    if whole is None:
        raise MissingError("no such muster", "unknown_muster", muster=name)
    return muster_summary(muster_from(whole), muster_story(connection, plant, name))


def _on(deps: Deps, plant: str, name: str) -> Muster:
    model = deps.model(plant)
    if model.muster is None or model.muster.id != name:
        raise MissingError("no such muster is on", "muster_over", muster=name)
    return model.muster


def _place(after: str | None) -> tuple[int, str] | None:
    if after is None:
        return None
    time, _, name = after.partition("~")
    if not (time.isascii() and time.isdecimal() and len(time) < 20):
        raise BadRequestError("after is taken from `next`", "bad_page")
    return int(time), name
