"""The application with a small plant: on a real database, or with none."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from gis.store.database import connect, transaction
from gis.store.plants import save_plant
from tests.twin.api.small import SetClock, small_plant
from twin.api.app import create_app
from twin.api.context import Deps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI
    from sqlalchemy import Engine

    from twin.api.readmodel import ReadModel
    from twin.effects import Effect

BASE = "http://127.0.0.1:8800"


class Client:
    """Asks the application, one request at a time."""

    def __init__(self, app: FastAPI) -> None:
        self.runner = asyncio.Runner()
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url=BASE)

    def request(self, verb: str, address: str, **options: Any) -> httpx.Response:
        return self.runner.run(self._client.request(verb, address, **options))

    def get(self, address: str, **options: Any) -> httpx.Response:
        return self.request("GET", address, **options)

    def post(self, address: str, **options: Any) -> httpx.Response:
        return self.request("POST", address, **options)

    def put(self, address: str, **options: Any) -> httpx.Response:
        return self.request("PUT", address, **options)

    def patch(self, address: str, **options: Any) -> httpx.Response:
        return self.request("PATCH", address, **options)

    def close(self) -> None:
        self.runner.run(self._client.aclose())
        self.runner.close()


@dataclass
class Twin:
    """The application, what it was given, and what it said to the bus."""

    deps: Deps
    app: FastAPI
    client: Client
    clock: SetClock
    sent: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def model(self) -> ReadModel:
        return self.deps.model("TEST-1")

    def fold(self, *effects: Effect) -> None:
        hub = self.deps.hubs["TEST-1"]
        for effect in effects:
            hub.tell(hub.model.apply(effect, self.clock.now_ns()))


@contextmanager
def make_twin(engine: Engine, tmp_path: Path) -> Iterator[Twin]:
    clock = SetClock()
    sent: list[tuple[str, bytes]] = []

    async def publish(topic: str, payload: bytes) -> None:
        sent.append((topic, payload))

    web = tmp_path / "web"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text("<!doctype html><title>the page</title>" + "x" * 2000)
    (web / "assets" / "main-abc123.js").write_text("export const a = 1;" * 200)
    deps = Deps(engine, publish, clock, tmp_path / "models", web, expected_roles=("core",))
    deps.add_plant(small_plant())
    app = create_app(deps)
    twin = Twin(deps, app, Client(app), clock, sent)
    yield twin
    twin.client.runner.run(deps.previews.close())
    twin.client.close()
    deps.history.close()


@pytest.fixture
def lonely(tmp_path: Path) -> Iterator[Twin]:
    """A twin whose database is away."""
    with make_twin(connect("postgresql://twin@127.0.0.1:1/none", connect_timeout_s=1), tmp_path) as made:
        yield made


@pytest.fixture
def engine(postgis_url: str) -> Iterator[Engine]:
    """A migrated database that holds the small plant."""
    made = connect(postgis_url)
    with transaction(made) as connection:
        save_plant(connection, small_plant())
    yield made
    made.dispose()


@pytest.fixture
def twin(engine: Engine, tmp_path: Path) -> Iterator[Twin]:
    """A twin with a database."""
    with make_twin(engine, tmp_path) as made:
        yield made
