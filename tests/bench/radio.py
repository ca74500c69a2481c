"""Radio load: tags that walk small circles within sight of real anchors, as range messages on MQTT."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gis.time import format_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from paho.mqtt.client import Client

    from gis.plant import Plant

_ANCHORS_HEARD = 6
_SIGMA_M = 0.05
_RADIUS_M, _PERIOD_S = 4.0, 40.0


@dataclass(frozen=True)
class Load:
    """Who sends what.

    Attributes:
        topic: of the ranges.
        tags: n tag codes.
        home_m: (n, 2) centre of each tag's circle, site metres.
        height_m: height of the tags.
        names: for each tag the codes of the anchors it hears.
        anchors_m: (n, k, 3) where those are.
    """

    topic: str
    tags: list[str]
    home_m: NDArray[np.float64]
    height_m: float
    names: list[list[str]]
    anchors_m: NDArray[np.float64]


def load_of(plant: Plant, n: int, *, reach_m: float = 80.0) -> Load:
    """The first n tags of a plant, each near one of the anchors of its first engine."""
    frame = plant.head.frame
    engine = plant.engines[0].code
    codes, places = [], []
    for asset in plant.assets_of("anchor"):
        if asset.attributes.kind == "anchor" and asset.attributes.engine == engine:
            x, y = frame.to_site(*asset.geometry.centroid.coords[0][:2])
            codes.append(asset.code)
            places.append((float(x), float(y), asset.base_m + asset.attributes.antenna_m))
    anchors = np.array(places)
    distance = np.hypot(*(anchors[:, None, :2] - anchors[None, :, :2]).transpose(2, 0, 1))
    order = np.argsort(distance, axis=1)[:, :_ANCHORS_HEARD]
    good = np.flatnonzero(distance[np.arange(len(anchors)), order[:, -1]] < reach_m)
    near = order[good[np.arange(n) % len(good)]]
    heard = anchors[near]
    return Load(
        topic=f"twin/v1/{plant.head.code}/uwb/{engine}/ranges",
        tags=[tag.code for tag in plant.tags[:n]],
        home_m=heard[:, :, :2].mean(axis=1),
        height_m=1.2,
        names=[[codes[anchor] for anchor in row] for row in near],
        anchors_m=heard,
    )


def messages(load: Load, rate_hz: float, duration_s: float, seed: int = 1) -> list[tuple[float, int, list[float]]]:
    """(seconds from the start, tag, ranges) of every message, evenly spread in time."""
    rng = np.random.default_rng(seed)
    n = len(load.tags)
    step_s = 1 / (rate_hz * n)
    plan = []
    for number in range(round(duration_s * rate_hz * n)):
        tag, at_s = number % n, number * step_s
        turn = 2 * math.pi * (at_s / _PERIOD_S + tag / n)
        x = load.home_m[tag, 0] + _RADIUS_M * math.cos(turn)
        y = load.home_m[tag, 1] + _RADIUS_M * math.sin(turn)
        offset = load.anchors_m[tag] - (x, y, load.height_m)
        ranges = np.sqrt((offset**2).sum(axis=1)) + rng.normal(0, _SIGMA_M, len(offset))
        plan.append((at_s, tag, ranges.round(3).tolist()))
    return plan


def payload(load: Load, tag: int, ranges: list[float], t_ns: int, seq: int) -> bytes:
    """One range message."""
    heard = [{"anchor": code, "d": d} for code, d in zip(load.names[tag], ranges, strict=True)]
    return json.dumps({"tag": load.tags[tag], "t": format_time(t_ns), "seq": seq, "ranges": heard}).encode()


def play(
    client: Client,
    load: Load,
    plan: list[tuple[float, int, list[float]]],
    *,
    first_seq: int = 0,
    sent: Callable[[int, int], None] | None = None,
) -> int:
    """Publish a plan at its pace; gives how many were published.

    Args:
        client: connected, its loop running.
        load: who sends.
        plan: what and when.
        first_seq: number of the first message.
        sent: told the tag and its event time (UTC ns, whole milliseconds) just before each message leaves.
    """
    last_ns = [0] * len(load.tags)
    began_s = time.perf_counter()
    for number, (at_s, tag, ranges) in enumerate(plan):
        wait_s = at_s - (time.perf_counter() - began_s)
        if wait_s > 0.0005:
            time.sleep(wait_s)
        # A sender that was held up sends in a burst; two epochs of a tag still never share a millisecond.
        t_ns = last_ns[tag] = max(time.time_ns() // 1_000_000 * 1_000_000, last_ns[tag] + 1_000_000)
        body = payload(load, tag, ranges, t_ns, first_seq + number)
        if sent is not None:
            sent(tag, t_ns)
        client.publish(load.topic, body, qos=1)
    return len(plan)
