"""Fences tried on the past in the background: one at a time, few waiting, each to be looked at, stopped and forgotten.

Overflow: beyond `WAITING` trials a new one is refused; beyond `KEPT` finished ones the oldest is forgotten.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gis.errors import StoreError
from gis.store.tracks import read_tracks, read_tracks_near
from gis.time import NS_PER_S, format_time
from twin.api.fence_schemas import FencePreviewRecord, PreviewAlarm
from twin.api.problems import ApiError, MissingError, UnavailableError
from twin.fencing.preview import trials

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from sqlalchemy import Connection

    from gis.plant import Fence, Plant
    from gis.store.tracks import TrackChunk
    from twin.api.directory import Directory
    from twin.api.fence_schemas import PreviewState
    from twin.api.history import History
    from twin.effects import Alarm
    from twin.fencing.preview import Trial

WAITING = 3
KEPT = 20
LISTED = 200
READ_MS = 20_000
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class Preview:
    """One fence tried on a stretch of the past."""

    id: str
    plant: Plant
    fence: Fence
    from_ns: int
    to_ns: int
    state: PreviewState = "waiting"
    done: float = 0.0
    alarms: list[tuple[Alarm, int | None]] = field(default_factory=list)
    subjects: set[str] = field(default_factory=set)
    fixes: int = 0
    reason: str = ""

    def record(self, directory: Directory) -> FencePreviewRecord:
        """As it stands."""
        return FencePreviewRecord(
            id=self.id,
            state=self.state,
            progress=self.done,
            t_from=format_time(self.from_ns),
            t_to=format_time(self.to_ns),
            people=len(self.subjects),
            fixes=self.fixes,
            alarms=[_alarm(alarm, ended, directory) for alarm, ended in self.alarms[:LISTED]],
            total=len(self.alarms),
            reason=self.reason,
        )


def _alarm(alarm: Alarm, ended_ns: int | None, directory: Directory) -> PreviewAlarm:
    lon, lat = directory.lonlat(alarm.x_m, alarm.y_m)
    return PreviewAlarm(
        kind=alarm.kind,
        priority=alarm.priority,
        subject=alarm.subject,
        names=directory.names_of(alarm.subject),
        raised=format_time(alarm.raised_ns),
        ended=None if ended_ns is None else format_time(ended_ns),
        x_m=alarm.x_m,
        y_m=alarm.y_m,
        lon=lon,
        lat=lat,
    )


class Previews:
    """The trials of all plants.

    Args:
        history: where the tracks are.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._known: OrderedDict[str, Preview] = OrderedDict()
        self._turn = asyncio.Semaphore(1)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, plant: Plant, fence: Fence, now_ns: int, hours: float) -> Preview:
        """Begin a trial of the last hours.

        Raises:
            UnavailableError: too many wait.
        """
        if len(self._tasks) > WAITING:
            raise UnavailableError("too many trials wait", "busy")
        made = Preview(secrets.token_urlsafe(9), plant, fence, now_ns - round(hours * 3600) * NS_PER_S, now_ns)
        self._known[made.id] = made
        while len(self._known) > KEPT + WAITING:
            oldest = next((one for one in self._known if one not in self._tasks), None)
            if oldest is None:
                break
            del self._known[oldest]
        task = asyncio.create_task(self._run(made), name=f"preview {made.id}")
        self._tasks[made.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(made.id, None))
        return made

    def find(self, plant: str, name: str) -> Preview:
        """A trial by its id.

        Raises:
            MissingError: there is none, or it was forgotten.
        """
        found = self._known.get(name)
        if found is None or found.plant.head.code != plant:
            raise MissingError("no such trial", "unknown_record", collection="fence-previews", record=name)
        return found

    def stop(self, preview: Preview) -> None:
        """End a trial; what it found so far stays."""
        task = self._tasks.get(preview.id)
        if task is not None and preview.state in ("waiting", "running"):
            preview.state = "cancelled"
            task.cancel()

    async def close(self) -> None:
        """End all trials and wait until none holds the database any more."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, preview: Preview) -> None:
        try:
            async with self._turn:
                preview.state = "running"
                steps = trials(preview.plant, preview.fence, preview.from_ns, preview.to_ns, self._reader(preview))
                while (found := await _whole(asyncio.to_thread(next, steps, None))) is not None:
                    _take(preview, found)
                preview.state = "done"
        except (ApiError, StoreError) as error:
            preview.state, preview.reason = "failed", getattr(error, "code", "store")
        except asyncio.CancelledError:
            preview.state = "cancelled"
            raise
        except Exception:  # noqa: BLE001 - the boundary of a background trial
            _log.exception("a trial of fence %s failed", preview.fence.code)
            preview.state, preview.reason = "failed", "internal"

    def _reader(self, preview: Preview) -> Callable[[int, int], Sequence[TrackChunk]]:
        """Reads from a trial's own thread, through the bounded way to the database."""
        head, fence = preview.plant.head, preview.fence
        # Whose post it is is missed wherever he is.
        rostered = sorted(rostered_in(preview.plant, fence))
        loop = asyncio.get_running_loop()

        def asked(connection: Connection, from_ns: int, to_ns: int) -> list[TrackChunk]:
            near = read_tracks_near(connection, head.code, head.frame, fence.geometry, from_ns, to_ns)
            if not rostered:
                return list(near)
            away = read_tracks(connection, head.code, head.frame, from_ns, to_ns, rostered)
            return [*(chunk for chunk in near if chunk.subject not in rostered), *away]

        def read(from_ns: int, to_ns: int) -> Sequence[TrackChunk]:
            answer = self._history.ask(lambda connection: asked(connection, from_ns, to_ns), READ_MS)
            return asyncio.run_coroutine_threadsafe(answer, loop).result()

        return read


def rostered_in(plant: Plant, fence: Fence) -> set[str]:
    """The people and vehicles whose post a fence is."""
    post = fence.rules.post_of
    people = {
        person.code
        for person in plant.people
        if person.role in post.roles or person.team in post.teams or person.code in post.persons
    }
    return people | set(post.vehicles)


async def _whole(step: Coroutine[Any, Any, Trial | None]) -> Trial | None:
    """One stretch; who is stopped meanwhile stops after it: a thread cannot be stopped, and it holds a connection."""
    running = asyncio.ensure_future(step)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        if not running.cancelled():
            running.exception()
        raise


def _take(preview: Preview, found: Trial) -> None:
    preview.done = found.done
    preview.alarms += found.alarms
    preview.subjects |= found.subjects
    preview.fixes += found.fixes
