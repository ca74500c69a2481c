"""A described connection → its feed. MQTT is not among them: that is the inlet every role has."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from locator.adapters import config as described
from locator.adapters.sewio import subscription
from locator.feeds.http_poll import HttpPollFeed
from locator.feeds.http_push import HttpPushFeed
from locator.feeds.udp import UdpFeed
from locator.feeds.websocket import WebSocketFeed

if TYPE_CHECKING:
    from pydantic import SecretStr

    from gis.feed import Feed


def feed_for(
    name: str,
    wire: described.WebSocket | described.HttpPoll | described.HttpPush | described.Udp,
    capacity: int,
) -> Feed:
    """The feed of a connection, not started yet.

    Args:
        name: what it is called.
        wire: its description.
        capacity: most messages that wait.
    """
    match wire:
        case described.WebSocket():
            greetings = [subscription(resource, _told(wire.api_key) or "") for resource in wire.resources]
            return WebSocketFeed(name, wire.url, greetings, capacity=capacity)
        case described.HttpPoll():
            password = _told(wire.password)
            login = None if wire.username is None or password is None else (wire.username, password)
            return HttpPollFeed(
                name, wire.url, period_s=wire.period_s, timeout_s=wire.timeout_s, login=login, capacity=capacity
            )
        case described.HttpPush():
            return HttpPushFeed(name, wire.host, wire.port, path=wire.path, token=_told(wire.token), capacity=capacity)
        case described.Udp():
            return UdpFeed(name, wire.host, wire.port, senders=wire.senders, capacity=capacity)
        case _:
            assert_never(wire)


def _told(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
