"""The whole plant at one instant as one document, the same from the live picture and from the store (pure).

Two documents of one instant are equal when everything measured up to it had come in, and was in order. Places, spreads
and probabilities are told to the units the store keeps. Whether a position is predicted or lost follows from its age
and how often its tag spoke (its last `FEW` fixes), with the core's own rule and numbers. Fixes that came late, after a
newer one, are in neither. Ends of versions are left out: that a record would end was not of that moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.fix import r95_m
from gis.time import format_time
from twin.api import records
from twin.api.alarm_records import alarm_record
from twin.api.live_schemas import InsideNow
from twin.api.movers import person_rows
from twin.api.musters import muster_record
from twin.api.state_schemas import AssignmentRecord, StateRecord, TankNow
from twin.core.moving import learnt_period_s
from twin.core.parameters import Parameters
from twin.core.tracks import aged, no_tracks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from gis.store.positions import Standing
    from twin.api.directory import Directory
    from twin.api.live_schemas import PersonNow
    from twin.api.readmodel import ReadModel
    from twin.api.schemas import GapRecord
    from twin.effects import Alarm, Muster
    from twin.events import Reading


def state_record(
    directory: Directory,
    at_ns: int,
    *,
    movers: Iterable[PersonNow],
    inside: Iterable[tuple[str, str, int]],
    alarms: Iterable[Alarm],
    readings: Iterable[Reading],
    muster: Muster | None,
    gaps: list[GapRecord],
) -> StateRecord:
    """One document of its parts; everything is in order of its codes."""
    rows = sorted(movers, key=lambda row: row.id)
    read = sorted((reading for reading in readings if np.isfinite(reading.value)), key=lambda one: one.sensor)
    now = {reading.sensor: records.reading_now(reading, directory) for reading in read}
    sensors = [
        records.sensor_record(sensor, directory, now.get(code)) for code, sensor in sorted(directory.sensors.items())
    ]
    zones = sorted((records.zone_record(zone) for zone in directory.zones), key=lambda one: one.code)
    fences = [records.fence_record(fence) for _, fence in sorted(directory.fences.items())]
    return StateRecord(
        at=format_time(at_ns),
        people=[row for row in rows if directory.kind_of(row.id) != "vehicle"],
        vehicles=[row for row in rows if directory.kind_of(row.id) == "vehicle"],
        inside=[
            InsideNow(subject=subject, fence=fence, since=format_time(since))
            for subject, fence, since in sorted(inside)
        ],
        zones=[zone.model_copy(update={"valid_to": None}) for zone in zones],
        fences=[fence.model_copy(update={"valid_to": None}) for fence in fences],
        sensors=[sensor.model_copy(update={"valid_to": None}) for sensor in sensors],
        assignments=[
            AssignmentRecord(tag=tag, subject=subject)
            for subject, tags in sorted(directory.tags_of.items())
            for tag in sorted(tags)
        ],
        alarms=[alarm_record(alarm, directory) for alarm in sorted(alarms, key=lambda one: (one.raised_ns, one.id))],
        readings=list(now.values()),
        tanks=[
            TankNow(asset=sensor.asset, level=now[code])
            for code, sensor in sorted(directory.sensors.items())
            if sensor.quantity == "level" and sensor.asset is not None and code in now
        ],
        muster=None if muster is None else muster_record(muster, directory),
        gaps=gaps,
    )


def live_state(model: ReadModel, at_ns: int) -> StateRecord:
    """The live picture as such a document."""
    return state_record(
        model.directory,
        at_ns,
        movers=model.movers.rows(("person", "vehicle", "tag")),
        inside=((subject, fence, since) for (subject, fence), since in model.inside.items()),
        alarms=model.open_alarms(),
        readings=model.readings.values(),
        muster=model.muster,
        gaps=[],
    )


def mover_rows(directory: Directory, standing: Standing, at_ns: int) -> list[PersonNow]:
    """Stored positions as the live picture would show them at the instant."""
    return person_rows(
        directory,
        standing.subject,
        standing.tag,
        standing.t_ns,
        standing.xyz_m,
        r95_m(standing.cov_m2),
        standing.p_still,
        _status(standing, at_ns),
    )


def _status(standing: Standing, at_ns: int) -> NDArray[np.uint8]:
    """What became of each fix's status by the instant."""
    known = Parameters()
    tracks = no_tracks(len(standing.subject))
    tracks["t_ns"], tracks["status"] = standing.t_ns, standing.status
    tracks["period_s"] = learnt_period_s(standing.recent_ns, known.longest_period_s)
    rows, status = aged(
        tracks,
        at_ns,
        predicted_after_s=known.predicted_after_s,
        predicted_periods=known.predicted_periods,
        lost_after_s=known.lost_after_s,
        lost_periods=known.lost_periods,
    )
    tracks["status"][rows] = status
    return np.asarray(tracks["status"], np.uint8)
