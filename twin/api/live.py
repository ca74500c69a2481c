"""The live connection: what one plant's read model learns goes to every screen that watches it.

Each message is serialised once. Each screen has a bounded outbox (`twin.api.outbox`): positions are conflated, texts
never dropped; a screen that cannot take its texts, or takes nothing for `SEND_TIMEOUT_S`, is closed with 4408 and
starts again from a snapshot. Frames go out when something moved, at most 20 a second up to 500 movers and 5 above.
Once a second every screen is told how old the picture is, also when nothing else happens.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from starlette.websockets import WebSocketDisconnect

from gis.time import NS_PER_S
from twin.api.live_messages import ConnectionMessage
from twin.api.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.websockets import WebSocket

    from gis.clock import Clock
    from twin.api.healthmodel import HealthModel
    from twin.api.live_messages import LiveMessage
    from twin.api.readmodel import ReadModel

CLOSE_SLOW = 4408
CLOSE_UNKNOWN_PLANT = 4404
CLOSE_FULL = 4429
MAX_SCREENS = 200
SEND_TIMEOUT_S = 10.0
FEW_MOVERS = 500
FAST_INTERVAL_S = 0.05
SLOW_INTERVAL_S = 0.2
CONNECTION_INTERVAL_S = 1.0
_log = logging.getLogger(__name__)


class Screen:
    """One connected browser: its outbox, and the signal that something is in it."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.filled = asyncio.Event()

    def text(self, text: str) -> None:
        """Queue a text."""
        self.outbox.put_text(text)
        self.filled.set()

    def frame(self, frame: bytes) -> None:
        """Queue a position frame in place of an older one."""
        self.outbox.put_frame(frame)
        self.filled.set()


class Hub:
    """All screens of one plant. Lives in one event loop.

    Args:
        model: the plant's present.
        health: what the roles say.
        clock: tells UTC and waits.
    """

    def __init__(self, model: ReadModel, health: HealthModel, clock: Clock) -> None:
        self.model = model
        self._health = health
        self._clock = clock
        self._screens: set[Screen] = set()
        self._moved = asyncio.Event()
        self.closed_slow = 0
        """Screens closed because they could not follow."""

    def __len__(self) -> int:
        return len(self._screens)

    def tell(self, messages: Iterable[LiveMessage]) -> None:
        """Pass on what the model learned: texts at once, a snapshot if it was replaced, frames in their time."""
        if self.model.snapshot_wanted:
            self.model.snapshot_wanted = False
            self._broadcast(self._snapshot())
        for message in messages:
            self._broadcast(message.model_dump_json())
        if self.model.moved:
            self._moved.set()

    def _broadcast(self, text: str) -> None:
        for screen in self._screens:
            screen.text(text)

    def _snapshot(self) -> str:
        return self.model.snapshot(self._clock.now_ns(), self._health).model_dump_json()

    async def run(self) -> None:
        """Frames and connection messages, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send_frames(), name="live frames")
            group.create_task(self._send_connection(), name="live connection")

    async def _send_frames(self) -> None:
        while True:
            await self._moved.wait()
            self._moved.clear()
            if self._screens and self.model.moved:
                frame = self.model.frame()
                for screen in self._screens:
                    screen.frame(frame)
            await self._clock.sleep(FAST_INTERVAL_S if len(self.model.movers) <= FEW_MOVERS else SLOW_INTERVAL_S)

    async def _send_connection(self) -> None:
        while True:
            now_ns = self._clock.now_ns()
            self.tell(self.model.turn_versions(now_ns))
            if self._screens:
                connection = self.model.connection(now_ns, self._health)
                message = ConnectionMessage(seq=self.model.seq or 0, connection=connection)
                plain = message.model_dump_json()
                for screen in self._screens:
                    conflated = screen.outbox.conflated
                    own = connection.model_copy(update={"conflated": conflated})
                    text = message.model_copy(update={"connection": own}).model_dump_json() if conflated else plain
                    screen.text(text)
            # Whole seconds of the wall clock, so that all screens tick together.
            await self._clock.sleep(CONNECTION_INTERVAL_S - (now_ns % NS_PER_S) / NS_PER_S % CONNECTION_INTERVAL_S)

    async def serve(self, socket: WebSocket) -> None:
        """One screen, from snapshot to disconnect."""
        if len(self._screens) >= MAX_SCREENS:
            await socket.close(CLOSE_FULL, "too many screens")
            return
        screen = Screen(Outbox())
        screen.text(self._snapshot())
        screen.frame(self.model.movers.frame(self.model.seq or 0))
        self._screens.add(screen)
        hearing = asyncio.create_task(_hear(socket), name="live hearing")
        sending = asyncio.create_task(_send(socket, screen), name="live sending")
        try:
            await asyncio.wait((hearing, sending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._screens.discard(screen)
            for task in (hearing, sending):
                task.cancel()
            await asyncio.gather(hearing, sending, return_exceptions=True)
        fault = None if sending.cancelled() else sending.exception()
        if fault is not None and not isinstance(fault, TimeoutError):
            raise fault
        if screen.outbox.overrun or fault is not None:
            self.closed_slow += 1
            _log.warning("a screen of %s could not follow and was closed", self.model.plant.head.code)
            await _close(socket, CLOSE_SLOW, "too slow; start again from a snapshot")


async def _hear(socket: WebSocket) -> None:
    # A screen has nothing to say here; reading is how its going is noticed.
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _send(socket: WebSocket, screen: Screen) -> None:
    while not screen.outbox.overrun:
        item = screen.outbox.take()
        if item is None:
            screen.filled.clear()
            await screen.filled.wait()
            continue
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await (socket.send_text(item) if isinstance(item, str) else socket.send_bytes(item))
        except WebSocketDisconnect:
            return


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    try:
        async with asyncio.timeout(1.0):
            await socket.close(code, reason)
    except (TimeoutError, WebSocketDisconnect, RuntimeError):
        # It takes nothing any more: the server drops the line when this returns.
        return
