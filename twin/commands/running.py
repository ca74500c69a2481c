"""One running twin: servers, store, models, roles and simulator, started in order and stopped in the opposite one."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import hashlib
import logging
import math
import os
import signal
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING

import click

from gis.errors import TwinError
from gis.time import format_time
from gis.wire import decode
from locator.feeds.file import read_feeds
from twin import roles
from twin.bus.local import LocalBus
from twin.bus.port import RoleHealth
from twin.commands.prepared import mark_models, models_current, models_stamp
from twin.edges import statusfile
from twin.edges.clock import SystemClock
from twin.edges.http import listen
from twin.edges.settings import PROJECT, RoleSettings
from twin.effects import Effect, PositionsMoved
from twin.servers.private import PrivateServers
from twin.servers.processes import spawn, stop, write_private

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from twin.addresses import BrokerAddress
    from twin.bus.port import Bus
    from twin.edges.settings import OutsideServers, TwinSettings

log = logging.getLogger(__name__)

_ROLE_PATIENCE_S = 60.0
_PEOPLE_PATIENCE_S = 60.0
_DRAIN_S = 5.0
_TOLD_TIMES, _TELL_AGAIN_S = 4, 5.0
_STATUS_S = 2.0
_CHILD_SIGNALS = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 2.0))
# What the roles load anyway, loaded while the servers start.
_HEAVY = ("locator.pipeline", "twin.edges.writer", "twin.api.app", "twin.telemetry", "vision.codec", "gis.files")


class Running:
    """A twin from start to stop.

    Args:
        settings: what the user set.
        outside: servers that somebody else runs.
        var: where it keeps its files.
        data: plant directory to load when the database is empty.
        simulate: whether to simulate that plant.
        people: how many simulated people; as the plant has by default.
    """

    def __init__(
        self,
        settings: TwinSettings,
        outside: OutsideServers,
        var: Path,
        *,
        data: Path | None,
        simulate: bool,
        people: int | None = None,
    ) -> None:
        self._settings = settings
        self._outside = outside
        self._var = var
        self._data = data
        self._simulate = simulate
        self._people = people
        self._began_s = time.monotonic()
        self._clock = SystemClock()
        self._bus = LocalBus()
        self._servers = PrivateServers(var, database=outside.database_url is None, broker=outside.broker is None)
        self._port = settings.port
        self._feeds = read_feeds(settings.feeds) if settings.feeds is not None else ()
        self._health: dict[str, RoleHealth] = {}
        self._plants: list[str] = []
        self._children: list[subprocess.Popen[bytes]] = []
        self._roles: dict[str, asyncio.Task[None]] = {}
        self._models: asyncio.Task[None] | None = None

    async def run(self) -> int:
        """Run until SIGINT or SIGTERM; gives the exit status.

        Raises:
            TwinError: it could not be started.
        """
        asked_to_stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, asked_to_stop.set)
        work = asyncio.create_task(self._work())
        stopping = asyncio.create_task(asked_to_stop.wait())
        try:
            await asyncio.wait((work, stopping), return_when=asyncio.FIRST_COMPLETED)
            if asked_to_stop.is_set():
                _say("停止中 Stopping …")
        finally:
            await _cancelled(work, stopping)
            await self._stop()
        if work.done() and not work.cancelled():
            work.result()
        _say("已停止 Stopped.")
        return 0

    async def _work(self) -> None:
        try:
            await self._start()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._servers.keep())
                tasks.create_task(self._keep_status())
                if self._simulate:
                    tasks.create_task(self._keep_simulating())
                tasks.create_task(self._tell_ready())
        except BaseExceptionGroup as group:
            # One story for the user: the first thing that went wrong.
            raise _first(group) from group

    async def _start(self) -> None:
        _say("危化品厂区数字孪生 Plant Twin")
        with listen(self._settings.host, self._settings.port) as bound:
            self._port = bound.getsockname()[1]  # taken ports are told before anything is started
        loading = asyncio.create_task(asyncio.to_thread(_load, _HEAVY))
        await self._servers.start()
        _say(f"数据库 Database   {'外部 outside' if self._outside.database_url else '私有 private'}")
        _say(f"消息 Broker      {self._gateway.host}:{self._gateway.port}")
        await asyncio.to_thread(self._prepare_store)
        self._models = asyncio.create_task(self._build_models())
        await loading
        await self._compile_kernels()
        settings = self._role_settings()
        listening = asyncio.create_task(self._listen())
        self._roles["listening"] = listening
        for name in roles.ROLES:
            self._roles[name] = asyncio.create_task(roles.keep_running(name, settings, self._bus, self._clock))
            await self._heard_from(name)
        # Everything loaded so far lives as long as the twin: the collector need not look at it again.
        gc.freeze()
        self._write_status()

    # ------------------------------------------------------------------ servers and store

    @property
    def _database_url(self) -> str:
        if self._outside.database_url is not None:
            return self._outside.database_url
        assert self._servers.postgres is not None
        return self._servers.postgres.url

    @property
    def _gateway(self) -> BrokerAddress:
        return self._login("gateway")

    def _login(self, user: str) -> BrokerAddress:
        if self._outside.broker is not None:
            return self._outside.broker
        assert self._servers.mosquitto is not None
        return self._servers.mosquitto.login(user)

    def _prepare_store(self) -> None:
        from gis.files import read_plant  # noqa: PLC0415 - loaded while the servers start
        from gis.store import migrate  # noqa: PLC0415 - as above
        from gis.store.database import connect, transaction  # noqa: PLC0415 - as above
        from gis.store.plants import list_plants, save_plant  # noqa: PLC0415 - as above

        migrate.upgrade(self._database_url)
        engine = connect(self._database_url, pool_size=1)
        try:
            with transaction(engine) as connection:
                heads = list_plants(connection)
                if not heads and self._data is not None:
                    plant = read_plant(self._data)
                    save_plant(connection, plant)
                    heads = [plant.head]
                    _say(f"载入 Loaded      {plant.head.code} {len(plant.assets)} assets, {len(plant.people)} people")
        finally:
            engine.dispose()
        self._plants = [head.code for head in heads]
        for head in heads:
            _say(f"厂区 Plant       {head.code} {head.names.zh} {head.names.en}")
        if not heads:
            _say("厂区 Plant       无 none: twin import plant DIR")

    async def _compile_kernels(self) -> None:
        """In a process of its own: a compiler that has worked keeps some 200 MB."""
        from locator.warm import is_kept  # noqa: PLC0415 - loaded while the servers start

        if await asyncio.to_thread(is_kept):
            return
        _say("内核 Kernels     编译中，仅首次 compiling, only this once")
        child = spawn([sys.executable, "-m", "twin.warm"], log=self._var / "log" / "kernels.log", cwd=PROJECT)
        self._children.append(child)
        await self._ended(child)

    async def _build_models(self) -> None:
        """3D models of every plant, in a process of its own: what builds them is large and needed only once."""
        for code in self._plants:
            directory = self._var / "models" / code
            wanted = await asyncio.to_thread(self._stamp, code)
            if models_current(directory, wanted):
                continue
            directory.mkdir(parents=True, exist_ok=True)
            _say(f"模型 Models      {code}: 构建 building")
            own = ["--own", str(self._data / "models")] if self._data and (self._data / "models").is_dir() else []
            child = self._child("models", code, "-o", str(directory), "--quiet", *own, log_name="models")
            await self._ended(child)
            if child.returncode == 0:
                mark_models(directory, wanted)
            else:
                _say(f"✗ 模型未能构建，见日志 models were not built; see {self._var / 'log' / 'models.log'}")

    def _stamp(self, code: str) -> str:
        from gis.store.database import connect, transaction  # noqa: PLC0415 - loaded while the servers start
        from gis.store.plants import load_plant  # noqa: PLC0415 - as above

        engine = connect(self._database_url, pool_size=1)
        try:
            with transaction(engine) as connection:
                return models_stamp(load_plant(connection, code))
        finally:
            engine.dispose()

    # ------------------------------------------------------------------ roles

    def _role_settings(self) -> RoleSettings:
        return RoleSettings(
            database_url=self._database_url,
            ingest=self._login("ingest"),
            outbound=self._login("outbound"),
            instance=hashlib.sha256(f"{os.uname().nodename}:{self._var}".encode()).hexdigest()[:8],
            host=self._settings.host,
            port=self._port,
            inlet_queue=self._settings.inlet_queue,
            spool_dir=self._var / "spool",
            spool_bytes=self._settings.spool_mb << 20,
            archive_dir=self._settings.archive_dir,
            retention=self._settings.retention,
            models_dir=self._var / "models",
            web_dir=PROJECT / "web" / "dist",
            feeds=self._feeds,
        )

    async def _listen(self) -> None:
        async with self._bus.subscribe("health/+") as messages:
            async for message in messages:
                health = decode(message.payload, RoleHealth)
                self._health[health.role] = health

    async def _heard_from(self, name: str) -> None:
        """Wait until a role has spoken, so that whoever gives never starts before whoever takes."""
        await _until(lambda: name in self._health, _ROLE_PATIENCE_S)
        health = self._health.get(name)
        if health is None or health.status != "ok":
            _say(f"⚠ {name}: {health.detail if health else 'silent 无响应'}")

    async def _tell_ready(self) -> None:
        url = f"http://{self._settings.host}:{self._port}"
        people = 0
        if self._simulate:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PEOPLE_PATIENCE_S):
                    people = await _first_people(self._bus)
            people_text = f"{people} 在线 on screen" if people else "⚠ 尚无定位 no positions yet"
            _say(f"人员 People      {people_text}")
        if self._models is not None:
            await self._models
        degraded = [name for name in roles.ROLES if name not in self._health or self._health[name].status != "ok"]
        _say(f"角色 Roles       {'⚠ ' + ', '.join(degraded) if degraded else 'ok'}")
        _say(f"就绪 Ready       {url}   ({time.monotonic() - self._began_s:.1f} s)   Ctrl-C 停止 stops everything")

    # ------------------------------------------------------------------ status, simulator

    async def _keep_status(self) -> None:
        while True:
            await asyncio.sleep(_STATUS_S)
            await asyncio.to_thread(self._write_status)

    def _write_status(self) -> None:
        status = statusfile.Status(
            url=f"http://{self._settings.host}:{self._port}",
            mqtt=statusfile.mqtt_entry(self._gateway),
            database=self._database_url,
            roles={name: self._health[name].status if name in self._health else "silent" for name in roles.ROLES},
            pid=os.getpid(),
            started=format_time(time.time_ns() - int((time.monotonic() - self._began_s) * 1e9)),
            plants=self._plants,
        )
        write_private(self._var / statusfile.NAME, statusfile.encode(status))

    async def _keep_simulating(self) -> None:
        """The simulator, started again when it ends."""
        people = [] if self._people is None else ["--people", str(self._people)]
        while True:
            child = self._child("simulate", "--plant", str(self._data), "--quiet", *people, log_name="simulate")
            await self._ended(child)
            log.error("the simulator ended (status %s); starting it again", child.returncode)
            await asyncio.sleep(2.0)

    async def _ended(self, child: subprocess.Popen[bytes]) -> None:
        await _until(lambda: child.poll() is not None, math.inf, every_s=0.2)
        self._children.remove(child)

    def _child(self, *verb: str, log_name: str) -> subprocess.Popen[bytes]:
        environment = os.environ | {"MQTT_URL": self._gateway.url, "DATABASE_URL": self._database_url}
        argv = [sys.executable, "-m", "twin", *verb]
        child = spawn(argv, log=self._var / "log" / f"{log_name}.log", env=environment, cwd=PROJECT)
        self._children.append(child)
        return child

    async def _stop(self) -> None:
        """Sources first, then the core, then whoever stores what it said, then the servers."""
        for child in self._children:
            child.terminate()
        if self._models is not None:
            await _cancelled(self._models)
        for name in reversed(roles.ROLES):
            if name == "sinks":
                await self._drained()
            task = self._roles.pop(name, None)
            if task is not None:
                await _cancelled(task)
        await _cancelled(*self._roles.values())
        for child in self._children:
            await asyncio.to_thread(stop, child, _CHILD_SIGNALS)
        await asyncio.to_thread(self._servers.stop)
        (self._var / statusfile.NAME).unlink(missing_ok=True)

    async def _drained(self) -> None:
        """Wait until what the core said has been taken by everybody."""
        await _until(lambda: not any(self._bus.lengths().values()), _DRAIN_S)


def _say(text: str) -> None:
    click.echo(text)
    log.info("%s", text)


def _load(names: Iterable[str]) -> None:
    for name in names:
        import_module(name)


async def _until(true: Callable[[], bool], patience_s: float, every_s: float = 0.02) -> None:
    """Ask until true, or until patience ends."""
    deadline_s = time.monotonic() + patience_s
    while not true() and time.monotonic() < deadline_s:  # noqa: ASYNC110 - processes and queues set no event
        await asyncio.sleep(every_s)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def _cancelled(*tasks: asyncio.Task[None] | asyncio.Task[bool]) -> None:
    """Cancel tasks and wait until they have ended; what they raise then is logged.

    A task may miss a cancellation that reaches it in an awkward moment, so it is told again.
    """
    waiting: set[asyncio.Task[None] | asyncio.Task[bool]] = set(tasks)
    for _ in range(_TOLD_TIMES):
        if not waiting:
            break
        for task in waiting:
            task.cancel()
        ended, waiting = await asyncio.wait(waiting, timeout=_TELL_AGAIN_S)
        for task in ended:
            error = None if task.cancelled() else task.exception()
            if error is not None and not isinstance(error, TwinError):
                log.error("%s ended badly", task.get_name(), exc_info=error)
    for task in waiting:
        log.error("%s did not end", task.get_name())


async def _first_people(bus: Bus) -> int:
    """How many people and vehicles the first full picture shows."""
    seen: set[str] = set()
    async with bus.subscribe("effects/+") as messages:
        began_s = None
        async for message in messages:
            effect: Effect = decode(message.payload, Effect)  # type: ignore[arg-type]  # a union is a type to msgspec
            if isinstance(effect, PositionsMoved):
                seen.update(subject for subject in effect.subject if not subject.startswith("tag:"))
                began_s = began_s or time.monotonic()
            if began_s is not None and time.monotonic() - began_s > 1.0:
                break
    return len(seen)
