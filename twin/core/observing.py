"""What rules remember, brought up to date once a tick: a new watch from the world as it stands (pure)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twin.core.rules.absence import away
from twin.core.rules.escorting import observe_alone
from twin.core.rules.gathering import observe_gathered
from twin.core.rules.patrols import observe_patrols
from twin.core.rules.scene import Scene
from twin.core.rules.stillness import observe_still
from twin.core.watch import since

if TYPE_CHECKING:
    from twin.core.world import World


def observed(world: World, now_ns: int) -> World:
    """The world whose rules remember what it looks like now."""
    scene, watch = Scene(world, now_ns), world.watch
    table = watch.of(scene.n).copy()
    observe_still(scene, table)
    observe_gathered(scene, table)
    table["away_ns"] = since(table["away_ns"], away(scene), now_ns)
    observe_alone(scene, table)
    arrivals, visits = observe_patrols(scene)
    watch = replace(
        watch,
        table=table,
        since_ns=watch.since_ns or now_ns,
        observed_ns=now_ns,
        arrivals=arrivals,
        visits=visits,
    )
    return replace(world, watch=watch)
