"""Readings: trends and last values."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gis.errors import StoreError
from gis.files import read_plant
from gis.store.plants import save_plant
from gis.store.readings import append_readings, latest, read_series

if TYPE_CHECKING:
    from sqlalchemy import Connection

pytestmark = pytest.mark.servers

T0 = 1_795_391_970_000_000_000
S = 1_000_000_000


def times(n: int) -> np.ndarray:
    return T0 + S * np.arange(n, dtype=np.int64)


def test_a_trend_keeps_every_peak(conn: Connection) -> None:
    values = np.sin(np.arange(3600) / 50)
    values[1234] = 9.0
    append_readings(conn, "X", ["L"] * 3600, times(3600), values, ["good"] * 3600)
    t_ns, least, mean, most = read_series(conn, "X", "L", T0, T0 + 3600 * S, 100)
    assert len(t_ns) == 100
    expected = values.reshape(100, 36)
    assert np.array_equal(least, expected.min(axis=1))
    assert np.array_equal(most, expected.max(axis=1))
    assert np.allclose(mean, expected.mean(axis=1))
    assert np.array_equal(t_ns, T0 + 18 * S + 36 * S * np.arange(100))


def test_a_gap_stays_a_gap_and_bad_values_are_left_out(conn: Connection) -> None:
    kept = np.r_[0:10, 50:60]
    quality = ["good"] * 18 + ["bad", "maintenance"]
    append_readings(conn, "X", ["L"] * 20, times(60)[kept], np.arange(20.0), quality)
    t_ns, _, mean, _ = read_series(conn, "X", "L", T0, T0 + 60 * S, 60)
    assert mean.tolist() == list(range(18))
    assert np.max(np.diff(t_ns)) == 41 * S
    assert read_series(conn, "X", "L", T0, T0 + 60 * S, 60, ["bad"])[2].tolist() == [18.0]
    assert read_series(conn, "X", "L", T0 + 20 * S, T0 + 30 * S, 5)[0].tolist() == []


def test_a_reading_is_stored_once(conn: Connection) -> None:
    for value in (1.0, 2.0):
        append_readings(conn, "X", ["L", "M"], [T0, T0], [value, value], ["good", "good"])
    assert read_series(conn, "X", "L", T0, T0 + S, 1)[2].tolist() == [1.0]


def test_the_last_of_each_sensor_up_to_an_instant(conn: Connection) -> None:
    plant = read_plant(Path(__file__).parents[3] / "data" / "demo-plant")
    save_plant(conn, plant)
    one, two = plant.sensors[0].code, plant.sensors[1].code
    sensors, values = [one] * 100 + [two], np.arange(101.0)
    append_readings(conn, plant.head.code, sensors, [*times(100), T0], values, ["good"] * 100 + ["stale"])
    found = {reading.sensor: reading for reading in latest(conn, plant.head.code)}
    assert (found[one].value, found[two].value, found[two].quality) == (99.0, 100.0, "stale")
    then = {reading.sensor: reading.t_ns for reading in latest(conn, plant.head.code, T0 + 40 * S + 1, oldest_s=30)}
    assert then == {one: T0 + 40 * S}
    assert latest(conn, plant.head.code, T0 - 1) == []


def test_what_does_not_fit_is_refused(conn: Connection) -> None:
    with pytest.raises(StoreError, match="length"):
        append_readings(conn, "X", ["L"], [T0], [1.0, 2.0], ["good"])
    with pytest.raises(StoreError, match="quality"):
        append_readings(conn, "X", ["L"], [T0], [1.0], ["fine"])
    append_readings(conn, "X", [], [], [], [])
