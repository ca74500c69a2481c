"""The log of a role: one line per event, UTC, and never a flood from outside."""

from __future__ import annotations

import logging
import time
from collections import Counter
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_QUIET_S = 10.0


class _Utc(logging.Formatter):
    converter = staticmethod(time.gmtime)
    default_msec_format = "%s.%03dZ"
    default_time_format = "%Y-%m-%dT%H:%M:%S"


def file_handler(path: Path) -> logging.Handler:
    """A log file that keeps its last 20 MB."""
    return RotatingFileHandler(path, maxBytes=10_000_000, backupCount=1, encoding="utf-8")


def set_up(handler: logging.Handler, level: int = logging.INFO) -> None:
    """Send every log line of this process to one place."""
    handler.setFormatter(_Utc("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("uvicorn.access", "alembic", "numba", "sqlalchemy"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class RateLimited:
    """Warns at most once per key and 10 s, and then says how many it kept to itself.

    Args:
        log: where to warn.
        seconds: monotonic time.
    """

    def __init__(self, log: logging.Logger, seconds: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._seconds = seconds
        self._last: dict[str, float] = {}
        self._silent: Counter[str] = Counter()

    def warn(self, key: str, text: str) -> None:
        """Warn under a key; keys are a closed set (reasons), never text from outside."""
        now = self._seconds()
        if now - self._last.get(key, -_QUIET_S) < _QUIET_S:
            self._silent[key] += 1
            return
        self._last[key] = now
        more = self._silent.pop(key, 0)
        # Text from outside must not be able to begin a line of its own.
        shown = text[:300].encode("unicode_escape").decode() if not text.isprintable() else text[:300]
        self._log.warning("%s: %s%s", key, shown, f" (and {more} more)" if more else "")
