"""Figures of the core: what folding costs for a large plant, and what a fence test costs against an unindexed one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np
import psutil
import psycopg
import shapely

from gis.plant import FencePurpose, Person, Tag, TagAssignment
from gis.wire import decode, encode
from tests.bench.figure import Figure, at_least, at_most, told
from tests.golden.scenario import LONG_AGO_NS, T0_NS, fence, fixes, named, plant, rectangle
from tests.livetwin import folder
from twin.core.membership import moved
from twin.core.step import step
from twin.core.world import new_world
from twin.events import Event, FixesMeasured, Ticked
from twin.servers import postgres
from twin.servers.home import Home
from twin.servers.postgres import PostgresServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from twin.core.fences import Prisms
    from twin.core.membership import Crossing, Membership
    from twin.core.movements import Movements
    from twin.core.world import World

PLANT_M = (1200.0, 800.0)
PEOPLE, FENCES = 10_000, 500
AT_ONCE = 3
"""Joins that are timed together: the system counts processor time in hundredths."""


def figures() -> list[Figure]:
    """What the core costs of one processor core, in processor time."""
    return list(_figures())


def _figures() -> Iterator[Figure]:
    cost_s = sum(_cost_s(2000, 100, at_once=40, seconds=10)[2:]) / 8
    yield at_most("core_cpu_pct_2000_tags", 100.0 * cost_s, "% of a core", 10.0)
    rounds = _cost_s(PEOPLE, FENCES, at_once=PEOPLE, seconds=8)
    yield told("core_round_ms_10000_people_500_fences", 1e3 * float(np.median(rounds[3:])), "ms", "the whole step")
    yield from _decisions()
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


def _decisions() -> Iterator[Figure]:
    """One whole decision round, beside bare containment by a tree and by PostGIS of the same points and fences."""
    membership, prisms, moves = _round()
    ours = _best_ms(lambda: moved(membership, prisms, moves))
    plain = _best_ms(lambda: moved(membership, prisms, moves, compiled=False))
    polygons = prisms.shapes[: len(prisms)]
    points = [shapely.Point(xy) for xy in moves.xyz_m[:, :2].tolist()]
    tree = shapely.STRtree(polygons)
    inside = tree.query(points, predicate="within")
    bare = _best_ms(lambda: tree.query(points, predicate="within"))
    with folder("plant-twin-bench-") as place:
        joined, found = _postgis_ms(place, points, polygons)
    assert found == inside.shape[1], f"{found} pairs by PostGIS, {inside.shape[1]} by shapely"
    peers = "probability, hysteresis and path for all; 10,000 people × 500 fences"
    yield at_most("fence_batch_ms", ours, "ms", 20.0)
    yield told("fence_batch_numpy_ms", plain, "ms", peers, plain / ours)
    yield told("fence_batch_strtree_ms", bare, "ms", "shapely.STRtree, containment alone", bare / ours)
    yield told("fence_batch_postgis_ms", joined, "ms", "ST_Contains join, containment alone", joined / ours)
    yield at_least("fence_ratio_postgis", joined / ours, "×", 10.0)


def _round() -> tuple[Membership, Prisms, Movements]:
    """What the fourth round of a crowd at work is asked."""
    asked: list[tuple[Membership, Prisms, Movements]] = []

    def noted(membership: Membership, prisms: Prisms, moves: Movements) -> tuple[Membership, list[Crossing]]:
        asked.append((membership, prisms, moves))
        return moved(membership, prisms, moves)

    with mock.patch("twin.core.moving.moved", noted):
        _cost_s(PEOPLE, FENCES, at_once=PEOPLE, seconds=4)
    return asked[-1]


def _best_ms(what: Callable[[], object]) -> float:
    """Processor time of the best of ten, ms: other work on the machine only ever adds."""
    costs = []
    for _ in range(10):
        began = time.process_time()
        what()
        costs.append(time.process_time() - began)
    return 1e3 * min(costs)


def _postgis_ms(place: Path, points: Iterable[BaseGeometry], polygons: Iterable[BaseGeometry]) -> tuple[float, int]:
    """Processor time of the server for one join, the best of five, fences indexed, no workers; and the pairs found."""
    server = PostgresServer(Home(place / "var", postgres.account()), durable=False)
    server.launch()
    try:
        server.wait_ready()
        with psycopg.connect(server.superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
            for name, shapes in (("person", points), ("zone", polygons)):
                connection.execute(f"CREATE TABLE {name} (shape geometry)")
                with connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
                    for shape in shapes:
                        copy.write_row((shapely.to_wkb(shape, hex=True),))
            connection.execute("CREATE INDEX ON zone USING gist (shape)")
            connection.execute("SET max_parallel_workers_per_gather = 0")
            connection.execute("ANALYZE")
            join = "SELECT count(*) FROM person p JOIN zone z ON ST_Contains(z.shape, p.shape)"
            server_side, costs = psutil.Process(connection.info.backend_pid), []
            for _ in range(5):
                before = server_side.cpu_times()
                for _ in range(AT_ONCE):
                    counted = connection.execute(join).fetchone()
                after = server_side.cpu_times()
                costs.append(1e3 * (after.user + after.system - before.user - before.system) / AT_ONCE)
            return min(costs), int(counted[0]) if counted else 0
    finally:
        server.stop()


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
