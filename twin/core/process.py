"""Limits of what is measured: which are passed, and which measuring points say nothing one may trust (pure).

A limit that was passed counts as passed until the value has come back by the deadband, once an alarm of it stands; a
value of bad quality leaves everything as it was (it is frozen, not cleared) and is a fault of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from gis.time import NS_PER_S
from twin.core.conditions import Condition
from twin.core.process_tuning import BEGIN_S, COMMS, SILENT_PERIODS, SILENT_S, STALE, Tuning, tuning_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from gis.plant import Plant, Sensor
    from twin.core.conditions import AlarmKey
    from twin.events import Reading

RULE_VERSION = 1
LINE: AlarmKey = (COMMS, "sensors", "")
"""All measuring points of a plant come over one line; when all are silent, the line is."""
ALL_BUT_NONE, STILL_DOWN = 1.0 - 1e-9, 0.1
"""A line is down when this share of its points is silent, and then as long as more than that one is."""
GOOD, BAD, MAINTENANCE = 0, 1, 2
_QUALITY = {"good": GOOD, "maintenance": MAINTENANCE}


@dataclass(frozen=True, eq=False)
class Points:
    """The measuring points that hold at one time, a row each; limits in the order LL, L, H, HH.

    Attributes:
        sensors: n records.
        tuning: (n) how each one's limits are treated.
        row: sensor code → row.
        limit: (n, 4) limits in the sensor's unit; NaN where there is none.
        back: (n, 4) the value at which each limit counts as passed no longer.
        from_ns: (n,) since when each record holds.
        patience_ns: (n,) silence longer than this is a fault.
        place_m: (n, 3) site metres.
        root: (n) the unit or tank farm each belongs to.
        until_ns: when another version of a record holds.
    """

    sensors: tuple[Sensor, ...]
    tuning: tuple[Tuning, ...]
    row: Mapping[str, int]
    limit: NDArray[np.float64]
    back: NDArray[np.float64]
    from_ns: NDArray[np.int64]
    patience_ns: NDArray[np.int64]
    place_m: NDArray[np.float64]
    root: tuple[str, ...]
    until_ns: int


@dataclass(frozen=True, eq=False)
class Process:
    """What is known of all measuring points.

    Attributes:
        points: their records.
        last_ns: (n,) when each last spoke; 0: never.
        quality: (n,) GOOD, BAD or MAINTENANCE of its newest value.
        holding: the limits that are passed.
    """

    points: Points
    last_ns: NDArray[np.int64]
    quality: NDArray[np.uint8]
    holding: Mapping[AlarmKey, Condition] = field(default_factory=dict)


def process_of(
    plant: Plant, t_ns: int, readings: Iterable[Reading] = (), before: Mapping[AlarmKey, Condition] | None = None
) -> Process:
    """The measuring points of a plant at an instant.

    Args:
        plant: its records.
        t_ns: which versions hold.
        readings: the newest of each sensor, as far as known.
        before: limits passed under former records; what is frozen stays so while its limit exists.
    """
    points = _points(plant, t_ns)
    n = len(points.sensors)
    process = Process(points, np.zeros(n, np.int64), np.zeros(n, np.uint8))
    kept = {key: condition for key, condition in (before or {}).items() if _still(points, key)}
    after, _ = taken(replace(process, holding=kept), readings, lambda key: key in kept)
    return after


def taken(
    process: Process, readings: Iterable[Reading], is_alarm: Callable[[AlarmKey], bool]
) -> tuple[Process, list[AlarmKey]]:
    """Take values over.

    Args:
        process: before.
        readings: the newest value of each of some sensors.
        is_alarm: whether an alarm about a key is active: then its limit has a deadband.

    Returns:
        the process after it, and the keys a good value decided.
    """
    points = process.points
    newest = {reading.sensor: reading for reading in readings if reading.sensor in points.row}
    if not newest:
        return process, []
    rows = np.array([points.row[sensor] for sensor in newest], np.int64)
    last_ns, quality = process.last_ns.copy(), process.quality.copy()
    last_ns[rows] = np.maximum(last_ns[rows], [reading.t_ns for reading in newest.values()])
    quality[rows] = [_QUALITY.get(reading.quality, BAD) for reading in newest.values()]
    value = np.array([reading.value for reading in newest.values()], float)[:, None]
    passed, near = _beyond(points.limit[rows], value), _beyond(points.back[rows], value, is_open=True)
    believed = (quality[rows] == GOOD) & np.isfinite(value[:, 0])
    holding = dict(process.holding)
    asked: list[AlarmKey] = []
    for i, reading in enumerate(newest.values()):
        if not believed[i]:
            continue
        for which in np.flatnonzero(~np.isnan(points.limit[rows[i]])).tolist():
            key = (points.tuning[rows[i]].kinds[which], reading.sensor, "")
            asked.append(key)
            if passed[i, which] or (near[i, which] and is_alarm(key)):
                since_ns = holding[key].since_ns if key in holding else reading.t_ns
                holding[key] = _limit_passed(points, int(rows[i]), which, reading, since_ns)
            else:
                holding.pop(key, None)
    return Process(points, last_ns, quality, holding), asked


def distrusted(process: Process, now_ns: int, started_ns: int, *, is_down: bool = False) -> dict[AlarmKey, Condition]:
    """Measuring points without a value one may trust: silent too long, or bad; and their line, when all are silent.

    A point that never spoke has `BEGIN_S` more, from its record's beginning or the core's: gateways begin after it.
    A line that `is_down` stays so until but few of its points are silent: they do not come back in one moment.
    """
    points = process.points
    expected_ns = np.maximum(points.from_ns, started_ns)
    never = process.last_ns == 0
    since_ns = np.where(never, expected_ns + round(BEGIN_S * NS_PER_S), np.maximum(process.last_ns, started_ns))
    silent = now_ns - since_ns > points.patience_ns
    faulty = np.flatnonzero(silent | (process.quality == BAD))
    found: dict[AlarmKey, Condition] = {}
    if len(silent) > 1 and silent.mean() > (STILL_DOWN if is_down else ALL_BUT_NONE):
        found[LINE] = Condition(
            key=LINE,
            priority=3,
            place=_middle(points),
            rule_version=RULE_VERSION,
            off_delay_s=90.0,  # longer than its consequences take: the last of them come back after it
            parameters={"points": float(len(silent))},
            root="line:sensors",
        )
    for row in faulty.tolist():
        sensor = points.sensors[row]
        key = (STALE, sensor.code, "")
        x, y, z = points.place_m[row].tolist()
        found[key] = Condition(
            key=key,
            priority=4,
            place=(x, y, z),
            rule_version=RULE_VERSION,
            on_delay_s=0.0 if silent[row] else 5.0,
            off_delay_s=60.0,
            sensor=sensor.code,
            asset=sensor.asset,
            parameters={"silent_s": float(points.patience_ns[row] / NS_PER_S)} if silent[row] else {},
            parent=LINE if silent[row] else None,
            root=points.root[row],
        )
    return found


def is_watched(process: Process, sensor: str | None) -> bool:
    """Whether a value of this sensor may still come and say how things stand."""
    return sensor is not None and sensor in process.points.row


def _points(plant: Plant, t_ns: int) -> Points:
    held: dict[str, Sensor] = {}
    for sensor in plant.sensors:
        if sensor.valid_at(t_ns) and (sensor.code not in held or held[sensor.code].version < sensor.version):
            held[sensor.code] = sensor
    sensors = tuple(held.values())
    tuning = tuple(tuning_of(sensor.quantity) for sensor in sensors)
    limit = np.array([sensor.limits.values for sensor in sensors], float).reshape(-1, 4)
    spans = [(known, sensor.range_high - sensor.range_low) for known, sensor in zip(tuning, sensors, strict=True)]
    band = np.array(
        [[known.deadband(span, one) for one in row] for (known, span), row in zip(spans, limit, strict=True)]
    )
    turns = [t for sensor in plant.sensors for t in (sensor.valid_from, sensor.valid_to) if t is not None and t > t_ns]
    periods = np.array([sensor.period_s for sensor in sensors], float)
    place, root = _places(plant, sensors)
    return Points(
        sensors=sensors,
        tuning=tuning,
        row={sensor.code: i for i, sensor in enumerate(sensors)},
        limit=limit,
        back=limit + band.reshape(-1, 4) * np.array([1.0, 1.0, -1.0, -1.0]),
        from_ns=np.array([sensor.valid_from for sensor in sensors], np.int64),
        patience_ns=(np.maximum(SILENT_PERIODS * periods, SILENT_S) * NS_PER_S).astype(np.int64),
        place_m=place,
        root=root,
        until_ns=min(turns, default=np.iinfo(np.int64).max),
    )


def _places(plant: Plant, sensors: tuple[Sensor, ...]) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    assets = {asset.code: asset for asset in plant.assets}
    place = np.zeros((len(sensors), 3))
    root = []
    for i, sensor in enumerate(sensors):
        asset = assets.get(sensor.asset or "")
        if asset is None:
            root.append(f"sensor:{sensor.code}")
            continue
        spot = asset.geometry.representative_point()
        x, y = plant.head.frame.to_site([spot.x], [spot.y])
        place[i] = (float(x[0]), float(y[0]), asset.base_m)
        seen = {asset.code}
        while asset.parent is not None and asset.parent in assets and asset.parent not in seen:
            asset = assets[asset.parent]
            seen.add(asset.code)
        root.append(f"asset:{asset.code}")
    return place, tuple(root)


def _beyond(limit: NDArray[np.float64], value: NDArray[np.float64], *, is_open: bool = False) -> NDArray[np.bool_]:
    """(k, 4) whether values (k, 1) are at or beyond limits LL, L, H, HH; the limit itself counts unless `is_open`."""
    low, high = (value < limit, value > limit) if is_open else (value <= limit, value >= limit)
    return np.concatenate([low[:, :2], high[:, 2:]], axis=1)


def _limit_passed(points: Points, row: int, which: int, reading: Reading, since_ns: int | None) -> Condition:
    sensor, tuning = points.sensors[row], points.tuning[row]
    x, y, z = points.place_m[row].tolist()
    limit = float(points.limit[row, which])
    return Condition(
        key=(tuning.kinds[which], sensor.code, ""),
        priority=tuning.priorities[which],
        place=(x, y, z),
        rule_version=RULE_VERSION,
        on_delay_s=tuning.on_s[which],
        off_delay_s=tuning.off_s,
        latched=tuning.latched[which],
        may_shelve=not tuning.latched[which],
        sensor=sensor.code,
        asset=sensor.asset,
        value=reading.value,
        limit=limit,
        unit=sensor.unit,
        parameters={"deadband": abs(limit - float(points.back[row, which]))},
        since_ns=since_ns,
        root=points.root[row],
    )


def _still(points: Points, key: AlarmKey) -> bool:
    """Whether a limit that was passed still exists."""
    kind, sensor, _ = key
    row = points.row.get(sensor)
    return row is not None and any(
        name == kind and not np.isnan(points.limit[row, which]) for which, name in enumerate(points.tuning[row].kinds)
    )


def _middle(points: Points) -> tuple[float, float, float]:
    x, y, z = points.place_m.mean(axis=0).tolist()
    return (x, y, z)
