"""LOWBATT: the battery of a tag is nearly flat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.core.conditions import Condition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.core.rules.scene import Scene
    from twin.effects import EvidenceFix

LOWBATT = "LOWBATT"
RULE_VERSION = 1


def low_batteries(scene: Scene) -> Iterator[Condition]:
    """Every weak tag; weak until it is charged well above the limit."""
    for code in sorted(scene.world.watch.weak):
        tag = scene.world.tags[code]
        place, _ = carried_place(scene, tag.subject)
        yield Condition(
            key=(LOWBATT, code, tag.subject),
            priority=4,
            place=place,
            rule_version=RULE_VERSION,
            subject=tag.subject,
            value=tag.battery_pct,
            limit=scene.known.battery_low_pct,
            unit="%",
            parameters={"until_pct": scene.known.battery_ok_pct},
            root=f"tag:{code}",
        )


def carried_place(scene: Scene, subject: str) -> tuple[tuple[float, float, float], tuple[EvidenceFix, ...]]:
    """Where a subject was believed to be last, and the fix that says so; the origin and nothing when never seen."""
    row = scene.world.roster.row.get(subject)
    if row is None or row >= scene.n or not scene.world.tracks["ref_t_ns"][row]:
        return (0.0, 0.0, 0.0), ()
    return scene.place(row), scene.evidence(row)
