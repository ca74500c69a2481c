"""Musters on the wire: the roll, who stands how, and what an operator may say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gis.plant import Names
from twin.api.live_schemas import SubjectRef
from twin.api.wire import Iso, Wire

StandingName = Literal["safe", "moving", "not_safe", "not_known"]
MusterReason = Literal["silent", "unseen", "uncertain", "sos", "contradicted"]


class WordRecord(Wire):
    """Somebody's word on one person."""

    standing: StandingName
    by: str
    t: Iso
    note: str


class MusterRowRecord(Wire):
    """One person on the roll."""

    subject: SubjectRef
    team: str | None
    employer: str | None
    standing: StandingName
    since: Iso
    """Since when they stand so."""
    seen: Iso | None
    """Newest fix; null when they were never seen."""
    x_m: float | None
    y_m: float | None
    r95_m: float | None
    """Where that was, and the radius that holds it with 95 %; null when they were never seen."""
    near: str | None
    """Code of the risk zone or unit around that place."""
    point: str | None
    """Muster point (fence code) they are in, or were in when last seen."""
    reasons: list[MusterReason]
    word: WordRecord | None


class MusterPointRecord(Wire):
    """A muster point and how many are there."""

    fence: str
    names: Names
    present: int


class MusterHeadRecord(Wire):
    """A muster without its roll."""

    id: str
    drill: bool
    reason: str
    started: Iso
    started_by: str
    ended: Iso | None
    ended_by: str | None
    result: str


class MusterRecord(MusterHeadRecord):
    """A muster with its roll."""

    rows: list[MusterRowRecord]
    unseen: list[SubjectRef]
    """Carry a tag and were not seen for hours: not on the roll, and not forgotten."""
    points: list[MusterPointRecord]


class MusterSummary(MusterHeadRecord):
    """A muster of the past in one line."""

    people: int
    counts: dict[StandingName, int]
    """How they stood at its end, or stand now."""
    half_safe_s: float | None
    """Seconds until half of the roll was safe; null when that was not reached."""
    nine_tenths_safe_s: float | None
    all_safe_s: float | None


class MusterPage(Wire):
    """Musters, the last begun first."""

    items: list[MusterSummary]
    total: int | None = None
    next: str | None


class MusterStart(Wire):
    """What an operator says when calling everybody to the muster points."""

    drill: bool
    reason: str = Field(min_length=1, max_length=500)


class MusterWord(Wire):
    """An operator's or a team leader's word on one person; null takes an earlier word back."""

    subject: str = Field(min_length=1, max_length=200)
    standing: Literal["safe", "not_safe"] | None
    note: str = Field(default="", max_length=500)


class MusterEnd(Wire):
    """What an operator says when ending a muster."""

    note: str = Field(default="", max_length=2000)


class MusterAccepted(Wire):
    """A command was handed to the twin; its effect arrives on the live connection."""

    muster: str
