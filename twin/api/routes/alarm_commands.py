"""What an operator or maintenance says about alarms. Each word is an event; the change arrives on the live connection.

All work without the database, except handling an alarm that has been over for long. With `If-Match`, an alarm that
changed meanwhile is refused with 412; what cannot be as the alarm stands is refused with 409 and the reason as `code`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from fastapi import APIRouter, Depends, Response

from gis.wire import encode
from twin.api.alarm_records import alarm_etag, alarm_record
from twin.api.answers import IfMatch, TheDeps, answer, must_match
from twin.api.live_schemas import (
    Accepted,
    AcceptedMany,
    Acknowledge,
    AcknowledgeMany,
    Handle,
    Principal,
    RefusedAlarm,
    Service,
    Shelve,
    Unshelve,
)
from twin.api.permissions import Permission, permitted, requires
from twin.api.problems import ConflictError, MissingError
from twin.api.routes.alarms import find_alarm
from twin.core.operators import refusal
from twin.core.parameters import AlarmParameters
from twin.events import (
    AlarmAcknowledged,
    AlarmHandled,
    AlarmInService,
    AlarmOutOfService,
    AlarmReset,
    AlarmsAcknowledged,
    AlarmShelved,
    AlarmUnshelved,
)

if TYPE_CHECKING:
    from twin.api.context import Deps
    from twin.effects import Alarm
    from twin.events import AlarmCommand

router = APIRouter(tags=["alarms"])
_KNOWN = AlarmParameters()
_WORDS = {
    "already_acknowledged": "it was acknowledged before",
    "may_not_be_shelved": "this kind of alarm may not be shelved",
    "reason_missing": "a reason must be given",
    "shelf_time": "an alarm may be shelved for one minute to eight hours",
    "not_shelved": "it is not shelved",
    "acknowledge_first": "it must be acknowledged first",
    "still_active": "its condition still holds",
    "not_latched": "it is not held",
    "unknown_stage": "no such stage",
    "already_closed": "it was closed before",
    "stage_order": "handling comes before verifying, verifying before closing",
    "result_missing": "closing needs a result",
    "already_out_of_service": "it is out of service already",
    "in_service": "it is in service",
}


Acknowledger = Annotated[Principal, Depends(requires(Permission.ALARM_ACKNOWLEDGE))]
Shelver = Annotated[Principal, Depends(requires(Permission.ALARM_SHELVE))]
Resetter = Annotated[Principal, Depends(requires(Permission.ALARM_RESET))]
Handler = Annotated[Principal, Depends(requires(Permission.ALARM_HANDLE))]
Maintainer = Annotated[Principal, Depends(requires(Permission.ALARM_SERVICE))]


def _open(deps: Deps, plant: str, name: str) -> Alarm:
    found = deps.model(plant).alarms.get(name)
    if found is None:
        raise MissingError("no such open alarm", "unknown_alarm", alarm=name)
    return found


async def _send(deps: Deps, plant: str, alarm: Alarm, command: AlarmCommand, if_match: str | None) -> Response:
    """Hand a command to the core, unless it cannot be as the alarm stands.

    Raises:
        StaleError: the alarm changed since it was read.
        ConflictError: why it cannot be.
    """
    if if_match is not None:
        must_match(if_match, alarm_etag(alarm))
    why = refusal(alarm, command, _KNOWN)
    if why is not None and why != "already_acknowledged":
        raise ConflictError(_WORDS[why], why, alarm=alarm.id, state=alarm.state.value)
    if why is None:
        await deps.publish(f"events/{plant}", encode(command))
    return answer(Accepted(alarm=alarm_record(alarm, deps.model(plant).directory)), status=202)


@router.post(
    "/plants/{plant}/alarms/acknowledge",
    response_model=AcceptedMany,
    status_code=202,
    **permitted(Permission.ALARM_ACKNOWLEDGE),
)
async def acknowledge_many(deps: TheDeps, plant: str, principal: Acknowledger, body: AcknowledgeMany) -> Response:
    """Say that an operator has seen the alarms of a page. Each that cannot be acknowledged is named with the reason."""
    model = deps.model(plant)
    command = AlarmsAcknowledged(deps.clock.now_ns(), [], principal.id, body.note)
    accepted: list[str] = []
    refused: list[RefusedAlarm] = []
    for name in dict.fromkeys(body.alarms):
        alarm = model.alarms.get(name)
        why = "unknown_alarm" if alarm is None else refusal(alarm, command, _KNOWN)
        if why is None:
            accepted.append(name)
        else:
            refused.append(RefusedAlarm(alarm=name, code=why))
    if accepted:
        event = msgspec.structs.replace(command, alarms=accepted)
        await deps.publish(f"events/{plant}", encode(event))
    return answer(AcceptedMany(accepted=accepted, refused=refused), status=202)


@router.post(
    "/plants/{plant}/alarms/{alarm}/acknowledge",
    response_model=Accepted,
    status_code=202,
    **permitted(Permission.ALARM_ACKNOWLEDGE),
)
async def acknowledge(
    deps: TheDeps,
    plant: str,
    alarm: str,
    principal: Acknowledger,
    body: Acknowledge | None = None,
    if_match: IfMatch = None,
) -> Response:
    """Say that an operator has seen an alarm; saying it twice is no fault."""
    found = _open(deps, plant, alarm)
    note = body.note if body is not None else ""
    command = AlarmAcknowledged(deps.clock.now_ns(), alarm, principal.id, note)
    return await _send(deps, plant, found, command, if_match)


@router.post(
    "/plants/{plant}/alarms/{alarm}/shelve",
    response_model=Accepted,
    status_code=202,
    **permitted(Permission.ALARM_SHELVE),
)
async def shelve(
    deps: TheDeps, plant: str, alarm: str, principal: Shelver, body: Shelve, if_match: IfMatch = None
) -> Response:
    """Put an alarm aside for a time; gas of the second level, fire and SOS may not be."""
    found = _open(deps, plant, alarm)
    now_ns = deps.clock.now_ns()
    until_ns = now_ns + round(body.for_s * 1e9)
    command = AlarmShelved(now_ns, alarm, principal.id, until_ns, body.reason, body.one_shot)
    return await _send(deps, plant, found, command, if_match)


@router.post(
    "/plants/{plant}/alarms/{alarm}/unshelve",
    response_model=Accepted,
    status_code=202,
    **permitted(Permission.ALARM_SHELVE),
)
async def unshelve(
    deps: TheDeps,
    plant: str,
    alarm: str,
    principal: Shelver,
    body: Unshelve | None = None,
    if_match: IfMatch = None,
) -> Response:
    """Take an alarm back before its time."""
    found = _open(deps, plant, alarm)
    reason = body.reason if body is not None else ""
    return await _send(deps, plant, found, AlarmUnshelved(deps.clock.now_ns(), alarm, principal.id, reason), if_match)


@router.post(
    "/plants/{plant}/alarms/{alarm}/reset",
    response_model=Accepted,
    status_code=202,
    **permitted(Permission.ALARM_RESET),
)
async def reset(
    deps: TheDeps,
    plant: str,
    alarm: str,
    principal: Resetter,
    body: Acknowledge | None = None,
    if_match: IfMatch = None,
) -> Response:
    """Reset an alarm that is held although its condition is over."""
    found = _open(deps, plant, alarm)
    note = body.note if body is not None else ""
    return await _send(deps, plant, found, AlarmReset(deps.clock.now_ns(), alarm, principal.id, note), if_match)


@router.post(
    "/plants/{plant}/alarms/{alarm}/handle",
    response_model=Accepted,
    status_code=202,
    **permitted(Permission.ALARM_HANDLE),
)
async def handle(
    deps: TheDeps, plant: str, alarm: str, principal: Handler, body: Handle, if_match: IfMatch = None
) -> Response:
    """Write down a step of handling; also of an alarm that is over."""
    model = deps.model(plant)
    found = await find_alarm(deps, model, plant, alarm)
    command = AlarmHandled(
        t_ns=deps.clock.now_ns(),
        alarm=alarm,
        by=principal.id,
        stage=body.stage,
        note=body.note,
        result=body.result,
        cause=body.cause,
        false_alarm=body.false_alarm,
        record=b"" if found.is_open else msgspec.json.encode(found),
    )
    return await _send(deps, plant, found, command, if_match)


@router.post(
    "/plants/{plant}/alarms/{alarm}/out-of-service",
    response_model=Accepted,
    status_code=202,
    **permitted(Permission.ALARM_SERVICE),
)
async def out_of_service(
    deps: TheDeps, plant: str, alarm: str, principal: Maintainer, body: Service, if_match: IfMatch = None
) -> Response:
    """Take what an alarm watches out of service; it stays so until it is given back."""
    found = _open(deps, plant, alarm)
    command = AlarmOutOfService(deps.clock.now_ns(), alarm, principal.id, body.reason)
    return await _send(deps, plant, found, command, if_match)


@router.post(
    "/plants/{plant}/alarms/{alarm}/return-to-service",
    response_model=Accepted,
    status_code=202,
    **permitted(Permission.ALARM_SERVICE),
)
async def return_to_service(
    deps: TheDeps, plant: str, alarm: str, principal: Maintainer, body: Service, if_match: IfMatch = None
) -> Response:
    """Give what an alarm watches back to service."""
    found = _open(deps, plant, alarm)
    command = AlarmInService(deps.clock.now_ns(), alarm, principal.id, body.reason)
    return await _send(deps, plant, found, command, if_match)
