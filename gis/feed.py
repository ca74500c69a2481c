"""What every line from outside is: a thread that listens, a bounded queue that `take` empties, a way back after a loss.

The overflow rule: a full queue drops its oldest message and counts `overflow`; a message above the size limit is
dropped unread and counts `too_large`. A lost connection is tried again after 0.5 s, then twice as long each time up to
10 s, for ever. Nothing that arrives is ever given another time than its own; `received_ns` only says when it came.
"""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter, deque
from typing import TYPE_CHECKING

from gis.errors import FeedError
from gis.messages import MAX_BYTES, Arrival
from gis.refusal import RefusalReason

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

MAX_QUEUE_BYTES = 64 << 20
LOOK_S = 0.5
"""So often a waiting thread looks whether it should stop."""
_STOP_S = 3.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _LONG_ENOUGH_S = 0.5, 10.0, 60.0


class Feed(ABC):
    """One wire to one engine or broker.

    Args:
        name: what counts, log lines and refusals call it.
        capacity: most messages that wait here.
        first_pause_s: pause before the first new attempt after a loss.
        max_bytes: longest message that is queued.
    """

    def __init__(
        self,
        name: str,
        *,
        capacity: int = 20_000,
        first_pause_s: float = _FIRST_PAUSE_S,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self.name = name
        self._max_bytes = max_bytes
        self._capacity = capacity
        self._first_pause_s = first_pause_s
        self._waiting: deque[Arrival] = deque()
        self._waiting_bytes = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.received = 0
        self.rejected: Counter[RefusalReason] = Counter()
        self.connected = False
        self.connections = 0
        self.trouble = "not started"
        """What is wrong now, in words; empty when nothing is."""

    def start(self) -> None:
        """Listen in the background; an engine that is not there yet is waited for."""
        self._thread = threading.Thread(target=self._run, name=f"feed {self.name}", daemon=True)
        self.trouble = "not connected yet"
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; a thread that hangs on a silent engine is left to end by itself."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(_STOP_S)
            self._thread = None

    def take(self) -> list[Arrival]:
        """All that waits, oldest first."""
        with self._lock:
            taken = list(self._waiting)
            self._waiting.clear()
            self._waiting_bytes = 0
        return taken

    @property
    def waiting(self) -> int:
        """Messages in the queue now."""
        return len(self._waiting)

    @property
    def dropped(self) -> int:
        """Messages the overflow rule threw away so far."""
        return self.rejected[RefusalReason.OVERFLOW]

    @abstractmethod
    def _session(self) -> None:
        """One connection: call `_met` when it stands, `_put` for every message, return when asked to stop.

        Raises:
            Exception: whatever ends a connection; it is shown as trouble, and another connection is tried.
        """

    def _met(self) -> None:
        """The connection stands."""
        self.connected = True
        self.connections += 1
        self.trouble = ""
        log.info("feed %s: connected", self.name)

    def _put(self, payload: bytes, topic: str = "") -> None:
        self._put_all((Arrival(topic or self.name, payload, time.time_ns()),))

    def _put_all(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Queue messages in their order; gives back those that are too large, which are counted and dropped."""
        too_large = []
        with self._lock:
            self.received += len(arrivals)
            waiting, total = self._waiting, self._waiting_bytes
            for arrival in arrivals:
                size = len(arrival.payload)
                if size > self._max_bytes:
                    self.rejected[RefusalReason.TOO_LARGE] += 1
                    too_large.append(arrival)
                    continue
                total += size
                while waiting and (len(waiting) >= self._capacity or total > MAX_QUEUE_BYTES):
                    total -= len(waiting.popleft().payload)
                    self.rejected[RefusalReason.OVERFLOW] += 1
                waiting.append(arrival)
            self._waiting_bytes = total
        return too_large

    def _refuse(self, reason: RefusalReason) -> None:
        """Count a message that is dropped before it is queued."""
        with self._lock:
            self.received += 1
            self.rejected[reason] += 1

    def _run(self) -> None:
        pause_s = self._first_pause_s
        while not self._stopping.is_set():
            began_s = time.monotonic()
            try:
                self._session()
                ended = "ended"
            except FeedError as error:
                ended = str(error)
            except Exception as error:  # noqa: BLE001 - the boundary of a feed: whatever ended it, it is tried again
                ended = f"{type(error).__name__}: {error}"[:160]
            self.connected = False
            if self._stopping.is_set():
                break
            # One line for one trouble, not one for every attempt.
            if ended != self.trouble:
                log.warning("feed %s: %s", self.name, ended.encode("unicode_escape").decode())
            self.trouble = ended
            if time.monotonic() - began_s > _LONG_ENOUGH_S:
                pause_s = self._first_pause_s
            self._stopping.wait(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        self.trouble = "stopped"
