"""From publishing a fence to the first crossing it tells of: people who stand in it, at five fixes a second."""

from __future__ import annotations

import asyncio
import json
import threading
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import numpy as np
from websockets.asyncio.client import connect as ws_connect
from websockets.typing import Origin

from gis.files import read_plant
from tests.bench.figure import Figure, at_most, told
from tests.bench.radio import load_of, messages, play
from tests.livetwin import PROJECT, LiveTwin, live_twin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gis.frames import SiteFrame
    from gis.plant import Plant
    from tests.bench.radio import Load

PLANT_FILES = PROJECT / "data" / "demo-plant"
TAGS, RATE_HZ = 40, 5
FENCES = 20
HALF_M = 12.0
SETTLE_S, LONGEST_S = 8.0, 15.0


def figures() -> Iterator[Figure]:
    """With the confirmation a new fence has, and with one fix enough."""
    plant = read_plant(PLANT_FILES)
    with live_twin("--data", str(PLANT_FILES)) as twin:
        lags = _published(twin, plant, {})
        quick = _published(twin, plant, {"confirm_fixes": 1})
    every = f"p95 of {len(lags)} fences, 5 fixes/s, confirmation as by default"
    yield at_most("publish_to_enforced_ms", round(float(np.percentile(lags, 95))), f"ms, {every}", 1000)
    yield told("publish_to_enforced_p50_ms", round(float(np.median(lags))), "ms", "median of the same")
    yield told("publish_to_enforced_one_fix_ms", round(float(np.percentile(quick, 95))), "ms", "p95, one fix enough")


def _published(twin: LiveTwin, plant: Plant, fields: dict[str, Any]) -> list[float]:
    """Milliseconds from sending a fence until a screen is told that somebody is in it, for fence after fence."""
    load = load_of(plant, TAGS)
    crossed: dict[str, float] = {}
    news, stop = threading.Event(), threading.Event()
    watcher = threading.Thread(target=lambda: asyncio.run(_watch(twin.url, crossed, news, stop)))
    walkers = threading.Thread(target=_walk, args=(twin, load, stop))
    watcher.start()
    walkers.start()
    lags = []
    try:
        time.sleep(SETTLE_S)
        for number in range(FENCES):
            code = f"B{len(fields)}-{number}"
            shape = _square(plant.head.frame, load.home_m[number])
            began_s = time.perf_counter()
            _put(twin, plant, code, {"geometry": shape, **fields})
            while code not in crossed:
                assert time.perf_counter() - began_s < LONGEST_S, f"fence {code} was never enforced"
                news.wait(0.5)
                news.clear()
            lags.append(1000 * (crossed[code] - began_s))
    finally:
        stop.set()
        watcher.join()
        walkers.join()
    return lags


def _square(frame: SiteFrame, centre_m: Any) -> dict[str, Any]:
    corners = centre_m + HALF_M * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    lon, lat = frame.to_lonlat(corners[:, 0], corners[:, 1])
    return {"type": "Polygon", "coordinates": [np.column_stack([lon, lat]).tolist()]}


def _put(twin: LiveTwin, plant: Plant, code: str, fields: dict[str, Any]) -> None:
    names = {"zh": "试验围栏", "en": "Trial fence"}
    body = {"names": names, "purpose": "information", "reason": "benchmark", **fields}
    request = urllib.request.Request(
        f"{twin.url}/api/v1/plants/{plant.head.code}/fences/{code}",
        json.dumps(body).encode(),
        {"content-type": "application/json", "if-none-match": "*"},
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 201


def _walk(twin: LiveTwin, load: Load, stop: threading.Event) -> None:
    """Radio messages until told to stop."""
    plan = messages(load, RATE_HZ, LONGEST_S * FENCES)
    a_second = RATE_HZ * TAGS
    number = time.time_ns() // 1_000_000
    with twin.gateway() as client:
        for second in range(len(plan) // a_second):
            if stop.is_set():
                return
            part = plan[second * a_second : (second + 1) * a_second]
            number += play(client, load, [(at_s - second, tag, ranges) for at_s, tag, ranges in part], first_seq=number)


async def _watch(url: str, crossed: dict[str, float], news: threading.Event, stop: threading.Event) -> None:
    """When the first crossing of each fence came."""
    address = url.replace("http://", "ws://") + "/ws/v1/live?plant=HUANGHE-1"
    async with ws_connect(address, origin=Origin(url), max_size=None) as socket:
        while not stop.is_set():
            try:
                message = await asyncio.wait_for(socket.recv(), 0.5)
            except TimeoutError:
                continue
            if isinstance(message, str):
                said = json.loads(message)
                if said.get("type") == "crossing":
                    crossed.setdefault(said["crossing"]["fence"], time.perf_counter())
                    news.set()
