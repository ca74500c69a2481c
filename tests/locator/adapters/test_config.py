from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from locator.adapters.build import MQTT_TOPICS, adapter_for
from locator.adapters.config import WIRES, FeedConfig, FeedsConfig
from locator.adapters.openrtls import OpenRtlsAdapter
from locator.adapters.quuppa import QuuppaAdapter
from tests.locator.adapters.payload_files import KNOWN, RECEIVED_NS, sent

PAGES = Path(__file__).resolve().parents[3] / "docs" / "adapters"
CONNECTIONS: dict[str, dict[str, Any]] = {
    "mqtt": {"kind": "mqtt", "broker": "mqtt://user:secret@gateway:1883"},
    "websocket": {"kind": "websocket", "url": "ws://rtls/ws", "api_key": "secret", "resources": ["/feeds/18"]},
    "http_poll": {"kind": "http_poll", "url": "http://qpe:8080/qpe/getTagData"},
    "http_push": {"kind": "http_push", "port": 9000},
    "udp": {"kind": "udp", "port": 8787},
}


def feed(adapter: dict[str, Any], connection: dict[str, Any], engine: str = "E1") -> dict[str, Any]:
    return {"plant": "YARD", "engine": engine, "adapter": adapter, "connection": connection}


def told(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind} | ({"coordinate_system": "C1"} if kind == "quuppa" else {}) | more


@pytest.mark.parametrize("kind", WIRES)
@pytest.mark.parametrize("wire", CONNECTIONS)
def test_every_engine_comes_over_its_own_wires_only(kind: str, wire: str) -> None:
    connection = CONNECTIONS[wire] | ({"topics": ["quuppa/out"]} if (kind, wire) == ("quuppa", "mqtt") else {})
    if wire in WIRES[kind]:
        config = FeedConfig.model_validate(feed(told(kind), connection))
        taken = adapter_for(config.adapter).decode("x", b"", RECEIVED_NS, KNOWN)
        assert len(taken.refusals) == 1
        assert "secret" not in repr(config)
        assert kind == "quuppa" or wire != "mqtt" or kind in MQTT_TOPICS
    else:
        with pytest.raises(ValidationError, match=f"{kind} comes over"):
            FeedConfig.model_validate(feed(told(kind), connection))


@pytest.mark.parametrize(
    ("adapter", "connection"),
    [
        (told("magic"), CONNECTIONS["udp"]),
        (told("openrtls", take="both"), CONNECTIONS["udp"]),
        (told("openrtls", sigma_m=0), CONNECTIONS["udp"]),
        (told("openrtls", tags={"0xDECA": "two words"}), CONNECTIONS["udp"]),
        # Without quotes YAML reads 0xDECA as the number 57034: refused, not translated back.
        (yaml.safe_load("{kind: openrtls, tags: {0xDECA: T1}}"), CONNECTIONS["udp"]),
        ({"kind": "quuppa"}, CONNECTIONS["udp"]),
        (told("quuppa", sos_button=3), CONNECTIONS["udp"]),
        (told("quuppa", radius_probability=1.0), CONNECTIONS["udp"]),
        (told("quuppa"), CONNECTIONS["mqtt"]),
        (told("sewio", zone="Mars/Base"), CONNECTIONS["websocket"]),
        (told("sewio"), CONNECTIONS["websocket"] | {"url": "http://rtls"}),
        (told("sewio"), CONNECTIONS["websocket"] | {"api_key_file": "key"}),
        (told("sewio"), CONNECTIONS["websocket"] | {"resources": []}),
        (told("drtls", superframe_wraps_at=1), CONNECTIONS["mqtt"]),
        (told("drtls"), CONNECTIONS["mqtt"] | {"broker": "http://gateway"}),
        (told("drtls"), CONNECTIONS["mqtt"] | {"broker": "mqtt://gateway:port"}),
        (told("quuppa"), CONNECTIONS["http_poll"] | {"url": "qpe:8080"}),
        (told("quuppa"), CONNECTIONS["http_poll"] | {"period_s": 0}),
        (told("quuppa"), CONNECTIONS["http_poll"] | {"username": "u"}),
        (told("quuppa"), CONNECTIONS["http_push"] | {"host": "0.0.0.0"}),
        (told("quuppa"), CONNECTIONS["http_push"] | {"path": "no-slash"}),
        (told("openrtls"), CONNECTIONS["udp"] | {"host": "0.0.0.0"}),
        (told("openrtls"), CONNECTIONS["udp"] | {"port": 70000}),
        (told("openrtls"), CONNECTIONS["udp"] | {"colour": "red"}),
    ],
)
def test_a_description_that_cannot_be_is_refused(adapter: dict[str, Any], connection: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        FeedConfig.model_validate(feed(adapter, connection))
    faults = caught.value.errors(include_input=False, include_url=False)
    assert "secret" not in " ".join(fault["msg"] for fault in faults)


def test_an_engine_has_one_feed() -> None:
    one = feed(told("openrtls"), CONNECTIONS["udp"])
    other = feed(told("drtls"), CONNECTIONS["mqtt"])
    with pytest.raises(ValidationError, match="more than one feed of YARD/E1"):
        FeedsConfig.model_validate({"feeds": [one, other]})
    both = FeedsConfig.model_validate({"feeds": [one, other | {"engine": "E2"}]})
    assert [config.name for config in both.feeds] == ["YARD/E1", "YARD/E2"]


def test_what_is_declared_reaches_the_adapter() -> None:
    ranging = FeedConfig.model_validate(
        feed(told("openrtls", tags={"0xDECA3431303025AF": "T5"}, take="positions"), CONNECTIONS["udp"])
    )
    adapter = adapter_for(ranging.adapter)
    assert isinstance(adapter, OpenRtlsAdapter)
    assert [one.tag for one in adapter.decode("x", sent("openrtls_meas"), RECEIVED_NS, KNOWN).measurements] == ["T5"]
    calling = FeedConfig.model_validate(
        feed(
            told("quuppa", coordinate_system="CoordinateSystem1", tags={"a4da22e1dc9b": "T6"}, sos_button=1),
            CONNECTIONS["http_push"],
        )
    )
    helped = adapter_for(calling.adapter)
    assert isinstance(helped, QuuppaAdapter)
    taken = helped.decode("x", sent("quuppa_push"), RECEIVED_NS, KNOWN)
    assert ([one.tag for one in taken.measurements], [one.sos for one in taken.states]) == (["T6"], [True])


@pytest.mark.parametrize("kind", WIRES)
def test_the_page_of_every_engine_shows_a_description_that_holds(kind: str) -> None:
    page = (PAGES / f"{kind}.md").read_text(encoding="utf-8")
    blocks = [part.split("```")[0] for part in page.split("```yaml\n")[1:]]
    assert blocks
    for block in blocks:
        config = FeedsConfig.model_validate(yaml.safe_load(block))
        assert {one.adapter.kind for one in config.feeds} == {kind}
    # Every field that can be set is explained.
    fields = set(type(config.feeds[0].adapter).model_fields) - {"kind", "tags", "anchors", "sigma_m", "level"}
    assert {field for field in fields if f"`{field}`" not in page} == set()
    assert "中文" in page or any("\u4e00" <= letter <= "\u9fff" for letter in page)
