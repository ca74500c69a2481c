"""`twin status`: where the twin running from this folder is, and how it is."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import click
import msgspec

from twin.edges import statusfile
from twin.edges.settings import TwinSettings

if TYPE_CHECKING:
    from pathlib import Path

_PATIENCE_S = 2.0


@click.command(help="Where the twin running from this folder is, and how it is. 本目录运行的孪生系统的地址与状态。")
@click.option("--json", "as_json", is_flag=True, help="For programs; holds passwords. 供程序使用（含口令）。")
def command(as_json: bool) -> None:
    """Print it; exit status 1 when no twin runs, or not yet."""
    var = TwinSettings().var.resolve()
    status = running(var)
    if status is None:
        starting = statusfile.is_running(var)
        click.echo(
            "the twin of this folder is still starting 本目录的孪生系统正在启动"
            if starting
            else "no twin runs from this folder 本目录没有运行中的孪生系统",
            err=True,
        )
        raise SystemExit(1)
    health = ask(status.url)
    roles = status.roles if health is None else {name: role["status"] for name, role in health["roles"].items()}
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(status) | {"roles": roles}, ensure_ascii=False))
        return
    click.echo(f"页面 Page       {status.url}")
    click.echo(f"厂区 Plants     {', '.join(status.plants) or '无 none'}")
    click.echo(f"消息 Broker     {status.mqtt['host']}:{status.mqtt['port']}")
    click.echo("角色 Roles      " + "  ".join(f"{name} {state}" for name, state in roles.items()))
    if health is None:
        click.echo("⚠ 页面无响应 the page does not answer")
        return
    ingest = health["ingest"]
    refused = "  ".join(f"{reason} {count}" for reason, count in sorted(ingest["rejected"].items()))
    click.echo(f"接收 Ingest     {ingest['accepted']} / {ingest['received']}  {refused}")
    click.echo(f"状态 Health     {health['status']}")


def running(var: Path) -> statusfile.Status | None:
    """The status of the twin that runs from a folder now, if one does and has come far enough to be asked."""
    return statusfile.read(var) if statusfile.is_running(var) else None


def ask(url: str) -> dict[str, Any] | None:
    """The health that the page's server tells, or nothing when it does not answer."""
    try:
        with urllib.request.urlopen(f"{url}/api/v1/health", timeout=_PATIENCE_S) as answer:  # noqa: S310 - our own URL
            health: dict[str, Any] = json.load(answer)
    except (OSError, ValueError, urllib.error.URLError):
        return None
    return health
