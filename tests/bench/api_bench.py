"""Figures of the API: what one update of the live picture costs, and one reading of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from tests.bench.figure import Figure, at_most
from tests.twin.api.small import T0, S, moved, small_plant, snapshot
from twin.api.answers import answer_rows
from twin.api.healthmodel import HealthModel
from twin.api.readmodel import ReadModel

if TYPE_CHECKING:
    from collections.abc import Callable

PEOPLE = 2000
CROWD = 10_000


def _ms(work: Callable[[], object], rounds: int) -> float:
    """The median of some rounds, milliseconds."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return sorted(taken)[rounds // 2] * 1e3


def _model(people: int) -> ReadModel:
    model = ReadModel(small_plant(people=people), T0)
    model.apply(snapshot(0), T0)
    model.apply(moved(1, {f"P{i:03d}": (i % 1000, i % 300) for i in range(people)}), T0)
    return model


def figures() -> list[Figure]:
    """Costs for 2,000 and 10,000 people."""
    model, crowd = _model(PEOPLE), _model(CROWD)
    health = HealthModel((), T0)
    second = moved(0, {f"P{i:03d}": (i % 900, i % 200) for i in range(PEOPLE)}, T0 + S)
    number = iter(range(2, 10**6))

    def update() -> None:
        model.apply(msgspec.structs.replace(second, seq=next(number)), T0)

    return [
        at_most("api_fold_2000_ms", _ms(update, 51), "ms", 20),
        at_most("api_frame_10000_ms", _ms(crowd.frame, 51), "ms", 10),
        at_most("api_people_2000_ms", _ms(lambda: answer_rows(model.movers.rows(("person",))), 7), "ms", 500),
        at_most("api_snapshot_2000_ms", _ms(lambda: model.snapshot(T0, health).model_dump_json(), 7), "ms", 200),
    ]
