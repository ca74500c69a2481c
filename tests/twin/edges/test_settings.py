from __future__ import annotations

import pytest
from pydantic import ValidationError

from twin.addresses import BrokerAddress
from twin.edges.settings import OutsideServers, TwinSettings


def test_without_variables_the_servers_are_private(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("MQTT_URL", raising=False)
    outside = OutsideServers()
    assert outside.database_url is None
    assert outside.broker is None


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_usual_database_url_gets_our_driver(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://u:p@db:5432/plant")
    assert OutsideServers().database_url == "postgresql+psycopg://u:p@db:5432/plant"


def test_another_database_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://db/plant")
    with pytest.raises(ValidationError, match="postgresql"):
        OutsideServers()


def test_the_broker_comes_from_its_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MQTT_URL", "mqtt://gate:way@broker:1884")
    assert OutsideServers().broker == BrokerAddress("broker", 1884, "gate", "way")


@pytest.mark.parametrize(("name", "value"), [("TWIN_PORT", "70000"), ("TWIN_INLET_QUEUE", "0"), ("TWIN_LOG", "loud")])
def test_settings_are_bounded(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        TwinSettings()
