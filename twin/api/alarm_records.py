"""Alarms as wire records (pure): names resolved, site metres and degrees side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gis.fix import r95_m
from gis.plant import Names
from gis.time import format_time
from twin.api.live_schemas import (
    AlarmRecord,
    EvidencePoint,
    OutageRecord,
    ShelvingRecord,
    StepRecord,
    SuppressionRecord,
    ThingRef,
)
from twin.api.records import place_ref, subject_ref
from twin.api.wire import Phrase
from twin.core.process import LINE
from twin.core.process_tuning import COMMS

if TYPE_CHECKING:
    from gis.plant import Asset, Sensor
    from twin.api.directory import Directory
    from twin.effects import Alarm


def alarm_record(alarm: Alarm, directory: Directory) -> AlarmRecord:
    """An alarm with the names of whom and what it is about."""
    lon, lat = directory.lonlat(alarm.x_m, alarm.y_m)
    params = phrase_params(alarm, directory)
    return AlarmRecord(
        id=alarm.id,
        kind=alarm.kind,
        priority=alarm.priority,
        state=alarm.state.value,
        raised=format_time(alarm.raised_ns),
        since=format_time(alarm.raised_ns if alarm.since_ns is None else alarm.since_ns),
        changed=format_time(alarm.changed_ns),
        returned=_maybe_time(alarm.returned_ns),
        acknowledged=_maybe_time(alarm.acknowledged_ns),
        acknowledged_by=alarm.acknowledged_by,
        note=alarm.note,
        subject=subject_ref(alarm.subject, directory) if alarm.subject else None,
        subjects=[subject_ref(subject, directory) for subject in alarm.subjects],
        place=place_ref(alarm.fence, alarm.fence_version, directory),
        sensor=_thing(alarm.sensor, directory.sensors.get(alarm.sensor or "")),
        asset=_thing(alarm.asset, directory.assets.get(alarm.asset or "")),
        value=alarm.value,
        limit=alarm.limit,
        unit=alarm.unit,
        parameters=alarm.parameters,
        rule_version=alarm.rule_version,
        occurrences=alarm.occurrences,
        latched=alarm.latched,
        may_shelve=alarm.may_shelve,
        in_alarm=alarm.is_active,
        annunciated=alarm.is_annunciated,
        sounded=format_time(alarm.sounded_ns or alarm.raised_ns),
        shelved=_shelving(alarm),
        suppressed=_suppression(alarm),
        out_of_service=_outage(alarm),
        escalation=alarm.escalation,
        chattering=alarm.chattering,
        fleeting=alarm.fleeting,
        group=alarm.group or alarm.id,
        first_out=alarm.first_out,
        handling=_handling(alarm),
        x_m=alarm.x_m,
        y_m=alarm.y_m,
        z_m=alarm.z_m,
        lon=lon,
        lat=lat,
        text=Phrase(code=f"alarm.{alarm.kind}", params=params),
        advice=Phrase(code=f"advice.{alarm.kind}", params=params),
        evidence=_evidence(alarm, directory),
        etag=alarm_etag(alarm),
    )


def phrase_params(alarm: Alarm, directory: Directory) -> dict[str, Any]:
    """What the sentences about an alarm may name."""
    params: dict[str, Any] = {"since": format_time(alarm.raised_ns)}
    if alarm.subject:
        subject = subject_ref(alarm.subject, directory)
        params |= {"subject": subject.names, "subject_id": subject.id}
    place = place_ref(alarm.fence, alarm.fence_version, directory)
    if place is not None:
        params |= {"place": place.names, "place_id": place.code}
    sensor = _thing(alarm.sensor, directory.sensors.get(alarm.sensor or ""))
    if sensor is not None:
        params |= {"sensor": sensor.names, "sensor_id": sensor.code}
    asset = _thing(alarm.asset, directory.assets.get(alarm.asset or ""))
    if asset is not None:
        params |= {"asset": asset.names, "asset_id": asset.code}
    known = {"value": alarm.value, "limit": alarm.limit, "unit": alarm.unit or None, "where": (alarm.about or ("",))[0]}
    params |= {name: value for name, value in known.items() if value is not None and value != ""}
    if alarm.kind == COMMS:
        params["where"] = _line(alarm, directory)
    params |= {name: value for name, value in alarm.parameters.items() if name not in params}
    if alarm.subjects:
        params["people"] = len(alarm.subjects)
    return params


def _line(alarm: Alarm, directory: Directory) -> Names:
    """What a line that is down leads to: a positioning engine, or all measuring points."""
    where = (alarm.about or ("",))[0]
    engines = {engine.code: engine.names for engine in directory.plant.engines}
    return engines.get(
        where, Names(zh="全部测点", en="all measuring points") if where == LINE[1] else Names(zh=where, en=where)
    )


def alarm_etag(alarm: Alarm) -> str:
    """Differs whenever the alarm changed."""
    flags = f"{alarm.escalation}{len(alarm.handling)}{int(alarm.is_annunciated)}"
    return f'"{alarm.changed_ns:x}-{alarm.state.value}-{flags}"'


def _thing(code: str | None, record: Sensor | Asset | None) -> ThingRef | None:
    if code is None:
        return None
    return ThingRef(code=code, names=record.names if record is not None else Names(zh=code, en=code))


def _shelving(alarm: Alarm) -> ShelvingRecord | None:
    shelf = alarm.shelved
    if shelf is None:
        return None
    return ShelvingRecord(
        by=shelf.by,
        since=format_time(shelf.since_ns),
        until=format_time(shelf.until_ns),
        reason=shelf.reason,
        one_shot=shelf.one_shot,
    )


def _suppression(alarm: Alarm) -> SuppressionRecord | None:
    if alarm.suppressed is None:
        return None
    return SuppressionRecord(cause=alarm.suppressed.cause, since=format_time(alarm.suppressed.since_ns))


def _outage(alarm: Alarm) -> OutageRecord | None:
    out = alarm.out_of_service
    return None if out is None else OutageRecord(by=out.by, since=format_time(out.since_ns), reason=out.reason)


def _handling(alarm: Alarm) -> list[StepRecord]:
    return [
        StepRecord(
            stage=step.stage.value,
            t=format_time(step.t_ns),
            by=step.by,
            note=step.note,
            result=step.result,
            cause=step.cause,
            false_alarm=step.false_alarm,
        )
        for step in alarm.handling
    ]


def _evidence(alarm: Alarm, directory: Directory) -> list[EvidencePoint]:
    if not alarm.evidence:
        return []
    radius = r95_m(np.array([fix.cov_m2 for fix in alarm.evidence], float))
    xy = np.array([(fix.x_m, fix.y_m) for fix in alarm.evidence], float)
    lon, lat = directory.plant.head.frame.to_lonlat(xy[:, 0], xy[:, 1])
    return [
        EvidencePoint(
            t=format_time(fix.t_ns),
            x_m=fix.x_m,
            y_m=fix.y_m,
            z_m=fix.z_m,
            lon=float(lon[i]),
            lat=float(lat[i]),
            # An alarm is never lost for want of a number.
            r95_m=float(np.nan_to_num(radius[i], nan=1e6, posinf=1e6)),
            probability=fix.probability,
        )
        for i, fix in enumerate(alarm.evidence)
    ]


def _maybe_time(t_ns: int | None) -> str | None:
    return None if t_ns is None else format_time(t_ns)
