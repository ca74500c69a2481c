"""The world of one plant: everything the core knows, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from twin.core.alarm_clock import next_ns
from twin.core.alarms import key_of
from twin.core.annunciator import Annunciator
from twin.core.conditions import INTRUSION
from twin.core.enforcement import Enforcement
from twin.core.fences import Prisms, prisms_at
from twin.core.membership import Membership
from twin.core.parameters import Parameters
from twin.core.process import Process, process_of
from twin.core.roster import Roster, roster_of
from twin.core.rulebook import Rulebook
from twin.core.tracks import no_tracks, taken_up
from twin.core.watch import Watch, remembered, told
from twin.effects import PositionsMoved, WorldSnapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from gis.plant import Plant
    from twin.core.conditions import AlarmKey
    from twin.core.fusion import TagFix
    from twin.core.parameters import AlarmParameters
    from twin.effects import Alarm, CameraChanged, Muster, TagChanged, WeatherChanged
    from twin.events import Reading


@dataclass(frozen=True, eq=False)
class World:
    """A plant as the core sees it after the last event.

    Attributes:
        plant: its records.
        parameters: what the core is run with.
        next_seq: number of the next effect.
        now_ns: newest time any event carried.
        roster: who carries which tag.
        prisms: the fences that hold now.
        rulebook: what the records ask of people.
        enforcement: which fences' rules hold by their schedules.
        watch: what rules remember.
        tracks: where every subject was last, a row per subject of the roster (see `twin.core.tracks.TRACK`).
        membership: who is inside which fence.
        parts: for subjects with several tags, the newest fix of each tag, by subject row and tag row.
        alarms: all that are open, by what they are about.
        annunciator: what else the alarm machine remembers.
        process: the measuring points, and which of their limits are passed.
        engines: newest fix of each positioning engine, UTC ns.
        readings, weather, tags, cameras: the newest of each.
        muster: the evacuation that is on, with its roll.
        restored: (subject, fence, entered at) a former core left behind, until the first event says which fences hold.
        started_ns: time of the first event; None before.
        refused: events and fixes nothing could be made of (not finite, too many unknown tags, unreadable records).
    """

    plant: Plant
    parameters: Parameters
    next_seq: int
    now_ns: int
    roster: Roster
    prisms: Prisms
    tracks: NDArray[np.void]
    process: Process
    rulebook: Rulebook = field(default_factory=Rulebook)
    enforcement: Enforcement = field(default_factory=Enforcement)
    watch: Watch = field(default_factory=Watch)
    membership: Membership = field(default_factory=Membership)
    parts: Mapping[int, Mapping[int, TagFix]] = field(default_factory=dict)
    alarms: Mapping[AlarmKey, Alarm] = field(default_factory=dict)
    annunciator: Annunciator = field(default_factory=Annunciator)
    engines: Mapping[str, int] = field(default_factory=dict)
    readings: Mapping[str, Reading] = field(default_factory=dict)
    weather: WeatherChanged | None = None
    tags: Mapping[str, TagChanged] = field(default_factory=dict)
    cameras: Mapping[str, CameraChanged] = field(default_factory=dict)
    muster: Muster | None = None
    restored: tuple[tuple[str, str, int], ...] = ()
    started_ns: int | None = None
    refused: int = 0

    def has_engine(self, code: str) -> bool:
        """Whether the plant's records name a positioning engine."""
        return any(engine.code == code for engine in self.plant.engines)


def new_world(
    plant: Plant,
    first_seq: int,
    *,
    now_ns: int = 0,
    open_alarms: Iterable[Alarm] = (),
    inside: Iterable[tuple[str, str, int]] = (),
    muster: Muster | None = None,
    memory: WorldSnapshot | None = None,
    parameters: Parameters | None = None,
) -> World:
    """A world in which nobody has been seen yet.

    Args:
        plant: the plant's records.
        first_seq: number of the first effect; higher than any number ever given out for the plant.
        now_ns: when the core starts; the first event decides which fences hold.
        open_alarms: alarms a former core left behind. Their subjects are taken for inside until a fix says otherwise,
            so that no alarm is raised twice and none is forgotten.
        inside: (subject, fence, entered at UTC ns) a former core left behind.
        muster: an evacuation a former core left behind.
        memory: the snapshot to take up from: where everybody was, what tags, sensors and cameras said, what
            rules remember.
        parameters: the numbers to run with.
    """
    known = [] if memory is None else memory.readings
    parameters = parameters or Parameters()
    roster = roster_of(plant)
    left = [alarm for alarm in open_alarms if alarm.is_open]
    alarms = {key_of(alarm): alarm for alarm in left if not alarm.is_only_in_work}
    strangers = [alarm.subject for alarm in alarms.values()] + (memory.positions.subject if memory else [])
    roster = roster.following(strangers, parameters.stranger_limit)
    entered = {(subject, fence): t_ns for subject, fence, t_ns in inside}
    for alarm in alarms.values():
        if alarm.kind == INTRUSION and alarm.fence is not None and alarm.is_active:
            entered.setdefault((alarm.subject, alarm.fence), alarm.raised_ns)
    return World(
        plant=plant,
        parameters=parameters,
        next_seq=first_seq,
        now_ns=now_ns,
        roster=roster,
        prisms=prisms_at((), plant.head.frame, 0),
        tracks=no_tracks(len(roster.carriers)) if memory is None else taken_up(memory.positions, roster),
        watch=Watch() if memory is None else remembered(memory, roster, parameters.rules),
        tags={} if memory is None else {tag.tag_id: tag for tag in memory.tags},
        cameras={} if memory is None else {camera.camera: camera for camera in memory.cameras},
        process=process_of(plant, now_ns, known),
        readings={reading.sensor: reading for reading in known},
        alarms=alarms,
        annunciator=_taken_up(left, alarms, parameters.alarms),
        muster=muster,
        restored=tuple((subject, fence, t_ns) for (subject, fence), t_ns in entered.items()),
    )


def _taken_up(left: Iterable[Alarm], alarms: Mapping[AlarmKey, Alarm], known: AlarmParameters) -> Annunciator:
    """The alarm machine as far as it follows from the alarms a former core left behind; delays begin anew."""
    due = {key: next_ns(alarm, known) for key, alarm in alarms.items()}
    newest: dict[str, tuple[str, int]] = {}
    for alarm in sorted(alarms.values(), key=lambda alarm: alarm.raised_ns):
        if alarm.group:
            newest[alarm.root] = (alarm.group, alarm.raised_ns)
    return Annunciator(
        timers={key: t_ns for key, t_ns in due.items() if t_ns is not None},
        groups=newest,
        in_work={alarm.id: alarm for alarm in left if alarm.is_only_in_work},
        unproven=frozenset(key for key, alarm in alarms.items() if alarm.is_active),
    )


def fences_at(plant: Plant, t_ns: int, parameters: Parameters) -> Prisms:
    """The plant's fences that hold at an instant, with the margins the core is run with."""
    return prisms_at(
        plant.fences,
        plant.head.frame,
        t_ns,
        margin_m=parameters.exit_margin_m,
        margin_z_m=parameters.exit_margin_z_m,
    )


def with_roster(world: World, roster: Roster) -> World:
    """The same world under a roster that has grown."""
    if roster is world.roster:
        return world
    more = no_tracks(len(roster.carriers) - len(world.roster.carriers))
    return replace(world, roster=roster, tracks=np.concatenate([world.tracks, more]))


def positions(
    world: World, rows: NDArray[np.int64], tracks: NDArray[np.void], *, seq: int, t_ns: int, late: bool = False
) -> PositionsMoved:
    """The effect that says where the subjects `rows` are; `tracks` holds one entry per row."""
    carriers, tags = world.roster.carriers, world.roster.tags
    return PositionsMoved(
        seq=seq,
        t_ns=t_ns,
        subject=[carriers[row].subject for row in rows],
        tag_id=[tags[tag] if tag >= 0 else "" for tag in tracks["tag"].tolist()],
        fix_t_ns=tracks["t_ns"].copy(),
        xyz_m=tracks["xyz_m"].copy(),
        cov_m2=tracks["cov_m2"].copy(),
        velocity_mps=tracks["velocity_mps"].copy(),
        p_still=tracks["p_still"].copy(),
        status=tracks["status"].copy(),
        reasons=tracks["reasons"].copy(),
        late=late,
    )


def snapshot(world: World) -> WorldSnapshot:
    """Everything a late consumer needs to stand where the core stands after its last effect."""
    rows = np.flatnonzero(world.tracks["t_ns"] > 0)
    watched, visits = told(world.watch, world.roster)
    seq = world.next_seq - 1
    return WorldSnapshot(
        seq=seq,
        t_ns=world.now_ns,
        positions=positions(world, rows, world.tracks[rows], seq=seq, t_ns=world.now_ns),
        inside=[
            (world.roster.carriers[subject].subject, world.prisms.fences[fence].code, pair.entered_ns)
            for subject, fence, pair in world.membership.entries()
            if pair.inside
        ]
        + list(world.restored),
        alarms=sorted(
            [*world.alarms.values(), *world.annunciator.in_work.values()], key=lambda alarm: (alarm.raised_ns, alarm.id)
        ),
        readings=list(world.readings.values()),
        weather=world.weather,
        tags=list(world.tags.values()),
        cameras=list(world.cameras.values()),
        flood_since_ns=world.annunciator.flood_since_ns,
        muster=world.muster,
        watched=watched,
        visits=visits,
        watching_since_ns=world.watch.since_ns,
    )
