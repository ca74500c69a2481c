"""Which broker a verb speaks to: the one it is told, or that of the twin running from this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

from twin.addresses import AddressError, BrokerAddress, read_broker_url
from twin.commands.here import told

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., object]")


def broker_option(function: F) -> F:
    """Adds `--mqtt`, also read from MQTT_URL."""
    return click.option(
        "--mqtt",
        metavar="URL",
        envvar="MQTT_URL",
        help="mqtt://[user:password@]host[:port]; by default that of the twin running here. 消息服务器地址。",
    )(function)


def broker_address(given: str | None) -> BrokerAddress:
    """The broker to use.

    Raises:
        click.UsageError: none was given and no twin runs from this folder, or the URL cannot be read.
    """
    if given:
        try:
            return read_broker_url(given)
        except AddressError as error:
            raise click.UsageError(str(error)) from error
    try:
        mqtt = told()["mqtt"]
        return BrokerAddress(str(mqtt["host"]), int(mqtt["port"]), mqtt.get("username"), mqtt.get("password"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise click.UsageError("which broker? Give --mqtt or MQTT_URL, or start the twin here.") from error
