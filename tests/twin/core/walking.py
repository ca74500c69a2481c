"""One person walking past fences: what the core makes of positions given in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.golden.scenario import T0_NS, fixes, plant
from twin.core.step import step
from twin.core.world import new_world
from twin.effects import AlarmChanged, Crossed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gis.plant import Fence
    from twin.core.world import World
    from twin.effects import Effect
    from twin.events import Event


def fold(world: World, events: Sequence[Event]) -> tuple[World, list[Effect]]:
    """All events, one after the other."""
    effects: list[Effect] = []
    for event in events:
        world, more = step(world, event)
        effects += more
    return world, effects


def walked(
    fences: Sequence[Fence],
    points: Sequence[tuple[float, float]],
    *,
    tag: str = "T2",
    sd_m: float = 0.3,
    z_m: float = 1.2,
    step_s: float = 1.0,
) -> list[Effect]:
    """The effects of one fix per point."""
    events = [fixes([(tag, i * step_s, x, y)], sd_m=sd_m, z_m=z_m) for i, (x, y) in enumerate(points)]
    return fold(new_world(plant(fences), 1), events)[1]


def crossings(effects: Sequence[Effect]) -> list[tuple[str, str]]:
    """(fence, direction) of each crossing, in order."""
    return [(effect.fence, effect.direction.value) for effect in effects if isinstance(effect, Crossed)]


def alarms(effects: Sequence[Effect]) -> list[tuple[str, str]]:
    """(cause, state) of each alarm change, in order."""
    return [(effect.cause, effect.alarm.state.value) for effect in effects if isinstance(effect, AlarmChanged)]


def second(effect: Effect) -> float:
    """Seconds since the start."""
    return (effect.t_ns - T0_NS) / 1e9
