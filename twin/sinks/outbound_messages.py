"""What goes out on MQTT: JSON objects on `twin/v1/{plant}/out/…`. Times are ISO 8601 UTC, lengths metres.

Positions are in the site frame (east, north, up of the plant's origin) and, where the frame is known, in degrees
(EPSG:4326). Pure: effects in, messages out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from gis.fix import FixStatus, r95_m
from gis.time import format_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gis.frames import SiteFrame
    from twin.effects import Alarm, AlarmChanged, Crossed, PositionsMoved, WorldSnapshot

_STATUS = tuple(status.name.lower() for status in FixStatus)


class OutPosition(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where one person, vehicle or unassigned tag was."""

    id: str
    tag: str
    t: str
    x_m: float
    y_m: float
    z_m: float
    r95_m: float
    """Radius of the circle that holds it with 95 %."""
    p_still: float
    status: str
    """fix, degraded, predicted, lost."""
    lon: float | None = None
    lat: float | None = None


class OutPositions(msgspec.Struct, frozen=True):
    """`out/positions`: all that moved since the last message, each once with its newest position."""

    t: str
    seq: int
    positions: list[OutPosition]


class OutCrossing(msgspec.Struct, frozen=True, omit_defaults=True):
    """`out/crossings`: one subject entered or left one fence."""

    t: str
    seq: int
    id: str
    fence: str
    fence_version: int
    direction: str
    probability: float
    x_m: float
    y_m: float
    z_m: float
    dwell_s: float | None = None


class OutAlarm(msgspec.Struct, frozen=True, omit_defaults=True):
    """`out/alarms`: an alarm as it stands after a change; also the elements of `out/state`."""

    t: str
    seq: int
    alarm: str
    kind: str
    cause: str
    """What changed it: raised, reraised, realarmed, acknowledged, returned, reset, shelved, unshelved, suppressed,
    unsuppressed, out_of_service, returned_to_service, escalated, chattering, handled; in `out/state`: open."""
    state: str
    priority: int
    id: str
    raised: str
    x_m: float
    y_m: float
    z_m: float
    fence: str | None = None
    acknowledged_by: str | None = None
    sensor: str | None = None
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    shelved_until: str | None = None
    suppressed_by: str | None = None
    """Id of the alarm it follows from."""
    out_of_service: bool = False


class OutState(msgspec.Struct, frozen=True):
    """`out/state`, retained: the plant in numbers, and every open alarm."""

    t: str
    seq: int
    tracked: int
    """People, vehicles and unassigned tags seen since the core started."""
    lost: int
    """Of those, without a fix for so long that nobody knows where they are."""
    unacknowledged: int
    alarms: list[OutAlarm]
    muster: str | None
    """Id of the drill or evacuation that is on: everybody goes to a muster point. Null: none is."""


Rows = dict[str, OutPosition]


def positions_of(effect: PositionsMoved, frame: SiteFrame | None) -> Rows:
    """The positions of an effect by subject."""
    if not effect.subject:
        return {}
    radius = np.round(r95_m(effect.cov_m2), 3).tolist()
    x, y, z = np.round(effect.xyz_m.T, 3).tolist()
    still = np.round(effect.p_still, 3).tolist()
    lon: list[float | None] = [None] * len(x)
    lat = lon
    if frame is not None:
        lon, lat = (np.round(axis, 8).tolist() for axis in frame.to_lonlat(*effect.xyz_m[:, :2].T))
    times = [format_time(t_ns) for t_ns in effect.fix_t_ns.tolist()]
    status = [_STATUS[code] for code in effect.status.tolist()]
    rows = map(OutPosition, effect.subject, effect.tag_id, times, x, y, z, radius, still, status, lon, lat)
    return dict(zip(effect.subject, rows, strict=True))


def positions_message(seq: int, t_ns: int, rows: Mapping[str, OutPosition]) -> bytes:
    """The message `out/positions`."""
    return msgspec.json.encode(OutPositions(format_time(t_ns), seq, list(rows.values())))


def crossing_message(effect: Crossed) -> bytes:
    """The message `out/crossings`."""
    return msgspec.json.encode(
        OutCrossing(
            t=format_time(effect.t_ns),
            seq=effect.seq,
            id=effect.subject,
            fence=effect.fence,
            fence_version=effect.fence_version,
            direction=effect.direction.value,
            probability=round(effect.probability, 4),
            x_m=round(effect.x_m, 3),
            y_m=round(effect.y_m, 3),
            z_m=round(effect.z_m, 3),
            dwell_s=effect.dwell_s,
        )
    )


def alarm_message(effect: AlarmChanged) -> bytes:
    """The message `out/alarms`."""
    return msgspec.json.encode(_alarm(effect.alarm, effect.seq, effect.cause))


def state_message(snapshot: WorldSnapshot) -> bytes:
    """The message `out/state`."""
    status = snapshot.positions.status
    return msgspec.json.encode(
        OutState(
            t=format_time(snapshot.t_ns),
            seq=snapshot.seq,
            tracked=len(status),
            lost=int(np.count_nonzero(status == FixStatus.LOST)),
            unacknowledged=_unacknowledged(snapshot.alarms),
            alarms=[_alarm(alarm, snapshot.seq, "open") for alarm in snapshot.alarms],
            muster=snapshot.muster.id if snapshot.muster is not None and snapshot.muster.ended_ns is None else None,
        )
    )


def _unacknowledged(alarms: Iterable[Alarm]) -> int:
    return sum(alarm.is_unacknowledged and alarm.is_annunciated for alarm in alarms)


def _alarm(alarm: Alarm, seq: int, cause: str) -> OutAlarm:
    return OutAlarm(
        t=format_time(alarm.changed_ns),
        seq=seq,
        alarm=alarm.id,
        kind=alarm.kind,
        cause=cause,
        state=alarm.state.value,
        priority=alarm.priority,
        id=alarm.subject,
        raised=format_time(alarm.raised_ns),
        x_m=round(alarm.x_m, 3),
        y_m=round(alarm.y_m, 3),
        z_m=round(alarm.z_m, 3),
        fence=alarm.fence,
        acknowledged_by=alarm.acknowledged_by,
        sensor=alarm.sensor,
        value=alarm.value,
        limit=alarm.limit,
        unit=alarm.unit,
        shelved_until=format_time(alarm.shelved.until_ns) if alarm.shelved is not None else None,
        suppressed_by=alarm.suppressed.cause if alarm.suppressed is not None else None,
        out_of_service=alarm.out_of_service is not None,
    )
