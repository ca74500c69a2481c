"""The AsyncAPI 3.0 document of MQTT in, MQTT out and the live connection, written from the models (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, get_args

from pydantic.json_schema import models_json_schema

from twin.api import frames, live
from twin.api.live_messages import LiveMessage
from twin.api.mqtt_messages import INWARD, PARAMETERS
from twin.api.permissions import KEY
from twin.api.routes.live import CLOSE_FORBIDDEN, PATH, PERMISSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import BaseModel

    from twin.api.mqtt_messages import Inward

REF = "#/components/schemas/{model}"
_ARRAYS_TOO = "One object, or an array of objects."
CLOSE_CODES = {
    CLOSE_FORBIDDEN: "another site, or a permission is missing",
    live.CLOSE_UNKNOWN_PLANT: "no such plant",
    live.CLOSE_SLOW: "too slow; connect again and start from the snapshot",
    live.CLOSE_FULL: "too many screens",
}


@dataclass(frozen=True)
class Outward:
    """One topic the twin publishes on.

    Attributes:
        name: short name.
        address: topic with its parameters.
        summary: what it carries.
        schema: JSON schema of the payload.
        retained: whether the broker keeps the last message.
    """

    name: str
    address: str
    summary: str
    schema: Mapping[str, Any]
    retained: bool = False


def document(outward: Sequence[Outward] = (), shared: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The whole document.

    Args:
        outward: topics the twin publishes on (their shapes belong to the sinks).
        shared: further component schemas those refer to.
    """
    texts = list(get_args(get_args(LiveMessage)[0]))
    inward = [one.message for one in INWARD]
    _, answers = models_json_schema([(model, "serialization") for model in texts], ref_template=REF)
    _, asked = models_json_schema([(model, "validation") for model in inward], ref_template=REF)
    schemas = {**answers["$defs"], **asked["$defs"], **(shared or {})}
    channels = {one.name: _inward_channel(one) for one in INWARD}
    channels |= {f"out_{one.name}": _outward_channel(one) for one in outward}
    channels["live"] = _live_channel(texts)
    operations = {f"take_{one.name}": _operation("receive", one.name, [one.name]) for one in INWARD}
    operations |= {f"give_{one.name}": _operation("send", f"out_{one.name}", [f"out_{one.name}"]) for one in outward}
    operations["give_live"] = _operation("send", "live", [*(_kind(model) for model in texts), "positions"])
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Plant Twin",
            "version": version("plant-twin"),
            "description": (
                "Measurements come in over MQTT, effects go out over MQTT and the live connection. JSON in UTF-8; "
                "times ISO 8601 UTC out, ISO 8601 with zone or epoch milliseconds in. What is refused is counted by "
                "reason under `ingest.rejected` of `/api/v1/health`."
            ),
        },
        "defaultContentType": "application/json",
        "servers": {
            "broker": {"host": "127.0.0.1:1883", "protocol": "mqtt", "description": "see `twin status --json`"},
            "web": {"host": "127.0.0.1:8800", "protocol": "ws"},
        },
        "channels": channels,
        "operations": operations,
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


def _parameters(address: str) -> dict[str, Any]:
    return {name: {"description": PARAMETERS[name]} for name in re.findall(r"\{(\w+)\}", address)}


def _inward_channel(one: Inward) -> dict[str, Any]:
    reference = {"$ref": REF.format(model=one.message.__name__)}
    return {
        "address": one.address,
        "summary": (one.message.__doc__ or "").strip(),
        "servers": [{"$ref": "#/servers/broker"}],
        "parameters": _parameters(one.address),
        "messages": {
            one.name: {
                "name": one.name,
                "summary": _ARRAYS_TOO,
                "payload": {"oneOf": [reference, {"type": "array", "items": reference}]},
                "examples": [{"payload": one.example}],
            }
        },
        "bindings": {"mqtt": {"bindingVersion": "0.2.0"}},
    }


def _outward_channel(one: Outward) -> dict[str, Any]:
    name = f"out_{one.name}"
    return {
        "address": one.address,
        "summary": f"{one.summary}{' Retained.' if one.retained else ''}",
        "servers": [{"$ref": "#/servers/broker"}],
        "parameters": _parameters(one.address),
        "messages": {name: {"name": name, "payload": dict(one.schema)}},
    }


def _live_channel(texts: Sequence[type[BaseModel]]) -> dict[str, Any]:
    messages: dict[str, Any] = {
        _kind(model): {
            "name": _kind(model),
            "summary": (model.__doc__ or "").strip(),
            "payload": {"$ref": REF.format(model=model.__name__)},
        }
        for model in texts
    }
    messages["positions"] = {
        "name": "positions",
        "summary": f"Binary frame: {frames.HEADER_BYTES} bytes header and {frames.ROW_BYTES} bytes a mover.",
        "contentType": "application/octet-stream",
        "payload": {"type": "string", "format": "binary"},
    }
    return {
        "address": PATH,
        "summary": "Snapshot first, then changes. Positions are conflated for slow screens; texts are never dropped.",
        "description": "Close codes: " + "; ".join(f"{code}: {why}" for code, why in CLOSE_CODES.items()) + ".",
        "servers": [{"$ref": "#/servers/web"}],
        "messages": messages,
        "bindings": {
            "ws": {
                "method": "GET",
                "query": {"type": "object", "required": ["plant"], "properties": {"plant": {"type": "string"}}},
                "bindingVersion": "0.1.0",
            }
        },
        KEY: PERMISSION.value,
    }


def _operation(action: str, channel: str, messages: Sequence[str]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages],
    }


def _kind(model: type[BaseModel]) -> str:
    return str(model.model_fields["type"].default)
