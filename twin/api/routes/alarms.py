"""Alarms and crossings: what was raised, how it stands, and an operator's word on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Request, Response

from gis.store.journal import alarm_story, list_alarms, list_crossings
from gis.time import format_time
from twin.api import records
from twin.api.alarm_records import alarm_etag, alarm_record
from twin.api.answers import (
    After,
    InstantText,
    TheDeps,
    answer,
    answer_features,
    instant,
    next_link,
    wants_geojson,
)
from twin.api.live_schemas import AlarmRecord, AlarmStory, AlarmStoryEntry
from twin.api.permissions import Permission, permitted
from twin.api.problems import BadRequestError, MissingError
from twin.api.schemas import AlarmPage, CrossingPage
from twin.api.wire import Feature
from twin.effects import Alarm, Crossed

if TYPE_CHECKING:
    from collections.abc import Callable

    from gis.store.journal import JournalEntry
    from twin.api.context import Deps
    from twin.api.directory import Directory
    from twin.api.live_schemas import CrossingRecord
    from twin.api.readmodel import ReadModel

router = APIRouter(tags=["alarms"])
PageLimit = Annotated[int, Query(ge=1, le=1000, description="Most items of a page.")]
StateAsked = Literal["all", "open", "shelved", "suppressed", "out_of_service", "in_work"]
_STATES: dict[StateAsked, Callable[[Alarm], bool]] = {
    "all": lambda _: True,
    "open": lambda _: True,
    "shelved": lambda alarm: alarm.shelved is not None,
    "suppressed": lambda alarm: alarm.suppressed is not None,
    "out_of_service": lambda alarm: alarm.out_of_service is not None,
    "in_work": lambda alarm: alarm.is_in_work,
}
One = Annotated[str | None, Query(max_length=200)]


@router.get("/plants/{plant}/alarms", response_model=AlarmPage, **permitted(Permission.ALARM_VIEW))
async def alarms(
    request: Request,
    deps: TheDeps,
    plant: str,
    state: Annotated[StateAsked, Query(description="All but `all` are answered without the database.")] = "all",
    kind: One = None,
    subject: One = None,
    from_: Annotated[str | None, Query(alias="from", max_length=40, description="Raised at or after.")] = None,
    to: InstantText = None,
    limit: PageLimit = 100,
    after: After = None,
) -> Response:
    """Alarms, the last raised first."""
    model = deps.model(plant)
    now_ns = deps.clock.now_ns()
    from_ns = instant(from_, "from", 0)
    to_ns = instant(to, "to", now_ns + 10**12)
    known = {
        alarm.id: alarm
        for alarm in model.open_alarms()
        if from_ns <= alarm.raised_ns < to_ns
        and kind in (None, alarm.kind)
        and (subject in (None, alarm.subject) or subject in alarm.subjects)
        and _STATES[state](alarm)
    }
    before = _place(after)
    if state == "all":
        bodies = await deps.history.ask(
            lambda connection: list_alarms(
                connection,
                plant,
                limit=limit + 1,
                before=before,
                from_ns=from_ns,
                to_ns=to_ns,
                kind=kind,
                subject=subject,
            )
        )
        stored = {alarm.id: alarm for alarm in map(read_alarm, bodies)}
        # Memory is ahead of the store by a moment: what was just raised, or just changed.
        known = {**stored, **{name: alarm for name, alarm in known.items() if _newer(alarm, stored.get(name))}}
    found = sorted(known.values(), key=_key, reverse=True)
    if before is not None:
        found = [alarm for alarm in found if _key(alarm) < before]
    page = found[:limit]
    following = f"{page[-1].raised_ns}~{page[-1].id}" if len(found) > limit else None
    written = [alarm_record(alarm, model.directory) for alarm in page]
    link = next_link(request, following)
    if wants_geojson(request):
        features = [alarm_feature(alarm) for alarm in written]
        return answer_features(request, features, len(found), link, format_time(now_ns))
    return answer(AlarmPage(items=written, total=None if state == "all" else len(found), next=link))


@router.get("/plants/{plant}/alarms/{alarm}", response_model=AlarmRecord, **permitted(Permission.ALARM_VIEW))
async def alarm_by_id(request: Request, deps: TheDeps, plant: str, alarm: str) -> Response:
    """One alarm as it stands, with the fixes that caused it."""
    model = deps.model(plant)
    found = await find_alarm(deps, model, plant, alarm)
    return answer(alarm_record(found, model.directory), request, alarm_etag(found))


@router.get("/plants/{plant}/alarms/{alarm}/story", response_model=AlarmStory, **permitted(Permission.ALARM_VIEW))
async def story(deps: TheDeps, plant: str, alarm: str) -> Response:
    """Everything that ever happened to one alarm, in order: when, what, who and why, and how it stood after it."""
    model = deps.model(plant)
    entries = await deps.history.ask(lambda connection: alarm_story(connection, plant, alarm))
    if not entries and alarm not in model.alarms:
        raise MissingError("no such alarm", "unknown_alarm", alarm=alarm)
    return answer(AlarmStory(entries=[_chapter(entry, model.directory) for entry in entries]))


def _chapter(entry: JournalEntry, directory: Directory) -> AlarmStoryEntry:
    return AlarmStoryEntry(
        seq=entry.seq,
        t=format_time(entry.t_ns),
        cause=entry.body.get("cause", ""),
        by=entry.body.get("by"),
        why=entry.body.get("why", ""),
        alarm=alarm_record(read_alarm(entry.body["alarm"]), directory),
    )


@router.get("/plants/{plant}/crossings", response_model=CrossingPage, **permitted(Permission.HISTORY_VIEW))
async def crossings(
    request: Request,
    deps: TheDeps,
    plant: str,
    subject: One = None,
    fence: One = None,
    from_: Annotated[str | None, Query(alias="from", max_length=40)] = None,
    to: InstantText = None,
    limit: PageLimit = 100,
    after: After = None,
) -> Response:
    """Who entered and left which fence, the latest first."""
    deps.model(plant)
    place = _place(after)
    before = (place[0], _number(place[1])) if place is not None else None
    from_ns, to_ns = instant(from_, "from", 0), instant(to, "to", deps.clock.now_ns() + 10**12)
    rows = await deps.history.ask(
        lambda connection: list_crossings(
            connection,
            plant,
            limit=limit + 1,
            before=before,
            from_ns=from_ns,
            to_ns=to_ns,
            subject=subject,
            fence=fence,
        )
    )
    page = rows[:limit]
    following = f"{page[-1]['t_ns']}~{page[-1]['seq']}" if len(rows) > limit else None
    items = [crossing_from(row) for row in page]
    return answer(CrossingPage(items=items, total=None, next=next_link(request, following)))


def read_alarm(body: dict[str, Any]) -> Alarm:
    """An alarm as the journal keeps it."""
    return msgspec.convert(body, Alarm)


def crossing_from(row: dict[str, Any]) -> CrossingRecord:
    """A crossing as the journal keeps it."""
    return records.crossing_record(msgspec.convert(row, Crossed))


def alarm_feature(alarm: AlarmRecord) -> Feature:
    """An alarm where it happened."""
    return Feature(
        id=alarm.id,
        geometry={"type": "Point", "coordinates": [alarm.lon, alarm.lat, alarm.z_m]},
        properties=alarm.model_dump(mode="json"),
    )


async def find_alarm(deps: Deps, model: ReadModel, plant: str, name: str) -> Alarm:
    """An alarm as it stands, open or over.

    Raises:
        MissingError: there never was one of that name.
    """
    found = model.alarms.get(name) or next((over for over in reversed(model.over) if over.id == name), None)
    if found is not None:
        return found
    story = await deps.history.ask(lambda connection: alarm_story(connection, plant, name))
    if not story:
        raise MissingError("no such alarm", "unknown_alarm", alarm=name)
    return read_alarm(story[-1].body["alarm"])


def _key(alarm: Alarm) -> tuple[int, str]:
    return alarm.raised_ns, alarm.id


def _newer(alarm: Alarm, stored: Alarm | None) -> bool:
    return stored is None or alarm.changed_ns >= stored.changed_ns


def _place(after: str | None) -> tuple[int, str] | None:
    if after is None:
        return None
    time, _, name = after.partition("~")
    return _number(time), name


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise BadRequestError("after is taken from `next`", "bad_page")
    return int(text)
