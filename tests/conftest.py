"""Real servers for the tests that need them: one private PostGIS cluster and one broker per test process."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from twin.addresses import BrokerAddress
from twin.servers import mosquitto, postgres
from twin.servers.home import Home
from twin.servers.mosquitto import MosquittoServer
from twin.servers.postgres import PostgresServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.livetwin import LiveTwin

# A shared machine may stop for a second at any moment: no example has a deadline.
settings.register_profile("plant", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("plant")

_PLACE = Path("/var/tmp")
_PREFIX = "plant-twin-tests-"


def _clear_left_behind() -> None:
    """Remove the servers of test runs that were killed; their processes died with them."""
    for left in _PLACE.glob(f"{_PREFIX}*"):
        pid = int(left.name.removeprefix(_PREFIX).split("-")[0])
        if not psutil.pid_exists(pid) and left.stat().st_uid == os.geteuid():
            shutil.rmtree(left, ignore_errors=True)


@pytest.fixture(scope="session")
def server_home() -> Iterator[Home]:
    """A fresh directory for private servers, reachable by their accounts."""
    _clear_left_behind()
    var = _PLACE / f"{_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
    home = Home(var, postgres.account(), mosquitto.account())
    yield home
    home.discard()


@pytest.fixture(scope="session")
def postgis_server(server_home: Home) -> Iterator[PostgresServer]:
    """A running cluster whose database `template_twin` is migrated."""
    server = PostgresServer(server_home, durable=False)
    server.launch()
    try:
        server.wait_ready()
        with _maintenance(server) as connection:
            connection.execute("CREATE DATABASE template_twin TEMPLATE twin OWNER twin")
        # Only tests with a database pay for loading the store.
        from gis.store import migrate  # noqa: PLC0415

        migrate.upgrade(server.url.rsplit("/", 1)[0] + "/template_twin")
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def _maintenance(server: PostgresServer) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server.superuser_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


@pytest.fixture
def postgis_url(postgis_server: PostgresServer) -> Iterator[str]:
    """Address of a migrated database of this test's own, dropped after it."""
    name = f"test_{secrets.token_hex(6)}"
    with _maintenance(postgis_server) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template_twin OWNER twin").format(sql.Identifier(name)))
    yield postgis_server.url.rsplit("/", 1)[0] + f"/{name}"
    with _maintenance(postgis_server) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def mosquitto_server(server_home: Home) -> Iterator[MosquittoServer]:
    """A running private broker, with its logins."""
    server = MosquittoServer(server_home)
    server.launch()
    try:
        server.wait_ready()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def open_broker(server_home: Home) -> Iterator[BrokerAddress]:
    """A running broker that asks for no login and sets no rights: for tests of what speaks MQTT."""
    server = MosquittoServer(server_home, name="mosquitto-open", anonymous=True)
    server.launch()
    try:
        server.wait_ready()
        yield BrokerAddress(server.host, server.port)
    finally:
        server.stop()


@pytest.fixture
def broker(open_broker: BrokerAddress) -> BrokerAddress:
    """A broker without login: `.host`, `.port`. Shared by the tests of a process: use topics of your own."""
    return open_broker


@pytest.fixture(scope="session")
def demo_twin() -> Iterator[LiveTwin]:
    """`twin up --demo`, really running; `.url`, `.get(path)`, `.gateway()`. Tests of it share the group `twin`."""
    from tests.livetwin import live_twin  # noqa: PLC0415 - only tests of it pay for loading

    with live_twin() as twin:
        yield twin
