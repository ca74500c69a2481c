"""`twin run ROLE`: one role in a process of its own, over a broker and a database that run elsewhere."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from gis.errors import TwinError
from locator.feeds.file import read_feeds
from twin.addresses import BrokerAddress, read_broker_url
from twin.commands.broker import broker_address, broker_option
from twin.commands.database import database_option, database_url
from twin.edges import logs
from twin.edges.clock import SystemClock
from twin.edges.loop import loop_factory
from twin.edges.settings import PROJECT, OutsideServers, RoleSettings, TwinSettings

if TYPE_CHECKING:
    from pathlib import Path

_ROLES = ("locator", "vision", "core", "sinks", "api")
_SESSION_S = 86_400


@click.command(help="Run one role against an outside broker and database. 以独立进程运行一个角色。")
@click.argument("role", type=click.Choice(_ROLES))
@click.option("--bus", metavar="URL", help="Broker that carries the bus; by default that of the measurements. 总线。")
@click.option("--instance", default="shared", show_default=True, help="Name of this twin on the broker. 实例名。")
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the page, for the role api [8800]. 页面端口。")
@database_option
@broker_option
def command(
    role: str, bus: str | None, instance: str, port: int | None, database: str | None, mqtt: str | None
) -> None:
    """Run it until SIGINT or SIGTERM; the log goes to standard error."""
    told = {} if port is None else {"port": port}
    settings = TwinSettings(**told)  # type: ignore[arg-type]  # checked by pydantic
    logs.set_up(logging.StreamHandler(sys.stderr))
    var = settings.var.resolve()
    os.environ.setdefault("NUMBA_CACHE_DIR", str(var / "numba"))
    try:
        measurements = broker_address(mqtt or bus)
        carrier = read_broker_url(bus) if bus else measurements
        url = OutsideServers(database_url=database_url(database)).database_url
        assert url is not None
        plain = _role_settings(settings, var, url, measurements, instance)
        if role == "locator" and settings.feeds is not None:
            plain = replace(plain, feeds=read_feeds(settings.feeds))
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(_run(role, carrier, instance, plain))
    except TwinError as error:
        raise click.ClickException(str(error)) from error


def _role_settings(
    settings: TwinSettings, var: Path, database: str, measurements: BrokerAddress, instance: str
) -> RoleSettings:
    return RoleSettings(
        database_url=database,
        ingest=measurements,
        outbound=measurements,
        instance=instance,
        host=settings.host,
        port=settings.port,
        inlet_queue=settings.inlet_queue,
        spool_dir=var / "spool",
        spool_bytes=settings.spool_mb << 20,
        archive_dir=settings.archive_dir,
        retention=settings.retention,
        models_dir=var / "models",
        web_dir=PROJECT / "web" / "dist",
    )


async def _run(role: str, carrier: BrokerAddress, instance: str, settings: RoleSettings) -> None:
    # Loaded late, like every verb's own work.
    from twin import roles  # noqa: PLC0415
    from twin.bus.mqtt import MqttBus  # noqa: PLC0415

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # A screen wants the present; core and sinks want also what happened while they were away.
    session_s = 0 if role == "api" else _SESSION_S
    async with MqttBus(carrier, f"twin-{instance}-{role}", session_s=session_s) as bus:
        working = asyncio.create_task(roles.keep_running(role, settings, bus, SystemClock()))
        await stop.wait()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
