"""An export of tracks as a row of small steps, so that its size does not matter (pure).

Each step reads one subject in one window of time. Whoever drives it reads what `Step` asks for, where it wants (in a
thread, over HTTP, in a terminal), hands the chunks in, and sends the bytes on; nothing is kept but the run that is
still open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gis.time import NS_PER_S
from twin.exchange.runs import Cutter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gis.frames import SiteFrame
    from gis.store.paths import TrackChunk
    from twin.exchange.track_writer import About, TrackWriter, Traveller

WINDOW_NS = 2 * 3600 * NS_PER_S
"""At five fixes a second 36,000 fixes, a few megabytes as text."""


class Step(NamedTuple):
    """What to read next: the fixes of one subject with from_ns ≤ t < to_ns."""

    subject: str
    from_ns: int
    to_ns: int
    last: bool
    """The last window of its subject."""


def steps(subjects: Sequence[str], from_ns: int, to_ns: int) -> Iterator[Step]:
    """All steps, subject after subject, each in order of time."""
    for subject in subjects:
        for begin in range(from_ns, to_ns, WINDOW_NS):
            end = min(begin + WINDOW_NS, to_ns)
            yield Step(subject, begin, end, end == to_ns)


def count(subjects: int, from_ns: int, to_ns: int) -> int:
    """How many steps there will be."""
    return subjects * -(-(to_ns - from_ns) // WINDOW_NS)


class Export:
    """One file in the making.

    Args:
        writer: its format.
        frame: the plant's site frame.
        about: what it is of.
    """

    def __init__(self, writer: TrackWriter, frame: SiteFrame, about: About) -> None:
        self._writer = writer
        self._frame = frame
        self._about = about
        self._cutter: Cutter | None = None
        self.fixes = 0
        """Written so far."""

    def begin(self) -> bytes:
        """The beginning of the file."""
        return self._writer.begin(self._about)

    def step(self, step: Step, chunks: Sequence[TrackChunk], who: Traveller) -> bytes:
        """What one step adds to the file."""
        if self._cutter is None:
            self._cutter = Cutter(step.subject, self._frame)
        runs = self._cutter.feed(chunks) if chunks else []
        if step.last:
            runs += self._cutter.finish()
            self._cutter = None
        self.fixes += sum(len(run) - run.goes_on for run in runs)
        return self._writer.runs(runs, who) if runs else b""

    def end(self) -> bytes:
        """The end of the file."""
        return self._writer.end()
