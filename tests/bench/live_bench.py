"""Figures of a really running twin: start, latency to the screen, sustained load, ingest against the bare broker."""

from __future__ import annotations

import asyncio
import json
import math
import statistics
import subprocess
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import psutil
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from websockets.asyncio.client import connect as ws_connect
from websockets.typing import Origin

from gis.files import read_plant, write_plant
from gis.store.database import connect, transaction
from gis.store.tracks import read_tracks
from gis.time import parse_time
from tests.bench.figure import Figure, at_most, told
from tests.bench.radio import load_of, messages, payload, play
from tests.livetwin import PROJECT, LiveTwin, folder, live_twin
from twin.api.frames import Frame, decode_frame
from twin.simulate.crowd import crowded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gis.plant import Plant
    from tests.bench.radio import Load

PLANT_FILES = PROJECT / "data" / "demo-plant"
_SINCE_NS = int(parse_time("2026-01-01T00:00:00Z"))
_SETTLE_S = 15.0


def figures() -> Iterator[Figure]:
    """All of them, cheapest first."""
    yield from _start()
    with live_twin("--data", str(PLANT_FILES)) as small:
        yield from _to_screen(small, read_plant(PLANT_FILES))
    with folder("plant-twin-bench-") as place:
        plant = crowded(read_plant(PLANT_FILES), 2000, _SINCE_NS)
        write_plant(plant, place / "plant")
        twin = LiveTwin(place, "--data", str(place / "plant"))
        twin.start()
        try:
            yield from _sustained(twin, plant)
            yield from _ingest(twin, plant)
        finally:
            twin.stop()


def _start() -> Iterator[Figure]:
    with folder("plant-twin-bench-") as place:
        twin = LiveTwin(place, "--demo")
        twin.start()
        twin.stop()
        began_s = time.monotonic()
        subprocess.run([PROJECT / ".ci" / "setup"], check=True, capture_output=True, cwd=PROJECT)
        setup_s = time.monotonic() - began_s
        twin.start()
        twin.stop()
    yield at_most("start_warm_s", setup_s + twin.ready_s, "s", 15)


# -------------------------------------------------------------------- latency


@dataclass
class _Screen:
    """A client of the live connection: who the rows are, and every frame with the moment it came."""

    rows: list[str] = field(default_factory=list)
    table: int = -1
    frames: list[tuple[float, list[str], Frame]] = field(default_factory=list)
    ready: threading.Event = field(default_factory=threading.Event)

    async def watch(self, url: str, stop: threading.Event) -> None:
        """Take all that comes until told to stop."""
        address = url.replace("http://", "ws://") + "/ws/v1/live?plant=HUANGHE-1"
        async with ws_connect(address, origin=Origin(url), max_size=None) as socket:
            while not stop.is_set():
                try:
                    message = await asyncio.wait_for(socket.recv(), 0.5)
                except TimeoutError:
                    continue
                self._take(message, time.time())

    def _take(self, message: str | bytes, now_s: float) -> None:
        if isinstance(message, bytes):
            frame = decode_frame(message)
            if frame.table == self.table:
                self.frames.append((now_s, self.rows, frame))
            return
        said = json.loads(message)
        if "people" in said:
            self.table = said["people"]["table"]
            self.rows = [row["tag"] or row["id"] for row in said["people"]["rows"]]
            self.ready.set()

    def first_seen_ms(self, left: Mapping[str, list[int]]) -> list[float]:
        """For each message that left (tag: its event times, ms), ms until the first frame that showed its fix.

        Frames give the time of each fix to a tenth of a second, epochs of a tag are two tenths apart: the nearest
        epoch is the one shown. NaN for those never shown.
        """
        moments = {tag: np.array(times, float) for tag, times in left.items()}
        seen = {tag: np.full(len(times), np.nan) for tag, times in left.items()}
        for now_s, rows, frame in self.frames:
            shown_ms = frame.newest_ms - 1000 * frame.age_s
            for row, tag in enumerate(rows):
                if tag in moments and np.isfinite(shown_ms[row]):
                    epoch = int(np.argmin(np.abs(moments[tag] - shown_ms[row])))
                    near = abs(moments[tag][epoch] - shown_ms[row]) <= 80
                    if near and np.isnan(seen[tag][epoch]) and now_s * 1000 >= moments[tag][epoch]:
                        seen[tag][epoch] = now_s * 1000 - moments[tag][epoch]
        return [lag for lags in seen.values() for lag in lags.tolist()]


def _to_screen(twin: LiveTwin, plant: Plant) -> Iterator[Figure]:
    load = load_of(plant, 128)
    screen, stop = _Screen(), threading.Event()
    watcher = threading.Thread(target=lambda: asyncio.run(screen.watch(twin.url, stop)))
    watcher.start()
    assert screen.ready.wait(20), "no people table"
    left: dict[str, list[int]] = defaultdict(list)
    with twin.gateway() as client:
        play(client, load, messages(load, 5, 5), first_seq=10_000_000)  # filters settle
        play(
            client,
            load,
            messages(load, 5, 30),
            first_seq=20_000_000,
            sent=lambda tag, t_ns: left[load.tags[tag]].append(t_ns // 1_000_000),
        )
        time.sleep(1.0)
    stop.set()
    watcher.join()
    every = screen.first_seen_ms(left)
    lags = [lag for lag in every if not math.isnan(lag)]
    quantiles = statistics.quantiles(lags, n=100)
    yield told("publish_to_screen_p50_ms", round(quantiles[49], 1), "ms", f"{len(screen.frames)} frames")
    yield told("publish_to_screen_p95_ms", round(quantiles[94], 1), "ms", f"{len(lags)} of {len(every)} fixes shown")
    yield at_most("publish_to_screen_p99_ms", round(quantiles[98], 1), "ms", 150)


# -------------------------------------------------------------------- sustained load


def _sustained(twin: LiveTwin, plant: Plant) -> Iterator[Figure]:
    load = load_of(plant, 2000)
    with twin.gateway() as client:
        play(client, load, messages(load, 1, 5), first_seq=30_000_000)
        plan = messages(load, 1, 60)
        from_ns = time.time_ns() // 1_000_000 * 1_000_000
        cpu_s, began_s = _cpu_s(twin), time.monotonic()
        memory = _Peak(twin)
        sent = play(client, load, plan, first_seq=40_000_000)
        percent = 100 * (_cpu_s(twin) - cpu_s) / (time.monotonic() - began_s)
        to_ns = time.time_ns() + 1
        rss_mb = memory.stop()
    stored = _stored(twin, plant, from_ns, to_ns, sent)
    yield at_most("sustained_loss", round(1 - stored / sent, 6), f"of {sent}", 0)
    yield at_most("sustained_cpu_pct", round(percent, 1), "% of one core", 120)
    yield at_most("sustained_rss_mb", round(rss_mb), "MB (shared pages once)", 600)


def _processes(twin: LiveTwin) -> list[psutil.Process]:
    root = psutil.Process(twin.process.pid)
    return [root, *root.children(recursive=True)]


def _cpu_s(twin: LiveTwin) -> float:
    total = 0.0
    for process in _processes(twin):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


class _Peak:
    """Largest memory of all processes together, looked at every two seconds."""

    def __init__(self, twin: LiveTwin) -> None:
        self._twin = twin
        self._peak = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._stop.wait(2.0):
            total = 0
            for process in _processes(self._twin):
                try:
                    total += process.memory_full_info().pss
                except psutil.NoSuchProcess:
                    continue
            self._peak = max(self._peak, total / 1e6)

    def stop(self) -> float:
        """Megabytes."""
        self._stop.set()
        self._thread.join()
        return self._peak


def _stored(twin: LiveTwin, plant: Plant, from_ns: int, to_ns: int, wanted: int, patience_s: float = 40.0) -> int:
    """How many fixes of a span the database holds, once all are there or patience ends."""
    engine = connect(str(twin.status["database"]))
    deadline_s = time.monotonic() + patience_s
    try:
        while True:
            with transaction(engine) as connection:
                chunks = read_tracks(connection, plant.head.code, plant.head.frame, from_ns, to_ns)
            stored = sum(len(chunk.t_ns) for chunk in chunks)
            if stored >= wanted or time.monotonic() > deadline_s:
                return stored
            time.sleep(0.25)
    finally:
        engine.dispose()


# -------------------------------------------------------------------- ingest


def _ingest(twin: LiveTwin, plant: Plant, n: int = 15_000) -> Iterator[Figure]:
    load = load_of(plant, 2000)
    plan = messages(load, 1, n / 2000)
    alone = _broker_alone(twin, load, plan)
    with twin.gateway() as client:
        t_ns = time.time_ns() // 1_000_000 * 1_000_000
        bodies = [
            payload(load, tag, d, t_ns + number // 2000 * 100_000_000 - 800_000_000, 50_000_000 + number)
            for number, (_, tag, d) in enumerate(plan)
        ]
        already = int(twin.health()["ingest"]["received"])
        began_s = time.monotonic()
        for body in bodies:
            client.publish(load.topic, body, qos=1)
        while int(twin.health()["ingest"]["received"]) < already + n and time.monotonic() - began_s < 60:
            time.sleep(0.1)
        stored = _stored(twin, plant, t_ns - 900_000_000, t_ns + 1_000_000_000, n, 30)
        through = stored / (time.monotonic() - began_s)
    yield told("ingest_stored_per_s", round(through), "msg/s", f"{stored} of {n} stored")
    yield told("broker_alone_per_s", round(alone), "msg/s", "Mosquitto to one paho subscriber, QoS 1")
    yield told("ingest_ratio_to_broker", round(through / alone, 3), "ours ÷ broker", "report", through / alone)


def _broker_alone(twin: LiveTwin, load: Load, plan: list[tuple[float, int, list[float]]]) -> float:
    mqtt = twin.status["mqtt"]
    topic = load.topic.replace("/uwb/", "/uwb/bench-").rsplit("/", 1)[0] + "/alone"
    arrived = threading.Semaphore(0)
    subscriber = Client(CallbackAPIVersion.VERSION2)
    subscriber.username_pw_set(mqtt["username"], mqtt["password"])
    subscribed = threading.Event()
    subscriber.on_message = lambda *_: arrived.release()
    subscriber.on_subscribe = lambda *_: subscribed.set()
    subscriber.connect(mqtt["host"], mqtt["port"])
    subscriber.loop_start()
    subscriber.subscribe(topic, qos=1)
    assert subscribed.wait(10)
    bodies = [payload(load, tag, d, time.time_ns(), number) for number, (_, tag, d) in enumerate(plan)]
    with twin.gateway() as publisher:
        began_s = time.monotonic()
        for body in bodies:
            publisher.publish(topic, body, qos=1)
        for _ in bodies:
            assert arrived.acquire(timeout=30), "the broker lost a message"
        rate = len(bodies) / (time.monotonic() - began_s)
    subscriber.disconnect()
    subscriber.loop_stop()
    return rate
