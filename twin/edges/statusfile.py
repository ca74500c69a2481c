"""`var/status.json`: where the twin running from this folder is, for the other verbs. For the owner's eyes only."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING, Any

import msgspec

from gis.errors import TwinError

if TYPE_CHECKING:
    from pathlib import Path

    from twin.addresses import BrokerAddress

NAME = "status.json"
_LOCK = "twin.lock"


class AlreadyRunningError(TwinError):
    """A twin already runs from this folder."""


class Status(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is written down about a running twin.

    Attributes:
        url: of the page.
        mqtt: broker and the login for gateways and tools.
        database: SQLAlchemy address of the store, with its password.
        roles: ok or degraded, by role.
        pid: of the process that runs the roles.
        started: when, ISO 8601.
        plants: codes.
    """

    url: str
    mqtt: dict[str, Any]
    database: str
    roles: dict[str, str]
    pid: int
    started: str
    plants: list[str] = []


def mqtt_entry(broker: BrokerAddress) -> dict[str, Any]:
    """A broker as it stands in the status file; without a login the two fields are absent."""
    entry: dict[str, Any] = {"host": broker.host, "port": broker.port}
    if broker.username is not None:
        entry["username"] = broker.username
    if broker.password is not None:
        entry["password"] = broker.password
    return entry


class OnlyOne:
    """The right to be the twin of a folder: held while this process lives, freed by the kernel when it dies.

    Args:
        var: the twin's `var` directory.

    Raises:
        AlreadyRunningError: another process holds it.
    """

    def __init__(self, var: Path) -> None:
        var.mkdir(parents=True, exist_ok=True)
        self._handle = os.open(var / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._handle)
            running = read(var)
            where = f" at {running.url}" if running is not None else ""
            raise AlreadyRunningError(
                f"a twin already runs from this folder{where}; stop it with Ctrl-C in its terminal\n"
                f"本目录已有一个孪生系统在运行{where}，请在其终端按 Ctrl-C 停止"
            ) from error

    def release(self) -> None:
        """Give the right back."""
        os.close(self._handle)


def is_running(var: Path) -> bool:
    """Whether a process holds the right now."""
    try:
        handle = os.open(var / _LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def read(var: Path) -> Status | None:
    """The status as last written; it may be that of a twin that was killed (`is_running` tells)."""
    try:
        return msgspec.json.decode((var / NAME).read_bytes(), type=Status)
    except (OSError, msgspec.DecodeError):
        return None


def encode(status: Status) -> bytes:
    """The file's bytes."""
    return msgspec.json.format(msgspec.json.encode(status), indent=2) + b"\n"
