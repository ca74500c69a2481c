"""The same code over the same inputs: the world around an alarm rebuilt from what is stored, and stepped again.

What is stored are positions after the tags of a person were taken together, so each subject speaks through one tag of
its own here. Heights were stored without their uncertainty; one value is taken for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.fix import FixBatch, Reason
from gis.plant import Plant, Tag, TagAssignment
from gis.time import NS_PER_S, parse_time
from twin.core.step import step
from twin.core.world import new_world
from twin.effects import AlarmChanged
from twin.events import Event, FixesMeasured, PlantReplaced, ReadingsTaken, Ticked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twin.effects import Alarm
    from twin.explain.recorded import Recorded

SIGMA_Z_M = 0.2
TICK_NS = NS_PER_S
_MESSAGE_NS = NS_PER_S // 2
_TAG_PREFIX = "tag:"
_ALWAYS_NS = parse_time("2000-01-01T00:00:00Z")


@dataclass(frozen=True, slots=True)
class Rerun:
    """What came of it.

    Attributes:
        alarm: the alarm about the same that was raised again, the nearest in time; None when none was.
        events: how many events were folded.
        fixes: how many positions were among them.
        readings: how many sensor values.
    """

    alarm: Alarm | None
    events: int
    fixes: int
    readings: int


def rerun(recorded: Recorded) -> Rerun:
    """Step the core over what is stored; `recorded.missing` must be empty."""
    told, reach = recorded.alarm, recorded.reach
    subjects = {chunk.subject for chunk in recorded.chunks}
    events = events_of(recorded)
    plant = carried(recorded.plants[0][1], subjects)
    world = new_world(plant, 1, now_ns=reach.from_ns, open_alarms=recorded.open_alarms, inside=recorded.inside)
    raised: list[Alarm] = []
    for event in events:
        world, effects = step(world, event)
        raised += [
            effect.alarm
            for effect in effects
            if isinstance(effect, AlarmChanged)
            and effect.cause in ("raised", "reraised")
            and about(effect.alarm) == about(told)
        ]
    nearest = min(raised, key=lambda alarm: abs(alarm.changed_ns - told.raised_ns), default=None)
    fixes = sum(len(event.fixes) for event in events if isinstance(event, FixesMeasured))
    return Rerun(nearest, len(events), fixes, len(recorded.readings))


def about(alarm: Alarm) -> tuple[str, str, str, str]:
    """What an alarm is about, whenever it was raised."""
    return alarm.kind, alarm.fence or "", alarm.sensor or "", alarm.subject


def carried(plant: Plant, subjects: Iterable[str]) -> Plant:
    """The plant's records in which each subject carries one tag called like itself."""
    people = {person.code for person in plant.people}
    vehicles = {vehicle.code for vehicle in plant.vehicles}
    known = sorted(subject for subject in subjects if subject in people or subject in vehicles)
    given = tuple(
        TagAssignment(
            tag=tag_of(subject),
            person=subject if subject in people else None,
            vehicle=None if subject in people else subject,
            valid_from=_ALWAYS_NS,
        )
        for subject in known
    )
    tags = tuple(Tag(code=tag_of(subject)) for subject in known)
    return plant.model_copy(update={"assignments": given, "tags": tags})


def tag_of(subject: str) -> str:
    """The one tag through which a subject speaks here."""
    return subject.removeprefix(_TAG_PREFIX)


def events_of(recorded: Recorded) -> list[Event]:
    """Everything that happened, in order of time: fixes, readings, changes of records, and the core's seconds.

    The seconds of the live core are not stored; they are laid so that one falls on the instant of the alarm.
    """
    reach = recorded.reach
    subjects = {chunk.subject for chunk in recorded.chunks}
    timed: list[tuple[int, int, Event]] = [(reach.from_ns, 0, Ticked(reach.from_ns))]
    timed += [(event.t_ns, 1, event) for event in _fixes(recorded)]
    timed += [(one.t_ns, 2, ReadingsTaken(one.t_ns, [one])) for one in recorded.readings]
    for t_ns, plant in recorded.plants[1:]:
        timed.append((t_ns, 3, PlantReplaced(t_ns, carried(plant, subjects).model_dump_json().encode())))
    raised_ns = recorded.alarm.raised_ns
    first = raised_ns - (raised_ns - reach.from_ns) // TICK_NS * TICK_NS
    timed += [(t_ns, 4, Ticked(t_ns)) for t_ns in range(first, reach.to_ns, TICK_NS)]
    timed.sort(key=lambda item: item[:2])
    return [event for _, _, event in timed]


def _fixes(recorded: Recorded) -> list[FixesMeasured]:
    """Stored fixes as messages of half a second; those that came late were no news to the live core."""
    chunks = [chunk for chunk in recorded.chunks if len(chunk) and not (chunk.reasons & Reason.LATE).any()]
    if not chunks:
        return []
    t_ns = np.concatenate([chunk.t_ns for chunk in chunks])
    order = np.argsort(t_ns, kind="stable")
    tag = np.repeat([tag_of(chunk.subject) for chunk in chunks], [len(chunk) for chunk in chunks])[order]
    t_ns = t_ns[order]
    columns = {
        name: np.concatenate([getattr(chunk, name) for chunk in chunks])[order]
        for name in ("xyz_m", "cov_m2", "velocity_mps", "p_still", "status", "reasons")
    }
    # A message ends where a half second ends, so that no fix waits for one that came later than the alarm.
    ends = np.flatnonzero(np.diff(t_ns // _MESSAGE_NS)) + 1
    return [
        FixesMeasured(
            t_ns=int(t_ns[part].max()),
            fixes=FixBatch(
                plant=recorded.plants[0][1].head.code,
                engine="",
                tag=tag[part].tolist(),
                t_ns=t_ns[part],
                sigma_z_m=np.full(len(part), SIGMA_Z_M),
                anchors_used=np.zeros(len(part), np.uint8),
                **{name: column[part] for name, column in columns.items()},
            ),
        )
        for part in np.split(np.arange(len(t_ns)), ends)
    ]
