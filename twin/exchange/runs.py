"""Tracks as runs: fixes of one tag without a gap, so that no line is drawn where nothing was measured (pure)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gis.fix import FixStatus, r95_m
from gis.time import NS_PER_MS, NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from gis.frames import SiteFrame
    from gis.store.paths import TrackChunk

GAP_NS = 10 * NS_PER_S
"""Fixes of a tag that lie further apart are not joined."""
LONGEST_RUN = 50_000
"""A run with more fixes is cut; the next one begins with its last fix, so that the line goes on."""
STATUS = tuple(status.name.lower() for status in FixStatus)


@dataclass(frozen=True, eq=False)
class Run:
    """n fixes of one subject and tag, strictly later one after another, to the millisecond.

    Attributes:
        subject: person code, vehicle code, or `tag:CODE`.
        tag: tag code.
        number: counts the subject's runs of this answer from 1; one run cut for its length keeps its number.
        goes_on: the first fix is the last of the run before.
        t_ms: (n,) int64, epoch milliseconds of measurement.
        lonlat: (n, 2) float64, degrees.
        xyz_m: (n, 3) float64, site metres.
        speed_mps: (n,) float64.
        r95_m: (n,) float64.
        p_still: (n,) float64.
        status: (n,) uint8.
    """

    subject: str
    tag: str
    number: int
    goes_on: bool
    t_ms: NDArray[np.int64]
    lonlat: NDArray[np.float64]
    xyz_m: NDArray[np.float64]
    speed_mps: NDArray[np.float64]
    r95_m: NDArray[np.float64]
    p_still: NDArray[np.float64]
    status: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.t_ms)

    @property
    def id(self) -> str:
        """Names the run by its tag and begin, whatever was asked for around it."""
        return f"{self.tag}-{int(self.t_ms[0])}"

    def part(self, which: slice | NDArray[np.bool_], *, goes_on: bool = False) -> Run:
        """The chosen fixes as a run."""
        return replace(
            self,
            goes_on=goes_on,
            t_ms=self.t_ms[which],
            lonlat=self.lonlat[which],
            xyz_m=self.xyz_m[which],
            speed_mps=self.speed_mps[which],
            r95_m=self.r95_m[which],
            p_still=self.p_still[which],
            status=self.status[which],
        )


class Cutter:
    """Joins the chunks of one subject, handed in window by window in order of time, and cuts them into runs.

    Args:
        subject: whose.
        frame: the plant's site frame.
    """

    def __init__(self, subject: str, frame: SiteFrame) -> None:
        self._subject = subject
        self._frame = frame
        self._open: dict[str, Run] = {}
        self._count = 0

    def feed(self, chunks: Sequence[TrackChunk]) -> list[Run]:
        """The runs that end within a window."""
        ended = []
        for tag in sorted({chunk.tag_id for chunk in chunks}):
            whole = self._joined(tag, [chunk for chunk in chunks if chunk.tag_id == tag])
            before = self._open.pop(tag, None)
            if before is not None:
                if whole.t_ms[0] - before.t_ms[-1] <= GAP_NS // NS_PER_MS:
                    whole = _one_after_another(before, whole)
                else:
                    ended.append(before)
            breaks = np.flatnonzero(np.diff(whole.t_ms) > GAP_NS // NS_PER_MS) + 1
            for a, b in zip([0, *breaks], [*breaks, len(whole)], strict=True):
                part = whole.part(slice(a, b), goes_on=whole.goes_on and a == 0)
                part = part if a == 0 and whole.number else replace(part, number=self._following())
                if b < len(whole):
                    ended.append(part)
                else:
                    self._open[tag] = part
            ended += self._too_long(tag)
        return ended

    def finish(self) -> list[Run]:
        """The runs that are still open."""
        left, self._open = [self._open[tag] for tag in sorted(self._open)], {}
        return left

    def _following(self) -> int:
        self._count += 1
        return self._count

    def _too_long(self, tag: str) -> list[Run]:
        cut, run = [], self._open[tag]
        while len(run) > LONGEST_RUN:
            cut.append(run.part(slice(0, LONGEST_RUN), goes_on=run.goes_on))
            run = run.part(slice(LONGEST_RUN - 1, None), goes_on=True)
        self._open[tag] = run
        return cut

    def _joined(self, tag: str, chunks: list[TrackChunk]) -> Run:
        t_ms = np.concatenate([chunk.t_ns for chunk in chunks]) // NS_PER_MS
        # A millisecond has one fix: the first of them.
        t_ms, first = np.unique(t_ms, return_index=True)
        xyz = np.concatenate([chunk.xyz_m for chunk in chunks])[first]
        lon, lat = self._frame.to_lonlat(xyz[:, 0], xyz[:, 1])
        velocity = np.concatenate([chunk.velocity_mps for chunk in chunks])[first]
        return Run(
            self._subject,
            tag,
            0,
            False,
            t_ms,
            np.column_stack([lon, lat]).round(9),
            xyz.round(3),
            np.hypot(velocity[:, 0], velocity[:, 1]),
            r95_m(np.concatenate([chunk.cov_m2 for chunk in chunks])[first]),
            np.concatenate([chunk.p_still for chunk in chunks])[first],
            np.concatenate([chunk.status for chunk in chunks])[first],
        )


def runs_of(subject: str, frame: SiteFrame, chunks: Iterable[TrackChunk]) -> list[Run]:
    """All chunks of one subject as runs, by begin."""
    cutter = Cutter(subject, frame)
    given = list(chunks)
    runs = (cutter.feed(given) if given else []) + cutter.finish()
    return sorted(runs, key=lambda run: (int(run.t_ms[0]), run.tag))


def _one_after_another(before: Run, after: Run) -> Run:
    later = after.t_ms > before.t_ms[-1]
    names = ("t_ms", "lonlat", "xyz_m", "speed_mps", "r95_m", "p_still", "status")
    joined = [np.concatenate([getattr(before, name), getattr(after, name)[later]]) for name in names]
    return Run(before.subject, before.tag, before.number, before.goes_on, *joined)
