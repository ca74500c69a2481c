"""What waits to be sent to one screen (pure), with its overflow rule.

Position frames are conflated: a newer frame takes the place of one not yet sent, and that is counted. Text messages
are never dropped: when more than `MAX_TEXTS` of them, or more than `MAX_BYTES`, wait, the outbox is overrun for good;
the connection is closed and the screen starts again from a snapshot.
"""

from __future__ import annotations

from collections import deque

MAX_TEXTS = 2_000
MAX_BYTES = 32 * 1024 * 1024


class Outbox:
    """A bounded queue of texts and at most one position frame."""

    def __init__(self, max_texts: int = MAX_TEXTS, max_bytes: int = MAX_BYTES) -> None:
        self._max_texts = max_texts
        self._max_bytes = max_bytes
        self._texts: deque[str] = deque()
        self._bytes = 0
        self._frame: bytes | None = None
        self.overrun = False
        """More texts waited than are kept; nothing more is taken."""
        self.conflated = 0
        """Frames replaced before they were sent."""

    def __bool__(self) -> bool:
        return bool(self._texts) or self._frame is not None

    def put_text(self, text: str) -> None:
        """Queue a text, or be overrun."""
        if self.overrun:
            return
        if len(self._texts) >= self._max_texts or self._bytes + len(text) > self._max_bytes:
            self.overrun = True
            self._texts.clear()
            self._frame = None
            return
        self._texts.append(text)
        self._bytes += len(text)

    def put_frame(self, frame: bytes) -> None:
        """Queue a frame in place of an older one."""
        if self.overrun:
            return
        if self._frame is not None:
            self.conflated += 1
        self._frame = frame

    def take(self) -> str | bytes | None:
        """The next to send: texts in order first, then the frame, then nothing."""
        if self._texts:
            text = self._texts.popleft()
            self._bytes -= len(text)
            return text
        frame, self._frame = self._frame, None
        return frame
