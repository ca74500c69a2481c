"""A small plant in which one rule at a time is asked, and people who stand and walk in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.plant import Fence, FencePurpose, FenceRules, Person, Role, RoleKind, Shift, Tag, TagAssignment, Vehicle
from tests.golden.scenario import LONG_AGO_NS, T0_NS, fence, fixes, named, plant, rectangle
from twin.core.step import step
from twin.core.world import new_world
from twin.effects import AlarmChanged
from twin.events import Ticked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gis.plant import Plant
    from twin.core.world import World
    from twin.effects import Effect

PEOPLE = {f"S{i}": "staff" for i in range(30)} | {"C1": "contractor", "C2": "contractor", "V1": "visitor"}
ROOM = rectangle(0, 0, 20, 20)
Where = tuple[float, float]


def room(*, purpose: FencePurpose = FencePurpose.INFORMATION, code: str = "ROOM", **rules: object) -> Fence:
    """A room of 20 m with some rules."""
    return fence(code, ROOM, purpose=purpose).model_copy(update={"rules": FenceRules.model_validate(rules)})


def works(fences: list[Fence], **changes: object) -> Plant:
    """Thirty staff, two contractors, a visitor and a truck, a tag each."""
    carried = [TagAssignment(tag=f"t{who}", person=who, valid_from=LONG_AGO_NS) for who in PEOPLE]
    record = plant(fences).model_copy(
        update={
            "roles": tuple(Role(code=kind, names=named(kind), kind=kind) for kind in RoleKind),
            "people": tuple(
                Person(code=who, names=named(who), role=role, team="MAINT" if who in ("S0", "S1") else None)
                for who, role in PEOPLE.items()
            ),
            "vehicles": (Vehicle(code="TRUCK", names=named("TRUCK"), vehicle_kind="tanker"),),
            "tags": (*(Tag(code=tag.tag) for tag in carried), Tag(code="tTRUCK")),
            "assignments": (*carried, TagAssignment(tag="tTRUCK", vehicle="TRUCK", valid_from=LONG_AGO_NS)),
            "shifts": (Shift(code="DAY", names=named("DAY"), start="08:00", end="20:00"),),
        }
    )
    return record.model_copy(update=changes)


class Played:
    """A world that is told, second by second, where everybody is."""

    def __init__(self, plant_: Plant) -> None:
        self.world: World = new_world(plant_, 1)
        self.second = 0
        self.effects: list[Effect] = []

    def goes(
        self,
        seconds: int,
        where: Mapping[str, Where] | Callable[[int], Mapping[str, Where]],
        *,
        sd_m: float = 0.3,
        p_still: float = 0.9,
    ) -> Played:
        """Let time pass; who is not named is silent."""
        for _ in range(seconds):
            self.second += 1
            now = where(self.second) if callable(where) else where
            rows = [(f"t{who}", float(self.second), x, y) for who, (x, y) in now.items()]
            if rows:
                self.take(fixes(rows, sd_m=sd_m, p_still=np.full(len(rows), p_still)))
            self.take(Ticked(T0_NS + self.second * 10**9 + 10**8))
        return self

    def take(self, event: object) -> None:
        """Fold one event."""
        self.world, more = step(self.world, event)  # type: ignore[arg-type] # any event
        self.effects += more

    def told(self, kind: str) -> list[tuple[str, int]]:
        """(cause, second) of the changes of alarms of one kind that the process brought about."""
        return [
            (effect.cause, (effect.t_ns - T0_NS) // 10**9)
            for effect in self.effects
            if isinstance(effect, AlarmChanged)
            and effect.alarm.kind == kind
            and effect.cause in ("raised", "returned", "reraised")
        ]

    def alarm(self, kind: str) -> AlarmChanged:
        """The newest change of an alarm of one kind."""
        return [e for e in self.effects if isinstance(e, AlarmChanged) and e.alarm.kind == kind][-1]
