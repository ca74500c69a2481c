"""A step of the simulation as MQTT messages: topics and JSON exactly as the interface says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from gis.time import NS_PER_MS, NS_PER_S, format_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twin.simulate.simulation import Simulation, Step

SLOT_NS = 20 * NS_PER_MS
"""Tags that speak within one slot travel in one message."""


class Outgoing(NamedTuple):
    """One message and the instant at which it leaves."""

    due_ns: int
    topic: str
    payload: bytes


class _Range(msgspec.Struct):
    anchor: str
    d: float
    rssi: int


class _Epoch(msgspec.Struct):
    tag: str
    t: int
    seq: int
    ranges: list[_Range]


_encoder = msgspec.json.Encoder()


def outgoing(simulation: Simulation, step: Step, slot_ns: int = SLOT_NS) -> list[Outgoing]:
    """All messages of a step in the order in which they leave.

    Args:
        simulation: the simulation that made the step.
        step: the step.
        slot_ns: length of a radio slot; 0 sends each tag's epoch by itself.
    """
    made = [*_ranges(simulation, step, slot_ns), *_others(simulation, step)]
    made.sort(key=lambda message: message.due_ns)
    return made


def _ranges(simulation: Simulation, step: Step, slot_ns: int) -> Iterator[Outgoing]:
    topic = f"twin/v1/{simulation.plant.head.code}/uwb/{simulation.engine}/ranges"
    found, codes = step.ranges, simulation.field.codes
    rows = [
        _Range(codes[a], d, r)
        for a, d, r in zip(found.anchor.tolist(), found.distance_m.tolist(), found.rssi_dbm.tolist(), strict=True)
    ]
    n = len(simulation.carriers)
    bounds = np.searchsorted(found.who, np.arange(n + 1)).tolist()
    t_ms = (step.t_ns // NS_PER_MS).tolist()
    slot = ((step.t_ns - step.start_ns) // slot_ns if slot_ns else np.arange(n)).tolist()
    order = np.argsort(step.t_ns, kind="stable").tolist()
    batch: list[_Epoch] = []
    for position, who in enumerate(order):
        if bounds[who] < bounds[who + 1]:
            batch.append(_Epoch(simulation.carriers[who].tag, t_ms[who], step.seq, rows[bounds[who] : bounds[who + 1]]))
        last = position + 1 == n or slot[order[position + 1]] != slot[who]
        if last and batch:
            yield Outgoing(int(step.t_ns[who]), topic, _encoder.encode(batch if len(batch) > 1 else batch[0]))
            batch = []


def _others(simulation: Simulation, step: Step) -> Iterator[Outgoing]:
    prefix = f"twin/v1/{simulation.plant.head.code}"
    at, t = step.start_ns, format_time(step.start_ns)
    if step.tag_reports:
        reports = [
            {"tag": simulation.carriers[r.who].tag, "t": t, "battery": r.battery, "sos": r.sos, "moving": r.moving}
            for r in step.tag_reports
        ]
        yield Outgoing(at, f"{prefix}/uwb/{simulation.engine}/tag", _encoder.encode(reports))
    if step.readings:
        readings = [{"sensor": sensor, "t": t, "v": value, "q": quality} for sensor, value, quality in step.readings]
        yield Outgoing(at, f"{prefix}/sensor", _encoder.encode(readings))
    if step.weather is not None:
        weather = step.weather
        yield Outgoing(
            at,
            f"{prefix}/weather",
            _encoder.encode(
                {
                    "t": t,
                    "wind_from_deg": round(weather.wind_from_deg, 1),
                    "wind_mps": round(weather.wind_mps, 2),
                    "temp_c": round(weather.temp_c, 1),
                    "humidity": round(weather.humidity, 1),
                    "cloud_oktas": weather.cloud_oktas,
                }
            ),
        )
    for camera in step.cameras:
        state = {"t": t, "online": camera.online, "fps": camera.fps}
        yield Outgoing(at, f"{prefix}/camera/{simulation.cameras[camera.camera]}/state", _encoder.encode(state))


def seconds(due_ns: int, now_ns: int) -> float:
    """How long until a message is due, in seconds; never negative."""
    return max(0, due_ns - now_ns) / NS_PER_S
