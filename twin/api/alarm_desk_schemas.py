"""What the alarm desk reads beside the alarms themselves (pure): the catalogue of kinds."""

from __future__ import annotations

from typing import Literal

from gis.plant import Names
from twin.api.wire import Wire


class AlarmKindRecord(Wire):
    """What a kind of alarm means and asks for."""

    code: str
    names: Names
    text: Names
    """What happened; `{subject}`, `{place}`, `{sensor}`, `{asset}`, `{value}`, `{limit}`, `{unit}` are to be filled."""
    cause: Names
    consequence: Names
    action: Names
    respond_s: int
    """How soon the action must have begun to help."""
    group: Literal["person", "device", "process"]
    may_shelve: bool


class AlarmCatalogue(Wire):
    """Every kind of alarm."""

    kinds: list[AlarmKindRecord]
