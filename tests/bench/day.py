"""A working day of 200 simulated people: where they truly were, and what a positioning system would have said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from gis.files import read_plant
from gis.fix import FixBatch, FixStatus
from gis.time import NS_PER_S, format_moment, parse_time
from twin.events import FixesMeasured
from twin.simulate.crowd import crowded
from twin.simulate.population import Population, carriers
from twin.simulate.spots import survey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from gis.plant import Plant
    from twin.simulate.population import Carrier

DEMO = Path(__file__).parents[2] / "data" / "demo-plant"
START_NS = int(parse_time("2026-11-25T00:00:00Z"))
"""08:00 at the plant: the day shift begins."""
SINCE_NS = int(parse_time("2026-01-01T00:00:00Z"))


@dataclass(frozen=True, slots=True)
class Day:
    """The truth: (t, n, 3) places of n carriers, one a second."""

    plant: Plant
    carriers: list[Carrier]
    xyz_m: NDArray[np.float32]


def lived(plant: Plant, people: int, seconds: int, seed: int, missteps_per_h: float | None = None) -> Day:
    """A day as the simulator lets its people live it; so many of them an hour go where they may not be."""
    plant = crowded(plant, people, SINCE_NS)
    who = carriers(plant, START_NS)
    population = Population(plant, who, survey(plant, START_NS), np.random.default_rng(seed))
    if missteps_per_h is not None:
        population.misstep(missteps_per_h)
    local = format_moment(START_NS).astimezone(ZoneInfo(plant.head.timezone))
    local_s = local.hour * 3600.0 + local.minute * 60.0
    population.begin(local_s)
    xyz = np.empty((seconds, len(who), 3), np.float32)
    xyz[:, :, 2] = [carrier.height_m for carrier in who]
    for second in range(seconds):
        xyz[second, :, :2] = population.xy_m
        population.advance(second + 1.0, local_s + second + 1.0, 1.0)
    return Day(plant, who, xyz)


def demo_day(people: int, seconds: int, seed: int, missteps_per_h: float | None = None) -> Day:
    """A day in the demonstration plant."""
    return lived(read_plant(DEMO), people, seconds, seed, missteps_per_h)


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of a day: (t, n, 2) places, (t, n, 3) covariances, (t, n) whether there was a fix at all."""

    xy_m: NDArray[np.float32]
    cov_m2: NDArray[np.float32]
    heard: NDArray[np.bool_]


_MEMORY = 0.35
"""How much of an error is left a second later: positions come out of a filter."""
_SILENCES_PER_S = 1.0 / 600.0


def measured(day: Day, sigma_m: float, seed: int) -> Measured:
    """The truth with a normal error of so many metres a coordinate, its true covariance, and silences.

    The ellipse differs from person to person and wanders through the day; errors are correlated in time; every ten
    minutes a tag is not heard for a while (8 s on average).
    """
    rng = np.random.default_rng(seed)
    seconds, n = day.xyz_m.shape[:2]
    xy, cov = np.empty((seconds, n, 2), np.float32), np.empty((seconds, n, 3), np.float32)
    heard = np.empty((seconds, n), bool)
    turn, size = rng.uniform(0, np.pi, n), rng.normal(0, 0.2, n)
    error, silent_until = rng.normal(size=(n, 2)), np.zeros(n)
    for second in range(seconds):
        turn += rng.normal(0, 0.02, n)
        size = 0.999 * size + rng.normal(0, 0.2 * np.sqrt(1 - 0.999**2), n)
        major = sigma_m * np.exp(size)
        minor = 0.7 * major
        error = _MEMORY * error + np.sqrt(1 - _MEMORY**2) * rng.normal(size=(n, 2))
        cos, sin = np.cos(turn), np.sin(turn)
        along, across = error[:, 0] * major, error[:, 1] * minor
        xy[second] = day.xyz_m[second, :, :2] + np.column_stack(
            [along * cos - across * sin, along * sin + across * cos]
        )
        cov[second, :, 0] = (major * cos) ** 2 + (minor * sin) ** 2
        cov[second, :, 1] = (major**2 - minor**2) * cos * sin
        cov[second, :, 2] = (major * sin) ** 2 + (minor * cos) ** 2
        begins = (silent_until <= second) & (rng.random(n) < _SILENCES_PER_S)
        silent_until[begins] = second + 2.0 + rng.exponential(6.0, int(begins.sum()))
        heard[second] = silent_until <= second
    return Measured(xy, cov, heard)


def events(day: Day, seen: Measured, moving: NDArray[np.bool_] | None = None) -> Iterator[FixesMeasured]:
    """One batch a second."""
    tags = np.array([carrier.tag for carrier in day.carriers], object)
    phase = ((np.arange(len(tags)) * 0.6180339887) % 1.0 * NS_PER_S).astype(np.int64)
    velocity = np.zeros((len(tags), 2))
    for second in range(len(seen.xy_m)):
        rows = np.flatnonzero(seen.heard[second])
        rows = rows[np.argsort(phase[rows], kind="stable")]
        n = len(rows)
        still = np.full(n, 0.5) if moving is None else np.where(moving[second, rows], 0.02, 0.98)
        t_ns = START_NS + second * NS_PER_S + phase[rows]
        batch = FixBatch(
            plant=day.plant.head.code,
            engine="UWB-1",
            tag=tags[rows].tolist(),
            t_ns=t_ns,
            xyz_m=np.column_stack([seen.xy_m[second, rows], day.xyz_m[second, rows, 2]]).astype(float),
            cov_m2=seen.cov_m2[second, rows].astype(float),
            velocity_mps=velocity[rows],
            sigma_z_m=np.full(n, 0.5),
            p_still=still,
            status=np.full(n, FixStatus.FIX, np.uint8),
            reasons=np.zeros(n, np.uint32),
            anchors_used=np.full(n, 5, np.uint8),
        )
        yield FixesMeasured(t_ns=int(t_ns[-1]) if n else START_NS + second * NS_PER_S, fixes=batch)
