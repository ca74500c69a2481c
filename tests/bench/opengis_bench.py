"""Figures of the open GIS side: vector tiles and items, beside tipg on the same tables in the same run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import numpy as np
import shapely

from gis.kinds import FixedRoofTank
from gis.plant import Asset, Colour, Names
from gis.store.database import connect, transaction
from gis.store.establishments import Establishment, replace_establishments
from gis.store.plants import save_plant
from tests.bench.database import fresh_database
from tests.bench.figure import Figure, at_least, at_most, missing, told
from tests.twin.api.served import served
from tests.twin.api.small import SetClock, small_plant
from twin.api.app import create_app
from twin.api.context import Deps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gis.plant import Plant

POINTS, ASSETS, ROUNDS = 20_000, 4_000, 40
WEST, SOUTH, EAST, NORTH = 114.8, 34.4, 122.7, 38.4
ZOOMS = (5, 6, 7, 8, 9, 10, 11)
_START_S = 60.0


def _establishments() -> list[Establishment]:
    """Towns of many, and single ones between."""
    random = np.random.default_rng(1)
    towns = random.random((60, 2)) * (EAST - WEST, NORTH - SOUTH) + (WEST, SOUTH)
    places = towns[random.integers(0, 60, POINTS)] + random.normal(0, 0.15, (POINTS, 2))
    colours = random.choice(list(Colour), POINTS, p=[0.1, 0.2, 0.3, 0.4])
    return [
        Establishment(
            code=f"E{i:05d}",
            names=Names(zh=f"企业{i}", en=f"Works {i}"),
            region="370500",
            colour=colours[i],
            geometry=shapely.Point(*places[i]),
        )
        for i in range(POINTS)
    ]


def _plant() -> Plant:
    """A plant of 4,000 tanks on a grid; a quarter of it is a page of 1,000."""
    plant = small_plant()
    frame = plant.head.frame
    x, y = np.meshgrid(np.arange(80) * 20.0, np.arange(50) * 20.0)
    lon, lat = frame.to_lonlat(x.ravel(), y.ravel())
    tanks = tuple(
        Asset(
            code=f"B-{i:04d}",
            names=Names(zh=f"罐{i}", en=f"Tank {i}"),
            geometry=shapely.Point(lon[i], lat[i]),
            attributes=FixedRoofTank(diameter_m=15, height_m=10, medium="gasoline"),
        )
        for i in range(ASSETS)
    )
    return plant.model_copy(update={"assets": (*plant.assets, *tanks)})


def _tile_of(zoom: int) -> tuple[int, int]:
    lon, lat = (WEST + EAST) / 2, (SOUTH + NORTH) / 2
    y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2
    return int((lon + 180) / 360 * 2**zoom), int(y * 2**zoom)


def _p95_ms(client: httpx.Client, address: str, rounds: int = ROUNDS) -> float:
    """The 95th percentile of some requests one after another, after two that warm up."""
    taken = []
    for number in range(rounds + 2):
        began = time.perf_counter()
        answer = client.get(address)
        answer.raise_for_status()
        if number >= 2:
            taken.append(time.perf_counter() - began)
    return float(np.percentile(taken, 95) * 1e3)


@contextmanager
def _tipg(database: str) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": database.replace("+psycopg", ""),
        "TIPG_DB_TABLES": '["public.establishment","public.asset"]',
        "TIPG_MAX_FEATURES_PER_QUERY": "10000",
        "TIPG_MAX_FEATURES_PER_TILE": "20000",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "tipg.main:app", "--port", str(port), "--log-level", "error"],
        env=environment,
        cwd=tempfile.gettempdir(),
    )
    url, until_s = f"http://127.0.0.1:{port}", time.monotonic() + _START_S
    try:
        while True:
            try:
                httpx.get(f"{url}/healthz", timeout=2).raise_for_status()
                break
            except httpx.HTTPError:
                assert time.monotonic() < until_s, "tipg did not start"
                assert process.poll() is None, "tipg ended"
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait()


def figures() -> list[Figure]:
    """Tiles of 20,000 points z5…z11, and a page of 1,000 features in a box."""
    plant = _plant()
    bounds = plant.head.frame.shape_to_lonlat(shapely.box(-5, -5, 49 * 20 - 5 + 10, 19 * 20 + 5)).bounds
    box = ",".join(f"{bound:.9f}" for bound in bounds)
    with fresh_database() as database, tempfile.TemporaryDirectory() as folder:
        engine = connect(database)
        with transaction(engine) as connection:
            replace_establishments(connection, _establishments())
            save_plant(connection, plant)
        with engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()

        async def publish(_topic: str, _payload: bytes) -> None:
            """Nobody listens."""

        deps = Deps(engine, publish, SetClock(), Path(folder), Path(folder))
        deps.add_plant(plant)
        with served(create_app(deps)) as ours, httpx.Client(timeout=60) as client:
            tiles = [f"establishments/{zoom}/{_tile_of(zoom)[0]}/{_tile_of(zoom)[1]}" for zoom in ZOOMS]
            mine = [_p95_ms(client, f"{ours}/api/v1/tiles/{tile}") for tile in tiles]
            query = f"items?limit=10000&bbox={box}"
            page = client.get(f"{ours}/ogc/collections/assets/{query}").json()
            items = _p95_ms(client, f"{ours}/ogc/collections/assets/{query}")
            found = [
                at_most("tile_p95_ms", max(mine), "ms", 40),
                at_most("items_p95_ms", items, "ms", 20),
                told("items_features", page["numberReturned"], "", "features of the page measured"),
            ]
            if find_spec("tipg") is None:
                why = "tipg is not installed (extra `bench`)"
                return [*found, missing("tile_ratio_tipg", "×", why), missing("items_ratio_tipg", "×", why)]
            with _tipg(database) as peer:
                places = [f"{zoom}/{_tile_of(zoom)[0]}/{_tile_of(zoom)[1]}" for zoom in ZOOMS]
                address = f"{peer}/collections/public.establishment/tiles/WebMercatorQuad"
                theirs = [_p95_ms(client, f"{address}/{place}") for place in places]
                assets = f"{peer}/collections/public.asset/{query}"
                assert client.get(assets).json()["numberReturned"] == page["numberReturned"]
                peer_items = _p95_ms(client, assets)
        engine.dispose()
    return [
        *found,
        told("tipg_tile_p95_ms", max(theirs), "ms", "tipg, same table and run"),
        told("tipg_items_p95_ms", peer_items, "ms", "tipg, same table and run"),
        at_least("tile_ratio_tipg", min(b / a for a, b in zip(mine, theirs, strict=True)), "×", 1),
        at_least("items_ratio_tipg", peer_items / items, "×", 1),
    ]
