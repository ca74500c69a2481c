"""What people say about alarms: an operator's and maintenance's commands, each an event like any other.

A command that cannot be is refused before it is sent (`refusal`, asked by the API on what it knows) and again here, on
what the core knows; here it changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

import msgspec

from gis.time import NS_PER_S
from twin.core import alarms as machine
from twin.core.panel import Panel
from twin.effects import Alarm, AlarmState, Stage, Step
from twin.events import (
    AlarmAcknowledged,
    AlarmCommand,
    AlarmHandled,
    AlarmInService,
    AlarmOutOfService,
    AlarmReset,
    AlarmsAcknowledged,
    AlarmShelved,
    AlarmUnshelved,
)

if TYPE_CHECKING:
    from twin.core.ledger import Ledger
    from twin.core.parameters import AlarmParameters
    from twin.core.world import World

MOST_TEXT = 2_000


def refusal(alarm: Alarm, command: AlarmCommand, known: AlarmParameters) -> str | None:  # noqa: PLR0911 - one answer a command
    """Why a command cannot be followed, as a code; None when it can."""
    match command:
        case AlarmAcknowledged() | AlarmsAcknowledged():
            return None if alarm.is_unacknowledged else "already_acknowledged"
        case AlarmShelved():
            return _shelf_refusal(alarm, command, known)
        case AlarmUnshelved():
            return None if alarm.shelved is not None else "not_shelved"
        case AlarmReset():
            return _reset_refusal(alarm)
        case AlarmHandled():
            return _stage_refusal(alarm, command)
        case AlarmOutOfService():
            if not command.reason.strip():
                return "reason_missing"
            return None if alarm.out_of_service is None else "already_out_of_service"
        case AlarmInService():
            if not command.reason.strip():
                return "reason_missing"
            return None if alarm.out_of_service is not None else "in_service"
        case _:
            assert_never(command)


def _shelf_refusal(alarm: Alarm, command: AlarmShelved, known: AlarmParameters) -> str | None:
    if not alarm.may_shelve:
        return "may_not_be_shelved"
    if not command.reason.strip():
        return "reason_missing"
    time_s = (command.until_ns - command.t_ns) / NS_PER_S
    return None if known.shortest_shelf_s <= time_s <= known.longest_shelf_s else "shelf_time"


def _reset_refusal(alarm: Alarm) -> str | None:
    match alarm.state:
        case AlarmState.LATCHED_ACKNOWLEDGED:
            return None
        case AlarmState.LATCHED_UNACKNOWLEDGED:
            return "acknowledge_first"
        case _ if alarm.latched and alarm.is_active:
            return "still_active"
        case _:
            return "not_latched"


def _stage_refusal(alarm: Alarm, command: AlarmHandled) -> str | None:
    if command.stage not in tuple(Stage):
        return "unknown_stage"
    if alarm.is_unacknowledged:
        return "acknowledge_first"
    if not machine.may_follow(alarm, Stage(command.stage)):
        return "already_closed" if command.stage == Stage.HANDLING else "stage_order"
    return "result_missing" if command.stage == Stage.CLOSED and not command.result.strip() else None


def commanded(world: World, command: AlarmCommand, out: Ledger) -> World:
    """The world after somebody's word on alarms; of an alarm that is not known, or where it cannot be, the same."""
    panel = Panel(world, out)
    names = command.alarms if isinstance(command, AlarmsAcknowledged) else [command.alarm]
    wanted = set(names)
    found = {alarm.id: alarm for alarm in panel.alarms.now.values() if alarm.id in wanted}
    found |= {name: panel.in_work.now[name] for name in wanted if name in panel.in_work.now}
    if isinstance(command, AlarmHandled) and command.alarm not in found:
        past = _past(command)
        found |= {past.id: past} if past is not None else {}
    known = world.parameters.alarms
    for name in dict.fromkeys(names):
        if name in found and refusal(found[name], command, known) is None:
            _obey(panel, found[name], command)
    return panel.world()


def _past(command: AlarmHandled) -> Alarm | None:
    """An alarm that is over, as the journal keeps it, given along with what is said about it."""
    try:
        alarm = msgspec.json.decode(command.record, type=Alarm)
    except msgspec.MsgspecError:
        return None
    return alarm if alarm.id == command.alarm and not alarm.is_open else None


def _obey(panel: Panel, alarm: Alarm, command: AlarmCommand) -> None:
    t_ns = max(command.t_ns, alarm.changed_ns)
    why = ""
    match command:
        case AlarmAcknowledged() | AlarmsAcknowledged():
            after, cause, why = (
                machine.acknowledged(alarm, t_ns, command.by, command.note),
                machine.ACKNOWLEDGED,
                command.note,
            )
        case AlarmShelved():
            after = machine.shelved(
                alarm, t_ns, command.until_ns, command.by, command.reason, one_shot=command.one_shot
            )
            cause, why = machine.SHELVED, command.reason
        case AlarmUnshelved():
            after, cause, why = machine.unshelved(alarm, t_ns), machine.UNSHELVED, command.reason
        case AlarmReset():
            after, cause, why = machine.reset(alarm, t_ns, command.note), machine.RESET, command.note
        case AlarmHandled():
            step = Step(
                Stage(command.stage), t_ns, command.by, command.note, command.result, command.cause, command.false_alarm
            )
            after, cause, why = machine.handled(alarm, step), machine.HANDLED, command.note
        case AlarmOutOfService():
            after, cause = machine.taken_out(alarm, t_ns, command.by, command.reason), machine.OUT_OF_SERVICE
            why = command.reason
        case AlarmInService():
            after, cause = machine.given_back(alarm, t_ns), machine.RETURNED_TO_SERVICE
            why = command.reason
        case _:
            assert_never(command)
    panel.change(alarm, after, cause, command.by, why)
