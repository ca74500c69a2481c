"""Tanks fill and empty, temperatures drift, gas leaks now and then, the wind turns: what the sensors say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.plant import Plant, Sensor

_LEAK_EVERY_S = 420.0
_FIRST_LEAK_S = 100.0
_LEAK_LASTS_S = 150.0


@dataclass(frozen=True, slots=True)
class Weather:
    """Wind comes from `wind_from_deg`, clockwise from north."""

    wind_from_deg: float
    wind_mps: float
    temp_c: float
    humidity: float
    cloud_oktas: float


class Process:
    """All measuring points of a plant and the weather, advanced together."""

    def __init__(self, plant: Plant, sensors: list[Sensor], rng: np.random.Generator) -> None:
        self.sensors = sensors
        self._rng = rng
        n = len(sensors)
        self._low = np.array([s.range_low for s in sensors], float)
        self._high = np.array([s.range_high for s in sensors], float)
        self._kind = np.array([s.quantity for s in sensors])
        self._gas = np.isin(self._kind, ["gas_lel", "gas_tox"])
        self._period_s = np.array([s.period_s for s in sensors], float)
        self._due_s = rng.uniform(0.0, 1.0, n) * self._period_s
        self._decimals = np.where(self._kind == "level", 3, np.where(self._kind == "pressure", 3, 1))
        self._value, self._floor, self._ceiling = self._beginning()
        self._rate = np.zeros(n)
        self._turn_s = np.zeros(n)
        self._site = self._places(plant)
        self._leak: tuple[int, float, float] | None = None
        self._next_leak_s = _FIRST_LEAK_S
        self._bad_until_s = np.full(n, -1.0)
        self.weather = Weather(150.0, 3.4, 19.0, 62.0, 3.0)

    def _beginning(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Start values inside the limits, and between what they usually move."""
        span = self._high - self._low
        floor, ceiling = self._low + 0.2 * span, self._low + 0.75 * span
        for index, sensor in enumerate(self.sensors):
            low, high = sensor.limits.l, sensor.limits.h
            if low is not None:
                floor[index] = low + 0.04 * span[index]
            if high is not None:
                ceiling[index] = high - 0.03 * span[index]
            if low is None and high is not None and not self._gas[index]:
                floor[index] = max(high - 0.18 * span[index], self._low[index] + 0.02 * span[index])
        floor = np.minimum(floor, ceiling - 0.01 * span)
        value = floor + (ceiling - floor) * self._rng.uniform(0.1, 0.9, len(span))
        value[self._gas] = self._low[self._gas] + 0.004 * span[self._gas]
        return value, floor, ceiling

    def _places(self, plant: Plant) -> NDArray[np.float64]:
        where = {asset.code: asset for asset in plant.assets}
        frame = plant.head.frame
        places = np.full((len(self.sensors), 2), np.nan)
        for index, sensor in enumerate(self.sensors):
            if self._gas[index] and sensor.asset in where:
                centre = frame.shape_to_site(where[sensor.asset].geometry).centroid
                places[index] = (centre.x, centre.y)
        return places

    def advance(self, now_s: float, dt_s: float) -> None:
        """Move everything on to simulated second `now_s`."""
        self._blow(now_s, dt_s)
        moving = ~self._gas
        turning = moving & (now_s >= self._turn_s)
        count = int(turning.sum())
        if count:
            span = (self._high - self._low)[turning]
            # A tank fills or empties at a few per cent of its height an hour, or rests.
            pace = self._rng.uniform(-1.0, 1.0, count) * (self._rng.random(count) < 0.65)
            self._rate[turning] = pace * span * 0.12 / 3600.0
            self._turn_s[turning] = now_s + self._rng.uniform(240.0, 1200.0, count)
        self._value[moving] += self._rate[moving] * dt_s
        at_end = moving & ((self._value > self._ceiling) | (self._value < self._floor))
        self._rate[at_end] *= -1.0
        self._value[moving] = np.clip(self._value[moving], self._floor[moving], self._ceiling[moving])
        self._smell(now_s)

    def _blow(self, now_s: float, dt_s: float) -> None:
        """Wind turns slowly about south-east, with gusts; Ornstein-Uhlenbeck about a daily course."""
        w, r = self.weather, self._rng
        hold = np.exp(-dt_s / 900.0)
        noise = np.sqrt(max(1.0 - hold * hold, 0.0))
        self.weather = Weather(
            wind_from_deg=float((150.0 + (w.wind_from_deg - 150.0) * hold + 30.0 * noise * r.normal()) % 360.0),
            wind_mps=float(max(0.3, 3.6 + (w.wind_mps - 3.6) * hold + 1.3 * noise * r.normal())),
            temp_c=float(19.0 + 5.0 * np.sin(now_s / 86_400.0 * 2 * np.pi)),
            humidity=float(np.clip(62.0 + 10.0 * np.sin(now_s / 7200.0), 0.0, 100.0)),
            cloud_oktas=float(np.clip(round(3.0 + 2.0 * np.sin(now_s / 5400.0)), 0, 8)),
        )

    def _smell(self, now_s: float) -> None:
        gas = np.flatnonzero(self._gas)
        if len(gas) == 0:
            return
        span = (self._high - self._low)[gas]
        background = self._low[gas] + span * 0.004 * (1.0 + 0.5 * np.sin(now_s / 37.0 + gas))
        if self._leak is None and now_s >= self._next_leak_s:
            self._leak = (int(gas[int(self._rng.integers(len(gas)))]), now_s, float(self._rng.uniform(0.35, 0.75)))
            self._next_leak_s = now_s + _LEAK_EVERY_S * float(self._rng.uniform(0.8, 1.3))
        if self._leak is not None:
            at, since, strength = self._leak
            age = now_s - since
            if age > _LEAK_LASTS_S:
                self._leak = None
            else:
                share = strength * np.sin(np.pi * age / _LEAK_LASTS_S)
                background = background + span * share * self._plume(at, gas)
        self._value[gas] = np.minimum(background, self._high[gas])

    def _plume(self, at: int, gas: NDArray[np.intp]) -> NDArray[np.float64]:
        """What share of the leaking place's concentration each detector sees: its own 1, those downwind less.

        Only detectors of the same quantity smell it; a Gaussian across the wind, falling off along it. A picture
        of a plume, not a dispersion model.
        """
        rel = self._site[gas] - self._site[at]
        to = np.radians(self.weather.wind_from_deg + 180.0)
        along = rel[:, 0] * np.sin(to) + rel[:, 1] * np.cos(to)
        across = rel[:, 0] * np.cos(to) - rel[:, 1] * np.sin(to)
        seen = np.where(
            along >= 0.0, np.exp(-along / 40.0 - (across / (6.0 + 0.15 * np.maximum(along, 0.0))) ** 2), 0.0
        )
        seen = np.where(np.isfinite(seen) & (self._kind[gas] == self._kind[at]), seen, 0.0)
        seen[gas == at] = 1.0
        return np.asarray(seen, float)

    def due(self, now_s: float) -> list[tuple[str, float, str]]:
        """Readings whose time has come: sensor, value, quality."""
        ready = np.flatnonzero(self._due_s <= now_s)
        self._due_s[ready] = now_s + self._period_s[ready] - (now_s - self._due_s[ready]) % self._period_s[ready]
        if len(ready) == 0:
            return []
        r = self._rng
        fails = ready[r.random(len(ready)) < 2e-5]
        self._bad_until_s[fails] = now_s + 45.0
        span = (self._high - self._low)[ready]
        noisy = self._value[ready] + r.normal(0.0, 1.0, len(ready)) * span * np.where(self._gas[ready], 0.0012, 0.0002)
        noisy = np.clip(noisy, self._low[ready], self._high[ready])
        return [
            (
                self.sensors[i].code,
                round(float(v), int(self._decimals[i])),
                "bad" if self._bad_until_s[i] > now_s else "good",
            )
            for i, v in zip(ready, noisy, strict=True)
        ]
