from __future__ import annotations

import numpy as np
import pytest

from gis.plant import Plant
from tests.twin.simulate.small import small_plant
from twin.simulate.process import Process


def _play(seed: int, seconds: int) -> tuple[list[dict[str, float]], list[str], Process]:
    plant = small_plant()
    process = Process(plant, list(plant.sensors), np.random.default_rng(seed))
    values, qualities = [], []
    for second in range(1, seconds + 1):
        process.advance(float(second), 1.0)
        due = process.due(float(second))
        values.append({sensor: value for sensor, value, _ in due})
        qualities += [quality for _, _, quality in due]
    return values, qualities, process


@pytest.mark.parametrize("seed", range(4))
def test_levels_move_slowly_between_their_limits(seed: int) -> None:
    values, _, _ = _play(seed, 1800)
    level = np.array([v["LT-1"] for v in values if "LT-1" in v])
    assert len(level) > 1500
    assert level.min() >= 2.0
    assert level.max() <= 10.0
    assert np.abs(np.diff(level)).max() < 0.05


@pytest.mark.parametrize("seed", range(4))
def test_gas_is_background_then_a_leak_that_reaches_a_limit_and_clears(seed: int) -> None:
    values, _, _ = _play(seed, 400)
    gas = np.array([v["GD-1"] for v in values if "GD-1" in v])
    assert gas[:90].max() < 3.0
    assert gas.max() >= 25.0
    assert gas.max() <= 100.0
    assert gas[260:].max() < 3.0


def test_qualities_are_those_of_the_interface() -> None:
    _, qualities, _ = _play(1, 300)
    assert set(qualities) <= {"good", "bad", "stale", "maintenance"}


def test_weather_stays_weather() -> None:
    plant = small_plant()
    process = Process(plant, [], np.random.default_rng(1))
    turned = []
    for second in range(3600):
        before = process.weather.wind_from_deg
        process.advance(float(second), 1.0)
        weather = process.weather
        assert 0.0 <= weather.wind_from_deg < 360.0
        assert 0.3 <= weather.wind_mps < 15.0
        assert 0.0 <= weather.humidity <= 100.0
        assert 0 <= weather.cloud_oktas <= 8
        turned.append(abs((weather.wind_from_deg - before + 180) % 360 - 180))
    assert max(turned) < 12.0
    assert process.due(10.0) == []


def test_detectors_downwind_smell_a_leak_and_those_upwind_do_not() -> None:
    plant = small_plant()
    near = [plant.sensors[1].model_copy(update={"code": f"GD-{i}", "asset": f"GD-{i}"}) for i in range(1, 4)]
    detector = next(a for a in plant.assets if a.code == "GD-1")
    frame = plant.head.frame
    # Wind comes from the south-east (150°): north-north-west of the leak is downwind.
    places = {"GD-1": (0.0, 0.0), "GD-2": (-7.5, 13.0), "GD-3": (7.5, -13.0)}
    assets = []
    for code, (x, y) in places.items():
        lon, lat = frame.to_lonlat(x, y)
        geometry = {"type": "Point", "coordinates": [float(lon), float(lat)]}
        assets.append(type(detector).model_validate({**detector.model_dump(), "code": code, "geometry": geometry}))
    plant = Plant.model_validate({**dict(plant), "assets": tuple(assets), "sensors": ()})
    process = Process(plant, near, np.random.default_rng(0))
    seen = process._plume(0, np.arange(3))
    assert seen[0] == 1.0
    assert seen[1] > 0.3
    assert seen[2] == 0.0
