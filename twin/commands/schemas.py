"""`twin schemas`: writes what is generated from the code: OpenAPI, AsyncAPI, TypeScript types."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from gis.store.database import connect
from twin.api.app import create_app
from twin.api.asyncapi import Outward
from twin.api.context import Deps
from twin.api.contracts import contracts
from twin.edges.clock import SystemClock
from twin.edges.settings import PROJECT
from twin.sinks.outbound_messages import OutAlarm, OutCrossing, OutPositions, OutState

if TYPE_CHECKING:
    from fastapi import FastAPI

REF = "#/components/schemas/{name}"


@click.command("schemas")
@click.option("--check", is_flag=True, help="Write nothing; fail when a file differs from the code. 只比较，不写入。")
@click.option(
    "--root", type=click.Path(path_type=Path, file_okay=False, exists=True), default=PROJECT, help="Project folder."
)
def command(check: bool, root: Path) -> None:
    """Write docs/openapi.json, docs/asyncapi.json and web/src/api/types.gen.ts from the code.

    由代码生成接口文档与前端类型。
    """
    files = contracts(routes_only(), *outward())
    differing = [name for name, text in files.items() if not _current(root / name, text, check)]
    if differing and check:
        raise click.ClickException(f"not up to date: {', '.join(differing)}; run `make schemas`. 请运行 make schemas。")
    for name in differing:
        click.echo(f"wrote {name}")


def routes_only() -> FastAPI:
    """The application for its routes: nothing is opened and nothing can be asked."""
    nowhere = Path("var/nowhere")

    async def unsent(topic: str, payload: bytes) -> None:
        raise AssertionError(f"nothing is published while schemas are written: {topic}, {len(payload)} bytes")

    engine = connect("postgresql://nobody@127.0.0.1:1/none")
    return create_app(Deps(engine, unsent, SystemClock(), nowhere, nowhere))


def outward() -> tuple[list[Outward], dict[str, Any]]:
    """What the twin publishes on MQTT, and the component schemas of it."""
    topics = (
        ("positions", OutPositions, "Everything that moved since the last message, each once.", False),
        ("crossings", OutCrossing, "A subject entered or left a fence. Never dropped.", False),
        ("alarms", OutAlarm, "An alarm was raised or changed. Never dropped.", False),
        ("state", OutState, "The plant in numbers, and every open alarm.", True),
    )
    shapes, components = msgspec.json.schema_components([topic[1] for topic in topics], ref_template=REF)
    return [
        Outward(name, f"twin/v1/{{plant}}/out/{name}", summary, shape, retained)
        for (name, _, summary, retained), shape in zip(topics, shapes, strict=True)
    ], components


def _current(path: Path, text: str, check: bool) -> bool:
    old = path.read_text("utf-8") if path.is_file() else ""
    if old == text:
        return True
    if check:
        lines = difflib.unified_diff(old.splitlines(), text.splitlines(), "on disk", "from code", lineterm="", n=1)
        for _, line in zip(range(40), lines, strict=False):
            click.echo(line)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return False
