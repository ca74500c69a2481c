"""Fences and rules against the truth: 200 simulated people, eight hours, faster than real time, from a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from gis.plant import Fence, FencePurpose, Names
from tests.bench.day import SINCE_NS, demo_day, events, measured
from tests.bench.figure import Figure, at_most, told
from tests.bench.visits import Score, scored, visits
from twin.core.step import step
from twin.core.world import new_world
from twin.effects import Crossed

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from gis.plant import Plant
    from tests.bench.day import Day

PEOPLE, SECONDS, SEED = 200, 8 * 3600, 20261125


def figures() -> list[Figure]:
    """Missed, false and flapping crossings at 0.3 m and at 3 m."""
    fine, coarse = crossings(0.3, SEED), crossings(3.0, SEED)
    return [
        at_most("truth_missed_pct", _pct(fine.missed, fine.visits), "% of visits", 0.5),
        at_most("truth_false_pct", _pct(fine.false, fine.events), "% of entries", 0.5),
        told("truth_flaps", fine.flaps, "of all entries", "0"),
        told("truth_visits", fine.visits, "visits", "that had to be noticed"),
        told("truth3m_missed_pct", _pct(coarse.missed, coarse.visits), "% of visits", "regulation < 10"),
        told("truth3m_false_pct", _pct(coarse.false, coarse.events), "% of entries", "regulation < 15"),
        told("truth3m_flaps", coarse.flaps, "of all entries", "0"),
        told("truth3m_visits", coarse.visits, "visits", "that had to be noticed"),
    ]


def crossings(sigma_m: float, seed: int, *, people: int = PEOPLE, seconds: int = SECONDS) -> Score:
    """What the core made of a day's positions with such an error."""
    day = demo_day(people, seconds, seed)
    return score_of(day, sigma_m, seed + 1)


def score_of(day: Day, sigma_m: float, seed: int) -> Score:
    """The same of a day that has been lived."""
    plant = day.plant.model_copy(update={"fences": (*day.plant.fences, *awkward(day.plant))})
    seen = measured(day, sigma_m, seed)
    world = new_world(plant, 1)
    found: list[Crossed] = []
    for event in events(day, seen):
        world, effects = step(world, event)
        found += [effect for effect in effects if isinstance(effect, Crossed)]
    who_of = {(c.person or c.vehicle).code: i for i, c in enumerate(day.carriers)}  # type: ignore[union-attr] # one of them
    total = Score(0, 0, 0, 0, 0)
    for fence in plant.fences:
        if fence.rules.moving_with is None:
            crossed = [effect for effect in found if effect.fence == fence.code]
            total += scored(visits(day, seen, fence, sigma_m), crossed, who_of, float(len(seen.xy_m)))
    return total


def awkward(plant: Plant) -> list[Fence]:
    """Fences the plant has none of: thin ones across roads, nested ones, one with a hole."""
    boxes: list[tuple[str, BaseGeometry]] = []
    for i, asset in enumerate(asset for asset in plant.assets if asset.kind == "road"):
        line = plant.head.frame.shape_to_site(asset.geometry)
        middle = line.interpolate(0.5, normalized=True)
        if i % 3 == 0:
            boxes.append((f"X-THIN{i}", shapely.box(middle.x - 1.5, middle.y - 6, middle.x + 1.5, middle.y + 6)))
        elif i % 3 == 1:
            boxes.append((f"X-WIDE{i}", shapely.box(middle.x - 15, middle.y - 15, middle.x + 15, middle.y + 15)))
            boxes.append((f"X-CORE{i}", shapely.box(middle.x - 5, middle.y - 5, middle.x + 5, middle.y + 5)))
        else:
            ring = shapely.Point(middle).buffer(14).difference(shapely.Point(middle).buffer(6))
            boxes.append((f"X-RING{i}", ring))
    return [
        Fence(
            code=code,
            names=Names(zh=code, en=code),
            purpose=FencePurpose.INFORMATION,
            geometry=plant.head.frame.shape_to_lonlat(box),
            valid_from=SINCE_NS,
        )
        for code, box in boxes
    ]


def _pct(part: int, whole: int) -> float:
    return 100.0 * part / max(whole, 1)
