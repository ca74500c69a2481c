"""The private cluster and broker: made, started, refused to strangers, recovered after a kill."""

from __future__ import annotations

import signal
import stat
import time
from typing import TYPE_CHECKING

import msgspec
import psutil
import psycopg
import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from twin.addresses import BrokerAddress
from twin.servers import mosquitto, postgres, processes
from twin.servers.home import Home
from twin.servers.mosquitto import MosquittoServer
from twin.servers.postgres import PostgresServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.servers


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path / "var", postgres.account(), mosquitto.account())
    yield made
    made.discard()


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")


def test_the_url_logs_in_as_a_plain_owner(postgis_url: str) -> None:
    with psycopg.connect(_plain(postgis_url)) as connection:
        row = connection.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        assert row == ("twin", False)
        assert connection.execute("SELECT postgis_lib_version()").fetchone() is not None


def test_each_test_gets_its_own_database(postgis_url: str) -> None:
    with psycopg.connect(_plain(postgis_url)) as connection:
        connection.execute("CREATE TABLE only_here (n integer)")


def test_and_it_starts_without_what_others_made(postgis_url: str) -> None:
    with psycopg.connect(_plain(postgis_url)) as connection:
        assert connection.execute("SELECT to_regclass('only_here')").fetchone() == (None,)


def test_the_cluster_refuses_a_wrong_password(postgis_server: PostgresServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(host="127.0.0.1", port=postgis_server.port, user="twin", password="guess", dbname="twin")


def test_secrets_are_for_the_owner_only(postgis_server: PostgresServer, server_home: Home) -> None:
    assert postgis_server.port
    directory = server_home.var / "secrets"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in directory.iterdir()} == {0o600}


def test_the_cluster_recovers_from_a_kill(home: Home) -> None:
    server = PostgresServer(home)
    server.launch()
    server.wait_ready()
    with psycopg.connect(_plain(server.url)) as connection:
        connection.execute("CREATE TABLE kept (n integer)")
        connection.execute("INSERT INTO kept VALUES (7)")
    assert server.process is not None
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()

    again = PostgresServer(home)
    again.launch()
    again.wait_ready()
    try:
        with psycopg.connect(_plain(again.url)) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
        assert again.url == server.url
        assert not again.fresh
    finally:
        again.stop()


def test_a_running_orphan_is_ended_before_the_next_start(home: Home) -> None:
    orphan = PostgresServer(home, durable=False)
    orphan.launch()
    orphan.wait_ready()
    assert orphan.process is not None
    again = PostgresServer(home, durable=False)
    again.launch()
    try:
        assert orphan.process.wait(20) == 0
        again.wait_ready()
    finally:
        again.stop()


def test_a_stale_lock_with_a_strangers_pid_does_not_stop_the_start(home: Home) -> None:
    server = PostgresServer(home, durable=False)
    server.launch()
    server.wait_ready()
    assert server.process is not None
    lock = next(home.servers.glob("postgres/data/postmaster.pid"))
    text = lock.read_text()
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    lock.write_text(text.replace(str(server.process.pid), str(psutil.Process().pid), 1))
    again = PostgresServer(home, durable=False)
    again.launch()
    try:
        again.wait_ready()
    finally:
        again.stop()


def test_a_recorded_pid_that_is_now_a_strangers_is_left_alone(tmp_path: Path) -> None:
    own = psutil.Process()
    path = tmp_path / "child"
    for record in (
        processes.ChildRecord(own.pid, own.create_time() - 3600, own.cmdline()),
        processes.ChildRecord(own.pid, own.create_time(), ["postgres"]),
    ):
        processes.write_private(path, msgspec.json.encode(record))
        assert processes.living(path) is None
    path.write_bytes(b"not json")
    assert processes.living(path) is None


def _client(login: BrokerAddress) -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    client.username_pw_set(login.username, login.password)
    return client


def _connected(login: BrokerAddress) -> tuple[paho.Client, int]:
    client = _client(login)
    answers: list[int] = []
    client.on_connect = lambda _client, _data, _flags, reason, _properties: answers.append(reason.value)
    client.connect(login.host, login.port)
    deadline = time.monotonic() + 10
    while not answers and time.monotonic() < deadline:
        client.loop(0.05)
    return client, answers[0]


def test_the_broker_refuses_a_wrong_password(mosquitto_server: MosquittoServer) -> None:
    login = mosquitto_server.login("gateway")
    _, reason = _connected(BrokerAddress(login.host, login.port, login.username, "guess"))
    assert reason == 135


@pytest.mark.parametrize(
    ("user", "topic", "allowed"),
    [
        ("gateway", "twin/v1/P/uwb/E/ranges", True),
        ("gateway", "twin/v1/P/sensor", True),
        ("gateway", "twin/v1/bus/events/P", False),
        ("gateway", "twin/v1/P/out/alarms", False),
        ("ingest", "twin/v1/P/uwb/E/ranges", False),
        ("bus", "twin/v1/bus/events/P", True),
        ("bus", "twin/v1/P/sensor", False),
        ("outbound", "twin/v1/P/out/alarms", True),
        ("outbound", "twin/v1/P/sensor", False),
    ],
)
def test_each_login_may_only_what_it_needs(
    mosquitto_server: MosquittoServer, user: str, topic: str, *, allowed: bool
) -> None:
    client, reason = _connected(mosquitto_server.login(user))
    assert reason == 0
    reasons: list[int] = []
    client.on_publish = lambda _client, _data, _mid, reason, _properties: reasons.append(reason.value)
    client.publish(topic, b"{}", qos=1)
    deadline = time.monotonic() + 10
    while not reasons and time.monotonic() < deadline:
        client.loop(0.05)
    client.disconnect()
    # 16 = accepted, nobody listens; 135 = not authorised.
    assert reasons[0] in ({0, 16} if allowed else {135})


def test_the_broker_starts_again_after_a_kill_with_an_empty_store(home: Home) -> None:
    server = MosquittoServer(home)
    server.launch()
    server.wait_ready()
    assert server.process is not None
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    (home.servers / "mosquitto" / "mosquitto.db").write_bytes(b"")
    again = MosquittoServer(home)
    again.launch()
    try:
        again.wait_ready()
        assert again.port == server.port
    finally:
        again.stop()
