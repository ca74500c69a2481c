"""A really running twin for tests and benchmarks: `twin up` as a user starts it, in a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROJECT = Path(__file__).resolve().parents[1]
_START_S = 240.0
_STOP_S = 40.0


class LiveTwin:
    """One `twin up` process.

    Args:
        folder: where it runs and keeps its `var`; reachable by the servers' accounts.
        options: of `twin up`.
        environment: variables besides those of the caller.
    """

    def __init__(self, folder: Path, *options: str, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.var = folder / "var"
        self._options = options or ("--demo",)
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None
        self.ready_s = 0.0
        """How long the last start took until it said it was ready."""

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        self.var.mkdir(parents=True, exist_ok=True)
        # Models and compiled kernels of this source are the same for every twin: built once per checkout.
        shared = PROJECT / "var"
        (shared / "models").mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            (self.var / "models").symlink_to(shared / "models")
        environment = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "MQTT_URL"}}
        environment |= {"NUMBA_CACHE_DIR": str(shared / "numba"), "PYTHONUNBUFFERED": "1"} | self._environment
        output = self.folder / "output"
        began_s = time.monotonic()
        with output.open("wb") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "twin", "up", "--port", "0", *self._options],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env=environment,
            )
        while "Ready" not in output.read_text(encoding="utf-8"):
            if self._process.poll() is not None or time.monotonic() - began_s > _START_S:
                self.kill()
                raise AssertionError(
                    f"the twin did not start:\n{output.read_text(encoding='utf-8')}\n{self.log()[-3000:]}"
                )
            time.sleep(0.05)
        self.ready_s = time.monotonic() - began_s

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process that runs the roles."""
        assert self._process is not None, "not started"
        return self._process

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Stop it as Ctrl-C does; gives the exit status."""
        self.process.send_signal(number)
        try:
            return self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired as error:
            self.kill()
            raise AssertionError(f"the twin did not stop within {_STOP_S} s:\n{self.log()[-3000:]}") from error

    def kill(self) -> None:
        """SIGKILL, when it still runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def log(self) -> str:
        """What it wrote to its log."""
        with contextlib.suppress(OSError):
            return (self.var / "log" / "twin.log").read_text(encoding="utf-8")
        return ""

    @property
    def status(self) -> dict[str, Any]:
        """Its status file."""
        status: dict[str, Any] = json.loads((self.var / "status.json").read_text(encoding="utf-8"))
        return status

    @property
    def url(self) -> str:
        """Of the page."""
        return str(self.status["url"])

    def get(self, path: str) -> Any:
        """A JSON answer of its API."""
        with urllib.request.urlopen(f"{self.url}/api/v1{path}", timeout=20) as answer:
            return json.load(answer)

    def health(self) -> dict[str, Any]:
        """`/api/v1/health`."""
        health: dict[str, Any] = self.get("/health")
        return health

    def child_pid(self, name: str) -> int:
        """Process of one of its private servers: postgres, mosquitto."""
        return int(json.loads((self.var / f"{name}.child").read_text())["pid"])

    @contextlib.contextmanager
    def gateway(self) -> Iterator[Client]:
        """A connected MQTT client with the login for gateways."""
        mqtt = self.status["mqtt"]
        client = Client(CallbackAPIVersion.VERSION2)
        client.username_pw_set(mqtt["username"], mqtt["password"])
        client.max_inflight_messages_set(1000)
        client.connect(mqtt["host"], mqtt["port"])
        client.loop_start()
        try:
            yield client
        finally:
            client.disconnect()
            client.loop_stop()


@contextlib.contextmanager
def folder(prefix: str = "plant-twin-tests-") -> Iterator[Path]:
    """A folder that the servers' accounts can reach, removed afterwards."""
    made = Path("/var/tmp") / f"{prefix}{os.getpid()}-{secrets.token_hex(4)}"
    made.mkdir(mode=0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def live_twin(*options: str, environment: Mapping[str, str] | None = None) -> Iterator[LiveTwin]:
    """A started twin, stopped and removed afterwards."""
    with folder() as place:
        twin = LiveTwin(place, *options, environment=environment)
        try:
            twin.start()
            yield twin
            if twin.process.poll() is None:
                twin.stop()
        finally:
            twin.kill()
