"""The outbound sink: effects as JSON on an MQTT broker, for whoever listens there.

It never holds up the bus: what cannot be sent yet waits here, within bounds. Overflow rules: positions keep only the
newest of each subject and go out at most five times a second; of the state only the newest is kept; crossings and
alarms wait in one queue, and when it is full the oldest crossing goes first (counted), then the oldest alarm (counted;
the retained `out/state` still names every open alarm).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from gis.time import NS_PER_S
from gis.wire import WireError, decode
from twin.effects import AlarmChanged, Crossed, Effect, PositionsMoved, WorldSnapshot
from twin.sinks.outbound_messages import (
    Rows,
    alarm_message,
    crossing_message,
    positions_message,
    positions_of,
    state_message,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from gis.clock import Clock
    from gis.frames import SiteFrame
    from twin.bus.port import Bus, Message

log = logging.getLogger(__name__)

PREFIX = "twin/v1/"
PERIOD_S = 0.2
DEFAULT_DEPTH = 10_000


class _Waiting(NamedTuple):
    topic: str
    payload: bytes
    is_alarm: bool


@dataclass(eq=False)
class _Moving:
    """One plant's positions that are not sent yet."""

    seq: int = 0
    t_ns: int = 0
    rows: Rows = field(default_factory=dict)


@dataclass
class OutboundVitals:
    """What the sink has done so far.

    Attributes:
        sent: messages handed to the broker's client.
        waiting: crossings and alarms that wait.
        conflated: positions that a newer one of the same subject replaced before they were sent.
        dropped: crossings and alarms the overflow rule threw away.
        unreadable: messages that are no effects.
    """

    sent: int = 0
    waiting: int = 0
    conflated: int = 0
    dropped: int = 0
    unreadable: int = 0


class OutboundSink:
    """Publishes a plant's effects for outsiders.

    Args:
        outside: a bus without a prefix to the outside broker (`MqttBus(..., prefix="")`).
        clock: real or of a test.
        frame_of: a plant's site frame, for degrees beside metres; None when it is not known.
        depth: crossings and alarms that may wait.
    """

    def __init__(
        self,
        outside: Bus,
        clock: Clock,
        *,
        frame_of: Callable[[str], SiteFrame | None] = lambda _: None,
        depth: int = DEFAULT_DEPTH,
    ) -> None:
        self._outside = outside
        self._clock = clock
        self._frame_of = frame_of
        self._depth = depth
        self._urgent: deque[_Waiting] = deque()
        self._moving: dict[str, _Moving] = {}
        self._states: dict[str, bytes] = {}
        self._wake = asyncio.Event()
        self.vitals = OutboundVitals()

    async def run(self, bus: Bus) -> None:
        """Take effects and snapshots from the bus until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._receive(bus))
            tasks.create_task(self._send_urgent())
            tasks.create_task(self._send_rest())

    async def _receive(self, bus: Bus) -> None:
        async with bus.subscribe("effects/+", "snapshot/+") as messages:
            async for message in messages:
                self._take(message)

    def _take(self, message: Message) -> None:
        level, plant = message.topic.split("/", 1)
        try:
            if level == "snapshot":
                self._states[plant] = state_message(decode(message.payload, WorldSnapshot))
                return
            effect: Effect = decode(message.payload, Effect)  # type: ignore[arg-type] # a union is a type to msgspec
        except WireError:
            self.vitals.unreadable += 1
            return
        match effect:
            case PositionsMoved(late=False):
                self._move(plant, effect)
            case Crossed():
                self._queue(_Waiting(f"{PREFIX}{plant}/out/crossings", crossing_message(effect), is_alarm=False))
            case AlarmChanged():
                self._queue(_Waiting(f"{PREFIX}{plant}/out/alarms", alarm_message(effect), is_alarm=True))
            case _:
                pass

    def _move(self, plant: str, effect: PositionsMoved) -> None:
        moving = self._moving.setdefault(plant, _Moving())
        rows = positions_of(effect, self._frame_of(plant))
        self.vitals.conflated += len(moving.rows.keys() & rows.keys())
        moving.rows |= rows
        moving.seq, moving.t_ns = effect.seq, max(moving.t_ns, effect.t_ns)

    def _queue(self, waiting: _Waiting) -> None:
        if len(self._urgent) >= self._depth:
            oldest = next((i for i, other in enumerate(self._urgent) if not other.is_alarm), 0)
            del self._urgent[oldest]
            self.vitals.dropped += 1
            if self.vitals.dropped == 1:
                log.warning("the outside broker is away too long: crossings and alarms for it are dropped")
        self._urgent.append(waiting)
        self.vitals.waiting = len(self._urgent)
        self._wake.set()

    async def _send_urgent(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._urgent:
                waiting = self._urgent.popleft()
                self.vitals.waiting = len(self._urgent)
                await self._outside.publish(waiting.topic, waiting.payload)
                self.vitals.sent += 1

    async def _send_rest(self) -> None:
        """Positions and states, newest only."""
        while True:
            began_s = self._clock.now_ns() / NS_PER_S
            for plant in list(self._moving):
                moving = self._moving.pop(plant)
                payload = positions_message(moving.seq, moving.t_ns, moving.rows)
                await self._outside.publish(f"{PREFIX}{plant}/out/positions", payload)
                self.vitals.sent += 1
            for plant in list(self._states):
                await self._outside.publish(f"{PREFIX}{plant}/out/state", self._states.pop(plant), retain=True)
                self.vitals.sent += 1
            await self._clock.sleep(max(0.0, PERIOD_S - (self._clock.now_ns() / NS_PER_S - began_s)))
