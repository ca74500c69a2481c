"""The alarms' journal: every change, the newest first; nothing in it is ever changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response

from gis.store.alarm_changes import alarm_lines
from gis.time import format_time
from twin.api import records
from twin.api.alarm_desk_schemas import JournalLine, JournalPage
from twin.api.answers import After, InstantText, TheDeps, answer, next_link, span
from twin.api.permissions import Permission, permitted
from twin.api.problems import BadRequestError
from twin.api.routes.alarms import read_alarm

if TYPE_CHECKING:
    from gis.store.journal import JournalEntry
    from twin.api.directory import Directory

router = APIRouter(tags=["alarms"])
LONGEST_S = 92 * 86_400.0
SLOW_MS = 20_000
One = Annotated[str | None, Query(max_length=200)]


@router.get("/plants/{plant}/alarm-journal", response_model=JournalPage, **permitted(Permission.ALARM_VIEW))
async def alarm_journal(
    request: Request,
    deps: TheDeps,
    plant: str,
    from_: Annotated[str | None, Query(alias="from", max_length=40, description="By default 24 h before `to`.")] = None,
    to: InstantText = None,
    kind: One = None,
    subject: One = None,
    fence: One = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Most lines of a page.")] = 200,
    after: After = None,
) -> Response:
    """What happened to alarms in a stretch of at most 92 days, the newest first."""
    directory = deps.model(plant).directory
    from_ns, to_ns = span(from_, to, deps.clock.now_ns() + 1, 86_400.0, LONGEST_S)
    before = _place(after)
    entries = await deps.history.ask(
        lambda connection: alarm_lines(
            connection,
            plant,
            limit=limit + 1,
            before=before,
            from_ns=from_ns,
            to_ns=to_ns,
            kind=kind,
            subject=subject,
            fence=fence,
        ),
        SLOW_MS,
    )
    page = entries[:limit]
    following = f"{page[-1].t_ns}~{page[-1].seq}" if len(entries) > limit else None
    return answer(JournalPage(items=[_line(entry, directory) for entry in page], next=next_link(request, following)))


def _line(entry: JournalEntry, directory: Directory) -> JournalLine:
    told = read_alarm(entry.body["alarm"])
    cause = str(entry.body.get("cause", ""))
    by = entry.body.get("by") or (told.acknowledged_by if cause == "acknowledged" else None)
    return JournalLine(
        seq=entry.seq,
        t=format_time(entry.t_ns),
        cause=cause,
        by=by or "",
        why=str(entry.body.get("why") or ""),
        alarm=told.id,
        kind=told.kind,
        priority=told.priority,
        state=told.state.value,
        subject=records.subject_ref(told.subject, directory) if told.subject else None,
        place=records.place_ref(told.fence, told.fence_version, directory),
        sensor=told.sensor,
        asset=told.asset,
        value=told.value,
        limit=told.limit,
        unit=told.unit,
    )


def _place(after: str | None) -> tuple[int, int] | None:
    if after is None:
        return None
    parts = after.split("~")
    if len(parts) != 2 or not all(part.isascii() and part.isdecimal() and len(part) < 20 for part in parts):
        raise BadRequestError("after is taken from `next`", "bad_page")
    return int(parts[0]), int(parts[1])
