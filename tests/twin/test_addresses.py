from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.addresses import AddressError, BrokerAddress, read_broker_url

_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(
    host=st.sampled_from(["127.0.0.1", "localhost", "broker.plant.example", "::1"]),
    port=st.integers(1, 65535),
    username=st.none() | _TEXT,
    password=_TEXT,
)
def test_a_url_says_the_same_as_the_address(host: str, port: int, username: str | None, password: str) -> None:
    address = BrokerAddress(host, port, username, password if username else None)
    assert read_broker_url(address.url) == address


def test_the_port_has_a_default() -> None:
    assert read_broker_url("mqtt://broker") == BrokerAddress("broker", 1883)


@pytest.mark.parametrize("url", ["", "broker:1883", "http://broker", "mqtt://", "mqtt://b:99999", "mqtt://b/topic"])
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(AddressError):
        read_broker_url(url)


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(BrokerAddress("b", 1, "u", "secret"))
