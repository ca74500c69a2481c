"""The files written from the code for whoever works on the other side of a border (pure: text by file name)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from twin.api import asyncapi
from twin.api.typescript import typescript

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fastapi import FastAPI

    from twin.api.asyncapi import Outward

OPENAPI = "docs/openapi.json"
ASYNCAPI = "docs/asyncapi.json"
TYPESCRIPT = "web/src/api/types.gen.ts"


def contracts(app: FastAPI, outward: Sequence[Outward] = (), shared: Mapping[str, Any] | None = None) -> dict[str, str]:
    """The content of every generated file, by its path in the project.

    Args:
        app: the application; only its routes are looked at.
        outward: what the twin publishes on MQTT.
        shared: component schemas those refer to.
    """
    return {
        OPENAPI: _json(app.openapi()),
        ASYNCAPI: _json(asyncapi.document(outward, shared)),
        TYPESCRIPT: typescript(),
    }


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
