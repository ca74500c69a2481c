"""What every format of track files is asked: the port, and what a file says of itself (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.exchange.runs import Run


@dataclass(frozen=True)
class Traveller:
    """Whose track it is, in words."""

    kind: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class About:
    """What a file is of.

    Attributes:
        plant: plant code.
        begin: first instant, ISO 8601.
        end: first instant no more.
        quality: measured or smoothed.
        gaps: what is known to be missing: from, to, reason.
    """

    plant: str
    begin: str
    end: str
    quality: str
    gaps: tuple[dict[str, str], ...] = ()


class TrackWriter(Protocol):
    """One format: called in the order begin, run …, end; the bytes one after another are the file."""

    media: str
    suffix: str

    def begin(self, about: About) -> bytes:
        """The beginning of the file."""

    def runs(self, runs: Sequence[Run], who: Traveller) -> bytes:
        """Some runs of one subject."""

    def end(self) -> bytes:
        """The end of the file."""
