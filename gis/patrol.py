"""Patrol routes: which points are visited by whom, when, and for how long."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from gis.fence import Metres, Seconds
from gis.record import Code, Names, Record
from gis.schedule import Weekly


class PatrolPoint(Record):
    """A place a patrol must have been at."""

    code: Code
    names: Names
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    radius_m: Metres = 5.0
    """How near counts as there."""
    dwell_s: Seconds = 30.0
    """How long a visit lasts at least."""


class PatrolRoute(Record):
    """A round of points that one of several people makes in every window."""

    code: Code
    names: Names
    points: tuple[PatrolPoint, ...] = Field(min_length=1, max_length=200)
    windows: tuple[Weekly, ...] = Field(min_length=1, max_length=64)
    grace_s: Seconds = 900.0
    """A visit so much before or after its window still counts."""
    ordered: bool = False
    """Whether the points must be visited in their order."""
    persons: tuple[Code, ...] = ()
    teams: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _points_once(self) -> Self:
        codes = [point.code for point in self.points]
        if len(set(codes)) != len(codes):
            raise ValueError("two points of a route have one code")
        if not self.persons and not self.teams:
            raise ValueError("nobody makes this round: give persons or teams")
        return self
