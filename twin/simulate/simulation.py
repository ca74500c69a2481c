"""A plant's day from a seed: everything that moves, sends or measures, step by step. No clock: time is an argument."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from gis.time import NS_PER_S, format_moment
from twin.simulate.devices import CameraDevices, CameraReport, TagDevices, TagReport
from twin.simulate.errors import SimulationError
from twin.simulate.population import Population, carriers
from twin.simulate.process import Process, Weather
from twin.simulate.radio import RadioField, Ranges
from twin.simulate.spots import survey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.plant import Plant

_WEATHER_EVERY_S = 10.0
MOST_STEP_S = 1.0


@dataclass(frozen=True, slots=True)
class Truth:
    """Where the tags of one step really were. Never published.

    Attributes:
        t_ns: (n,) UTC nanoseconds of each tag's epoch.
        xyz_m: (n, 3) antenna, site metres.
        heard: (n,) anchors that gave a range.
        clear: (n,) of these, those with nothing in between.
        moving: (n,) on the way somewhere.
    """

    t_ns: NDArray[np.int64]
    xyz_m: NDArray[np.float64]
    heard: NDArray[np.intp]
    clear: NDArray[np.intp]
    moving: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Step:
    """What happened in [start_ns, start_ns + period): measurements with their own times, and the truth."""

    start_ns: int
    t_ns: NDArray[np.int64]
    """(n,) time of each tag's epoch."""
    seq: int
    """Number of this epoch, the same for every tag."""
    ranges: Ranges
    tag_reports: list[TagReport]
    readings: list[tuple[str, float, str]]
    """Sensor, value, quality; taken at `start_ns`."""
    weather: Weather | None
    cameras: list[CameraReport]
    truth: Truth


class Simulation:
    """A seeded simulation of one plant and one engine.

    The same plant, seed, start and steps give the same values, bit for bit.

    Args:
        plant: the plant; needs ways, tagged people and anchors.
        seed: start of all chance.
        rate_hz: epochs per second and tag.
        start_ns: UTC instant of the first step.
        speed: how many seconds of the plant's life pass in one second.
        engine: positioning engine to play; by default the first that has anchors.
        incidents_per_h: how often somebody goes astray or calls for help, two of three times the former; by default
            four and two times.

    Raises:
        SimulationError: the plant lacks ways, tags or anchors.
    """

    def __init__(
        self,
        plant: Plant,
        *,
        seed: int,
        start_ns: int,
        rate_hz: float = 1.0,
        speed: float = 1.0,
        engine: str | None = None,
        incidents_per_h: float | None = None,
    ) -> None:
        if not 0.05 <= rate_hz <= 50.0:
            raise SimulationError(f"the rate must be between 0.05 and 50 per second, not {rate_hz:g}")
        self.plant = plant
        self.carriers = carriers(plant, start_ns)
        if not self.carriers:
            raise SimulationError("nobody in the plant carries a tag")
        self.engine = engine or _engine_with_anchors(plant)
        self.period_ns = round(NS_PER_S / rate_hz)
        self._speed = speed
        self._next_ns = start_ns
        self._now_s = 0.0
        self._seq = start_ns // 1_000_000
        local = format_moment(start_ns).astimezone(ZoneInfo(plant.head.timezone))
        self._local_s = local.hour * 3600.0 + local.minute * 60.0 + local.second
        crowd, radio, process, devices, cameras = (
            np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(5)
        )
        terrain = survey(plant, start_ns)
        self.terrain = terrain
        self.field = RadioField(plant, self.engine, terrain.things)
        self._radio_rng = radio
        n = len(self.carriers)
        self._height_m = np.array([carrier.height_m for carrier in self.carriers])
        # Tags speak one after the other within the period, in an order without meaning.
        self._phase = (np.arange(n) * 0.6180339887) % 1.0
        self.population = Population(plant, self.carriers, terrain, crowd)
        self.population.begin(self._local_s)
        self._process = Process(plant, [s for s in plant.sensors if s.valid_at(start_ns)], process)
        self._tags = TagDevices(n, sum(c.person is not None for c in self.carriers), devices)
        self.cameras = [c.code for c in plant.cameras if c.valid_at(start_ns)]
        self._cameras = CameraDevices(len(self.cameras), cameras)
        self._weather_due_s = 0.0
        self._mustering = False
        if incidents_per_h is not None:
            self.population.misstep(incidents_per_h * 2 / 3)
            self._tags.call_every_s = 3600.0 / max(incidents_per_h / 3, 1e-3)

    def muster(self, called: bool) -> None:
        """From the next step on people go to the muster points, or back to what they did; may be told again."""
        if called != self._mustering:
            self._mustering = called
            self.population.muster(self._now_s, called)

    @property
    def next_ns(self) -> int:
        """Start of the step that `advance` will give next."""
        return self._next_ns

    def advance(self) -> Step:
        """The next period."""
        start_ns, dt_s = self._next_ns, self.period_ns / NS_PER_S * self._speed
        before = self.population.xy_m
        left = dt_s
        while left > 1e-9:
            part = min(left, MOST_STEP_S)
            self._now_s += part
            self._local_s += part
            self.population.advance(self._now_s, self._local_s, part)
            left -= part
        after = self.population.xy_m
        xyz = np.empty((len(self.carriers), 3))
        xyz[:, :2] = before + (after - before) * self._phase[:, None]
        xyz[:, 2] = self._height_m
        t_ns = start_ns + (self._phase * self.period_ns).astype(np.int64)
        ranges = self.field.measure(xyz, self.population.heading_rad, self._radio_rng)
        moving = self.population.moving
        n = len(self.carriers)
        truth = Truth(
            t_ns=t_ns,
            xyz_m=xyz,
            heard=np.bincount(ranges.who, minlength=n),
            clear=np.bincount(ranges.who[ranges.clear], minlength=n),
            moving=moving,
        )
        self._process.advance(self._now_s, dt_s)
        weather = None
        if self._now_s >= self._weather_due_s:
            self._weather_due_s = self._now_s + _WEATHER_EVERY_S
            weather = self._process.weather
        step = Step(
            start_ns=start_ns,
            t_ns=t_ns,
            seq=self._seq,
            ranges=ranges,
            tag_reports=self._tags.advance(self._now_s, dt_s, moving),
            readings=self._process.due(self._now_s),
            weather=weather,
            cameras=self._cameras.advance(self._now_s),
            truth=truth,
        )
        self._seq += 1
        self._next_ns += self.period_ns
        return step

    def skip_to(self, t_ns: int) -> int:
        """Leave out whole periods that lie before `t_ns` (the sender fell behind); how many were left out."""
        missed = max(0, (t_ns - self._next_ns) // self.period_ns)
        self._next_ns += missed * self.period_ns
        return int(missed)


def _engine_with_anchors(plant: Plant) -> str:
    for asset in plant.assets_of("anchor"):
        return str(getattr(asset.attributes, "engine", ""))
    raise SimulationError("the plant has no anchors")
