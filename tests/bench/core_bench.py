"""Figures of the core: what folding costs for a large plant, and what a fence test costs against an unindexed one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gis.plant import FencePurpose, Person, Tag, TagAssignment
from gis.wire import decode, encode
from tests.bench.figure import Figure, at_most, told
from tests.golden.scenario import LONG_AGO_NS, T0_NS, fence, fixes, named, plant, rectangle
from twin.core.step import step
from twin.core.world import new_world
from twin.events import Event, FixesMeasured, Ticked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.core.world import World

PLANT_M = (1200.0, 800.0)


def figures() -> list[Figure]:
    """What the core costs of one processor core, in processor time."""
    return list(_figures())


def _figures() -> Iterator[Figure]:
    cost_s = sum(_cost_s(2000, 100, at_once=40, seconds=10)[2:]) / 8
    yield at_most("core_cpu_pct_2000_tags", 100.0 * cost_s, "% of a core", 10.0)
    rounds = _cost_s(10_000, 500, at_once=10_000, seconds=8)
    yield told("core_round_ms_10000_people_500_fences", 1e3 * float(np.median(rounds[3:])), "ms", "later: ≤ 20")
    ours, plain = _fence_test_us()
    yield told(
        "fence_probability_us", ours, "µs a fix and fence", "shapely.contains alone, no probability", ours / plain
    )


def _world(people: int, fences: int, rng: np.random.Generator) -> World:
    corners = rng.uniform((0, 0, 10, 10), (*PLANT_M, 80, 80), (fences, 4))
    records = [
        fence(f"F{i}", rectangle(x, y, x + w, y + h), purpose=FencePurpose.INFORMATION)
        for i, (x, y, w, h) in enumerate(corners.tolist())
    ]
    crowd = plant(records).model_copy(
        update={
            "people": tuple(Person(code=f"P{i}", names=named("P"), role="operator") for i in range(people)),
            "tags": tuple(Tag(code=f"T{i}") for i in range(people)),
            "assignments": tuple(
                TagAssignment(tag=f"T{i}", person=f"P{i}", valid_from=LONG_AGO_NS) for i in range(people)
            ),
        }
    )
    return new_world(crowd, 1)


def _cost_s(people: int, fences: int, *, at_once: int, seconds: int) -> list[float]:
    """Processor time of each second in which everybody walks and is seen once, seconds."""
    rng = np.random.default_rng(1)
    world = _world(people, fences, rng)
    xy, velocity = rng.uniform((0, 0), PLANT_M, (people, 2)), rng.normal(0, 0.8, (people, 2))
    costs = []
    for second in range(seconds):
        xy = xy + velocity
        seen: list[Event] = [
            fixes([(f"T{i}", second + i / people, *xy[i]) for i in range(low, min(low + at_once, people))])
            for low in range(0, people, at_once)
        ]
        seen = [decode(encode(event), FixesMeasured) for event in seen]
        began = time.process_time()
        for event in [*seen, Ticked(T0_NS + (second + 1) * 10**9)]:
            world, _ = step(world, event)
        costs.append(time.process_time() - began)
    return costs


def _fence_test_us() -> tuple[float, float]:
    """Processor time of the exact probability and of a bare containment test, per pair of fix and fence, µs."""
    from twin.core.fences import inside_probability  # noqa: PLC0415 - beside its only use

    rng = np.random.default_rng(2)
    world, _ = step(_world(1, 100, rng), Ticked(T0_NS))
    prisms, n = world.prisms, 20_000
    row = rng.integers(0, len(prisms), n)
    xyz = np.column_stack([prisms.centres_m[row, :2] + rng.normal(0, 25, (n, 2)), np.ones(n)])
    cov, sigma_z = np.tile([0.09, 0.02, 0.16], (n, 1)), np.full(n, 0.5)
    began = time.process_time()
    inside_probability(prisms, row, xyz, cov, sigma_z)
    ours = time.process_time() - began
    began = time.process_time()
    shapely.contains_xy(prisms.shapes[row], xyz[:, 0], xyz[:, 1])
    return 1e6 * ours / n, 1e6 * (time.process_time() - began) / n
