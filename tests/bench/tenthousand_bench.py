"""Ten thousand tags, one fix a second each, through a really running twin to a screen.

The engine sends as engines do, the epochs of a short while in one array; every epoch carries its own time.
"""

from __future__ import annotations

import asyncio
import json
import math
import statistics
import threading
import time
from collections import defaultdict
from typing import TYPE_CHECKING

from gis.files import read_plant, write_plant
from tests.bench.figure import Figure, at_most, told
from tests.bench.live_bench import _SINCE_NS, PLANT_FILES, _cpu_s, _Peak, _Screen
from tests.bench.radio import load_of, messages
from tests.livetwin import LiveTwin, folder
from twin.simulate.crowd import crowded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paho.mqtt.client import Client

    from tests.bench.radio import Load

TAGS = 10_000
AT_ONCE = 100
"""Epochs in one array: 10 ms of the engine."""
TURN_S = 10
"""The ranges repeat after so many seconds; the tags jump back a metre or two then, as no filter minds."""
SETTLE_S, MEASURED_S = 10, 30


def figures() -> Iterator[Figure]:
    """Processor, memory and latency."""
    with folder("plant-twin-bench-") as place:
        plant = crowded(read_plant(PLANT_FILES), TAGS, _SINCE_NS)
        write_plant(plant, place / "plant")
        load = load_of(plant, TAGS)
        tails = _tails(load)
        twin = LiveTwin(place, "--data", str(place / "plant"))
        twin.start()
        screen, stop = _Screen(), threading.Event()
        watcher = threading.Thread(target=lambda: asyncio.run(screen.watch(twin.url, stop)))
        watcher.start()
        try:
            assert screen.ready.wait(60), "no people table"
            with twin.gateway() as client:
                _play(client, load, tails, SETTLE_S, 10_000_000)
                screen.frames.clear()
                already = twin.health()["ingest"]
                cpu_s, began_s = _cpu_s(twin), time.monotonic()
                memory = _Peak(twin)
                left = _play(client, load, tails, MEASURED_S, 20_000_000)
                took_s = time.monotonic() - began_s
                percent = 100 * (_cpu_s(twin) - cpu_s) / took_s
                rss_mb = memory.stop()
                time.sleep(2.0)
                ingest = twin.health()["ingest"]
        finally:
            stop.set()
            watcher.join()
            twin.stop()
    every = screen.first_seen_ms(left)
    lags = [lag for lag in every if not math.isnan(lag)]
    quantiles = statistics.quantiles(lags, n=100)
    sent = sum(len(times) for times in left.values())
    accepted = int(ingest["accepted"]) - int(already["accepted"])
    yield told("tags_10k_rate_per_s", round(sent / took_s), "fixes/s", f"asked {TAGS}; {accepted} of {sent} accepted")
    yield at_most("tags_10k_cpu_pct", round(percent, 1), "% of one core", 100)
    yield at_most("tags_10k_rss_mb", round(rss_mb), "MB (shared pages once)", 800)
    yield told("tags_10k_p50_ms", round(quantiles[49], 1), "ms", f"{len(lags)} of {len(every)} fixes shown")
    yield at_most("tags_10k_p99_ms", round(quantiles[98], 1), "ms", 500)


def _tails(load: Load) -> list[list[str]]:
    """The ranges of each tag in each second of a turn, as JSON."""
    tails: list[list[str]] = [[] for _ in load.tags]
    for _, tag, ranges in messages(load, 1, TURN_S):
        heard = [{"anchor": code, "d": d} for code, d in zip(load.names[tag], ranges, strict=True)]
        tails[tag].append(json.dumps(heard, separators=(",", ":")))
    return tails


def _play(client: Client, load: Load, tails: list[list[str]], seconds: int, first_seq: int) -> dict[str, list[int]]:
    """Every tag once a second; gives the event times of each, ms."""
    left: dict[str, list[int]] = defaultdict(list)
    pause_s = AT_ONCE / len(load.tags)
    began_s, number = time.monotonic(), 0
    for second in range(seconds):
        for first in range(0, len(load.tags), AT_ONCE):
            wait_s = began_s + number * pause_s - time.monotonic()
            if wait_s > 0:
                time.sleep(wait_s)
            number += 1
            now_ms = time.time_ns() // 1_000_000
            items = []
            for tag in range(first, min(first + AT_ONCE, len(load.tags))):
                name = load.tags[tag]
                left[name].append(now_ms)
                ranges = tails[tag][second % TURN_S]
                items.append(f'{{"tag":"{name}","t":{now_ms},"seq":{first_seq + second},"ranges":{ranges}}}')
            client.publish(load.topic, f"[{','.join(items)}]".encode(), qos=1)
    return left
