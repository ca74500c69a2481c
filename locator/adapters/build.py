"""A described feed → the adapter that reads it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from gis.time import NS_PER_MS
from locator.adapters import config as described
from locator.adapters import drtls, leaps, pozyx
from locator.adapters.drtls import DrtlsAdapter
from locator.adapters.engine_time import zone_of
from locator.adapters.leaps import LeapsAdapter
from locator.adapters.openrtls import OpenRtlsAdapter
from locator.adapters.port import Adapter, Identity
from locator.adapters.pozyx import PozyxAdapter
from locator.adapters.quuppa import QuuppaAdapter
from locator.adapters.sewio import SewioAdapter
from locator.adapters.superframe import SuperframeClock

if TYPE_CHECKING:
    from locator.adapters.config import AdapterConfig

MQTT_TOPICS = {"drtls": drtls.TOPIC, "leaps": leaps.TOPIC, "pozyx": pozyx.TOPIC}
"""Where each engine publishes unless a feed says otherwise."""


def adapter_for(told: AdapterConfig) -> Adapter:
    """A fresh adapter; it remembers what it must of its own feed only."""
    identity = Identity(told.tags, told.anchors, told.sigma_m, told.use_height, told.level)
    match told:
        case described.Drtls():
            clock = SuperframeClock(told.superframe_wraps_at, round(told.latency_ms * NS_PER_MS))
            return DrtlsAdapter(identity, clock)
        case described.Leaps():
            return LeapsAdapter(identity)
        case described.Pozyx():
            return PozyxAdapter(identity)
        case described.Quuppa():
            return QuuppaAdapter(
                identity,
                told.coordinate_system,
                radius_probability=told.radius_probability,
                sos_button=told.sos_button,
            )
        case described.Sewio():
            return SewioAdapter(identity, zone_of(told.zone))
        case described.OpenRtls():
            return OpenRtlsAdapter(identity, positions=told.take == "positions")
        case _:
            assert_never(told)
