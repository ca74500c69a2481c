"""What the API knows of one plant's present: effects and snapshots folded, in order, with holes noticed (pure).

The fold never waits: an effect after a hole is shown at once (nobody may miss an alarm because another was lost),
the picture is marked as healing, and the next snapshot that covers the hole replaces the state. Effects newer than
that snapshot are then applied again. While a hole is open they are kept for that, at most `MAX_REPLAY`; when more
come, the oldest are forgotten and only a snapshot newer than them heals.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from gis.time import NS_PER_MS, format_time
from twin.api import records
from twin.api.alarm_records import alarm_record
from twin.api.directory import Directory
from twin.api.live_messages import (
    AlarmMessage,
    CameraMessage,
    Connection,
    CrossingMessage,
    FloodMessage,
    MusterMessage,
    PeopleMessage,
    PlantMessage,
    ReadingsMessage,
    SnapshotMessage,
    TagMessage,
    WeatherMessage,
)
from twin.api.live_schemas import InsideNow, PlantHealth
from twin.api.movers import Movers
from twin.api.musters import muster_head, muster_record, with_rows
from twin.effects import (
    AlarmChanged,
    CameraChanged,
    Crossed,
    Direction,
    FloodChanged,
    MusterChanged,
    PlantChanged,
    PositionsMoved,
    ReadingsChanged,
    SubjectStatusChanged,
    TagChanged,
    WeatherChanged,
    WorldSnapshot,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from gis.plant import Plant
    from twin.api.healthmodel import HealthModel
    from twin.api.live_messages import LiveMessage
    from twin.commissioning import LocatorReport
    from twin.effects import Alarm, Effect, Muster
    from twin.events import Reading

MAX_REPLAY = 20_000
KEPT_OVER = 200


class ReadModel:
    """One plant's present. Mutable, owned by one event loop; every method is plain computation.

    Args:
        plant: the plant's records.
        now_ns: UTC now; decides which versions hold.
    """

    def __init__(self, plant: Plant, now_ns: int) -> None:
        self.directory = Directory(plant, now_ns)
        self.movers = Movers(self.directory)
        self.seq: int | None = None
        self.heard_ns: int | None = None
        """When anything from the core last arrived."""
        self.alarms: dict[str, Alarm] = {}
        """All that are open, by id."""
        self.over: deque[Alarm] = deque(maxlen=KEPT_OVER)
        """The last that are over: the store may not have them yet."""
        self.flood_since_ns: int | None = None
        self._active: dict[str, set[str]] = {}
        self.readings: dict[str, Reading] = {}
        self.weather: WeatherChanged | None = None
        self.tags: dict[str, TagChanged] = {}
        self.cameras: dict[str, CameraChanged] = {}
        self.inside: dict[tuple[str, str], int] = {}
        self.locator_report: LocatorReport | None = None
        """What the locator last said of anchors and tags."""
        self.muster: Muster | None = None
        """The evacuation that is on, with its roll."""
        self.late = 0
        self.holes = 0
        self.plant_wanted = False
        """The plant's records changed: read them again, call `replace_plant`, reset this."""
        self.moved = False
        """The picture differs from the last frame taken."""
        self.snapshot_wanted = False
        """State was replaced as a whole: screens need a new snapshot."""
        self._snapshot_seq: int | None = None
        self._hole_before: int | None = None
        self._since_hole: deque[Effect] = deque()
        self._handlers: dict[type, Callable[[Any], list[LiveMessage]]] = {
            PositionsMoved: self._positions,
            SubjectStatusChanged: self._status,
            Crossed: self._crossed,
            AlarmChanged: self._alarm,
            FloodChanged: self._flood,
            ReadingsChanged: self._read,
            WeatherChanged: self._weather,
            TagChanged: self._tag,
            CameraChanged: self._camera,
            PlantChanged: self._plant_changed,
            MusterChanged: self._muster_changed,
        }

    @property
    def plant(self) -> Plant:
        """The plant's records."""
        return self.directory.plant

    @property
    def healing(self) -> bool:
        """A hole in the numbers is still open."""
        return self._hole_before is not None

    # ------------------------------------------------------------ folding

    def apply(self, effect: Effect, received_ns: int) -> list[LiveMessage]:
        """Fold one effect or snapshot.

        Args:
            effect: what the core said.
            received_ns: UTC now.

        Returns:
            What connected screens must be told, in order. Positions are not among it: see `frame`.
        """
        self.heard_ns = received_ns
        if isinstance(effect, WorldSnapshot):
            if self._heals(effect):
                self._reset(effect)
            self._snapshot_seq = effect.seq
            return []
        if self.seq is not None and effect.seq <= self.seq:
            return []
        if self.seq is None or effect.seq != self.seq + 1:
            if self.seq is not None:
                self.holes += 1
            self._hole_before = effect.seq
        if self.healing:
            self._since_hole.append(effect)
            if len(self._since_hole) > MAX_REPLAY:
                self._hole_before = self._since_hole.popleft().seq + 1
        return self._fold(effect)

    def distrust(self) -> None:
        """The newest effect could not be shown: until the next snapshot the picture may miss it."""
        if self.seq is not None:
            self.holes += 1
            self._hole_before = self.seq + 1

    def _heals(self, snapshot: WorldSnapshot) -> bool:
        if self.seq is None:
            return True
        # Snapshots of one core never go back: a lower number is that of a new core whose clock was set back.
        if self._snapshot_seq is not None and snapshot.seq < self._snapshot_seq:
            self._since_hole.clear()
            return True
        if self._hole_before is not None:
            return snapshot.seq >= self._hole_before - 1
        return snapshot.seq > self.seq

    def _fold(self, effect: Effect) -> list[LiveMessage]:
        self.seq = effect.seq
        return self._handlers[type(effect)](effect)

    def _reset(self, snapshot: WorldSnapshot) -> None:
        if self.seq is not None and not self.healing and snapshot.seq > self.seq:
            self.holes += 1
        newer = [effect for effect in self._since_hole if effect.seq > snapshot.seq]
        self._hole_before = None
        self._since_hole.clear()
        self.seq = snapshot.seq
        self.movers.clear()
        self.movers.sos = {tag.subject for tag in snapshot.tags if tag.sos}
        self.movers.battery = {tag.tag_id: tag.battery_pct for tag in snapshot.tags if tag.battery_pct is not None}
        self.movers.move(snapshot.positions)
        self.alarms = {alarm.id: alarm for alarm in snapshot.alarms if alarm.is_open}
        self.flood_since_ns = snapshot.flood_since_ns
        self._mark_alarms()
        self.readings = {reading.sensor: reading for reading in snapshot.readings if np.isfinite(reading.value)}
        self.weather = snapshot.weather
        self.tags = {tag.tag_id: tag for tag in snapshot.tags}
        self.cameras = {camera.camera: camera for camera in snapshot.cameras}
        self.muster = snapshot.muster
        self.inside = {(subject, fence): since for subject, fence, since in snapshot.inside}
        self.moved = True
        self.snapshot_wanted = True
        for effect in newer:
            self._fold(effect)

    def _positions(self, moved: PositionsMoved) -> list[LiveMessage]:
        if moved.late:
            self.late += len(moved.subject)
            return []
        changed = self.movers.move(moved)
        self.moved = True
        return [self.people_message()] if changed else []

    def _status(self, changed: SubjectStatusChanged) -> list[LiveMessage]:
        self.movers.set_status(changed.subject, changed.status)
        self.moved = True
        return []

    def _crossed(self, crossed: Crossed) -> list[LiveMessage]:
        key = (crossed.subject, crossed.fence)
        if crossed.direction is Direction.ENTER:
            self.inside[key] = crossed.t_ns
        else:
            self.inside.pop(key, None)
        return [CrossingMessage(seq=crossed.seq, crossing=records.crossing_record(crossed))]

    def _alarm(self, changed: AlarmChanged) -> list[LiveMessage]:
        alarm = changed.alarm
        if alarm.is_open:
            self.alarms[alarm.id] = alarm
        else:
            self.alarms.pop(alarm.id, None)
            self.over.append(alarm)
        self._mark_subject(alarm)
        record = alarm_record(alarm, self.directory)
        return [
            AlarmMessage(seq=changed.seq, cause=changed.cause, by=changed.by or None, why=changed.why, alarm=record)
        ]

    def _mark_alarms(self) -> None:
        self._active = {}
        self.movers.in_alarm.clear()
        for alarm in self.alarms.values():
            self._mark_subject(alarm)
        self.moved = True

    def _mark_subject(self, alarm: Alarm) -> None:
        """Who is in alarm, kept up alarm by alarm: a storm must not cost the square of its size."""
        for subject in {alarm.subject, *alarm.subjects} - {""}:
            active = self._active.setdefault(subject, set())
            (active.add if alarm.is_active and alarm.is_annunciated else active.discard)(alarm.id)
            if active:
                self.movers.in_alarm.add(subject)
            else:
                self.movers.in_alarm.discard(subject)
                del self._active[subject]
        self.moved = True

    def _flood(self, changed: FloodChanged) -> list[LiveMessage]:
        self.flood_since_ns = changed.since_ns
        since = None if changed.since_ns is None else format_time(changed.since_ns)
        return [FloodMessage(seq=changed.seq, since=since, alarms=changed.alarms)]

    def _read(self, changed: ReadingsChanged) -> list[LiveMessage]:
        taken = []
        for reading in changed.readings:
            known = self.readings.get(reading.sensor)
            if np.isfinite(reading.value) and (known is None or reading.t_ns >= known.t_ns):
                self.readings[reading.sensor] = reading
                taken.append(records.reading_now(reading, self.directory))
        return [ReadingsMessage(seq=changed.seq, readings=taken)] if taken else []

    def _weather(self, weather: WeatherChanged) -> list[LiveMessage]:
        self.weather = weather
        return [WeatherMessage(seq=weather.seq, weather=records.weather_now(weather))]

    def _tag(self, changed: TagChanged) -> list[LiveMessage]:
        known = self.tags.get(changed.tag_id)
        if known is not None:
            # A report names only what it knows; the rest stays.
            changed = msgspec.structs.replace(
                changed,
                battery_pct=changed.battery_pct if changed.battery_pct is not None else known.battery_pct,
                sos=changed.sos if changed.sos is not None else known.sos,
                moving=changed.moving if changed.moving is not None else known.moving,
            )
        self.tags[changed.tag_id] = changed
        if changed.battery_pct is not None:
            self.movers.battery[changed.tag_id] = changed.battery_pct
        if changed.sos is not None:
            self.movers.set_sos(changed.subject, changed.sos)
            self.moved = True
        return [TagMessage(seq=changed.seq, tag=records.tag_now(changed))]

    def _camera(self, changed: CameraChanged) -> list[LiveMessage]:
        self.cameras[changed.camera] = changed
        return [CameraMessage(seq=changed.seq, camera=records.camera_now(changed))]

    def _plant_changed(self, _changed: PlantChanged) -> list[LiveMessage]:
        self.plant_wanted = True
        return []

    def _muster_changed(self, changed: MusterChanged) -> list[LiveMessage]:
        known = self.muster if self.muster is not None and self.muster.id == changed.muster.id else changed.muster
        after = with_rows(known, changed.muster, changed.rows)
        self.muster = None if after.ended_ns is not None else after
        told = muster_record(msgspec.structs.replace(changed.muster, rows=changed.rows), self.directory)
        return [
            MusterMessage(
                seq=changed.seq,
                cause=changed.cause.value,
                muster=muster_head(changed.muster),
                rows=told.rows,
                unseen=told.unseen,
                points=told.points,
            )
        ]

    # ------------------------------------------------------------ records

    def replace_plant(self, plant: Plant, now_ns: int) -> list[LiveMessage]:
        """The plant's records were read again."""
        self.directory = Directory(plant, now_ns)
        self.movers.replace(self.directory)
        self.moved = True
        return [PlantMessage(seq=self.seq or 0, records=self.directory.records_mark), self.people_message()]

    def turn_versions(self, now_ns: int) -> list[LiveMessage]:
        """A version of a record began or ended with the passing of time: take over what holds now."""
        change = self.directory.next_change_ns
        return self.replace_plant(self.plant, now_ns) if change is not None and now_ns >= change else []

    # ------------------------------------------------------------ reading

    def frame(self) -> bytes:
        """All positions as one binary frame; the picture counts as sent."""
        self.moved = False
        return self.movers.frame(self.seq or 0)

    def people_message(self) -> PeopleMessage:
        """The people table."""
        return PeopleMessage(seq=self.seq or 0, people=self.movers.people_table())

    @property
    def data_ns(self) -> int | None:
        """Newest time of measurement of anything."""
        times = [reading.t_ns for reading in self.readings.values()]
        times += [tag.t_ns for tag in self.tags.values()]
        times += [camera.t_ns for camera in self.cameras.values()]
        if self.weather is not None:
            times.append(self.weather.t_ns)
        if self.movers.newest_ns is not None:
            times.append(self.movers.newest_ns)
        return max(times, default=None)

    def open_alarms(self) -> list[Alarm]:
        """Alarms that are open, newest first."""
        return sorted(self.alarms.values(), key=lambda alarm: (alarm.raised_ns, alarm.id), reverse=True)

    def connection(self, now_ns: int, health: HealthModel, conflated: int = 0) -> Connection:
        """How true the picture is right now; works, and ages, when nothing is heard."""
        movers, stale, unseen = self.movers.count()
        positions_age = _age_ms(now_ns, self.movers.newest_ns)
        return Connection(
            server_time=format_time(now_ns),
            status=health.status(now_ns),
            data_age_ms=_age_ms(now_ns, self.data_ns),
            positions_age_ms=positions_age,
            core_age_ms=_age_ms(now_ns, self.heard_ns),
            lag_ms=health.lag_ms(),
            roles=health.roles(now_ns),
            ingest=health.ingest(),
            dropped=health.dropped(),
            late=self.late,
            holes=self.holes,
            healing=self.healing,
            movers=movers,
            stale=stale,
            unseen=unseen,
            conflated=conflated,
        )

    def plant_health(self, now_ns: int, clients: int) -> PlantHealth:
        """The freshness of this plant for `/health`."""
        return PlantHealth(data_age_ms=_age_ms(now_ns, self.data_ns), holes=self.holes, late=self.late, clients=clients)

    def snapshot(self, now_ns: int, health: HealthModel) -> SnapshotMessage:
        """All that a screen needs to stand where the read model stands."""
        directory = self.directory
        return SnapshotMessage(
            seq=self.seq or 0,
            server_time=format_time(now_ns),
            plant=records.plant_head(self.plant),
            records=directory.records_mark,
            roles=records.roles(self.plant),
            levels=records.levels(self.plant),
            people=self.movers.people_table(),
            inside=[
                InsideNow(subject=subject, fence=fence, since=format_time(since))
                for (subject, fence), since in self.inside.items()
            ],
            alarms=[alarm_record(alarm, directory) for alarm in self.open_alarms()],
            flood_since=None if self.flood_since_ns is None else format_time(self.flood_since_ns),
            readings=[records.reading_now(reading, directory) for reading in self.readings.values()],
            weather=records.weather_now(self.weather) if self.weather is not None else None,
            tags=[records.tag_now(tag) for tag in self.tags.values()],
            cameras=[records.camera_now(camera) for camera in self.cameras.values()],
            muster=None if self.muster is None else muster_record(self.muster, directory),
            connection=self.connection(now_ns, health),
        )


def _age_ms(now_ns: int, t_ns: int | None) -> float | None:
    return None if t_ns is None else max(0.0, (now_ns - t_ns) / NS_PER_MS)
