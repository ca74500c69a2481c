"""A recorded session and its effects as files: events as they travel on the bus, effects as rounded lines of JSON."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from gis.wire import decode, encode
from tests.golden.scenario import plant
from twin.core.step import step
from twin.core.world import new_world
from twin.events import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twin.effects import Effect

HERE = Path(__file__).parent
EVENTS = HERE / "scenario.events"
EFFECTS = HERE / "scenario.effects.jsonl"
FIRST_SEQ = 1
_LENGTH = struct.Struct("<I")


def write_events(path: Path, events: Iterable[Event]) -> None:
    """Each event's bytes after their length (4 bytes, little endian)."""
    encoded = [encode(event) for event in events]
    path.write_bytes(b"".join(_LENGTH.pack(len(data)) + data for data in encoded))


def read_events(path: Path) -> list[Event]:
    """The events of a file."""
    data, at = path.read_bytes(), 0
    events: list[Event] = []
    while at < len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        events.append(decode(data[at : at + length], Event))  # type: ignore[arg-type] # a union is a type to msgspec
        at += length
    return events


def replayed(events: Sequence[Event]) -> list[Effect]:
    """What a core makes of the events."""
    world = new_world(plant(), FIRST_SEQ)
    effects: list[Effect] = []
    for event in events:
        world, more = step(world, event)
        effects += more
    return effects


def lines(effects: Iterable[Effect]) -> str:
    """The effects as lines of JSON, lengths to a millimetre, probabilities to a hundred thousandth."""
    return "".join(msgspec.json.encode(_rounded(plain(effect))).decode() + "\n" for effect in effects)


def plain(effect: Effect) -> dict[str, Any]:
    """An effect as plain values."""
    values: dict[str, Any] = msgspec.to_builtins(effect, enc_hook=_listed)
    return {"effect": type(effect).__name__, **values}


def _listed(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise NotImplementedError


def _rounded(value: Any) -> Any:
    match value:
        case float():
            return round(value, 5) + 0.0
        case dict():
            return {key: _rounded(each) for key, each in value.items()}
        case list() | tuple():
            return [_rounded(each) for each in value]
        case _:
            return value
