"""Batteries, SOS keys and motion sensors of the tags, and the running state of the cameras."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

REPORT_EVERY_S = 60.0
CALLS_PER_H = 2.0
_FIRST_SOS_S = 240.0
_SOS_LASTS_S = 25.0


@dataclass(frozen=True, slots=True)
class TagReport:
    """What a tag says about itself."""

    who: int
    battery: float
    sos: bool
    moving: bool


@dataclass(frozen=True, slots=True)
class CameraReport:
    """A camera's running state."""

    camera: int
    online: bool
    fps: float


class TagDevices:
    """n tags: batteries fall about 4 % an hour; now and then somebody holds the SOS key."""

    def __init__(self, n: int, may_call: int, rng: np.random.Generator) -> None:
        """Full to half-empty batteries, one nearly flat; the first `may_call` tags are those of people."""
        self._rng = rng
        self._battery = rng.uniform(45.0, 100.0, n)
        if n > 7:
            self._battery[7] = 18.4
        self._due_s = rng.uniform(0.0, REPORT_EVERY_S, n)
        self._may_call = may_call
        self._next_sos_s = _FIRST_SOS_S
        self.call_every_s = 3600.0 / CALLS_PER_H
        self._caller: int | None = None
        self._release_s = 0.0

    def advance(self, now_s: float, dt_s: float, moving: NDArray[np.bool_]) -> list[TagReport]:
        """Move on to simulated second `now_s`; reports that are due, and those of a key pressed or released."""
        self._battery = np.maximum(self._battery - dt_s * 4.0 / 3600.0, 2.0)
        due = set(np.flatnonzero(self._due_s <= now_s).tolist())
        if self._caller is not None and now_s >= self._release_s:
            due.add(self._caller)
            self._caller = None
        if self._caller is None and self._may_call and now_s >= self._next_sos_s:
            self._caller = int(self._rng.integers(self._may_call))
            self._release_s = now_s + _SOS_LASTS_S
            self._next_sos_s = now_s + self.call_every_s * float(self._rng.uniform(0.8, 1.3))
            due.add(self._caller)
        for who in due:
            self._due_s[who] = now_s + REPORT_EVERY_S
        return [
            TagReport(who, round(float(self._battery[who]), 1), who == self._caller, bool(moving[who]))
            for who in sorted(due)
        ]


class CameraDevices:
    """Cameras report every five seconds; now and then one is away for half a minute."""

    def __init__(self, n: int, rng: np.random.Generator) -> None:
        self._rng = rng
        self._due_s = rng.uniform(0.0, 5.0, n)
        self._away_until_s = np.full(n, -1.0)

    def advance(self, now_s: float) -> list[CameraReport]:
        """Reports that are due at simulated second `now_s`."""
        reports = []
        for camera in np.flatnonzero(self._due_s <= now_s):
            self._due_s[camera] = now_s + 5.0
            if now_s > 60.0 and self._away_until_s[camera] < now_s and self._rng.random() < 0.0006:
                self._away_until_s[camera] = now_s + 30.0
            online = bool(self._away_until_s[camera] < now_s)
            fps = round(float(self._rng.normal(24.8, 0.2)), 1) if online else 0.0
            reports.append(CameraReport(int(camera), online, fps))
        return reports
