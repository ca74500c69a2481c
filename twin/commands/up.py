"""`twin up`: the whole twin on this machine, until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import os
import sys
from pathlib import Path

import click

from gis.errors import TwinError
from twin.edges import logs, statusfile
from twin.edges.loop import loop_factory
from twin.edges.settings import PROJECT, OutsideServers, TwinSettings

_M_ARENA_MAX = -8  # of mallopt(3)
_LOG_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}


@click.command(help="Run the whole twin on this machine until Ctrl-C. 在本机运行整个孪生系统，按 Ctrl-C 停止。")
@click.option("--demo", is_flag=True, help="With the demonstration plant, simulated. 载入并模拟示范厂区。")
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the page [8800]. 页面端口。")
@click.option("--host", help="Address the page is served on [127.0.0.1]. 页面地址。")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Plant directory to load when the database is empty. 数据库为空时载入的厂区目录。",
)
@click.option("--people", type=click.IntRange(1, 20_000), help="Simulated people (with --demo). 模拟人数。")
def command(demo: bool, port: int | None, host: str | None, data: Path | None, people: int | None) -> None:
    """Start everything, say when it is ready, stop everything."""
    told = {name: value for name, value in (("port", port), ("host", host)) if value is not None}
    settings = TwinSettings(**told)  # type: ignore[arg-type]  # checked by pydantic
    var = settings.var.resolve()
    # Compiled kernels are kept, so that the next start need not compile them again.
    os.environ.setdefault("NUMBA_CACHE_DIR", str(var / "numba"))
    _share_memory_pools()
    if data is None and demo:
        data = PROJECT / "data" / "demo-plant"
    try:
        only_one = statusfile.OnlyOne(var)
        (var / "log").mkdir(exist_ok=True)
        logs.set_up(logs.file_handler(var / "log" / "twin.log"), _LOG_LEVELS[settings.log])
        # Not before here: what follows loads half of the twin.
        from twin.commands.running import Running  # noqa: PLC0415

        running = Running(settings, OutsideServers(), var, data=data, simulate=demo, people=people)
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            status = runner.run(running.run())
        only_one.release()
    except TwinError as error:
        click.echo(f"✗ {error}", err=True)
        raise SystemExit(1) from error
    raise SystemExit(status)


def _share_memory_pools() -> None:
    """Few allocator arenas for all threads: each further one keeps tens of megabytes that only it may use again."""
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):  # another C library
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)
